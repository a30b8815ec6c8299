"""Filled forms, as fields and as print."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agents.paper_form import FILLED, QUESTIONS, form
from tests.agents.paper_words import opened, page

from countersign.agents import form_fields, forms, staff, widgets
from countersign.agents.form_places import Place, joined, of_pages, of_widgets
from countersign.domain.document import Opened, Rule, Word
from countersign.domain.event import ReadingMade
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Method, Row
from countersign.settings.catalogue import Catalogue, examples, load

CANONICAL = {
    "veteran_first_name": "Rosamond",
    "veteran_last_name": "Jerde",
    "veteran_ssn": "796104437",
    "veteran_date_of_birth": "1950-10-04",
    "address_street": "4201 Henry Ave",
    "address_city": "Philadelphia",
    "email": "sam@test.example",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The desk's classes, and the example whose documents are forms."""
    desk = load()
    return desk.model_copy(update={"classes": {**desk.classes, **examples()}})


@pytest.fixture(scope="module")
def klass(catalogue: Catalogue) -> ClassDef:
    return catalogue.classes["benefit_claim"]


@pytest.fixture(scope="module", params=[False, True], ids=["fields", "printed"])
def filled(request: pytest.FixtureRequest) -> Opened:
    return form(flat=request.param)


def _read(document: Opened, klass: ClassDef) -> ReadingMade:
    made = widgets.read(document, klass, "en")
    assert made is not None
    return made


def _rows(made: ReadingMade) -> tuple[Row, ...]:
    assert not isinstance(made.rows, str)
    return made.rows


def test_every_filled_field_is_a_row_with_its_question_and_its_place(filled: Opened, klass: ClassDef) -> None:
    rows = _rows(_read(filled, klass))
    texts = [row for row in rows if row.value("value") not in ("x", "Yes")]
    values = sorted(row.value("value") or "" for row in texts)
    assert values == sorted(" ".join(value.split()) for value in FILLED.values())
    asked = {row.value("value"): row.value("label") or "" for row in texts}
    for name, (_, _, question) in QUESTIONS.items():
        assert question in asked[" ".join(FILLED[name].split())]
    assert all(cell.evidence is not None for row in rows for cell in row.cells)


def test_a_tick_says_which_option_of_which_question(filled: Opened, klass: ClassDef) -> None:
    (tick,) = (row for row in _rows(_read(filled, klass)) if row.value("value") in ("x", "Yes"))
    assert tick.value("label") == "9. MARITAL STATUS – MARRIED"


def test_boxes_side_by_side_are_one_number_or_date_of_the_class(filled: Opened, klass: ClassDef) -> None:
    made = _read(filled, klass)
    assert {r.field: r.value for r in made.readings} == CANONICAL
    method = Method.WIDGET if filled.widgets else Method.TEXT
    assert {r.method for r in made.readings} == {method}


def test_no_print_of_a_form_is_an_answer(filled: Opened, catalogue: Catalogue) -> None:
    classified = staff.classify(filled, catalogue)[1]
    assert classified.klass == "benefit_claim"
    made = staff.read(filled, catalogue.classes["benefit_claim"], classified)
    values = {r.field: r.value for _, one in made for r in one.readings if r.value is not None}
    assert values == CANONICAL


def test_an_empty_form_has_no_entries(klass: ClassDef) -> None:
    assert of_pages(form({}, ticked=False, flat=True)) == []
    assert of_widgets(form({}, ticked=False)) == []


def test_a_page_without_rules_is_no_form() -> None:
    assert forms.entries(opened(page((60, 40, "Dear Sir"), (60, 60, "A 1"), (60, 80, "2026-01-01")))) == []


def test_a_class_without_a_table_for_forms_is_asked_nothing_about_print(catalogue: Catalogue) -> None:
    assert widgets.read(form(flat=True), catalogue.classes["invoice"], "en") is None


def _place(value: str, x: float) -> Place:
    near = frozenset({"number"})
    return Place(0, Box(x0=x, y0=10, x1=x + 20, y1=22), value, "", near, near, frozenset())


@pytest.mark.parametrize(
    ("values", "apart", "whole"),
    [
        (("123", "45", "6789"), 25, ["123 45 6789"]),
        (("212", "555", "0199"), 25, ["212-555-0199"]),
        (("07", "25", "2017"), 25, ["07/25/2017"]),
        (("07", "25", "2017"), 90, []),
        (("98101", "1234"), 25, []),
        (("12", "b"), 25, []),
    ],
)
def test_numbers_are_joined_by_the_way_forms_split_them(
    values: tuple[str, ...], apart: float, whole: list[str]
) -> None:
    places = [_place(value, 20 + n * (20 + apart)) for n, value in enumerate(values)]
    assert [place.value for place in joined(places)] == whole


_edge = st.floats(0, 600, allow_nan=False, width=32)
_word = st.builds(
    lambda text, x, y, line, font: Word(text, x, y, x + 6 * len(text), y + 12, line, size=10, font=font),
    st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=12),
    _edge,
    _edge,
    st.integers(0, 30),
    st.integers(0, 3),
)
_rule = st.builds(
    lambda x, y, wide, tall, ink: Rule(x, y, x + wide, y + tall, ink),
    _edge,
    _edge,
    st.sampled_from([0.0, 0.5, 8.0, 16.0, 300.0]),
    st.sampled_from([0.0, 0.5, 8.0, 16.0, 60.0]),
    st.sampled_from([0, 40]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_word, max_size=40), st.lists(_rule, min_size=12, max_size=40))
def test_any_page_gives_entries_whose_words_stand_on_it_once(words: list[Word], rules: list[Rule]) -> None:
    paper = page().model_copy(update={"words": tuple(words), "rules": tuple(rules)})
    found = forms.entries(opened(paper))
    used = [id(word) for entry in found for word in entry.words]
    assert len(used) == len(set(used))
    assert set(used) <= {id(word) for word in paper.words}
    assert all(place.value for place in of_pages(opened(paper)))


def test_a_document_whose_text_flows_down_the_page_is_no_form() -> None:
    lines = [
        line
        for n in range(15)
        for line in ((60.0, 40.0 + 20 * n, f"Position {n}"), (300.0, 40.0 + 20 * n, f"{n}1,50"))
    ]
    rules = tuple(Rule(50, 55 + 20 * n, 400, 55 + 20 * n) for n in range(15))
    paper = page(*lines).model_copy(update={"rules": rules})
    assert forms.entries(opened(paper)) == []


def test_an_entry_that_is_print_by_now_stands_in_its_field_as_it_did_before(catalogue: Catalogue) -> None:
    klass = catalogue.classes["benefit_claim"]
    for name in ("email", "address_street", "veteran_first_name"):
        before, after = (
            next(r.evidence for r in _read(form(flat=flat), klass).readings if r.field == name)
            for flat in (False, True)
        )
        assert before is not None
        assert after is not None
        assert before.box.overlap(after.box) > 0.8


def test_a_window_in_which_the_form_prints_something_is_no_field() -> None:
    word, printed = Word("Ann", 20, 10, 40, 20, 0), Word("Name", 60, 10, 90, 20, 1)
    wide, narrow = Rule(10, 5, 100, 25), Rule(10, 5, 50, 25)
    paper = page().model_copy(update={"windows": (wide, narrow)})
    assert form_fields.window((word,), paper, (printed,)) == Box(x0=10, y0=5, x1=50, y1=25)
    assert form_fields.window((word, printed), paper, ()) == Box(x0=10, y0=5, x1=100, y1=25)
    assert form_fields.window((word,), page(), ()) is None


def test_a_value_that_another_reader_saw_in_a_field_stands_in_that_field(catalogue: Catalogue) -> None:
    klass = catalogue.classes["benefit_claim"]
    filled_in = _read(form(flat=True), klass)
    reading = next(r for r in filled_in.readings if r.field == "email")
    assert reading.evidence is not None
    box = reading.evidence.box
    words = reading.evidence.model_copy(update={"box": box.model_copy(update={"x1": box.x0 + 30})})
    seen = filled_in.model_copy(update={"readings": (reading.model_copy(update={"evidence": words}),)})
    (kept,) = widgets.filled_only(seen, filled_in, klass).readings
    assert kept.evidence == reading.evidence
