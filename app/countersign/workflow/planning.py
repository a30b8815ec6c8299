"""Plans change by review: one person proposes another plan, a second one adopts it, new cases follow it."""

import threading
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from countersign.domain import time
from countersign.domain.actor import Actor, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry, PlanActivated, PlanProposed, Signature
from countersign.domain.plan import Plan
from countersign.domain.roster import Enrolled, Roster, roster
from countersign.workflow.admitting import enrolled_person
from countersign.workflow.plans import ARRIVAL, OTHER, active, read, recorded
from countersign.workflow.ports import Ledger
from countersign.workflow.stopping import reason_of

KINDS = ("plan_proposed", "plan_activated")
MAY_PROPOSE = (Role.AGENT_OWNER, Role.MODEL_STEWARD, Role.TEAM_LEAD, Role.ADMINISTRATOR)
MAY_ADOPT = (Role.TEAM_LEAD, Role.AGENT_OWNER, Role.ADMINISTRATOR)
"""Roles, in the order in which they are taken."""


class Proposal(Frozen):
    """A plan that waits for a second person."""

    event: PlanProposed
    by: str
    """The account of who proposed it."""
    at: datetime
    record: int


def proposals(entries: Iterable[Entry]) -> tuple[Proposal, ...]:
    """Return the proposals that wait, the latest for each plan; what was adopted since is none any longer."""
    found: dict[str, Proposal] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, PlanProposed):
            found.pop(event.plan, None)
            found[event.plan] = Proposal(event=event, by=entry.actor.id, at=entry.at, record=entry.seq)
        elif isinstance(event, PlanActivated):
            found.pop(event.plan, None)
    return tuple(found.values())


class Planning:
    """One person proposing plans, or adopting those of others."""

    def __init__(
        self,
        ledger: Ledger,
        person: Actor,
        *,
        cards: Collection[AgentCard],
        names: Collection[str],
        classes: Callable[[], Collection[str]],
        clock: Callable[[], datetime] = time.now,
    ) -> None:
        """Act as a person on a record.

        `cards` are the agents of the desk, `names` all that the program has, `classes` those that there are.
        """
        self._ledger, self._person, self._clock = ledger, person, clock
        self._cards = {card.name: card for card in cards}
        self._names, self._classes = tuple(names), classes
        self._one_at_a_time = threading.Lock()

    def check(self, text: str, file: str) -> Plan:
        """Read a plan that somebody wrote; raises Trouble with file, line and reason."""
        plan = read(text, file, self._names)
        self._check_classes(plan, file)
        for step in plan.steps:
            card = self._cards.get(step.agent or "")
            barred = [k for k in plan.classes if k != "*" and card is not None and not card.may_touch(k)]
            if card is not None and barred:
                raise Trouble(
                    f"{file}: {step.step} is given to {card.name}, which may not touch the class {barred[0]} "
                    f"({', '.join(card.classes)} alone). Give it to another, or to a person."
                )
        return plan

    def propose(self, text: str, file: str, reason: str) -> PlanProposed:
        """Propose a plan; raises Trouble where it cannot be one, or nobody could adopt it."""
        with self._one_at_a_time:
            plan = self.check(text, file)
            entries = self._ledger.desk_entries()
            proposer = enrolled_person(self._ledger, self._person)
            role = _role_of(proposer, MAY_PROPOSE, "propose a plan")
            self._check_second(roster(entries))
            held = active(entries).get(plan.name)
            if held is not None and held.digest == plan.digest:
                raise Trouble(f"The plan {plan.name} says exactly this already. Change it, then propose it.")
            event = PlanProposed(
                plan=plan.name,
                digest=plan.digest,
                text=text,
                reason=reason_of(reason),
                signature=Signature(name=proposer.name, at=self._clock(), meaning="proposed the plan"),
            )
            self._append(event, role)
            return event

    def adopt(self, named: str) -> PlanActivated:
        """Make a proposal the active plan, as a second person; raises Trouble.

        It is named by its plan or by the first digits of its digest, so that one adopts what one has read.
        """
        with self._one_at_a_time:
            entries = self._ledger.desk_entries()
            proposal = _proposed(named, proposals(entries))
            adopter = enrolled_person(self._ledger, self._person)
            if proposal.by == adopter.id or proposal.event.signature.name == adopter.name:
                others = ", ".join(sorted(seat.name for seat in self._others(roster(entries))))
                who = f"{others} may." if others else "Have an administrator enrol one."
                raise Trouble(f"You proposed this plan yourself; a second person adopts it. {who}")
            role = _role_of(adopter, MAY_ADOPT, "adopt a plan")
            plan = self.check(proposal.event.text, proposal.event.plan)
            event = PlanActivated(
                plan=plan.name,
                digest=plan.digest,
                text=proposal.event.text,
                proposed_by=proposal.event.signature.name,
                signature=Signature(name=adopter.name, at=self._clock(), meaning="adopted the plan"),
            )
            self._append(event, role)
            return event

    def waiting(self) -> tuple[Proposal, ...]:
        """Return the proposals that wait for a second person."""
        return proposals(self._ledger.desk_entries())

    # -- what it must keep to ------------------------------------------------------------------------------

    def _check_classes(self, plan: Plan, file: str) -> None:
        if plan.name in (ARRIVAL, OTHER):
            wanted: tuple[str, ...] = () if plan.name == ARRIVAL else ("*",)
            if plan.classes != wanted:
                said = "no classes: classes: []" if plan.name == ARRIVAL else 'all others: classes: ["*"]'
                raise Trouble(f"{file}: the plan {plan.name} is for {said}. The active plan stays.")
            return
        if not plan.classes or "*" in plan.classes:
            raise Trouble(f"{file}: name the classes that this plan is for. The active plan stays.")
        known = self._classes()
        for klass in plan.classes:
            if klass not in known:
                raise Trouble(
                    f"{file}: there is no class {klass!r}; there are {', '.join(sorted(known))}. "
                    "The active plan stays."
                )
            for name, event in active(self._ledger.desk_entries()).items():
                if name != plan.name and klass in recorded(event.text, name, self._names).classes:
                    raise Trouble(
                        f"{file}: the class {klass} follows the plan {name}. Propose a plan of that name "
                        "instead. The active plan stays."
                    )

    def _others(self, seats: Roster) -> list[Enrolled]:
        return [
            seat
            for seat in seats.people.values()
            if seat.revoked is None and seat.id != self._person.id and set(MAY_ADOPT) & set(seat.roles)
        ]

    def _check_second(self, seats: Roster) -> None:
        if not self._others(seats):
            raise Trouble(
                "A second person adopts what you propose, and nobody else is enrolled at this desk who may. "
                "Have an administrator enrol a team lead or an agent owner: `countersign people enrol`."
            )

    def _append(self, event: PlanProposed | PlanActivated, role: Role) -> None:
        actor = self._person.model_copy(update={"role": role.value})
        self._ledger.append([Draft(event=event, actor=actor)])


def _proposed(named: str, waiting: tuple[Proposal, ...]) -> Proposal:
    found = [p for p in waiting if p.event.plan == named]
    found = found or [p for p in waiting if len(named) >= 4 and p.event.digest.startswith(named)]
    if len(found) != 1:
        those = ", ".join(f"{p.event.plan} ({p.event.digest[:8]})" for p in waiting) or "none"
        raise Trouble(f"There is no proposal {named!r}. Waiting: {those}.")
    return found[0]


def _role_of(person: Enrolled, roles: tuple[Role, ...], what: str) -> Role:
    found = next((role for role in roles if role in person.roles), None)
    if found is None:
        wanted = " or ".join(role.replace("_", " ") for role in roles)
        raise Trouble(f"You are not enrolled as {wanted}, and only they may {what}.")
    return found
