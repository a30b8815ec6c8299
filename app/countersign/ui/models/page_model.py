"""The pages of the open document as an item model, for the strip of thumbnails."""

from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from countersign.ui.look import words
from countersign.ui.models.pictures import THUMB, Pictures

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class PageRole(IntEnum):
    """What a delegate may ask of a page."""

    PICTURE = Qt.ItemDataRole.UserRole + 1
    """A small QImage, None while it is drawn."""
    NEEDS = Qt.ItemDataRole.UserRole + 2
    """True when a field on this page needs a person."""


class PageModel(QAbstractListModel):
    """One row a page."""

    def __init__(self, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._document = ""
        self._count = 0
        self._needing: frozenset[int] = frozenset()
        pictures.arrived.connect(self._on_arrived)

    def show(self, document: str, pages: int) -> None:
        """Show the pages of a document."""
        if (document, pages) == (self._document, self._count):
            return
        self.beginResetModel()
        self._document, self._count = document, pages
        self._needing = frozenset()
        self.endResetModel()

    def point_out(self, pages: frozenset[int]) -> None:
        """Mark the pages on which a field needs a person."""
        if pages != self._needing and self._count:
            self._needing = pages
            self.dataChanged.emit(self.index(0), self.index(self._count - 1), [PageRole.NEEDS])

    def rowCount(self, parent: Index = ROOT) -> int:
        """One row a page."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Answer a role."""
        if not index.isValid():
            return None
        page = index.row()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(page + 1)
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.page_of(page + 1, self._count)
            case PageRole.PICTURE:
                return self._pictures.best(self._document, page, THUMB)
            case PageRole.NEEDS:
                return page in self._needing
        return None

    def _on_arrived(self, document: str, page: int) -> None:
        if document == self._document and page < self._count:
            self.dataChanged.emit(self.index(page), self.index(page), [PageRole.PICTURE])
