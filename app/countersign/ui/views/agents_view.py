"""The screen of the agents: who they are, what they do just now, what they did, and the stop for each."""

from functools import partial

from PySide6.QtCore import QLocale, QModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.event import How, Scope
from countersign.ui.bridge.desk import Desk
from countersign.ui.delegates.agents_delegate import AgentsDelegate
from countersign.ui.look import agents_words as said
from countersign.ui.look.marks import Glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.agents_model import AgentsModel
from countersign.ui.models.agents_page import Face, State, Teller
from countersign.ui.models.agents_session import AgentsSession
from countersign.ui.views.agent_page import AgentPage
from countersign.ui.views.agents_cards import label
from countersign.ui.views.parts import GlyphButton, Picture, add_key
from countersign.ui.views.plans_view import PlansPage
from countersign.ui.views.stop_view import StopButton

HERE = Qt.ShortcutContext.WidgetWithChildrenShortcut
LIST, NARROW_LIST = 392, 344
NARROW = 1200
"""Pixels below which the list gives way to the page."""
TABS = (said.TAB_AGENTS, said.TAB_PLANS)


class AgentsView(QWidget):
    """A list on the left, the chosen agent on the right; beside them, how cases are worked on."""

    left = Signal()
    """The person goes back to where they were."""
    stop_wanted = Signal(object)
    """A (scope, name, how), or None for all."""
    resume_wanted = Signal(object)
    """A (scope, name)."""
    case_wanted = Signal(str)

    def __init__(self, desk: Desk, theme: Theme, session: AgentsSession, locale: QLocale) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._theme, self.session, self._locale = desk, theme, session, locale
        self._teller = Teller(locale, session.klass, session.reason)
        self.model = AgentsModel(self)
        self.list = self._make_list()
        self.page = AgentPage(theme, self)
        self.plans = PlansPage(theme, self)
        self.halt_button = StopButton(theme, session.stopping, self)
        self.tabs = QButtonGroup(self)
        self._headline = label("", "muted", self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self._connect()

    @property
    def current(self) -> str | None:
        """The chosen agent."""
        rows, at = self.model.rows, self.list.currentIndex().row()
        return rows[at].name if 0 <= at < len(rows) else None

    @property
    def face(self) -> Face | None:
        """What the page shows."""
        return self.page.face

    def begin(self) -> None:
        """Load what is shown; the keys go to the list."""
        self.session.load()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, agent: str) -> None:
        """Show an agent."""
        at = self.model.place(agent)
        if at >= 0:
            self.list.setCurrentIndex(self.model.index(at))

    def choose_tab(self, at: int) -> None:
        """Show the agents, or how cases are worked on."""
        self.tabs.button(at).setChecked(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read no more, whichever screen comes next; a window made small still shows it when it is back."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.session.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short, the list gives way."""
        super().resizeEvent(event)
        self.list.setFixedWidth(NARROW_LIST if self.width() < NARROW else LIST)

    # -- parts ----------------------------------------------------------------------------------------

    def _make_list(self) -> QListView:
        made = QListView(self)
        made.setObjectName("agents")
        made.setAccessibleName(said.LIST)
        made.setModel(self.model)
        made.setItemDelegate(AgentsDelegate(self._theme, made))
        made.setUniformItemSizes(True)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        return made

    def _lay_out(self) -> None:
        halves = QWidget(self)
        row = QHBoxLayout(halves)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.page, 1)
        for part in (self._make_empty(), halves, self.plans):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        column.addWidget(self._stack, 1)

    def _make_bar(self) -> QWidget:
        bar = QWidget(self)
        bar.setObjectName("bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(56)
        back = GlyphButton(self._theme, Glyph.BACK, said.GO_BACK, bar)
        back.clicked.connect(self.left)
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(back)
        for at, name in enumerate(TABS):
            tab = QPushButton(name, bar)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setAccessibleName(name)
            tab.setToolTip(f"Alt+{at + 1}")
            self.tabs.addButton(tab, at)
            row.addWidget(tab)
        self.tabs.button(0).setChecked(True)
        row.addSpacing(8)
        row.addWidget(self._headline)
        row.addStretch(1)
        row.addWidget(self.halt_button)
        return bar

    def _make_empty(self) -> QWidget:
        empty = QWidget(self)
        title, hint = label(said.EMPTY, "emptyTitle", empty), label(said.EMPTY_HINT, "emptyHint", empty)
        column = QVBoxLayout(empty)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(Picture(self._theme, Glyph.STAFF, empty), 0, Qt.AlignmentFlag.AlignHCenter)
        for text in (title, hint):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(text)
        column.addStretch(3)
        return empty

    def _connect(self) -> None:
        self.session.changed.connect(self._tell)
        self.session.moved.connect(self._tell)
        self.tabs.idToggled.connect(lambda _at, checked: self._show_tab() if checked else None)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self.list.activated.connect(lambda _index: self._open_case())
        self.halt_button.clicked.connect(lambda _checked: self.stop_wanted.emit(None))
        self.page.paused.connect(partial(self._stop, How.PAUSE))
        self.page.killed.connect(partial(self._stop, How.KILL))
        self.page.resumed.connect(self._resume)
        self.page.sheet_wanted.connect(self.show_sheet)
        self.page.opened.connect(self.case_wanted)
        for keys, act in (
            ("P", partial(self._stop, How.PAUSE)),
            ("K", partial(self._stop, How.KILL)),
            ("G", self._resume),
            ("S", self.show_sheet),
            ("Esc", self.left.emit),
            ("Alt+1", partial(self.choose_tab, 0)),
            ("Alt+2", partial(self.choose_tab, 1)),
            ("PgDown", partial(self._scroll, 1)),
            ("PgUp", partial(self._scroll, -1)),
        ):
            add_key(self, keys, act, HERE)

    # -- what is shown --------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Show how the agents stand; while nobody looks there is nothing to show."""
        files = self.session.files
        if files is None or not self.session.is_shown:
            return
        chosen, live, is_first = self.current, self.session.live, not self.model.rows
        rows = tuple(self._teller.row(file, self.session.of(file.name), live) for file in files)
        self.model.show(rows)
        if rows and self.current is None:
            at = self.model.place(chosen) if chosen else 0
            self.list.setCurrentIndex(self.model.index(max(0, at)))
        self._headline.setText(
            said.headline(
                len(rows),
                sum(row.state is State.WORKING for row in rows),
                sum(row.state is State.STOPPED for row in rows),
            )
        )
        self._show_tab()
        self._show_face()
        if is_first and self.isActiveWindow():  # the list was not there when the screen took the keys
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_tab(self) -> None:
        if self.tabs.checkedId() == 1:
            if self.session.plans is not None:
                self.plans.show_plans(self.session.plans, self.session.live)
            self._stack.setCurrentIndex(2)
        else:
            self._stack.setCurrentIndex(1 if self.model.rows else 0)

    def _show_face(self) -> None:
        name, files = self.current, self.session.files or ()
        file = next((one for one in files if one.name == name), None)
        if file is not None:
            self.page.show_face(self._teller.face(file, self.session.of(file.name), self.session.live))

    def _on_chosen(self, _index: QModelIndex) -> None:
        self._show_face()
        self.page.to_top()

    def _scroll(self, pages: int) -> None:
        (self.plans if self.tabs.checkedId() == 1 else self.page).turn(pages)

    # -- acts -----------------------------------------------------------------------------------------

    def show_sheet(self) -> None:
        """Open the review sheet of the chosen agent."""
        if self.current is not None:
            from countersign.ui.views.sheet_view import SheetDialog

            dialog = SheetDialog(
                self._desk,
                self._theme,
                self.session,
                self.current,
                locale=self._locale,
                parent=self.window(),
            )
            dialog.case_wanted.connect(self.case_wanted)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def _stop(self, how: How) -> None:
        if self.current is not None:
            self.stop_wanted.emit((Scope.AGENT, self.current, how))

    def _resume(self) -> None:
        live = self.session.live
        order = live.orders.against(self.current) if live and self.current else None
        if order is not None:
            self.resume_wanted.emit((order.scope, order.name))

    def _open_case(self) -> None:
        live = self.session.live
        steps = live.steps if live else ()
        case = next((step.case for step in steps if step.agent == self.current), None)
        if case is not None:
            self.case_wanted.emit(case)
