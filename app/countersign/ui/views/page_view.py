"""The pages of a document with the fields' boxes on them: scroll, zoom, click a box or a word."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from countersign.domain.document import Page, Word
from countersign.domain.geometry import Box
from countersign.ui.delegates import paint
from countersign.ui.delegates.page_delegate import PageBox, badge_beside, outer, paint_box
from countersign.ui.look import words
from countersign.ui.look.colours import LIGHT, Tone
from countersign.ui.look.marks import Mark
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.pictures import Pictures
from countersign.ui.views.page_scroll import PageScroll

DRAG = 5
"""Pixels from which a press is a drag."""
READABLE = 520
"""Pixels across which a few sentences read well."""


@dataclass(frozen=True)
class Taken:
    """Words that a person took from the page."""

    text: str
    document: str
    page: int
    box: Box
    append: bool


class PageView(PageScroll):
    """Shows one document."""

    box_clicked = Signal(int)
    """Row of the field whose box was clicked."""
    taken = Signal(object)
    """A `Taken`."""
    touched = Signal()
    """A click."""

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pages")
        self.setAccessibleName(words.PAGE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        self._theme = theme
        self._pictures = pictures
        self._document = ""
        self._why_not = words.NO_DOCUMENT
        self._boxes: tuple[PageBox, ...] = ()
        self._badges: dict[tuple[int, float], QRectF] = {}
        """Place of each box's badge, from the corner of the box, by row and zoom."""
        self._focused_row = -1
        self._pointer: PageBox | None = None
        self._pressed: QPoint | None = None
        self._dragged: QRectF | None = None
        self.panning = False
        """True while the space bar is held: drags move the page."""
        self.typing = False
        """True while a field is being edited: a click takes the word, not the box."""
        pictures.arrived.connect(self._on_arrived)
        pictures.words_arrived.connect(self._on_words)
        self.verticalScrollBar().valueChanged.connect(self._drop_wishes)
        theme.changed.connect(self.viewport().update)

    # -- what is shown --------------------------------------------------------------------------------

    def show_document(self, document: str, pages: int, why_not: str = words.NO_DOCUMENT) -> None:
        """Show another document from its first page; `why_not` stands where there are no pages."""
        self._document, self._why_not = document, why_not
        self._boxes, self._focused_row, self._pointer = (), -1, None
        self._begin(pages)
        if pages and self._know(0):
            self._moved()

    def show_boxes(self, boxes: tuple[PageBox, ...]) -> None:
        """Draw these boxes."""
        self._boxes = boxes
        self._badges.clear()
        self.viewport().update()

    def focus_row(self, row: int) -> None:
        """Point out the box of a field and bring it into view."""
        self._focused_row, self._pointer = row, None
        box = self._box_of(row)
        if box is not None:
            self._reveal(box.page, box.place)
        self.viewport().update()

    def zoom_to_focus(self) -> None:
        """Zoom to the focused field, or back to the whole width."""
        box = self._box_of(self._focused_row) or self._pointer
        if box is None:
            self.fit_width()
        else:
            self.zoom_to(box.page, box.place)

    def point_at(self, page: int, box: Box) -> None:
        """Point out a place that is no field's, such as a cell of a line item."""
        place = QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)
        self._focused_row = -1
        self._pointer = PageBox(-1, page, place, Mark.NONE, Tone.QUIET, "")
        self._reveal(page, place)
        self.viewport().update()

    @property
    def pointed_at(self) -> PageBox | None:
        """The place that is pointed out and is no field's."""
        return self._pointer

    def box_centre(self, row: int) -> QPoint | None:
        """Return where on the viewport the middle of a field's box lies, None where it has none."""
        box = self._box_of(row)
        return self._on_view(box.page, box.place).center().toPoint() if box else None

    def spot(self, page: int, x: float, y: float) -> QPoint:
        """Return where on the viewport a place of a page (in points) lies."""
        whole = self._layout.on_whole(page, QRectF(x, y, 0, 0), self._room)
        return (whole.topLeft() - self._offset).toPoint()

    # -- what arrives ---------------------------------------------------------------------------------

    def _drop_wishes(self) -> None:
        """Nobody has to draw pages that were scrolled past."""
        seen = self._visible()
        if self._document:
            self._pictures.drop_wishes(self._document, range(seen.start - 1, seen.stop + 1))

    def _on_arrived(self, document: str, page: int) -> None:
        if document == self._document and page in self._visible():
            self.viewport().update()

    def _on_words(self, document: str, page: int) -> None:
        if document != self._document:
            return
        self._badges.clear()
        if self._know(page):
            self._moved()

    # -- painting -------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible pages, then the boxes on them."""
        painter = QPainter(self.viewport())
        colours = self._theme.colours
        painter.fillRect(event.rect(), QColor(colours.desk))
        if not self._layout.sizes:
            self._paint_why_not(painter)
            return
        for page in self._visible():
            self._paint_page(painter, page)
        for box in self._boxes:
            if box.row != self._focused_row:
                self._paint_box(painter, box, focused=False)
        focused = self._box_of(self._focused_row) or self._pointer
        if focused is not None:
            self._paint_box(painter, focused, focused=True)
        if self._dragged is not None:
            tint = QColor(colours.accent)
            painter.setPen(QPen(tint, 1))
            tint.setAlpha(36)
            painter.setBrush(tint)
            painter.drawRect(self._dragged)

    def _paint_why_not(self, painter: QPainter) -> None:
        whole = QRectF(self.viewport().rect())
        aside = max(24.0, (whole.width() - READABLE) / 2)
        painter.setFont(font(13))
        painter.setPen(QColor(self._theme.colours.muted))
        centred = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(whole.adjusted(aside, 0, -aside, 0), centred, self._why_not)

    def _paint_page(self, painter: QPainter, page: int) -> None:
        place = self._layout.place(page, self._room).translated(-self._offset)
        if self._pictures.is_refused(self._document, page):
            here = place.intersected(QRectF(self.viewport().rect()))
            centre = Qt.AlignmentFlag.AlignCenter
            paint.text(painter, here, words.NO_PAGE, self._theme.colours.muted, font(13), align=centre)
            return
        painter.fillRect(place.adjusted(-1, -1, 1, 1), QColor(self._theme.colours.line))
        painter.fillRect(place, QColor("#ffffff"))
        self._know(page)
        dpi = self._layout.zoom * 72 * self.devicePixelRatioF()
        if self.is_sharp or self._pictures.nearest(self._document, page, dpi) is None:
            picture = self._pictures.best(self._document, page, dpi)
        else:
            picture = self._pictures.nearest(self._document, page, dpi)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, picture)
            return
        here = place.intersected(QRectF(self.viewport().rect()))
        centre = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, here, words.DRAWING, LIGHT.muted, font(13), align=centre)

    def _paint_box(self, painter: QPainter, box: PageBox, *, focused: bool) -> None:
        if box.page not in self._visible():
            return
        place = self._on_view(box.page, box.place)
        paint_box(painter, box, place, self._badge(box, place), focused=focused)

    def _badge(self, box: PageBox, place: QRectF) -> QRectF:
        """Return where a box's badge hides neither words nor other boxes; found once for each zoom."""
        key = (box.row, self.zoom)
        if key not in self._badges:
            known = self._pictures.words(self._document, box.page)
            near = box.place.adjusted(-30, -16, 30, 16)
            on_page = (o.place for o in self._boxes if o.page == box.page and o is not box)
            others = [place for place in on_page if place.intersects(near)]
            if known is not None:
                others += _words_beside(known, box.place)
            beside = badge_beside(place, tuple(self._on_view(box.page, other) for other in others))
            self._badges[key] = beside.translated(-place.topLeft())
        return self._badges[key].translated(place.topLeft())

    # -- mouse ----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag or a move of the page."""
        self.touched.emit()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag, else show what a click would do."""
        here = event.position().toPoint()
        if self._pressed is None:
            self._hover(event.position())
        elif self.panning or event.buttons() & Qt.MouseButton.MiddleButton:
            self._scroll_to(self._offset - QPointF(here - self._pressed))
            self._pressed = here
        elif (here - self._pressed).manhattanLength() > DRAG:
            self._dragged = QRectF(QPointF(self._pressed), event.position()).normalized()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click or a drag."""
        dragged, self._dragged = self._dragged, None
        pressed, self._pressed = self._pressed, None
        append = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.viewport().update()
        if pressed is None or self.panning or event.button() is not Qt.MouseButton.LeftButton:
            return
        if dragged is not None:
            self._take_region(dragged, append=append)
        else:
            self._click(event.position(), append=append)

    def _hover(self, spot: QPointF) -> None:
        if self.panning:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._hit(spot) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = Qt.CursorShape.IBeamCursor if self._word_at(spot) else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _hit(self, spot: QPointF) -> PageBox | None:
        under = [box for box in self._boxes if outer(self._on_view(box.page, box.place)).contains(spot)]
        return min(under, key=lambda box: box.place.width() * box.place.height(), default=None)

    def _word_at(self, spot: QPointF) -> tuple[int, Word] | None:
        at = self._layout.page_at(spot + self._offset, self._room)
        known = self._pictures.words(self._document, at[0]) if at else None
        if at is None or known is None:
            return None
        page, point = at
        x, y = point.x(), point.y()
        return next(((page, w) for w in known.words if w.x0 <= x <= w.x1 and w.y0 <= y <= w.y1), None)

    def _click(self, spot: QPointF, *, append: bool) -> None:
        """Take a field's box before the words in it, unless a value is being typed: see `typing`."""
        box = None if self.typing or append else self._hit(spot)
        if box is not None:
            self.box_clicked.emit(box.row)
            return
        found = self._word_at(spot)
        if found is not None:
            page, word = found
            self.taken.emit(Taken(word.text, self._document, page, word.box, append))

    def _take_region(self, region: QRectF, *, append: bool) -> None:
        at = self._layout.page_at(region.center() + self._offset, self._room)
        known = self._pictures.words(self._document, at[0]) if at else None
        if at is None or known is None:
            return
        place = self._layout.place(at[0], self._room)
        corner = (region.topLeft() + self._offset - place.topLeft()) / self.zoom
        wanted = QRectF(corner, region.size() / self.zoom)
        inside = [
            word
            for word in known.words
            if wanted.contains(QPointF((word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2))
        ]
        if inside:
            text = " ".join(word.text for word in inside)
            around = Box.around(word.box for word in inside)
            self.taken.emit(Taken(text, self._document, at[0], around, append))

    def _box_of(self, row: int) -> PageBox | None:
        return next((box for box in self._boxes if box.row == row), None)

    def _know(self, page: int) -> bool:
        known = self._pictures.words(self._document, page)
        return known is not None and self._layout.know(page, QSizeF(known.width, known.height))


def _words_beside(page: Page, place: QRectF) -> list[QRectF]:
    """Return the words left and right of a place, in points; by plain numbers, for a page has a thousand."""
    left, top, right, bottom = place.left(), place.top(), place.right(), place.bottom()
    return [
        QRectF(w.x0, w.y0, w.x1 - w.x0, w.y1 - w.y0)
        for w in page.words
        if w.y0 < bottom and w.y1 > top and (left - 30 < w.x1 <= left or right <= w.x0 < right + 30)
    ]
