"""A plain table of texts as an item model; the tabs of the review screen show these."""

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from countersign.domain.reading import Evidence

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


@dataclass(frozen=True)
class Table:
    """What a table shows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    right: frozenset[int] = frozenset()
    """Columns that are set to the right."""
    places: tuple[tuple[Evidence | None, ...], ...] = ()
    """Where each cell stands on the page; empty where cells have no place."""


class TableRole(IntEnum):
    """What a view may ask beside the text."""

    EVIDENCE = Qt.ItemDataRole.UserRole + 1


class TableModel(QAbstractTableModel):
    """Shows one `Table` after the other."""

    def __init__(self, table: Table, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table

    @property
    def table(self) -> Table:
        """What is shown now."""
        return self._table

    def show(self, table: Table) -> None:
        """Show another table."""
        if table == self._table:
            return
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Rows of the table."""
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Columns of the table."""
        return 0 if parent.isValid() else len(self._table.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.columns[section]
        return self._side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Answer a role."""
        if not index.isValid():
            return None
        text = self._table.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._table.columns[index.column()]}: {text}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._side(index.column())
            case TableRole.EVIDENCE if self._table.places:
                return self._table.places[index.row()][index.column()]
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._table.right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
