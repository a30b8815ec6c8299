"""`show` and `explain`: one case, told from the record."""

from countersign.cli import pages
from countersign.cli.explain import explain
from countersign.cli.tables import console
from countersign.cli.terminal import emit
from countersign.domain.case import unfold
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.wiring.care import records


def show(home: Home, named: str, as_json: bool) -> int:
    """Write a case as it stands."""
    with records(home) as record:
        case = unfold(record.case(named))
        words = record.catalogue
    if case is None:
        raise Trouble(f"{named} is a mail that was taken apart. Its attachments are cases of their own.")
    if as_json:
        emit(case)
    else:
        pages.show(case, words, console())
    return 0


def explain_case(home: Home, named: str, as_json: bool) -> int:
    """Write who decided a case, with agents, evidence, policy, reasons and signatures."""
    with records(home) as record:
        explanation = explain(record.case(named), record.desk(), record.catalogue)
    if as_json:
        emit(explanation)
    else:
        pages.explain(explanation, console())
    return 0
