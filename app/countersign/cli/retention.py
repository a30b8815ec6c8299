"""`retention`, `hold` and `erase`: what is kept, what goes, and by whose order."""

import sys

import typer

from countersign.cli.progress import counted
from countersign.cli.tables import console, table
from countersign.cli.terminal import emit, plain
from countersign.domain.case import CaseFile
from countersign.domain.errors import Trouble
from countersign.domain.event import Erased
from countersign.domain.time import iso
from countersign.settings.home import Home
from countersign.wiring.retention import Due, Report, custodian, keeper

MOST_SHOWN = 50
"""Cases that the table names; JSON names them all."""


def retention(home: Home, applies: bool, as_json: bool) -> int:
    """Say which settled cases are due, or erase them."""
    with keeper(home, applies=applies) as kept:
        if not applies:
            _show(list(kept.due()), as_json)
            return 0
        with counted("erasing", as_json) as progress:
            report = kept.apply(progress)
    _tell(report, as_json)
    return 0


def _show(due: list[Due], as_json: bool) -> None:
    if as_json:
        for case in due:
            emit(case)
        return
    if not due:
        console().print("No settled case is due: the policy keeps them all.")
        return
    rows = [
        [
            case.case,
            case.klass,
            f"{case.settled_at:%Y-%m-%d}",
            f"{case.due_at:%Y-%m-%d}",
            case.rule,
            "held, stays" if case.is_held else f"{case.openings} contents, {case.documents} documents",
        ]
        for case in due[:MOST_SHOWN]
    ]
    console().print(table(["case", "class", "settled", "due since", "rule", "would go"], rows))
    held = sum(case.is_held for case in due)
    more = f" The first {MOST_SHOWN} are shown." if len(due) > MOST_SHOWN else ""
    console().print(
        f"{len(due) - held:,} cases are due, {held:,} more are held and stay.{more} "
        "`countersign retention --apply` erases what is due."
    )


def _tell(report: Report, as_json: bool) -> None:
    if as_json:
        emit(report)
        return
    console().print(
        f"{report.erased:,} cases erased under policy {report.policy} ({report.digest[:12]}): "
        f"{report.openings:,} sealed contents, {report.documents:,} documents. "
        f"{report.held:,} are held and stay. {report.traces:,} opened forms deleted."
    )


def hold(home: Home, named: str, order: str, lifts: bool, as_json: bool) -> int:
    """Place or lift a hold."""
    with custodian(home) as desk:
        case = desk.find(named)
        file = desk.lift(case, order) if lifts else desk.hold(case, order)
    stand = [{"order": hold.order, "by": hold.by, "at": iso(hold.at)} for hold in file.holds]
    if as_json:
        emit({"case": case, "holds": stand})
        return 0
    names = ", ".join(f"{hold['order']} ({hold['by']}, {hold['at']})" for hold in stand)
    console().print(plain(f"Case {case}: " + (f"held by {names}." if names else "no hold stands.")))
    return 0


def erase(home: Home, named: str, order: str, is_sure: bool, as_json: bool) -> int:
    """Erase a case, once the person has typed its number."""
    with custodian(home) as desk:
        case = desk.find(named)
        file = desk.check_erasable(case, order)
        if not is_sure:
            _ask(case, file)
        erased = desk.erase(case, order)
    if as_json:
        emit({"case": case, **erased.model_dump(mode="json")})
    else:
        console().print(plain(_done(case, erased)))
    return 0


def _ask(case: str, file: CaseFile) -> None:
    """Have the number typed; raises Trouble where nobody can, or it is another."""
    if not sys.stdin.isatty():
        raise Trouble(f"Erasing is for good. Say --yes to erase {case} where nobody can be asked.")
    name = plain(file.documents[0].name)
    typed = typer.prompt(f"{name}: its values and documents will be gone for good. Type {case} to erase it")
    if typed.strip() != case:
        raise Trouble(f"That is not {case}, so nothing was erased.")


def _done(case: str, erased: Erased) -> str:
    from countersign.insight.tell import counted

    contents = counted(erased.openings, "sealed content", "sealed contents")
    documents = counted(len(erased.documents), "document is", "documents are")
    return (
        f"Case {case} is erased by the order {erased.order}: {contents} can no longer be read, {documents} "
        "deleted. That it was erased stays on the record."
    )
