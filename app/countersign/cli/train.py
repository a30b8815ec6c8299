"""`train`: makes the models that ship with the desk, from documents whose values are known."""

import os
from pathlib import Path
from typing import Annotated

import typer

from countersign.cli.tables import console
from countersign.cli.terminal import Interrupted, plain
from countersign.domain.errors import Trouble

commands = typer.Typer()

Sets = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SET", help="Folders of documents with a truth.jsonl beside them."),
]
Samples = Annotated[
    int, typer.Option("--samples", metavar="N", min=0, help="Draw N samples and learn from them too.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="Another seed, another model.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write here; else into the models of this checkout."),
]
Imagined = Annotated[
    int, typer.Option("--imagined", metavar="N", min=0, help="Imagine N pages of each class beside them.")
]
Keep = Annotated[
    Path | None,
    typer.Option(
        "--keep", metavar="FOLDER", help="Keep opened documents here, so that a second run is quick."
    ),
]


@commands.command()
def train(
    sets: Sets = None,
    *,
    samples: Samples = 700,
    imagined: Imagined = 60,
    seed: Seed = 101,
    out: Out = None,
    keep: Keep = None,
) -> int:
    """Train the reader on documents with known values; the same input gives the same files."""
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # the sums are small: threads cost more than they bring

    from countersign.insight import training_run
    from countersign.settings import catalogue
    from countersign.settings.resources import shipped

    told = console(errors=True)
    folder = out or shipped("resources", "models")
    _check(folder)
    wanted = training_run.Wanted(tuple(sets or ()), samples, seed, keep, imagined)
    try:
        files = training_run.train(wanted, catalogue.load(), lambda line: told.print(plain(line)))
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted. No model was written; those there are stay as they were.") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            told.print(plain(f"{folder / name}: {len(text.encode()):,} bytes"))
    except OSError as error:
        raise _refused(folder, error.strerror or str(error)) from error
    return 0


def _check(folder: Path) -> None:
    """Refuse, before training takes its time, a folder that cannot be written."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise _refused(folder, f"{there} is a file")
    if not os.access(there, os.W_OK):
        raise _refused(folder, "permission denied")


def _refused(folder: Path, why: str) -> Trouble:
    return Trouble(f"{folder} cannot be written ({why}). Name another folder with --out.")
