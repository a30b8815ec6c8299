"""One desk, put together: what the screens ask for, answered by store, intake, page children and worker."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from countersign.documents.pool import Pages
from countersign.domain.actor import Actor, Role
from countersign.domain.case import CaseFile, unfold
from countersign.domain.document import MediaType, Opened, Page, PageImage, Refusal
from countersign.domain.errors import Trouble
from countersign.domain.event import Entry, Erased
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery
from countersign.domain.roster import roster
from countersign.intake.take import Intake
from countersign.policy.load import Policy
from countersign.settings import catalogue, limits
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.enrolment import cards_of
from countersign.wiring.learning import Learning
from countersign.wiring.live import DeskStop
from countersign.wiring.new_classes import NewClasses
from countersign.wiring.people import Door
from countersign.wiring.record import DeskRecord
from countersign.wiring.rules import Rulebook, activate, policy_of
from countersign.wiring.supervise import Supervisor, is_served, start_gentle_worker
from countersign.workflow.acts import DeskActs
from countersign.workflow.care import CaseCare
from countersign.workflow.desk_acts import Acts

if TYPE_CHECKING:
    from countersign.insight.explained import Explanation
    from countersign.wiring.agents import DeskAgents

DRAWN = frozenset({MediaType.PDF, MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.XML})
"""What page children draw."""

OPENED_AT_HAND = 8
"""Opened documents that are kept in memory for the screen."""


class DeskCare(CaseCare):
    """The care for cases at an open desk, which also lets go of what it has in memory."""

    def __init__(self, store: Store, person: Actor, forget: Callable[[Iterable[str]], None]) -> None:
        """Act as a person; `forget` is told which documents are gone."""
        super().__init__(store, store.eraser, person)
        self._forget = forget

    def erase(self, case: str, order: str) -> Erased:
        """Destroy the key of a settled case's content and delete its documents, for good."""
        erased = super().erase(case, order)
        self._forget(erased.documents)
        return erased


class Desk:
    """The desk of the person who sits here (a DeskPort as ui/bridge/port.py asks for)."""

    def __init__(self, home: Home, store: Store, words: Catalogue, policy: Policy) -> None:
        """Put the desk together; `open_desk` does so with the locks that it needs."""
        self.catalogue = words
        bounds = limits.load(home)
        activate(policy, store)
        me = whoever_sits_here().id
        self._door = Door(store)
        self.person = self._door.as_signed_in(store.person(me, Role.PROCESSOR))
        self.person_name = store.person_name(me)
        rules = Rulebook(policy, store, words)
        self.acts: Acts = DeskActs(store, self.person, words, rules, door=self._door)
        self._new_classes = NewClasses(home, words, rules)
        self.record = DeskRecord(home, store, words)
        self.learning = Learning(store, words, self.person)
        self.care = DeskCare(store, self.person, self._forget)
        self.stopping = DeskStop(home, store, words, self.person, self.roles)
        self._store = store
        self._intake = Intake(store.library, store, bounds, store.system("intake"))
        self._pages = Pages(2, bounds)
        self._at_hand: OrderedDict[str, Opened] = OrderedDict()
        self._shown: dict[str, MediaType] = {}
        """What the documents of the cases shown so far are."""
        self._lock = threading.Lock()
        self._agents: DeskAgents | None = None
        self._making = threading.Lock()
        self._locked: FileLock | None = None
        self._worker: Supervisor | None = None
        self._home = home

    @property
    def agents(self) -> "DeskAgents":
        """The agents, made when they are first asked for: it takes a moment, and may raise Trouble."""
        with self._making:
            if self._agents is None:
                from countersign.wiring.agents import DeskAgents

                self._agents = DeskAgents(self._home, self._store, self.catalogue)
            return self._agents

    def head(self) -> int:
        """Return the number of records; classes that were added meanwhile are known from now on."""
        self._new_classes.look()
        return self._store.head()

    def changed_cases(self, since: int) -> tuple[str, ...]:
        """Return the cases that records after the first `since` concern."""
        return self._store.changed_cases(since)

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        """Return a page of the queue."""
        return self._store.page(query, key, limit)

    def counts(self) -> QueueCounts:
        """Return how many cases stand where."""
        return self._store.counts()

    def case(self, case: str) -> CaseFile:
        """Return a case as it stands; raises Trouble when there is none."""
        file = unfold(self._store.entries(case))
        if file is None:
            raise Trouble(f"There is no case {case}. Choose one from the queue.")
        with self._lock:
            self._shown.update({one.sha256: one.media_type for one in file.documents})
        return file

    def history(self, case: str) -> tuple[Entry, ...]:
        """Return the events of a case."""
        return self._store.entries(case)

    def roles(self) -> frozenset[Role]:
        """Return what the person who sits here may do, by the record."""
        found = roster(self._store.desk_entries()).person(self.person.id)
        return frozenset(found.roles if found else ())

    def explain(self, case: str) -> "Explanation":
        """Return the accountability answer of a case; raises Trouble when there is none."""
        from countersign.wiring.explain import explain_case

        return explain_case(self._home, self._store, self.catalogue, case)

    def save_explanation(self, case: str, file: Path) -> None:
        """Write the same as a PDF, set in a process of its own; raises Trouble."""
        from countersign.wiring.explain import print_case

        print_case(self._home, self._store, self.catalogue, case, file)

    def words(self, sha256: str, page: int) -> Page | None:
        """Return the words of a page as the agents saw them, None while it is not opened."""
        opened = self._opened(sha256)
        return opened.pages[page] if opened and 0 <= page < len(opened.pages) else None

    def image(self, sha256: str, page: int, dpi: int) -> PageImage | None:
        """Draw a page in a page child; None when the document cannot be drawn."""
        media_type = self._media_type(sha256)
        if media_type is None:
            return None
        drawn = self._pages.render(self._store.library.path(sha256), media_type, page, dpi)
        return None if isinstance(drawn, Refusal) else drawn

    def bring_in(self, paths: Sequence[Path], channel: str) -> str:
        """Take files and folders in; return one sentence for the status line. Raises Trouble."""
        return self._intake.take(paths, channel).sentence()

    def must_sign_in(self) -> bool:
        """Return whether a password seals the person's key that they have not given yet."""
        return self._door.is_locked(self.person.id)

    def sign_in(self, password: str) -> None:
        """Open the person's key until the desk is closed; raises Trouble when the password is wrong."""
        self._door.sign_in(self.person.id, password)

    def agents_at_work(self) -> bool:
        """Return whether a worker is running for this desk."""
        return is_served(self._home)

    def start_agents(self) -> None:
        """Keep a worker running from now on."""
        if self._worker is None:
            self._worker = Supervisor(self._home, partial(start_gentle_worker, root=self._store.keys.root))

    def close(self) -> None:
        """End the worker and the page children, and let the record go."""
        if self._worker is not None:
            self._worker.close()
        self._pages.close()
        self.record.close()
        self._store.close()
        if self._locked is not None:
            self._locked.release()

    def hold(self, lock: FileLock) -> None:
        """Keep a lock until the desk is closed."""
        self._locked = lock

    def _media_type(self, sha256: str) -> MediaType | None:
        """Return what a document can be drawn as; the record tells where its opened form went with time."""
        opened = self._opened(sha256)
        if opened is not None:
            return opened.media_type
        with self._lock:
            media_type = self._shown.get(sha256)
        return media_type if media_type in DRAWN and self._store.library.holds(sha256) else None

    def _forget(self, documents: Iterable[str]) -> None:
        """Let go of what was opened of documents that were erased."""
        with self._lock:
            for sha256 in documents:
                self._at_hand.pop(sha256, None)

    def _opened(self, sha256: str) -> Opened | None:
        if not self._store.library.holds(sha256):
            with self._lock:
                self._at_hand.pop(sha256, None)  # it was erased
            return None
        with self._lock:
            if sha256 in self._at_hand:
                self._at_hand.move_to_end(sha256)
                return self._at_hand[sha256]
        opened = self._store.library.opened(sha256)
        if opened is not None:
            with self._lock:
                self._at_hand[sha256] = opened
                while len(self._at_hand) > OPENED_AT_HAND:
                    self._at_hand.popitem(last=False)
        return opened


def open_desk(home: Home, with_worker: bool = True) -> Desk:
    """Open the desk of a home; raises Trouble when another is open on it, or its policy is bad.

    Without a worker, `start_agents` starts one later.
    """
    home.prepare()
    lock = FileLock(home.root / "desk.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Trouble(
            f"Another desk is open on {home.root}. Use that one, or close it first, "
            "or choose another folder with --home."
        ) from error
    try:
        words = catalogue.load(home)
        policy = policy_of(home, words)
        store = open_store(home, agents=cards_of(home, asked=()), words=words)
        try:
            Door(store).open_session(whoever_sits_here().id, home.ask)
            desk = Desk(home, store, words, policy)
        except BaseException:
            store.close()
            raise
    except BaseException:
        lock.release()
        raise
    desk.hold(lock)
    if with_worker:
        desk.start_agents()
    return desk
