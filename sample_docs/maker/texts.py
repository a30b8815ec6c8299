"""Sentences with values in them."""

from collections.abc import Mapping
from string import Formatter

from maker.pdf import Span, Text, spans


def fill(template: str, parts: Mapping[str, Text]) -> tuple[Span, ...]:
    """Put values into a sentence; they stay values."""
    out: list[Span] = []
    for words, name, _, _ in Formatter().parse(template):
        if words:
            out.append(words)
        if name:
            out.extend(spans(parts[name]))
    return tuple(out)
