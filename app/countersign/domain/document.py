"""A source file, what stands on its pages, and why one cannot be read."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from countersign.domain.base import Frozen
from countersign.domain.geometry import Box


class MediaType(StrEnum):
    """What the first bytes of a file say it is, whatever its name claims."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    XML = "application/xml"
    """An e-invoice as bare data; other XML is OTHER."""
    MAIL = "message/rfc822"
    OTHER = "application/octet-stream"


class Document(Frozen):
    """One immutable source file, named by the SHA-256 of its bytes as received."""

    sha256: str
    media_type: MediaType
    length: int
    name: str


class Word(NamedTuple):
    """One word with its box in points; plain floats, because a page has hundreds."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    """Number of its line on the page, in reading order."""
    confidence: int = 100
    """Percent; 100 for a text layer, what the engine says for OCR."""
    size: float = 0.0
    """Font size in points, 0 where unknown."""
    bold: bool = False
    font: int = 0
    """Number of its typeface and colour among those of the document, in order of appearance."""

    @property
    def box(self) -> Box:
        """The word's place."""
        return Box(x0=self.x0, y0=self.y0, x1=self.x1, y1=self.y1)


class Rule(NamedTuple):
    """A straight line drawn on a page, as a thin rectangle, or the four edges of a frame; points."""

    x0: float
    y0: float
    x1: float
    y1: float
    ink: int = 0
    """Percent of dark inside, of a frame as small as a tick box; 0 for all others."""


class Aside(NamedTuple):
    """Text of a file that no reader of its pages sees as text; no agent reads values from it."""

    where: str
    """``hidden_text``, ``off_page``, ``annotation``, ``form_field``, ``code`` (QR), ``metadata``,
    ``attachment_name``, ``outline``."""
    text: str
    page: int | None = None


class TextSource(StrEnum):
    """Where the words of a page come from."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    NONE = "none"


class Page(Frozen):
    """A page as displayed (after rotation), 0-based, in points; its words in reading order."""

    number: int
    width: float
    height: float
    source: TextSource
    words: tuple[Word, ...] = ()
    hidden_words: int = 0
    """Words of the text layer that no eye can see; they are not among `words`."""
    rules: tuple[Rule, ...] = ()
    """Lines and frames that are drawn, of a page that looks like a form or a table."""
    windows: tuple[Rule, ...] = ()
    """What is drawn in one is cut off at its edges, as in a form field that became print; of such pages."""
    asides: tuple[Aside, ...] = ()
    """Text of this page that is not among its words."""


class Widget(Frozen):
    """A filled form field of a PDF."""

    name: str
    label: str
    value: str
    """What the page shows there."""
    page: int
    box: Box
    told: str = ""
    """What the data of the field holds, where the page shows something else."""


class Kind(StrEnum):
    """What structured data says that its document is (UNTDID 1001, as far as a desk treats them apart)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CORRECTED_INVOICE = "corrected_invoice"
    PREPAYMENT_INVOICE = "prepayment_invoice"
    ORDER = "order"


class EInvoice(Frozen):
    """Structured data found inside a document, under the desk's own field names, values normalised."""

    flavour: str
    """``factur-x``, ``zugferd``, ``order-x``, ``xrechnung`` … as the file says."""
    values: dict[str, str]
    rows: tuple[dict[str, str], ...] = ()
    kind: Kind = Kind.INVOICE


class Opened(Frozen):
    """A document that could be opened: everything an agent may look at."""

    sha256: str
    media_type: MediaType
    pages: tuple[Page, ...]
    widgets: tuple[Widget, ...] = ()
    einvoice: EInvoice | None = None
    notes: tuple[str, ...] = ()
    """What a careful person would want to know: ``javascript``, ``repaired``, ``hidden_text`` …"""
    asides: tuple[Aside, ...] = ()
    """Text of the file that stands on no page of it."""

    @property
    def unread(self) -> list[int]:
        """Numbers of the pages that have no words that can be trusted: they are to be read from pictures."""
        return [page.number for page in self.pages if page.source is TextSource.NONE]

    def with_read(self, read: Iterable[Page]) -> "Opened":
        """Put pages that were read from their pictures in place.

        What of a page's text layer no eye can see stays known: its picture tells nothing of it.
        """
        new = {page.number: page for page in read}
        pages = tuple(
            new[old.number].model_copy(
                update={"hidden_words": old.hidden_words, "asides": old.asides + new[old.number].asides}
            )
            if old.number in new
            else old
            for old in self.pages
        )
        return self.model_copy(update={"pages": pages})


class Refusal(Frozen):
    """Why a document cannot be read: a reason code of resources/reasons.yaml and the particulars."""

    code: str
    detail: str = ""


class PageImage(Frozen):
    """A rendered page: 8-bit RGB rows without padding, `width` × `height` pixels."""

    width: int
    height: int
    rgb: bytes
