"""What a reviewer is told of each field: its mark, its tone, whether it needs a person, and why."""

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QLocale

from countersign.domain.case import CaseFile, FieldState
from countersign.domain.event import Act
from countersign.domain.klass import ClassDef, FieldDef
from countersign.domain.reading import Alternative, Evidence, Method
from countersign.domain.reason import Reason
from countersign.insight.tell import named
from countersign.settings.catalogue import Catalogue
from countersign.ui.look import words
from countersign.ui.look.colours import Tone
from countersign.ui.look.marks import Mark
from countersign.ui.models import show

DOUBT_CODES = frozenset({"below_threshold", "field_missing"})
"""Reasons that say 'look at this field', where every other one says that a rule fails."""
ACT_MARKS = {
    Act.CONFIRMED: (Mark.CHECK, Tone.PERSON),
    Act.CORRECTED: (Mark.PENCIL, Tone.PERSON),
    Act.ADDED: (Mark.PENCIL, Tone.PERSON),
    Act.NOT_PRESENT: (Mark.DASH, Tone.PERSON),
    Act.ILLEGIBLE: (Mark.HATCH, Tone.PERSON),
}
ORIGINS = {
    Method.EINVOICE: "e-invoice",
    Method.WIDGET: "form",
    Method.TEXT: "text",
    Method.OCR: "scan",
    Method.MODEL: "model",
    Method.PERSON: "person",
}


@dataclass(frozen=True)
class FieldLine:
    """One field as a line on the screen."""

    name: str
    index: int
    group: str
    """Heading, only on the first line of its group."""
    label: str
    text: str
    """The value as people write it, or what stands for it."""
    raw: str
    """The normalised value, what an edit begins with."""
    mark: Mark
    tone: Tone
    needs_person: bool
    is_read: bool = False
    """True when there is a reading to confirm, even one that says 'not present'."""
    confidence: str = ""
    origin: str = ""
    error: str = ""
    why: str = ""
    """What moved the agents' confidence, as sentences."""
    required: bool = False
    numeric: bool = False
    evidence: Evidence | None = None
    alternatives: tuple[tuple[str, str], ...] = ()
    """Each (value, confidence) as people write them."""
    others: tuple[Alternative, ...] = field(default=(), repr=False)

    @property
    def spoken(self) -> str:
        """The whole line for a screen reader."""
        parts = (self.label, self.text, words.MARKS[self.mark], self.confidence, self.error, self.why)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class _Told:
    """What the case says about its fields, gathered once."""

    case: CaseFile
    complaints: dict[str, tuple[Reason, ...]]
    thresholds: dict[str, int]
    catalogue: Catalogue
    klass: ClassDef
    language: str
    locale: QLocale


def lines(case: CaseFile, catalogue: Catalogue, language: str, locale: QLocale) -> tuple[FieldLine, ...]:
    """Return every field of the case's class as a line, in the order of the class."""
    klass = catalogue.klass(case.klass)
    if klass is None:
        return ()
    told = _Told(
        case=case,
        complaints=_complaints(case),
        thresholds=case.decision.thresholds if case.decision else {},
        catalogue=catalogue,
        klass=klass,
        language=language,
        locale=locale,
    )
    made = []
    for group in klass.groups:
        heading = group.label.get(language) or group.label["en"]
        for definition in group.fields:
            for line in _of_field(definition, heading, told):
                made.append(line if case.erasure is None else replace(line, evidence=None))
                heading = ""
    return tuple(made)


def _complaints(case: CaseFile) -> dict[str, tuple[Reason, ...]]:
    said: dict[str, tuple[Reason, ...]] = {}
    for reason in (*case.reasons, *case.findings):
        for name in reason.fields:
            if all(reason.code != other.code for other in said.get(name, ())):
                said[name] = (*said.get(name, ()), reason)
    return said


def _of_field(definition: FieldDef, heading: str, told: _Told) -> list[FieldLine]:
    states = [state for state in told.case.fields if state.reading.field == definition.name]
    if not states:
        return [_unread(definition, heading, told)]
    states.sort(key=lambda state: state.reading.index)
    made = []
    for state in states:
        made.append(_read(definition, state, heading, told, numbered=len(states) > 1))
        heading = ""
    return made


def _unread(definition: FieldDef, heading: str, told: _Told) -> FieldLine:
    needs = definition.name in told.complaints and not told.case.status.is_settled
    return FieldLine(
        name=definition.name,
        index=0,
        group=heading,
        label=definition.title(told.language),
        text=words.EMPTY_VALUE,
        raw="",
        mark=Mark.HOLLOW if needs else Mark.NONE,
        tone=Tone.POOR if needs else Tone.QUIET,
        needs_person=needs,
        error=_lacking(definition, told) if needs else "",
        required=definition.required,
        numeric=definition.type in show.NUMBERS,
        alternatives=_alternatives(definition, told),
        others=told.case.alternatives.get(definition.name, ()),
    )


def _read(definition: FieldDef, state: FieldState, heading: str, told: _Told, *, numbered: bool) -> FieldLine:
    reading = state.reading
    label = definition.title(told.language)
    mark, tone = _mark(state, told)
    by_person = state.act is not None
    needs = mark in (Mark.HOLLOW, Mark.FLAG) and not told.case.status.is_settled
    return FieldLine(
        name=reading.field,
        index=reading.index,
        group=heading,
        label=f"{label} {reading.index + 1}" if numbered else label,
        text=_text(definition, state, told.locale),
        raw=reading.value or "",
        mark=mark,
        tone=tone,
        needs_person=needs,
        is_read=True,
        confidence="" if by_person else show.share(reading.confidence, told.locale),
        origin=ORIGINS[Method.PERSON] if by_person else ORIGINS[reading.method],
        error=_error(state, mark, told) if needs else "",
        why="" if by_person else " ".join(f"{why[:1].upper()}{why[1:]}." for why in reading.why),
        required=definition.required,
        numeric=definition.type in show.NUMBERS,
        evidence=reading.evidence,
        alternatives=_alternatives(definition, told) if reading.index == 0 else (),
        others=told.case.alternatives.get(reading.field, ()) if reading.index == 0 else (),
    )


def _text(definition: FieldDef, state: FieldState, locale: QLocale) -> str:
    if state.act is Act.ILLEGIBLE:
        return words.ILLEGIBLE
    value = state.reading.value
    return words.NOT_PRESENT if value is None else show.value(value, definition.type, locale)


def _mark(state: FieldState, told: _Told) -> tuple[Mark, Tone]:
    """Bands come from the threshold that the decision held the field against."""
    if state.act in ACT_MARKS:
        return ACT_MARKS[state.act]
    reading = state.reading
    complaints = told.complaints.get(reading.field, ())
    if any(complaint.code not in DOUBT_CODES for complaint in complaints):
        return Mark.FLAG, Tone.POOR
    if told.case.decision is None:
        return Mark.NONE, Tone.QUIET
    threshold = told.thresholds.get(reading.field, 0)
    if complaints or (reading.value is not None and reading.confidence < threshold):
        return Mark.HOLLOW, Tone.DOUBT if reading.confidence * 2 >= threshold else Tone.POOR
    return (Mark.DASH, Tone.QUIET) if reading.value is None else (Mark.BOLT, Tone.SURE)


def _error(state: FieldState, mark: Mark, told: _Told) -> str:
    reading = state.reading
    if mark is Mark.FLAG:
        complaint = next(c for c in told.complaints[reading.field] if c.code not in DOUBT_CODES)
        return named(told.catalogue.say(complaint, told.language)[1], told.klass, told.language)
    threshold = told.thresholds.get(reading.field, 0)
    if reading.confidence < threshold:
        return words.needs(show.share(reading.confidence, told.locale), show.share(threshold, told.locale))
    return told.catalogue.say(told.complaints[reading.field][0], told.language)[1]


def _lacking(definition: FieldDef, told: _Told) -> str:
    reasons = told.complaints[definition.name]
    broken = next((reason for reason in reasons if reason.code not in DOUBT_CODES), None)
    return words.MISSING if broken is None else told.catalogue.say(broken, told.language)[1]


def _alternatives(definition: FieldDef, told: _Told) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            show.value(other.answer.value, definition.type, told.locale),
            show.share(other.confidence, told.locale),
        )
        for other in told.case.alternatives.get(definition.name, ())[:9]
    )


def amount(case: CaseFile, klass: ClassDef | None, locale: QLocale) -> str:
    """Return the amount that stands for the case, with its currency; empty where there is none."""
    if klass is None or case.erasure is not None:
        return ""
    told = case.value(klass.headline.amount)
    if told is None:
        return ""
    currency = case.value(klass.headline.currency) or ""
    return f"{show.money(told, locale)} {currency}".strip()
