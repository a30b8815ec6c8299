"""Matches a document with the desk's own history: is the counterparty known, has the document come before."""

from time import perf_counter

from countersign.domain.event import Checked
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason

_SAME_NUMBER = 950_000
_SAME_AMOUNT = 700_000
_BOTH = 990_000


def check(
    klass: ClassDef, vendor_cases: int, same_number: tuple[str, ...], same_amount: tuple[str, ...]
) -> Checked:
    """Turn what the history says into facts for the policy and, where it must, a finding."""
    begun = perf_counter()
    both = set(same_number) & set(same_amount)
    score = _BOTH if both else _SAME_NUMBER if same_number else _SAME_AMOUNT if same_amount else 0
    findings: tuple[Reason, ...] = ()
    if score:
        headline = klass.headline
        named = (headline.counterparty, headline.number if same_number else headline.amount, headline.date)
        others = ", ".join(sorted({*same_number, *same_amount})[:3])
        findings = (
            Reason(
                code="possible_duplicate", fields=tuple(n for n in named if n), detail=f"see case {others}"
            ),
        )
    return Checked(
        passed=() if score else ("no_duplicate_known",),
        findings=findings,
        facts={
            "vendor.known": vendor_cases > 0,
            "vendor.cases": vendor_cases,
            "duplicate.score_ppm": score,
            "duplicate.cases": len({*same_number, *same_amount}),
        },
        milliseconds=round((perf_counter() - begun) * 1000),
    )
