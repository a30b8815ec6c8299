"""`show` and `explain`: one case, told from the record."""

from pathlib import Path

from countersign.cli.terminal import emit
from countersign.domain.case import unfold
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.wiring.care import records
from countersign.wiring.explain import write_pdf


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
        from countersign.cli import pages
        from countersign.cli.tables import console

        pages.show(case, words, console())
    return 0


def explain_case(home: Home, named: str, as_json: bool, pdf: Path | None = None) -> int:
    """Write who decided a case, by what right and on what evidence; on a terminal, as JSON or as a PDF."""
    with records(home) as record:
        explained = record.explain(named, home)
    if pdf is not None:
        write_pdf(explained, pdf)
    if as_json:
        emit(explained)
    elif pdf is None:
        from countersign.cli import pages
        from countersign.cli.tables import console

        pages.explain(explained, console())
    return 0
