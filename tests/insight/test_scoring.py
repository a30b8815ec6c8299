from typing import Any

import pytest

from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.insight.places import part_of
from countersign.insight.scoring import Outcome, by_field, calibration_error, score, tally

KLASS = ClassDef.model_validate(
    {
        "name": "bill",
        "label": {"en": "Bill"},
        "headline": {"counterparty": "vendor"},
        "groups": [
            {
                "name": "head",
                "label": {"en": "Head"},
                "fields": [
                    {"name": "vendor", "type": "name", "label": {"en": "Vendor"}},
                    {"name": "total", "type": "amount", "label": {"en": "Total"}},
                    {"name": "day", "type": "date", "label": {"en": "Day"}},
                    {"name": "party", "type": "name", "label": {"en": "Party"}, "many": True},
                ],
            }
        ],
        "tables": [
            {
                "name": "lines",
                "label": {"en": "Lines"},
                "columns": [
                    {"name": "description", "type": "text", "label": {"en": "Description"}},
                    {"name": "amount", "type": "amount", "label": {"en": "Amount"}},
                ],
            }
        ],
    }
)


def said(field: str, value: str | None, x: float = 0, index: int = 0, confidence: int = 900_000) -> Reading:
    return Reading(
        field=field,
        index=index,
        answer=None if value is None else Answer(value=value, printed=value),
        confidence=confidence,
        method=Method.TEXT,
        evidence=None
        if value is None
        else Evidence(document="ab", page=0, box=Box(x0=x, y0=0, x1=x + 10, y1=10)),
    )


def told(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "normalised": None, "page": 0, "bbox": [0, 0, 10, 10], **more}


def outcomes(
    readings: list[Reading], *fields: dict[str, Any], complete: bool = True
) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for one in score(KLASS, readings, {"fields": list(fields), "line_items": []}, complete):
        found.setdefault(one.field, []).append(one.outcome)
    return found


def test_a_value_is_right_when_it_means_the_same_as_the_truth() -> None:
    found = outcomes(
        [said("total", "1234.50"), said("vendor", "ACME Ltd.")],
        told("total", "$1,234.5"),
        told("vendor", "Acme Ltd"),
    )
    assert found["total"] == [Outcome.RIGHT]
    assert found["vendor"] == [Outcome.RIGHT]


def test_every_way_to_be_wrong_is_told_apart() -> None:
    readings = [said("total", "9.00"), said("vendor", None), said("day", "2026-01-01"), said("party", None)]
    found = outcomes(readings, told("total", "8.00"), told("vendor", "Acme"))
    assert found == {
        "total": [Outcome.WRONG],
        "vendor": [Outcome.MISSED],
        "day": [Outcome.INVENTED],
        "party": [Outcome.SILENT],
    }


def test_fields_that_an_incomplete_truth_leaves_out_are_not_scored() -> None:
    assert outcomes([said("day", "2026-01-01")], told("total", "1.00"), complete=False).keys() == {"total"}


def test_a_suspect_label_is_not_scored() -> None:
    assert "total" not in outcomes([said("total", "9.00")], told("total", "8.00", suspect=True))


def test_an_accepted_spelling_is_right() -> None:
    assert outcomes([said("vendor", "Acme")], told("vendor", "Acme Corp", accept=["Acme"]))["vendor"] == [
        Outcome.RIGHT
    ]


def test_several_values_are_scored_as_a_set() -> None:
    readings = [said("party", "Bo Ray"), said("party", "Cy Fox", index=1), said("party", "Al Kim", index=2)]
    found = outcomes(readings, told("party", "Cy Fox"), told("party", "Bo Ray"), told("party", "Di Lee"))
    assert sorted(found["party"]) == sorted([Outcome.RIGHT, Outcome.RIGHT, Outcome.WRONG, Outcome.MISSED])


def test_evidence_counts_where_it_lies_on_any_listed_box() -> None:
    truth = {"fields": [told("total", "1.00", other_boxes=[[0, 50, 0, 60, 10]])], "line_items": []}
    here, elsewhere, nowhere = (
        tally(score(KLASS, [said("total", "1.00", x)], truth)).evidence_share for x in (0, 50, 30)
    )
    assert (here, elsewhere, nowhere) == (1.0, 1.0, 0.0)


def test_f1_falls_with_wrong_missed_and_invented_values() -> None:
    readings = [said("total", "1.00"), said("vendor", "Foo"), said("day", "2026-01-01"), said("party", None)]
    scores = score(
        KLASS, readings, {"fields": [told("total", "1.00"), told("vendor", "Acme")], "line_items": []}, True
    )
    held = tally(scores)
    assert (held.right, held.wrong, held.invented, held.silent) == (1, 1, 1, 1)
    assert held.f1 == 2 / 5
    assert held.invented_share == 0.5
    assert by_field(scores)["bill", "total"].f1 == 1.0


def test_calibration_error_is_the_gap_between_what_is_said_and_what_is_right() -> None:
    truth = {"fields": [told("total", "1.00")], "line_items": []}
    sure = score(KLASS, [said("total", "1.00", confidence=1_000_000)], truth)
    boast = score(KLASS, [said("total", "2.00", confidence=800_000)], truth)
    assert calibration_error(sure) == 0.0
    assert abs(calibration_error(boast) - 0.8) < 1e-9


def test_one_thing_named_twice_is_one_value() -> None:
    readings = [said("party", "Bo Ray"), said("party", "BO RAY", index=1)]
    found = outcomes(readings, told("party", "Bo Ray"), told("party", "Bo  Ray"))
    assert found["party"] == [Outcome.RIGHT]


def test_an_ampersand_is_the_word_and() -> None:
    assert outcomes([said("vendor", "Oak & Elm")], told("vendor", "Oak and Elm"))["vendor"] == [Outcome.RIGHT]


def test_a_settled_date_leaves_no_other_reading_of_its_print() -> None:
    truth = told("day", "3/4/2026", normalised="2026-04-03")
    assert outcomes([said("day", "2026-03-04")], truth)["day"] == [Outcome.WRONG]
    assert outcomes([said("day", "2026-04-03")], truth)["day"] == [Outcome.RIGHT]


def test_another_spelling_is_right_but_not_exact() -> None:
    truth = {"fields": [told("vendor", "Acme Ltd."), told("total", "1.5", normalised="1.50")]}
    held = tally(score(KLASS, [said("vendor", "ACME LTD"), said("total", "1.50")], truth))
    assert (held.f1, held.f1_exact) == (1.0, 0.5)


def test_a_small_box_inside_the_listed_one_has_its_middle_there_but_is_no_hit() -> None:
    truth = {"fields": [told("total", "1.00", bbox=[0, 0, 90, 10])]}
    held = tally(score(KLASS, [said("total", "1.00", 40)], truth))
    assert (held.evidence_hits, held.inside, held.evidence_known) == (0, 1, 1)


def test_a_label_that_is_not_on_the_page_is_left_out_unless_its_annotators_rewrote_what_they_read() -> None:
    unseen = told("vendor", "Acme", bbox=None, verified_in_text_layer=False)
    readings = [said("vendor", "Bolt")]
    assert score(KLASS, readings, {"fields": [unseen], "source": "somewhere"}) == []
    kept = score(KLASS, readings, {"fields": [unseen], "source": "applicaai/kleister-nda"})
    assert [one.outcome for one in kept if one.field == "vendor"] == [Outcome.WRONG]


def test_a_truth_says_absent_only_where_its_source_knows() -> None:
    readings = [said("day", "2026-01-01")]
    assert score(KLASS, readings, {"fields": [told("total", "1.00")]})[0].field == "total"
    drawn = score(KLASS, readings, {"fields": [], "source": "made by sample_docs/make.py"})
    assert Outcome.INVENTED in {one.outcome for one in drawn if one.field == "day"}
    annotated = {"fields": [], "vrdu_annotation": {"day": "", "vendor": "Acme"}}
    assert [(s.field, s.outcome) for s in score(KLASS, readings, annotated)] == [("day", Outcome.INVENTED)]


def test_evidence_spells_its_value_when_the_words_in_its_box_are_just_those() -> None:
    words = (Word("Acme", 0, 0, 8, 10, 0), Word("Ltd", 20, 0, 28, 10, 0))
    page = Page(number=0, width=99, height=99, source=TextSource.TEXT_LAYER, words=words)
    opened = Opened(sha256="ab", media_type=MediaType.PDF, pages=(page,))
    truth = {"fields": [told("vendor", "Acme")]}
    right, elsewhere = (
        tally(score(KLASS, [said("vendor", "Acme", x)], truth, opened=opened)).spelled for x in (0, 20)
    )
    assert (right, elsewhere) == (1, 0)


def test_a_credit_notes_amount_is_right_as_its_page_prints_it_and_as_its_file_has_it() -> None:
    truth = told("total", "-218,48", normalised="218.48")
    for value in ("-218.48", "218.48"):
        assert outcomes([said("total", value)], truth)["total"] == [Outcome.RIGHT]
    assert outcomes([said("total", "-9.00")], told("total", "9.00"))["total"] == [Outcome.WRONG]


def test_a_date_that_nothing_settles_may_be_read_either_way() -> None:
    for value in ("1950-10-04", "1950-04-10"):
        assert outcomes([said("day", value)], told("day", "10/04/1950"))["day"] == [Outcome.RIGHT]


def test_a_value_out_of_embedded_data_that_the_page_does_not_show_is_not_invented() -> None:
    stands = said("day", "2026-01-01").model_copy(update={"method": Method.EINVOICE})
    assert "day" not in outcomes([stands])


def test_a_label_in_capitals_does_not_hold_case_against_an_exact_value() -> None:
    for label, share in (("ACME LTD", 1.0), ("Acme LTD", 0.0)):
        truth = {"fields": [told("vendor", label)]}
        assert tally(score(KLASS, [said("vendor", "Acme Ltd")], truth)).f1_exact == share


def test_a_listed_line_that_holds_more_words_than_the_value_is_cut_to_it() -> None:
    truth = {"fields": [told("total", "1.00", bbox=[0, 0, 100, 10], printed="TOTAL 1.00")]}
    value = said("total", "1.00").model_copy(
        update={"evidence": Evidence(document="ab", page=0, box=Box(x0=62, y0=0, x1=100, y1=10))}
    )
    held = tally(score(KLASS, [value], truth))
    assert (held.evidence_hits, held.part_hits) == (0, 1)
    elsewhere = tally(score(KLASS, [said("total", "1.00", 20)], truth))
    assert elsewhere.part_hits == 0


@pytest.mark.parametrize(
    ("printed", "meant", "left", "right"),
    [
        ("DATE : 01/02/26", "01/02/26", 70, 150),
        ("01/02/26 18:30", "01/02/26", 0, 80),
        ("01/02/26", "01/02/26", 0, 80),
        ("other words", "01/02/26", 0, 110),
    ],
)
def test_the_value_s_part_of_a_line_is_where_its_characters_are(
    printed: str, meant: str, left: float, right: float
) -> None:
    box = Box(x0=0, y0=0, x1=10 * len(printed), y1=10)
    part = part_of(box, printed, meant)
    assert (part.x0, part.x1) == (left, right)
