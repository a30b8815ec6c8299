"""Reads words in a row as labels with their values: lines of a block, or words in a cell."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.labels import Lexicon, Named, compiled, named
from countersign.agents.patterns import AMOUNT
from countersign.agents.tables_cells import Told, is_nothing, joined, names_apart, parted, read_value
from countersign.domain.document import Word
from countersign.domain.klass import FieldDef, FieldType, TableDef

_TOTALS = ("total", "totals", "incident total", "claim total", "loss total", "grand total", "sum", "gesamt")
_WIDE = 2.5
"""Heights of a line from which a gap parts a value from what stands right of it."""


class Spot(NamedTuple):
    """A word in a row of words: where it stands and whether it opens a run or a line."""

    word: Word
    page: int
    line: int
    opens: bool


class Words(NamedTuple):
    """The labels of a table's columns, kinds and measures, as one lexicon."""

    lexicon: Lexicon
    columns: tuple[FieldDef, ...]
    plain: tuple[int, ...]
    """Columns that have labels of their own: all but the nested amounts."""
    kinds: tuple[str, ...]
    measures: tuple[str, ...]

    def role(self, mark: Named) -> tuple[str, int]:
        """Say what a label names: a column, a kind, a measure, a total, or nothing of ours."""
        if not mark.fields:
            return "other", -1
        first, columns = mark.fields[0], len(self.plain)
        if first < columns:
            return "column", self.plain[first]
        if first < columns + len(self.kinds):
            return "kind", first - columns
        if first < columns + len(self.kinds) + len(self.measures):
            return "measure", first - columns - len(self.kinds)
        return "total", -1

    def nested(self, kind: int, measure: int) -> int:
        """Return the column of a kind and a measure."""
        name = f"{self.kinds[kind]}_{self.measures[measure]}"
        return next(index for index, column in enumerate(self.columns) if column.name == name)


class _Key:
    """Carries a table past the cache, which must not hash all its labels."""

    def __init__(self, table: TableDef) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.table is self.table


def words_of(table: TableDef) -> Words:
    """Return the labels by which the records of a table are read; made once for each table."""
    return _words_of(_Key(table))


@lru_cache(maxsize=64)
def _words_of(key: _Key) -> Words:
    table, nested = key.table, key.table.nested
    kinds = nested.kinds if nested else {}
    measures = nested.measures if nested else {}
    extra = [(name, cues) for group in (kinds, measures) for name, cues in group.items()]
    extra.append(("total", _TOTALS))
    fields = [_pseudo(name, cues) for name, cues in extra]
    inner = set(nested.columns) if nested else set()
    plain = tuple(index for index, column in enumerate(table.columns) if column.name not in inner)
    lexicon = compiled((*(table.columns[index] for index in plain), *fields))
    return Words(lexicon, table.columns, plain, tuple(kinds), tuple(measures))


def _pseudo(name: str, cues: tuple[str, ...]) -> FieldDef:
    return FieldDef(name=name, type=FieldType.TEXT, label={}, cues={"en": cues})


def amount_at(spots: Sequence[Spot], at: int) -> bool:
    """Say whether an amount stands at a place."""
    return at < len(spots) and bool(AMOUNT.fullmatch(spots[at].word.text))


class Reader:
    """Cuts a row of words into entries and nested amounts."""

    def __init__(self, words: Words, style: Print, *, in_cell: bool, scanned: bool = False) -> None:
        self.words, self.style, self.in_cell, self.scanned = words, style, in_cell, scanned
        self.colons = False
        """Labels of the document end in a colon: a run without one is none, whatever it says."""

    def marks(self, spots: Sequence[Spot]) -> list[tuple[Named, str, int]]:
        """Return the labels that count, each with what it names."""
        told = []
        found = list(named([spot.word for spot in spots], self.words.lexicon, self.scanned))
        starts = {mark.first for mark in found}
        for mark in found:
            role, which = self.words.role(mark)
            if self._counts(spots, mark, role, starts):
                told.append((mark, role, which))
        return told

    def _counts(self, spots: Sequence[Spot], mark: Named, role: str, starts: set[int]) -> bool:
        colon = spots[mark.after - 1].word.text.endswith((":", "："))
        colon = colon or (mark.after < len(spots) and spots[mark.after].word.text == ":")
        if role == "measure":
            return colon or amount_at(spots, mark.after) or self._heads(spots, mark)
        if colon or (role == "kind" and mark.after in starts and spots[mark.first].opens):
            return True
        if self.in_cell or spots[mark.first].line != spots[mark.after - 1].line:
            return False
        is_number = role == "column" and self._is_number(spots, mark)
        return is_number or (not (self.colons and role == "column") and self._heads(spots, mark))

    def _heads(self, spots: Sequence[Spot], mark: Named) -> bool:
        """Tell a label without a colon: it is a run of its own."""
        following = spots[mark.after] if mark.after < len(spots) else None
        ends = following is None or following.opens or following.line != spots[mark.after - 1].line
        return not self.in_cell and spots[mark.first].opens and ends

    def _is_number(self, spots: Sequence[Spot], mark: Named) -> bool:
        """Tell a number that stands behind its label with no colon: ``Incident #30001``."""
        column = self.words.columns[self.words.plain[mark.fields[0]]]
        if column.type is not FieldType.IDENTIFIER or mark.after >= len(spots):
            return False
        first, following = spots[mark.first], spots[mark.after]
        begins = first.opens or first.word.text.startswith("(")
        text = following.word.text
        return begins and following.line == first.line and sum(map(str.isdigit, text)) * 2 >= len(text) - 2

    def value(self, index: int, spots: list[Spot]) -> tuple[Told | None, str | None]:
        """Return the value of a column from the words behind its label, and what stood in brackets behind."""
        column = self.words.columns[index]
        words = [spot.word for spot in spots]
        if column.type is FieldType.IDENTIFIER and len(words) > 1 and not words[1].text.startswith("("):
            words = words[:1]
        if column.many:
            value: str | None = self._several(spots)
            beside = None
        else:
            text, beside = parted(column, joined(words))
            if column.type is FieldType.IDENTIFIER:
                text = text.strip("()[]")
            value = read_value(column, text, self.style)
        if value is None or not words:
            return None, beside
        return Told(value, words, spots[0].page, ("labelled",)), beside

    def _several(self, spots: list[Spot]) -> str | None:
        """Read a list: one to a line, or parted by semicolons or commas."""
        lines: dict[int, list[Word]] = {}
        for spot in spots:
            lines.setdefault(spot.line, []).append(spot.word)
        parts = [joined(words).strip(" ;•-") for words in lines.values()]
        if self.in_cell:
            text = joined([spot.word for spot in spots])
            parts = text.split(";") if ";" in text else names_apart(text)
        parts = [part.strip() for part in parts if part.strip() and not is_nothing(part)]
        return "; ".join(parts) or None

    def entries(self, spots: Sequence[Spot]) -> Iterator[tuple[Named | None, str, int, list[Spot]]]:
        """Yield every label with the words behind it; words before any label come with no label."""
        marks = self.marks(spots)
        if marks and marks[0][0].first > 0:
            yield None, "none", -1, list(spots[: marks[0][0].first])
        if not marks:
            yield None, "none", -1, list(spots)
        for place, (mark, role, which) in enumerate(marks):
            end = marks[place + 1][0].first if place + 1 < len(marks) else len(spots)
            at = mark.after
            while at < end and spots[at].word.text == ":":
                at += 1
            yield mark, role, which, list(spots[at:end])

    def held(self, index: int, label: Spot, spots: list[Spot]) -> tuple[list[Spot], list[Spot]]:
        """Part the words behind a label in a block into its value and what only follows.

        A value stands right of its label or below it; a text goes on below as long as its lines stand close
        together on one edge.
        """
        if self.in_cell or not spots:
            return spots, []
        many = self.words.columns[index].type in (FieldType.TEXT, FieldType.NAME, FieldType.ADDRESS)
        first, edge = spots[0], spots[0].word.x0
        if first.line != label.line and not self._below(label, first):
            return [], spots
        for place in range(1, len(spots)):
            last, spot = spots[place - 1], spots[place]
            if spot.line == last.line:
                gap = spot.word.x0 - last.word.x1
                if gap > _WIDE * (last.word.y1 - last.word.y0):
                    return spots[:place], spots[place:]
                continue
            if not many or not self._goes_on(last, spot, edge):
                return spots[:place], spots[place:]
        return spots, []

    def _below(self, label: Spot, first: Spot) -> bool:
        """Say whether a value on the next line stands close below its label, not left of it."""
        tall = label.word.y1 - label.word.y0
        return (
            first.page == label.page
            and -0.5 * tall <= first.word.y0 - label.word.y1 < 1.6 * tall
            and first.word.x0 > label.word.x0 - 60
        )

    def _goes_on(self, last: Spot, spot: Spot, edge: float) -> bool:
        tall = last.word.y1 - last.word.y0
        white = 1.4 if self.scanned else 0.9
        near = spot.page == last.page and spot.word.y0 - last.word.y1 < white * tall
        return near and abs(spot.word.x0 - edge) < 1.5 * tall
