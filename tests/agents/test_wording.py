"""What running text says around a name: its role, its signature, and whether it was cut short."""

from tests.agents.paper_words import opened, page

from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.wording import Wording
from countersign.domain.document import Opened
from countersign.settings.catalogue import load

_LETTER = opened(
    page(
        (60, 60, "This agreement is made by and between Orbis Corporation of America,"),
        (60, 74, "a New York corporation (the “Company”), and Brian J. Lynch, who is"),
        (60, 88, "employed there and who agrees to keep all of its secrets for good."),
        (60, 300, "By:"),
        (100, 300, "/s/ Mark Morrison"),
        (60, 314, "Title: Vice President"),
        (60, 400, "/s/ Brian J. Lynch"),
    )
)


def said(paper: Opened) -> dict[str, set[str]]:
    klass = load().classes["contract"]
    prepared = Prepared(Sheet(paper), klass, "en")
    party = klass.field("party")
    assert party is not None
    candidates, _ = prepared.candidates(party)
    strings = Wording(prepared.sheet).of(candidates)
    found: dict[str, set[str]] = {}
    for candidate, own in zip(candidates, strings, strict=True):
        found.setdefault(candidate.value, set()).update(own)
    return found


def test_a_role_in_brackets_belongs_to_the_name_before_it() -> None:
    assert "called:near company" in said(_LETTER)["Orbis Corporation of America"]


def test_a_name_cut_out_of_a_longer_one_is_told() -> None:
    found = said(_LETTER)
    assert "cut:behind of" in found["Orbis Corporation"]
    assert not any(string.startswith("cut:behind") for string in found["Orbis Corporation of America"])


def test_all_mentions_of_a_name_say_who_signs() -> None:
    assert "signs:/s/" in said(_LETTER)["Brian J. Lynch"]


def test_a_form_has_no_wording() -> None:
    form = opened(page((60, 60, "Name:"), (160, 60, "Brian Marsh"), (60, 80, "Town:"), (160, 80, "Lindenau")))
    assert all(not strings for strings in said(form).values())
