"""Personal content inside events: written to the record as a commitment, kept encrypted beside it.

An event holds plain values. When it is written with a sealer in the context, each sealed value leaves as
``{"commitment": hex}`` and the sealer keeps the content; when it is read with an opener, the content comes
back. What was erased or withheld reads as `ERASED`, and the record still verifies.
"""

import json
from typing import Annotated, Any, Protocol

from pydantic import BeforeValidator, PlainSerializer, SerializationInfo, ValidationInfo
from pydantic_core import to_jsonable_python

ERASED = "⊘ erased"


class Sealer(Protocol):
    """Takes content out of a record and gives a commitment to put in its place."""

    def seal(self, content: str) -> str:
        """Keep the content (JSON text) and return its commitment, 64 hex digits."""


class Opener(Protocol):
    """Gives content back for a commitment."""

    def open(self, commitment: str) -> str | None:
        """Return the content (JSON text), or None when it was erased or withheld."""


def _write(value: Any, info: SerializationInfo) -> Any:
    plain = to_jsonable_python(value)
    sealer = info.context.get("sealer") if info.context else None
    if sealer is None:
        return plain
    content = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"commitment": sealer.seal(content)}


def _read(value: Any, info: ValidationInfo) -> Any:
    if not (isinstance(value, dict) and value.keys() == {"commitment"}):
        return value
    opener = info.context.get("opener") if info.context else None
    content = opener.open(value["commitment"]) if opener else None
    return ERASED if content is None else json.loads(content)


SEALED = (BeforeValidator(_read), PlainSerializer(_write))
"""Use as ``Annotated[T, *SEALED]``; T must accept `ERASED` in place of its content."""

Personal = Annotated[str, *SEALED]
"""A string about a person."""
