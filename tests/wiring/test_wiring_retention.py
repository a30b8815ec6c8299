"""The policy's retention: which case is due under which rule, which are held, and what applying it does."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.desks import invoice as paper
from tests.store.erasing import bytes_of, care_of, put
from tests.store.stories import ADA, CARD, invoice, story

from countersign.domain.case import unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Erased, PolicyActivated
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.store.database import Database
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring import retention
from countersign.wiring.desk import open_desk
from countersign.wiring.retention import Due, Report, keeper

POLICY = """\
policy: trial
owner: role:team_lead
classes:
  invoice: {mode: human_in_the_loop, retention: {events: 1y, documents: 2y, traces: 30d}}
retention: {events: 3y, documents: 4y}
"""
YEAR = timedelta(days=366)


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada, who may do everything, sits at the desk."""
    monkeypatch.setattr(retention, "whoever_sits_here", lambda: ADA)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A desk with three settled invoices, one of them held, one case that waits, and a policy of its own."""
    home = Home(tmp_path / "desk").prepare()
    (home.policies / "trial.yaml").write_text(POLICY)
    with _open(home) as store:
        for case in ("one", "two", "held"):
            put(store, case, invoice(1))
        store.append(story("waiting", invoice(2)))
        care_of(store).hold("held", "matter 12")
    return home


def _open(home: Home) -> Store:
    return open_store(home, agents=[CARD], person=ADA)


def due(home: Home, moment: datetime) -> dict[str, Due]:
    with keeper(home, applies=False, moment=moment) as kept:
        return {case.case: case for case in kept.due()}


def apply(home: Home, moment: datetime) -> Report:
    with keeper(home, applies=True, moment=moment) as kept:
        return kept.apply(lambda done, total: None)


def test_whoever_is_no_administrator_sees_what_is_due_and_erases_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "whoever_sits_here", lambda: ADA.model_copy(update={"id": "eve"}))
    later = now() + 5 * YEAR
    assert len(due(home, later)) == 3
    with pytest.raises(Trouble, match="Only an administrator"):
        apply(home, later)
    assert len(due(home, later)) == 3


def test_nothing_is_due_before_both_spans_are_over(home: Home) -> None:
    assert due(home, now()) == {}
    assert due(home, now() + timedelta(days=2 * 365 - 1)) == {}
    assert apply(home, now()).erased == 0


def test_what_is_due_is_told_with_its_rule_its_date_and_what_would_go(home: Home) -> None:
    found = due(home, now() + 2 * YEAR)
    assert set(found) == {"one", "two", "held"}
    one = found["one"]
    assert one.rule == "invoice: documents 2y"
    assert one.due_at.year == one.settled_at.year + 2
    assert (one.openings, one.documents, one.is_held) == (17, 1, False)
    assert found["held"].is_held


def test_looking_at_what_is_due_changes_nothing(home: Home) -> None:
    with _open(home) as store:
        before = store.head()
    due(home, now() + 2 * YEAR)
    with _open(home) as store:
        assert store.head() == before


def test_applying_erases_what_is_due_by_the_system_under_the_policy_and_leaves_what_is_held(
    home: Home,
) -> None:
    report = apply(home, now() + 2 * YEAR)
    assert (report.erased, report.held, report.documents, report.openings) == (2, 1, 2, 34)
    with _open(home) as store:
        last = store.entries("one")[-1]
        active = [e.event for e in store.desk_entries() if isinstance(e.event, PolicyActivated)][-1]
        assert isinstance(last.event, Erased)
        assert (last.event.order, last.event.policy, last.event.signature) == (
            "retention",
            active.digest,
            None,
        )
        assert report.digest == active.digest
        assert (last.actor.kind, last.actor.role) == ("system", "retention")
        for case in ("held", "waiting"):
            file = unfold(store.entries(case))
            assert file is not None
            assert file.erasure is None
        verdict = store.verify()
        assert verdict.ok, verdict.flaw
        assert verdict.erased == 2
    assert set(due(home, now() + 2 * YEAR)) == {"held"}
    assert apply(home, now() + 2 * YEAR).erased == 0


def test_what_agents_saw_of_a_document_goes_before_the_document(home: Home) -> None:
    assert apply(home, now() + timedelta(days=29)).traces == 0
    assert apply(home, now() + timedelta(days=31)).traces == 3
    with _open(home) as store:
        file = unfold(store.entries("one"))
        assert file is not None
        assert store.library.path(file.documents[0].sha256).read_bytes() == bytes_of("one")
        assert store.library.opened(file.documents[0].sha256) is None
    assert apply(home, now() + timedelta(days=31)).traces == 0


def test_a_class_that_the_policy_does_not_name_goes_by_the_rule_of_the_desk(home: Home) -> None:
    (home.policies / "trial.yaml").write_text(POLICY.replace("invoice: {", "kyb: {"))
    assert due(home, now() + 2 * YEAR) == {}
    assert {case.rule for case in due(home, now() + 4 * YEAR).values()} == {"desk: documents 4y"}


def test_what_an_interruption_leaves_the_next_call_does(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    done: list[int] = []

    def interrupted(seen: int, total: int) -> None:
        done.append(seen)
        assert total == 3
        raise KeyboardInterrupt

    with keeper(home, applies=True, moment=now() + 2 * YEAR) as kept, pytest.raises(KeyboardInterrupt):
        kept.apply(interrupted)
    assert len(done) == 1
    assert apply(home, now() + 2 * YEAR).erased == 1
    assert set(due(home, now() + 2 * YEAR)) == {"held"}


def test_an_erasure_whose_traces_cannot_be_taken_out_is_finished_at_the_next_start(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Trouble("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "compact", full)
        with pytest.raises(Trouble, match="The disk is full"):
            apply(home, now() + 2 * YEAR)
    assert (home.root / "erasing.json").exists()
    _open(home).close()
    assert not (home.root / "erasing.json").exists()
    assert set(due(home, now() + 2 * YEAR)) == {"held"}


@pytest.mark.parametrize("applies", [True, False])
def test_retention_begins_no_desk(tmp_path: Path, applies: bool) -> None:
    with pytest.raises(Trouble, match="There is no desk"), keeper(Home(tmp_path / "none"), applies=applies):
        pass
    assert not (tmp_path / "none" / "desk.sqlite").exists()


def test_a_page_can_be_seen_as_long_as_its_document_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "seen")
    monkeypatch.setattr("countersign.wiring.desk.whoever_sits_here", lambda: ADA)
    with _open(home) as store:
        document = put(store, "seen", invoice(1), content=paper(1))
    desk = open_desk(home, with_worker=False)
    try:
        assert desk.words(document, 0) is not None
        with _open(home) as store:
            assert store.eraser.forget_traces([document]) == 1
        desk.case("seen")
        assert desk.image(document, 0, 40) is not None
        with _open(home) as store:
            care_of(store).erase("seen", "GDPR-7")
        assert desk.words(document, 0) is None
        assert desk.image(document, 0, 40) is None
    finally:
        desk.close()
