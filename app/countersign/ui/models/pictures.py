"""Pictures of pages: asked for off the UI thread, kept while they are likely to be needed again."""

from collections import OrderedDict
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from countersign.domain.document import Page
from countersign.ui.bridge.desk import Desk

STEPS = (24, 48, 72, 96, 120, 144, 168, 200, 240, 288, 360, 432)
"""Resolutions in dots an inch that pages are drawn at."""
THUMB = STEPS[0]
"""Resolution of thumbnails, which are never taken back: they are small, and their strip does not scroll."""
BUDGET = 96_000_000
"""Bytes of pictures kept."""

Key = tuple[str, int, int]


class Pictures(QObject):
    """Pages as images and as words; what is missing arrives later, by signal."""

    arrived = Signal(str, int)
    """A picture of (document, page) is there, or it is known that there will be none."""
    words_arrived = Signal(str, int)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._kept: OrderedDict[Key, QImage] = OrderedDict()
        self._bytes = 0
        self._asked: dict[Key, Future[None]] = {}
        self._refused: set[tuple[str, int]] = set()
        self._words: OrderedDict[tuple[str, int], Page | None] = OrderedDict()
        self._words_asked: set[tuple[str, int]] = set()
        self._gone: set[str] = set()
        """Documents that were erased while the window was open: what still arrives of them is let go."""

    def best(self, document: str, page: int, dpi: float) -> QImage | None:
        """Return the picture nearest to a resolution and ask for the right one if this is not it."""
        step = next((s for s in STEPS if s >= dpi * 0.97), STEPS[-1])
        image = self._kept.get((document, page, step))
        if image is not None:
            self._kept.move_to_end((document, page, step))
            return image
        self.want(document, page, step)
        return self.nearest(document, page, step)

    def nearest(self, document: str, page: int, dpi: float) -> QImage | None:
        """Return the kept picture nearest to a resolution, without asking for another."""
        near = [key for key in self._kept if key[:2] == (document, page)]
        if not near:
            return None
        return self._kept[min(near, key=lambda key: (key[2] < dpi, abs(key[2] - dpi)))]

    def is_refused(self, document: str, page: int) -> bool:
        """Say whether it is known that the page cannot be drawn."""
        return (document, page) in self._refused

    def want(self, document: str, page: int, dpi: int) -> None:
        """Ask for a picture, once."""
        key = (document, page, dpi)
        if key in self._asked or key in self._kept or (document, page) in self._refused:
            return
        port = self._desk.port

        def draw() -> QImage | None:
            picture = port.image(document, page, dpi)
            if picture is None:
                return None
            rows = QImage(
                picture.rgb, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888
            )
            return rows.convertToFormat(QImage.Format.Format_RGB32)

        self._asked[key] = self._desk.pictures.ask(
            draw, lambda image: self._keep(key, image), lambda _: self._keep(key, None)
        )

    def drop_wishes(self, document: str, pages: range) -> None:
        """Take back what was asked for pages that nobody looks at any more and is not yet begun."""
        for key, asked in list(self._asked.items()):
            if key[2] > THUMB and (key[0] != document or key[1] not in pages) and asked.cancel():
                del self._asked[key]

    def forget(self, document: str) -> None:
        """Let go of all that was drawn and read of a document that was erased, and of what is on its way."""
        self._gone.add(document)
        for key in [key for key in self._kept if key[0] == document]:
            self._bytes -= self._kept.pop(key).sizeInBytes()
        for place in [place for place in self._words if place[0] == document]:
            del self._words[place]

    def words(self, document: str, page: int) -> Page | None:
        """Return the words of a page, None while they are not there; asks for them, once."""
        key = (document, page)
        if key in self._words:
            self._words.move_to_end(key)
            return self._words[key]
        if key not in self._words_asked:
            self._words_asked.add(key)
            port = self._desk.port
            self._desk.pictures.ask(
                lambda: port.words(document, page), lambda page_words: self._keep_words(key, page_words)
            )
        return None

    def _keep(self, key: Key, image: QImage | None) -> None:
        self._asked.pop(key, None)
        if image is None or key[0] in self._gone:
            self._refused.add(key[:2])
        else:
            self._kept[key] = image
            self._bytes += image.sizeInBytes()
            while self._bytes > BUDGET and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._bytes -= old.sizeInBytes()
        self.arrived.emit(key[0], key[1])

    def _keep_words(self, key: tuple[str, int], page: Page | None) -> None:
        self._words_asked.discard(key)
        self._words[key] = None if key[0] in self._gone else page
        while len(self._words) > 200:
            self._words.popitem(last=False)
        self.words_arrived.emit(*key)
