from typing import Any

from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Answer, Cell, Evidence, Method, Reading, Row
from countersign.insight.scoring import Outcome, by_field, calibration_error, score, score_rows, tally

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
        tally(score(KLASS, [said("total", "1.00", x)], truth, complete=False)).evidence_share
        for x in (0, 50, 30)
    )
    assert (here, elsewhere, nowhere) == (1.0, 1.0, 0.0)


def test_f1_falls_with_wrong_missed_and_invented_values() -> None:
    readings = [said("total", "1.00"), said("vendor", "Foo"), said("day", "2026-01-01"), said("party", None)]
    scores = score(
        KLASS, readings, {"fields": [told("total", "1.00"), told("vendor", "Acme")], "line_items": []}
    )
    held = tally(scores)
    assert (held.right, held.wrong, held.invented, held.silent) == (1, 1, 1, 1)
    assert held.f1 == 2 / 5
    assert held.invented_share == 0.5
    assert by_field(scores)["bill", "total"].f1 == 1.0


def test_calibration_error_is_the_gap_between_what_is_said_and_what_is_right() -> None:
    truth = {"fields": [told("total", "1.00")], "line_items": []}
    sure = score(KLASS, [said("total", "1.00", confidence=1_000_000)], truth, complete=False)
    boast = score(KLASS, [said("total", "2.00", confidence=800_000)], truth, complete=False)
    assert calibration_error(sure) == 0.0
    assert abs(calibration_error(boast) - 0.8) < 1e-9


def test_rows_are_matched_by_what_they_hold_not_by_their_order() -> None:
    def row(text: str, amount: str) -> Row:
        cells = (("description", text), ("amount", amount))
        return Row(
            table="lines",
            cells=tuple(Cell(column=c, answer=Answer(value=v), confidence=900_000) for c, v in cells),
        )

    truth = {
        "line_items": [{"description": "Oak", "amount": "1.00"}, {"description": "Pine", "amount": "2.00"}]
    }
    held = score_rows(KLASS.tables[0], [row("Pine", "2.00"), row("Oak", "9.00")], truth)
    assert (held.right, held.wrong, held.missed, held.invented) == (3, 1, 0, 0)
