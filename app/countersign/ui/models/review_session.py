"""One case open for review: loads it, claims it, performs the person's acts, and knows no widget."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from countersign.domain.case import CaseFile, Status
from countersign.domain.event import Entry
from countersign.domain.reading import Evidence
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import words
from countersign.ui.models.field_state import FieldLine
from countersign.ui.models.gate import Gate
from countersign.ui.models.pictures import Pictures

RENEW = 60_000
"""Milliseconds between two looks at whether the claim must be made longer."""
FIRST_DPI = 120
"""What the first page of the next case is drawn at ahead of time."""


class ReviewSession(QObject):
    """The open case; every act goes to the record, and the screen shows what comes back."""

    opened = Signal(object)
    """A `CaseFile` that was not open before."""
    changed = Signal(object)
    """The open `CaseFile`, as it now stands."""
    history_changed = Signal(object)
    """The entries (tuple of `Entry`) of the open case."""
    settled = Signal(str)
    """The case (its id) was approved or rejected by this person, now."""
    refused = Signal(str, object)
    """An act did not happen: one sentence, and the field (name, index) it was for, or None."""

    def __init__(self, desk: Desk, pictures: Pictures, gate: Gate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._gate = gate
        self._pictures = pictures
        self._id: str | None = None
        self._acts: list[tuple[str, int]] = []
        self._ahead: dict[str, CaseFile] = {}
        self._kept = QElapsedTimer()
        self.case: CaseFile | None = None
        self.history: tuple[Entry, ...] = ()
        desk.pulse.happened.connect(self._on_happened)

    @property
    def is_mine(self) -> bool:
        """True while this person may act on the case."""
        case = self.case
        return (
            case is not None
            and case.status is Status.WAITING
            and case.claimed_by == self._desk.port.person.id
        )

    def open(self, case: str) -> None:
        """Open a case; what was fetched ahead is shown at once, then it is claimed."""
        self.leave()
        self._id = case
        self._acts = []
        ahead = self._ahead.pop(case, None)
        if ahead is not None:
            self._show(case, ahead)
        port = self._desk.port
        if ahead is not None and ahead.status is Status.WAITING:
            self._claim(case)
        else:
            self._desk.records.ask(lambda: port.case(case), partial(self._first_look, case))

    def keep(self) -> None:
        """Keep the claim while the person is active; what is called for every key and click must be cheap."""
        if self._id is not None and self._kept.isValid() and self._kept.elapsed() >= RENEW and self.is_mine:
            self._claim(self._id)

    def leave(self) -> None:
        """Let the case go."""
        case, mine = self._id, self.is_mine
        self._id, self.case, self.history = None, None, ()
        if case is not None and mine:
            self._release(case)

    def _release(self, case: str) -> None:
        acts = self._desk.port.acts
        self._desk.records.ask(lambda: acts.release(case), lambda _: None)

    def fetch_ahead(self, case: str, document: str) -> None:
        """Have a case and its first page ready before they are asked for."""
        if case in self._ahead:
            return
        port = self._desk.port
        self._desk.records.ask(lambda: port.case(case), partial(self._keep_ahead, case))
        self._pictures.want(document, 0, FIRST_DPI)
        self._pictures.words(document, 0)

    # -- acts -----------------------------------------------------------------------------------------

    def confirm(self, line: FieldLine, dwell_ms: int) -> None:
        """Confirm a field's value."""
        acts = self._desk.port.acts
        self._act(line, lambda case: acts.confirm(case, line.name, line.index, dwell_ms))

    def correct(
        self,
        line: FieldLine,
        value: str,
        dwell_ms: int,
        *,
        evidence: Evidence | None = None,
        printed: str = "",
    ) -> None:
        """Put another value in."""
        acts = self._desk.port.acts
        self._act(
            line,
            lambda case: acts.correct(
                case,
                line.name,
                value,
                index=line.index,
                evidence=evidence,
                printed=printed,
                dwell_ms=dwell_ms,
            ),
        )

    def declare(self, line: FieldLine, dwell_ms: int, *, illegible: bool) -> None:
        """Declare a field not present or illegible."""
        acts = self._desk.port.acts
        self._act(line, lambda case: acts.declare(case, line.name, line.index, illegible, dwell_ms))

    def undo(self) -> tuple[str, int] | None:
        """Take the last act on a field of this case back; return the field, None when there is none.

        The field is then as the agents left it, so earlier acts on it are gone with the last one.
        """
        if self._id is None or not self._acts:
            self._desk.said.emit(words.NOTHING_TO_UNDO)
            return None
        name, index = place = self._acts.pop()
        self._acts = [other for other in self._acts if other != place]
        acts = self._desk.port.acts
        self._ask(self._id, lambda case, _: acts.reopen(case, name, index))
        return name, index

    def correct_class(self, klass: str) -> None:
        """Have the agents read the document anew as a case of another class."""
        acts = self._desk.port.acts
        if self._id is not None:
            self._acts = []
            self._ask(self._id, lambda case, _: acts.correct_class(case, klass))

    def approve(self) -> None:
        """Countersign the case."""
        acts = self._desk.port.acts
        if self._id is not None:
            self._ask(self._id, acts.approve, settles=True)

    def reject(self, code: str, note: str) -> None:
        """Refuse the case with a reason."""
        acts = self._desk.port.acts
        if self._id is not None:
            self._ask(self._id, lambda case, password: acts.reject(case, code, note, password), settles=True)

    def _act(self, line: FieldLine, call: Callable[[str], CaseFile]) -> None:
        if self._id is not None:
            place = (line.name, line.index)
            self._acts.append(place)
            self._ask(self._id, lambda case, _: call(case), place=place)

    def _ask(
        self,
        case: str,
        call: Callable[[str, str | None], CaseFile],
        *,
        settles: bool = False,
        place: tuple[str, int] | None = None,
    ) -> None:
        def done(file: CaseFile) -> None:
            self._show(case, file)
            if settles and case == self._id:
                self.settled.emit(case)

        def not_done(trouble: str) -> None:
            if place in self._acts:
                self._acts.remove(place)
            self.refused.emit(trouble, place)

        self._gate.ask(lambda password: call(case, password), done, not_done)

    # -- what arrives ---------------------------------------------------------------------------------

    def _first_look(self, case: str, file: CaseFile) -> None:
        self._show(case, file)
        if case == self._id and file.status is Status.WAITING:
            self._claim(case)

    def _claim(self, case: str) -> None:
        self._kept.start()
        acts = self._desk.port.acts
        self._gate.ask(
            lambda _: acts.claim(case),
            partial(self._claimed, case),
            partial(self._unclaimed, case),
            is_quiet=True,
        )

    def _claimed(self, case: str, file: CaseFile) -> None:
        if case == self._id:
            self._show(case, file)
        else:
            self._release(case)

    def _unclaimed(self, case: str, trouble: str) -> None:
        """Look at the case as it stands, without holding it."""
        self.refused.emit(trouble, None)
        port = self._desk.port
        self._desk.records.ask(lambda: port.case(case), partial(self._show, case))

    def _keep_ahead(self, case: str, file: CaseFile) -> None:
        self._ahead = {case: file}

    def _show(self, case: str, file: CaseFile) -> None:
        if case != self._id:
            return
        first = self.case is None
        self.case = file
        for document in file.documents if file.erasure is not None else ():
            self._pictures.forget(document.sha256)
        (self.opened if first else self.changed).emit(file)
        self._tell_history(case)

    def _tell_history(self, case: str) -> None:
        port = self._desk.port
        self._desk.records.ask(lambda: port.history(case), partial(self._show_history, case))

    def _show_history(self, case: str, entries: tuple[Entry, ...]) -> None:
        if case == self._id and entries != self.history:
            self.history = entries
            self.history_changed.emit(entries)

    def _on_happened(self, cases: tuple[str, ...]) -> None:
        for changed in cases:
            self._ahead.pop(changed, None)
        case = self._id
        if case is not None and case in cases:
            port = self._desk.port
            self._desk.records.ask(lambda: port.case(case), partial(self._refresh, case))

    def _refresh(self, case: str, file: CaseFile) -> None:
        if case == self._id and file != self.case:
            self._show(case, file)
