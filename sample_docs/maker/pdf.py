"""A small PDF writer that remembers where each value was drawn.

Files are uncompressed and hold no clock, so the same drawing gives the same bytes on every machine.
Lengths are PDF points, origin at the top left; `y` of a text is its baseline.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import pymupdf

FONTS = {
    "sans": ("Helvetica", "helv"),
    "sans-bold": ("Helvetica-Bold", "hebo"),
    "sans-italic": ("Helvetica-Oblique", "heit"),
    "serif": ("Times-Roman", "tiro"),
    "serif-bold": ("Times-Bold", "tibo"),
    "serif-italic": ("Times-Italic", "tiit"),
    "mono": ("Courier", "cour"),
    "mono-bold": ("Courier-Bold", "cobo"),
    "mono-italic": ("Courier-Oblique", "coit"),
}
EXTRA = {
    "ł": (1, "lslash"), "Ł": (2, "Lslash"), "ą": (3, "aogonek"), "ę": (4, "eogonek"), "ś": (5, "sacute"),
    "ż": (6, "zdotaccent"), "ć": (7, "cacute"), "ń": (14, "nacute"), "Ą": (15, "Aogonek"),
    "Ę": (16, "Eogonek"), "Ś": (17, "Sacute"), "Ż": (18, "Zdotaccent"), "Ć": (19, "Cacute"),
    "Ń": (20, "Nacute"), "ź": (21, "zacute"), "Ź": (22, "Zacute"),
}  # fmt: skip
"""Polish letters, which the encoding lacks: the bytes that stand for them and the names of their glyphs."""
TO_BYTES = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)", **{c: chr(n) for c, (n, _) in EXTRA.items()}})
ABOVE, BELOW = 0.88, 0.22
"""How far a box reaches above and below the baseline, in font sizes: between ink and line height."""

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
WHITE: Colour = (1.0, 1.0, 1.0)


class Value(NamedTuple):
    """A text that is the value of a field (or of a cell, when `row` is set)."""

    printed: str
    name: str
    normalised: str
    table: str = ""
    row: int = -1


Span = str | Value
Text = Span | tuple[Span, ...]


def identifier(printed: str, name: str) -> Value:
    """Return an identifier as a value: normalised it has no spaces."""
    return Value(printed, name, "".join(printed.split()))


class Style(NamedTuple):
    """How a text looks; `stretch` widens it, 1 is as designed."""

    font: str = "sans"
    size: float = 9.0
    colour: Colour = BLACK
    stretch: float = 1.0


class Place(NamedTuple):
    """A value and where it stands."""

    value: Value
    page: int
    box: tuple[float, float, float, float]


class Run(NamedTuple):
    """A line of text as drawn."""

    page: int
    x: float
    y: float
    style: Style
    text: str


@cache
def _advances(font: str) -> dict[str, int]:
    metrics = pymupdf.Font(FONTS[font][1])
    known = bytes(range(32, 256)).decode("cp1252", errors="ignore") + "".join(EXTRA)
    return {char: round(metrics.glyph_advance(ord(char)) * 1000) for char in known}


def width(text: str, style: Style) -> float:
    """Return the width of a text in points."""
    advances = _advances(style.font)
    return sum([advances[char] for char in text]) * style.size * style.stretch / 1000


def plain(text: Text) -> str:
    """Return the words of a text without what they mean."""
    if isinstance(text, str):
        return text
    if isinstance(text, Value):
        return text.printed
    return "".join(span if isinstance(span, str) else span.printed for span in text)


def spans(text: Text) -> tuple[Span, ...]:
    """Return a text as spans."""
    return (text,) if isinstance(text, (str, Value)) else text


class Canvas:
    """Pages under the pen."""

    def __init__(self, size: tuple[float, float]) -> None:
        """Begin with one empty page of that width and height."""
        self.width, self.height = size
        self.pages: list[list[str]] = []
        self.images: dict[int, tuple[bytes, int, int]] = {}
        self.sizes: list[tuple[float, float]] = []
        self.places: list[Place] = []
        self.runs: list[Run] = []
        self.fonts: set[str] = set()
        self.page = -1
        self.turn()

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append([])
        self.sizes.append((self.width, self.height))
        self.page = len(self.pages) - 1

    def text(self, x: float, y: float, text: Text, style: Style, align: str = "left") -> float:
        """Draw one line; `x` is its left end, its middle or its right end. Return its width."""
        words = plain(text)
        if not words.strip():
            return 0.0
        length = width(words, style)
        left = x - {"left": 0.0, "center": length / 2, "right": length}[align]
        self.fonts.add(style.font)
        self.runs.append(Run(self.page, left, y, style, words))
        self._mark(left, y, text, style)
        red, green, blue = style.colour
        shown = words.translate(TO_BYTES)
        self.pages[self.page].append(
            f"BT {red:.3g} {green:.3g} {blue:.3g} rg /{style.font} {style.size:.4g} Tf "
            f"{style.stretch * 100:.4g} Tz {left:.2f} {self.height - y:.2f} Td ({shown}) Tj ET"
        )
        return length

    def _mark(self, x: float, y: float, text: Text, style: Style) -> None:
        for span in spans(text):
            length = width(span if isinstance(span, str) else span.printed, style)
            if isinstance(span, Value):
                self.places.append(Place(span, self.page, _box(x, x + length, y, style)))
            x += length

    def lines(
        self, x: float, y: float, texts: Iterable[Text], style: Style, leading: float, *, align: str = "left"
    ) -> float:
        """Draw lines below each other; a value that goes on in the next one stays one. Return the next y."""
        first = len(self.places)
        for text in texts:
            self.text(x, y, text, style, align)
            y += leading
        self.join(first)
        return y

    def join(self, first: int) -> None:
        """Make one place of neighbouring places of the same value, from the place numbered `first` on."""
        joined: list[Place] = []
        for place in self.places[first:]:
            last = joined[-1] if joined else None
            if last and last.value[1:] == place.value[1:] and last.page == place.page:
                printed = f"{last.value.printed} {place.value.printed}"
                a, b = last.box, place.box
                box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
                joined[-1] = Place(last.value._replace(printed=printed), last.page, box)
            else:
                joined.append(place)
        self.places[first:] = joined

    def wrap(self, text: Text, style: Style, room: float) -> list[Text]:
        """Break a text into lines of at most that width; short values are never torn apart."""
        space = width(" ", style)
        lines: list[list[Span]] = [[]]
        used = 0.0
        for token, glued in _tokens(text, style, room):
            length = width(token if isinstance(token, str) else token.printed, style)
            gap = 0.0 if glued or not lines[-1] else space
            if lines[-1] and not glued and used + gap + length > room:
                lines.append([])
                used, gap = 0.0, 0.0
            if gap:
                lines[-1].append(" ")
            lines[-1].append(token)
            used += gap + length
        return [tuple(line) for line in lines]

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour = BLACK, *,
        thick: float = 0.6, dash: str = "",
    ) -> None:  # fmt: skip
        """Draw a line; `dash` holds lengths of ink and gap."""
        r, g, b = colour
        before, after = (f"[{dash}] 0 d ", " [] 0 d") if dash else ("", "")
        self.pages[self.page].append(
            f"{before}{r:.3g} {g:.3g} {b:.3g} RG {thick:.3g} w "
            f"{x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l S{after}"
        )

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, *, fill: Colour | None = None,
        edge: Colour | None = None, thick: float = 0.6,
    ) -> None:  # fmt: skip
        """Draw a rectangle, filled, with an edge, or both."""
        ops = [f"{thick:.3g} w"]
        if fill:
            ops.append(f"{fill[0]:.3g} {fill[1]:.3g} {fill[2]:.3g} rg")
        if edge:
            ops.append(f"{edge[0]:.3g} {edge[1]:.3g} {edge[2]:.3g} RG")
        ops.append(f"{x0:.2f} {self.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re")
        ops.append("B" if fill and edge else "f" if fill else "S")
        self.pages[self.page].append(" ".join(ops))

    def polygon(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        """Draw a filled polygon."""
        path = " ".join(
            f"{x:.2f} {self.height - y:.2f} {'l' if n else 'm'}" for n, (x, y) in enumerate(points)
        )
        self.pages[self.page].append(f"{fill[0]:.3g} {fill[1]:.3g} {fill[2]:.3g} rg {path} h f")

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Draw a filled circle around a point."""
        k, up = 0.5523 * radius, self.height - y
        self.pages[self.page].append(
            f"{fill[0]:.3g} {fill[1]:.3g} {fill[2]:.3g} rg {x + radius:.2f} {up:.2f} m "
            f"{x + radius:.2f} {up + k:.2f} {x + k:.2f} {up + radius:.2f} {x:.2f} {up + radius:.2f} c "
            f"{x - k:.2f} {up + radius:.2f} {x - radius:.2f} {up + k:.2f} {x - radius:.2f} {up:.2f} c "
            f"{x - radius:.2f} {up - k:.2f} {x - k:.2f} {up - radius:.2f} {x:.2f} {up - radius:.2f} c "
            f"{x + k:.2f} {up - radius:.2f} {x + radius:.2f} {up - k:.2f} {x + radius:.2f} {up:.2f} c f"
        )

    def curve(self, points: Sequence[tuple[float, float]], colour: Colour, thick: float = 0.8) -> None:
        """Draw a line through points, three control points a bend (a signature)."""
        (x, y), *rest = points
        path = [f"{x:.2f} {self.height - y:.2f} m"]
        path += [
            " ".join(f"{a:.2f} {self.height - b:.2f}" for a, b in rest[n : n + 3]) + " c"
            for n in range(0, len(rest) - 2, 3)
        ]
        r, g, b = colour
        self.pages[self.page].append(f"{r:.3g} {g:.3g} {b:.3g} RG {thick:.3g} w {' '.join(path)} S")

    def picture(self, jpeg: bytes, pixels: tuple[int, int]) -> None:
        """Fill the current page with a JPEG picture."""
        self.images[self.page] = (jpeg, *pixels)
        self.pages[self.page].append(f"q {self.width:.2f} 0 0 {self.height:.2f} 0 0 cm /Scan Do Q")

    def to_bytes(self) -> bytes:
        """Return the PDF file."""
        objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b""]
        fonts = []
        for font in sorted(self.fonts):
            objects.append(_font(FONTS[font][0]))
            fonts.append(f"/{font} {len(objects)} 0 R")
        objects[2] = f"<</Font<<{''.join(fonts)}>>>>".encode()
        kids = []
        for number, content in enumerate(self.pages):
            resources = "3 0 R"
            if number in self.images:
                jpeg, w, h = self.images[number]
                kind = "/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode"
                objects.append(_stream(jpeg, f"{kind}/Width {w}/Height {h}"))
                resources = f"<</XObject<</Scan {len(objects)} 0 R>>>>"
            objects.append(_stream("\n".join(content).encode("cp1252"), ""))
            w_pt, h_pt = self.sizes[number]
            objects.append(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w_pt:.2f} {h_pt:.2f}]"
                f"/Resources {resources}/Contents {len(objects)} 0 R>>".encode()
            )
            kids.append(f"{len(objects)} 0 R")
        objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
        return _file(objects)


def _tokens(text: Text, style: Style, room: float) -> Iterable[tuple[Span, bool]]:
    """Yield (word or value, whether it is glued to what stands before); long values come word by word."""
    glued = True
    for span in spans(text):
        if not span:
            continue
        if isinstance(span, str):
            words = span.split()
            if not words:
                glued = False
            for n, word in enumerate(words):
                yield word, glued and n == 0 and not span[0].isspace()
                glued = False
            if words:
                glued = not span[-1].isspace()
        elif len(span.printed) > 44 or width(span.printed, style) > room:
            for n, word in enumerate(span.printed.split()):
                yield span._replace(printed=word), glued and n == 0
            glued = True
        else:
            yield span, glued
            glued = True


def _box(x0: float, x1: float, y: float, style: Style) -> tuple[float, float, float, float]:
    return (round(x0, 2), round(y - ABOVE * style.size, 2), round(x1, 2), round(y + BELOW * style.size, 2))


def part(run: Run, start: int, end: int) -> tuple[float, float, float, float]:
    """Return the box of some characters of a run."""
    x0 = run.x + width(run.text[:start], run.style)
    return _box(x0, x0 + width(run.text[start:end], run.style), run.y, run.style)


def _font(name: str) -> bytes:
    differences = " ".join(f"{code}/{glyph}" for code, glyph in EXTRA.values())
    return (
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding"
        f"<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[{differences}]>>>>"
    ).encode()


def _stream(data: bytes, entries: str) -> bytes:
    return f"<<{entries}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    identity = hashlib.sha256(out).hexdigest()[:32]
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for start in starts:
        out += b"%010d 00000 n \n" % start
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R/ID[<{identity}><{identity}>]>>\n".encode()
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)
