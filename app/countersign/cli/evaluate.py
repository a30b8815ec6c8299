"""`evaluate`: reads documents whose values are known, and says how right and how sure the agents were."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.progress import bar
from countersign.cli.tables import console, facts, table
from countersign.cli.terminal import Interrupted, emit, plain
from countersign.insight.folds import By

commands = typer.Typer()

Sets = Annotated[
    list[Path], typer.Argument(metavar="SET", help="Folders of documents with a truth.jsonl beside them.")
]
LearnFrom = Annotated[
    int, typer.Option("--learn-from", metavar="K", min=0, help="Confirm K documents first, read the rest.")
]
Folds = Annotated[
    By | None,
    typer.Option("--folds", help="Train anew without each fold of whole layouts, vendors or hashes."),
]
Pixels = Annotated[bool, typer.Option("--pixels", help="Recognise every page from its picture.")]
Strip = Annotated[
    bool, typer.Option("--strip-attachments", help="Hide embedded data and form fields from the agents.")
]
Flatten = Annotated[bool, typer.Option("--flatten", help="Make form fields part of the page, as if printed.")]
Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep", metavar="FOLDER", help="Keep opened documents here, so that a second run is quick."
    ),
]
Next = Annotated[
    bool, typer.Option("--next", help="Confirm one document of each layout, then read another one of it.")
]
Samples = Annotated[
    int,
    typer.Option("--samples", metavar="N", min=0, help="With --folds: train on N drawn documents besides."),
]
Seeds = Annotated[
    int, typer.Option("--seeds", min=1, help="With --learn-from: how often to draw K documents.")
]
Errors = Annotated[int, typer.Option("--errors", metavar="N", min=0, help="List N errors with their causes.")]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most N documents a set.")]


@commands.command()
def evaluate(
    context: typer.Context,
    sets: Sets,
    *,
    learn_from: LearnFrom = 0,
    folds: Folds = None,
    pixels: Pixels = False,
    strip_attachments: Strip = False,
    flatten: Flatten = False,
    keep: Keep = None,
    next_of_kin: Next = False,
    seeds: Seeds = 3,
    samples: Samples = 700,
    errors: Errors = 0,
    limit: Limit = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Measure how well the agents read documents whose values are known; nothing is taken in."""
    from countersign.insight import report
    from countersign.insight.evaluate import evaluate as measure
    from countersign.insight.evaluate import together
    from countersign.insight.jobs import Wish
    from countersign.insight.told import Way
    from countersign.settings import catalogue

    way = Way(pixels=pixels, flat=flatten, stripped=strip_attachments or flatten, keep=keep)
    wish = Wish(way, folds, learn_from, seeds, next_of_kin, limit, samples)
    words = catalogue.load(home_of(context, home))
    with bar(is_silent=as_json) as shown:
        task = shown.add_task("opening", total=None)

        def watch(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total)

        parts = []
        try:
            for measured in measure(sets, wish, words, watch):
                parts.append(measured)
                _tell(report.report(measured, wish), as_json)
                if not as_json:
                    _print_errors(report.errors(measured, errors), console())
        except KeyboardInterrupt as error:
            raise Interrupted(_so_far(len(parts), len(sets), keep)) from error
        if len(parts) > 1:
            _tell(report.report(together(parts), wish), as_json)
    return 0


def _so_far(done: int, all_sets: int, keep: Path | None) -> str:
    """Say what there is when a person stops the measuring."""
    kept = f"; what was opened is kept in {keep}" if keep else ""
    return f"Interrupted after {done} of {all_sets} sets{kept}. Nothing was changed: begin again at will."


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(told)
    else:
        _print(told, console())


# -- for people ------------------------------------------------------------------------------------------


def _print(told: dict[str, Any], to: Console) -> None:
    to.print(
        Text(plain(f"\n{told['set']}: {told['documents']} documents, {told['pages']} pages"), style="bold")
    )
    to.print(facts(_about(told)))
    heads = ["", "F1", "exact", "right", "wrong", "missed", "invented", "evidence"]
    to.print(table(heads, _score_rows(told), right=heads[1:]))
    if told["tables"]:
        heads = ["table", "F1", "right", "given", "there", "columns that are not read"]
        to.print(table(heads, _table_rows(told), right=heads[1:5]))
    if told["causes"]:
        to.print(table(["errors by cause", "count"], told["causes"].items(), right=["count"]))


def _about(told: dict[str, Any]) -> list[tuple[str, object]]:
    how, sure, cost = told["how"], told["calibration"], told["cost"]
    form, hidden, kin = told["form_fields"], told["from_hidden_text"], told["next_of_kin"]
    at = ", ".join(f"{_percent(value)} at {_percent(float(c))}" for c, value in sure["accuracy_at"].items())
    floor = f"{sure['ece']:.3f} (chance alone {sure['ece_floor']:.3f})"
    return [
        ("measured", _how(how)),
        ("not opened", "; ".join(f"{n} × {why}" for why, n in told["not_opened"].items())),
        ("class right", _percent(told["class_right"])),
        ("taken apart", f"{told['taken_apart']}, read in part" if told["taken_apart"] else None),
        ("mean of documents", _percent(told["per_document_mean"])),
        ("values invented", f"{_percent(told['all']['invented_share'])} of what is known to be absent"),
        ("evidence", _evidence(told["all"])),
        ("form fields", form and f"{_percent(form['f1'])}, exact {_percent(form['f1_exact'])}"),
        ("from hidden text", hidden and f"{hidden['from_hidden_text']} of {hidden['values']} values"),
        ("labels of no field", ", ".join(f"{n} × {name}" for name, n in told["fields_of_no_class"].items())),
        ("next of its layout", kin and f"{kin['errors_before']} errors before one was confirmed, "
                                       f"{kin['errors_after']} after, on {kin['pairs']} documents"),
        ("calibration error", floor),
        ("AUROC", sure["auroc"]),
        ("right at coverage", at),
        ("coverage at 99 %", _percent(sure["coverage_at_99"])),
        ("opening", _seconds(cost["opening_seconds_per_page"], cost["page_child_megabytes"])),
        ("reading", _seconds(cost["reading_seconds_per_page"], cost["agents_megabytes"])),
    ]  # fmt: skip


def _evidence(told: dict[str, Any]) -> str:
    return (
        f"{_percent(told['evidence_hit'])} on a listed box, {_percent(told['evidence_part'])} where a listed "
        f"line is cut to the value, {_percent(told['evidence_inside'])} with the middle inside; "
        f"{_percent(told['evidence_spelled'])} hold just the words of the value"
    )


def _how(how: dict[str, Any]) -> str:
    said = []
    if how["learn_from"]:
        said.append(f"after {how['learn_from']} confirmed documents, {how['seeds']} draws")
    if how["trained_on"]:
        drawn = f", with {how['samples']} drawn documents" if how["samples"] else ""
        said.append(f"trained without each fold ({how['folds']}) of {', '.join(how['trained_on'])}{drawn}")
    elif how["folds"]:
        said.append(f"learned from other folds ({how['folds']}) only")
    if not how["trained_on"]:
        said.append(_of_shipped(how["shipped_model_knows"]))
    ways = {
        "pixels": "from pictures",
        "flatten": "forms flattened",
        "strip_attachments": "embedded data hidden",
    }
    return "; ".join([*said, *(text for key, text in ways.items() if how[key])])


def _of_shipped(known: int | None) -> str:
    if known is None:
        return "by the shipped model, which does not tell what it was trained on"
    if not known:
        return "by the shipped model, which has not seen these documents"
    return f"by the shipped model, WHICH LEARNED FROM {known} OF THESE DOCUMENTS: no measure of unknown ones"


def _score_rows(told: dict[str, Any]) -> list[list[object]]:
    rows = [_row("all fields", told["all"])]
    rows += [_row(f"  {part} layouts", told[part]) for part in ("seen", "unseen") if told[part]]
    for name, klass in told["classes"].items():
        rows.append(_row(name, klass))
        rows += [_row(f"  {field}", held) for field, held in klass["fields"].items()]
    return rows


def _table_rows(told: dict[str, Any]) -> list[list[object]]:
    rows: list[list[object]] = []
    tables = {"all tables": {**told["all_tables"], "columns": {}}, **told["tables"]}
    for name, held in tables.items():
        for what, share in (("records", held["records_f1"]), ("cells", held["cells_f1"])):
            counts = [held[f"{what}_{key}"] for key in ("right", "given", "there")]
            unread = ", ".join(held["columns_unread"]) if what == "records" else ""
            rows.append([f"{name}, {what}", _percent(share), *counts, unread])
        for column, part in held["columns"].items():
            rows.append(
                [f"  {column}", _percent(part["f1"]), part["right"], part["given"], part["there"], ""]
            )
    return rows


def _row(name: str, held: dict[str, Any]) -> list[object]:
    counts = [held[key] for key in ("right", "wrong", "missed", "invented")]
    return [name, _percent(held["f1"]), _percent(held["f1_exact"]), *counts, _percent(held["evidence_hit"])]


def _print_errors(errors: Sequence[dict[str, Any]], to: Console) -> None:
    if not errors:
        return
    heads = ["document", "field", "cause", "said", "expected", "sure"]
    rows = (
        [
            e["document"],
            e["field"],
            e["cause"].value,
            e["said"],
            e["expected"],
            _percent(e["confidence"] / 1e6),
        ]
        for e in errors
    )
    to.print(table(heads, rows, right=["sure"]))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _seconds(seconds: float | None, megabytes: float | None) -> str | None:
    if seconds is None:
        return None
    most = f", at most {megabytes:.0f} MB" if megabytes is not None else ""
    return f"{1000 * seconds:.0f} ms of computing a page{most}"
