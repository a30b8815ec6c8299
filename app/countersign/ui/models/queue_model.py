"""The queue as an item model: paged by key, and calm while the agents work."""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from countersign.domain.case import Status
from countersign.domain.queue import CaseRow, QueuePage, QueueQuery
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import care_words, words
from countersign.ui.look.colours import Tone
from countersign.ui.look.marks import Glyph
from countersign.ui.models import show
from countersign.ui.models.difference import difference

PAGE = 200
"""Rows asked for at a time."""
KEPT_FRESH = 2000
"""Rows from the top that are asked for again when something happened, unless someone looks further down."""
CALM = 400
"""Milliseconds between two refreshes."""
MINUTE = 60_000
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Column(IntEnum):
    """Columns, from the left."""

    KLASS = 0
    COUNTERPARTY = 1
    NUMBER = 2
    AMOUNT = 3
    AGE = 4
    STATUS = 5
    REASONS = 6
    DOCUMENT = 7


class QueueRole(IntEnum):
    """What a delegate may ask beside the text."""

    CASE = Qt.ItemDataRole.UserRole + 1
    STATUS = Qt.ItemDataRole.UserRole + 2
    TONE = Qt.ItemDataRole.UserRole + 3
    CHIPS = Qt.ItemDataRole.UserRole + 4
    HELD = Qt.ItemDataRole.UserRole + 5
    KLASS = Qt.ItemDataRole.UserRole + 6
    KEPT = Qt.ItemDataRole.UserRole + 7
    """A `Glyph` when the case is held or erased, else None."""


TONES = {
    Status.RECEIVED: Tone.QUIET,
    Status.WAITING: Tone.DOUBT,
    Status.STRAIGHT_THROUGH: Tone.SURE,
    Status.APPROVED: Tone.PERSON,
    Status.REJECTED: Tone.POOR,
}
HELPED = (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole)


class QueueModel(QAbstractTableModel):
    """The cases that a query finds, in its order."""

    loaded = Signal()
    """The first page of a query is there, or a refresh is done."""
    answered = Signal()
    """The store answered, be it with trouble."""

    def __init__(self, desk: Desk, language: str, locale: QLocale, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._language = language
        self._locale = locale
        self._query = QueueQuery()
        self._rows: list[CaseRow] = []
        self._next: str | None = None
        self._turn = 0
        """Grows with every query, so that answers to an older one are known as such."""
        self._busy = False
        self._looked_at = 0
        self._texts: dict[Column, Callable[[CaseRow], str]] = {
            Column.KLASS: lambda row: self.klass_label(row.klass).partition(" (")[0],
            Column.COUNTERPARTY: lambda row: row.counterparty or words.EMPTY_VALUE,
            Column.NUMBER: lambda row: row.number or words.EMPTY_VALUE,
            Column.AMOUNT: self._amount,
            Column.AGE: lambda row: show.age(now() - row.received_at),
            Column.STATUS: lambda row: words.STATUS[row.status],
            Column.REASONS: lambda row: ", ".join(self._chips(row)),
            Column.DOCUMENT: lambda row: row.document,
        }
        self._calm = QTimer(self, interval=CALM, singleShot=True)
        self._calm.timeout.connect(self.refresh)
        self._minute = QTimer(self, interval=MINUTE)
        self._minute.timeout.connect(self._grow_older)
        self._minute.start()
        desk.pulse.happened.connect(self._on_happened)

    @property
    def query(self) -> QueueQuery:
        """What is shown now."""
        return self._query

    @property
    def is_busy(self) -> bool:
        """True while the first page of a query is on its way."""
        return self._busy

    def ask(self, query: QueueQuery) -> None:
        """Show another selection or order."""
        self._query = query
        self._turn += 1
        turn = self._turn
        self._busy = True
        port = self._desk.port
        self._desk.records.ask(
            lambda: port.page(query, None, PAGE), lambda page: self._begin(turn, page), self._fail
        )

    def look_at(self, row: int) -> None:
        """Take note of the last row that is looked at; rows far below it need not be kept."""
        self._looked_at = row

    def row_of(self, case: str) -> int | None:
        """Return the row of a case, None when it is not among those loaded."""
        return next((number for number, row in enumerate(self._rows) if row.id == case), None)

    def case_at(self, row: int) -> CaseRow | None:
        """Return a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def next_to_do(self, case: str, person: str) -> CaseRow | None:
        """Return the case after this one that needs a person and is not held by another."""
        at = self.row_of(case)
        start = -1 if at is None else at
        around = self._rows[start + 1 :] + self._rows[: max(start, 0)]
        return next(
            (
                row
                for row in around
                if row.status is Status.WAITING and row.id != case and row.claimed_by in (None, person)
            ),
            None,
        )

    # -- Qt's side ------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = ROOT) -> int:
        """Rows loaded so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """As many as there are columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return words.COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == Column.AMOUNT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Answer a role."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, Column(index.column()))
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == Column.AMOUNT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in HELPED:
            return self._spoken(row, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (Column.DOCUMENT, Column.REASONS):
            return self._text(row, Column(index.column()))
        return self._named(row, role)

    def canFetchMore(self, parent: Index) -> bool:
        """Say whether the store has more and none is on its way."""
        return not parent.isValid() and self._next is not None and not self._busy

    def fetchMore(self, parent: Index) -> None:
        """Ask for the next page."""
        if not self.canFetchMore(parent):
            return
        self._busy = True
        turn, query, key, port = self._turn, self._query, self._next, self._desk.port
        self._desk.records.ask(
            lambda: port.page(query, key, PAGE), lambda page: self._add(turn, page), self._fail
        )

    # -- what arrives ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask again for what is loaded, and take over only what is different.

        What lies far below the rows looked at is let go, and asked for anew by whoever scrolls there.
        """
        if self._busy:
            self._calm.start()
            return
        self._busy = True
        turn, query, port = self._turn, self._query, self._desk.port
        wanted = min(max(len(self._rows), PAGE), max(KEPT_FRESH, self._looked_at + PAGE))

        def again() -> QueuePage:
            page = port.page(query, None, PAGE)
            rows = list(page.rows)
            while page.next_key is not None and len(rows) < wanted:
                page = port.page(query, page.next_key, PAGE)
                rows += page.rows
            return QueuePage(rows=tuple(rows), next_key=page.next_key)

        self._desk.records.ask(again, lambda page: self._take_over(turn, page), self._fail)

    def _on_happened(self, cases: tuple[str, ...]) -> None:
        if cases and not self._calm.isActive():
            self._calm.start(CALM * (1 + len(self._rows) // KEPT_FRESH))

    def _fail(self, trouble: str) -> None:
        self._busy = False
        self._desk.troubled.emit(trouble)
        self.answered.emit()

    def _begin(self, turn: int, page: QueuePage) -> None:
        if turn != self._turn:
            return
        self.beginResetModel()
        self._rows = list(page.rows)
        self._next = page.next_key
        self._busy = False
        self.endResetModel()
        self.loaded.emit()
        self.answered.emit()

    def _add(self, turn: int, page: QueuePage) -> None:
        if turn != self._turn:
            return
        self._busy = False
        self._next = page.next_key
        known = {row.id for row in self._rows}
        fresh = [row for row in page.rows if row.id not in known]
        if fresh:
            self.beginInsertRows(ROOT, len(self._rows), len(self._rows) + len(fresh) - 1)
            self._rows += fresh
            self.endInsertRows()

    def _take_over(self, turn: int, page: QueuePage) -> None:
        if turn != self._turn:
            return
        self._busy = False
        self._next = page.next_key
        self._become(list(page.rows))
        self.loaded.emit()
        self.answered.emit()

    def _become(self, wanted: list[CaseRow]) -> None:
        """Turn the rows into others by the smallest steps, so that selection and place stay."""
        steps = difference([row.id for row in self._rows], [row.id for row in wanted])
        if steps is None:
            self._reorder(wanted)
            return
        by_id = {row.id: row for row in wanted}
        for first, last in steps.removals:
            self.beginRemoveRows(ROOT, first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
        for first, ids in steps.insertions:
            self.beginInsertRows(ROOT, first, first + len(ids) - 1)
            self._rows[first:first] = [by_id[case] for case in ids]
            self.endInsertRows()
        self._update(wanted)

    def _update(self, wanted: list[CaseRow]) -> None:
        changed = [at for at, (old, new) in enumerate(zip(self._rows, wanted, strict=True)) if old != new]
        self._rows = wanted
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(Column) - 1))

    def _reorder(self, wanted: list[CaseRow]) -> None:
        self.layoutAboutToBeChanged.emit()
        places = {row.id: at for at, row in enumerate(wanted)}
        for old in self.persistentIndexList():
            at = places.get(self._rows[old.row()].id)
            self.changePersistentIndex(old, ROOT if at is None else self.index(at, old.column()))
        self._rows = wanted
        self.layoutChanged.emit()

    def _grow_older(self) -> None:
        if self._rows:
            self.dataChanged.emit(
                self.index(0, Column.AGE),
                self.index(len(self._rows) - 1, Column.AGE),
                [Qt.ItemDataRole.DisplayRole],
            )

    # -- words ----------------------------------------------------------------------------------------

    def _text(self, row: CaseRow, column: Column) -> str:
        return self._texts[column](row)

    def klass_label(self, name: str | None) -> str:
        """Return what people call a class."""
        klass = self._desk.catalogue.klass(name)
        if klass is None:
            return words.NOT_CLASSIFIED
        return klass.label.get(self._language) or klass.label["en"]

    def _amount(self, row: CaseRow) -> str:
        if row.amount is None:
            return words.EMPTY_VALUE
        return f"{show.money(row.amount, self._locale)} {row.currency or ''}".strip()

    def _chips(self, row: CaseRow) -> tuple[str, ...]:
        say = self._desk.catalogue.say
        kept = ((care_words.ERASED_CHIP, row.is_erased), (care_words.HELD_CHIP, row.is_held))
        return (
            *(name for name, holds in kept if holds),
            *(say(Reason(code=code), self._language)[0] for code in dict.fromkeys(row.reasons)),
        )

    def _named(self, row: CaseRow, role: int) -> object:
        if role == QueueRole.CHIPS:
            return self._chips(row)
        other = row.claimed_by not in (None, self._desk.port.person.id)
        answers: dict[int, object] = {
            QueueRole.CASE: row.id,
            QueueRole.STATUS: row.status,
            QueueRole.TONE: TONES[row.status],
            QueueRole.HELD: row.claimed_by if other else None,
            QueueRole.KLASS: row.klass,
            QueueRole.KEPT: Glyph.ERASED if row.is_erased else Glyph.HELD if row.is_held else None,
        }
        return answers.get(role)

    def _spoken(self, row: CaseRow, column: Column) -> str:
        return f"{words.COLUMNS[column]}: {self._text(row, column) or words.EMPTY_VALUE}"
