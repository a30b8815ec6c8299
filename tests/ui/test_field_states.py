"""What a reviewer is told of a field follows from the decision's thresholds, the findings and the acts."""

import pytest
from tests.support.words import entries, reading, received
from tests.ui.conftest import BRITISH

from countersign.domain.case import CaseFile, unfold
from countersign.domain.event import (
    Act,
    Checked,
    Classified,
    Decided,
    FieldReviewed,
    Mode,
    ReadingMade,
    Route,
)
from countersign.domain.reason import Reason
from countersign.settings.catalogue import Catalogue, load
from countersign.ui.look.colours import Tone
from countersign.ui.look.marks import Mark
from countersign.ui.models.field_state import FieldLine, lines

CATALOGUE: Catalogue = load()


def case(
    *,
    confidence: int = 950_000,
    threshold: int = 900_000,
    value: str | None = "A-1",
    reasons: tuple[Reason, ...] = (),
    findings: tuple[Reason, ...] = (),
    act: Act | None = None,
) -> CaseFile:
    events = [
        received(),
        Classified(klass="invoice", language="en", confidence=990_000, milliseconds=1),
        ReadingMade(
            klass="invoice", readings=(reading("invoice_number", value, confidence),), milliseconds=1
        ),
        Checked(passed=(), findings=findings, milliseconds=1),
        Decided(
            policy="p",
            digest="0" * 64,
            mode=Mode.HUMAN_ON_THE_LOOP,
            route=Route.ESCALATE,
            reasons=reasons,
            rules=(),
            thresholds={"invoice_number": threshold},
        ),
    ]
    if act is not None:
        after = reading("invoice_number", value, 1_000_000)
        events.append(
            FieldReviewed(field="invoice_number", act=act, before=None, after=after.answer, reading=after)
        )
    made = unfold(entries(*events))
    assert made is not None
    return made


def told(file: CaseFile, name: str = "invoice_number") -> FieldLine:
    return next(line for line in lines(file, CATALOGUE, "en", BRITISH) if line.name == name)


@pytest.mark.parametrize(
    ("confidence", "threshold", "mark", "tone"),
    [
        (900_000, 900_000, Mark.BOLT, Tone.SURE),
        (899_999, 900_000, Mark.HOLLOW, Tone.DOUBT),
        (899_999, 850_000, Mark.BOLT, Tone.SURE),
        (300_000, 900_000, Mark.HOLLOW, Tone.POOR),
    ],
)
def test_the_band_comes_from_the_threshold_of_the_decision(
    confidence: int, threshold: int, mark: Mark, tone: Tone
) -> None:
    line = told(case(confidence=confidence, threshold=threshold))
    assert (line.mark, line.tone) == (mark, tone)
    assert line.needs_person is (mark is Mark.HOLLOW)


@pytest.mark.parametrize(
    ("act", "mark"),
    [
        (Act.CONFIRMED, Mark.CHECK),
        (Act.CORRECTED, Mark.PENCIL),
        (Act.ADDED, Mark.PENCIL),
        (Act.NOT_PRESENT, Mark.DASH),
        (Act.ILLEGIBLE, Mark.HATCH),
    ],
)
def test_what_a_person_did_settles_a_doubtful_field(act: Act, mark: Mark) -> None:
    line = told(case(confidence=100_000, act=act))
    assert line.mark is mark
    assert line.tone is Tone.PERSON
    assert not line.needs_person


def test_a_failed_rule_is_flagged_above_any_threshold_and_says_what_to_do() -> None:
    finding = Reason(code="totals_disagree", fields=("invoice_number",))
    line = told(case(confidence=999_000, findings=(finding,)))
    assert line.mark is Mark.FLAG
    assert line.needs_person
    assert line.error == CATALOGUE.say(finding)[1].replace("invoice_number", "Invoice number")


def test_a_confident_not_present_is_a_dash() -> None:
    line = told(case(value=None))
    assert line.mark is Mark.DASH
    assert line.text == "Not present"
    assert not line.needs_person


def test_a_required_field_that_nobody_found_needs_a_person() -> None:
    line = told(case(reasons=(Reason(code="field_missing", fields=("gross_total",)),)), "gross_total")
    assert line.mark is Mark.HOLLOW
    assert line.needs_person
    assert not line.is_read


def test_an_optional_field_that_nobody_found_needs_nobody() -> None:
    line = told(case(), "purchase_order")
    assert line.mark is Mark.NONE
    assert not line.needs_person


def test_labels_come_from_the_catalogue_in_the_language_of_the_person() -> None:
    german = lines(case(), CATALOGUE, "de", BRITISH)
    assert "Rechnungsnummer" in [line.label for line in german]
