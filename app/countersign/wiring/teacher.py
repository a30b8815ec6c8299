"""What the desk has learned, kept up with the record: memory at once, fitted lessons in the background.

Nothing here is kept but what the record and the library give: approvals since the last round are remembered
anew at each start, and the file of fitted lessons counts only while its SHA-256 is the one on the record.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from filelock import FileLock, Timeout

from countersign.agents import identities
from countersign.agents.familiar import familiar
from countersign.agents.lessons import Lessons
from countersign.agents.sheet import Sheet
from countersign.domain.document import Opened
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    AgentEnrolled,
    CaseApproved,
    Draft,
    Entry,
    Erased,
    LessonForgotten,
    LessonsLearned,
    LessonsUsed,
)
from countersign.domain.klass import ClassDef
from countersign.domain.taught import Taught, taught_of
from countersign.insight import school
from countersign.insight.course import ENDS, Course
from countersign.insight.school import MOST, NOTHING, Fitted, Why
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.store import Store
from countersign.wiring.fitting import Task, fit_apart
from countersign.wiring.reopening import opened_again
from countersign.workflow.ports import Pages

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Seconds between looks whether something is to be learned."""
REST = 5.0
"""Seconds after a round that could not be recorded."""
AT_ONCE = 4
"""Approvals that a reader waits for; a longer list is worked off in the background."""
KINDS = ("case_approved", "erased", "lesson_forgotten", "lessons_learned", "agent_enrolled")


class Pupil:
    """What is at hand of one class: fitted lessons, and what was remembered since."""

    def __init__(self, klass: ClassDef) -> None:
        self.klass = klass
        self.course = Course(klass.name)
        self.fitted: tuple[Lessons, frozenset[str], str] | None = None
        """The lessons in force, the cases that they come from, and their SHA-256."""
        self.lessons: Lessons | None = None
        """The same with what was remembered."""
        self.remembered: list[str] = []
        self.waiting: list[Taught] = []
        """What is not remembered yet, in order."""
        self.failed_at = -1
        """The record up to which a round failed; it is not tried again before there is more."""

    def used(self) -> LessonsUsed | None:
        """Name what is read with."""
        if self.lessons is None:
            return None
        cases = sorted({*(self.fitted[1] if self.fitted else ()), *self.remembered})
        of = self.fitted[2] if self.fitted else ""
        return LessonsUsed(documents=len(cases), digest=school.digest("\n".join([of, *cases])))

    def begin_again(self) -> None:
        """Forget what is at hand; what still stands is remembered anew, in order."""
        self.lessons = self.fitted[0] if self.fitted else None
        self.remembered = []
        known = self.fitted[1] if self.fitted else frozenset()
        self.waiting = [one for one in self.course.taught.values() if one.case not in known]


class Teacher:
    """Gives readers the lessons of a class; safe from any thread. One at a time learns (`lessons.lock`)."""

    def __init__(self, home: Home, store: Store, words: Catalogue, pages: Pages) -> None:
        self._home, self._store, self._words, self._pages = home, store, words, pages
        self._pupils: dict[str, Pupil] = {}
        self._forgotten: set[str] = set()
        self._reader_since = 0
        self._lock = threading.RLock()
        self._seen = 0
        self._load()

    # -- for readers -----------------------------------------------------------------------------------

    def lessons(self, klass: str) -> tuple[tuple[Lessons, ...], LessonsUsed | None]:
        """Return what is known of a class, with every approval that is on the record by now."""
        with self._lock:
            self._catch_up()
            pupil = self._pupils.get(klass)
            if pupil is None or pupil.lessons is None:
                return (), None
            return (pupil.lessons,), pupil.used()

    def taught(self, klass: str) -> int:
        """Return how many approved cases teach of a class."""
        return len(self._pupils[klass].course.taught)

    def familiar(self, sheet: Sheet) -> Mapping[str, float]:
        """Say how much a document is like those of each class that people approved."""
        with self._lock:
            self._catch_up()
            known = {name: (p.lessons,) for name, p in self._pupils.items() if p.lessons is not None}
        return familiar(sheet, known)

    # -- the record ------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Take in what the record and the files of lessons say, without opening a document."""
        self._classes = self._words.classes
        self._pupils = {name: Pupil(klass) for name, klass in self._classes.items()}
        self._seen, _ = self._store.since(self._store.head(), KINDS)
        for entry in self._store.desk_entries(KINDS):
            if entry.seq < self._seen:
                self._take(entry)
        for pupil in self._pupils.values():
            kin = (pupil.klass.name, *pupil.klass.variants)
            for case in reversed(self._store.approved(kin, MOST)):
                self._approve(case)
            pupil.fitted = self._read(pupil)
            pupil.begin_again()

    def _catch_up(self) -> None:
        if self._classes is not self._words.classes:
            self._load()  # classes were added or became others: begin as at a start
        seen, entries = self._store.since(self._seen, KINDS)
        if seen == self._seen:
            return
        self._seen = seen
        for entry in entries:
            self._take(entry)
        for pupil in self._pupils.values():
            while 0 < len(pupil.waiting) <= AT_ONCE:  # more is for the background
                self._remember(pupil, pupil.waiting[0])

    def _take(self, entry: Entry) -> None:
        match entry.event:
            case CaseApproved() if entry.case is not None:
                self._approve(entry.case)
            case Erased() if entry.case is not None:
                self._drop([entry.case])
            case LessonForgotten() as event:
                self._forgotten.update(event.cases)
                self._drop(event.cases)
            case LessonsLearned() as event if event.klass in self._pupils:
                self._learned(self._pupils[event.klass], entry.seq, event)
            case AgentEnrolled() as event if event.card.name == identities.LOCAL:
                self._reader_since = entry.seq
            case _:
                pass

    def _learned(self, pupil: Pupil, record: int, event: LessonsLearned) -> None:
        """Read with what is in force after a round, which may be nothing."""
        pupil.course.learned(record, event)
        force = pupil.course.in_force
        if (force.digest if force else None) != (pupil.fitted[2] if pupil.fitted else None):
            pupil.fitted = self._read(pupil)
            pupil.begin_again()

    def _approve(self, case: str) -> None:
        taught = taught_of(self._store.entries(case)) if case not in self._forgotten else None
        klass = self._words.klass(taught.klass) if taught else None
        if taught is None or klass is None or taught.case in self._pupils[klass.name].course.taught:
            return
        pupil = self._pupils[klass.name]
        pupil.course.take(taught)
        pupil.waiting.append(taught)

    def _drop(self, cases: Sequence[str]) -> None:
        """Let go of what these cases taught: of all that it was mixed with, and at once."""
        for name, pupil in self._pupils.items():
            taught = pupil.course.drop(cases)
            if pupil.fitted is not None and pupil.fitted[1] & set(cases):
                pupil.fitted = None
                self._store.lessons.destroy(name)
                taught = True
            if taught:
                pupil.begin_again()

    def _read(self, pupil: Pupil) -> tuple[Lessons, frozenset[str], str] | None:
        """Return the lessons in force, if their file is the one on the record and fits the class."""
        force = pupil.course.in_force
        content = self._store.lessons.read(pupil.klass.name) if force else None
        if force is None or content is None or school.digest(content) != force.digest:
            return None
        try:
            lessons, cases = school.read(content, pupil.klass)
        except (ValueError, LookupError, TypeError):
            return None
        if any(self._is_gone(case, pupil) for case in cases):
            self._store.lessons.destroy(pupil.klass.name)  # erased or forgotten just as it was written
            return None
        return lessons, cases, force.digest

    def _is_gone(self, case: str, pupil: Pupil) -> bool:
        """Say whether a case may teach no longer; one that is not at hand is looked up."""
        if case in self._forgotten or case in pupil.course.gone:
            return True
        return case not in pupil.course.taught and taught_of(self._store.entries(case)) is None

    # -- memory ----------------------------------------------------------------------------------------

    def _remember(self, pupil: Pupil, taught: Taught) -> None:
        pupil.waiting.remove(taught)
        try:
            pupil.lessons = school.remember(taught, pupil.klass, self._opened, pupil.lessons)
        except Exception:  # one odd document must not keep every other one from being read
            logger.exception("the case %s could not be remembered", taught.case)
            return
        pupil.remembered.append(taught.case)

    def _opened(self, taught: Taught) -> Opened | None:
        return opened_again(self._store.library, self._pages, taught.document, taught.media_type)

    def remember_all(self, stop: threading.Event) -> None:
        """Remember what waits, one case at a time, so that no reader waits for long."""
        for pupil in self._pupils.values():
            while pupil.waiting and not stop.is_set():
                with self._lock:
                    if pupil.waiting:
                        self._remember(pupil, pupil.waiting[0])

    # -- rounds ----------------------------------------------------------------------------------------

    def work(self, stop: threading.Event, may: Callable[[], bool] = lambda: True) -> None:
        """Learn whenever something is to be learned and `may` allows it, until told to stop; blocks."""
        while not stop.wait(LOOK_EVERY):
            if not may():
                continue
            try:
                with self._lock:
                    self._catch_up()
                self.remember_all(stop)
                self.learn_due(stop)
            except Trouble as trouble:
                logger.warning("the desk could not learn: %s", trouble)
                stop.wait(REST)
            except Exception:  # reading goes on without new lessons, and the log says what failed
                logger.exception("the desk could not learn")
                stop.wait(REST)

    def learn_due(self, stop: threading.Event) -> int:
        """Fit lessons anew where it is time; returns for how many classes."""
        names = tuple(self._pupils)
        return sum(self.learn(name, None, stop) is not None for name in names if not stop.is_set())

    def learn(self, name: str, why: Why | None, stop: threading.Event) -> LessonsLearned | None:
        """Hold a round for a class, for a reason or if one is due; None when none was held.

        Raises Trouble when the record or a file cannot be written.
        """
        pupil = self._pupils.get(name)
        if pupil is None:
            return None  # its class was taken away just now
        with self._lock:
            why = why or self._due(pupil)
        if why is None:
            return None
        lock = FileLock(self._home.root / "lessons.lock", thread_local=False)
        try:
            with lock.acquire(timeout=0):
                return self._round(pupil, why, stop)
        except Timeout:
            return None  # another process learns; what it finds comes by the record

    def _due(self, pupil: Pupil) -> Why | None:
        if pupil.failed_at >= 0 and len(pupil.course.since(pupil.failed_at)) == 0:
            return None
        return pupil.course.due(pupil.fitted is not None, self._reader_since)

    def _round(self, pupil: Pupil, why: Why, stop: threading.Event) -> LessonsLearned | None:
        with self._lock:
            until, force = self._seen, pupil.course.in_force
            taught = tuple(pupil.course.taught.values())
            has_current = pupil.fitted is not None and why != "asked"  # whoever asks wants all tried anew
            current = self._store.lessons.read(pupil.klass.name) if has_current else None
        if (
            why == "changed"
            and force is not None
            and pupil.fitted is None
            and self._remake(pupil, force, stop)
        ):
            return None
        fitted = fit_apart(self._task(pupil, taught, current), stop) if taught else NOTHING
        if fitted is None or (fitted.held_back == 0 and why not in ENDS):
            pupil.failed_at = -1 if stop.is_set() else until  # too few to say anything: when there are more
            return None
        with self._lock:
            self._catch_up()
            if pupil.course.gone & {one.case for one in taught}:
                return None  # erased or forgotten meanwhile: what was fitted counts no more
            return self._record(pupil, why, until, fitted)

    def _remake(self, pupil: Pupil, force: LessonsLearned, stop: threading.Event) -> bool:
        """Make the file of the lessons in force again; False when another round has to be held now."""
        taught = tuple(pupil.course.before(force.until))
        fitted = fit_apart(self._task(pupil, taught, None)._replace(remade=True), stop) if taught else None
        if fitted is None or fitted.content is None or school.digest(fitted.content) != force.digest:
            return False
        with self._lock:
            self._catch_up()
            if pupil.course.gone & {one.case for one in taught}:
                return True  # erased or forgotten meanwhile: the next look finds the lessons shrunk
            self._store.lessons.write(pupil.klass.name, fitted.content)
            pupil.fitted = self._read(pupil)
            pupil.begin_again()
        return True

    def _task(self, pupil: Pupil, taught: tuple[Taught, ...], current: str | None) -> Task:
        library = self._store.library
        gone = [one for one in taught if not library.has_opened(one.document)]
        again = {one.document: opened for one in gone if (opened := self._opened(one)) is not None}
        return Task(self._home.root, pupil.klass, taught, again, current)

    def _record(self, pupil: Pupil, why: Why, until: int, fitted: Fitted) -> LessonsLearned:
        """Write the file, then the record: a file that the record does not name counts for nothing."""
        event = LessonsLearned(
            klass=pupil.klass.name,
            documents=fitted.documents,
            held_back=fitted.held_back,
            until=until,
            why=why,
            f1_before=fitted.f1_before,
            f1_after=fitted.f1_after,
            is_admitted=fitted.is_admitted,
            digest=school.digest(fitted.content) if fitted.content else None,
        )
        if fitted.content is not None:
            self._store.lessons.write(event.klass, fitted.content)
        elif why in ENDS:
            self._store.lessons.destroy(event.klass)
        self._store.append([Draft(event=event, actor=self._store.system("learning"))])
        self._catch_up()
        return event
