"""What the command line writes: records for machines, tables for people, one sentence of trouble."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import typer

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble

SHOWN_CATEGORIES = frozenset("LMNPSZ")


class Interrupted(Trouble):
    """A person stopped a job; the sentence says what there is of it now."""


def plain(text: str) -> str:
    """Return text of untrusted origin without anything that a terminal would obey.

    Control characters, escape sequences and marks that turn the direction of text become ``�``, line breaks
    and tabs become spaces.
    """
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    if sign in "\n\r\t":
        return " "
    category = unicodedata.category(sign)
    return sign if category[0] in SHOWN_CATEGORIES and category not in ("Zl", "Zp") else "�"


def emit(record: Frozen | Mapping[str, Any]) -> None:
    """Write one record as one line of JSON."""
    plainly = record.model_dump(mode="json") if isinstance(record, Frozen) else record
    typer.echo(json.dumps(plainly, ensure_ascii=False, separators=(", ", ": ")))


def complain(sentence: str) -> None:
    """Write one sentence to the error output."""
    typer.echo(f"countersign: {plain(sentence)}", err=True)
