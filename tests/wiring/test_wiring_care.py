"""Whoever reads or checks a record changes nothing on it."""

from pathlib import Path

import pytest
from tests.journeys.desks import invoice

from countersign.domain.errors import Trouble
from countersign.intake.take import Intake
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.store.founding import open_store
from countersign.wiring.care import condition, is_there, records


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A desk that three invoices came to, with nobody at work."""
    tmp_path = tmp_path_factory.mktemp("care")
    home = Home(tmp_path / "desk")
    for number in range(3):
        (tmp_path / f"bill-{number}.pdf").write_bytes(invoice(number))
    with open_store(home) as store:
        intake = Intake(store.library, store, Limits(), store.system("intake"))
        intake.take([tmp_path / f"bill-{number}.pdf" for number in range(3)], "command_line")
    return home


def test_a_case_is_found_by_its_number_and_by_the_name_of_its_file(home: Home) -> None:
    with records(home) as record:
        by_name = record.case("bill-1.pdf")
        assert by_name[0].case is not None
        assert record.case(by_name[0].case) == by_name


def test_a_name_that_several_cases_bear_is_trouble_that_names_them(home: Home) -> None:
    with (
        records(home) as record,
        pytest.raises(Trouble, match=r"Several cases are called bill: .*bill-0\.pdf"),
    ):
        record.case("bill")


@pytest.mark.parametrize("name", ["nobody", "", "c-aaaaaaaaaaaa", "' OR 1=1 --", '"*'])
def test_a_case_that_is_not_there_is_trouble(home: Home, name: str) -> None:
    with records(home) as record, pytest.raises(Trouble, match="There is no case"):
        record.case(name)


def test_reading_verifying_and_looking_append_nothing(home: Home) -> None:
    with open_store(home) as store:
        before = store.head()
    with records(home) as record:
        record.desk()
        assert record.verify(lambda done, total: None).ok
    condition(home)
    with open_store(home) as store:
        assert store.head() == before


def test_verification_and_rebuilding_tell_how_far_they_are(home: Home) -> None:
    told: list[tuple[int, int]] = []
    with records(home) as record:
        verdict = record.verify(lambda done, total: told.append((done, total)))
        assert told[-1] == (verdict.records, verdict.records)
        assert record.rebuild(lambda done, total: None) == verdict.records


def test_a_folder_without_a_desk_is_trouble_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no desk"), records(Home(tmp_path / "none")):
        pass
    assert not (tmp_path / "none").exists()


def test_looking_at_a_desk_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    found = condition(Home(tmp_path / "none"))
    assert (found.database, found.is_served) == ("none yet", False)
    assert not (tmp_path / "none").exists()


def test_a_desk_that_is_there_says_how_its_keys_are_kept(home: Home) -> None:
    found = condition(home)
    assert (found.database, found.keys, found.is_served) == (
        "up to date",
        "kept in a file that only you may read",
        False,
    )


def test_a_first_start_that_failed_for_want_of_a_password_left_no_desk_and_no_lost_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERSIGN_KEY_STORE", "password")
    home = Home(tmp_path / "desk")
    with pytest.raises(Trouble, match="need a password"):
        open_store(home)
    assert home.database.exists()
    assert not is_there(home)
    assert condition(home).database == "none yet"
