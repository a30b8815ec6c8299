"""Says what is wrong with a YAML file of ours in plain words, with the line where each fault stands."""

from collections.abc import Sequence

from pydantic import ValidationError

from countersign.settings.source import Source

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "dict_type": "must hold names and values",
    "model_type": "must hold names and values",
    "string_pattern_mismatch": "must begin with a small letter and hold small letters, digits and _ alone",
}


def told(error: ValidationError, source: Source) -> str:
    """Return the faults that were found, each with its line and the place's name; ends without a stop."""
    lines: list[str] = []
    for fault in error.errors():
        path = fault["loc"]
        what = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        where = f"{_name(path)} " if path else ""
        lines.append(f"line {source.line(path)}: {where}{what}".rstrip("."))
    return "; ".join(dict.fromkeys(lines))


def _name(path: Sequence[int | str]) -> str:
    """Write a path as people say it: ``groups 1, fields 2, type``."""
    said: list[str] = []
    for part in path:
        if isinstance(part, int) and said:
            said[-1] += f" {part + 1}"
        else:
            said.append(str(part))
    return ", ".join(said)
