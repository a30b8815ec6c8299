"""Headers of several levels: kinds above measures, and labels for the further lines of a record."""

from collections.abc import Sequence

from countersign.agents.labels import named
from countersign.agents.sheet import Run
from countersign.agents.tables_header import Column, Header, Headers
from countersign.agents.tables_stream import Words, words_of


def with_levels(headers: Headers, header: Header) -> Header:
    """Name the columns of a header that take two lines to name, and the lines that a record takes."""
    lines = headers.sheet.lines[header.first : header.after]
    levels = _levels(headers, lines)
    columns = levels[0] if levels else header.columns
    if headers.table.nested:
        above = headers.sheet.lines[header.first - 1 : header.first] if header.first else []
        near = [line for line in above if line[0].page == lines[0][0].page]
        columns = _crossed(words_of(headers.table), columns, [*near, *lines])
    return header._replace(columns=columns, below=tuple(tuple(level) for level in levels[1:]))


def _crossed(words: Words, columns: list[Column], lines: Sequence[Sequence[Run]]) -> list[Column]:
    """Name amounts by a kind and the measures below it: `Bodily injury` over `Paid`, `Reserve`."""
    kinds = _roles(words, lines, ("kind", "total"))
    measures = _roles(words, lines, ("measure",))
    groups: list[list[tuple[Run, int]]] = []
    for run, which in measures:
        if not groups or any(which == other for _, other in groups[-1]):
            groups.append([])
        groups[-1].append((run, which))
    if len(kinds) < 2 or len(groups) != len(kinds):
        return columns
    kept = [c for c in columns if not any(c.x0 < run.x1 and run.x0 < c.x1 for run, _ in measures)]
    for (_, kind), group in zip(kinds, groups, strict=True):
        for run, measure in group:
            index = words.nested(kind, measure) if kind >= 0 else None
            kept.append(Column(index, run.x0, run.x1, weight=1.0 if index is not None else 0.0))
    return sorted(kept, key=lambda column: column.x0)


def _roles(words: Words, lines: Sequence[Sequence[Run]], roles: tuple[str, ...]) -> list[tuple[Run, int]]:
    """Return the runs that say a kind, or a measure, and nothing else, from left to right."""
    found = []
    for run in (run for line in lines for run in line):
        for mark in named(run.words, words.lexicon):
            role, which = words.role(mark)
            if role in roles and mark.first == 0 and mark.after == len(run.words):
                found.append((run, which))
    return sorted(found, key=lambda pair: pair[0].x0)


def _levels(headers: Headers, lines: Sequence[Sequence[Run]]) -> list[list[Column]]:
    """Return the columns of each line of a record where every line of the header names its own, else nothing.

    The lines of a header are mostly one label each, broken over lines; then their runs name nothing alone,
    or the same twice.
    """
    if len(lines) < 2:
        return []
    levels: list[list[Column]] = []
    for line in lines:
        cells = [cell for run in line if (cell := _whole(headers, run)) is not None]
        if len(cells) < max(2, len(line) - 1):
            return []
        levels.append(cells)
    told = [cell.column for level in levels for cell in level]
    return levels if len(set(told)) == len(told) else []


def _whole(headers: Headers, run: Run) -> Column | None:
    """Return a header cell that one run names as a whole."""
    for mark in named(run.words, headers.lexicon):
        if mark.fields and mark.first == 0 and mark.after == len(run.words):
            return Column(mark.fields[0], run.x0, run.x1, weight=1.0)
    return None
