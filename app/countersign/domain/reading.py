"""Readings: one agent's or person's answer for a field, with the place it was read from."""

from enum import StrEnum
from typing import Annotated, Literal

from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.geometry import Box
from countersign.domain.sealed import SEALED


class Method(StrEnum):
    """How an answer was come by."""

    EINVOICE = "einvoice"
    WIDGET = "widget"
    TEXT = "text"
    OCR = "ocr"
    MODEL = "model"
    PERSON = "person"


class Evidence(Frozen):
    """Where on which page of which document a reading stands."""

    document: str
    page: int
    box: Box


class Answer(Frozen):
    """A value and the words on the page that it came from."""

    value: str
    """Normalised: ISO date, decimal with a point, identifier without spaces, plain text."""
    printed: str = ""


SealedAnswer = Annotated[Answer | Literal["⊘ erased"], *SEALED]


class Alternative(Frozen):
    """Another answer that the reader considered."""

    answer: Answer
    confidence: Ppm
    evidence: Evidence | None = None


class Reading(Frozen):
    """One answer for one field (or for its n-th value where a field may have several)."""

    field: str
    index: int = 0
    answer: SealedAnswer | None
    """None says 'not present', with the confidence that it is not."""
    confidence: Ppm
    method: Method
    evidence: Evidence | None = None
    why: tuple[str, ...] = ()
    """What moved the confidence, in plain words that hold no personal data."""

    @property
    def value(self) -> str | None:
        """The normalised value, None for 'not present'."""
        return self.answer.value if isinstance(self.answer, Answer) else self.answer

    @property
    def printed(self) -> str:
        """The words on the page."""
        return self.answer.printed if isinstance(self.answer, Answer) else ""


class Cell(Frozen):
    """One answer in a row of a table."""

    column: str
    answer: Answer
    confidence: Ppm
    evidence: Evidence | None = None


class Row(Frozen):
    """A row of a table (an invoice line, a statement line, a loss), its cells in the order of the class."""

    table: str
    cells: tuple[Cell, ...]

    def value(self, column: str) -> str | None:
        """Return the normalised value of a column, None when the row has none."""
        return next((cell.answer.value for cell in self.cells if cell.column == column), None)


SealedRows = Annotated[tuple[Row, ...] | Literal["⊘ erased"], *SEALED]
SealedAlternatives = Annotated[dict[str, tuple[Alternative, ...]] | Literal["⊘ erased"], *SEALED]
