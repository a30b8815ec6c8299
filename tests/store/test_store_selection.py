"""Choosing cases for a bundle: each way to choose, all of them together, and names that are no patterns."""

from datetime import UTC, date, datetime

import pytest
from tests.store.stories import ADA, CARD, INTAKE, READER, REVIEWER, decided, invoice, received, review, story

from countersign.domain import time
from countersign.domain.actor import Actor
from countersign.domain.errors import Trouble
from countersign.domain.event import Checked, Classified, Draft, MailTakenApart, Released, Route
from countersign.insight.bundle.scope import Scope
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import Person, open_store
from countersign.store.selection import Wanted
from countersign.store.store import Store

OTHER = CARD.model_copy(update={"name": "reader.local2"})
LATER = CARD.model_copy(update={"version": "2", "code_digest": "cd" * 32})
EVE = Person(id="eve", name="Eve Fish")


def chosen(store: Store, scope: Scope | Wanted) -> list[str]:
    """Return the names of the cases chosen, in the order in which they came in."""
    wanted = scope.wanted if isinstance(scope, Scope) else scope
    with store.snapshot() as snapshot:
        snapshot.take(snapshot.choose(wanted), 2**62)
        return [records[0].case or "" for records in snapshot.cases()]


def checked(by: Actor, case: str) -> Draft:
    event = Checked(passed=(), findings=(), facts={"by": by.id}, milliseconds=1)
    return Draft(event=event, actor=by, case=case)


def test_cases_come_in_the_order_in_which_they_were_received(store: Store) -> None:
    for case in ("b", "a", "c"):
        store.append(story(case, invoice(1)))
    assert chosen(store, Scope()) == ["b", "a", "c"]
    assert chosen(store, Scope(case=("c", "b", "c"))) == ["b", "c"]


def test_more_cases_can_be_named_than_one_statement_takes(store: Store) -> None:
    names = [f"case-{n}" for n in range(1201)]
    store.append([Draft(event=received(name, name), actor=INTAKE, case=name) for name in names])
    assert chosen(store, Scope(case=tuple(names))) == names


def test_a_case_that_is_not_there_is_named(store: Store) -> None:
    store.append(story("a", invoice(1)))
    with pytest.raises(Trouble, match="There is no case lost"):
        chosen(store, Scope(case=("a", "lost")))


def test_days_are_those_of_receipt_and_both_ends_belong_to_the_span(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = {
        "old": datetime(2099, 3, 1, 23, 59, 59, 999_000, UTC),
        "first": datetime(2099, 3, 2, 0, 0, tzinfo=UTC),
        "last": datetime(2099, 3, 3, 23, 59, 59, 999_000, UTC),
        "new": datetime(2099, 3, 4, 0, 0, tzinfo=UTC),
    }
    for case, moment in moments.items():
        monkeypatch.setattr(time, "now", lambda moment=moment: moment)
        store.append([Draft(event=received(case, case), actor=INTAKE, case=case)])
    store.append([Draft(event=Released(person=ADA.id), actor=REVIEWER, case="old")])  # a late record
    span = Scope(since=date(2099, 3, 2), until=date(2099, 3, 3))
    assert chosen(store, span) == ["first", "last"]
    assert chosen(store, Scope(until=date(2099, 3, 1))) == ["old"]
    assert chosen(store, Scope(since=date(2099, 3, 4))) == ["new"]


def test_a_class_chooses_cases_and_leaves_mails_out(store: Store) -> None:
    store.append(story("bill", invoice(1)))
    claim = Classified(klass="claim", language="en", confidence=1, milliseconds=1)
    store.append(
        [
            Draft(event=received("claim", "claim"), actor=INTAKE, case="claim"),
            Draft(event=claim, actor=READER, case="claim"),
        ]
    )
    mail = MailTakenApart(sha256="ab" * 32, subject="s", sender="s", taken=(), set_aside=())
    store.append([Draft(event=mail, actor=INTAKE, case="mail")])
    assert chosen(store, Scope(klass="claim")) == ["claim"]
    assert chosen(store, Scope(klass="invoice")) == ["bill"]
    assert chosen(store, Scope()) == ["bill", "claim", "mail"]


def test_an_agent_is_meant_with_all_its_versions_or_with_one(home: Home, words: Catalogue) -> None:
    for version, said in ((CARD, {"one": CARD}), (LATER, {"two": LATER, "other": OTHER})):
        with open_store(home, agents=[version, OTHER], person=ADA, words=words) as store:
            for case, card in said.items():
                store.append([Draft(event=received(case, case), actor=INTAKE, case=case)])
                store.append([checked(store.agent(card), case)])
    with open_store(home, agents=[LATER, OTHER], person=ADA, words=words) as store:
        assert chosen(store, Scope(agent="reader.local")) == ["one", "two"]
        assert chosen(store, Scope(agent="reader.local@2")) == ["two"]
        assert chosen(store, Scope(agent="reader.local2")) == ["other"]
        assert chosen(store, Scope(agent="reader.loca")) == []
        assert chosen(store, Scope(agent="reader%")) == []


def test_a_person_is_chosen_by_what_they_did_not_by_being_named(home: Home, words: Catalogue) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([*story("hers", invoice(1)), *review("hers")])
        store.append(story("nobodys", invoice(2, vendor='"id":"ada"')))
        assert chosen(store, Scope(person=ADA.id)) == ["hers"]
        assert chosen(store, Scope(person="ad")) == []
        assert chosen(store, Scope(person='ada"')) == []
        assert chosen(store, Scope(person=INTAKE.id)) == []  # a part of the system is no person


def test_a_policy_is_known_by_its_digest_or_eight_digits_of_it(store: Store) -> None:
    other = decided(Route.ESCALATE).model_copy(update={"digest": "cdcdcdcd" + "0" * 56})
    store.append(story("one", invoice(1)))
    store.append(story("two", invoice(2), other))
    assert chosen(store, Scope(policy="cd" * 32)) == ["one"]
    assert chosen(store, Scope(policy="cdcdcdcd")) == ["one", "two"]
    assert chosen(store, Scope(policy="cdcdcdcd0")) == ["two"]
    for bad in ("cdcdcdc", "CD" * 32, "%%%%%%%%", ""):
        with pytest.raises(Trouble, match="not the digest of a policy"):
            chosen(store, Wanted(policy=bad))


def test_all_that_is_asked_must_hold_of_a_case(store: Store) -> None:
    store.append([*story("both", invoice(1)), *review("both")])
    store.append(story("unseen", invoice(2)))
    scope = Scope(klass="invoice", agent=CARD.id, person=ADA.id, policy="cd" * 32, since=date(2000, 1, 1))
    assert chosen(store, scope) == ["both"]
    assert chosen(store, scope.model_copy(update={"case": ("unseen",)})) == []


def test_what_is_appended_meanwhile_is_not_in_the_snapshot(store: Store) -> None:
    store.append(story("a", invoice(1)))
    with store.snapshot() as snapshot:
        size = snapshot.size()
        store.append([*story("b", invoice(2)), *review("a")])
        assert len(snapshot.choose(Wanted())) == 1
        snapshot.take(snapshot.choose(Wanted()), 2**62)
        assert [len(records) for records in snapshot.cases()] == [7]
        assert snapshot.size() == size
    assert chosen(store, Scope()) == ["a", "b"]


def test_the_tables_of_a_choice_are_gone_with_its_snapshot(store: Store) -> None:
    store.append(story("a", invoice(1)))
    for _ in range(3):
        assert chosen(store, Scope()) == ["a"]


def test_a_choice_reads_the_index_of_cases_and_sorts_nothing(store: Store) -> None:
    from countersign.store import selection

    store.append(story("a", invoice(1)))
    with store.snapshot() as snapshot:
        connection = snapshot._connection
        for statement in (selection.narrowed(Wanted()), selection.BY_CASE, selection.ROWS):
            text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert not any(step.startswith("SCAN records") and "INDEX" not in step for step in plan), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_scope_says_itself_in_words_and_for_the_record() -> None:
    scope = Scope(since=date(2026, 1, 1), klass="invoice")
    assert scope.terms == {"since": "2026-01-01", "class": "invoice"}
    assert scope.sentence == "cases with a date of receipt from 2026-01-01, class invoice"
    assert Scope().sentence == "every case of the desk"
    many = Scope(case=tuple(f"c{n}" for n in range(102)))
    assert many.terms["case"].endswith("c99 and 2 more")
