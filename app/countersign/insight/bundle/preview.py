"""What a bundle would hold, before anything is recorded or written."""

from collections.abc import Iterator
from datetime import datetime

from countersign.domain.errors import Trouble
from countersign.insight.bundle.scope import Part, Preview, Scope, Withhold
from countersign.insight.tell import counted
from countersign.store.snapshot import Amount
from countersign.store.store import Store

_WHOLE_LOG = 2**62
_RECORD_SHARE = 0.35
_OPENING_SHARE = 1.0
"""How much of the bytes of records and sealed content is left when packed; the latter are packed already."""
_BESIDE = 400_000
"""Bytes of the report, the verifiers and the rest."""
_EACH_CASE = 900
"""Bytes of proofs and rows of tables for each case, packed."""


def preview(store: Store, scope: Scope, withhold: Withhold) -> Preview:
    """Say what a bundle of these cases would hold; one of no case holds nothing. Raises Trouble."""
    with store.snapshot() as snapshot:
        firsts = snapshot.choose(scope.wanted)
        if not firsts:
            return Preview(cases=0, records=0, documents=0, bytes_estimate=0)
        snapshot.take(firsts, _WHOLE_LOG)
        amount = snapshot.amount()
        unseen = snapshot.unseen()
        erased = snapshot.erased_cases()
    return Preview(
        cases=len(firsts),
        records=amount.records,
        documents=amount.documents,
        bytes_estimate=_estimate(amount, len(firsts), withhold),
        first=_moment(amount.first),
        last=_moment(amount.last),
        goes_in=tuple(_goes_in(amount, len(firsts), withhold)),
        withheld=tuple(_stays(amount, withhold)),
        warnings=tuple(_warnings(withhold, unseen, erased)),
    )


def nothing_fits(scope: Scope) -> Trouble:
    """Return what to say of an empty choice."""
    return Trouble(f"There are no {scope.sentence}. Choose others; nothing was recorded or written.")


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def _estimate(amount: Amount, cases: int, withhold: Withhold) -> int:
    size = _BESIDE + amount.record_bytes * _RECORD_SHARE + cases * _EACH_CASE
    if not withhold.values:
        size += amount.opening_bytes * _OPENING_SHARE
    if not withhold.documents:
        size += amount.document_bytes
    return round(size)


def _goes_in(amount: Amount, cases: int, withhold: Withhold) -> Iterator[Part]:
    yield Part(
        name="records", count=amount.records, why="all of these cases, word for word, with their proofs"
    )
    if not withhold.documents:
        yield Part(
            name=_noun(amount.documents, "document"),
            count=amount.documents,
            why="as received, each held against its hash",
        )
    if not withhold.values:
        yield Part(
            name=f"{_noun(cases, 'case')} with all values",
            count=cases,
            why="what was read, corrected, signed",
        )
    yield Part(name="enrolments, keys and policies", count=1, why="so that a stranger can tell who signed")
    yield Part(name="report", count=1, why="report.pdf tells each case, what is proven and what is not")
    yield Part(name="tables", count=9, why="CSV with an index for tax software and a data dictionary")
    yield Part(name="verifiers", count=3, why="verify.py, verify.sh and verify.go run without this program")


def _noun(count: int, one: str) -> str:
    return one if count == 1 else f"{one}s"


def _stays(amount: Amount, withhold: Withhold) -> Iterator[Part]:
    if withhold.documents:
        yield Part(
            name=_noun(amount.documents, "document"),
            count=amount.documents,
            why="their hashes go out, so they can be shown later",
        )
    if withhold.values:
        yield Part(
            name="values",
            count=amount.sealed,
            why="the records commit to them, so they can be shown later; the bundle verifies without them",
        )


def _warnings(withhold: Withhold, unseen: tuple[int, bool], erased: int) -> Iterator[str]:
    count, has_witness = unseen
    if not has_witness:
        yield "No witness has seen this log: to a stranger, the desk alone vouches for its end."
    elif count:
        yield f"The newest {counted(count, 'record has', 'records have')} no witness."
    if withhold.values and not withhold.documents:
        yield "The documents show the values that are withheld. Withhold the documents, too, or neither."
    if erased:
        what = counted(erased, "case was", "cases were")
        yield f"{what} erased: their records go out, their content is gone for good."
