"""What can be said about a candidate as the value of a field, in numbers between about -1 and 1."""

import math
from collections import Counter

from countersign.agents.candidates import Candidate
from countersign.agents.labels import Hit
from countersign.agents.sheet import Sheet
from countersign.agents.surroundings import Surroundings
from countersign.agents.traits import OWN, WIDTH, nothing
from countersign.domain.klass import ClassDef, FieldDef, FieldType, Side

GROUPS: dict[FieldType, str] = {
    FieldType.DATE: "date",
    FieldType.AMOUNT: "amount",
    FieldType.NUMBER: "number",
    FieldType.IDENTIFIER: "identifier",
    FieldType.VAT_ID: "vat_id",
    FieldType.IBAN: "code",
    FieldType.BIC: "code",
    FieldType.EMAIL: "code",
    FieldType.PHONE: "code",
    FieldType.COUNTRY: "code",
    FieldType.CURRENCY: "currency",
    FieldType.NAME: "name",
    FieldType.ADDRESS: "address",
    FieldType.TEXT: "text",
    FieldType.DURATION: "duration",
}
"""Which of the scorers judges a type."""


def scorer_name(field: FieldDef) -> str:
    """Return the scorer that judges a field; fields with several values have one of their own."""
    return GROUPS[field.type] + ("_many" if field.many else "")


RELATIONS = ("inline", "left", "above", "after")
SHARED = (
    "top", "x0", "x1", "first_page", "last_page", "size", "bold", "grade", "repeated", "words", "run_words",
    "whole_run", "prose", "ambiguous", "scan", "alone", "in_table", "foot",
)  # fmt: skip
TYPED = tuple(f"type_{n}" for n in range(WIDTH))
PAIR = (
    *(f"own_{r}" for r in RELATIONS), *(f"other_{r}" for r in RELATIONS), "own_best", "other_best", "margin",
    "unlabelled", "weight", "colon", "label_alone", "label_pieces", "order", "issuer", "addressee",
    "block_same", "block_other", "required", "only_of_type", "many", "sum_last", "sum_first", "sum_middle",
    "date_first", "date_later", "long_text", "unlabelled_option",
)  # fmt: skip
_UNLABELLED = PAIR.index("unlabelled")
NAMES: tuple[str, ...] = SHARED + TYPED + PAIR
"""Names of the features, in order."""


class Featured:
    """The candidates of one scorer with what can be said about them whatever the field."""

    def __init__(self, group: str, candidates: list[Candidate], around: Surroundings) -> None:
        self.group = group
        self.candidates = candidates
        self.around = around
        counts = Counter(c.value for c in candidates)
        sheet = around.sheet
        own = OWN.get(group, nothing)(candidates, sheet)
        self.shared = [
            _shared(c, sheet, counts[c.value], around.in_tables) + o
            for c, o in zip(candidates, own, strict=True)
        ]
        self.near = [_near(c, around) for c in candidates]
        self.order = _orders(candidates, self.near)

    def rows(self, klass: ClassDef, index: int) -> list[list[float]]:
        """Return one row of features a candidate for the field of that index."""
        field = klass.fields[index]
        fixed = _field_features(klass, field)
        rows = []
        for candidate, shared, near, order in zip(
            self.candidates, self.shared, self.near, self.order, strict=True
        ):
            pair = _pair(near, index)
            option = float(pair[_UNLABELLED]) * (not field.required)
            rows.append([*shared, *pair, order, *_sided(candidate, field, self.around), *fixed, option])
        return rows


Near = list[tuple[float, Hit | None]]


def _near(candidate: Candidate, around: Surroundings) -> Near:
    """Return the nearest label in each relation, with its closeness."""
    before: tuple[float, Hit | None] = (0.0, None)
    after: tuple[float, Hit | None] = (0.0, None)
    for hit in around.by_passage.get(candidate.passage.index, ()):
        if hit.after <= candidate.first or hit.first < candidate.first:
            gap = max(0, candidate.first - hit.after)
            closeness = 1.0 / (1.0 + 0.35 * gap)
            if gap <= 30 and closeness >= before[0]:
                before = (closeness, hit)
        elif hit.first >= candidate.after:
            closeness = 1.0 / (1.0 + 0.35 * (hit.first - candidate.after))
            if closeness > after[0]:
                after = (closeness, hit)
    return [before, around.left(candidate.run), around.above(candidate.run), after]


def _orders(candidates: list[Candidate], near: list[Near]) -> list[float]:
    """Which one after its inline or left label a candidate is: 0 the first, 1 the third or later."""
    seen: Counter[int] = Counter()
    orders = []
    for near_by in near:
        hit = near_by[0][1] or near_by[1][1]
        if hit is None:
            orders.append(0.0)
            continue
        orders.append(min(seen[id(hit)], 2) / 2)
        seen[id(hit)] += 1
    return orders


def _pair(near: Near, index: int) -> list[float]:
    own, other = [0.0] * 4, [0.0] * 4
    best: Hit | None = None
    strongest = 0.0
    for relation, (closeness, hit) in enumerate(near):
        if hit is None:
            continue
        if index in hit.fields:
            strength = closeness * hit.weight
            own[relation] = strength
            if strength > strongest:
                best, strongest = hit, strength
        else:
            other[relation] = closeness * hit.weight
    rival = max(other)
    label = (
        [best.weight, float(best.colon), float(best.starts_run and best.ends_run), min(best.pieces, 4) / 4]
        if best
        else [0.0, 0.0, 0.0, 0.0]
    )
    return [*own, *other, strongest, rival, strongest - rival, float(best is None), *label]


def _sided(candidate: Candidate, field: FieldDef, around: Surroundings) -> list[float]:
    if field.side is None:
        return [0.0, 0.0, 0.0, 0.5 * float(around.side(candidate.run) is not None)]
    block = around.side(candidate.run)
    return [
        float(field.side is Side.ISSUER),
        float(field.side is Side.ADDRESSEE),
        float(block is field.side),
        float(block is not None and block is not field.side),
    ]


def _field_features(klass: ClassDef, field: FieldDef) -> list[float]:
    same_type = sum(1 for other in klass.fields if other.type is field.type)
    return [
        float(field.required),
        float(same_type == 1),
        float(field.many),
        float(any(group[-1] == field.name for group in klass.sums)),
        float(any(group[0] == field.name for group in klass.sums)),
        float(any(field.name in group[1:-1] for group in klass.sums)),
        float(any(group[0] == field.name for group in klass.in_order)),
        float(any(field.name in group[1:] for group in klass.in_order)),
        float(field.type is FieldType.TEXT and "description" in field.name),
    ]


def _shared(c: Candidate, sheet: Sheet, count: int, in_tables: set[int]) -> list[float]:
    width, height = sheet.widths[c.page] or 1.0, sheet.heights[c.page] or 1.0
    top = c.y0 / height
    run_words = len(c.run.words)
    return [
        top,
        c.x0 / width,
        c.x1 / width,
        float(c.page == 0),
        float(c.page == sheet.pages - 1),
        min(max(c.run.size / sheet.size, 0.4), 3.0) - 1.0,
        float(c.run.bold),
        c.grade,
        min(math.log(count), 2.0),
        min(c.after - c.first, 10) / 10,
        min(run_words, 15) / 15,
        float(c.after - c.first == run_words),
        float(c.passage.is_prose),
        float(c.other is not None),
        float(sheet.is_scan(c.page)),
        float(len(sheet.lines[c.run.line]) == 1),
        float(c.run.index in in_tables),
        float(top > 0.88),
    ]
