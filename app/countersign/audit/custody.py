"""Holds and erasures of cases: nothing is erased while a hold stands, and an erased case is closed for good.

The same rules hold a record back when it is about to be written and refuse it when it is verified.
"""

from collections.abc import Callable, Container, Iterable
from typing import Any, NamedTuple

from countersign.audit.flaw import Flaw
from countersign.audit.record import Link

_PLACED, _LIFTED, _ERASED = "hold_placed", "hold_lifted", "erased"
KINDS = frozenset({_PLACED, _LIFTED, _ERASED})
"""The events that these rules are about."""


class Custody:
    """The holds that stand and the cases that are erased, after the records taken so far."""

    def __init__(self) -> None:
        self.erased: set[str] = set()
        """Cases whose content was erased, on the record."""
        self._holds: dict[str, list[str]] = {}

    def take(self, case: str | None, body: dict[str, Any]) -> None:
        """Take in the next record, of a case or of none; raises Flaw when it may not stand here."""
        kind = body["kind"]
        if case is None:
            if kind in KINDS:
                raise Flaw("it concerns no case")
            return
        if case in self.erased:
            raise Flaw(f"its case {case} was erased before, and takes no more records")
        if kind not in KINDS:
            return
        order, holds = body.get("order"), self._holds.get(case, [])
        if not isinstance(order, str):
            raise Flaw("it names no order")
        if kind == _PLACED:
            self._holds[case] = [*holds, order]
        elif kind == _LIFTED:
            if order not in holds:
                raise Flaw(f"it lifts the hold {order!r}, which does not stand")
            holds.remove(order)
        elif holds:
            raise Flaw(f"it erases the case {case} while the hold {holds[0]!r} stands")
        else:
            self.erased.add(case)


class Deed(NamedTuple):
    """A record of a hold or an erasure, as a check of a long log keeps it until the end."""

    seq: int
    case: str | None
    n: int
    """Its number among the records of its case."""
    body: dict[str, Any]


def deed(seq: int, link: Link | None, body: dict[str, Any]) -> Deed | None:
    """Return what a record says of custody; None when it says nothing of it."""
    if body["kind"] not in KINDS:
        return None
    return Deed(seq, link.case if link else None, link.n if link else 0, body)


def breach(
    deeds: Iterable[Deed], last_of: Callable[[str], int], began_before: Container[str] = ()
) -> tuple[int, str] | None:
    """Return the first record that breaks the rules, and how; None when all of them keep to these.

    `last_of` gives the number of the last record of a case. Of cases that began before the records looked at,
    holds may stand that none of the deeds placed.
    """
    custody = Custody()
    for seq, case, n, body in deeds:
        try:
            custody.take(case, body)
        except Flaw as error:
            if case in began_before and body["kind"] == _LIFTED:
                continue
            return seq, str(error)
        if body["kind"] == _ERASED and case is not None and last_of(case) > n:
            return seq, f"it erases the case {case}, and yet records of that case come after it"
    return None
