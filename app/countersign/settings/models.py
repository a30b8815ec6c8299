"""Which language models a desk may ask: none, until an administrator names one in ``models.yaml``.

    small:
      url: http://127.0.0.1:11434/v1
      model: qwen3:8b
      prices: free
    large:
      url: https://models.example.com/v1
      model: large-3
      key: variable:EXAMPLE_MODELS_KEY
      prices: {currency: EUR, input: 2.50, output: 10.00}
      timeout: 60s

A key never stands in the file: it names an environment variable (``variable:NAME``) or an entry of the
operating system's key store (``key_store:NAME``, put there by ``countersign models key``).
"""

from datetime import timedelta
from decimal import ROUND_UP, Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.settings import faults, source
from countersign.settings.anchors import Address, Span
from countersign.settings.home import Home

FILE = "models.yaml"

_KEY = r"^(?:variable:[A-Za-z_][A-Za-z0-9_]*|key_store:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$"


def _key(given: object) -> object:
    if isinstance(given, str) and given.partition(":")[0] not in ("variable", "key_store"):
        raise ValueError(
            "a key never stands here; write variable:NAME or key_store:NAME"
        )  # and never repeat it
    return given


class Prices(Frozen):
    """What a model costs, per million tokens."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    input: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    output: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Endpoint(Frozen):
    """A language model that speaks the chat-completions protocol."""

    url: Address
    """Up to and with ``/v1``."""
    model: Annotated[str, Field(min_length=1, max_length=200)]
    key: Annotated[str, BeforeValidator(_key), Field(pattern=_KEY)] | None = None
    prices: Prices | Literal["free"]
    """To be said, also where it costs nothing: a budget in money would else be blind."""
    timeout: Span = timedelta(seconds=60)
    """Until the whole answer must be there."""
    max_input_tokens: Annotated[int, Field(ge=500, le=1_000_000)] = 12_000
    """The most that one question may have; a byte counts as a token, so that no count is too low."""
    max_output_tokens: Annotated[int, Field(ge=50, le=32_000)] = 800
    answers: Literal["schema", "text"] = "schema"
    """``text`` for a server that cannot be held to a JSON schema."""
    proxy: Address | None = None

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """Return what tokens cost, rounded up, in millionths of the currency."""
        if isinstance(self.prices, str):
            return 0
        price = tokens_in * self.prices.input + tokens_out * self.prices.output
        return int(price.to_integral_value(rounding=ROUND_UP))

    @property
    def currency(self) -> str | None:
        """The currency that it is paid in; None where it costs nothing."""
        return None if isinstance(self.prices, str) else self.prices.currency


class Models(Frozen):
    """The language models of a desk, by tier."""

    small: Endpoint | None = None
    large: Endpoint | None = None


def load(home: Home) -> Models:
    """Read which models a desk may ask; raises Trouble when the file cannot be used."""
    file = home.root / FILE
    if not file.exists():
        return Models()
    told = source.read(file, str(file))
    if not isinstance(told.data, dict | None):
        raise Trouble(f"{file} must hold names and values. {source.MEND}")
    try:
        return Models.model_validate(told.data or {})
    except ValidationError as error:
        raise Trouble(f"{file} cannot be used: {faults.told(error, told)}. {source.MEND}") from error
