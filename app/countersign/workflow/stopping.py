"""Stopping agents and letting them go on: who may, and that it is on the record with its reason."""

import threading
from collections.abc import Callable, Collection
from datetime import datetime

from countersign.domain import time
from countersign.domain.actor import Actor, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, How, Scope, Signature, WorkResumed, WorkStopped
from countersign.domain.orders import Order, Orders, orders
from countersign.domain.roster import Enrolled, roster
from countersign.workflow.ports import Ledger

MAY_RESUME = (Role.TEAM_LEAD, Role.AGENT_OWNER, Role.ADMINISTRATOR)
"""Roles that may let agents go on, in the order in which they are taken. Anybody enrolled may stop them."""
KINDS = ("work_stopped", "work_resumed")
LONGEST_REASON = 200


class Stopping:
    """One person stopping agents, or letting them go on."""

    def __init__(
        self,
        ledger: Ledger,
        person: Actor,
        agents: Collection[str],
        classes: Collection[str],
        clock: Callable[[], datetime] = time.now,
    ) -> None:
        """Act as a person on a record; `agents` and `classes` are those that there are."""
        self._ledger, self._person, self._clock = ledger, person, clock
        self._names = {Scope.ALL: ("",), Scope.AGENT: tuple(agents), Scope.CLASS: tuple(classes)}
        self._one_at_a_time = threading.Lock()

    def standing(self) -> Orders:
        """Return the orders that stand."""
        return orders(self._ledger.desk_entries())

    def stop(self, scope: Scope, name: str, how: How, reason: str) -> Order:
        """Stop all agents, one agent or one class; raises Trouble. A kill may follow on a pause."""
        with self._one_at_a_time:
            self._check_name(scope, name)
            enrolled = self._enrolled()
            before = self.standing().find(scope, name)
            if before is not None and before.how in (how, How.KILL):
                raise Trouble(f"{before.by} has stopped {before.what} already: {before.reason}")
            signature = self._sign(enrolled, f"stopped the work ({how})")
            event = WorkStopped(
                scope=scope, name=name, how=how, reason=reason_of(reason), signature=signature
            )
            self._append(event, next(iter(enrolled.roles)))
            return self._found(scope, name)

    def resume(self, scope: Scope, name: str, reason: str) -> None:
        """Let the agents in this reach go on; raises Trouble when they are not stopped, or may not be let."""
        with self._one_at_a_time:
            self._check_name(scope, name)
            enrolled = self._enrolled()
            role = next((role for role in MAY_RESUME if role in enrolled.roles), None)
            if role is None:
                wanted = " or ".join(role.replace("_", " ") for role in MAY_RESUME)
                raise Trouble(f"You are not enrolled as {wanted}, and only they may let agents go on.")
            before = self.standing().find(scope, name)
            if before is None:
                raise Trouble("Nobody has stopped that. `countersign agents` shows what is stopped.")
            if before.is_by_file:
                raise Trouble("An administrator's file stops this. It goes on when that file is taken away.")
            signature = self._sign(enrolled, "let the work go on")
            self._append(
                WorkResumed(scope=scope, name=name, reason=reason_of(reason), signature=signature), role
            )

    def _found(self, scope: Scope, name: str) -> Order:
        found = self.standing().find(scope, name)
        if found is None:
            raise Trouble("Somebody let the work go on at this very moment. Stop it again.")
        return found

    def _check_name(self, scope: Scope, name: str) -> None:
        names = self._names[scope]
        if name not in names:
            known = ", ".join(sorted(names))
            raise Trouble(f"There is no {scope} {name!r}. There are: {known}.")

    def _enrolled(self) -> Enrolled:
        found = roster(self._ledger.desk_entries()).person(self._person.id)
        if found is None or not found.roles:
            raise Trouble("You are not enrolled at this desk. Ask an administrator to enrol you.")
        return found

    def _append(self, event: WorkStopped | WorkResumed, role: Role) -> None:
        actor = self._person.model_copy(update={"role": role.value})
        self._ledger.append([Draft(event=event, actor=actor)])

    def _sign(self, enrolled: Enrolled, meaning: str) -> Signature:
        return Signature(name=enrolled.name, at=self._clock(), meaning=meaning)


def reason_of(text: str) -> str:
    """Return a reason as it may stand on the record; raises Trouble."""
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Trouble(
            f"Say why, in 1 to {LONGEST_REASON} signs. It stays on the record for good, so name no one."
        )
    return reason
