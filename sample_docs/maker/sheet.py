"""A document under construction: a canvas, a look, the words, and how far down the page we are."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from maker.formats import SIGNS, Hand, decimal
from maker.lexicon import Words
from maker.look import Look
from maker.pdf import Canvas, Colour, Span, Style, Text, Value, plain, spans, width


class Column(NamedTuple):
    """A column of a table: its heading, its share of the width and how it is aligned."""

    label: str
    share: float
    align: str = "left"


class Sheet:
    """Draws blocks below each other and turns the page when one is full."""

    def __init__(self, rng: Random, look: Look, hand: Hand) -> None:
        """Begin on an empty page."""
        self.rng, self.look, self.hand = rng, look, hand
        self.words = Words(rng, hand.language, look.upper, hand.country)
        self.canvas = Canvas(look.page)
        self.left, self.right = look.margin, look.page[0] - look.margin
        self.top, self.bottom = 52.0, look.page[1] - 62.0
        self.y = self.top
        self.below_head = 0.0
        self.on_turn: Callable[[], None] = lambda: None

    @property
    def room(self) -> float:
        """Width between the margins."""
        return self.right - self.left

    def need(self, height: float) -> bool:
        """Turn the page unless there is room for that height; True when it was turned."""
        if self.y + height <= self.bottom:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """Begin a new page."""
        self.canvas.turn()
        self.y = self.top
        self.below_head = 0.0
        self.on_turn()

    def say(self, text: Text, style: Style | None = None, gap: float = 0.0) -> None:
        """Write a paragraph over the whole width, over pages if need be."""
        style = style or self.look.body
        leading = style.size * 1.38
        first = len(self.canvas.places)
        for line in self.canvas.wrap(text, style, self.room):
            self.need(leading)
            self.canvas.text(self.left, self.y + style.size, line, style)
            self.y += leading
        self.canvas.join(first)
        self.y += gap

    def rule(self, colour: Colour | None = None, thick: float = 0.6) -> None:
        """Draw a line over the whole width."""
        self.canvas.line(self.left, self.y, self.right, self.y, colour or self.look.accent, thick=thick)

    def day(self, day: date, name: str) -> Value:
        """Return a date as a value."""
        return Value(self.hand.day(day), name, day.isoformat())

    def money(self, minor: int, currency: str, name: str = "", sign: str | None = None) -> tuple[Span, ...]:
        """Return an amount with its currency as this document writes it, a value if it has a name."""
        symbol = Value(SIGNS[currency], "currency", currency)
        if minor < 0 and (sign or self.look.sign) == "prefix":
            return ("-", *self.money(-minor, currency, "", "prefix"))
        amount: Span = self.hand.amount(minor, currency)
        if name:
            amount = Value(str(amount), name, decimal(minor, currency))
        code = Value(currency, "currency", currency)
        return {
            "none": (amount,),
            "prefix": (symbol, "" if len(symbol.printed) == 1 else " ", amount),
            "suffix": (amount, " ", symbol),
            "code": (amount, " ", code),
            "code-first": (code, " ", amount),
        }[sign or self.look.sign]

    def pairs(
        self, rows: Iterable[tuple[str, Text]], x0: float, x1: float, y: float, kind: str = "list"
    ) -> float:
        """Write labels with their values between two edges; return the next y."""
        look, canvas = self.look, self.canvas
        rows = list(rows)
        gap = max([width(label + look.colon, look.label) for label, _ in rows] or [0.0]) + 8
        gap = min(gap, (x1 - x0) * 0.62)
        for label, text in rows:
            if kind == "above":
                canvas.text(x0, y, label, look.small)
                canvas.text(x0, y + look.leading, text, look.bold)
                y += look.leading * 2.25
                continue
            self.fit(x0, y, label + look.colon, look.label, gap - 5 if kind == "list" else (x1 - x0) * 0.6)
            if kind == "flush":
                canvas.text(x1, y, text, look.body, "right")
            elif kind == "dotted":
                length = canvas.text(x1, y, text, look.body, "right")
                self.dots(x0 + width(label + look.colon, look.label) + 4, x1 - length - 4, y)
            else:
                first = len(canvas.places)
                for n, line in enumerate(canvas.wrap(text, look.body, x1 - x0 - gap)):
                    y += look.leading if n else 0.0
                    canvas.text(x0 + gap, y, line, look.body)
                canvas.join(first)
            y += look.leading * 1.08
        return y

    def dots(self, x0: float, x1: float, y: float) -> None:
        """Draw a dotted leader."""
        if x1 > x0:
            self.canvas.line(x0, y - 0.5, x1, y - 0.5, (0.5, 0.5, 0.5), thick=0.7, dash="0.7 2.3")

    def strip(self, rows: Sequence[tuple[str, Text]], kind: str) -> None:
        """Write labels in a row with their values below."""
        look, canvas = self.look, self.canvas
        per_row = min(len(rows), 4 if look.family != "mono" else 3)
        step = self.room / per_row
        deep = look.leading * 2.6
        for start in range(0, len(rows), per_row):
            part = rows[start : start + per_row]
            if kind == "table":
                canvas.rect(self.left, self.y, self.right, self.y + deep / 2, fill=look.soft)
            for n, (label, text) in enumerate(part):
                x = self.left + n * step
                if kind in ("grid", "table"):
                    canvas.rect(
                        x,
                        self.y,
                        x + step,
                        self.y + deep,
                        edge=look.accent if kind == "grid" else (0.7, 0.7, 0.7),
                    )
                self.fit(x + 5, self.y + look.leading * 0.95, label, look.small, step - 9)
                self.fit(x + 5, self.y + look.leading * 2.1, text, look.bold, step - 9)
            self.y += deep
            if kind == "strip":
                self.rule(thick=0.4)
        self.y += look.leading

    def cells(
        self, row: Sequence[tuple[str, Text, float]], lines: int = 1, edge: Colour | None = None
    ) -> None:
        """Draw a row of form boxes: a small label, the value below it, a share of the width."""
        look, canvas = self.look, self.canvas
        total = sum(share for _, _, share in row)
        deep = look.leading * (lines + 1.35)
        self.need(deep)
        x = self.left
        for label, text, share in row:
            wide = self.room * share / total
            canvas.rect(x, self.y, x + wide, self.y + deep, edge=edge or (0.45, 0.45, 0.45), thick=0.5)
            self.fit(
                x + 4, self.y + look.size * 0.95, label, look.small._replace(size=look.size * 0.74), wide - 8
            )
            wrapped = canvas.wrap(text, look.body, wide - 8)
            if len(wrapped) > lines:
                self.fit(x + 4, self.y + look.leading * 1.95, text, look.body, wide - 8)
            else:
                canvas.lines(x + 4, self.y + look.leading * 1.95, wrapped, look.body, look.leading)
            x += wide
        self.y += deep

    def section(self, title: str, kind: str = "plain") -> None:
        """Write a heading inside the document."""
        look, canvas = self.look, self.canvas
        self.need(look.leading * 5)
        if kind == "bar":
            canvas.rect(self.left, self.y, self.right, self.y + look.leading * 1.3, fill=look.accent)
            style = look.bold._replace(colour=(1.0, 1.0, 1.0))
            canvas.text(self.left + 4, self.y + look.size * 1.22, title, style)
            self.y += look.leading * 1.3
        elif kind == "soft":
            canvas.rect(self.left, self.y, self.right, self.y + look.leading * 1.35, fill=look.soft)
            canvas.text(
                self.left + 4, self.y + look.size * 1.25, title, look.bold._replace(colour=look.accent)
            )
            self.y += look.leading * 1.75
        else:
            canvas.text(self.left, self.y + look.size * 1.3, title, look.title(1.15))
            self.y += look.leading * 1.45
            if kind == "line":
                self.rule(thick=0.7)
            self.y += look.leading * 0.4

    def fit(self, x: float, y: float, text: Text, style: Style, room: float, *, align: str = "left") -> float:
        """Draw one line, narrower if it would not fit."""
        length = width(plain(text), style)
        if length > room:
            style = style._replace(stretch=style.stretch * room / length)
        return self.canvas.text(x, y, text, style, align)

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Text]],
        kind: str,
        carry: Callable[[int], Text] | None = None,
    ) -> None:
        """Write a table over as many pages as it takes, its heading on each."""
        total = sum(column.share for column in columns)
        edges = [self.left]
        for column in columns:
            edges.append(edges[-1] + self.room * column.share / total)
        self._heading(columns, edges, kind)
        top, pad = self.y, self.look.size * 0.42
        for number, row in enumerate(rows):
            cells = [
                self.canvas.wrap(text, self.look.body, edges[n + 1] - edges[n] - 7)
                for n, text in enumerate(row)
            ]
            deep = max(len(lines) for lines in cells) * self.look.leading + pad
            if self.y + deep + (self.look.leading * 2 if carry else 0) > self.bottom:
                self._frame(edges, top, kind)
                if carry and number:
                    self._carried(carry(number))
                self.turn()
                if carry and number:
                    self._carried(carry(number))
                self._heading(columns, edges, kind)
                top = self.y
            self._row(columns, edges, cells, deep, kind=kind, number=number)
        self._frame(edges, top, kind)

    def _carried(self, text: Text) -> None:
        label = self.words["carried"]
        length = self.canvas.text(
            self.right - 3, self.y + self.look.size * 1.2, text, self.look.small, "right"
        )
        self.canvas.text(
            self.right - length - 12, self.y + self.look.size * 1.2, label, self.look.small, "right"
        )
        self.y += self.look.leading * 1.5

    def _heading(self, columns: Sequence[Column], edges: Sequence[float], kind: str) -> None:
        look, canvas = self.look, self.canvas
        deep = look.leading * 1.45
        style = look.bold
        if kind in ("filled", "zebra"):
            canvas.rect(self.left, self.y, self.right, self.y + deep, fill=look.accent)
            style = style._replace(colour=(1.0, 1.0, 1.0))
        elif kind in ("grid", "boxed"):
            canvas.rect(self.left, self.y, self.right, self.y + deep, fill=look.soft, edge=look.accent)
        elif kind in ("ruled", "lines"):
            canvas.line(self.left, self.y + deep, self.right, self.y + deep, look.accent, thick=1.1)
        for column, x0, x1 in zip(columns, edges, edges[1:], strict=False):
            x = {"left": x0 + 3, "right": x1 - 3, "center": (x0 + x1) / 2}[column.align]
            self.fit(x, self.y + deep * 0.68, column.label, style, x1 - x0 - 5, align=column.align)
        self.y += deep

    def _row(
        self,
        columns: Sequence[Column],
        edges: Sequence[float],
        cells: Sequence[list[Text]],
        deep: float,
        *,
        kind: str,
        number: int,
    ) -> None:
        look, canvas = self.look, self.canvas
        if kind == "zebra" and number % 2:
            canvas.rect(self.left, self.y, self.right, self.y + deep, fill=look.soft)
        for column, lines, x0, x1 in zip(columns, cells, edges, edges[1:], strict=False):
            x = {"left": x0 + 3, "right": x1 - 3, "center": (x0 + x1) / 2}[column.align]
            first = len(canvas.places)
            for n, line in enumerate(lines):
                y = self.y + look.size * 1.16 + n * look.leading
                self.fit(x, y, line, look.body, x1 - x0 - 4, align=column.align)
            canvas.join(first)
        self.y += deep
        if kind in ("lines", "grid"):
            canvas.line(self.left, self.y, self.right, self.y, (0.75, 0.75, 0.75), thick=0.4)

    def _frame(self, edges: Sequence[float], top: float, kind: str) -> None:
        if kind in ("grid", "boxed"):
            for x in edges:
                self.canvas.line(x, top, x, self.y, self.look.accent, thick=0.5)
            self.rule(thick=0.5)
        elif kind == "ruled":
            self.rule(thick=0.8)

    def number_pages(self, where: str = "right") -> None:
        """Write 'page n of m' on every page."""
        pages = len(self.canvas.pages)
        for n in range(pages):
            self.canvas.page = n
            text = self.words["page"].format(n=n + 1, of=pages)
            x = self.right if where == "right" else self.look.page[0] / 2
            self.canvas.text(x, self.look.page[1] - 14, text, self.look.small, where)
        self.canvas.page = pages - 1


def joined(parts: Iterable[Text], between: str) -> Text:
    """Join texts with something between them."""
    out: list[Span] = []
    for part in parts:
        if out:
            out.append(between)
        out.extend(spans(part))
    return tuple(out)
