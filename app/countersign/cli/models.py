"""`models`: the language models that the desk may ask, whether they answer, and where their keys are."""

from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import complain, emit

if TYPE_CHECKING:
    from countersign.wiring.models import Tier

commands = typer.Typer(
    name="models",
    help="The language models that the desk may ask; none, until models.yaml in its folder names one.",
    no_args_is_help=True,
)


@commands.command()
def show(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say which models are configured; asks none of them."""
    _tell(_tiers(context, home), as_json)
    return 0


@commands.command()
def check(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Ask each model one short question that holds nothing of any document; 1 when one does not answer."""
    from countersign.wiring.models import try_out

    failed = 0
    for tier in _tiers(context, home):
        heard = try_out(tier.endpoint)
        failed += heard.answer is None
        if as_json:
            emit({"tier": tier.name, "answers": heard.answer is not None, "why": heard.why})
        elif heard.answer is None:
            complain(f"The {tier.name} model ({tier.endpoint.model} at {tier.endpoint.url}): {heard.why}.")
        else:
            typer.echo(
                f"The {tier.name} model ({tier.endpoint.model}) answers; it took {heard.tokens} tokens."
            )
    return int(failed > 0)


@commands.command()
def key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As models.yaml names it: key_store:NAME.")],
    home: Where = None,
) -> int:
    """Ask for a model's key, and keep it in the operating system's key store."""
    from countersign.domain.errors import NeedsPassword
    from countersign.wiring.models import keep_key

    ask = home_of(context, home).ask
    given = ask(f"Key {name}", False) if ask is not None else None
    if not given:
        raise NeedsPassword("A key was not given. Start from a terminal to be asked for it.")
    keep_key(name, given)
    typer.echo(f"Kept. models.yaml may now say key: key_store:{name}")
    return 0


def _tiers(context: typer.Context, home: Where) -> "tuple[Tier, ...]":
    from countersign.settings import models
    from countersign.wiring.models import tiers

    return tiers(models.load(home_of(context, home)))


def _tell(found: "tuple[Tier, ...]", as_json: bool) -> None:
    from countersign.cli.tables import console, table

    if as_json:
        for tier in found:
            emit({"tier": tier.name, "agent": tier.agent, **tier.endpoint.model_dump(mode="json")})
        return
    if not found:
        typer.echo("No language model is configured: documents are read by the desk's own readers alone.")
        return
    rows = (
        (t.name, t.agent, t.endpoint.model, t.endpoint.url, t.endpoint.key or "none", _prices(t))
        for t in found
    )
    console().print(table(["tier", "agent", "model", "address", "key", "price of a million tokens"], rows))


def _prices(tier: "Tier") -> str:
    prices = tier.endpoint.prices
    if isinstance(prices, str):
        return prices
    return f"{prices.input} in, {prices.output} out ({prices.currency})"
