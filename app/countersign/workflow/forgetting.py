"""Forgetting: what a person may do about what the desk has learned; checked, signed and recorded."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from countersign.domain import time
from countersign.domain.actor import Actor, Role
from countersign.domain.case import Status, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, LessonForgotten, Signature
from countersign.domain.roster import roster
from countersign.workflow.ports import Ledger

MAY_FORGET = (Role.TEAM_LEAD, Role.MODEL_STEWARD, Role.AGENT_OWNER, Role.ADMINISTRATOR)
"""Roles that may have the desk forget, in the order in which they are taken."""
LONGEST_REASON = 200
AT_ONCE = 500
"""Cases that one record names at most."""

ChosenBy = Literal["case", "counterparty", "class"]


class Forgetting:
    """One person having the desk forget what approved cases taught it; the cases stay as they are."""

    def __init__(self, ledger: Ledger, person: Actor, clock: Callable[[], datetime] = time.now) -> None:
        """Act as a person on a record."""
        self._ledger = ledger
        self._person = person
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def check(self, reason: str) -> None:
        """Raise Trouble for all that keeps this person from it, but for the cases."""
        self._as()
        _reason(reason)

    def forget(self, klass: str, cases: Sequence[str], chosen_by: ChosenBy, reason: str) -> tuple[str, ...]:
        """Record it; returns the cases that taught until now. Raises Trouble when none of them did."""
        with self._one_at_a_time:
            actor, name = self._as()
            reason = _reason(reason)
            gone = self._gone()
            left = tuple(case for case in dict.fromkeys(cases) if case not in gone)
            if not left:
                raise Trouble(f"The desk has learned nothing from that about {klass}, or has forgotten it.")
            if chosen_by == "case":
                self._check_approved(left)
            signature = Signature(name=name, at=self._clock(), meaning="had it forgotten")
            self._ledger.append(
                [
                    Draft(
                        event=LessonForgotten(
                            klass=klass,
                            cases=left[start : start + AT_ONCE],
                            chosen_by=chosen_by,
                            reason=reason,
                            signature=signature,
                        ),
                        actor=actor,
                    )
                    for start in range(0, len(left), AT_ONCE)
                ]
            )
            return left

    def _gone(self) -> set[str]:
        events = (entry.event for entry in self._ledger.desk_entries())
        return {case for event in events if isinstance(event, LessonForgotten) for case in event.cases}

    def _check_approved(self, cases: Sequence[str]) -> None:
        for case in cases:
            file = unfold(self._ledger.entries(case))
            if file is None or file.status is not Status.APPROVED or file.erasure is not None:
                raise Trouble(f"The case {case} teaches nothing: only what a person approved does.")

    def _as(self) -> tuple[Actor, str]:
        """Return this person in the first of the roles that they have, and their printed name."""
        enrolled = roster(self._ledger.desk_entries()).person(self._person.id)
        role = next((role for role in MAY_FORGET if enrolled and role in enrolled.roles), None)
        if enrolled is None or role is None:
            wanted = " or ".join(role.replace("_", " ") for role in MAY_FORGET)
            raise Trouble(
                f"You are not enrolled as {wanted}, and only they may have the desk forget. Ask one of them."
            )
        return self._person.model_copy(update={"role": role.value}), enrolled.name


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Trouble(
            f"Say why, in 1 to {LONGEST_REASON} signs. It stays on the record for good, so name no one."
        )
    return reason
