"""A class that is added while a desk and its agents are at work is known to them without a restart."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from tests.store.stories import ADA, CARD
from tests.support.teaching import NoPages, approve

from countersign.domain.klass import ClassDef
from countersign.domain.orders import NOTHING_HELD, Reach
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring import classes, new_classes
from countersign.wiring.desk import open_desk
from countersign.wiring.new_classes import NewClasses
from countersign.wiring.room import AgentsRoom
from countersign.wiring.rules import Rulebook, activate, policy_of
from countersign.wiring.teacher import Teacher
from countersign.worker import Shift
from countersign.workflow.ports import Pages


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(new_classes, "LOOK_EVERY", 0.0)
    return Home(tmp_path / "desk").prepare()


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with open_store(home, agents=[CARD], person=ADA, words=catalogue.load()) as opened:
        yield opened


def watched(home: Home, store: Store) -> tuple[Catalogue, Rulebook, NewClasses]:
    words = catalogue.load(home)
    policy = policy_of(home, words)
    activate(policy, store)
    rules = Rulebook(policy, store, words)
    return words, rules, NewClasses(home, words, rules)


def own(home: Home, text: str) -> None:
    (home.classes / "own.yaml").write_text(text, encoding="utf-8")


def test_an_added_class_is_known_and_teaches_at_once(home: Home, store: Store) -> None:
    words, rules, seen = watched(home, store)
    approve(store, 0)
    teacher = Teacher(home, store, words, cast(Pages, NoPages()))
    assert not seen.look()
    classes.add(home, classes.example("ad_buy"))
    assert words.klass("ad_buy") is None
    assert seen.look()
    assert words.klass("ad_buy") is not None
    assert teacher.lessons("ad_buy") == ((), None)
    assert teacher.taught("ad_buy") == 0
    teacher.remember_all(threading.Event())
    lessons, _ = teacher.lessons("invoice")
    assert len(lessons[0].kept) == 1  # what was known before still is
    assert "ad_buy" not in rules().classes
    assert not seen.look()


def test_a_replaced_class_is_what_the_policy_asks_about(home: Home, store: Store) -> None:
    _, rules, seen = watched(home, store)
    shipped = (Path(catalogue.__file__).parents[3] / "resources/classes/invoice.yaml").read_text("utf-8")
    before = rules().classes["invoice"].klass
    own(home, shipped.replace("label: {en: Invoice,", "label: {en: Bill,", 1))
    assert seen.look()
    after: ClassDef = rules().classes["invoice"].klass
    assert (before.label["en"], after.label["en"]) == ("Invoice", "Bill")


@pytest.mark.parametrize(
    "text",
    [
        "name: [",
        "name: invoice\nlabel: {en: Bill}\nheadline: {counterparty: who}\n"
        "groups: [{name: a, label: {en: A}, fields: [{name: who, type: name, label: {en: Who}}]}]\n",
    ],
    ids=["is no class", "lacks what the policy names"],
)
def test_a_file_that_does_not_fit_changes_nothing_and_is_told_once(
    home: Home, store: Store, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    words, rules, seen = watched(home, store)
    before = words.classes
    own(home, text)
    assert not seen.look()
    assert not seen.look()
    assert words.classes is before
    assert rules().classes["invoice"].klass == before["invoice"]
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("the classes stay as they are: ")
    caplog.clear()


def test_an_open_desk_knows_an_added_class_at_its_next_pulse(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.wiring.desk.whoever_sits_here", lambda: ADA)
    open_store(home, agents=[CARD], person=ADA, words=catalogue.load()).close()
    desk = open_desk(home, with_worker=False)
    try:
        classes.add(home, classes.example("ad_buy"))
        desk.head()
        assert desk.catalogue.klass("ad_buy") is not None
        assert "ad_buy" in {one.klass for one in desk.learning.show()}
    finally:
        desk.close()


def test_agents_at_work_look_for_classes(home: Home, store: Store) -> None:
    words, _, seen = watched(home, store)

    class Idle:
        free, under_way = 1, frozenset[str]()

    class Room:
        engine = Idle()
        new_classes = seen

        def __init__(self) -> None:
            self.home, self.store = home, store

        def held(self) -> Reach:
            return NOTHING_HELD

    classes.add(home, classes.example("ad_buy"))

    async def work() -> None:
        await Shift(cast(AgentsRoom, Room()), asyncio.Event(), until_idle=True).work()

    asyncio.run(work())
    assert words.klass("ad_buy") is not None
