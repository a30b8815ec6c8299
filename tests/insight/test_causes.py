import pytest

from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.insight.causes import Cause, errors
from countersign.insight.scoring import FieldScore, Outcome
from countersign.settings.catalogue import load

LINES = ("Invoice number INV-77", "Invoice date 14 March 2026", "Total 119.00 EUR", "Acme T00ls GmbH")
INVOICE = load().classes["invoice"]


def opened() -> Opened:
    words = [
        Word(text, 50 + 60 * place, 100 + 20 * line, 105 + 60 * place, 112 + 20 * line, line, size=10)
        for line, said in enumerate(LINES)
        for place, text in enumerate(said.split())
    ]
    page = Page(number=0, width=595, height=842, source=TextSource.TEXT_LAYER, words=tuple(words))
    return Opened(sha256="ab", media_type=MediaType.PDF, pages=(page,))


def cause(field: str, outcome: Outcome, true: str | None, said: str | None = None) -> Cause:
    entries = [{"name": field, "value": true}] if true else []
    one = FieldScore("invoice", field, outcome, 500_000, said=said, expected=true)
    truth = {"doc": "a.pdf", "fields": entries}
    (found,) = errors(INVOICE, truth, [one], Prepared(Sheet(opened()), INVOICE, "en"))
    return found.cause


@pytest.mark.parametrize(
    ("field", "outcome", "true", "found"),
    [
        ("gross_total", Outcome.WRONG, "119.00", Cause.OTHER_CHOSEN),
        ("gross_total", Outcome.MISSED, "119.00", Cause.CALLED_ABSENT),
        ("vendor_name", Outcome.WRONG, "Acme Tools GmbH", Cause.SPELLED_OTHERWISE),
        ("invoice_number", Outcome.WRONG, "Total 119", Cause.NO_CANDIDATE),
        ("invoice_number", Outcome.MISSED, "ZX-998-431-Q", Cause.NOT_ON_PAGE),
        ("due_date", Outcome.INVENTED, None, Cause.INVENTED),
        ("vendor_name", Outcome.WRONG, None, Cause.ONE_TOO_MANY),
    ],
)
def test_each_error_has_the_cause_that_the_page_shows(
    field: str, outcome: Outcome, true: str | None, found: Cause
) -> None:
    assert cause(field, outcome, true) is found


def test_what_is_right_has_no_cause() -> None:
    right = FieldScore("invoice", "gross_total", Outcome.RIGHT, 900_000)
    prepared = Prepared(Sheet(opened()), INVOICE, "en")
    assert errors(INVOICE, {"doc": "a.pdf", "fields": []}, [right], prepared) == []
