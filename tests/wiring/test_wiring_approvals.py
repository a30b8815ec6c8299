"""How many cases teach is told at a cost that does not grow with what was approved before."""

from collections.abc import Collection
from typing import Any

import pytest
from tests.store.stories import ADA, CARD
from tests.support.teaching import approve, arrive

from countersign.domain.actor import Role
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store import queue_view
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.approvals import Approvals
from countersign.wiring.learning import Learning, learned
from countersign.workflow.care import CaseCare

WORDS = catalogue.load()


def of(store: Store, approvals: Approvals) -> int:
    return {one.klass: one.approved for one in learned(store, WORDS, approvals)}["invoice"]


@pytest.fixture
def store(tmp_path):
    with open_store(Home(tmp_path / "desk"), agents=[CARD], person=ADA, words=WORDS) as opened:
        yield opened


def test_what_is_kept_up_is_what_counting_anew_gives(store: Store) -> None:
    kept = Approvals(store)
    learning = Learning(store, WORDS, store.person(ADA.id, Role.TEAM_LEAD))
    care = CaseCare(store, store.eraser, store.person(ADA.id, Role.ADMINISTRATOR))
    acts = (
        (0, lambda: arrive(store, 9)),
        (2, lambda: [approve(store, n) for n in (0, 1)]),
        (3, lambda: approve(store, 2)),
        (2, lambda: learning.forget_case("invoice", "taught-1", "was wrong")),
        (1, lambda: care.erase("taught-0", "GDPR-7")),
        (1, lambda: care.erase("taught-1", "GDPR-8")),  # forgotten before: it counts off once
        (2, lambda: approve(store, 4)),
        (0, lambda: learning.forget_class("invoice", "all wrong")),
    )
    for expected, act in acts:
        act()
        assert of(store, kept) == of(store, Approvals(store)) == expected


def test_no_pulse_asks_again_for_cases_that_were_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    approvals, asked, count = Approvals(store), [], store.approvals

    def counted(among: Collection[str] | None = None) -> object:
        asked.append(among)
        return count(among)

    monkeypatch.setattr(store, "approvals", counted)
    monkeypatch.setattr(store, "approved", lambda *_, **__: pytest.fail("all cases were asked for"))
    approve(store, 0)
    assert of(store, approvals) == 1
    assert asked == [None, set()]
    asked.clear()
    approve(store, 1)
    assert of(store, approvals) == 2
    assert of(store, approvals) == 2
    assert asked == [{"taught-1"}, set()]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (queue_view._APPROVED, "COVERING INDEX ix_cases_status"),
        (queue_view._APPROVED_AND_ERASED, "ix_cases_erased"),
        (queue_view._APPROVED_AMONG.params(cases=["a", "b"]), "(id=?)"),
    ],
    ids=["all", "erased", "some"],
)
def test_what_is_counted_is_found_by_an_index(store: Store, statement: Any, index: str) -> None:
    with store._database.reading() as connection:
        text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = " ".join(row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    assert index in plan
    assert "SCAN" not in plan
