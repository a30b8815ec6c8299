"""Reasons: why a case needs a person, or why a document was refused."""

from countersign.domain.base import Frozen
from countersign.domain.sealed import Personal


class Reason(Frozen):
    """A reason code of resources/reasons.yaml, the fields it concerns and the particulars."""

    code: str
    fields: tuple[str, ...] = ()
    detail: Personal | None = None


class ReasonText(Frozen):
    """What a reason code says to people."""

    label: dict[str, str]
    """Short, for a chip, by language."""
    advice: dict[str, str]
    """One sentence that says what to do, by language."""
