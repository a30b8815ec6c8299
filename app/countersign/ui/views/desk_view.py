"""The window: queue and review in one place, one status line, and the keys that are valid everywhere."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from countersign.domain.actor import Role
from countersign.domain.case import CaseFile, Status
from countersign.domain.reading import Evidence
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import agents_words, care_words, learning_words, stop_words, words
from countersign.ui.look.theme import Theme
from countersign.ui.models.gate import Gate
from countersign.ui.models.pictures import Pictures
from countersign.ui.models.progress_model import ProgressModel
from countersign.ui.models.queue_model import QueueModel
from countersign.ui.models.review_session import ReviewSession
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.asides import Asides
from countersign.ui.views.door import Door
from countersign.ui.views.keys_view import KeysDialog
from countersign.ui.views.parts import MoreButton, StatusLine, add_key
from countersign.ui.views.queue_view import QueueView
from countersign.ui.views.review_view import ReviewView
from countersign.ui.views.stop_view import StopStrip
from countersign.workflow.care import MAY_ERASE, MAY_HOLD

if TYPE_CHECKING:
    from countersign.ui.models.learning_session import LearningSession
    from countersign.ui.views.agents_view import AgentsView
    from countersign.ui.views.errands import Errands, Halt, Reach
    from countersign.ui.views.learning_view import LearningView
    from countersign.ui.views.record_view import RecordView

HOME_SIZE = (1440, 900)
CARE = ("hold", "lift", "erase")
"""What may be done with a case's future, by the names of `care_view.Kind`."""
FRAME = 40
"""Pixels that the frame of a window takes above it."""


class DeskWindow(QMainWindow):
    """Holds the screens; what they do is theirs."""

    def __init__(self, desk: Desk, theme: Theme, language: str, locale: QLocale) -> None:
        super().__init__()
        self.setWindowTitle(words.APP)
        self.setMinimumSize(960, 640)
        self.resize(*HOME_SIZE)
        self._desk, self._theme = desk, theme
        desk.setParent(self)
        self.door = Door(desk, self)
        self.pictures = Pictures(desk, self)
        self.progress = ProgressModel(desk, self)
        self.gate = Gate(desk, self)
        self.session = ReviewSession(desk, self.pictures, self.gate, self)
        self.standing = StandingModel(desk, locale, self)
        self.stopping = StopModel(desk, self.gate, language, locale, self)
        self._language, self._locale = language, locale
        queue = QueueModel(desk, language, locale, self)
        self.queue = QueueView(
            desk,
            theme,
            queue,
            self.progress,
            standing=self.standing,
            stopping=self.stopping,
            language=language,
        )
        self.review = ReviewView(
            desk,
            theme,
            self.session,
            self.pictures,
            standing=self.standing,
            stopping=self.stopping,
            language=language,
            locale=locale,
        )
        self._errands: Errands | None = None
        self._roles: frozenset[Role] | None = None
        self._once_open: Callable[[], None] | None = None
        self.status = StatusLine(desk.port.person_name, self)
        self.halted = StopStrip(theme, self.stopping, self)
        self.screens = QStackedWidget()
        self.screens.addWidget(self.queue)
        self.screens.addWidget(self.review)
        self.asides = Asides(
            desk,
            theme,
            self.gate,
            standing=self.standing,
            stopping=self.stopping,
            language=language,
            locale=locale,
            screens=self.screens,
        )
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.halted)
        column.addWidget(self.screens, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self._connect()
        self._make_keys()

    def fit_screen(self) -> None:
        """Fill the screen where it is no larger than what the desk is at home in."""
        room = self.screen().availableGeometry()
        if room.width() <= HOME_SIZE[0] or room.height() <= HOME_SIZE[1] + FRAME:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def begin(self) -> None:
        """Fill the queue and listen to the record."""
        self._desk.start()
        self.queue.begin()
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._desk.said.connect(self.status.say)
        self._desk.troubled.connect(self.status.complain)
        self._desk.pulse.agents_at_work.connect(self.status.show_agents)
        self.progress.changed.connect(self._on_progress)
        self.queue.chosen.connect(self.open_case)
        self.queue.dropped.connect(self.door.drop)
        self.queue.bar.files_wanted.connect(self.door.choose_files)
        self.queue.bar.folder_wanted.connect(self.door.choose_folder)
        self.queue.bar.theme_toggled.connect(self._theme.toggle)
        self.queue.bar.keys_wanted.connect(self.show_keys)
        self.review.left.connect(self.show_queue)
        self.gate.wanted.connect(self._ask_password)
        self.session.opened.connect(self._on_opened)
        self.queue.bar.chip.clicked.connect(self.show_record)
        self.review.top.chip.clicked.connect(self.show_record)
        for bar in (self.queue.bar, self.review.top):
            bar.stop_button.clicked.connect(lambda _checked: self.stop())
        self.halted.resume_wanted.connect(self.resume)
        self.asides.left.connect(self._leave_aside)
        self.asides.export_wanted.connect(lambda: self.errands.export(None))
        self.asides.forget_wanted.connect(self._forget)
        self.asides.stop_wanted.connect(self.stop)
        self.asides.resume_wanted.connect(self.resume)
        self.asides.case_wanted.connect(self.open_case)
        self.session.opened.connect(lambda case: self._fetch_next(case.id))
        self.session.settled.connect(self._open_next)
        self._make_menus()

    def _make_menus(self) -> None:
        more = self.queue.bar.more_button
        more.offer(words.EXPLAIN, "X", self.explain)
        more.offer(words.EXPORT, "", lambda: self.errands.export(None))
        self._offer_screens(more)
        self.review.top.more_button.choices.aboutToShow.connect(self._weigh_care)
        more = self.review.top.more_button
        more.offer(words.EXPLAIN, "X", self.explain)
        more.offer(words.EXPORT_CASE, "", lambda: self.errands.export(self.session.case))
        more.choices.addSeparator()
        self._other_class = more.offer(
            learning_words.CLASS_ACT, "", lambda: self.errands.correct_class(self.session)
        )
        self._care = {kind: more.offer(care_words.ACTS[kind], "", partial(self.care, kind)) for kind in CARE}
        self._offer_screens(more)

    def _offer_screens(self, more: MoreButton) -> None:
        more.choices.addSeparator()
        more.offer(words.RECORD, "Ctrl+R", self.show_record)
        more.offer(learning_words.LEARNING, "Ctrl+L", self.show_learning)
        more.offer(agents_words.AGENTS, agents_words.KEYS, self.show_agents)
        more.offer(words.SIGN_IN, "", self.gate.sign_in)

    def _make_keys(self) -> None:
        for keys, act in (
            ("Ctrl+O", self.door.choose_files),
            ("Ctrl+Shift+O", self.door.choose_folder),
            ("Ctrl+Shift+D", self._theme.toggle),
            ("?", self.show_keys),
            ("Ctrl+F", self._search),
            ("/", self._search),
            ("Ctrl+R", self.show_record),
            ("Ctrl+L", self.show_learning),
            (agents_words.KEYS, self.show_agents),
            (stop_words.KEYS, self.stop),
            (stop_words.RESUME_KEYS, self.resume),
        ):
            add_key(self, keys, act)
        for screen in (self.queue, self.review):
            add_key(screen, "X", self.explain, Qt.ShortcutContext.WidgetWithChildrenShortcut)
            more = self.queue.bar.more_button if screen is self.queue else self.review.top.more_button
            add_key(screen, "M", more.open_menu, Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for at in range(len(words.TABS)):
            add_key(self, f"Ctrl+{at + 1}", partial(self._choose_tab, at))

    # -- screens --------------------------------------------------------------------------------------

    def open_case(self, case: str) -> None:
        """Show a case for review."""
        self.status.clear()
        self.queue.select(case)
        self.screens.setCurrentWidget(self.review)
        self.session.open(case)
        self.review.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_queue(self) -> None:
        """Go back to the queue; the case is let go."""
        self.session.leave()
        self.screens.setCurrentWidget(self.queue)
        self.queue.model.refresh()
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def record(self) -> "RecordView":
        """The screen of the record."""
        return self.asides.record

    @property
    def learning(self) -> "LearningView":
        """The screen of learning."""
        return self.asides.learning

    @property
    def agents(self) -> "AgentsView":
        """The screen of the agents."""
        return self.asides.agents

    @property
    def errands(self) -> "Errands":
        """What is done now and then, made when it is first wanted."""
        if self._errands is None:
            from countersign.ui.views.errands import Errands

            self._errands = Errands(
                self._desk,
                self._theme,
                self.gate,
                stopping=self.stopping,
                language=self._language,
                locale=self._locale,
                window=self,
            )
            self._errands.field_wanted.connect(self._show_field)
            self._errands.place_wanted.connect(self._show_place)
        return self._errands

    def explain(self) -> None:
        """Show why the case at hand ended as it did."""
        in_review = self.screens.currentWidget() is self.review and self.session.case is not None
        case = self.session.case.id if in_review and self.session.case else self.queue.current
        if case is not None:
            self.errands.explain(case)

    def care(self, kind: str) -> None:
        """Hold or erase the open case."""
        from countersign.ui.views.care_view import Kind

        if self.session.case is not None:
            self.errands.care(Kind(kind), self.session.case)

    def stop(self, named: "Halt | None" = None) -> None:
        """Ask what to stop and why, then stop it."""
        self.errands.stop(named)

    def resume(self, named: "Reach | None" = None) -> None:
        """Ask what goes on and why, then let it."""
        self.errands.resume(named)

    def _ask_password(self, why: str) -> None:
        self.errands.ask_password(why)

    def _weigh_care(self) -> None:
        """Offer what the case and the person's roles allow."""
        case, roles = self.session.case, self._roles or frozenset()
        self._other_class.setEnabled(self.session.is_mine and case is not None and case.refusal is None)
        may_hold = case is not None and case.erasure is None and bool(roles & set(MAY_HOLD))
        may_erase = case is not None and case.erasure is None and case.status.is_settled
        self._care["hold"].setEnabled(may_hold)
        self._care["lift"].setEnabled(may_hold and case is not None and bool(case.holds))
        self._care["erase"].setEnabled(
            may_erase and case is not None and not case.holds and bool(roles & set(MAY_ERASE))
        )

    def _on_opened(self, case: CaseFile) -> None:
        if self._roles is None:
            self._desk.records.ask(self._desk.port.roles, self._take_roles)
        act, self._once_open = self._once_open, None
        if act is not None:
            act()

    def _take_roles(self, roles: frozenset[Role]) -> None:
        self._roles = roles

    def _show_field(self, case: str, name: str, index: int) -> None:
        self._go_to(case, partial(self.review.show_field, name, index))

    def _show_place(self, case: str, evidence: Evidence) -> None:
        self._go_to(case, partial(self.review.show_place, evidence))

    def _go_to(self, case: str, act: Callable[[], None]) -> None:
        """Do something with a case once it is open."""
        in_review = self.screens.currentWidget() is self.review
        if in_review and self.session.case is not None and self.session.case.id == case:
            act()
            return
        self._once_open = act
        self.open_case(case)

    def show_record(self) -> None:
        """Show how the record stands; where the person was stays as it is."""
        self.asides.show(self.record)

    def show_learning(self) -> None:
        """Show what the desk has learned; where the person was stays as it is."""
        self.asides.show(self.learning)

    def show_agents(self) -> None:
        """Show the agents; where the person was stays as it is."""
        self.asides.show(self.agents)

    def _leave_aside(self, screen: QWidget) -> None:
        """Go back to where the person was."""
        self.screens.setCurrentWidget(screen)
        keys = self.queue.table if screen is self.queue else self.review.list
        keys.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget(self, session: "LearningSession", klass: str, title: str) -> None:
        self.errands.forget(session, klass, title)

    def show_keys(self) -> None:
        """Show the sheet of keys of this screen."""
        shown = self.screens.currentWidget()
        own = {id(self.queue): words.KEYS_QUEUE, id(self.review): words.KEYS_REVIEW}
        asides = (words.KEYS_RECORD, words.KEYS_LEARNING, agents_words.KEYS_AGENTS)
        keys = own.get(id(shown)) or self.asides.keys(asides)
        sheet = KeysDialog((*keys[:-2], *stop_words.SHEET, *keys[-2:]), self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def _open_next(self, settled: str) -> None:
        """Go on with the next case that needs this person."""
        row = self.queue.model.next_to_do(settled, self._desk.port.person.id)
        if row is None:
            self.show_queue()
            self.status.say(words.NO_NEXT)
        else:
            self.open_case(row.id)

    def _fetch_next(self, case: str) -> None:
        row = self.queue.model.next_to_do(case, self._desk.port.person.id)
        if row is not None:
            self.session.fetch_ahead(row.id, row.sha256)

    def _on_progress(self) -> None:
        counts = self.progress.counts
        self.review.top.show_remaining(
            words.remaining(self.progress.of(Status.WAITING), counts.settled_today)
        )

    def _choose_tab(self, at: int) -> None:
        if self.screens.currentWidget() is self.queue:
            self.queue.filters.choose_tab(at)

    def _search(self) -> None:
        if self.screens.currentWidget() is self.queue:
            self.queue.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the case go, finish what was asked, end the threads."""
        self.session.leave()
        self._desk.close()
        super().closeEvent(event)
