"""The report of many cases: a summary and a list, as long as a reader can bear."""

from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD
from tests.support.exporting import VENDOR, fill, take_out

from countersign.insight.bundle import export as exports
from countersign.insight.bundle import report as reports
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


def html_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Export four cases, one of them countersigned, and return what the report is set from."""
    caught: list[str] = []

    def set_nothing(html: str, title: str, style: str) -> bytes:
        caught.append(html)
        return b"%PDF-1.4 " + title.encode() + style.encode()

    monkeypatch.setattr(exports, "pdf_apart", set_nothing)
    words = catalogue.load()
    with open_store(Home(tmp_path / "home"), agents=[CARD], person=ADA, words=words) as store:
        fill(store, ["a", "b", "c", "d"], reviewed=["a"])
        take_out(store, words, tmp_path / "x.zip")
    return caught[0]


def test_few_cases_each_have_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = html_of(tmp_path, monkeypatch)
    assert html.count("Custody of the document") == 4
    assert html.count("Who answers for it") == 4


def test_many_cases_are_counted_and_listed_in_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_DETAILED", 3)
    html = html_of(tmp_path, monkeypatch)
    assert "Custody of the document" not in html
    assert "4: 1 countersigned by a person, 1 passed straight through, 2 waiting for a person" in html
    listed = html.partition("The cases")[2].partition("</table>")[0]
    assert listed.count('<tr class="rule"><td>') == 4
    assert "Zwiebelfisch" in listed
    assert VENDOR not in html  # an ampersand of a name is escaped
    assert f"{ADA.name}, " in listed
    assert ": approved" in listed


def test_a_list_too_long_to_read_names_the_file_that_has_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_DETAILED", 1)
    monkeypatch.setattr(reports, "MOST_LISTED", 3)
    html = html_of(tmp_path, monkeypatch)
    assert "1 further cases stand in data/gdpdu/cases.csv alone" in html
