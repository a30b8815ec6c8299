"""The labels around every run of a document, found once and asked for many times."""

from collections import defaultdict

from countersign.agents.labels import Hit
from countersign.agents.senders import Senders
from countersign.agents.sheet import Run, Sheet
from countersign.domain.klass import FieldDef, FieldType, Side


class Surroundings:
    """The labels around every run, found once and asked for many times."""

    def __init__(
        self, sheet: Sheet, fields: tuple[FieldDef, ...], hits: list[Hit], in_tables: set[int]
    ) -> None:
        self.sheet = sheet
        self.fields = fields
        self.hits = hits
        self.in_tables = in_tables
        self.last_table_line = max((sheet.runs[index].line for index in in_tables), default=-1)
        self.by_passage: dict[int, list[Hit]] = defaultdict(list)
        self.closing: dict[int, Hit] = {}
        """The label that a run ends with, by run."""
        for hit in hits:
            self.by_passage[hit.passage.index].append(hit)
            if hit.ends_run:
                self.closing[hit.run.index] = hit
        self.heading = {index: hit for index, hit in self.closing.items() if not self._has_value_beside(hit)}
        """Those of them that may head what stands below."""
        self._left: dict[int, tuple[float, Hit | None]] = {}
        self._above: dict[int, tuple[float, Hit | None]] = {}
        self._side: dict[int, Side | None] = {}
        self._heads: dict[int, tuple[float, float]] = {}
        self._uppers: dict[int, Run | None] = {}
        self._of_run: dict[int, tuple[float, ...]] = {}
        sides = {field.side for field in fields if field.type is FieldType.NAME}
        self._senders = Senders(sheet) if {Side.ISSUER, Side.ADDRESSEE} <= sides else None

    def _has_value_beside(self, hit: Hit) -> bool:
        """Say whether the label has its value to the right, so that it heads nothing below."""
        line = self.sheet.lines[hit.run.line]
        place = line.index(hit.run)
        if place + 1 >= len(line):
            return False
        beside = line[place + 1]
        near = beside.x0 - hit.run.x1 < 0.2 * self.sheet.widths[hit.run.page]
        return (near or hit.colon) and not self.by_passage.get(beside.passage.index)

    def of_run(self, run: Run) -> tuple[float, ...]:
        """Say of a run what holds for all candidates in it: its size, boldness, line, table and block."""
        if run.index not in self._of_run:
            self._of_run[run.index] = (
                min(max(run.size / self.sheet.size, 0.4), 3.0) - 1.0,
                float(run.bold),
                float(len(self.sheet.lines[run.line]) == 1),
                float(run.index in self.in_tables),
                float(run.line > self.last_table_line),
                float(self.side(run) is not None),
                *self.head_of_block(run),
            )
        return self._of_run[run.index]

    def left(self, run: Run) -> tuple[float, Hit | None]:
        """Return the nearest label to the left on the line, and how close it is (1 is next to it)."""
        if run.index not in self._left:
            self._left[run.index] = self._look_left(run)
        return self._left[run.index]

    def above(self, run: Run) -> tuple[float, Hit | None]:
        """Return the nearest label above that overlaps, and how close it is."""
        if run.index not in self._above:
            self._above[run.index] = self._look_above(run)
        return self._above[run.index]

    def _look_left(self, run: Run) -> tuple[float, Hit | None]:
        line = self.sheet.lines[run.line]
        for skipped, other in enumerate(reversed(line[: line.index(run)])):
            hit = self.closing.get(other.index)
            if hit is not None:
                gap = max(0.0, run.x0 - other.x1) / max(self.sheet.widths[run.page], 1.0)
                return max(0.05, 1.0 - 0.9 * gap) / (1 + skipped), hit
        return 0.0, None

    def _look_above(self, run: Run) -> tuple[float, Hit | None]:
        lines, passed = self.sheet.lines, 0
        for number in range(run.line - 1, max(run.line - 14, -1), -1):
            for other in lines[number]:
                if other.page != run.page:
                    return 0.0, None
                if other.x0 >= run.x1 + 2 or other.x1 <= run.x0 - 2:
                    continue
                hit = self.heading.get(other.index)
                distance = (run.y0 - other.y1) / max(run.height, 4.0)
                if hit is not None:
                    return 1.0 / (1.0 + passed + 0.25 * max(0.0, distance)), hit
                passed += 1
                if passed > 4 or distance > 14:
                    return 0.0, None
        return 0.0, None

    def head_of_block(self, run: Run) -> tuple[float, float]:
        """Say whether nothing, or only a label, stands right above a run, and whether it is a label."""
        if run.index not in self._heads:
            upper = self._upper(run)
            label = upper is not None and upper.index in self.closing
            self._heads[run.index] = float(upper is None or label), float(label)
        return self._heads[run.index]

    def side(self, run: Run) -> Side | None:
        """Say whose block a run stands in: that of the first label of a side at the top of its block.

        A block right below the line that gives a letter's sender is the addressee's.
        """
        if run.index not in self._side:
            self._side[run.index] = self._find_side(run)
        return self._side[run.index]

    def _find_side(self, run: Run) -> Side | None:
        for hit in self.by_passage.get(run.passage.index, ()):
            side = self._side_of(hit)
            if side and hit.colon:
                return side
        if self._senders is not None and self._senders.holds(run):
            return Side.ISSUER
        label = self.closing.get(self.sheet.lines[run.line][0].index)
        current, steps = (label.run if label else run), 0
        while steps < 8:
            if self._senders is not None and self._senders.is_right_above(current):
                return Side.ADDRESSEE
            upper = self._upper(current)
            if upper is None or self._is_another_heading(upper):
                return None
            for hit in self.by_passage.get(upper.passage.index, ()):
                side = self._side_of(hit)
                if side and hit.starts_run:
                    return side
            current, steps = upper, steps + 1
        return None

    def _is_another_heading(self, run: Run) -> bool:
        """Say whether a run is a label of nothing that is asked for, with no value beside: ``Ship to``."""
        hit = self.heading.get(run.index)
        return hit is not None and not hit.fields and hit.starts_run and len(run.passage.runs) == 1

    def _upper(self, run: Run) -> Run | None:
        """Return the run that goes before at the same left edge; lines between may hold other columns."""
        if run.index not in self._uppers:
            self._uppers[run.index] = self._look_up(run)
        return self._uppers[run.index]

    def _look_up(self, run: Run) -> Run | None:
        reached = run.y0
        for number in range(run.line - 1, max(run.line - 5, -1), -1):
            line = self.sheet.lines[number]
            lowest = max(other.y1 for other in line)
            if line[0].page != run.page or reached - lowest > 1.8 * max(run.height, line[0].height):
                return None
            for other in line:
                if abs(other.x0 - run.x0) < 6:
                    return other
            reached = min(other.y0 for other in line)
        return None

    def _side_of(self, hit: Hit) -> Side | None:
        sides = {self.fields[index].side for index in hit.fields if self.fields[index].type is FieldType.NAME}
        return next(iter(sides)) if len(sides) == 1 else None
