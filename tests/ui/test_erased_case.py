"""What a reviewer sees of a case that was erased: every field is there, none says what it was."""

from tests.support.words import START, entries, reading, received
from tests.ui.conftest import BRITISH

from countersign.domain.case import unfold
from countersign.domain.event import (
    CaseApproved,
    Classified,
    Decided,
    Erased,
    Mode,
    ReadingMade,
    Route,
    Signature,
)
from countersign.domain.reason import Reason
from countersign.domain.sealed import ERASED
from countersign.settings.catalogue import load
from countersign.ui.models.field_state import lines


def test_each_field_of_an_erased_case_stands_and_says_that_it_was_erased() -> None:
    values = {"vendor_name": "Zebra AG", "iban": "DE89370400440532013000", "gross_total": "12.5"}
    readings = tuple(reading(name, value) for name, value in values.items())
    decided = Decided(
        policy="p",
        digest="0" * 64,
        mode=Mode.HUMAN_ON_THE_LOOP,
        route=Route.ESCALATE,
        reasons=(Reason(code="field_missing", fields=("due_date",), detail="Zebra AG"),),
        rules=(),
        thresholds={"iban": 990_000},
    )
    told = entries(
        received("Zebra.pdf"),
        Classified(klass="invoice", language="en", confidence=990_000, milliseconds=1),
        ReadingMade(klass="invoice", readings=readings, milliseconds=1),
        decided,
        CaseApproved(signature=Signature(name="Ada", at=START, meaning="approved")),
        Erased(order="GDPR-7", openings=5, documents=("ab" * 32,)),
    )
    case = unfold(told)
    assert case is not None
    assert "Zebra" not in case.model_dump_json()
    shown = {line.name: line for line in lines(case, load(), "en", BRITISH)}
    for name in values:
        assert (shown[name].text, shown[name].raw) == (ERASED, ERASED)
        assert shown[name].alternatives == ()
        assert not shown[name].needs_person
