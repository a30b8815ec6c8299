"""Scrolling and zooming over pages that lie under each other; what is painted on them is `page_view`'s."""

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from countersign.ui.views.page_layout import PageLayout

SMALLEST, LARGEST = 0.2, 6.0
STEP = 1.2
SHARP_AFTER = 70
"""Milliseconds after the last zoom until sharp pictures are asked for."""
FOCUS_ZOOM = 2.2


class PageScroll(QAbstractScrollArea):
    """Knows zoom and place; the page under the eye is the one a third down the view."""

    page_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = PageLayout()
        self._fits = True
        self._sharp = True
        self._page = -1
        self._settle = QTimer(self, interval=SHARP_AFTER, singleShot=True)
        self._settle.timeout.connect(self._sharpen)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)

    @property
    def zoom(self) -> float:
        """Pixels a point."""
        return self._layout.zoom

    @property
    def is_sharp(self) -> bool:
        """False between a zoom and the wish for sharp pictures."""
        return self._sharp

    def fit_width(self) -> None:
        """Make the page as wide as the view, and keep it so."""
        self._fits = True
        self._refit()

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Zoom; the spot under the mouse (in the viewport) stays where it is."""
        self._fits = False
        spot = around or QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        zoom = min(LARGEST, max(SMALLEST, self.zoom * factor))
        whole = spot + self._offset
        page = self._layout.visible(whole.y(), whole.y()).start
        if page >= len(self._layout.sizes):
            return
        point = (whole - self._layout.place(page, self._room).topLeft()) / self.zoom
        self._zoom_to(zoom)
        self._scroll_to(self._layout.place(page, self._room).topLeft() + point * zoom - spot)

    def zoom_to(self, page: int, place: QRectF) -> None:
        """Zoom in on a place (in points), or back to the whole width when already zoomed in."""
        if not self._fits:
            self.fit_width()
            return
        self._fits = False
        self._zoom_to(max(FOCUS_ZOOM, self.zoom * 1.6))
        middle = self._layout.on_whole(page, place, self._room).center()
        view = self.viewport()
        self._scroll_to(middle - QPointF(view.width() / 2, view.height() / 2))

    def turn_page(self, step: int) -> None:
        """Go to the next page, or with -1 to the one before."""
        self.go_to_page(self._page + step)

    def go_to_page(self, page: int) -> None:
        """Bring the top of a page into view."""
        if 0 <= page < len(self._layout.sizes):
            self.verticalScrollBar().setValue(int(self._layout.place(page, self._room).top()) - 12)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the page as wide as the view where that is wanted."""
        self._fit_bars()
        self._refit()

    # -- for the view ---------------------------------------------------------------------------------

    @property
    def _room(self) -> float:
        return float(self.viewport().width())

    @property
    def _offset(self) -> QPointF:
        return QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _on_view(self, page: int, place: QRectF) -> QRectF:
        return self._layout.on_whole(page, place, self._room).translated(-self._offset)

    def _visible(self) -> range:
        top = self._offset.y()
        return self._layout.visible(top, top + self.viewport().height())

    def _begin(self, pages: int) -> None:
        self._layout.begin(pages)
        self._fits, self._sharp = True, True
        self._page = -1
        self._refit()
        self.verticalScrollBar().setValue(0)
        self._on_scrolled()

    def _moved(self) -> None:
        """Look again after a page turned out to have another size."""
        self._refit()
        self._fit_bars()
        self.viewport().update()

    def _scroll_to(self, spot: QPointF) -> None:
        self.horizontalScrollBar().setValue(round(spot.x()))
        self.verticalScrollBar().setValue(round(spot.y()))

    def _reveal(self, page: int, place: QRectF) -> None:
        """Scroll as little as shows the place with some of its surroundings."""
        if not 0 <= page < len(self._layout.sizes):
            return
        view = self.viewport().rect()
        shown = self._on_view(page, place)
        for bar, low, high, far in (
            (self.verticalScrollBar(), shown.top(), shown.bottom(), view.height()),
            (self.horizontalScrollBar(), shown.left(), shown.right(), view.width()),
        ):
            edge = min(60, far // 6)
            if low < edge:
                bar.setValue(bar.value() + int(low) - edge)
            elif high > far - edge:
                bar.setValue(bar.value() + int(min(high - far + edge, low - edge)))

    def _refit(self) -> None:
        if self._fits:
            self._zoom_to(min(LARGEST, self._layout.zoom_to_width(self._room)))

    def _zoom_to(self, zoom: float) -> None:
        if abs(zoom - self._layout.zoom) > 1e-6:
            self._sharp = False
            self._settle.start()
        self._layout.set_zoom(zoom)
        self._fit_bars()
        self.viewport().update()

    def _sharpen(self) -> None:
        self._sharp = True
        self.viewport().update()

    def _fit_bars(self) -> None:
        view, extent = self.viewport(), self._layout.extent
        for bar, whole, shown in (
            (self.verticalScrollBar(), extent.height(), view.height()),
            (self.horizontalScrollBar(), extent.width() - 1, view.width()),
        ):
            bar.setRange(0, max(0, int(whole) - shown))
            bar.setPageStep(shown)
            bar.setSingleStep(40)

    def _on_scrolled(self) -> None:
        middle = self._offset.y() + self.viewport().height() / 3
        page = self._layout.visible(middle, middle).start if self._layout.sizes else -1
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)
        self.viewport().update()
