"""One case with all that it is explained against: its events, those of the desk, and the policy in force."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError

from countersign.domain.actor import ActorKind, Role
from countersign.domain.case import CaseFile, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Decided, Entry, MailTakenApart, PersonEnrolled, PolicyActivated
from countersign.domain.klass import ClassDef
from countersign.insight.tell import Teller, author, spaced
from countersign.policy.language import ClassTerms, Terms
from countersign.settings.catalogue import Catalogue
from countersign.settings.source import Source


class Context(NamedTuple):
    """What one case is explained against."""

    case: CaseFile
    entries: Sequence[Entry]
    desk: Sequence[Entry]
    catalogue: Catalogue
    klass: ClassDef | None
    teller: Teller
    decided_in: int | None
    """Record of the decision that counts; None while there is none."""
    activation: Entry | None
    """When the policy that decided became active, the last time before it did."""
    terms: Terms | None
    """What that policy says; None when its text is not on the record or cannot be read by this version."""

    def person(self, id: str) -> str:
        """Return the printed name of a person, as last enrolled."""
        return next(
            (
                e.event.name
                for e in reversed(self.desk)
                if isinstance(e.event, PersonEnrolled) and e.event.person == id
            ),
            id,
        )

    def name(self, entry: Entry) -> str:
        """Name who did what an entry says: a person by printed name."""
        return self.person(entry.actor.id) if entry.actor.kind is ActorKind.PERSON else author(entry.actor)

    @property
    def class_terms(self) -> ClassTerms | None:
        """The policy's rules for the class of the case."""
        return self.terms.classes.get(self.klass.name) if self.terms and self.klass else None

    def owner(self, until: int | None = None) -> str | None:
        """Who answers for the policy: a person, or a role with those who held it before that record."""
        if self.terms is None:
            return None
        kind, _, name = self.terms.owner.partition(":")
        if kind == "person":
            return self.person(name)
        enrolled = [e.event for e in self.desk if until is None or e.seq < until]
        latest = {event.person: event for event in enrolled if isinstance(event, PersonEnrolled)}
        holders = [person.name for person in latest.values() if Role(name) in person.roles]
        return f"the {spaced(name)}" + (f" ({', '.join(holders)})" if holders else "")


def context_of(entries: Sequence[Entry], desk: Sequence[Entry], catalogue: Catalogue) -> Context:
    """Put the context of a case together; raises Trouble where the entries hold none."""
    case = unfold(entries)
    if case is None:
        if any(isinstance(entry.event, MailTakenApart) for entry in entries):
            raise Trouble(
                "This is a mail that was taken apart. Its attachments are cases of their own: name one."
            )
        raise Trouble("The record holds no such case. `countersign process` prints the numbers of cases.")
    decided_in = _decided_in(case.decision, entries)
    activation = _activation(case.decision.digest if case.decision else None, decided_in, desk)
    return Context(
        case=case,
        entries=entries,
        desk=desk,
        catalogue=catalogue,
        klass=catalogue.klass(case.klass),
        teller=Teller(catalogue, "en", case),
        decided_in=decided_in,
        activation=activation,
        terms=_terms(activation),
    )


def _decided_in(decided: Decided | None, entries: Sequence[Entry]) -> int | None:
    """Return the record of the decision that counts."""
    if decided is None:
        return None
    made = [e for e in entries if isinstance(e.event, Decided) and e.event.digest == decided.digest]
    return made[-1].seq if made else None


def _activation(digest: str | None, before: int | None, desk: Sequence[Entry]) -> Entry | None:
    found = [e for e in desk if isinstance(e.event, PolicyActivated) and e.event.digest == digest]
    in_time = [e for e in found if before is not None and e.seq < before]
    return in_time[-1] if in_time else None


def _terms(activation: Entry | None) -> Terms | None:
    if activation is None or not isinstance(activation.event, PolicyActivated):
        return None
    try:
        return Terms.model_validate(Source(activation.event.text, activation.event.policy).data)
    except (Trouble, ValidationError):
        return None
