"""Draws plausible business pages: words at places, and the picture of them at any resolution."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from countersign.domain.document import Page, PageImage, TextSource, Word
from countersign.domain.geometry import Box

WIDTH, HEIGHT = 595.0, 842.0
MEASURE = 100


def _font(pixels: float, *, bold: bool) -> QFont:
    font = QFont("Inter")
    font.setPixelSize(max(1, round(pixels)))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@dataclass
class Paper:
    """One page under construction; the picture draws exactly the words."""

    tint: str = "#20304a"
    words: list[Word] = field(default_factory=list)
    rules: list[tuple[float, float, float]] = field(default_factory=list)
    line: int = 0

    def write(self, text: str, x: float, y: float, size: float = 9, *, bold: bool = False) -> Box:
        """Write words from the left, baseline at y; return the box around them."""
        metrics = QFontMetricsF(_font(MEASURE, bold=bold))
        scale = size / MEASURE
        first = len(self.words)
        for word in text.split():
            wide = metrics.horizontalAdvance(word) * scale
            self.words.append(
                Word(word, x, y - size * 0.78, x + wide, y + size * 0.22, self.line, size=size, bold=bold)
            )
            x += wide + size * 0.3
        self.line += 1
        return Box.around(word.box for word in self.words[first:])

    def write_right(self, text: str, right: float, y: float, size: float = 9, *, bold: bool = False) -> Box:
        """Write words that end at `right`."""
        metrics = QFontMetricsF(_font(MEASURE, bold=bold))
        pieces = text.split()
        wide = sum(metrics.horizontalAdvance(word) for word in pieces) * size / MEASURE
        return self.write(text, right - wide - size * 0.3 * (len(pieces) - 1), y, size, bold=bold)

    def rule(self, x0: float, x1: float, y: float) -> None:
        """Draw a line."""
        self.rules.append((x0, x1, y))

    def page(self, number: int) -> Page:
        """Return the page as the agents see it."""
        return Page(
            number=number,
            width=WIDTH,
            height=HEIGHT,
            source=TextSource.TEXT_LAYER,
            words=tuple(self.words),
        )

    def picture(self, dpi: int) -> PageImage:
        """Draw the page."""
        scale = dpi / 72
        image = QImage(round(WIDTH * scale), round(HEIGHT * scale), QImage.Format.Format_RGB888)
        image.fill(QColor("#ffffff"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.fillRect(QRectF(0, 0, WIDTH, 6), QColor(self.tint))
        for x0, x1, y in self.rules:
            painter.fillRect(QRectF(x0, y, x1 - x0, 0.6), QColor("#9aa0aa"))
        painter.resetTransform()
        for word in self.words:
            painter.setFont(_font(word.size * scale, bold=word.bold))
            painter.setPen(QColor(self.tint) if word.size > 11 else QColor("#1c1c1f"))
            painter.drawText(QPointF(word.x0 * scale, (word.y1 - word.size * 0.22) * scale), word.text)
        painter.end()
        wide = image.width() * 3
        rows = bytes(image.constBits())
        stride = image.bytesPerLine()
        packed = b"".join(rows[at * stride : at * stride + wide] for at in range(image.height()))
        return PageImage(width=image.width(), height=image.height(), rgb=packed)
