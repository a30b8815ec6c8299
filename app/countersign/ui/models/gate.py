"""Acts that may want a password: asked for when the house says so, then the act is tried again with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from countersign.domain.errors import NeedsPassword
from countersign.ui.bridge.desk import Desk
from countersign.ui.bridge.lane import Lane
from countersign.ui.look import words

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Waiting:
    """An act that waits for a password."""

    again: Callable[[str], None]
    declined: Callable[[str], None]
    why: str


class Gate(QObject):
    """Runs acts on the lane of the records; at most one waits for a password at a time."""

    wanted = Signal(str)
    """Why a password is needed: ask for it, then call `give` or `decline`."""
    refused = Signal(str)
    """It was the wrong one, or something else stood in the way: one sentence. The act still waits."""
    passed = Signal()
    """The act is done."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._waiting: _Waiting | None = None
        self._was_declined = False

    def ask(
        self,
        call: Callable[[str | None], Answer],
        then: Callable[[Answer], None],
        otherwise: Callable[[str], None],
        *,
        is_quiet: bool = False,
        lane: Lane | None = None,
    ) -> None:
        """Do an act; `call` gets the password where one was asked for, else None.

        A quiet act does not ask again once the person has declined: its trouble says what is missing. With a
        `lane`, it is done on that one.
        """

        def attempt() -> Answer | NeedsPassword:
            try:
                return call(None)
            except NeedsPassword as need:
                return need

        def landed(answer: Answer | NeedsPassword) -> None:
            if not isinstance(answer, NeedsPassword):
                then(answer)
            elif self._waiting is not None or (is_quiet and self._was_declined):
                otherwise(str(answer))
            else:
                self._wait(call, then, otherwise, str(answer))

        (lane or self._desk.records).ask(attempt, landed, otherwise)

    def sign_in(self) -> None:
        """Have the person sign in now, if their key is sealed and they have not yet."""
        port = self._desk.port

        def landed(must: bool) -> None:
            if must:
                self._was_declined = False
                self._wait(lambda _: None, lambda _: None, lambda _: None, words.SIGN_IN_WHY)
            else:
                self._desk.said.emit(words.SIGNED_IN_ALREADY)

        self._desk.records.ask(port.must_sign_in, landed)

    def give(self, password: str) -> None:
        """Try the act that waits with a password."""
        if self._waiting is not None:
            self._waiting.again(password)

    def decline(self) -> None:
        """Leave the act that waits undone."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._was_declined = True
            waiting.declined(waiting.why)

    def _wait(
        self,
        call: Callable[[str | None], Answer],
        then: Callable[[Answer], None],
        otherwise: Callable[[str], None],
        why: str,
    ) -> None:
        port = self._desk.port

        def again(password: str) -> None:
            def attempt() -> Answer:
                if port.must_sign_in():
                    port.sign_in(password)
                return call(password)

            self._desk.records.ask(attempt, landed, self.refused.emit)

        def landed(answer: Answer) -> None:
            self._waiting, self._was_declined = None, False
            self.passed.emit()
            then(answer)

        self._waiting = _Waiting(again, otherwise, why)
        self.wanted.emit(why)
