"""What a person may do with a case's future: hold it, lift a hold, erase it; checked, signed and recorded."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from countersign.domain import time
from countersign.domain.actor import Actor, Role
from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    Draft,
    Erased,
    Event,
    HoldLifted,
    HoldPlaced,
    Signature,
)
from countersign.domain.roster import roster
from countersign.domain.sealed import ERASED
from countersign.workflow.ports import Ledger

MAY_HOLD = (Role.ADMINISTRATOR, Role.TEAM_LEAD, Role.AUDITOR)
"""Roles that may place and lift holds, in the order in which they are taken."""
MAY_ERASE = (Role.ADMINISTRATOR,)

LONGEST_ORDER = 200
_TELLING = 4
"""Letters from which on a value of the case in an order would tell whose case it was."""


def mail_effect(sha256: str) -> str:
    """Name the effect under which the record keeps what became of the parts of a mail."""
    return f"apart/{sha256}"


class Wish(Frozen):
    """That a case be erased: by whose order, and in whose name."""

    case: str
    order: str
    actor: Actor
    policy: str | None = None
    """Digest of the policy whose retention ran out."""
    signature: Signature | None = None


class Eraser(Protocol):
    """Erases cases so that nothing of their content is left in the desk's folder."""

    def erase(self, wish: Wish) -> Erased:
        """Erase a case; once this returns it is on the record and its bytes are gone. Raises Trouble.

        Nothing was erased unless the event is on the record.
        """


class CaseCare:
    """The care of one person for the cases on a desk's record."""

    def __init__(
        self, ledger: Ledger, eraser: Eraser, person: Actor, clock: Callable[[], datetime] = time.now
    ) -> None:
        """Act as a person on a record."""
        self._ledger = ledger
        self._eraser = eraser
        self._person = person
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def hold(self, case: str, order: str) -> CaseFile:
        """Keep a case from being erased until the hold is lifted; raises Trouble."""
        with self._one_at_a_time:
            actor, name = self._as(MAY_HOLD, "hold cases")
            file = self._standing(case)
            order = _order(order, file)
            if any(hold.order == order for hold in file.holds):
                raise Trouble(f"The hold {order!r} stands on this case already.")
            self._record(file, actor, HoldPlaced(order=order, signature=self._sign(name, "placed the hold")))
            return self._file(case)

    def lift(self, case: str, order: str) -> CaseFile:
        """Lift the hold of an order; raises Trouble when it does not stand."""
        with self._one_at_a_time:
            actor, name = self._as(MAY_HOLD, "lift holds")
            file = self._standing(case)
            order = order.strip()
            if not any(hold.order == order for hold in file.holds):
                stand = ", ".join(repr(hold.order) for hold in file.holds) or "none"
                raise Trouble(
                    f"No hold {order!r} stands on this case; there stands {stand}. Name one of these."
                )
            self._record(file, actor, HoldLifted(order=order, signature=self._sign(name, "lifted the hold")))
            return self._file(case)

    def check_erasable(self, case: str, order: str) -> CaseFile:
        """Return the case as it stands; raises Trouble for all that keeps this person from erasing it."""
        self._as(MAY_ERASE, "erase cases")
        file = self._standing(case)
        _order(order, file)
        if not file.status.is_settled:
            raise Trouble(
                "This case is not settled, and a case that waits is needed. Reject it, then erase it."
            )
        if file.holds:
            stand = "; ".join(f"{h.order!r}, placed by {h.by} on {h.at:%Y-%m-%d}" for h in file.holds)
            raise Trouble(f"This case is held and stays: {stand}. Whoever may must lift the hold first.")
        return file

    def erase(self, case: str, order: str) -> Erased:
        """Destroy the key of a settled case's content and delete its documents, for good."""
        with self._one_at_a_time:
            actor, name = self._as(MAY_ERASE, "erase cases")
            file = self.check_erasable(case, order)
            wish = Wish(
                case=file.id,
                order=_order(order, file),
                actor=actor,
                signature=self._sign(name, "ordered the erasure"),
            )
            return self._eraser.erase(wish)

    # -- what holds for every act ---------------------------------------------------------------------------

    def _as(self, roles: tuple[Role, ...], what: str) -> tuple[Actor, str]:
        """Return this person in the first of the roles that they have, and their printed name."""
        enrolled = roster(self._ledger.desk_entries()).person(self._person.id)
        role = next((role for role in roles if enrolled and role in enrolled.roles), None)
        if enrolled is None or role is None:
            wanted = " or ".join(role.replace("_", " ") for role in roles)
            raise Trouble(f"You are not enrolled as {wanted}, and only they may {what}. Ask one of them.")
        return self._person.model_copy(update={"role": role.value}), enrolled.name

    def _standing(self, case: str) -> CaseFile:
        file = self._file(case)
        if file.erasure is not None:
            when, order = file.erasure.at, file.erasure.order
            raise Trouble(f"This case was erased on {when:%Y-%m-%d} by the order {order!r}.")
        return file

    def _file(self, case: str) -> CaseFile:
        file = unfold(self._ledger.entries(case))
        if file is None:
            raise Trouble(f"There is no case {case}. `countersign process` prints the number of each case.")
        return file

    def _record(self, file: CaseFile, actor: Actor, event: Event) -> None:
        self._ledger.append([Draft(event=event, actor=actor, case=file.id)])

    def _sign(self, name: str, meaning: str) -> Signature:
        return Signature(name=name, at=self._clock(), meaning=meaning)


def _order(text: str, file: CaseFile) -> str:
    """Return an order as it may stand on the record for good; raises Trouble when it tells of the content."""
    order = " ".join(text.split())
    if not order or len(order) > LONGEST_ORDER or not order.isprintable():
        raise Trouble(
            f"Name the order in 1 to {LONGEST_ORDER} signs: the reference of a matter or a request."
        )
    told = [document.name for document in file.documents] + [state.reading.value for state in file.fields]
    for value in told:
        if value and value != ERASED and len(value) >= _TELLING and value.casefold() in order.casefold():
            raise Trouble(
                f"The order holds {value!r}, a value of the case, and it stands on the record for good. "
                "Name it by a reference that tells nothing of the content."
            )
    return order
