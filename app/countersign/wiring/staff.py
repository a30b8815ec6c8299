"""The agents of the desk, each signing as the identity under which it is enrolled."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from countersign.agents import staff
from countersign.agents.lessons import Lessons
from countersign.agents.sheet import Sheet
from countersign.domain.actor import Actor, AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.document import Opened
from countersign.domain.event import Checked, Classified, LessonsUsed, ReadingMade
from countersign.settings.catalogue import Catalogue
from countersign.workflow.ports import Known


class Memory(Protocol):
    """What the desk has learned."""

    def lessons(self, klass: str) -> tuple[tuple[Lessons, ...], LessonsUsed | None]:
        """Give the lessons of a class, and their name for the record."""

    def familiar(self, sheet: Sheet) -> Mapping[str, float]:
        """Say how much a document is like those of each class that people approved."""


class Forgetful:
    """The memory of a desk that learns nothing."""

    def lessons(self, klass: str) -> tuple[tuple[Lessons, ...], LessonsUsed | None]:
        """Give none."""
        return (), None

    def familiar(self, sheet: Sheet) -> Mapping[str, float]:
        """Say that it is like none."""
        return {}


class EnrolledStaff:
    """The agents (a Staff as workflow/ports.py asks for)."""

    def __init__(
        self, actor: Callable[[AgentCard], Actor], words: Catalogue, memory: Memory | None = None
    ) -> None:
        """`actor` names an enrolled agent as an author."""
        self._actor = actor
        self._words = words
        self._memory = memory or Forgetful()

    def classify(self, opened: Opened) -> tuple[Actor, Classified]:
        """Say what kind of case a document is."""
        card, classified = staff.classify(opened, self._words, self._memory.familiar)
        return self._actor(card), classified

    def read(self, opened: Opened, classified: Classified) -> Sequence[tuple[Actor, ReadingMade]]:
        """Read the fields of the class; a class that the desk does not know has none."""
        klass = self._words.klass(classified.klass)
        if klass is None:
            return ()
        lessons, used = self._memory.lessons(klass.name)
        answers = staff.read(opened, klass, classified, lessons=lessons)
        local = answers[-1][1].model_copy(update={"lessons": used})  # the one that reads with lessons
        return [(self._actor(card), local if made is answers[-1][1] else made) for card, made in answers]

    def check(self, case: CaseFile, opened: Opened, known: Known) -> Sequence[tuple[Actor, Checked]]:
        """Compare the readings with each other and with the desk's history."""
        klass = self._words.klass(case.klass)
        if klass is None:
            return ()
        return [(self._actor(card), checked) for card, checked in staff.check(case, klass, opened, known)]
