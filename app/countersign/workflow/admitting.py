"""No version of an agent works unseen: a release, a configuration or a person lets it in, on figures."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from countersign.agents import evaluation
from countersign.domain import time
from countersign.domain.actor import Actor, AgentCard, Role
from countersign.domain.admissions import Admissions, admissions
from countersign.domain.errors import Trouble
from countersign.domain.event import Admission, Draft, Entry, Figure, Signature, VersionAdmitted
from countersign.domain.roster import Enrolled, Roster, roster
from countersign.workflow.ports import Ledger
from countersign.workflow.stopping import reason_of

KINDS = ("agent_enrolled", "key_revoked", "version_admitted")
MAY_ADMIT = (Role.AGENT_OWNER, Role.MODEL_STEWARD, Role.TEAM_LEAD, Role.ADMINISTRATOR)
"""Roles that may let a version in, in the order in which they are taken."""

WORSE_BY = 20_000
"""A loss of F1, in parts per million, that no release lets in by itself …"""
TELLING = 20
"""… on a set of at least so many documents."""


def due(
    entries: Iterable[Entry], cards: Iterable[AgentCard], configured: Iterable[str], by: str
) -> tuple[VersionAdmitted, ...]:
    """Return the admissions that need no person.

    `configured` are the agents that the desk's own configuration brings; `by` is ``release`` or ``person``,
    as the policy says. What did clearly worse than the version before waits for a person in any case.
    """
    held = tuple(entries)
    found, seats = admissions(held), roster(held)
    of_the_desk = frozenset(configured)
    events = []
    for card in cards:
        if found.of(card.id, card.code_digest) is not None:
            continue
        event = admitted(card, found, seats, card.name in of_the_desk)
        is_first = event.before is None and card.name not in of_the_desk
        if is_first or (by == "release" and not clearly_worse(event.figures)):
            events.append(event)
    return tuple(events)


def admitted(card: AgentCard, found: Admissions, seats: Roster, is_configured: bool) -> VersionAdmitted:
    """Return how a version would be let in without a person, with its figures beside those of the last."""
    if is_configured:
        how, reason = Admission.CONFIGURED, f"an administrator named {card.model} in models.yaml"
    else:
        how, reason = Admission.RELEASE, "it ships with the program"
    others = [seat for seat in seats.versions(card.name) if seat.id != card.id]
    last = found.last(card.name)
    return VersionAdmitted(
        agent=card.id,
        digest=card.code_digest,
        before=last.event.agent if last else others[0].id if others else None,
        how=how,
        figures=evaluation.figures(card, before_of(found, card.name)),
        reason=reason,
    )


def before_of(found: Admissions, name: str) -> Mapping[tuple[str, str], int]:
    """Return the figures of the version that was let in last, by set and class."""
    last = found.last(name)
    return {(figure.cases, figure.klass): figure.f1 for figure in (last.event.figures if last else ())}


def clearly_worse(figures: Iterable[Figure]) -> bool:
    """Tell whether a version lost more than chance explains on a set that is large enough to tell."""
    return any(
        figure.before is not None
        and (figure.documents or 0) >= TELLING
        and figure.before - figure.f1 > WORSE_BY
        for figure in figures
    )


class Admitting:
    """One person letting versions in that wait."""

    def __init__(
        self,
        ledger: Ledger,
        person: Actor,
        cards: Iterable[AgentCard],
        configured: Iterable[str],
        clock: Callable[[], datetime] = time.now,
    ) -> None:
        """Act as a person on a record; `cards` are the agents of this program."""
        self._ledger, self._person, self._clock = ledger, person, clock
        self._cards = {card.name: card for card in cards}
        self._configured = frozenset(configured)

    def waiting(self) -> tuple[VersionAdmitted, ...]:
        """Return what waits to be let in, as it would be recorded but for who does."""
        entries = self._ledger.desk_entries()
        found, seats = admissions(entries), roster(entries)
        return tuple(
            admitted(card, found, seats, card.name in self._configured)
            for card in self._cards.values()
            if found.of(card.id, card.code_digest) is None and card.id in seats.agents
        )

    def admit(self, name: str, reason: str) -> VersionAdmitted:
        """Let a version in; raises Trouble."""
        if name not in self._cards:
            raise Trouble(f"There is no agent {name!r}. There are: {', '.join(self._cards)}.")
        enrolled = enrolled_person(self._ledger, self._person)
        role = next((role for role in MAY_ADMIT if role in enrolled.roles), None)
        if role is None:
            wanted = " or ".join(role.replace("_", " ") for role in MAY_ADMIT)
            raise Trouble(f"You are not enrolled as {wanted}, and only they may let an agent in.")
        event = next((one for one in self.waiting() if one.agent.partition("@")[0] == name), None)
        if event is None:
            raise Trouble(f"No version of {name} waits to be let in. `countersign agents` shows who works.")
        signature = Signature(name=enrolled.name, at=self._clock(), meaning="let the agent in")
        told = {"how": Admission.PERSON, "reason": reason_of(reason), "signature": signature}
        event = event.model_copy(update=told)
        actor = self._person.model_copy(update={"role": role.value})
        self._ledger.append([Draft(event=event, actor=actor)])
        return event


def enrolled_person(ledger: Ledger, person: Actor) -> Enrolled:
    """Return who acts, as enrolled; raises Trouble where they are not."""
    found = roster(ledger.desk_entries()).person(person.id)
    if found is None or not found.roles:
        raise Trouble("You are not enrolled at this desk. Ask an administrator to enrol you.")
    return found
