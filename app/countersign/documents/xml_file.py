"""An e-invoice that came as bare XML: read, and drawn as plain pages, so that people see all that it says.

The drawn page is nothing but the data in words. It gives every value a place to be pointed at, and shows what
no field of the desk has room for as well.
"""

from collections.abc import Iterator
from textwrap import wrap

import pymupdf
from lxml import etree

from countersign.documents.einvoice import NoEInvoice, einvoice_of, parse
from countersign.documents.pdf import PdfFile
from countersign.documents.refuse import Refused
from countersign.domain.document import EInvoice, MediaType, Opened, PageImage
from countersign.settings.limits import Limits
from countersign.settings.resources import shipped

DRAWN = "drawn_from_data"
"""Note of a document whose pages were drawn from its data."""

_WIDTH, _HEIGHT, _EDGE = 595.0, 842.0, 50.0
_COLUMN = 230.0  # points from the left edge, where values begin
_CELLS = (50.0, 300.0, 360.0, 430.0, 490.0)  # points from the left edge, where the cells of a line begin
_LINE = 14.0
_SIZE, _TITLE = 9.0, 16.0
_MOST_LINES = 3_000
_LONGEST = 90  # characters of a drawn line
_ROW = ("description", "quantity", "unit_price", "tax_rate", "amount")


class XmlFile:
    """A bare e-invoice in memory, and the pages drawn from it."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        try:
            root = parse(content)
            self._einvoice = einvoice_of(root)
        except NoEInvoice as error:
            raise Refused(error.code, str(error)) from error
        self._pdf = PdfFile(_drawn(self._einvoice, root), limits)

    def opened(self, sha256: str) -> Opened:
        """Return everything an agent may look at."""
        drawn = self._pdf.opened(sha256)
        update = {"media_type": MediaType.XML, "einvoice": self._einvoice, "notes": (DRAWN,)}
        return drawn.model_copy(update=update)

    def picture(self, page: int, dpi: int) -> PageImage:
        """Draw a page."""
        return self._pdf.picture(page, dpi)

    def grey(self, page: int) -> tuple[int, int, bytes]:
        """Return (width, height, rows) of a page in grey."""
        return self._pdf.grey(page)

    def size(self, page: int) -> tuple[float, float]:
        """Return a page's width and height in points."""
        return self._pdf.size(page)

    def close(self) -> None:
        """Let go of it."""
        self._pdf.close()


class _Paper:
    """Pages that are written from top to bottom."""

    def __init__(self) -> None:
        self.pdf = pymupdf.open()
        self._font = pymupdf.Font(fontfile=str(shipped("resources", "fonts", "Inter-Regular.otf")))
        self._y = _HEIGHT
        self._lines = 0
        self._writer = pymupdf.TextWriter(pymupdf.Rect(0, 0, _WIDTH, _HEIGHT))

    @property
    def is_full(self) -> bool:
        """True when nobody would read on."""
        return self._lines >= _MOST_LINES

    def write(self, *texts: tuple[float, str], size: float = _SIZE) -> None:
        """Write texts on the next line, each at its distance from the left edge."""
        if self._y > _HEIGHT - _EDGE:
            self.finish_page()
            self._y = _EDGE + size
        for x, text in texts:
            if text:
                self._writer.append((x, self._y), text[:_LONGEST], font=self._font, fontsize=size)
        self._y += _LINE * size / _SIZE
        self._lines += 1

    def finish_page(self) -> None:
        """Put on paper what was written since the last page."""
        if self._lines:
            page = self.pdf.new_page(width=_WIDTH, height=_HEIGHT)
            self._writer.write_text(page)
            self._writer = pymupdf.TextWriter(page.rect)

    def entry(self, name: str, value: str, x: float) -> None:
        """Write a name and its value, which may take several lines."""
        first, *rest = wrap(value[: _MOST_LINES * _LONGEST], _LONGEST - 25) or [""]
        self.write((_EDGE, name), (x, first))
        for line in rest:
            if self.is_full:
                break
            self.write((x, line))

    def skip(self) -> None:
        """Leave a line empty."""
        self._y += _LINE


def _drawn(einvoice: EInvoice, root: etree._Element) -> bytes:
    paper = _Paper()
    paper.write((_EDGE, _words(einvoice.kind)), size=_TITLE)
    paper.write((_EDGE, f"Drawn from structured data ({einvoice.flavour}); the sender made no page."))
    paper.skip()
    for name, value in einvoice.values.items():
        paper.entry(_words(name), value, _COLUMN)
    if einvoice.rows:
        paper.skip()
        paper.write(*((x, _words(name)) for x, name in zip(_CELLS, _ROW, strict=True)))
        for row in einvoice.rows:
            if paper.is_full:
                break
            cells = zip(_CELLS, _ROW, strict=True)
            paper.write(*((x, row.get(name, "")[: 48 if name == "description" else 14]) for x, name in cells))
    paper.skip()
    paper.write((_EDGE, "All that the file says"), size=_TITLE - 4)
    for path, text in _leaves(root):
        if paper.is_full:
            paper.write((_EDGE, "… and more, which is not drawn"))
            break
        paper.entry(path[-40:], text, _COLUMN + 20)
    paper.finish_page()
    return bytes(paper.pdf.tobytes())


def _leaves(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the last two names of the path to each text of the file, and the text; a file inside is named."""
    for element in root.iter("*"):
        text = " ".join((element.text or "").split())
        if element.get("mimeCode"):
            text = f"a file of {len(text):,} signs, {element.get('filename', 'without a name')}"
        if text:
            parent = element.getparent()
            above = f"{parent.tag} / " if parent is not None else ""
            yield f"{above}{element.tag}", text


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
