"""The agents as an item model of one column, with named roles for the delegate."""

from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from countersign.ui.models.agents_page import Row

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class AgentRole(IntEnum):
    """What a delegate may ask beside the name."""

    ROW = Qt.ItemDataRole.UserRole + 1
    """The whole `Row`."""


class AgentsModel(QAbstractListModel):
    """Shows rows; those that stay in place are changed in place, so that nothing flickers or jumps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown now."""
        return self._rows

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show these."""
        before, self._rows = self._rows, self._rows
        if [row.name for row in before] != [row.name for row in rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        changed = [at for at, (old, new) in enumerate(zip(before, rows, strict=True)) if old != new]
        self._rows = rows
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def place(self, name: str) -> int:
        """Return the row of an agent, -1 when it is not there."""
        return next((at for at, row in enumerate(self._rows) if row.name == name), -1)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Agents."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Answer a role."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return row.spoken
            case AgentRole.ROW:
                return row
        return None
