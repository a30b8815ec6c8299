"""People who answer questions, and desks with administrators, for tests of keys and passwords."""

from collections.abc import Iterator
from contextlib import contextmanager

from countersign.domain.actor import Role
from countersign.settings.home import Home
from countersign.store.founding import Person, open_store
from countersign.store.sealing import Effort
from countersign.wiring.people import People

CHEAP = Effort(iterations=1, lanes=1, memory_kib=8)
"""What guessing a password costs in tests."""

ADA = Person(id="ada", name="Ada Lovelace", roles=(Role.ADMINISTRATOR, Role.APPROVER, Role.PROCESSOR))


class Answers:
    """Someone who answers questions in turn, and remembers them; silent when there are no more answers."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, question: str, again: bool) -> str | None:
        """Answer (an Asker as settings/passwords.py wants)."""
        self.asked.append((question, again))
        return self.answers.pop(0) if self.answers else None


@contextmanager
def seated(home: Home, *answers: str | None, who: str = "ada") -> Iterator[People]:
    """Sit someone at a desk that Ada founded, to care for people and keys."""
    with open_store(home, person=None if (home.database).exists() else ADA) as store:
        yield People(store, who, Answers(*answers))
