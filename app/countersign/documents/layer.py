"""The text layer of a PDF page, sorted into words that an eye can see and words that none can.

Text hides in many ways: drawn with no ink, with no opacity, in the colour of the paper, smaller than a point,
off the page, cut away, under a picture or under a box. All but the first four need the pixels: a word where
the drawn page has no contrast is not there for a reader, and it is not there for the desk.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pymupdf

from countersign.domain.document import Word

_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE
_FILLED, _STROKED, _BOLD = 16, 32, 8  # char_flags of a span
_BOLD_FONT = 16  # flags of a span
_FAINT = 12  # of 255 opacity
_CONTRAST = 10  # of 255 grey levels
_SMALLEST = 1.0  # points
_MOST_PIXELS = 4_000_000
_FRAME = 0.24  # share of a small box on each side that is its edge
_COVERED = 0.7  # share of a word's box
_LEAST_CODE = 30.0  # points, side of a QR code that a telephone can read
_SPECK, _MANY = 9.0, 100  # points, side of a dot of a code; dots that may be one
_TEXT = ("fill-text", "stroke-text")
_PICTURES = ("fill-image", "fill-imgmask")
_PATHS = ("fill-path", "stroke-path")

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, in points."""

Fonts = dict[tuple[str, int], int]
"""Numbers of typefaces and colours, in order of appearance."""

Span = dict[str, Any]
"""Characters with the same font, size and colour."""


class Layer(NamedTuple):
    """What the text layer of a page holds."""

    width: float
    height: float
    words: tuple[Word, ...]
    hidden: tuple[str, ...]
    """Words on the page that no eye can see."""
    off_page: tuple[str, ...]
    """Words that stand wholly outside of the page."""
    picture_share: float
    """Share of the page that pictures cover, 0 to 1."""
    paths: int
    """Number of lines, frames and other shapes that are drawn."""
    squares: tuple[Rectangle, ...]
    """Where something square is drawn that is large enough to be a code."""
    grey: "Grey"
    """The page as drawn."""


class _Mark(NamedTuple):
    """Something drawn on the page, in drawing order."""

    kind: str
    box: Rectangle


def read_layer(page: pymupdf.Page, fonts: Fonts) -> Layer:
    """Read a page's words, in points of the page as displayed; `fonts` numbers those of the document."""
    drawing = page.get_displaylist()
    text = pymupdf.TextPage(drawing.get_textpage(_FLAGS))
    marks = _marks(page)
    grey = Grey(drawing, page.rect)
    covers = _covers(page, marks)
    words: list[Word] = []
    hidden: list[str] = []
    for word, has_ink in _words(text, fonts):
        if has_ink and grey.shows(word) and not _is_covered(word, covers, marks):
            words.append(word)
        else:
            hidden.append(word.text)
    paths = sum(mark.kind in _PATHS for mark in marks)
    share = _picture_share(page, marks)
    return Layer(
        page.rect.width,
        page.rect.height,
        tuple(words),
        tuple(hidden),
        _off_page(page, marks),
        share,
        paths,
        _squares(marks),
        grey,
    )


def _words(text: pymupdf.TextPage, fonts: Fonts) -> Iterator[tuple[Word, bool]]:
    """Yield each word and whether ink is put down for all of it."""
    lines = (line for block in text.extractRAWDICT()["blocks"] for line in block.get("lines", ()))
    for number, line in enumerate(lines):
        for chars, boxes, spans in _split(line["spans"]):
            x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
            first = spans[0]
            word = Word(
                _clean("".join(chars)),
                round(min(x0s), 2),
                round(min(y0s), 2),
                round(max(x1s), 2),
                round(max(y1s), 2),
                line=number,
                size=round(first["size"], 2),
                bold=bool(first["flags"] & _BOLD_FONT or first["char_flags"] & _BOLD),
                font=fonts.setdefault((first["font"], first["color"]), len(fonts)),
            )
            yield word, all(map(_has_ink, spans))


def _split(spans: list[Span]) -> Iterator[tuple[list[str], list[Rectangle], list[Span]]]:
    """Yield the words of a line as (characters, their boxes, the spans that they are of).

    A word may change its font on the way. The library's own list of words does not tell the font.
    """
    chars: list[str] = []
    boxes: list[Rectangle] = []
    inside: list[Span] = []
    for span in spans:
        is_new = True
        for char in span["chars"]:
            if char["c"].isspace():
                if chars:
                    yield chars, boxes, inside
                    chars, boxes, inside, is_new = [], [], [], True
                continue
            chars.append(char["c"])
            boxes.append(char["bbox"])
            if is_new:
                inside.append(span)
                is_new = False
    if chars:
        yield chars, boxes, inside


def _has_ink(span: Span) -> bool:
    is_painted = span["char_flags"] & (_FILLED | _STROKED)
    return bool(is_painted and span["alpha"] >= _FAINT and span["size"] >= _SMALLEST)


class Grey:
    """The page as drawn, in grey, at 72 dots an inch: one pixel a point."""

    def __init__(self, drawing: pymupdf.DisplayList, page: pymupdf.Rect) -> None:
        self._scale = min(1.0, (_MOST_PIXELS / (page.width * page.height)) ** 0.5)
        pixels = drawing.get_pixmap(
            matrix=pymupdf.Matrix(self._scale, self._scale), colorspace=pymupdf.csGRAY, alpha=False
        )
        self._width, self._height, self._stride = pixels.width, pixels.height, pixels.stride
        self._samples: bytes = pixels.samples

    def shows(self, word: Word) -> bool:
        """Tell whether anything at all can be seen where the word stands."""
        if not any(char.isalnum() for char in word.text):
            return True  # a dot may be too small to show, and says nothing
        left, right = self._within(word.x0, word.x1, self._width)
        top, bottom = self._within(word.y0, word.y1, self._height)
        levels: set[int] = set()
        middle = (top + bottom) // 2
        for row in (*range(middle, bottom), *range(top, middle)):
            levels.update(self._samples[row * self._stride + left : row * self._stride + right])
            if levels and max(levels) - min(levels) >= _CONTRAST:
                return True
        return False

    def is_even(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Tell whether nothing can be seen inside a box, its edges left out."""
        left, right = self._within(x0, x1, self._width)
        top, bottom = self._within(y0, y1, self._height)
        levels: set[int] = set()
        for row in range(top, bottom):
            levels.update(self._samples[row * self._stride + left : row * self._stride + right])
        return not levels or max(levels) - min(levels) < _CONTRAST

    def ink(self, x0: float, y0: float, x1: float, y1: float) -> int:
        """Return how dark a box is inside, its edges left out, in percent."""
        edge_x, edge_y = (x1 - x0) * _FRAME, (y1 - y0) * _FRAME
        left, right = int((x0 + edge_x) * self._scale), int((x1 - edge_x) * self._scale) + 1
        left, right = max(0, left), min(self._width, right)
        top, bottom = int((y0 + edge_y) * self._scale), int((y1 - edge_y) * self._scale) + 1
        rows = range(max(0, top), min(self._height, bottom))
        if right <= left or not rows:
            return 0
        light = sum(
            sum(self._samples[row * self._stride + left : row * self._stride + right]) for row in rows
        )
        darkest = 255 * len(rows) * (right - left)
        return 100 - int(100 * light / darkest)

    def _within(self, low: float, high: float, most: int) -> tuple[int, int]:
        edge = (high - low) * 0.1  # a frame around the word is not the word
        return max(0, int((low + edge) * self._scale)), min(most, int((high - edge) * self._scale) + 1)


def _marks(page: pymupdf.Page) -> list[_Mark]:
    """Return what is drawn, in drawing order."""
    log = page.get_bboxlog()
    if not page.rotation:
        return list(map(_Mark._make, log))
    return [_Mark(kind, _displayed(page, box)) for kind, box in log]


def _displayed(page: pymupdf.Page, box: Rectangle) -> Rectangle:
    """Turn a box as a turned page is turned; the library gives some boxes as before."""
    if not page.rotation:
        return box
    turned = (pymupdf.Rect(box) * page.rotation_matrix).normalize()
    return turned.x0, turned.y0, turned.x1, turned.y1


def _covers(page: pymupdf.Page, marks: list[_Mark]) -> list[int]:
    """Return which marks are opaque pictures drawn after some text."""
    first_text = next((n for n, mark in enumerate(marks) if mark.kind in _TEXT), len(marks))
    later = [n for n, mark in enumerate(marks) if n > first_text and mark.kind == "fill-image"]
    if not later:
        return []
    clear = [_displayed(page, info["bbox"]) for info in page.get_image_info() if info.get("has-mask")]
    return [n for n in later if not any(_same(marks[n].box, box) for box in clear)]


def _same(one: Rectangle, other: Rectangle) -> bool:
    return all(abs(a - b) < 1 for a, b in zip(one, other, strict=True))


def _is_covered(word: Word, covers: list[int], marks: list[_Mark]) -> bool:
    box = (word.x0, word.y0, word.x1, word.y1)
    for n in covers:
        if _shared(marks[n].box, box) < _COVERED * _area(box):
            continue
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        if not any(mark.kind in _TEXT and _holds(mark.box, x, y) for mark in marks[n + 1 :]):
            return True
    return False


def _off_page(page: pymupdf.Page, marks: list[_Mark]) -> tuple[str, ...]:
    """Return the words that stand wholly outside of the page."""
    paper = (0.0, 0.0, page.rect.width, page.rect.height)
    if all(_meets(paper, mark.box) for mark in marks if mark.kind in _TEXT):
        return ()
    everything = page.get_textpage(clip=pymupdf.INFINITE_RECT(), flags=_FLAGS).extractWORDS()
    return tuple(_clean(word[4]) for word in everything if not _meets(paper, _displayed(page, word[:4])))


def _squares(marks: list[_Mark]) -> tuple[Rectangle, ...]:
    """Return the places of squares: pictures and shapes, and many specks that together make one."""
    drawn = [mark.box for mark in marks if mark.kind in _PICTURES or mark.kind in _PATHS]
    specks = [box for box in drawn if max(box[2] - box[0], box[3] - box[1]) < _SPECK]
    found = dict.fromkeys(box for box in drawn if _is_square(box))
    if len(specks) >= _MANY:
        x0s, y0s, x1s, y1s = zip(*specks, strict=True)
        around = (min(x0s), min(y0s), max(x1s), max(y1s))
        found.update({around: None} if _is_square(around) else {})
    return tuple(found)


def _is_square(box: Rectangle) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    return min(wide, high) >= _LEAST_CODE and max(wide, high) <= 1.15 * min(wide, high)


def _picture_share(page: pymupdf.Page, marks: list[_Mark]) -> float:
    paper = (0.0, 0.0, page.rect.width, page.rect.height)
    area = sum(_shared(paper, mark.box) for mark in marks if mark.kind in _PICTURES)
    return min(1.0, area / _area(paper))


def _area(box: Rectangle) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _shared(one: Rectangle, other: Rectangle) -> float:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    return _area((left, top, min(one[2], other[2]), min(one[3], other[3])))


def _meets(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(box: Rectangle, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _clean(text: str) -> str:
    """Replace what no text may hold: lone surrogates and control characters."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c < " " else c for c in text)
