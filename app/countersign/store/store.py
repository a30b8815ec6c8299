"""The store of one desk: its log, the views of it, and its documents."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any

from sqlalchemy import bindparam, func, select

from countersign.audit import cosign
from countersign.audit.verify import Verdict
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry
from countersign.domain.figures import Tally, Told
from countersign.domain.orders import NOTHING_HELD, Reach
from countersign.domain.proof import CaseProof
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery
from countersign.domain.standing import Check
from countersign.domain.work import Alert, Attention, Spending, Work
from countersign.store import checking, notes, schema
from countersign.store.batch import Desk
from countersign.store.case_proof import of_kinds, prove
from countersign.store.checking import Progress
from countersign.store.database import Database
from countersign.store.decode import Reader
from countersign.store.erasure import Eraser, Settled, settled
from countersign.store.figure_views import FigureView
from countersign.store.head import SIZE
from countersign.store.lesson_files import LessonFiles
from countersign.store.library import Library
from countersign.store.queue_view import QueueView
from countersign.store.snapshot import Snapshot, snapshot
from countersign.store.work_views import WorkView
from countersign.store.writer import Writer
from countersign.workflow.ports import Known


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


class Store:
    """Ledger and Cases as workflow/ports.py asks for; `library` is the Library. Safe from any thread."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        library: Library,
        lessons: LessonFiles,
        log: str,
        *,
        is_visit: bool = False,
    ) -> None:
        """Open a log of a name; a visit appends nothing, so it signs nothing either."""
        self.log = log
        """The name of the log."""
        self.library = library
        self.lessons = lessons
        """What was learned from approved cases."""
        self.keys = desk.keys
        """The private keys of the desk, its agents and its people."""
        self._database = database
        self._desk = desk
        self._queue = QueueView(database, desk.class_of)
        self._work = WorkView(database)
        self._figures = FigureView(database)
        self._writer = Writer(database, desk, signs_what_waits=not is_visit)

    # -- who acts --------------------------------------------------------------------------------------

    def system(self, part: str) -> Actor:
        """Return the actor for a part of the system, such as ``intake``."""
        return Actor(kind=ActorKind.SYSTEM, id=self.log, role=part, authenticated="device_key")

    def agent(self, card: AgentCard) -> Actor:
        """Return the actor for an enrolled agent."""
        return Actor(kind=ActorKind.AGENT, id=card.id, role=card.name, authenticated="device_key")

    def person(self, id: str, role: Role) -> Actor:
        """Return the actor for an enrolled person in one of their roles."""
        return Actor(kind=ActorKind.PERSON, id=id, role=role.value, authenticated="os_account")

    # -- Ledger ----------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Record events, durably, in one transaction, with their views; raises Trouble, and none happened."""
        return self._writer.append(drafts)

    def entries(self, case: str) -> tuple[Entry, ...]:
        """Return the events of a case, in order."""
        return self._entries(_OF_CASE, {"case": case})

    def desk_entries(self, kinds: Collection[str] = ()) -> tuple[Entry, ...]:
        """Return the events that belong to no case, in order; all of them, or those of some kinds."""
        if not kinds:
            return self._entries(_OF_DESK, {})
        found = self._entries(_desk_of(frozenset(kinds)), {})
        return tuple(entry for entry in found if entry.event.kind in kinds)

    def _entries(self, statement: Any, parameters: dict[str, str]) -> tuple[Entry, ...]:
        with self._database.reading() as connection:
            reader = Reader(connection, self._desk.case_keys, self.log)
            return tuple(reader.entry(row) for row in connection.execute(statement, parameters).all())

    def head(self) -> int:
        """Return the number of records."""
        with self._database.reading() as connection:
            return int(connection.execute(SIZE).scalar_one())

    def changed_cases(self, since: int) -> tuple[str, ...]:
        """Return the cases that records after the first `since` concern, each once, in order of change."""
        with self._database.reading() as connection:
            return tuple(connection.execute(_CHANGED, {"since": since}).scalars())

    def since(self, size: int, kinds: Collection[str]) -> tuple[int, tuple[Entry, ...]]:
        """Return how many records there are, and those of some kinds after the first so many, in order."""
        with self._database.reading() as connection:
            head = int(connection.execute(SIZE).scalar_one())
            if head <= size:
                return head, ()
            reader = Reader(connection, self._desk.case_keys, self.log)
            rows = connection.execute(_since_of(frozenset(kinds)), {"size": size, "head": head}).all()
            found = (reader.entry(row) for row in rows)
            return head, tuple(entry for entry in found if entry.event.kind in kinds)

    # -- Cases -----------------------------------------------------------------------------------------

    def approved(self, classes: Collection[str], limit: int, party: str | None = None) -> tuple[str, ...]:
        """Return cases of some classes that a person approved and nobody erased, the latest first.

        `party` keeps to those of one counterparty, however its name is written.
        """
        return self._queue.approved(classes, limit, party)

    def approvals(self, among: Collection[str] | None = None) -> tuple[int, Counter[str]]:
        """Return the number of records, and how many cases of each class stood approved by then, not erased.

        `among` keeps to those cases.
        """
        return self._queue.approvals(among)

    def undecided(self, limit: int, held: Reach = NOTHING_HELD) -> tuple[str, ...]:
        """Return cases not yet decided that no order holds up, the urgent first, then the oldest."""
        return self._queue.undecided(limit, held)

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        """Return a page of the queue, from the key that the page before gave."""
        return self._queue.page(query, key, limit)

    def counts(self) -> QueueCounts:
        """Return how many cases stand where."""
        return self._queue.counts()

    def known(self, case: str, klass: str, values: dict[str, str]) -> Known:
        """Look the desk's history up for a document's counterparty, number, amount and date."""
        return self._queue.known(case, klass, values)

    def person_name(self, id: str) -> str:
        """Return the printed name of an enrolled person; raises Trouble when there is none."""
        with self._database.reading() as connection:
            name = connection.execute(_NAME, {"person": id}).scalar()
        if name is None:
            raise Trouble(f"Nobody is enrolled as {id} at this desk. Ask an administrator to enrol them.")
        return str(name)

    # -- what agents and people did --------------------------------------------------------------------

    def work(self, first: date, last: date, agent: str | None = None) -> tuple[Work, ...]:
        """Return what each agent, or one, did on each class, day by day (UTC); both days are counted."""
        return self._work.work(first, last, agent)

    def attention(self, first: date, last: date) -> tuple[Attention, ...]:
        """Return the time that people gave to each class, day by day."""
        return self._work.attention(first, last)

    def spent(self, day: date) -> dict[str, Spending]:
        """Return what each agent has spent of a day's budget, with what is reserved or was cut off."""
        return self._work.spent(day)

    def alerts(self, first: date, last: date) -> tuple[Alert, ...]:
        """Return the alerts of these days, in the order in which they were given."""
        return self._work.alerts(first, last)

    def tallies(self, first: date, last: date, agent: str | None = None) -> tuple[Tally, ...]:
        """Return what else is counted of agents on these days, of one of them or of all and the desk."""
        return self._figures.tallies(first, last, agent)

    def sums(self, first: date, last: date) -> dict[str, Counter[str]]:
        """Return the same over all these days together, for each agent and for the desk (an empty name)."""
        return self._figures.sums(first, last)

    def mix(self, first: date, last: date) -> Counter[str]:
        """Return how many cases of each class were decided on these days."""
        return self._figures.mix(first, last)

    def told(self, agent: str, first: date, last: date, limit: int) -> tuple[Told, ...]:
        """Return cases of an agent to look at, the latest first."""
        return self._figures.told(agent, first, last, limit)

    def received(
        self, since: datetime | None, klass: str | None, after: int, limit: int
    ) -> tuple[tuple[int, str], ...]:
        """Return numbers and names of cases that came in then or later, after one of them, in order."""
        return self._figures.received(since, klass, after, limit)

    # -- leaving the house -----------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Read the log as it stands now, whatever is appended meanwhile."""
        with snapshot(self._database, self._desk.case_keys, self.log) as taken:
            yield taken

    def case_proof(self, case: str, witnesses: Sequence[cosign.Known] = ()) -> CaseProof:
        """Check how far the records of one case are proven, and which of these witnesses has seen them."""
        with self._database.reading() as connection:
            return prove(connection, self.log, case, witnesses)

    # -- care ------------------------------------------------------------------------------------------

    @property
    def eraser(self) -> Eraser:
        """Erases cases; see workflow/care.py for who may."""
        return Eraser(self._database, self, self.library, self.lessons)

    def settled(self, until: datetime, after: Settled | None = None, limit: int = 500) -> tuple[Settled, ...]:
        """Return cases settled until a moment and not erased, after one of them, the oldest first."""
        return settled(self._database, until, after, limit)

    def verify(
        self, progress: Progress = _silent, *, since: bytes | None = None, incremental: bool = False
    ) -> Verdict:
        """Check the whole log, or what came after a signed head, or after the last verification.

        See store/checking.py for what holds of the rest. Raises Trouble when `since` is no head of this log.
        """
        return checking.verify(
            self._database, self._desk.keys, progress, since=since, incremental=incremental
        )

    def last_verifications(self, limit: int) -> tuple[Check, ...]:
        """Return the verifications of this machine that ended, the latest first."""
        with self._database.reading() as connection:
            return notes.verifications(connection, limit)

    def state(self) -> notes.State:
        """Return how the log stands: two look-ups, whatever its length."""
        with self._database.reading() as connection:
            return notes.state(connection)

    def checkpoint(self) -> bytes | None:
        """Return the newest signed head, None where there is none."""
        with self._database.reading() as connection:
            found = connection.execute(_NEWEST_HEAD).scalar()
        return None if found is None else bytes(found)

    def rebuild(self, progress: Progress = _silent) -> int:
        """Make the views again from the log; returns how many records were read."""
        return checking.rebuild(self._database, self._desk, progress)

    def close(self) -> None:
        """Finish what waits and let the files go."""
        self._writer.close()
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_ROWS = select(schema.records, schema.openings.c.blob).join(
    schema.openings, schema.openings.c.seq == schema.records.c.seq, isouter=True
)
_OF_CASE = _ROWS.where(schema.records.c.case_id == bindparam("case")).order_by(schema.records.c.case_n)
_OF_DESK = _ROWS.where(schema.records.c.case_id.is_(None)).order_by(schema.records.c.seq)
_SINCE = _ROWS.where(
    schema.records.c.seq >= bindparam("size"), schema.records.c.seq < bindparam("head")
).order_by(schema.records.c.seq)


@lru_cache(maxsize=64)
def _desk_of(kinds: frozenset[str]) -> Any:
    """Make the question once: that costs more than asking it."""
    return _OF_DESK.where(of_kinds(kinds))


@lru_cache(maxsize=64)
def _since_of(kinds: frozenset[str]) -> Any:
    return _SINCE.where(of_kinds(kinds))


_CHANGED = (
    select(schema.records.c.case_id)
    .where(schema.records.c.seq >= bindparam("since"), schema.records.c.case_id.is_not(None))
    .group_by(schema.records.c.case_id)
    .order_by(func.max(schema.records.c.seq))
)
_NAME = select(schema.persons.c.name).where(schema.persons.c.id == bindparam("person"))
_NEWEST_HEAD = select(schema.checkpoints.c.note).order_by(schema.checkpoints.c.size.desc()).limit(1)
