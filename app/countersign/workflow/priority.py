"""Moving a case forward or back among those that wait for the agents: who may, and that it is recorded."""

from countersign.domain.actor import Actor, Role
from countersign.domain.case import CaseFile, Status, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Prioritised
from countersign.domain.roster import roster
from countersign.workflow.ports import Ledger
from countersign.workflow.stopping import reason_of

MAY_MOVE = (Role.TEAM_LEAD, Role.APPROVER, Role.PROCESSOR)
"""Roles that may say what goes first, in the order in which they are taken."""
FURTHEST = 100
"""Priorities go from minus this to this; every case begins at 0, and what is higher goes first."""


class Prioritising:
    """One person saying which cases the agents take first."""

    def __init__(self, ledger: Ledger, person: Actor) -> None:
        """Act as a person on a record."""
        self._ledger, self._person = ledger, person

    def move(self, case: str, priority: int, reason: str) -> CaseFile:
        """Give a case that agents have not decided yet another priority; raises Trouble."""
        if not -FURTHEST <= priority <= FURTHEST:
            raise Trouble(f"A priority is a number from -{FURTHEST} to {FURTHEST}; 0 is where cases begin.")
        enrolled = roster(self._ledger.desk_entries()).person(self._person.id)
        role = next((role for role in MAY_MOVE if enrolled and role in enrolled.roles), None)
        if role is None:
            raise Trouble("You are not enrolled as team lead, approver or processor, and only they may.")
        file = unfold(self._ledger.entries(case))
        if file is None:
            raise Trouble(f"There is no case {case}. `countersign process` prints the number of each case.")
        if file.status is not Status.RECEIVED:
            raise Trouble("The agents have decided this case already, so nothing is left to go first.")
        actor = self._person.model_copy(update={"role": role.value})
        event = Prioritised(priority=priority, reason=reason_of(reason))
        self._ledger.append([Draft(event=event, actor=actor, case=case)])
        return file
