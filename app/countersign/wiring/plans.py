"""The plans that cases follow: shipped ones made active on the record, read back from there, and changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from countersign.agents.identities import names
from countersign.domain.actor import ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, PlanActivated, PlanProposed
from countersign.domain.plan import Plan
from countersign.domain.roster import roster
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import is_begun, no_desk, open_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.enrolment import cards_of, configured
from countersign.wiring.people import Door
from countersign.workflow.admitting import Admitting
from countersign.workflow.planning import KINDS, Planning, Proposal
from countersign.workflow.plans import Plans, recorded, shipped_plans, to_activate


def plans_of(store: Store) -> Plans:
    """Make the shipped plans active where no person decided otherwise; returns all that are."""
    agents = names()
    system = store.system("workflow")
    events = to_activate(store.desk_entries(KINDS), shipped_plans(agents))
    head = store.head()
    store.append(
        [
            Draft(event=event, actor=system, effect=f"plan/{head}/{event.plan}/{event.digest[:16]}")
            for event in events
        ]
    )
    return Plans(lambda: store.desk_entries(KINDS), agents)


class PlanChange(Frozen):
    """Something that happened to a plan."""

    plan: str
    digest: str
    what: str
    """``shipped``, ``proposed`` or ``adopted``."""
    by: str
    """Printed name; the program's where it was shipped."""
    at: datetime
    record: int
    reason: str = ""
    proposed_by: str | None = None
    steps: Plan


def history(store: Store, plan: str | None = None) -> tuple[PlanChange, ...]:
    """Return what happened to plans, or to one of them, in order."""
    found = []
    for entry in store.desk_entries(KINDS):
        event = entry.event
        if not isinstance(event, PlanProposed | PlanActivated) or plan not in (None, event.plan):
            continue
        is_proposal = isinstance(event, PlanProposed)
        found.append(
            PlanChange(
                plan=event.plan,
                digest=event.digest,
                what="proposed" if is_proposal else "adopted" if event.signature else "shipped",
                by=event.signature.name if event.signature else "the program",
                at=entry.at,
                record=entry.seq,
                reason=event.reason if isinstance(event, PlanProposed) else "",
                proposed_by=event.proposed_by if isinstance(event, PlanActivated) else None,
                steps=recorded(event.text, event.plan, names()),
            )
        )
    return tuple(found)


def shares(plan: Plan) -> dict[str, int]:
    """Return how many steps of a plan agents, people and the system do."""
    kinds = [step.by.partition(":")[0] for step in plan.steps]
    return {kind: kinds.count(kind) for kind in (ActorKind.AGENT, ActorKind.PERSON, ActorKind.SYSTEM)}


class Reviews:
    """What a person at a desk may do with plans and with versions of agents; each act is a signed event."""

    def __init__(self, store: Store, words: Catalogue, cards: tuple[AgentCard, ...], me: str) -> None:
        """Act as whoever sits here."""
        person = store.person(me, Role.PROCESSOR)  # which role is taken, each act finds for itself
        self.store, self.words = store, words
        self.planning = Planning(store, person, cards=cards, names=names(), classes=lambda: words.classes)
        self.admitting = Admitting(store, person, cards, configured(cards))

    def plans(self) -> Plans:
        """Return the plans that cases follow."""
        return Plans(lambda: self.store.desk_entries(KINDS), names())

    def waiting(self) -> tuple[Proposal, ...]:
        """Return the proposals that wait for a second person."""
        return self.planning.waiting()


@contextmanager
def reviews(home: Home, *, signs: bool = False) -> Iterator[Reviews]:
    """Open a desk to look at its plans, or to sign a change of them; raises Trouble."""
    if not is_begun(home):
        raise no_desk(home)
    words = catalogue.load(home)
    cards = cards_of(home)
    me = whoever_sits_here().id
    with open_store(home, words=words) as store:
        if signs:
            if roster(store.desk_entries()).person(me) is None:
                raise Trouble("You are not enrolled at this desk. Ask an administrator to enrol you.")
            Door(store).open_session(me, home.ask)
        plans_of(store)
        yield Reviews(store, words, cards, me)
