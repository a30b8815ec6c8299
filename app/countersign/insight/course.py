"""How far the learning of one class has come: what teaches it, what is in force, when to fit anew.

All of it follows from the record: two courses that saw the same records stand the same.
"""

from collections.abc import Iterable

from countersign.domain.event import LessonsLearned
from countersign.domain.taught import Taught
from countersign.insight.school import MOST, Why, next_step

ENDS: tuple[Why, ...] = ("shrunk", "changed")
"""Rounds held because the lessons in force could not stay; lost, they leave none."""


class Course:
    """The course of one class; it is told of approvals, erasures, forgettings and rounds, in their order."""

    def __init__(self, klass: str) -> None:
        self.klass = klass
        self.taught: dict[str, Taught] = {}
        """The latest approved cases that teach, by case, in the order of their approval."""
        self.gone: set[str] = set()
        """Cases that teach no longer, of any class."""
        self.rounds: list[tuple[int, LessonsLearned]] = []
        """When lessons were fitted, with the number of each record."""

    def take(self, taught: Taught) -> None:
        """Take an approved case in; beyond `MOST` the oldest goes."""
        self.taught[taught.case] = taught
        later = sorted(self.taught.values(), key=lambda one: one.record)[-MOST:]
        self.taught = {one.case: one for one in later}

    def drop(self, cases: Iterable[str]) -> bool:
        """Let cases go that were erased or forgotten; False when none of them taught."""
        self.gone.update(cases)
        known = self.taught.keys() & self.gone
        for case in known:
            del self.taught[case]
        return bool(known)

    def learned(self, record: int, event: LessonsLearned) -> None:
        """Take note of a round."""
        if all(record != known for known, _ in self.rounds):
            self.rounds.append((record, event))

    @property
    def last(self) -> LessonsLearned | None:
        """The last round, won or lost."""
        return self.rounds[-1][1] if self.rounds else None

    @property
    def in_force(self) -> LessonsLearned | None:
        """The round whose lessons are in use, if what they come from still stands.

        A round that lost leaves those before it in use, unless it was held because those could not stay.
        """
        for _, event in reversed(self.rounds):
            if event.is_admitted:
                return event
            if event.why in ENDS:
                return None
        return None

    def since(self, until: int) -> list[Taught]:
        """Return the cases approved in the record of that number or later."""
        return [one for one in self.taught.values() if one.record >= until]

    def before(self, until: int) -> list[Taught]:
        """Return the cases approved before that record."""
        return [one for one in self.taught.values() if one.record < until]

    def due(self, has_lessons: bool, reader_since: int) -> Why | None:
        """Say why lessons are to be fitted now, None when they need not be.

        `has_lessons`: those in force are at hand. `reader_since`: the record that enrolled today's reader.
        """
        force, last = self.in_force, self.last
        if force is not None and not has_lessons:
            return "shrunk" if len(self.before(force.until)) < force.documents else "changed"
        if self.rounds and self.taught and self.rounds[-1][0] < reader_since:
            return "changed"
        before = last.documents if last else 0
        new = len(self.since(last.until)) if last else len(self.taught)
        return "grown" if new and before + new >= next_step(before) else None
