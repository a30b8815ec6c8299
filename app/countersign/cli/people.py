"""`people`: who may act at a desk, in which roles, and with which password."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import complain, emit
from countersign.domain.actor import Role

if TYPE_CHECKING:
    from countersign.domain.roster import Enrolled

commands = typer.Typer(
    name="people",
    help="Who may act at this desk, in which roles, under which key.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The name of the person's account on this system.")]
Roles = Annotated[list[Role], typer.Option("--role", help="A role; name the option once for each.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]


@commands.command("list")
def list_(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say who is enrolled."""
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        _tell(desk.roster().people.values(), as_json)
    return 0


@commands.command()
def enrol(
    context: typer.Context,
    id: Id,
    *,
    name: Annotated[str, typer.Option("--name", help="The name that is printed beside a signature.")],
    roles: Roles,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password that seals the person's key.")
    ] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Let a person act at this desk, or let them act anew under a fresh key (administrators)."""
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        _tell([desk.enrol(id, name, roles, password=password)], as_json)
    return 0


@commands.command("roles")
def roles_(context: typer.Context, id: Id, roles: Roles, home: Where = None, as_json: AsJson = False) -> int:
    """Give a person these roles in place of those they have, under a fresh key (administrators)."""
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        _tell([desk.change_roles(id, roles)], as_json)
    return 0


@commands.command()
def revoke(context: typer.Context, id: Id, why: Why, home: Where = None, as_json: AsJson = False) -> int:
    """Take a person's key from them: nothing signed with it counts from here on (administrators)."""
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        desk.revoke(id, why)
        _tell([desk.roster().people[id]], as_json)
    return 0


@commands.command()
def password(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Set the password of your own key, or another one; the key is a fresh one."""
    from countersign.wiring.people import people

    with people(home_of(context, home)) as desk:
        _tell([desk.set_password()], as_json)
    complain(
        "Write a new recovery file now (`countersign keys backup`): an older one does not hold this key."
    )
    return 0


def _tell(people: "Iterable[Enrolled]", as_json: bool) -> None:
    if as_json:
        for person in people:
            emit(person)
        return
    from countersign.cli.tables import console, table

    heads = ["id", "name", "roles", "key kept", "since", "signed in", "may sign"]
    console().print(table(heads, map(_row, people)))


def _row(person: "Enrolled") -> list[str]:
    return [
        person.id,
        person.name,
        ", ".join(person.roles),
        person.assurance.replace("_", " "),
        f"{person.since:%Y-%m-%d %H:%M}",
        f"{person.signed_in_at:%Y-%m-%d %H:%M}" if person.signed_in_at else "",
        "yes" if person.revoked is None else f"no: {person.revoked}",
    ]
