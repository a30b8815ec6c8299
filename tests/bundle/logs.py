"""A log as a desk writes it, kept in memory, with the desk's own functions for records, notes and trees."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta

from tests.bundle.authority import START, seal_of, seeded
from tests.store.stories import ADA, CARD, REVIEWER, decided, invoice, review, story

from countersign.audit import merkle, note, record
from countersign.audit.commitment import Collector, Opening
from countersign.audit.keys import Key, Signer, to_text
from countersign.audit.merkle import Frontier
from countersign.audit.record import NONE_BEFORE, App, Link, Place
from countersign.audit.staff import epoch_text
from countersign.domain.actor import Actor, ActorKind
from countersign.domain.event import (
    AgentEnrolled,
    DeskFounded,
    DocumentReceived,
    Draft,
    EpochBegun,
    Event,
    PersonEnrolled,
    PolicyActivated,
    SignedIn,
)
from countersign.domain.time import iso

POLICY = "policy: default\nowner: ada\n"
POLICY_DIGEST = hashlib.sha256(POLICY.encode()).hexdigest()
EXPORTER = Actor(kind=ActorKind.PERSON, id=ADA.id, role="team_lead", authenticated="os_account")


class Log:
    """A log as a desk writes it, kept in memory."""

    def __init__(self, name: str) -> None:
        self.name = hashlib.sha256(name.encode()).hexdigest()[:32]
        self.desk, self.person, self.agent = (seeded(name, who) for who in ("desk", "ada", "reader"))
        self.epochs: list[Key] = []
        self.seal = seal_of(name)
        self.records: list[bytes] = []
        self.kinds: list[str] = []
        self.cases: list[str | None] = []
        self.openings: dict[int, list[Opening]] = {}
        self.notes: dict[int, bytes] = {}
        self.documents: dict[str, bytes] = {}
        self.frontier = Frontier()
        self._tails: dict[str, tuple[int, str]] = {}
        self._agents_due = False
        self.forge: Callable[[bytes], bytes] | None = None
        """What a dishonest desk does to the next record."""
        self._found()

    @property
    def size(self) -> int:
        return len(self.records)

    @property
    def system(self) -> Actor:
        return Actor(kind=ActorKind.SYSTEM, id=self.name, role="desk", authenticated="device_key")

    def _found(self) -> None:
        key = to_text(self.desk.public)
        self.add(self.system, DeskFounded(log=self.name, public_key=key, assurance="file"))
        self.begin_epoch()
        self.add(
            self.system,
            PersonEnrolled(
                person=ADA.id,
                name=ADA.name,
                roles=ADA.roles,
                public_key=to_text(self.person.public),
                assurance="file",
            ),
        )
        self.add(self.system, AgentEnrolled(card=CARD, public_key=to_text(self.agent.public)))
        policy = PolicyActivated(policy="default", digest=POLICY_DIGEST, text=POLICY)
        self.add(EXPORTER, policy)
        self.checkpoint()

    def _signer(self, actor: Actor) -> Signer:
        return {
            ActorKind.SYSTEM: self.desk,
            ActorKind.PERSON: self.person,
            ActorKind.AGENT: self.agent,
        }[actor.kind]

    def place(self) -> Place:
        at = START + timedelta(milliseconds=10 * self.size)
        return Place(
            log=self.name,
            seq=self.size,
            previous=record.digest(self.records[-1]) if self.records else NONE_BEFORE,
            at=iso(at),
            clock="system",
            hlc=f"{int(at.timestamp() * 1000):013d}-0000",
        )

    def begin_epoch(self) -> None:
        n, place = len(self.epochs) + 1, self.place()
        key = seeded(self.name, "epoch", str(n))
        public = to_text(key.public)
        proof = to_text(self.epochs[-1].sign(epoch_text(place, n, public))) if self.epochs else None
        self.add(
            self.system,
            EpochBegun(n=n, public_key=public, certificate=proof, why="due" if proof else "first"),
        )
        self.epochs.append(key)

    def add(self, actor: Actor, event: Event, case: str | None = None, effect: str | None = None) -> None:
        sealer = Collector()
        body = event.model_dump(mode="json", context={"sealer": sealer})
        link = None
        if case is not None:
            n, before = self._tails.get(case, (-1, NONE_BEFORE))
            link = Link(case, n + 1, before)
            self._agents_due |= actor.kind is ActorKind.AGENT
        raw = record.write(
            self.place(),
            actor,
            App("1", "b"),
            body,
            link=link,
            effect=effect,
            signer=self._signer(actor),
        )
        if self.forge is not None:
            raw, self.forge = self.forge(raw), None
        if link:
            self._tails[link.case] = (link.n, record.digest(raw))
        if sealer.openings:
            self.openings[self.size] = sealer.openings
        if isinstance(event, DocumentReceived) and case:
            self.documents[event.sha256] = case.encode()
        self.records.append(raw)
        self.kinds.append(event.kind)
        self.cases.append(case)
        self.frontier.append(raw)

    def take(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            self.add(draft.actor, draft.event, draft.case, draft.effect)

    def signers(self, *, agents: bool) -> list[tuple[str, Signer]]:
        found: list[tuple[str, Signer]] = [(note.origin(self.name), self.desk)]
        if self.epochs:
            found.append((note.epoch_name(self.name, len(self.epochs)), self.epochs[-1]))
        if agents:
            found.append((note.agent_name(self.name, CARD.id), self.agent))
        return found

    def checkpoint(self) -> None:
        point = note.Checkpoint(note.origin(self.name), self.size, self.frontier.root())
        self.notes[self.size] = note.write(point, self.signers(agents=self._agents_due))
        self._agents_due = False

    def subtree(self, low: int, high: int) -> bytes:
        return merkle.root_of(self.records[low:high])


def history(name: str, cases: int = 6, *, each: int = 2) -> Log:
    """A log of many cases, two at a time side by side, with a second epoch in the middle."""
    log = Log(name)
    numbers = [f"case-{n:05d}" for n in range(cases)]
    decision = decided().model_copy(update={"digest": POLICY_DIGEST})
    for at in range(0, cases, each):
        some = numbers[at : at + each]
        told = [story(case, invoice(at + n), decision) for n, case in enumerate(some)]
        for step in range(len(told[0])):
            log.take(drafts[step] for drafts in told)
        if at // each % 3 != 2:
            for case in some:
                log.take(review(case))
                log.checkpoint()
        if at // each == cases // each // 2:
            log.begin_epoch()
        log.checkpoint()
    log.add(REVIEWER, SignedIn(person=ADA.id))
    log.checkpoint()
    return log
