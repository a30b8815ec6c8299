"""Holds and erasures keep their rules over any sequence of records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit.custody import KINDS, Custody, breach, deed
from countersign.audit.flaw import Flaw
from countersign.audit.record import Link

CASES = ("a", "b")
steps = st.lists(
    st.tuples(
        st.sampled_from(CASES),
        st.sampled_from(sorted(KINDS | {"checked"})),
        st.sampled_from(["m1", "m2"]),
    ),
    max_size=40,
)


@given(steps)
def test_nothing_is_erased_under_a_hold_and_nothing_follows_an_erasure(
    told: list[tuple[str, str, str]],
) -> None:
    custody = Custody()
    holds: dict[str, list[str]] = {case: [] for case in CASES}
    erased: set[str] = set()
    for case, kind, order in told:
        is_allowed = case not in erased and (
            kind in ("checked", "hold_placed")
            or (kind == "hold_lifted" and order in holds[case])
            or (kind == "erased" and not holds[case])
        )
        try:
            custody.take(case, {"kind": kind, "order": order})
        except Flaw:
            assert not is_allowed
            continue
        assert is_allowed
        if kind == "hold_placed":
            holds[case].append(order)
        elif kind == "hold_lifted":
            holds[case].remove(order)
        elif kind == "erased":
            erased.add(case)
    assert custody.erased == erased


@given(steps)
def test_a_check_at_the_end_finds_the_first_breach_that_a_check_at_each_step_does(
    told: list[tuple[str, str, str]],
) -> None:
    custody, last, deeds = Custody(), dict.fromkeys(CASES, -1), []
    first: int | None = None
    for seq, (case, kind, order) in enumerate(told):
        last[case] += 1
        body = {"kind": kind, "order": order}
        made = deed(seq, Link(case, last[case], "0" * 64), body)
        deeds += [made] if made else []
        try:
            custody.take(case, body)
        except Flaw:
            first = seq if first is None else first
    found = breach(deeds, last.__getitem__)
    assert (found is None) == (first is None)
    if found is not None and first is not None:
        assert found[0] <= first


def test_a_check_that_began_in_the_middle_takes_earlier_holds_for_granted() -> None:
    body = {"kind": "hold_lifted", "order": "m1"}
    lifted = deed(7, Link("a", 3, "0" * 64), body)
    assert lifted is not None
    assert breach([lifted], lambda _: 3) == (7, "it lifts the hold 'm1', which does not stand")
    assert breach([lifted], lambda _: 3, {"a"}) is None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_event_of_custody_belongs_to_a_case_and_names_its_order(kind: str) -> None:
    with pytest.raises(Flaw, match="concerns no case"):
        Custody().take(None, {"kind": kind, "order": "m1"})
    with pytest.raises(Flaw, match="names no order"):
        Custody().take("a", {"kind": kind, "order": 7})


def test_records_of_no_case_are_none_of_its_business() -> None:
    custody = Custody()
    custody.take(None, {"kind": "policy_activated"})
    assert custody.erased == set()
