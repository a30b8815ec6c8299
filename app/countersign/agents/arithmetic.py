"""Checks what was read: sums, identifiers, dates, required fields."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from time import perf_counter

from countersign.agents.einvoice import DIFFERS
from countersign.agents.patterns import DATE
from countersign.domain.dates import readings as dates_of
from countersign.domain.document import Opened
from countersign.domain.event import Checked
from countersign.domain.klass import ClassDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Reading, Row
from countersign.domain.reason import Reason
from countersign.domain.values import problem

_CENT = Decimal("0.02")
_LEFT_ASIDE = {
    "several_einvoices": "several that differ from each other",
    "einvoice_unreadable": "a file named as an e-invoice that is none, or is broken",
}
"""Notes of an opened document by what they mean for its data."""
_FAR = timedelta(days=3 * 366)


def check(
    klass: ClassDef, readings: Sequence[Reading], rows: Sequence[Row], opened: Opened | None, today: date
) -> Checked:
    """Compare the readings with each other and with what is possible."""
    begun = perf_counter()
    values = {r.field: r.value for r in readings if r.index == 0 and r.value is not None}
    passed: list[str] = []
    findings: list[Reason] = []
    facts: dict[str, bool | int | str] = {}
    totals = [
        *_sums(klass, values),
        *_row_sums(klass, values, rows, opened),
        *_row_counts(klass, values, rows),
        *_balances(klass, rows),
    ]
    _report(totals, "totals_disagree", "totals_agree", passed, findings)
    facts["arithmetic.ok"] = not any(reason for reason in totals if reason)
    facts["arithmetic.checked"] = bool(totals)
    _report(_identifiers(klass, values), "identifier_invalid", "identifiers_valid", passed, findings)
    _report(_dates(klass, values, today), "dates_out_of_order", "dates_in_order", passed, findings)
    missing = tuple(f.name for f in klass.fields if f.required and f.name not in values)
    if missing:
        findings.append(Reason(code="field_missing", fields=missing))
    else:
        passed.append("required_fields_present")
    findings.extend(_unusable(opened))
    differing = tuple(r.field for r in readings if DIFFERS in r.why)
    if differing:
        findings.append(Reason(code="xml_differs_from_page", fields=differing))
    findings.extend(_contradicted(opened))
    return Checked(
        passed=tuple(passed),
        findings=tuple(findings),
        facts=facts,
        milliseconds=round((perf_counter() - begun) * 1000),
    )


def _unusable(opened: Opened | None) -> Iterable[Reason]:
    """Say that embedded e-invoice data was left aside: the page was read instead, and may say less."""
    for note, detail in _LEFT_ASIDE.items():
        if opened is not None and note in opened.notes:
            yield Reason(code="einvoice_unusable", detail=detail)


def _report(
    results: Iterable[Reason | None], failed: str, held: str, passed: list[str], findings: list[Reason]
) -> None:
    """Sort results: None is a check that held; no result at all says that nothing could be checked."""
    told = list(results)
    findings.extend(reason for reason in told if reason is not None)
    if told and not any(reason is not None for reason in told):
        passed.append(held)


def _sums(klass: ClassDef, values: dict[str, str]) -> list[Reason | None]:
    """Add up what makes a total; a summand after the first that is not there counts as none: no tax, no sum.

    Without the first nothing can be said: many bills print only the total and the tax that it holds.
    """
    results: list[Reason | None] = []
    for group in klass.sums:
        numbers = [as_decimal(values.get(name)) for name in group]
        said, first = numbers[-1], numbers[0]
        if said is None or first is None:
            continue
        known = [number for number in numbers[:-1] if number is not None]
        total = sum(known, Decimal(0))
        holds = abs(total - said) <= _CENT
        detail = f"{' + '.join(map(str, known))} = {total}, not {said}"
        if len(known) == 1:
            detail = f"{first} and nothing else, but the total says {said}"
        results.append(None if holds else Reason(code="totals_disagree", fields=group, detail=detail))
    return results


def _row_sums(
    klass: ClassDef, values: dict[str, str], rows: Sequence[Row], opened: Opened | None
) -> list[Reason | None]:
    results: list[Reason | None] = []
    for table in klass.tables:
        read = [as_decimal(row.value("amount")) for row in rows if row.table == table.name]
        amounts = [amount for amount in read if amount is not None]
        expected = _expected(table, values)
        if not amounts or not expected or len(amounts) < len(read):
            continue
        total = sum(amounts, Decimal(0))
        holds = any(abs(total - worth) <= _CENT * (1 + len(amounts) // 10) for worth in expected.values())
        holds = holds or (opened is not None and _is_printed(opened, total))
        detail = f"the rows add up to {total}"
        fields = tuple(dict.fromkeys(name for names in expected for name in names))
        results.append(None if holds else Reason(code="totals_disagree", fields=fields, detail=detail))
    return results


def _row_counts(klass: ClassDef, values: dict[str, str], rows: Sequence[Row]) -> list[Reason | None]:
    """Compare how many rows were read with how many the document says there are."""
    results: list[Reason | None] = []
    for table in klass.tables:
        said = as_decimal(values.get(table.counted_by)) if table.counted_by else None
        if table.counted_by is None or said is None:
            continue
        read = sum(row.table == table.name for row in rows)
        detail = f"{read} rows were read, the document says {said}"
        reason = Reason(code="totals_disagree", fields=(table.counted_by,), detail=detail)
        results.append(None if read == said else reason)
    return results


def _balances(klass: ClassDef, rows: Sequence[Row]) -> list[Reason | None]:
    """Follow a running balance down a table: each is the one before and the row's amount."""
    results: list[Reason | None] = []
    for table in klass.tables:
        told = [
            (as_decimal(row.value("balance")), as_decimal(row.value("amount")))
            for row in rows
            if row.table == table.name
        ]
        steps = [
            (before, amount, after)
            for (before, _), (after, amount) in pairwise(told)
            if before is not None and after is not None and amount is not None
        ]
        # A table whose balances do not follow each other at all is in another order, or of several accounts.
        broken = [step for step in steps if abs(step[0] + step[1] - step[2]) > _CENT]
        if not steps or len(broken) * 2 > len(steps):
            continue
        detail = ", ".join(f"{b} and {a} make {b + a}, not {c}" for b, a, c in broken[:2])
        fields = table.leads or ()
        results.append(Reason(code="totals_disagree", fields=fields, detail=detail) if broken else None)
    return results


def _is_printed(opened: Opened, total: Decimal) -> bool:
    """Say whether a sum stands on a page: then the rows are whole, and a discount explains the rest."""
    digits = "".join(sign for sign in f"{total:.2f}" if sign.isdigit())
    for page in opened.pages:
        parts = [re.sub(r"[.,'’\u202f\xa0]", "", word.text).lstrip("-−") for word in page.words]
        if digits in parts or any(one + two == digits for one, two in pairwise(parts)):
            return True
    return False


def _expected(table: TableDef, values: dict[str, str]) -> dict[tuple[str, ...], Decimal]:
    """Return what the rows may add up to, by the head fields that say so."""
    heads: dict[tuple[str, ...], Decimal | None] = {
        (name,): as_decimal(values.get(name)) for name in table.adds_up_to
    }
    if table.leads:
        before, after = (as_decimal(values.get(name)) for name in table.leads)
        heads[table.leads] = None if before is None or after is None else after - before
    return {names: worth for names, worth in heads.items() if worth is not None}


def _contradicted(opened: Opened | None) -> Iterable[Reason]:
    """Tell of form fields whose data says something else than the page shows; the first of them in words."""
    fields = [widget for widget in opened.widgets if widget.told] if opened else []
    if fields:
        first, more = fields[0], len(fields) - 1
        detail = f"{first.label or first.name}: “{first.told[:60]}”, shown “{first.value[:60]}”"
        yield Reason(code="form_differs_from_page", detail=f"{detail}, and {more} more" if more else detail)


def _identifiers(klass: ClassDef, values: dict[str, str]) -> list[Reason | None]:
    results: list[Reason | None] = []
    for field in klass.fields:
        if field.type in (FieldType.IBAN, FieldType.BIC, FieldType.VAT_ID) and field.name in values:
            wrong = problem(field.type, values[field.name])
            results.append(
                Reason(code="identifier_invalid", fields=(field.name,), detail=wrong) if wrong else None
            )
    return results


def _dates(klass: ClassDef, values: dict[str, str], today: date) -> list[Reason | None]:
    results: list[Reason | None] = []
    for group in klass.in_order:
        present = [name for name in group if name in values]
        for earlier, later in pairwise(present):
            if values[earlier] <= values[later]:
                results.append(None)
            else:
                detail = f"{values[earlier]} is after {values[later]}"
                results.append(Reason(code="dates_out_of_order", fields=(earlier, later), detail=detail))
    results.extend(_retold(klass, values))
    for field in klass.fields:
        if field.past and values.get(field.name, "") > today.isoformat():
            detail = f"{values[field.name]} has not been yet"
            results.append(Reason(code="dates_out_of_order", fields=(field.name,), detail=detail))
    name = klass.headline.date
    if name and name in values:
        told = date.fromisoformat(values[name])
        if told > today + _FAR or told.year < 1900:
            detail = f"{values[name]} is not plausible"
            results.append(Reason(code="dates_out_of_order", fields=(name,), detail=detail))
    return results


def _retold(klass: ClassDef, values: dict[str, str]) -> Iterable[Reason | None]:
    """Hold a date against the story: where the story names dates and not this one, one of them is wrong."""
    for name, story in klass.retold:
        if name in values and story in values:
            meant = [dates_of(match[0]) for match in DATE.finditer(values[story])]
            told = sorted({day for days in meant for day in days})
            if told and values[name] not in told:
                detail = f"the text says {told[0]}, the field {values[name]}"
                yield Reason(code="dates_out_of_order", fields=(name, story), detail=detail)
            elif told:
                yield None
