"""Says what is wrong with a YAML file of ours in plain words, with the line where each fault stands."""

from collections.abc import Iterable, Sequence

import yaml
from pydantic import ValidationError

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "dict_type": "must hold names and values",
    "model_type": "must hold names and values",
    "string_pattern_mismatch": "must begin with a small letter and hold small letters, digits and _ alone",
}


def told(error: ValidationError, text: str) -> str:
    """Return the faults that were found, each with its line and the place's name; ends without a stop."""
    root = _compose(text)
    lines: list[str] = []
    for fault in error.errors():
        path = fault["loc"]
        what = _WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
        where = f"{_name(path)} " if path else ""
        lines.append(f"line {_line(root, path)}: {where}{what}".rstrip("."))
    return "; ".join(dict.fromkeys(lines))


def marked(error: yaml.YAMLError) -> str:
    """Say where a text is not YAML."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem or 'this is not YAML'}"
    return str(error)


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return None


def _name(path: Sequence[int | str]) -> str:
    """Write a path as people say it: ``groups 1, fields 2, type``."""
    said: list[str] = []
    for part in path:
        if isinstance(part, int) and said:
            said[-1] += f" {part + 1}"
        else:
            said.append(str(part))
    return ", ".join(said)


def _line(node: yaml.Node | None, path: Iterable[int | str]) -> int:
    """Return the line of what a path leads to, or of the nearest thing around it."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
