"""The agents of the desk, each signing as the identity under which it is enrolled."""

from collections.abc import Callable, Sequence

from countersign.agents import staff
from countersign.domain.actor import Actor, AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.document import Opened
from countersign.domain.event import Checked, Classified, ReadingMade
from countersign.settings.catalogue import Catalogue
from countersign.workflow.ports import Known


class EnrolledStaff:
    """The agents (a Staff as workflow/ports.py asks for)."""

    def __init__(self, actor: Callable[[AgentCard], Actor], words: Catalogue) -> None:
        """`actor` names an enrolled agent as an author."""
        self._actor = actor
        self._words = words

    def classify(self, opened: Opened) -> tuple[Actor, Classified]:
        """Say what kind of case a document is."""
        card, classified = staff.classify(opened, self._words)
        return self._actor(card), classified

    def read(self, opened: Opened, classified: Classified) -> Sequence[tuple[Actor, ReadingMade]]:
        """Read the fields of the class; a class that the desk does not know has none."""
        klass = self._words.klass(classified.klass)
        if klass is None:
            return ()
        return [(self._actor(card), made) for card, made in staff.read(opened, klass, classified)]

    def check(self, case: CaseFile, opened: Opened, known: Known) -> Sequence[tuple[Actor, Checked]]:
        """Compare the readings with each other and with the desk's history."""
        klass = self._words.klass(case.klass)
        if klass is None:
            return ()
        return [(self._actor(card), checked) for card, checked in staff.check(case, klass, opened, known)]
