"""What the policy no longer keeps, and who may keep or erase a case before its time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from countersign.domain.actor import Role
from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile
from countersign.domain.errors import Trouble
from countersign.domain.event import Erased
from countersign.domain.time import now
from countersign.policy import retention
from countersign.policy.load import Policy
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.erasure import Settled
from countersign.store.founding import is_begun, open_store, visit_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.care import Records
from countersign.wiring.people import BY_PASSWORD, People
from countersign.wiring.rules import activate, policy_of
from countersign.workflow.care import CaseCare, Wish

ORDER = "retention"
"""By whose order cases go whose time is over."""

AT_ONCE = 100
"""Cases that are erased between two looks at the record."""

Progress = Callable[[int, int], None]


class Due(Frozen):
    """A settled case whose time is over."""

    case: str
    klass: str | None
    settled_at: datetime
    due_at: datetime
    rule: str
    """The rule of the policy that it follows from, such as ``invoice: documents 10y``."""
    is_held: bool
    openings: int
    """How many sealed contents would no longer be readable."""
    documents: int
    """How many documents would be deleted."""


class Report(Frozen):
    """What `--apply` did."""

    policy: str
    digest: str
    erased: int
    openings: int
    documents: int
    held: int
    """Cases whose time is over and that a hold keeps."""
    traces: int
    """Opened forms of documents deleted, which can be made again from the documents."""


class Keeper:
    """Knows what a policy keeps, and for how long."""

    def __init__(self, store: Store, policy: Policy, words: Catalogue, moment: datetime) -> None:
        """Look at a record as of a moment."""
        self._store = store
        self._policy = policy
        self._words = words
        self._moment = moment

    def due(self) -> Iterator[Due]:
        """Yield the cases whose time is over, those settled first first."""
        for page in self._pages("documents"):
            taken = self._store.eraser.would_take(case.id for case, _, _ in page)
            for case, due_at, rule in page:
                found = taken[case.id]
                yield Due(
                    case=case.id,
                    klass=case.klass,
                    settled_at=case.settled_at,
                    due_at=due_at,
                    rule=rule,
                    is_held=case.holds > 0,
                    openings=found.openings,
                    documents=len(found.documents),
                )

    def apply(self, progress: Progress) -> Report:
        """Erase what is due and not held, batch by batch; what an interruption leaves, the next call does."""
        activate(self._policy, self._store)
        total = sum(len(page) for page in self._pages("documents"))
        erased: list[Erased] = []
        seen = held = 0
        eraser = self._store.eraser
        with eraser.at_work():
            for page in self._pages("documents"):
                free = [case for case, _, _ in page if not case.holds]
                erased += eraser.erase_some([self._wish(case) for case in free])
                seen += len(page)
                held += len(page) - len(free)
                progress(seen, total)
        return Report(
            policy=self._policy.name,
            digest=self._policy.digest,
            erased=len(erased),
            openings=sum(event.openings for event in erased),
            documents=sum(len(event.documents) for event in erased),
            held=held,
            traces=self._forget_traces(),
        )

    def _wish(self, case: Settled) -> Wish:
        return Wish(
            case=case.id, order=ORDER, actor=self._store.system("retention"), policy=self._policy.digest
        )

    def _forget_traces(self) -> int:
        eraser = self._store.eraser
        return sum(
            eraser.forget_traces([case.sha256 for case, _, _ in page]) for page in self._pages("traces")
        )

    def _pages(self, what: str) -> Iterator[list[tuple[Settled, datetime, str]]]:
        """Yield, page by page, the cases for which this span is over, with the date and the rule."""
        terms = self._policy.terms
        spans = [getattr(retention.of_class(terms, klass), what) for klass in (None, *terms.classes)]
        until = max(self._moment - retention.length(span) for span in spans)
        last: Settled | None = None
        while cases := self._store.settled(until, last, AT_ONCE):
            last = cases[-1]
            page = []
            for case in cases:
                known = self._words.klass(case.klass)
                name = known.name if known and known.name in terms.classes else None
                span = getattr(retention.of_class(terms, name), what)
                due_at = retention.after(case.settled_at, span)
                if due_at <= self._moment:
                    page.append((case, due_at, f"{name or 'desk'}: {what} {span}"))
            if page:
                yield page


@contextmanager
def keeper(home: Home, *, applies: bool, moment: datetime | None = None) -> Iterator[Keeper]:
    """Open a desk's record to see what is due, or to erase it; raises Trouble where there is no desk.

    It is the policy that erases, but only an administrator sets it to work; no password is asked for, so that
    a scheduler can.
    """
    words = catalogue.load(home)
    policy = policy_of(home, words)
    with _store(home, words, writes=applies) as store:
        if applies:
            _check_administrator(store)
        yield Keeper(store, policy, words, moment or now())


def _check_administrator(store: Store) -> None:
    me = whoever_sits_here().id
    found = People(store, me, None).roster().person(me)
    if found is None or Role.ADMINISTRATOR not in found.roles:
        raise Trouble(f"Only an administrator may erase what is due, and {me} is none. Ask one.")


class Custodian:
    """The person who sits here, with the cases of the desk: to hold them, lift holds, erase."""

    def __init__(self, home: Home, words: Catalogue, store: Store) -> None:
        """Act on a store; `custodian` opens it."""
        self._people = People(store, whoever_sits_here().id, home.ask)
        self._records = Records(words, store)
        self._store = store
        self._person = store.person(self._people.me, Role.ADMINISTRATOR)

    def find(self, named: str) -> str:
        """Return the number of the case with this number or name; raises Trouble."""
        case = self._records.case(named)[0].case
        if case is None:
            raise Trouble(f"There is no case {named}. `countersign process` prints the number of each case.")
        return case

    def hold(self, case: str, order: str) -> CaseFile:
        """Keep a case from being erased until the hold is lifted."""
        return self._proved().hold(case, order)

    def lift(self, case: str, order: str) -> CaseFile:
        """Lift the hold of an order."""
        return self._proved().lift(case, order)

    def check_erasable(self, case: str, order: str) -> CaseFile:
        """Return the case as it stands; raises Trouble for all that keeps it from being erased."""
        return self._care().check_erasable(case, order)

    def erase(self, case: str, order: str) -> Erased:
        """Erase a case, for good."""
        return self._proved().erase(case, order)

    def _care(self) -> CaseCare:
        return CaseCare(self._store, self._store.eraser, self._person)

    def _proved(self) -> CaseCare:
        """Have whoever sits here prove, where a password seals their key, that it is they."""
        if self._people.door.has_password(self._people.me):
            self._people.prove(self._people.me)
            self._person = self._person.model_copy(update={"authenticated": BY_PASSWORD})
        return self._care()


@contextmanager
def custodian(home: Home) -> Iterator[Custodian]:
    """Open a desk to care for its cases; raises Trouble where there is none."""
    words = catalogue.load(home)
    with _store(home, words, writes=True) as store:
        yield Custodian(home, words, store)


@contextmanager
def _store(home: Home, words: Catalogue, *, writes: bool) -> Iterator[Store]:
    """Open the store of a desk that is there: neither command begins one."""
    is_there = is_begun(home)
    with open_store(home, words=words) if writes and is_there else visit_store(home, words) as store:
        yield store
