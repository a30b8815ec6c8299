"""Exports from a desk: in whose name they go out, and whom the newest head is shown to first."""

from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD
from tests.support.anchored import opened
from tests.support.bag_reader import Bagged
from tests.support.exporting import fill, verify
from tests.support.witnesses import KNOWN, NAME, serving

from countersign.domain.actor import Role
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import Exported
from countersign.insight.bundle.scope import Scope, Withhold
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import Person, open_store
from countersign.wiring.anchors import add_witness
from countersign.wiring.export import Exports, exports
from countersign.wiring.people import People


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A desk with two cases, at which Ada sits."""
    home = Home(tmp_path / "desk")
    with open_store(home, agents=[CARD], person=ADA) as store:
        fill(store, ["a", "b"], reviewed=["a"])
    sit_down(monkeypatch, ADA)
    return home


def sit_down(monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    for module in ("wiring.export", "wiring.people", "store.founding"):
        monkeypatch.setattr(f"countersign.{module}.whoever_sits_here", lambda: person)


def test_an_export_goes_out_in_the_name_of_whoever_sits_there(home: Home, tmp_path: Path) -> None:
    with exports(home) as desk:
        assert desk.preview(Scope(), Withhold()).cases == 2
        bundle = desk.export(Scope(case=desk.named(["a.pdf"])), Withhold(), tmp_path / "x.zip", silent)
    assert (bundle.cases, bundle.path) == (1, tmp_path / "x.zip")
    (event,) = Bagged(bundle.path).bodies("exported")
    assert event["signature"]["name"] == ADA.name
    assert event["scope"] == {"case": "a"}


@pytest.mark.parametrize(
    ("roles", "used"),
    [
        ((Role.PROCESSOR, Role.AUDITOR, Role.ADMINISTRATOR), Role.AUDITOR),
        ((Role.TEAM_LEAD,), Role.TEAM_LEAD),
        ((Role.APPROVER, Role.ADMINISTRATOR), Role.ADMINISTRATOR),
    ],
)
def test_the_role_is_the_first_that_may_export(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roles: tuple[Role, ...], used: Role
) -> None:
    eve = Person(id="eve", name="Eve Fish", roles=roles)
    with open_store(home, person=eve):
        sit_down(monkeypatch, eve)
    with open_store(home, person=eve) as store:
        desk = Exports(home, store, catalogue.load(home))
        desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
        entry = next(e for e in reversed(store.desk_entries()) if isinstance(e.event, Exported))
        assert (entry.actor.id, entry.actor.role) == ("eve", used)


@pytest.mark.parametrize("roles", [(Role.PROCESSOR,), (Role.APPROVER, Role.MODEL_STEWARD)])
def test_who_has_no_such_role_may_look_but_not_export(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roles: tuple[Role, ...]
) -> None:
    pat = Person(id="pat", name="Pat Crow", roles=roles)
    sit_down(monkeypatch, pat)
    with open_store(home, person=pat) as store:
        desk, before = Exports(home, store, catalogue.load(home)), store.head()
        assert desk.preview(Scope(), Withhold()).cases == 2
        with pytest.raises(Trouble, match="Only an auditor, a team lead or an administrator"):
            desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
        assert store.head() == before


def test_who_has_a_password_must_give_it_to_export(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(question: str, again: bool) -> str:
        asked.append(question)
        return "a long secret"

    with open_store(home, person=ADA) as store:
        People(store, ADA.id, ask).set_password()
    with open_store(Home(home.root), person=ADA) as store:
        desk = Exports(Home(home.root), store, catalogue.load(home))
        with pytest.raises(NeedsPassword):
            desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
        assert not (tmp_path / "x.zip").exists()
    asking = Home(home.root, ask=ask)
    with open_store(asking, person=ADA) as store:
        desk = Exports(asking, store, catalogue.load(home))
        desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
        entry = next(e for e in reversed(store.desk_entries()) if isinstance(e.event, Exported))
        assert entry.actor.authenticated == "session_password"
    assert asked[-1] == f"Password of {ADA.name}"


def test_there_must_be_a_desk_to_export_from(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no desk"), exports(Home(tmp_path / "none")):
        pass
    assert not (tmp_path / "none").exists()


def test_a_witness_sees_the_very_head_that_goes_out(home: Home, tmp_path: Path) -> None:
    with opened(home) as store:
        log = store.log()
    with serving(tmp_path, log) as witness:
        add_witness(home, witness.url, KNOWN.text)
        with exports(home) as desk:
            bundle = desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
    bag = Bagged(bundle.path)
    told = bag.json(f"{bag.place}/keys.json")["witnesses"]
    assert [one["name"] for one in told] == [NAME]
    done = verify(bundle.path, "--witness", KNOWN.text)
    assert done.stdout.splitlines()[-1].startswith("VERIFIED "), done.stdout
    assert NAME in done.stdout


def test_a_witness_that_does_not_answer_holds_no_export_up(home: Home, tmp_path: Path) -> None:
    add_witness(home, "http://127.0.0.1:9", KNOWN.text)
    with exports(home) as desk:
        bundle = desk.export(Scope(), Withhold(), tmp_path / "x.zip", silent)
    bag = Bagged(bundle.path)
    assert bag.json(f"{bag.place}/keys.json")["witnesses"] == []
    assert verify(bundle.path).returncode == 0
