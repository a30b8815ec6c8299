"""`keys`: the keys of a desk, fresh ones in their place, and the recovery file."""

from pathlib import Path
from typing import Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import complain, emit

commands = typer.Typer(
    name="keys",
    help="The keys that this desk, its agents and its people sign with.",
    no_args_is_help=True,
)

Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The recovery file.")]

ADVICE = (
    "Whoever has this file and its passphrase can sign as this desk and read its sealed content. Keep the "
    "two apart from each other and from this machine. Write another file after each rotation: this one knows "
    "the keys of today. The keys of epochs are not in it, so that a destroyed one stays destroyed."
)

FILE_IS_OLD = "A recovery file written before does not know it: write another with `countersign keys backup`."


@commands.command()
def show(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say which keys there are, how well they are kept, and how old they are."""
    from countersign.wiring import keys
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        rows = keys.show(desk)
    if as_json:
        for row in rows:
            emit(row)
        return 0
    from countersign.cli.tables import console, table

    cells = (
        [
            row.holder,
            row.key,
            f"revoked: {row.revoked}" if row.revoked else row.kept.replace("_", " "),
            row.days,
        ]
        for row in rows
    )
    console().print(table(["whose", "key", "kept", "days"], cells, right=["days"]))
    desk_key = next((row.fingerprint for row in rows if row.holder == "desk"), "")
    _say(f"Fingerprint of the desk's key, for whoever checks a bundle of it: {_grouped(desk_key)}")
    return 0


@commands.command()
def rotate(
    context: typer.Context,
    *,
    desk: Annotated[bool, typer.Option("--desk", help="The desk's own key; so without any option.")] = False,
    person: Annotated[str | None, typer.Option("--person", metavar="ID", help="The key of a person.")] = None,
    agent: Annotated[str | None, typer.Option("--agent", metavar="ID", help="The key of an agent.")] = None,
    why: Why = "rotation",
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Put a fresh key in the place of one; what was signed before stays good (administrators)."""
    from countersign.wiring import keys
    from countersign.wiring.people import people

    if sum((desk, person is not None, agent is not None)) > 1:
        raise typer.BadParameter("Name one of --desk, --person and --agent.")
    with people(home_of(context, home)) as opened:
        if person is not None:
            keys.rotate_person(opened, person)
        elif agent is not None:
            keys.rotate_agent(opened, agent)
        else:
            keys.rotate_desk(opened, why)
        holder = f"person {person}" if person else f"agent {agent}" if agent else "desk"
        row = next(row for row in keys.show(opened) if row.holder == holder)
    if as_json:
        emit(row)
    else:
        _say(f"The {holder} signs with the key {row.key} from here on.")
        complain(FILE_IS_OLD)
    return 0


@commands.command()
def revoke(
    context: typer.Context,
    agent: Annotated[str, typer.Option("--agent", metavar="ID", help="The agent whose key is revoked.")],
    why: Why,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Take an agent's key from it; for a person, see `people revoke` (administrators)."""
    from countersign.wiring import keys
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        keys.revoke_agent(desk, agent, why)
    if as_json:
        emit({"revoked": agent})
    else:
        _say(f"{agent} signs nothing from here on. `keys rotate --agent {agent}` gives it a fresh key.")
    return 0


@commands.command()
def password(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Seal the desk's keys with a password, or with another one (administrators)."""
    from countersign.wiring import keys
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        keys.set_password(desk)
        assurance = desk.store.keys.assurance
    if as_json:
        emit({"assurance": assurance})
    else:
        _say("The keys of this desk are sealed with the new password.")
    return 0


@commands.command()
def backup(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The recovery file to write.")],
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Write a recovery file of the desk's keys, sealed with a passphrase (administrators)."""
    from countersign.wiring import keys
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        keys.back_up(desk, out)
    if as_json:
        emit({"out": str(out)})
    else:
        _say(f"{out} is written. {ADVICE}")
    return 0


@commands.command()
def restore(context: typer.Context, file: File, home: Where = None, as_json: AsJson = False) -> int:
    """Put the desk's keys back from a recovery file, on the record."""
    from countersign.wiring import keys

    root = keys.restore(home_of(context, home), file)
    if as_json:
        emit({"assurance": root.assurance})
    else:
        _say(f"The keys are back ({root.assurance.replace('_', ' ')}), and the record says so.")
        complain("If the old machine is in other hands, run `countersign keys rotate` now.")
    return 0


def _grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups, so that two people can compare it aloud."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _say(sentence: str) -> None:
    from countersign.cli.tables import console

    console().print(sentence)
