"""What a desk learns of a class that no code knows, from papers drawn for the purpose."""

import json
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agents.paper_words import opened, page

from countersign.agents import learning, local, trials
from countersign.agents.context import SPACES, Context, hashed, shape
from countersign.agents.fitting import minimise
from countersign.agents.lessons import Lessons
from countersign.agents.memory import Layout, Place
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.document import Opened, Page, TextSource, Word
from countersign.domain.klass import ClassDef, FieldDef, FieldGroup, FieldType, Headline
from countersign.settings import source
from countersign.settings.resources import shipped

WAYBILL = ClassDef(
    name="waybill",
    label={"en": "Waybill"},
    groups=(
        FieldGroup(
            name="all",
            label={"en": "All"},
            fields=(
                FieldDef(name="reference", type=FieldType.IDENTIFIER, label={"en": "Reference"}),
                FieldDef(name="loaded", type=FieldType.DATE, label={"en": "Loaded"}),
                FieldDef(name="seal", type=FieldType.IDENTIFIER, label={"en": "Seal"}),
            ),
        ),
    ),
    headline=Headline(counterparty="reference"),
)
TOWNS = ("Antwerp", "Bergen", "Cadiz", "Derby", "Esbjerg", "Faro", "Ghent", "Hull", "Izmir", "Jever")


def waybill(number: int, shift: float = 0.0) -> Opened:
    """One layout: what it calls things (Frachtnote, Tag der Beladung) the class has no words for."""
    town = TOWNS[number % len(TOWNS)]
    return opened(
        page(
            (60, 40 + shift, "Northern Freight Lines", 16),
            (60, 70 + shift, "consignment sheet for haulage by road"),
            (60, 120 + shift, "Pallet count"),
            (220, 120 + shift, f"{7000 + 13 * number}"),
            (60, 140 + shift, "Frachtnote"),
            (220, 140 + shift, f"{910000 + 37 * number}"),
            (60, 160 + shift, "Depot code"),
            (220, 160 + shift, f"{440000 + 11 * number}"),
            (60, 180 + shift, "Printed at"),
            (220, 180 + shift, f"{1 + number % 9} May 2026"),
            (60, 200 + shift, "Tag der Beladung"),
            (220, 200 + shift, f"{1 + number % 9} March 2026"),
            (60, 220 + shift, "Returned empty"),
            (220, 220 + shift, f"{1 + number % 9} July 2026"),
            (60, 300 + shift, "Consignee warehouse"),
            (220, 300 + shift, town),
            (60, 500 + shift, "carriage subject to the usual conditions of haulage"),
        ),
        sha256=f"{number:064x}",
    )


def lesson(number: int, shift: float = 0.0) -> Lesson:
    """What a person confirmed of one."""
    paper = waybill(number, shift)
    values = {"reference": [f"{910000 + 37 * number}"], "loaded": [f"2026-03-{1 + number % 9:02}"]}
    prepared = Prepared(Sheet(paper), WAYBILL, "en")
    places = {"reference": (Place(0, 215, 138 + shift, 260, 155 + shift),)}
    return learning.confirmed(prepared, values, absent=["seal"], document=paper.sha256, places=places)


def read(taught: Lessons | None, one: Lesson) -> dict[str, str | None]:
    made = local.read_prepared(one.prepared, lessons=(taught,) if taught else ())
    return {reading.field: reading.value for reading in made.readings}


@pytest.fixture(scope="module")
def many() -> Iterator[list[Lesson]]:
    yield [lesson(number, shift=float(number % 3)) for number in range(12)]


def test_one_confirmed_document_teaches_the_next_of_its_layout_at_once() -> None:
    one, other = lesson(1), lesson(5, shift=6.0)
    assert read(None, other) != {"reference": "910185", "loaded": "2026-03-06", "seal": None}
    assert read(learning.remember(one), other) == {
        "reference": "910185",
        "loaded": "2026-03-06",
        "seal": None,
    }


def test_what_was_confirmed_is_said_as_the_reason_in_plain_words() -> None:
    made = local.read_prepared(lesson(5).prepared, lessons=(learning.remember(lesson(1)),))
    reasons = next(reading.why for reading in made.readings if reading.field == "reference")
    assert "it stands where a person confirmed it on an earlier document of this layout" in reasons


def test_fitted_lessons_read_a_layout_whose_words_the_class_does_not_know(many: list[Lesson]) -> None:
    taught = learning.learn(many[:6], WAYBILL)
    assert taught.documents == 6
    found = [read(taught, one) for one in many[6:]]
    assert [one["reference"] for one in found] == [f"{910000 + 37 * n}" for n in range(6, 12)]
    assert {one["seal"] for one in found} == {None}


def test_lessons_are_the_same_after_a_round_through_json(many: list[Lesson]) -> None:
    taught = trials.taught(many, WAYBILL)
    again = Lessons.from_data(json.loads(json.dumps(taught.to_data())))
    assert again.to_data() == taught.to_data()
    assert read(again, many[3]) == read(taught, many[3])
    assert trials.taught(many, WAYBILL).to_data() == taught.to_data()


def test_lessons_of_another_version_are_refused(many: list[Lesson]) -> None:
    data = learning.learn(many[:3], WAYBILL).to_data()
    with pytest.raises(ValueError, match="learn them again"):
        Lessons.from_data(data | {"version": 0})


def test_a_document_and_a_value_can_be_forgotten(many: list[Lesson]) -> None:
    taught = learning.learn(many[:3], WAYBILL)
    assert len(taught.kept) == 3
    assert len(taught.forget(documents=[many[1].document]).kept) == 2
    assert len(taught.forget(values=["9100 74"]).kept) == 2
    assert len(taught.forget(values=["something else"]).kept) == 3


def test_no_word_of_a_document_is_kept(many: list[Lesson]) -> None:
    text = json.dumps(trials.taught(many, WAYBILL).to_data()).lower()
    for word in ("northern", "freight", "frachtnote", "beladung", "antwerp", "910037"):
        assert word not in text


def test_memory_keeps_the_newest_few_of_a_layout(many: list[Lesson]) -> None:
    taught: Lessons | None = None
    for one in many:
        taught = learning.remember(one, start=taught)
    assert taught is not None
    assert [one.document for one in taught.kept] == [one.document for one in many[-6:]]


def test_new_lessons_are_admitted_when_they_win_on_documents_held_back(many: list[Lesson]) -> None:
    verdict = trials.trial(many, WAYBILL, current=None)
    assert verdict.documents == 12
    assert verdict.after.f1 >= verdict.before.f1
    assert verdict.admitted is (verdict.after.f1 > verdict.before.f1)


def test_lessons_are_only_tried_on_documents_that_those_at_work_have_not_seen(many: list[Lesson]) -> None:
    current = learning.learn(many[:10], WAYBILL)
    verdict = trials.trial(many, WAYBILL, current=current)
    assert (verdict.admitted, verdict.documents) == (False, 0)
    assert "Too few" in verdict.sentence
    assert trials.trial(many, WAYBILL, current=learning.learn(many[:8], WAYBILL)).documents == 4


def test_the_curve_rises_from_what_the_base_model_reads(many: list[Lesson]) -> None:
    points = trials.curve(many, WAYBILL, sizes=(0, 1, 6, 50), turns=2)
    assert [point.documents for point in points] == [0, 1, 6]
    assert points[0].f1 < points[1].f1 <= points[2].f1
    assert all(point.low <= point.f1 <= point.high for point in points)


def test_one_confirmed_document_does_not_outvote_lessons_that_are_sure(many: list[Lesson]) -> None:
    other = {"loaded": ["2026-07-04"]}  # a date that stands elsewhere than all others say
    odd = learning.remember(learning.confirmed(lesson(3).prepared, other, document="odd"))
    fitted = learning.learn(many, WAYBILL).replaced(kept=())

    def loaded(*lessons: Lessons) -> str | None:
        made = local.read_prepared(lesson(20).prepared, lessons=lessons)
        return next(reading.value for reading in made.readings if reading.field == "loaded")

    assert loaded(odd) == "2026-07-03"
    assert loaded(fitted, odd) == "2026-03-03"


def test_another_layout_is_no_kin() -> None:
    invoice = opened(page(*((60.0, 40.0 + 14 * n, f"{word} clause") for n, word in enumerate(TOWNS))))
    mine, other = Layout.of(Sheet(waybill(1))), Layout.of(Sheet(invoice))
    assert mine.likeness(other) == 0.0
    assert mine.likeness(Layout.of(Sheet(waybill(2, shift=9.0)))) > 0.8


@given(st.text(max_size=60))
def test_a_shape_holds_no_letter_or_digit_of_the_text(text: str) -> None:
    assert set(shape(text)) & set("bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ012345678") <= set()


def test_every_string_of_a_candidate_speaks_of_a_known_space() -> None:
    prepared = lesson(3).prepared
    context = Context(prepared.sheet)
    for field in WAYBILL.fields:
        marks = context.of(prepared.candidates(field)[0])
        assert all(hashed(string)[1] < len(SPACES) for own in marks.strings for string in own)
        assert len(marks.hashes) == len(marks.owner) == sum(map(len, marks.strings))


def test_the_minimiser_finds_the_bottom_of_a_bowl() -> None:
    bottom = np.arange(5.0)
    scale = np.array([1.0, 10.0, 3.0, 0.5, 7.0])

    def bowl(weights: np.ndarray) -> tuple[float, np.ndarray]:
        apart = weights - bottom
        return float(0.5 * (scale * apart) @ apart), scale * apart

    assert np.allclose(minimise(bowl, np.zeros(5), rounds=100, tolerance=1e-12), bottom, atol=1e-3)


def test_the_classes_that_show_how_a_desk_adds_one_can_be_read() -> None:
    folder = shipped("resources", "class_examples")
    found = [ClassDef.model_validate(source.read(file).data) for file in sorted(folder.glob("*.yaml"))]
    assert [klass.name for klass in found] == [file.stem for file in sorted(folder.glob("*.yaml"))]
    assert {"ad_buy", "registration"} <= {klass.name for klass in found}


def test_a_name_that_goes_on_in_the_next_line_is_found_whole() -> None:
    paper = opened(
        page((60, 40, "Reference: Harbour Cranes for"), (60, 53, "North Quay"), (300, 40, "Note: none"))
    )
    fields = (FieldDef(name="reference", type=FieldType.NAME, label={"en": "Reference"}),)
    klass = WAYBILL.model_copy(
        update={"groups": (FieldGroup(name="all", label={"en": "All"}, fields=fields),)}
    )
    candidates, _ = Prepared(Sheet(paper), klass, "en").candidates(fields[0])
    assert "Harbour Cranes for North Quay" in {candidate.value for candidate in candidates}


def test_words_on_a_typewritten_scan_make_one_run() -> None:
    words = [
        Word(text, 10.0 + 46 * n, 40, 40.0 + 46 * n, 48, n)
        for n, text in enumerate(("Korea", "Trade", "Fairs"))
    ]
    close = [word._replace(x0=10 + 39.0 * n, x1=40 + 39.0 * n) for n, word in enumerate(words)]
    for held, runs in ((words, 3), (close, 1)):
        scan = Page(number=0, width=595, height=842, source=TextSource.OCR, words=tuple(held))
        assert len(Sheet(opened(scan)).runs) == runs


def test_a_comma_on_a_scan_joins_over_a_wider_space() -> None:
    for first, runs in (("Cranes", 2), ("Crane,", 1)):
        words = (Word(first, 10, 40, 46, 48, 0), Word("LLP", 57, 40, 75, 48, 0))
        scan = Page(number=0, width=595, height=842, source=TextSource.OCR, words=words)
        assert len(Sheet(opened(scan)).runs) == runs


def test_how_long_an_identifier_is_speaks_for_it() -> None:
    prepared = lesson(3).prepared
    candidates, _ = prepared.candidates(WAYBILL.fields[0])
    strings = prepared.context.of(candidates).strings
    assert all(
        f"shape:of {len(c.value)}" in own for c, own in zip(candidates, strings, strict=True) if c.value
    )


def test_lessons_of_one_layout_leave_what_the_shipped_reader_says_nearly_as_it_is(many: list[Lesson]) -> None:
    taught = learning.learn(many, WAYBILL)
    assert all(abs(one.weights.trust - 1.0) < 0.2 for one in taught.learned.values())


def test_what_probabilities_were_worth_rises_and_is_not_told_from_few() -> None:
    rng = np.random.default_rng(5)
    said = rng.random(900)
    pairs = [(float(p), bool(rng.random() < p**2)) for p in said]
    table = trials.worth(pairs)
    assert all(a[1] < b[1] for a, b in pairwise(table))
    assert abs(dict(map(tuple, table))[0.5] - 0.25) < 0.1
    assert trials.worth(pairs[:500]) == []
