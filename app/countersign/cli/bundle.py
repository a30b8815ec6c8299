"""`check-bundle`: whether a bundle, of this desk or any other, is what it says it is."""

from pathlib import Path
from typing import Annotated

import typer

from countersign.cli.options import AsJson
from countersign.cli.terminal import emit, plain

commands = typer.Typer()

Where = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The zip file, or its unpacked folder.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="FINGERPRINT", help="Of the desk it must be from, told by another way."),
]
Witnesses = Annotated[
    list[str] | None,
    typer.Option("--witness", metavar="VKEY", help="Key of a witness that must have signed, once for each."),
]


@commands.command()
def check_bundle(bundle: Where, key: Key = None, witnesses: Witnesses = None, as_json: AsJson = False) -> int:
    """Check a bundle as a stranger would; name the first thing that is wrong."""
    from countersign.insight import bundle_check

    verdict = bundle_check.check_bundle(bundle, key, witnesses or ())
    if as_json:
        emit(verdict)
    else:
        for line in (*verdict.report, verdict.last):
            typer.echo(plain(line))
    return 0 if verdict.ok else 1
