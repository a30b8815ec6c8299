"""Conditions in CEL over the fields of a class and the documented facts, type-checked before they count."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import NamedTuple

from cel_expr_python import cel

from countersign.domain.case import CaseFile
from countersign.domain.confidence import MILLION
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Answer

Scalar = bool | int | float | str | datetime
Values = dict[str, Scalar | list[Scalar]]

FACTS: Mapping[str, tuple[cel.Type, str]] = {
    "vendor.known": (cel.Type.BOOL, "the counterparty has settled cases at this desk"),
    "vendor.cases": (cel.Type.INT, "how many settled cases the counterparty has"),
    "vendor.age_days": (cel.Type.INT, "days since the counterparty's first case"),
    "duplicate.score": (cel.Type.DOUBLE, "0 to 1: how surely the case is here twice"),
    "duplicate.cases": (cel.Type.INT, "how many other cases it may be the same as"),
    "price_deviation": (cel.Type.DOUBLE, "0 to 1: how far prices are from the order's"),
    "arithmetic.ok": (cel.Type.BOOL, "all sums that could be checked agree"),
    "arithmetic.checked": (cel.Type.BOOL, "there were sums that could be checked"),
    "document.gives_orders": (cel.Type.BOOL, "text in the document speaks to its readers as orders do"),
    "document.hidden_words": (cel.Type.INT, "words of the text layer that no eye can see"),
    "case.confidence": (cel.Type.DOUBLE, "the lowest confidence of a field that carries a value"),
    "case.class_confidence": (cel.Type.DOUBLE, "how sure the class is"),
    "case.pages": (cel.Type.INT, "number of pages"),
    "case.rows": (cel.Type.INT, "number of rows in all tables"),
    "case.language": (cel.Type.STRING, "language code of the document"),
    "case.variant": (cel.Type.STRING, "kin of the class, such as receipt; empty for none"),
    "case.findings": (cel.Type.INT, "number of things that the checkers found"),
}
"""Facts that a condition may ask for, besides the fields of its class: type and meaning."""

_LARGEST_INT = 2**63 - 1
_WHERE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class BadCondition(Exception):
    """A condition that does not compile: `why`, and the column it was noticed at (0-based)."""

    def __init__(self, why: str, column: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.column = column


class Verdict(NamedTuple):
    """What a condition said; None where it could not be decided, and the names it lacked."""

    holds: bool | None
    missing: tuple[str, ...] = ()


class Compiled(NamedTuple):
    """A condition ready to be asked."""

    text: str
    names: tuple[str, ...]
    expression: cel.Expression

    def ask(self, values: Values) -> Verdict:
        """Evaluate against values; never raises."""
        known = {name: values[name] for name in self.names if name in values}
        missing = tuple(name for name in self.names if name not in values)
        try:
            result = self.expression.eval(data=known)
        except RuntimeError:  # a value that CEL cannot take, such as half a surrogate pair
            return Verdict(None, missing)
        if result.type() == cel.Type.BOOL:
            return Verdict(holds=bool(result.value()))
        return Verdict(None, missing)


class Vocabulary:
    """The names that conditions of one class may use."""

    def __init__(self, klass: ClassDef) -> None:
        facts = {name: kind for name, (kind, _) in FACTS.items()}
        fields = {field.name: _type(field) for field in klass.fields}
        self._klass = klass
        self._types = {**facts, **fields}

    def compile(self, text: str) -> Compiled:
        """Type-check a condition; raises BadCondition."""
        used = set(_words(text))
        names = tuple(name for name in self._types if name in used)
        try:
            # An environment holds what the condition names, no more: a field called like a reserved word
            # of CEL then harms only the condition that uses it.
            environment = cel.NewEnv(variables={name: self._types[name] for name in names})
            expression = environment.compile(text)
        except (RuntimeError, ValueError, TypeError) as error:
            raise self._plainly(str(error), text) from error
        if expression.return_type() != cel.Type.BOOL:
            kind = expression.return_type().name().lower()
            raise BadCondition(f"the condition must be true or false, but {text!r} is a {kind}")
        return Compiled(text, names, expression)

    def _plainly(self, error: str, text: str) -> BadCondition:
        found = _WHERE.search(error)
        if not found:
            return BadCondition(f"the condition {text!r} cannot be used: {error.splitlines()[0]}")
        line, column, why = int(found[1]), int(found[2]), found[3].removesuffix(" (in container '')")
        unknown = re.match(r"undeclared reference to '([^']*)'", why)
        if unknown:
            name, column = _whole_name(text, column)
            near = get_close_matches(name, self._types, n=1)
            why = f"there is no field or fact {name!r} in the class {self._klass.name}"
            why += f" (perhaps {near[0]!r})" if near else ""
        elif "(double, int)" in why or "(int, double)" in why:
            why += "; write amounts with a point, such as 2000.0, and counts without"
        return BadCondition(why, column - 1 if line == 1 else 0)


def _words(text: str) -> Iterator[str]:
    """Yield the names in a condition, with each beginning of a dotted one."""
    for word in re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", _STRINGS.sub("''", text)):
        parts = word.split(".")
        yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _whole_name(text: str, column: int) -> tuple[str, int]:
    """Return the dotted name around a column (1-based), because CEL may point into its middle."""
    for found in re.finditer(r"[A-Za-z_][A-Za-z0-9_.]*", text):
        if found.start() < column <= found.end():
            return found[0], found.start() + 1
    return text, column


def _type(field: FieldDef) -> cel.Type:
    kind = {
        FieldType.AMOUNT: cel.Type.DOUBLE,
        FieldType.NUMBER: cel.Type.DOUBLE,
        FieldType.DATE: cel.Type.TIMESTAMP,
    }.get(field.type, cel.Type.STRING)
    return cel.Type.List(kind) if field.many else kind


def gather(case: CaseFile, klass: ClassDef) -> Values:
    """Collect what conditions may ask of a case; what is absent or of another type is left out."""
    values: Values = {**_facts(case), **_case_facts(case)}
    for field in klass.fields:
        values.pop(field.name, None)
        held = [
            typed
            for state in sorted(case.fields, key=lambda s: s.reading.index)
            if state.reading.field == field.name and isinstance(state.reading.answer, Answer)
            if (typed := _typed(field.type, state.reading.answer.value)) is not None
        ]
        if field.many:
            values[field.name] = held
        elif held:
            values[field.name] = held[0]
    return values


def _typed(kind: FieldType, value: str) -> Scalar | None:
    try:
        if kind in (FieldType.AMOUNT, FieldType.NUMBER):
            number = Decimal(value)
            return float(number) if number.is_finite() else None
        if kind is FieldType.DATE:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return value


def _facts(case: CaseFile) -> Values:
    """Take the facts of the right type; one written in parts per million becomes a share."""
    values: Values = {}
    for key, value in case.facts.items():
        name = key.removesuffix("_ppm")
        if name not in FACTS:
            continue
        kind = FACTS[name][0]
        if isinstance(value, bool):
            if kind == cel.Type.BOOL:
                values[name] = value
        elif isinstance(value, str):
            if kind == cel.Type.STRING:
                values[name] = value
        elif abs(value) <= _LARGEST_INT and kind in (cel.Type.INT, cel.Type.DOUBLE):
            share = value / MILLION if key != name else float(value)
            values[name] = value if kind == cel.Type.INT else share
    return values


def _case_facts(case: CaseFile) -> Values:
    sure = [state.reading.confidence for state in case.fields if state.reading.answer is not None]
    facts: Values = {
        "case.class_confidence": case.class_confidence / MILLION,
        "case.pages": case.pages,
        "case.rows": len(case.rows),
        "case.language": case.language,
        "case.variant": case.variant or "",
        "case.findings": len(case.findings),
    }
    if sure:
        facts["case.confidence"] = min(sure) / MILLION
    return facts
