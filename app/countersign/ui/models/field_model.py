"""The fields of the open case as an item model, with drafts that nobody has confirmed yet."""

from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from countersign.ui.models.field_state import FieldLine

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Place = tuple[str, int]
EDITABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


class FieldRole(IntEnum):
    """What a delegate may ask of a field."""

    LINE = Qt.ItemDataRole.UserRole + 1
    """The whole `FieldLine`."""
    DRAFT = Qt.ItemDataRole.UserRole + 2
    """Text that was typed and not confirmed, or None."""
    LOCKED = Qt.ItemDataRole.UserRole + 3
    """True while nothing may be changed."""


class FieldModel(QAbstractListModel):
    """One row a field; rows keep their place while values change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[FieldLine, ...] = ()
        self._drafts: dict[Place, str] = {}
        self._locked = True

    @property
    def lines(self) -> tuple[FieldLine, ...]:
        """All fields."""
        return self._lines

    def show(self, lines: tuple[FieldLine, ...], *, locked: bool) -> None:
        """Take the fields as they now stand."""
        same_rows = [(line.name, line.index) for line in lines] == [
            (line.name, line.index) for line in self._lines
        ]
        if not same_rows or locked != self._locked:
            self.beginResetModel()
            self._lines, self._locked = lines, locked
            self.endResetModel()
            return
        changed = [at for at, (old, new) in enumerate(zip(self._lines, lines, strict=True)) if old != new]
        self._lines = lines
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def line(self, row: int) -> FieldLine | None:
        """Return a field by its row."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def row_of(self, name: str, index: int = 0) -> int | None:
        """Return the row of a field."""
        return next(
            (at for at, line in enumerate(self._lines) if (line.name, line.index) == (name, index)), None
        )

    def next_needing(self, after: int) -> int | None:
        """Return the next row that needs a person, going round, never the row itself; None if none does."""
        count = len(self._lines)
        around = ((after + step) % count for step in range(1, count)) if count else iter(())
        return next((row for row in around if self._lines[row].needs_person), None)

    def needing(self) -> tuple[int, ...]:
        """Return all rows that need a person."""
        return tuple(at for at, line in enumerate(self._lines) if line.needs_person)

    def draft(self, row: int) -> str | None:
        """Return what was typed into a field and not confirmed."""
        line = self.line(row)
        return self._drafts.get((line.name, line.index)) if line else None

    def keep_draft(self, row: int, text: str | None) -> None:
        """Keep a draft, or with None drop it; a draft is never a value."""
        line = self.line(row)
        if line is None:
            return
        place = (line.name, line.index)
        if text is None or text == line.raw:
            self._drafts.pop(place, None)
        else:
            self._drafts[place] = text
        self.dataChanged.emit(self.index(row), self.index(row), [FieldRole.DRAFT])

    def swap_drafts(self, drafts: dict[Place, str]) -> dict[Place, str]:
        """Take the drafts of another case and hand back those of this one."""
        before, self._drafts = self._drafts, drafts
        return before

    # -- Qt's side ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = ROOT) -> int:
        """One row a field."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Say what may be done with a row."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return EDITABLE & ~Qt.ItemFlag.ItemIsEditable if self._locked else EDITABLE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Answer a role."""
        line = self.line(index.row()) if index.isValid() else None
        if line is None:
            return None
        draft = self._drafts.get((line.name, line.index))
        answers: dict[int, object] = {
            Qt.ItemDataRole.DisplayRole: line.text,
            Qt.ItemDataRole.EditRole: line.raw if draft is None else draft,
            Qt.ItemDataRole.AccessibleTextRole: line.spoken,
            Qt.ItemDataRole.AccessibleDescriptionRole: line.spoken,
            Qt.ItemDataRole.ToolTipRole: line.why or None,
            FieldRole.LINE: line,
            FieldRole.DRAFT: draft,
            FieldRole.LOCKED: self._locked,
        }
        return answers.get(role)
