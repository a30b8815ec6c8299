"""Labels of a class, found where forms print them."""

import pytest
from tests.agents.paper_words import opened, page

from countersign.agents.labels import compiled, find
from countersign.agents.sheet import Sheet
from countersign.domain.klass import FieldDef, FieldType

SIGNER = FieldDef(
    name="signer", type=FieldType.NAME, label={"en": "Signer"}, cues={"en": ["name", "/s/", "seal keeper"]}
)


def labels(*lines: str) -> list[str]:
    """The words of every label of the field that stand on a page of these lines."""
    sheet = Sheet(opened(page(*((60.0, 40.0 + 40 * n, line) for n, line in enumerate(lines)))))
    hits = [hit for hit in find(sheet, compiled((SIGNER,))) if hit.fields]
    return [" ".join(w.text for w in hit.passage.words[hit.first : hit.after]) for hit in hits]


@pytest.mark.parametrize("line", ["1. Name", "(a) Name", "12) Name", "B. Name", "Name"])
def test_a_small_word_is_a_label_behind_the_number_of_its_line(line: str) -> None:
    assert labels(line) == ["Name"]


@pytest.mark.parametrize("line", ["Trade Name", "Name Harbour Cranes", "2 Name"])
def test_a_small_word_among_others_is_no_label(line: str) -> None:
    assert labels(line) == []


@pytest.mark.parametrize("line", ["U.S. Harbour Office", "Keeper's Lodge", "Port(s) of call"])
def test_a_letter_inside_a_word_is_no_label(line: str) -> None:
    assert labels(f"{line} as it is printed on every page that leaves the house here") == []


def test_a_letter_by_itself_is_one() -> None:
    assert labels("/s/ Ann Lee, who wrote this out in her own hand on the tenth of May") == ["/s/"]
