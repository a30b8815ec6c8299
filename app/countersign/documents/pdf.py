"""Opens a PDF in a page child: pages as displayed, words that an eye can see, form fields, e-invoices."""

import re
from collections.abc import Iterator

import pymupdf

from countersign.documents import asides
from countersign.documents.attachments import read_attached
from countersign.documents.layer import Fonts, Layer, read_layer
from countersign.documents.refuse import Refused
from countersign.documents.rules import Drawn, read_rules
from countersign.documents.widgets import Filled, filled_widgets, flatten
from countersign.domain.document import MediaType, Opened, Page, PageImage, TextSource, Widget
from countersign.settings.limits import Limits

_OCR_DPI = 200
_LARGE = 2_000_000  # bytes; what the library keeps of smaller documents, such as fonts, speeds up the next
_MOST_FOR_OCR = 4500  # pixels of the longer side
_MOST_POINTS = 100_000.0
_SCAN_SHARE = 0.5  # a page with this much picture …
_SCAN_WORDS = 25  # … and fewer words than this is a scan with a stamp on it: its text is in the picture
_UNKNOWN_SHARE = 0.3  # of words whose font does not say what its glyphs mean
_ACTIONS = re.compile(r"/(JavaScript|JS|Launch)\b")
_MOST_OBJECTS = 100_000  # looked through for actions

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


class PdfFile:
    """A PDF in memory."""

    def __init__(self, content: bytes, limits: Limits, *, is_flat: bool = False) -> None:
        self._limits = limits
        self._content = content
        try:
            self._pdf = pymupdf.open(stream=content, filetype="pdf")
        except (pymupdf.FileDataError, pymupdf.EmptyFileError) as error:
            raise Refused("unreadable_document", "it is damaged, or no PDF at all") from error
        if self._pdf.needs_pass:
            raise Refused("encrypted", "it wants a password")
        count = self._pdf.page_count
        if count > limits.max_pages:
            raise Refused("too_many_pages", f"{count:,} pages, at most {limits.max_pages:,} are allowed")
        if count < 1:
            raise Refused("unreadable_document", "it has no pages")
        if is_flat:
            flatten(self._pdf, self._each_page())

    def opened(self, sha256: str) -> Opened:
        """Return everything an agent may look at."""
        fonts: Fonts = {}
        pages: list[Page] = []
        widgets: list[Widget] = []
        for page in self._each_page():
            layer = read_layer(page, fonts)
            filled = filled_widgets(page, layer) if self._pdf.is_form_pdf else Filled((), ())
            widgets.extend(filled.seen)
            pages.append(_page(page, layer._replace(hidden=(*layer.hidden, *filled.hidden))))
        attached = read_attached(self._pdf)
        notes = {
            "repaired": bool(self._pdf.is_repaired),
            "hidden_text": any(page.hidden_words for page in pages),
            "xfa": self._has("AcroForm/XFA"),
            **self._actions(),
        }
        return Opened(
            sha256=sha256,
            media_type=MediaType.PDF,
            pages=tuple(pages),
            widgets=tuple(widgets),
            einvoice=attached.einvoice,
            notes=(*(note for note, is_so in notes.items() if is_so), *attached.notes),
            asides=asides.of_file(self._pdf),
        )

    def picture(self, page: int, dpi: int) -> PageImage:
        """Draw a page as displayed, form fields and annotations included."""
        loaded = self._load(page)
        width, height = self.size(page)
        wanted = width * height * (dpi / 72) ** 2
        scale = dpi / 72 * min(1.0, (self._limits.max_pixels / wanted) ** 0.5 * 0.999)
        pixels = loaded.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
        return PageImage(width=pixels.width, height=pixels.height, rgb=pixels.samples)

    def grey(self, page: int) -> tuple[int, int, bytes]:
        """Return (width, height, rows) of a page for OCR."""
        loaded = self._load(page)
        scale = min(_OCR_DPI / 72, _MOST_FOR_OCR / max(self.size(page)))
        pixels = loaded.get_pixmap(
            matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=False
        )
        return pixels.width, pixels.height, pixels.samples

    def size(self, page: int) -> tuple[float, float]:
        """Return a page's width and height in points."""
        rectangle = self._load(page).rect
        return rectangle.width, rectangle.height

    def close(self) -> None:
        """Let go of it, and of what the library keeps of a large one."""
        self._pdf.close()
        if len(self._content) > _LARGE:
            pymupdf.TOOLS.store_shrink(100)

    def _each_page(self) -> Iterator[pymupdf.Page]:
        return (self._load(number) for number in range(self._pdf.page_count))

    def _load(self, number: int) -> pymupdf.Page:
        if not 0 <= number < self._pdf.page_count:
            raise Refused("unreadable_document", f"it has no page {number + 1}")
        try:
            page = self._pdf.load_page(number)
        except (RuntimeError, ValueError) as error:
            raise Refused("unreadable_document", f"page {number + 1} is damaged") from error
        if not (0 < page.rect.width < _MOST_POINTS and 0 < page.rect.height < _MOST_POINTS):
            raise Refused("unreadable_document", f"page {number + 1} has no size that can be")
        return page

    def _actions(self) -> dict[str, bool]:
        """Say what the file would do by itself; only objects are asked, never the bytes of pictures."""
        numbers = range(1, min(self._pdf.xref_length(), _MOST_OBJECTS))
        found = {mark for number in numbers for mark in _ACTIONS.findall(self._object(number))}
        return {
            "javascript": bool(found & {"JavaScript", "JS"}) or self._has("Names/JavaScript"),
            "launch": "Launch" in found,
            "open_action": self._has("OpenAction"),
        }

    def _object(self, number: int) -> str:
        try:
            return str(self._pdf.xref_object(number, compressed=True))
        except (RuntimeError, ValueError):
            return ""  # an object that cannot be read does nothing

    def _has(self, key: str) -> bool:
        kind, _value = self._pdf.xref_get_key(self._pdf.pdf_catalog(), key)
        return bool(kind != "null")


def _page(page: pymupdf.Page, layer: Layer) -> Page:
    is_scan = layer.picture_share >= _SCAN_SHARE and len(layer.words) < _SCAN_WORDS
    unknown = sum("\ufffd" in word.text for word in layer.words)
    is_cipher = unknown > _UNKNOWN_SHARE * len(layer.words)
    words = () if is_scan or is_cipher else layer.words
    drawn = read_rules(page, layer.paths, layer.grey) if words else Drawn()
    return Page(
        number=page.number,
        width=round(layer.width, 2),
        height=round(layer.height, 2),
        source=TextSource.TEXT_LAYER if words else TextSource.NONE,
        words=words,
        hidden_words=len(layer.hidden) + len(layer.off_page),
        rules=drawn.rules,
        windows=drawn.windows,
        asides=asides.of_page(page, layer, has_text=bool(words)),
    )
