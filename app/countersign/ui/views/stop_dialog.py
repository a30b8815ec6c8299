"""Two small, calm dialogs: stop agents, and let them go on. Both want a reason, and Enter does it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.event import How, Scope
from countersign.domain.orders import Order
from countersign.ui.look import stop_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.stop_model import StopModel, Target
from countersign.ui.views.parts import Choice, add_key

WIDE = 540
MOST_ROWS = 5
Named = tuple[Scope, str]
EVERYTHING: Named = (Scope.ALL, "")


class StopDialog(QDialog):
    """Accepted with `target`, `how` and `reason`; the keys begin in the line for the reason."""

    def __init__(
        self,
        theme: Theme,
        stopping: StopModel,
        named: Named = EVERYTHING,
        how: How = How.KILL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.TITLE)
        self.setMinimumWidth(WIDE)
        self._stopping = stopping
        self._targets = stopping.targets()
        self.how = how
        self.choice = Choice(theme, said.REACH, self)
        for target in self._targets:
            self.choice.addItem(target.text)
        self.reason_line = reason_line(self)
        self.kill_button = self._button(said.KILL, "danger", How.KILL)
        self.pause_button = self._button(said.PAUSE, "", How.PAUSE)
        (self.kill_button if how is How.KILL else self.pause_button).setDefault(True)
        self._note = QLabel(self)
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        self._lay_out()
        self._make_keys()
        self.choice.currentIndexChanged.connect(self._weigh)
        self.reason_line.textChanged.connect(self._weigh)
        self.choice.setCurrentIndex(self._place(named))
        self._weigh()
        self.reason_line.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def target(self) -> Target:
        """What was chosen."""
        return self._targets[self.choice.currentIndex()]

    @property
    def reason(self) -> str:
        """Why."""
        return " ".join(self.reason_line.text().split())

    @property
    def note(self) -> str:
        """The quiet line below the reason."""
        return self._note.text()

    def _place(self, named: Named) -> int:
        found = (at for at, one in enumerate(self._targets) if (one.scope, one.name) == named)
        return next(found, 0)

    def _button(self, name: str, look: str, how: How) -> QPushButton:
        button = QPushButton(name, self)
        button.setObjectName(look)
        button.setAccessibleName(name)
        button.setAutoDefault(False)
        button.clicked.connect(partial(self._do, how))
        return button

    def _do(self, how: How) -> None:
        button = self.kill_button if how is How.KILL else self.pause_button
        if button.isEnabled():
            self.how = how
            self.accept()

    def _make_keys(self) -> None:
        other = How.PAUSE if self.how is How.KILL else How.KILL
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            add_key(self, keys, partial(self._do, other))
        for at, target in enumerate(self._targets):
            if target.keys:
                add_key(self, target.keys, partial(self.choice.setCurrentIndex, at))

    def _weigh(self) -> None:
        """Let it go ahead only when all is said that must be, and it is not done already."""
        standing = self._stopping.orders.find(self.target.scope, self.target.name)
        is_killed = standing is not None and standing.how is How.KILL
        self.kill_button.setEnabled(bool(self.reason) and not is_killed)
        self.pause_button.setEnabled(bool(self.reason) and standing is None)
        self._note.setText(said.already(standing.by, standing.reason) if standing else said.REASON_HINT)

    def _lay_out(self) -> None:
        keys = QLabel(said.keys_hint(self.how), self)
        keys.setObjectName("muted")
        keys.setWordWrap(True)
        column = _column(self, said.TITLE, said.ABOUT)
        for part in (self.choice, self.reason_line, self._note):
            column.addWidget(part)
        column.addSpacing(4)
        row = _buttons(self)
        row.addWidget(self.pause_button)
        row.addWidget(self.kill_button)
        column.addLayout(row)
        column.addWidget(keys)


class ResumeDialog(QDialog):
    """Accepted with `order` and `reason`; up and down choose the order, the keys stay in the reason."""

    def __init__(
        self, stopping: StopModel, named: Named | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.RESUME_TITLE)
        self.setMinimumWidth(WIDE)
        self._orders = stopping.resumable
        self.list = QListWidget(self)
        self.list.setAccessibleName(said.RESUME_LIST)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for order in self._orders:
            shown = QListWidgetItem(stopping.row(order))
            shown.setToolTip(stopping.row(order))
            self.list.addItem(shown)
        found = (at for at, one in enumerate(self._orders) if (one.scope, one.name) == named)
        self.list.setCurrentRow(next(found, 0))
        self.list.setFixedHeight(30 * min(MOST_ROWS, len(self._orders)) + 8)
        self.reason_line = reason_line(self)
        self.reason_line.installEventFilter(self)
        self.go_button = QPushButton(said.RESUME_GO, self)
        self.go_button.setObjectName("primary")
        self.go_button.setAccessibleName(said.RESUME_GO)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        hint = QLabel(said.REASON_HINT, self)
        hint.setObjectName("muted")
        column = _column(self, said.RESUME_TITLE, said.RESUME_ABOUT)
        for part in (self.list, self.reason_line, hint):
            column.addWidget(part)
        column.addSpacing(4)
        row = _buttons(self)
        row.addWidget(self.go_button)
        column.addLayout(row)
        self.reason_line.textChanged.connect(self._weigh)
        self._weigh()
        self.reason_line.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def order(self) -> Order:
        """The order that was picked."""
        return self._orders[self.list.currentRow()]

    @property
    def reason(self) -> str:
        """Why."""
        return " ".join(self.reason_line.text().split())

    def _weigh(self) -> None:
        self.go_button.setEnabled(bool(self.reason))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down in the reason move through the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step:
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
                return True
        return super().eventFilter(watched, event)


def reason_line(parent: QWidget) -> QLineEdit:
    """Return the line in which the reason is typed."""
    line = QLineEdit(parent)
    line.setPlaceholderText(said.REASON)
    line.setAccessibleName(said.REASON)
    line.setMaxLength(said.LONGEST_REASON)
    return line


def _column(dialog: QDialog, title: str, about: str) -> QVBoxLayout:
    head, text = QLabel(title, dialog), QLabel(about, dialog)
    head.setObjectName("title")
    text.setWordWrap(True)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(22, 18, 22, 18)
    column.setSpacing(10)
    column.addWidget(head)
    column.addWidget(text)
    return column


def _buttons(dialog: QDialog) -> QHBoxLayout:
    cancel = QPushButton(words.CANCEL, dialog)
    cancel.setAccessibleName(words.CANCEL)
    cancel.setAutoDefault(False)
    cancel.clicked.connect(dialog.reject)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(cancel)
    return row
