"""What a person may do with a case: each act is checked, signed and recorded, or it did not happen."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from countersign.domain import time
from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.case import CaseFile, FieldState, Status, unfold
from countersign.domain.confidence import MILLION
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import (
    Act,
    CaseApproved,
    CaseRejected,
    Claimed,
    ClassCorrected,
    Draft,
    Event,
    FieldReviewed,
    KeyRevoked,
    PersonEnrolled,
    Released,
    Signature,
)
from countersign.domain.klass import ClassDef, FieldDef
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.domain.reason import Reason
from countersign.domain.values import normalise
from countersign.policy.evaluate import doubtful, missing, signatures
from countersign.policy.language import Approval
from countersign.policy.load import Policy
from countersign.settings.catalogue import Catalogue
from countersign.workflow.ports import Doorkeeper, Ledger

LEASE = timedelta(minutes=15)
"""How long a person holds a case after the last act on it."""

MAY_DECIDE = frozenset({Role.PROCESSOR, Role.APPROVER, Role.TEAM_LEAD})
"""Roles that may work on cases; auditors read, administrators enrol."""

SETTLED_BY_REVIEW = frozenset(
    {
        "below_threshold",
        "field_missing",
        "class_unsure",
        "mode_requires_person",
        "over_limit",
        "reserved_for_people",
    }
)
"""Reasons that a person's review answers; any other is overruled by an approval, and that is recorded."""


class DeskActs:
    """The acts of one person at one desk, on its record."""

    def __init__(
        self,
        ledger: Ledger,
        person: Actor,
        catalogue: Catalogue,
        policy: Callable[[], Policy],
        clock: Callable[[], datetime] = time.now,
        *,
        door: Doorkeeper | None = None,
    ) -> None:
        """Act as a person on a record, under the policy that is active at the time.

        `door` checks passwords; without one, nothing can be signed that the policy wants a password for.
        """
        self._ledger = ledger
        self._person = person
        self._catalogue = catalogue
        self._policy = policy
        self._clock = clock
        self._door = door
        self._one_at_a_time = threading.Lock()

    def claim(self, case: str) -> CaseFile:
        """Hold the case for 15 minutes from now; refused while another person holds it."""
        with self._one_at_a_time:
            return self._record(self._workable(case))

    def release(self, case: str) -> CaseFile:
        """Let the case go; without effect when nobody holds it."""
        with self._one_at_a_time:
            file = self._workable(case)
            if not self._is_held(file):
                return file
            draft = self._draft(file, Released(person=self._person.id))
            self._ledger.append([draft])
            return self._file(case)

    def confirm(self, case: str, field: str, index: int = 0, dwell_ms: int = 0) -> CaseFile:
        """Confirm a field's value as right; raises Trouble when it has none."""
        with self._one_at_a_time:
            file = self._workable(case)
            self._field(file, field)
            state = file.field(field, index)
            if state is None or state.reading.answer is None:
                raise Trouble(f"{self._title(file, field)} has no value to confirm. Add one, or declare it.")
            return self._record(file, self._review(state, Act.CONFIRMED, state.reading, dwell_ms))

    def correct(
        self,
        case: str,
        field: str,
        value: str,
        *,
        index: int = 0,
        evidence: Evidence | None = None,
        printed: str = "",
        dwell_ms: int = 0,
    ) -> CaseFile:
        """Put another value in, or add a missed field; the same value without a new place confirms it."""
        with self._one_at_a_time:
            file = self._workable(case)
            slot = self._field(file, field)
            title = self._title(file, field)
            self._check_index(file, slot, index)
            self._check_evidence(file, evidence)
            try:
                content = normalise(slot.type, value, file.language)
            except ValueError as error:
                raise Trouble(f"{title}: {error}") from error
            before = file.field(field, index)
            if before and before.reading.value == content and evidence is None:
                return self._record(file, self._review(before, Act.CONFIRMED, before.reading, dwell_ms))
            reading = Reading(
                field=field,
                index=index,
                answer=Answer(value=content, printed=printed),
                confidence=MILLION,
                method=Method.PERSON,
                evidence=evidence,
            )
            had_value = before is not None and before.reading.answer is not None
            act = Act.CORRECTED if had_value else Act.ADDED
            return self._record(file, self._review(before, act, reading, dwell_ms))

    def declare(
        self, case: str, field: str, index: int = 0, illegible: bool = False, dwell_ms: int = 0
    ) -> CaseFile:
        """Declare a field not present on the document, or illegible."""
        with self._one_at_a_time:
            file = self._workable(case)
            self._check_index(file, self._field(file, field), index)
            act = Act.ILLEGIBLE if illegible else Act.NOT_PRESENT
            reading = Reading(field=field, index=index, answer=None, confidence=MILLION, method=Method.PERSON)
            return self._record(file, self._review(file.field(field, index), act, reading, dwell_ms))

    def reopen(self, case: str, field: str, index: int = 0) -> CaseFile:
        """Take the act on a field back; raises Trouble when there was none."""
        with self._one_at_a_time:
            file = self._workable(case)
            self._field(file, field)
            state = file.field(field, index)
            if state is None or state.act is None:
                raise Trouble(
                    f"Nobody has acted on {self._title(file, field)}, so nothing can be taken back."
                )
            agents = state.agent_reading
            event = FieldReviewed(
                field=field,
                index=index,
                act=Act.REOPENED,
                before=state.reading.answer,
                after=agents.answer if agents else None,
            )
            return self._record(file, event)

    def correct_class(self, case: str, klass: str) -> CaseFile:
        """Say that the case is of another class; what was read for the one before is read anew."""
        with self._one_at_a_time:
            file = self._workable(case)
            if klass not in self._catalogue.classes:
                known = ", ".join(sorted(self._catalogue.classes))
                raise Trouble(f"There is no class {klass!r}. Choose one of: {known}.")
            if file.refusal is not None:
                raise Trouble("Nothing on this document could be read, whatever its class. Reject the case.")
            before = self._catalogue.klass(file.klass)
            if before is not None and before.name == klass:
                raise Trouble(f"The case is of the class {klass} already.")
            return self._record(file, ClassCorrected(klass=klass, before=file.klass))

    def approve(self, case: str, password: str | None = None) -> CaseFile:
        """Countersign the case; raises Trouble, naming the field, while one still needs a person."""
        with self._one_at_a_time:
            file = self._workable(case)
            klass = self._catalogue.klass(file.klass)
            if klass is None:
                raise Trouble("Nothing was read on this document that could be approved. Reject the case.")
            self._check_fields(file, klass)
            needs = signatures(self._policy(), file, klass)
            for need in needs:
                if need.role not in self._roles():
                    raise Trouble(f"The policy wants this case signed by a person in the role {need.role}.")
                if need.people > 1:
                    raise Trouble(
                        f"The policy wants {need.people} people to sign this case ({need.condition}), "
                        "and a desk of its own has one. Leave it for a shared desk, or reject it."
                    )
            proved = self._prove(needs, password)
            overruled = (r.code for r in file.reasons if r.code not in SETTLED_BY_REVIEW)
            event = CaseApproved(
                signature=self._sign("approved"),
                overrides=tuple(dict.fromkeys(overruled)),
            )
            return self._settle(file, event, proved, *(need.role for need in needs), Role.APPROVER)

    def reject(self, case: str, code: str, note: str = "", password: str | None = None) -> CaseFile:
        """Refuse the case; raises Trouble when the reason code is not one of the desk's."""
        with self._one_at_a_time:
            file = self._workable(case)
            if code not in self._catalogue.reasons:
                known = ", ".join(sorted(self._catalogue.reasons))
                raise Trouble(f"There is no reason {code!r}. Choose one of: {known}.")
            needs = signatures(self._policy(), file, self._catalogue.klass(file.klass))
            proved = self._prove(needs, password)
            reason = Reason(code=code, detail=note.strip() or None)
            event = CaseRejected(signature=self._sign("rejected"), reason=reason)
            return self._settle(file, event, proved, Role.APPROVER)

    # -- what holds for every act ---------------------------------------------------------------------------

    def _file(self, case: str) -> CaseFile:
        file = unfold(self._ledger.entries(case))
        if file is None:
            raise Trouble(f"There is no case {case}. Choose one from the queue.")
        return file

    def _workable(self, case: str) -> CaseFile:
        """Return a case that this person may work on now, else raise Trouble."""
        if not self._roles() & MAY_DECIDE:
            raise Trouble("You are not enrolled in a role that decides cases. Ask an administrator.")
        file = self._file(case)
        if file.status.is_settled:
            raise Trouble(f"This case is settled ({file.status.replace('_', ' ')}) and takes no more acts.")
        if file.status is not Status.WAITING:
            raise Trouble("Agents are still at work on this case. Wait until they have decided.")
        if self._is_held(file) and file.claimed_by != self._person.id:
            until = f"{file.claimed_until:%H:%M} UTC"
            raise Trouble(f"{file.claimed_by} holds this case until {until}. Take another one.")
        return file

    def _roles(self) -> frozenset[Role]:
        """Return what the record says this person may do; the last enrolment counts."""
        roles: frozenset[Role] = frozenset()
        for entry in self._ledger.desk_entries():
            event = entry.event
            if isinstance(event, PersonEnrolled) and event.person == self._person.id:
                roles = frozenset(event.roles)
            if isinstance(event, KeyRevoked) and event.holder == self._person.id:
                roles = roles if event.holder_kind is not ActorKind.PERSON else frozenset()
        return roles

    def _name(self) -> str:
        for entry in reversed(self._ledger.desk_entries()):
            if isinstance(entry.event, PersonEnrolled) and entry.event.person == self._person.id:
                return entry.event.name
        return self._person.id

    def _is_held(self, file: CaseFile) -> bool:
        return bool(file.claimed_by and file.claimed_until and file.claimed_until > self._clock())

    def _draft(self, file: CaseFile, event: Event, *roles: Role) -> Draft:
        """Draft an event in the first of these roles that the person has."""
        had = self._roles()
        preferred = (*roles, Role.PROCESSOR, Role.APPROVER, Role.TEAM_LEAD)
        role = next(role for role in preferred if role in had)
        actor = self._person.model_copy(update={"role": role.value})
        return Draft(event=event, actor=actor, case=file.id)

    def _record(self, file: CaseFile, *events: Event) -> CaseFile:
        """Record acts, and with them the lease that they prolong, in one transaction."""
        left = file.claimed_until - self._clock() if file.claimed_until else timedelta()
        if file.claimed_by != self._person.id or left < LEASE / 2:
            lease = Claimed(person=self._person.id, until=self._clock() + LEASE)
            events = (lease, *events)
        if events:
            self._ledger.append([self._draft(file, event) for event in events])
        return self._file(file.id)

    def _settle(
        self, file: CaseFile, event: CaseApproved | CaseRejected, proved: str | None, *roles: Role
    ) -> CaseFile:
        draft = self._draft(file, event, *roles)
        if proved is not None:
            actor = draft.actor.model_copy(update={"authenticated": proved})
            draft = draft.model_copy(update={"actor": actor})
        self._ledger.append([draft])
        return self._file(file.id)

    def _prove(self, needs: Sequence[Approval], password: str | None) -> str | None:
        """Return how the person has just proved who they are, None when nobody asked them to.

        Raises NeedsPassword when the policy does and they have not, Trouble when the password is wrong.
        """
        asks = next((need for need in needs if need.reauthenticate), None)
        if password is None and asks is None:
            return None
        if self._door is None or not self._door.has_password(self._person.id):
            raise Trouble(
                "The policy wants your password for this signature, and your key has none. "
                "Set one with `countersign people password`, then try again."
            )
        if password is None:
            why = f" ({asks.condition})" if asks else ""
            raise NeedsPassword(f"The policy wants your password for this signature{why}. Give it to sign.")
        self._door.prove(self._person.id, password)
        return "password"

    def _sign(self, meaning: str) -> Signature:
        return Signature(name=self._name(), at=self._clock(), meaning=meaning)

    # -- fields ----------------------------------------------------------------------------------------------

    def _field(self, file: CaseFile, name: str) -> FieldDef:
        klass = self._catalogue.klass(file.klass)
        slot = klass.field(name) if klass else None
        if slot is None:
            raise Trouble(f"A case of the class {file.klass or 'unknown'} has no field {name!r}.")
        return slot

    def _title(self, file: CaseFile, name: str) -> str:
        return self._field(file, name).title()

    def _check_index(self, file: CaseFile, slot: FieldDef, index: int) -> None:
        taken = {state.reading.index for state in file.fields if state.reading.field == slot.name}
        highest = max(taken, default=-1) + 1 if slot.many else 0
        if not 0 <= index <= highest:
            raise Trouble(f"{slot.title()} has no place {index + 1}. Use the places 1 to {highest + 1}.")

    def _check_evidence(self, file: CaseFile, evidence: Evidence | None) -> None:
        if evidence is None:
            return
        if evidence.document not in {document.sha256 for document in file.documents}:
            raise Trouble("The place is on a document of another case. Pick it on this case's pages.")
        if not 0 <= evidence.page < file.pages:
            raise Trouble(f"The document has no page {evidence.page + 1}. Pick the place on its pages.")

    def _check_fields(self, file: CaseFile, klass: ClassDef) -> None:
        rules = self._policy().classes.get(klass.name)
        required = rules.required if rules else tuple(f.name for f in klass.fields if f.required)
        thresholds = dict(file.decision.thresholds) if file.decision else {}
        for name in missing(file, required):
            raise Trouble(f"{self._title(file, name)} is missing. Add it, or declare it not present.")
        counts = bool(rules and rules.terms.fields.not_present_counts)
        for name in doubtful(file, klass, thresholds, counts):
            raise Trouble(f"{self._title(file, name)} is doubtful. Confirm or correct it first.")

    @staticmethod
    def _review(before: FieldState | None, act: Act, reading: Reading, dwell_ms: int) -> FieldReviewed:
        return FieldReviewed(
            field=reading.field,
            index=reading.index,
            act=act,
            before=before.reading.answer if before else None,
            after=reading.answer,
            reading=reading,
            dwell_ms=dwell_ms,
        )
