"""What a person confirmed of a case, as far as the desk may learn from it; told from the record alone."""

from collections.abc import Iterable

from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile, FieldState, Status, unfold
from countersign.domain.document import MediaType
from countersign.domain.event import Act, CaseApproved, ClassCorrected, Classified, Entry
from countersign.domain.reading import Answer, Evidence

SURE_OF_ABSENCE = 900_000
"""Confidence from which 'not present' that a person signed for, but did not declare, is taken as said."""


class TaughtField(Frozen):
    """A value that a person confirmed; None is 'not present'."""

    field: str
    index: int = 0
    value: str | None
    evidence: Evidence | None = None
    """Where it stands; None where the person typed it."""


class Taught(Frozen):
    """An approved case: a person looked at it and signed for its values."""

    case: str
    record: int
    """Of the approval."""
    klass: str
    """As the case has it: the name of a class, or of a variant."""
    language: str
    document: str
    """SHA-256."""
    media_type: MediaType
    """Of the document, as the record has it."""
    pages: tuple[int, int] | None = None
    """From the first to before the last, where the file holds several documents."""
    fields: tuple[TaughtField, ...]


def taught_of(entries: Iterable[Entry]) -> Taught | None:
    """Return what a case teaches; None while no person has approved it, and once it is erased.

    A case that went straight through teaches nothing: nobody looked at it. What a person found illegible,
    and 'not present' that the reader itself doubted and nobody declared, says nothing about the field.
    """
    entries = tuple(entries)
    file = unfold(entries)
    if file is None or file.klass is None or file.erasure is not None or file.status is not Status.APPROVED:
        return None
    record = next(entry.seq for entry in entries if isinstance(entry.event, CaseApproved))
    fields = (_field(state, file) for state in file.fields)
    return Taught(
        case=file.id,
        record=record,
        klass=file.klass,
        language=file.language,
        document=file.documents[0].sha256,
        media_type=file.documents[0].media_type,
        pages=_pages(entries),
        fields=tuple(field for field in fields if field is not None),
    )


def _pages(entries: Iterable[Entry]) -> tuple[int, int] | None:
    """Return the pages that were read; a class that a person corrected is read from all of them."""
    pages = None
    for entry in entries:
        event = entry.event
        if isinstance(event, Classified):
            part = event.parts[event.part] if event.part is not None else None
            pages = (part.first, part.after) if part else None
        elif isinstance(event, ClassCorrected):
            pages = None
    return pages


def _field(state: FieldState, file: CaseFile) -> TaughtField | None:
    reading = state.reading
    if state.act is Act.ILLEGIBLE:
        return None
    if reading.answer is None:
        is_said = state.act is Act.NOT_PRESENT
        threshold = file.decision.thresholds.get(reading.field, 0) if file.decision else 0
        if not is_said and reading.confidence < max(SURE_OF_ABSENCE, threshold):
            return None
    elif not isinstance(reading.answer, Answer):
        return None  # sealed content that is not at hand
    document = file.documents[0].sha256
    evidence = reading.evidence if reading.evidence and reading.evidence.document == document else None
    return TaughtField(field=reading.field, index=reading.index, value=reading.value, evidence=evidence)
