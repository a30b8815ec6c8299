"""A class that no code knows, two real documents of it, and what a person confirms on them."""

from pathlib import Path

from countersign.settings.home import Home
from countersign.wiring.desk import Desk

FOLDER = Path(__file__).parents[1] / "data" / "loss_runs"
FIRST, SECOND = FOLDER / "easy_10_004_detailed.pdf", FOLDER / "easy_10_002_detailed.pdf"
KLASS = """\
name: run_report
label: {en: Run report}
headline: {counterparty: account, number: reference, date: covered_until}
groups:
  - name: head
    label: {en: Head}
    fields:
      - {name: carrier, type: name, label: {en: Carrier}, required: true}
      - {name: account, type: name, label: {en: Account}, required: true}
      - {name: reference, type: identifier, label: {en: Reference}, required: true}
      - {name: covered_until, type: date, label: {en: Covered until}, required: true}
"""
"""No word of it tells the class, and 'reference' stands on the page beside another number than is meant."""
ON_FIRST = {
    "carrier": "Sentry Insurance",
    "account": "New Sandrafort Hauling",
    "reference": "A0186382",
    "covered_until": "2024-07-01",
}
ON_SECOND = {
    "carrier": "Continental Casualty",
    "account": "Cole Logistics Group",
    "reference": "A0136721",
    "covered_until": "2024-07-01",
}


def add_class(home: Home) -> None:
    """Put the class into a desk's folder of classes."""
    home.prepare()
    (home.classes / "run_report.yaml").write_text(KLASS, encoding="utf-8")


def review(desk: Desk, case: str, values: dict[str, str | None]) -> None:
    """Do what a person does: put right what is not, confirm the rest, approve."""
    for field, value in values.items():
        state = desk.case(case).field(field)
        if value is None:
            desk.acts.declare(case, field)
        elif state is not None and state.reading.value == value:
            desk.acts.confirm(case, field)
        else:
            desk.acts.correct(case, field, value)
    desk.acts.approve(case)
