"""What stands around a candidate, in short readable strings that know nothing of fields.

``left:contract #`` says that these words stand to its left, ``shape:9/9/99`` how it is printed. Lessons weigh
such strings, and the memory of layouts compares them.
"""

import re
import zlib
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countersign.agents import tills
from countersign.agents.candidates import Candidate
from countersign.agents.context_ranks import ranks
from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.patterns import AMOUNT, DATE
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.agents.stacks import SPACES as STACKS
from countersign.agents.stacks import Stacks
from countersign.agents.stretches import is_form
from countersign.agents.wording import SPACES as WORDING
from countersign.agents.wording import Wording
from countersign.domain.klass import FieldType

_DIGITS = re.compile(r"\d+")
_UPPER = re.compile(r"[^\W\d_a-zà-ÿ]+")
_LOWER = re.compile(r"[^\W\d_A-ZÀ-Þ]+")
_UNTYPED = frozenset({FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS})
_VARYING = frozenset({FieldType.DATE, FieldType.AMOUNT, FieldType.NUMBER, FieldType.DURATION})
"""Types whose values are others on the next document, and are not compared."""
_DOUBTFUL = 80
"""Percent, of a word on a scan; handwriting reads like that."""
_LONG = 16
"""Characters of an identifier that are counted."""
_FAR = 24
"""Lines looked upward for the head of a column."""

Strings = tuple[str, ...]
Integers = NDArray[np.int64]

SPACES = (
    "shape", "words", "gap", "earlier", "among", "left", "farleft", "apart", "led", "right", "end", "beside",
    "rightrun", "above", "aboveshape", "aboveword", "secondabove", "head", "under", "page", "area", "spot",
    "column", "beforeshape", "name", "holds", "row", "line", "size", "bold", "below", "belowkind", "block",
    "order", "times", "worth", "pile", *WORDING, *STACKS, *tills.SPACES, "value",
)  # fmt: skip
"""What a string speaks of, in order; the memory of layouts weighs each by itself."""
VALUE = SPACES.index("value")
"""What a candidate says itself: only the memory of layouts hears it, weights are never fitted to it."""
_SPACE = {name: place for place, name in enumerate(SPACES)}
_BITS = len(SPACES).bit_length()


class Marks(NamedTuple):
    """The strings of many candidates: as text, and hashed with their owners for quick sums."""

    strings: list[Strings]
    hashes: Integers
    spaces: Integers
    """Index in `SPACES`, one a string."""
    owner: Integers
    """Index of the candidate, one a string."""


def hashed(string: str) -> tuple[int, int]:
    """Return a string's hash, which is all that lessons keep of it, and its space."""
    space = string.partition(":")[0].partition("|")[0].rstrip("0123456789+")
    return zlib.crc32(string.encode()), _SPACE[space]


@lru_cache(maxsize=100_000)
def _packed(string: str) -> int:
    """Return hash and space in one number: numbers go into an array far faster than pairs do."""
    mark, space = hashed(string)
    return mark << _BITS | space


def shape(text: str) -> str:
    """Return how a text is printed: ``$1,428.00`` gives ``$9,9.9``, ``Acme Ltd`` gives ``Aa Aa``."""
    squeezed = _DIGITS.sub("9", text[:48])
    return _LOWER.sub("a", _UPPER.sub("A", squeezed))[:20]


def _value(c: Candidate) -> str:
    return f"value:{''.join(filter(str.isalnum, c.value)).casefold()}"


def label_of(run: Run, most: int = 5) -> str:
    """Return the words of a run as a label: its last few folded pieces, digits as 0."""
    return _said([piece for word in run.words[-most:] for piece in pieces(word.text)][-most:])


def _said(parts: list[str]) -> str:
    return " ".join(["0" if part.isdigit() else part for part in parts])


def _kind(text: str) -> str:
    """Say what a run holds: a date, an amount, a number, a label with a colon, or words."""
    if DATE.search(text):
        return "date"
    match = AMOUNT.search(text)
    if match and (match["before"] or match["after"] or match["number"][-3:-2] in (".", ",")):
        return "amount"
    digits = sum(map(str.isdigit, text))
    if digits * 2 > len(text.replace(" ", "")):
        return "number"
    return "label" if text.rstrip()[-1:] == ":" else "words"


class Context:
    """The strings of all candidates of a document, each computed once."""

    def __init__(self, sheet: Sheet, words: frozenset[str] = frozenset()) -> None:
        self.sheet = sheet
        self._words = words
        """Words that labels are made of: what holds no other is hardly a value."""
        self._by_line: dict[int, str] = {}
        self._by_run: dict[int, Strings] = {}
        self._by_start: dict[tuple[int, int, float], tuple[list[str], str]] = {}
        self._by_span: dict[tuple[int, ...], list[str]] = {}
        self._held: dict[tuple[int, int, int], Marks] = {}
        self._wording = Wording(sheet)
        self._stacks = Stacks(sheet)

    def of(self, candidates: list[Candidate]) -> Marks:
        """Return the strings of each candidate of one type."""
        key = (len(candidates), id(candidates[0]), id(candidates[-1])) if candidates else (0, 0, 0)
        if key not in self._held:
            ranked = ranks(candidates, self.sheet) if candidates else []
            worded, sums = self._wording.of(candidates), tills.strings(candidates, self.sheet)
            strings = [
                (*self._own(c), *rank, *more, *told)
                for c, rank, more, told in zip(candidates, ranked, worded, sums, strict=True)
            ]
            both = np.fromiter(map(_packed, chain.from_iterable(strings)), dtype=np.int64)
            owner = np.repeat(np.arange(len(strings)), [len(own) for own in strings])
            self._held[key] = Marks(strings, both >> _BITS, both & ((1 << _BITS) - 1), owner)
        return self._held[key]

    @cached_property
    def _kinds(self) -> list[str]:
        return [_kind(run.text) for run in self.sheet.runs]

    @cached_property
    def _labels(self) -> list[str]:
        return [label_of(run) for run in self.sheet.runs]

    def kind(self, run: Run) -> str:
        """Say what a run holds."""
        return self._kinds[run.index]

    def label(self, run: Run) -> str:
        """Return a run as a label."""
        return self._labels[run.index]

    def _own(self, c: Candidate) -> list[str]:
        span = (c.passage.index, c.first, c.after, *(run.index for run in c.more))
        around = self._by_span.get(span)
        if around is None:
            around = self._by_span[span] = self._around(c)
        if c.type not in _UNTYPED:
            said = [] if c.type in _VARYING else [_value(c)]
            if c.type is FieldType.IDENTIFIER:
                said.append(f"shape:of {min(len(c.value), _LONG)}")
            return [*around, *self._of_run(c.run), *said]
        found = [*around, _value(c)]
        self._name(c, found)
        found += self._stacks.of(c)
        found += self._of_run(c.run)
        return found

    def _around(self, c: Candidate) -> list[str]:
        """Take what stands around a stretch of words, whatever its type."""
        form = shape(c.printed)
        found = [f"shape:{form}", f"words:{min(c.after - c.first, 8)}"]
        start = (c.passage.index, c.first, c.x0)
        if start not in self._by_start:
            self._by_start[start] = self._before(c)
        leading, before = self._by_start[start]
        found += leading
        self._behind(c, found)
        self._columns(c, found, form)
        self._places(c, found)
        found.append(f"beforeshape:{before}|{form}")
        return found

    def _before(self, c: Candidate) -> tuple[list[str], str]:
        """Words before it in its passage, else those of the run to the left; last the nearest two."""
        found: list[str] = []
        parts: list[str] = []
        for word in reversed(c.passage.words[max(0, c.first - 6) : c.first]):
            parts[:0] = pieces(word.text)
            if len(parts) >= 6:
                break
        inline, far = bool(parts), ""
        line = self.sheet.lines[c.run.line]
        place = bisect_right([run.x0 for run in line], c.run.x0) - 1
        if not inline and place > 0:
            left = line[place - 1]
            gap = (c.x0 - left.x1) / max(c.run.height, 4.0)
            found.append(f"gap:{'near' if gap < 2 else 'mid' if gap < 8 else 'far'}")
            far = "far" if gap >= 8 else ""
            parts = self.label(left).split()
        said = ["0" if part.isdigit() else part for part in parts]
        found += [f"earlier:{part}" for part in said[-6:-3]]
        found += [f"among:{part}" for part in said[-3:]]
        counts = range(1, 1 + min(3, len(said)))
        found += [f"{far}left:{' '.join(said[-count:])}" for count in counts]
        found.append(f"apart:{not inline}")
        self._labels_left(c, line, place, inline, found)
        return found, " ".join(said[-2:])

    def _labels_left(self, c: Candidate, line: list[Run], place: int, inline: bool, found: list[str]) -> None:
        """Return the nearest words to the left that are no value, with how many values stand between."""
        skipped = 0
        if inline:
            words = c.passage.words[max(c.run.start, c.first - 12) : c.first]
            label: list[str] = []
            for word in reversed(words):
                parts = pieces(word.text)
                if any(map(str.isdigit, word.text)):
                    if label:
                        break
                    skipped += 1
                else:
                    label[:0] = parts
            if label:
                found.append(f"led{min(skipped, 3)}:{_said(label[-3:])}")
                return
        for run in reversed(line[:place]):
            if self.kind(run) in ("words", "label"):
                found.append(f"led{min(skipped, 3)}:{self.label(run)}")
                return
            skipped += 1
        found.append(f"led{min(skipped, 3)}:")

    def _behind(self, c: Candidate, found: list[str]) -> None:
        parts: list[str] = []
        for word in c.passage.words[c.after : c.after + 3]:
            parts.extend(pieces(word.text))
        if parts:
            found.append(f"right:{_said(parts[:1])}")
            found.append(f"right:{_said(parts[:2])}")
        last = c.passage.words[c.after - 1].text[-1:]
        if not last.isalnum():
            found.append(f"end:{last}")
        line = self.sheet.lines[c.run.line]
        beside = next((run for run in line if run.x0 >= c.x1), None)
        found.append(f"beside:{'inline' if parts else self.kind(beside) if beside else 'none'}")
        if not parts and beside:
            found.append(f"rightrun:{self.label(beside)}")

    def _columns(self, c: Candidate, found: list[str], form: str) -> None:
        """Take what heads its column: the nearest run above, and the nearest that is no value."""
        above = self._upward(c)
        if above:
            nearest = above[0]
            distance = (c.y0 - nearest.y1) / max(c.run.height, 4.0)
            label = self.label(nearest) if self.kind(nearest) != "date" else "0"
            found.append(f"above:{label}")
            found.append(f"aboveshape:{distance > 1.5}|{label}|{form}")
            found += [f"aboveword:{part}" for part in label.split() if part != "0"]
            if len(above) > 1:
                found.append(f"secondabove:{self.label(above[1])}")
            head = next((run for run in above if self.kind(run) in ("words", "label")), None)
            if head is not None:
                found.append(f"head{min(above.index(head), 2)}:{self.label(head)}")
        up_left = self._label_up_left(c)
        if up_left:
            found.append(up_left)

    def _upward(self, c: Candidate) -> list[Run]:
        found: list[Run] = []
        lines = self.sheet.lines
        for number in range(c.run.line - 1, max(c.run.line - _FAR, -1), -1):
            if lines[number] and lines[number][0].page != c.page:
                break
            for run in lines[number]:
                if run.x0 < c.x1 + 1 and run.x1 > c.x0 - 1:
                    found.append(run)
                    break
            if len(found) >= 6:
                break
        return found

    def _label_up_left(self, c: Candidate) -> str | None:
        """``Contract Dates`` above two dates heads both: the first one by 0, the second by 1."""
        lines = self.sheet.lines
        for number in range(c.run.line - 1, max(c.run.line - 3, -1), -1):
            line = lines[number]
            if line and line[0].page != c.page:
                return None
            held = [run for run in line if run.x0 <= c.x0 + 2 and self.kind(run) in ("words", "label")]
            if held:
                head = held[-1]
                between = [run for run in lines[c.run.line] if head.x0 - 2 <= run.x0 < c.x0 - 1]
                return f"under{min(len(between), 3)}:{self.label(head)}"
        return None

    def _places(self, c: Candidate, found: list[str]) -> None:
        width = self.sheet.widths[c.page] or 1.0
        height = self.sheet.heights[c.page] or 1.0
        x, y = c.x0 / width, (c.y0 + c.y1) / 2 / height
        page = "first" if c.page == 0 else "last" if c.page == self.sheet.pages - 1 else "inner"
        only = "+last" if self.sheet.pages == 1 else ""
        found.append(f"page:{page}{only}")
        found.append(f"area:{page}/{int(x * 3)}/{int(y * 4)}")
        found.append(f"spot:{page}/{int(x * 12)}/{int(y * 16)}")
        found.append(f"column:{int(x * 12)}")

    def _name(self, c: Candidate, found: list[str]) -> None:
        """Take what a name or a text says of itself."""
        text = c.value
        letters = sum(map(str.isalpha, text))
        upper = sum(map(str.isupper, filter(str.isalpha, text))) / max(letters, 1)
        words = c.passage.words[c.first : c.after]
        parts = [piece for word in words for piece in pieces(word.text)]
        lists = name_words()
        found.extend(f"holds:{part}" for part in dict.fromkeys(parts) if not part.isdigit())
        found.append(f"name:case {'upper' if upper > 0.9 else 'title' if upper > 0.08 else 'lower'}")
        found.append(f"name:length {min(len(text) // 6, 10)}")
        found.append(f"name:{'whole' if len(words) == len(c.run.words) else 'part'}")
        starts = "start" if c.first == c.run.start else "inner"
        ends = "end" if c.after == c.run.start + len(c.run.words) else "inner"
        found.append(f"name:{starts}-{ends}")
        found.append(f"name:form {bool(c.grade)}")
        kinds = ("business", "titles", "people", "street", "offices")
        found.extend(f"name:has {kind}" for kind in kinds if not lists[kind].isdisjoint(parts))
        if any(is_form(word.text) for word in words):
            found.append("name:has form")
        if any(map(str.isdigit, text)):
            found.append("name:has digit")
        found.extend(f"name:has {mark}" for mark in "(),:/-&" if mark in text)
        if any(word.confidence < _DOUBTFUL for word in words):
            found.append("name:doubtful")
        stop, titles = all_stop_words(), lists["titles"]
        small = sum(map(stop.__contains__, parts))
        found.append(f"name:small {min(small, 3)}")
        labels = sum([part in self._words or part in titles for part in parts])
        found.append(f"name:labels {'no' if not labels else 'all' if labels == len(parts) else 'some'}")
        open_end = words[-1].text[-1] in ",-&" or (bool(parts) and parts[-1] in stop)
        found.append(f"name:goes on {open_end}")
        if c.more:
            found.append(f"name:lines {min(len(c.more) + 1, 5)}")
            found.append(f"name:lines goes on {open_end}")

    def _of_run(self, run: Run) -> Strings:
        if run.index not in self._by_run:
            self._by_run[run.index] = tuple(self._line(run))
        return self._by_run[run.index]

    def _line(self, run: Run) -> list[str]:
        line = self.sheet.lines[run.line]
        first = line[0]
        found = []
        if first is not run:
            found.append(f"row:{_said([p for w in first.words[:2] for p in pieces(w.text)][:2])}")
        if run.line not in self._by_line:
            self._by_line[run.line] = f"line:{'-'.join([self.kind(other)[0] for other in line[:7]])}"
        found.append(self._by_line[run.line])
        size = run.size / self.sheet.size
        found.append(f"size:{'big' if size > 1.25 else 'small' if size < 0.85 else 'usual'}")
        if run.bold:
            found.append("bold:")
        if run.passage.is_prose:
            found.append("line:prose")
        below = self._below(run)
        if below is not None:
            found.append(f"below:{self.label(below) if self.kind(below) != 'date' else '0'}")
            found.append(f"belowkind:{self.kind(below)}")
        heading = self._heading(run)
        if heading is not None:
            found.append(f"block:{self.label(heading)}")
        return found

    def _below(self, run: Run) -> Run | None:
        lines = self.sheet.lines
        for number in range(run.line + 1, min(run.line + 3, len(lines))):
            for other in lines[number]:
                if other.page == run.page and other.x0 < run.x1 and other.x1 > run.x0:
                    return other
        return None

    def _heading(self, run: Run) -> Run | None:
        """Return the first line of the block that a run stands in, at its left edge."""
        lines, current = self.sheet.lines, run
        for number in range(run.line - 1, max(run.line - 12, -1), -1):
            upper = next((o for o in lines[number] if o.page == run.page and abs(o.x0 - run.x0) < 8), None)
            if lines[number] and current.y0 - lines[number][0].y1 > 1.8 * max(run.height, 4.0):
                break
            if upper is not None:
                current = upper
        return None if current is run else current
