"""Where pages lie under each other at a zoom: plain geometry, no widget."""

from bisect import bisect_right

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP = 14.0
MARGIN = 24.0
A4 = QSizeF(595.28, 841.89)


class PageLayout:
    """Pages one under the other; sizes in points, places in pixels of the whole, zoom in pixels a point."""

    def __init__(self) -> None:
        self.sizes: list[QSizeF] = []
        self.zoom = 1.0
        self._tops: list[float] = []
        self._height = 0.0
        self._width = 0.0

    def begin(self, pages: int) -> None:
        """Lay out a new document of which no page is known yet."""
        self.sizes = [A4] * pages
        self._lay_out()

    def know(self, page: int, size: QSizeF) -> bool:
        """Take the true size of a page; return whether anything moved."""
        if not 0 <= page < len(self.sizes) or self.sizes[page] == size:
            return False
        if page == 0:
            self.sizes = [size if known == A4 else known for known in self.sizes]
        self.sizes[page] = size
        self._lay_out()
        return True

    def set_zoom(self, zoom: float) -> None:
        """Lay out at another zoom."""
        self.zoom = zoom
        self._lay_out()

    def zoom_to_width(self, width: float) -> float:
        """Return the zoom at which the widest page fills a width."""
        widest = max((size.width() for size in self.sizes), default=A4.width())
        return max(0.1, (width - 2 * MARGIN) / widest)

    @property
    def extent(self) -> QSizeF:
        """Size of the whole."""
        return QSizeF(self._width, self._height)

    def place(self, page: int, room: float) -> QRectF:
        """Return where a page lies, in the middle of a room of that width."""
        size = self.sizes[page] * self.zoom
        left = max(MARGIN, (max(room, self._width) - size.width()) / 2)
        return QRectF(left, self._tops[page], size.width(), size.height())

    def visible(self, top: float, bottom: float) -> range:
        """Return the pages of which something lies between two heights."""
        if not self.sizes:
            return range(0)
        first = max(0, bisect_right(self._tops, top) - 1)
        last = max(first, bisect_right(self._tops, bottom) - 1)
        return range(first, last + 1)

    def page_at(self, spot: QPointF, room: float) -> tuple[int, QPointF] | None:
        """Return the page at a spot and the spot in its points."""
        for page in self.visible(spot.y(), spot.y()):
            place = self.place(page, room)
            if place.contains(spot):
                return page, (spot - place.topLeft()) / self.zoom
        return None

    def on_whole(self, page: int, rect: QRectF, room: float) -> QRectF:
        """Turn a rectangle in points of a page into pixels of the whole."""
        place = self.place(page, room)
        return QRectF(
            place.left() + rect.left() * self.zoom,
            place.top() + rect.top() * self.zoom,
            rect.width() * self.zoom,
            rect.height() * self.zoom,
        )

    def _lay_out(self) -> None:
        self._tops = []
        top = MARGIN
        for size in self.sizes:
            self._tops.append(top)
            top += size.height() * self.zoom + GAP
        self._height = top - GAP + MARGIN
        widest = max((size.width() for size in self.sizes), default=0.0)
        self._width = widest * self.zoom + 2 * MARGIN
