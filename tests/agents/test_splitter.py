from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agents.paper_words import Line, invoice, opened, page

from countersign.agents import staff
from countersign.agents.parts import cut, put_back
from countersign.agents.sheet import Sheet
from countersign.agents.splitter import Splitter, gaps, read_splitter, split
from countersign.domain.case import CaseFile, Status
from countersign.domain.document import Opened
from countersign.domain.event import ReadingMade
from countersign.domain.time import now
from countersign.insight.teaching_split import pile_up, teach_splitter
from countersign.insight.told import Told
from countersign.settings.catalogue import Catalogue, load
from countersign.workflow.ports import Known


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def statement(number: int, of: int) -> list[Line]:
    head: list[Line] = [
        (60, 40, "Harbour & Vale Bank plc", 16),
        (60, 70, "Bank statement", 18),
        (400, 70, f"Page {number} of {of}"),
        (60, 100, "Account number 55779311"),
        (60, 130, "Date"),
        (150, 130, "Description"),
        (450, 130, "Amount"),
    ]
    rows: list[Line] = []
    for n in range(20):
        y = 150 + 18 * n
        rows += [(60, y, f"{n + 1:02d}/03/2026"), (150, y, "Card payment Grocer"), (450, y, f"{n}.50")]
    return head + rows


def pages_of_a_statement() -> Opened:
    return opened(*(page(*statement(n + 1, 3), number=n) for n in range(3)))


def found(document: Opened, catalogue: Catalogue) -> list[tuple[int, int]]:
    return [(part.first, part.after) for part in split(Sheet(document), catalogue.classes)]


def test_numbered_pages_under_one_letterhead_are_one_document(catalogue: Catalogue) -> None:
    assert found(pages_of_a_statement(), catalogue) == [(0, 3)]


def test_an_invoice_behind_a_statement_begins_a_document_of_its_own(catalogue: Catalogue) -> None:
    pile = pile_up([pages_of_a_statement(), invoice()])
    assert pile.starts == (0, 3)
    assert found(pile.opened, catalogue) == [(0, 3), (3, 4)]


def test_a_file_of_one_page_holds_one_document(catalogue: Catalogue) -> None:
    assert found(invoice(), catalogue) == [(0, 1)]
    assert gaps(Sheet(invoice()), catalogue.classes) == []


@given(st.lists(st.sampled_from(["invoice", "statement", "blank"]), min_size=1, max_size=5))
def test_the_parts_of_a_file_cover_every_page_once(kinds: list[str]) -> None:
    made = {"invoice": invoice(), "statement": pages_of_a_statement(), "blank": opened(page())}
    document = pile_up([made[kind] for kind in kinds]).opened
    parts = split(Sheet(document), load().classes)
    assert parts[0].first == 0
    assert parts[-1].after == len(document.pages)
    assert all(one.after == other.first for one, other in pairwise(parts))
    assert all(0.0 <= part.sure <= 1.0 for part in parts)


def test_of_several_documents_the_surest_is_read_with_places_as_in_the_file(catalogue: Catalogue) -> None:
    letter = opened(page((60, 60, "Dear colleague"), (60, 80, "please find the papers attached")))
    document = pile_up([letter, invoice()]).opened
    _, classified = staff.classify(document, catalogue)
    klass = catalogue.klass(classified.klass)
    assert klass is not None
    assert classified.klass == "invoice"
    if classified.part is not None:
        assert classified.parts[classified.part].first == 1
    made = [answer for _, answer in staff.read(document, klass, classified)]
    number = next(r for answer in made for r in answer.readings if r.field == "invoice_number")
    assert number.value == "RE-2026-0815"
    assert number.evidence is not None
    assert number.evidence.page == 1


def test_a_reading_of_a_part_is_put_back_where_it_came_from(catalogue: Catalogue) -> None:
    klass = catalogue.classes["invoice"]
    _, classified = staff.classify(invoice(), catalogue)
    alone = staff.read(invoice(), klass, classified)[-1][1]
    document = pile_up([pages_of_a_statement(), invoice()]).opened
    part = cut(document, 3, 4)
    assert part.pages == invoice().pages
    moved = put_back(alone, 3)
    assert _pages(moved) == {3}
    assert _pages(put_back(alone, 0)) == {0}
    assert [r.value for r in moved.readings] == [r.value for r in alone.readings]


def _pages(made: ReadingMade) -> set[int]:
    alternatives = made.alternatives if isinstance(made.alternatives, dict) else {}
    rows = made.rows if isinstance(made.rows, tuple) else ()
    places = [
        *(reading.evidence for reading in made.readings),
        *(other.evidence for others in alternatives.values() for other in others),
        *(cell.evidence for row in rows for cell in row.cells),
    ]
    return {place.page for place in places if place is not None}


def test_a_file_of_several_documents_goes_to_a_person_who_is_told_the_pages(catalogue: Catalogue) -> None:
    document = pile_up([pages_of_a_statement(), invoice()]).opened
    _, classified = staff.classify(document, catalogue)
    assert [(part.first, part.after, part.klass) for part in classified.parts] == [
        (0, 3, "statement"),
        (3, 4, "invoice"),
    ]
    moment = now()
    case = CaseFile(
        id="c-1",
        status=Status.RECEIVED,
        received_at=moment,
        updated_at=moment,
        documents=(),
        klass=classified.klass,
        parts=classified.parts,
    )
    known = Known(vendor_cases=0, same_number=(), same_amount=())
    checked = staff.check(case, catalogue.classes[classified.klass], document, known)
    reasons = [reason for _, event in checked for reason in event.findings]
    several = next(reason for reason in reasons if reason.code == "several_documents")
    assert several.detail == "pages 1–3 statement; page 4 invoice"


def test_the_splitter_is_taught_the_same_every_time(catalogue: Catalogue) -> None:
    told = [
        Told("a", {"doc": "1", "class": "statement"}, pages_of_a_statement()),
        Told("b", {"doc": "2", "class": "invoice"}, invoice()),
    ]
    one = teach_splitter(told, catalogue.classes, count=12)
    assert one == teach_splitter(told, catalogue.classes, count=12)
    assert one != teach_splitter(told, catalogue.classes, seed=8, count=12)
    taught = Splitter(tuple(one["weights"]), one["bias"])
    pile = pile_up([pages_of_a_statement(), invoice(), pages_of_a_statement()])
    assert tuple(part.first for part in split(Sheet(pile.opened), catalogue.classes, taught)) == pile.starts


def test_a_splitter_of_other_features_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "splitter.json"
    file.write_text('{"features": ["of another time"], "weights": [1.0], "bias": 0.0}', encoding="utf-8")
    with pytest.raises(ValueError, match="train it again"):
        read_splitter(file)
