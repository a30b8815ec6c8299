"""What the desk has learned, shown; forgotten at a person's word; learned anew when one asks."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from countersign.documents.pool import Pages
from countersign.domain.actor import Actor, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import LessonForgotten, LessonsLearned
from countersign.domain.klass import ClassDef
from countersign.domain.learning import ClassLearning, Forgotten, Round
from countersign.insight.course import Course
from countersign.insight.school import MOST, next_step
from countersign.settings import catalogue, limits
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import is_begun, no_desk, open_store, visit_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.approvals import Approvals
from countersign.wiring.enrolment import cards_of
from countersign.wiring.people import BY_PASSWORD, People
from countersign.wiring.teacher import Teacher
from countersign.workflow.forgetting import ChosenBy, Forgetting

KINDS = ("lessons_learned", "lesson_forgotten")
ALL = 1_000_000


def learned(store: Store, words: Catalogue, approvals: Approvals) -> tuple[ClassLearning, ...]:
    """Tell how the learning of each class stands, in the order of the catalogue."""
    entries = store.desk_entries(KINDS)
    gone = {c for e in entries if isinstance(e.event, LessonForgotten) for c in e.event.cases}
    teaching = approvals.by_class(gone)
    found = []
    for klass in words.classes.values():
        course = Course(klass.name)
        rounds, forgotten = [], []
        for entry in entries:
            event = entry.event
            if isinstance(event, LessonsLearned) and event.klass == klass.name:
                course.learned(entry.seq, event)
                members = event.model_dump(exclude={"kind", "klass", "until"})
                rounds.append(Round(at=entry.at, record=entry.seq, **members))
            elif isinstance(event, LessonForgotten) and event.klass == klass.name:
                forgotten.append(
                    Forgotten(
                        at=entry.at,
                        record=entry.seq,
                        by=event.signature.name,
                        cases=event.cases,
                        chosen_by=event.chosen_by,
                        reason=event.reason,
                    )
                )
        force = course.in_force
        approved = sum(teaching[name] for name in _kin(klass))
        last = rounds[-1].documents if rounds else 0
        found.append(
            ClassLearning(
                klass=klass.name,
                label=klass.label["en"],
                approved=approved,
                rounds=tuple(rounds),
                forgotten=tuple(forgotten),
                next_at=next_step(last) if last < MOST else approved + MOST // 10,
                in_force=next((r for r in reversed(rounds) if force and r.digest == force.digest), None),
            )
        )
    return tuple(found)


class Learning:
    """The desk's learning in the hands of one person (a LearningPort as ui/bridge/port.py asks for)."""

    def __init__(self, store: Store, words: Catalogue, person: Actor) -> None:
        self._store, self._words = store, words
        self._approvals = Approvals(store)
        self._forgetting = Forgetting(store, person)

    def show(self) -> tuple[ClassLearning, ...]:
        """Tell how the learning of each class stands."""
        return learned(self._store, self._words, self._approvals)

    def check(self, reason: str) -> None:
        """Raise Trouble where this person may not have anything forgotten, or says no reason."""
        self._forgetting.check(reason)

    def forget_case(self, klass: str, case: str, reason: str) -> int:
        """Forget what one case taught; returns 1."""
        found = self._klass(klass)
        if not set(self._store.approvals({case})[1]) & set(_kin(found)):
            raise Trouble(f"The case {case} teaches nothing about {klass}: only what a person approved does.")
        return self._forget(found, [case], "case", reason)

    def forget_counterparty(self, klass: str, name: str, reason: str) -> int:
        """Forget what the cases of one counterparty taught; returns how many they were."""
        found = self._klass(klass)
        cases = self._store.approved(_kin(found), ALL, party=name)
        if not cases:
            raise Trouble(f"No approved case of the class {klass} is of {name!r}.")
        return self._forget(found, cases, "counterparty", reason)

    def forget_class(self, klass: str, reason: str) -> int:
        """Forget all that was learned about a class; returns of how many cases."""
        found = self._klass(klass)
        return self._forget(found, self._store.approved(_kin(found), ALL), "class", reason)

    def _forget(self, klass: ClassDef, cases: Sequence[str], chosen_by: ChosenBy, reason: str) -> int:
        gone = set(self._forgetting.forget(klass.name, cases, chosen_by, reason))
        self._store.lessons.forget(lambda from_cases: gone & set(from_cases))
        return len(gone)

    def _klass(self, name: str) -> ClassDef:
        found = self._words.klass(name)
        if found is None:
            raise Trouble(f"There is no class {name!r}. `countersign class list` names them.")
        return found


def _kin(klass: ClassDef) -> tuple[str, ...]:
    return (klass.name, *klass.variants)


# -- from the command line -----------------------------------------------------------------------------------


@contextmanager
def seen(home: Home) -> Iterator[tuple[ClassLearning, ...]]:
    """Tell how the learning stands at a desk that is there; raises Trouble."""
    words = catalogue.load(home)
    with visit_store(home, words) as store:
        yield learned(store, words, Approvals(store))


@contextmanager
def tutor(home: Home, *, proves: bool = True) -> Iterator[Learning]:
    """Open a desk to have it forget, as whoever sits here; raises Trouble."""
    words = catalogue.load(home)
    if not is_begun(home):
        raise no_desk(home)
    with open_store(home, words=words) as store:
        people = People(store, whoever_sits_here().id, home.ask)
        person = store.person(people.me, Role.TEAM_LEAD)
        if proves and people.door.has_password(people.me):
            people.prove(people.me)
            person = person.model_copy(update={"authenticated": BY_PASSWORD})
        yield Learning(store, words, person)


def relearn(home: Home, klass: str | None) -> list[LessonsLearned]:
    """Fit lessons anew, for one class or for all that people taught; returns what came of it."""
    words = catalogue.load(home)
    if not is_begun(home):
        raise no_desk(home)
    named = words.klass(klass)
    if klass is not None and named is None:
        raise Trouble(f"There is no class {klass!r}. `countersign class list` names them.")
    never = threading.Event()
    with open_store(home, agents=cards_of(home, asked=()), words=words) as store:
        pages = Pages(1, limits.load(home))
        try:
            teacher = Teacher(home, store, words, pages)
            teacher.remember_all(never)
            names = [named.name] if named else [name for name in words.classes if teacher.taught(name)]
            rounds = [teacher.learn(name, "asked", never) for name in names]
        finally:
            pages.close()
    if any(one is None for one in rounds):
        raise Trouble(
            "Not every class was tried: it takes three approved cases whose documents are still there, and "
            "one who learns at a time. Wait a moment or approve more cases, then try again."
        )
    return [one for one in rounds if one is not None]
