"""What a person does now and then from any screen: explain, export, hold, erase, give a password."""

from functools import partial

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from countersign.domain.case import CaseFile
from countersign.domain.event import How, Scope
from countersign.insight.explained import Explanation
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import care_words as said
from countersign.ui.look import learning_words, stop_words, words
from countersign.ui.look.theme import Theme
from countersign.ui.models.export_session import ExportSession
from countersign.ui.models.gate import Gate
from countersign.ui.models.learning_session import LearningSession
from countersign.ui.models.review_session import ReviewSession
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.care_view import CareDialog, Kind
from countersign.ui.views.explain_view import ExplainDialog
from countersign.ui.views.export_view import ExportDialog
from countersign.ui.views.forget_view import ClassDialog, ForgetDialog
from countersign.ui.views.parts import add_key
from countersign.ui.views.password_view import PasswordDialog
from countersign.ui.views.stop_dialog import EVERYTHING, ResumeDialog, StopDialog

Reach = tuple[Scope, str]
"""What is stopped: a scope and a name."""
Halt = tuple[Scope, str, How]
"""What is to be stopped, and how."""


class Errands(QObject):
    """Opens the dialogs of one window; each act runs off the UI thread."""

    field_wanted = Signal(str, str, int)
    """A field of a case (case, name, index) is to be shown."""
    place_wanted = Signal(str, object)
    """A place in a case (case, `Evidence`) is to be shown."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        gate: Gate,
        *,
        stopping: StopModel,
        language: str,
        locale: QLocale,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._stopping = stopping
        self._desk, self._theme, self._gate, self._window = desk, theme, gate, window
        self._language, self._locale = language, locale
        self._exports = ExportSession(desk, self)

    def explain(self, case: str) -> None:
        """Show why a case ended as it did."""
        port = self._desk.port
        self._desk.records.ask(lambda: port.explain(case), self._show_explanation)

    def export(self, case: CaseFile | None) -> None:
        """Take a case, or what is chosen, out of the house."""
        named = (case.id, self._name(case)) if case else None
        dialog = ExportDialog(
            self._desk,
            self._theme,
            self._exports,
            case=named,
            language=self._language,
            locale=self._locale,
            parent=self._window,
        )
        self._open(dialog)

    def care(self, kind: Kind, case: CaseFile) -> None:
        """Hold a case, lift a hold, or erase the content, after all was said that must be."""
        dialog = CareDialog(self._theme, kind, case, self._locale, self._window)
        dialog.accepted.connect(lambda: self._do(kind, case.id, dialog.order))
        self._open(dialog)

    def forget(self, learning: LearningSession, klass: str, title: str) -> None:
        """Have the desk forget what some cases of a class taught it."""
        dialog = ForgetDialog(self._theme, title, parent=self._window)
        dialog.accepted.connect(lambda: learning.forget(klass, dialog.how, dialog.named, dialog.reason))
        self._open(dialog)

    def correct_class(self, session: ReviewSession) -> None:
        """Have the open case read anew as one of another class."""
        case = session.case
        if case is None:
            return
        known = self._desk.catalogue.klass(case.klass)
        classes = tuple(
            (name, klass.label.get(self._language) or klass.label["en"])
            for name, klass in self._desk.catalogue.classes.items()
            if known is None or name != known.name
        )
        dialog = ClassDialog(classes, self._window)
        dialog.accepted.connect(lambda: self._correct_class(session, dialog.klass))
        self._open(dialog)

    def _correct_class(self, session: ReviewSession, klass: str) -> None:
        session.correct_class(klass)
        self._desk.said.emit(learning_words.CLASS_DONE)

    def stop(self, named: Halt | None = None, parent: QWidget | None = None) -> None:
        """Stop agents, after it was said which, how and why."""
        scope, name, how = named or (*EVERYTHING, How.KILL)
        dialog = StopDialog(self._theme, self._stopping, (scope, name), how, parent or self._window)
        dialog.accepted.connect(
            lambda: self._stopping.stop(dialog.target.scope, dialog.target.name, dialog.how, dialog.reason)
        )
        self._open(dialog)

    def resume(self, named: Reach | None = None) -> None:
        """Let agents go on, after it was said which and why."""
        if not self._stopping.is_stopped:
            self._desk.said.emit(stop_words.NOTHING_STOPPED)
            return
        if self._stopping.why_not:
            self._desk.troubled.emit(self._stopping.why_not)
            return
        dialog = ResumeDialog(self._stopping, named, self._window)
        dialog.accepted.connect(
            lambda: self._stopping.resume(dialog.order.scope, dialog.order.name, dialog.reason)
        )
        self._open(dialog)

    def ask_password(self, why: str) -> None:
        """Ask the person for their password, until it is right or they cancel."""
        dialog = PasswordDialog(words.SIGN_TITLE, why, parent=self._window)
        dialog.given.connect(self._gate.give)
        self._gate.refused.connect(dialog.complain)
        self._gate.passed.connect(dialog.accept)
        dialog.rejected.connect(self._gate.decline)
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        if not isinstance(dialog, StopDialog):  # a dialog must not stand between a person and the stop
            add_key(dialog, stop_words.KEYS, partial(self.stop, None, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_explanation(self, told: Explanation) -> None:
        dialog = ExplainDialog(self._desk, self._theme, told, self._locale, self._window)
        dialog.field_wanted.connect(partial(self.field_wanted.emit, told.case))
        dialog.place_wanted.connect(partial(self.place_wanted.emit, told.case))
        self._open(dialog)

    def _do(self, kind: Kind, case: str, order: str) -> None:
        care = self._desk.port.care
        acts = {Kind.HOLD: care.hold, Kind.LIFT: care.lift, Kind.ERASE: care.erase}
        done = {Kind.HOLD: said.HELD, Kind.LIFT: said.LIFTED, Kind.ERASE: said.ERASED}
        self._gate.ask(
            lambda _: acts[kind](case, order),
            lambda _: self._desk.said.emit(done[kind]),
            self._desk.troubled.emit,
        )

    def _name(self, case: CaseFile) -> str:
        klass = self._desk.catalogue.klass(case.klass)
        headline = klass.headline if klass else None
        known = (case.value(headline.counterparty), case.value(headline.number)) if headline else ()
        return ", ".join(filter(None, known)) or (case.documents[0].name if case.documents else case.id)
