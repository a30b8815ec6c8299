"""How large a document may be before the desk declines it; an administrator may choose otherwise."""

import os

from pydantic import Field, ValidationError

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.settings import faults, source
from countersign.settings.home import Home

PREFIX = "COUNTERSIGN_LIMITS_"


class Limits(Frozen):
    """Bounds on untrusted documents: limits.yaml in the home, else variables ``COUNTERSIGN_LIMITS_…``."""

    max_bytes: int = Field(200_000_000, title="Largest file", description="Bytes; a larger file is refused.")
    max_pages: int = Field(1000, title="Most pages", description="A longer document is refused.")
    max_pixels: int = Field(80_000_000, title="Largest picture", description="Pixels of one page.")
    seconds_to_open: float = Field(30, title="Time to open", description="Then the child is ended.")
    seconds_per_page: float = Field(60, title="Time a page", description="For OCR or rendering of one page.")
    child_megabytes: int = Field(2048, title="Memory of a child", description="Then the child is ended.")


def load(home: Home) -> Limits:
    """Read the limits of a desk."""
    file = home.root / "limits.yaml"
    chosen = source.read(file, str(file)) if file.exists() else source.Source("", str(file))
    if not isinstance(chosen.data, dict | None):
        raise Trouble(f"{file} must hold names and values. {source.MEND}")
    try:
        return Limits.model_validate({**_of_environment(), **(chosen.data or {})})
    except ValidationError as error:
        raise Trouble(f"{file} cannot be used: {faults.told(error, chosen)}. {source.MEND}") from error


def _of_environment() -> dict[str, str]:
    told = ((name, os.environ.get(PREFIX + name.upper(), "")) for name in Limits.model_fields)
    return {name: value for name, value in told if value}
