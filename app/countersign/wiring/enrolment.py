"""Which agents a desk has, as enrolled and let in, and what keeps one of them from working."""

import threading
from collections.abc import Callable, Iterable
from time import monotonic

from countersign.agents.identities import cards, model_cards, names, registered
from countersign.domain.actor import AgentCard
from countersign.domain.admissions import admissions
from countersign.domain.case import CaseFile
from countersign.domain.event import Draft
from countersign.domain.roster import roster
from countersign.policy.load import Policy
from countersign.settings import models, registry
from countersign.settings.home import Home
from countersign.store.store import Store
from countersign.workflow.admitting import KINDS, due
from countersign.workflow.gate import OPENER

LOOK_EVERY = 1.0
"""Seconds after which the record is asked again who may work."""


def cards_of(home: Home, asked: Iterable[AgentCard] | None = None) -> tuple[AgentCard, ...]:
    """Return the agents of a desk as its registry has them; raises Trouble.

    `asked` are the agents of language models, where the caller knows them already.
    """
    entries = registry.load(home)
    asked = model_cards(models.load(home)) if asked is None else asked
    return tuple(registered(card, entries[card.name]) for card in (*cards(), *asked))


def configured(held: Iterable[AgentCard]) -> tuple[str, ...]:
    """Return those agents that the desk's configuration brings, and no release."""
    ships = {card.name for card in cards()}
    return tuple(card.name for card in held if card.name not in ships)


def let_in(store: Store, held: tuple[AgentCard, ...], policy: Policy) -> None:
    """Put on the record the versions that come in without a person, each once."""
    events = due(store.desk_entries(KINDS), held, configured(held), policy.terms.admission)
    system = store.system("release")
    store.append(
        [
            Draft(event=event, actor=system, effect=f"admit/{event.agent}/{event.digest[:16]}")
            for event in events
        ]
    )


class Roll:
    """Says what keeps an agent from working (as workflow/gate.py asks); safe from any thread."""

    def __init__(self, store: Store, held: Iterable[AgentCard], policy: Callable[[], Policy]) -> None:
        """`held` are the agents of this process, `policy` the one in force."""
        self._store, self._policy = store, policy
        self._cards = {card.name: card for card in held}
        self._lock = threading.Lock()
        self._size = store.head()
        self._entries = store.desk_entries(KINDS)
        self._looked = monotonic()
        self._barred = self._bar()

    def __call__(self, agent: str, case: CaseFile) -> str | None:
        """Return why an agent may not work on a case, None where it may."""
        card = self._cards.get(agent)
        if card is None:
            # A language model that nobody configured does nothing when it is asked.
            known = agent == OPENER or agent in names()
            return None if known else f"this version of the program has no agent {agent}"
        barred = self.why_not(agent)
        if barred is not None:
            return barred
        if not card.may_touch(case.klass):
            return f"{agent} may touch {', '.join(card.classes)} alone, by the registry of agents"
        said = self._policy().terms.agents.get(agent)
        if said is not None and said.tier < card.tier:
            return f"{agent} is of tier {card.tier}, and the policy lets it work up to tier {said.tier}"
        return None

    def why_not(self, agent: str) -> str | None:
        """Return why an agent may work on no case at all, None where it may on some."""
        with self._lock:
            if monotonic() - self._looked > LOOK_EVERY:
                self._look()
            return self._barred.get(agent)

    def look(self) -> None:
        """Look at the record now."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        self._looked = monotonic()
        self._size, fresh = self._store.since(self._size, KINDS)
        if fresh:
            self._entries += fresh
            self._barred = self._bar()

    def _bar(self) -> dict[str, str]:
        barred = {name: self._why(card) for name, card in self._cards.items()}
        return {name: why for name, why in barred.items() if why is not None}

    def _why(self, card: AgentCard) -> str | None:
        seats, found = roster(self._entries), admissions(self._entries)
        seat = seats.agents.get(card.id) or seats.latest().get(card.name)
        if seat is None:
            return f"{card.id} is not enrolled at this desk yet; it is when the agents start anew"
        if seat.revoked is not None:
            mend = f"countersign keys rotate --agent {seat.id}"
            return f"the key of {seat.id} was revoked: {seat.revoked}; an administrator can: {mend}"
        if seat.id != card.id:
            return f"{card.id} is not enrolled at this desk yet; it is when the agents start anew"
        if found.of(card.id, card.code_digest) is None:
            return f"{card.id} waits to be let in: countersign agents admit {card.name}"
        return None
