"""What can be said about a candidate as the value of a field, in numbers between about -1 and 1.

Also what can be said for the field having no value at all: whether its label stands anywhere, and with what.
"""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from countersign.agents.candidates import Candidate
from countersign.agents.labels import Hit
from countersign.agents.logits import Floats
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
    "whole_run", "prose", "ambiguous", "scan", "alone", "in_table", "foot", "below_tables", "in_block",
    "top_of_block", "under_label",
)  # fmt: skip
TYPED = tuple(f"type_{n}" for n in range(WIDTH))
PAIR = (
    *(f"own_{r}" for r in RELATIONS), *(f"other_{r}" for r in RELATIONS), "own_best", "other_best", "margin",
    "unlabelled", "weight", "colon", "label_alone", "label_pieces", "behind_best", "best_of_value", "order",
    "issuer", "addressee", "block_same", "block_other",
)  # fmt: skip
FIELD = (
    "required", "only_of_type", "many", "sum_last", "sum_first", "sum_middle", "date_first", "date_later",
    "long_text",
)  # fmt: skip
NAMES: tuple[str, ...] = (*SHARED, *TYPED, *PAIR, *FIELD, "unlabelled_option")
"""Names of the features, in order."""
ABSENCE: tuple[str, ...] = (
    "one", "required", "only_of_type", "sided", "best", "best_margin", "label_weight", "label_empty",
    "labelled", "crowd", "no_candidate", "scan", "best_required", "empty_required", "sum_last", "date_later",
    "many_values",
)  # fmt: skip
"""Names of what speaks for 'not present', in order."""
_OWN_BEST, _MARGIN, _UNLABELLED = (NAMES.index(name) for name in ("own_best", "margin", "unlabelled"))
_SIDES = (None, *Side)
"""Whose block a candidate may stand in."""


class Featured:
    """The candidates of one scorer with what can be said about them whatever the field."""

    def __init__(self, group: str, candidates: list[Candidate], around: Surroundings) -> None:
        self.group = group
        self.candidates = candidates
        self.around = around
        counts = Counter(c.value for c in candidates)
        sheet = around.sheet
        own = OWN.get(group, nothing)(candidates, sheet)
        self.shared: Floats = np.array(
            [_shared(c, around, counts[c.value]) + o for c, o in zip(candidates, own, strict=True)]
        )
        self.near = [_near(c, around) for c in candidates]
        self._order = np.array(_orders(self.near))
        self._hits = _Hits(self.near)
        self._sides = np.array([_SIDES.index(around.side(c.run)) for c in candidates])
        values = {value: number for number, value in enumerate(counts)}
        self._value = np.array([values[c.value] for c in candidates])

    def rows(self, klass: ClassDef, index: int) -> Floats:
        """Return one row of features a candidate for the field of that index."""
        field = klass.fields[index]
        count = len(self.candidates)
        pair = self._hits.pair(index, _twin(klass, index), self._blocks(field))
        best = pair[:, 8]
        of_value = np.zeros(count)
        np.maximum.at(of_value, self._value, best)
        relative = np.stack([best - best.max(initial=0.0), of_value[self._value]], axis=1)
        fixed = np.broadcast_to(np.array(_field_features(klass, field)), (count, len(FIELD)))
        option = pair[:, 11:12] * (not field.required)
        sides = np.array([_sided(side, field) for side in _SIDES])[self._sides]
        return np.hstack([self.shared, pair, relative, self._order[:, None], sides, fixed, option])

    def _blocks(self, field: FieldDef) -> NDArray[np.int_]:
        """Return 1 for candidates in a block of the field's side, -1 for those in the other, else 0."""
        told = np.array([0 if s is None else 1 if s is field.side else -1 for s in _SIDES])
        blocks: NDArray[np.int_] = told[self._sides]
        return blocks


def _twin(klass: ClassDef, index: int) -> int | None:
    """Return the field of the same type for the other side: the buyer's VAT id for the vendor's."""
    field = klass.fields[index]
    if field.side is None:
        return None
    twins = (
        place
        for place, other in enumerate(klass.fields)
        if other.type is field.type and other.side is not None and other.side is not field.side
    )
    return next(twins, None)


def absence(klass: ClassDef, index: int, around: Surroundings, rows: Floats, values: int) -> Floats:
    """Return what speaks for the field having no value; `values` counts the different ones it might have."""
    field = klass.fields[index]
    weights = [hit.weight for hit in around.hits if index in hit.fields]
    label = max(weights, default=0.0)
    best = float(rows[:, _OWN_BEST].max()) if len(rows) else 0.0
    margin = float(rows[:, _MARGIN].max()) if len(rows) else -1.0
    labelled = float((rows[:, _OWN_BEST] > 0.3).sum()) if len(rows) else 0.0
    fixed = dict(zip(FIELD, _field_features(klass, field), strict=True))
    empty = max(0.0, label - best)
    return np.array(
        [
            1.0,
            fixed["required"],
            fixed["only_of_type"],
            float(field.side is not None),
            best,
            margin,
            label,
            empty,
            min(labelled, 4.0) / 4,
            math.log1p(len(rows)) / 5,
            float(len(rows) == 0),
            float(bool(around.sheet.scans)),
            best * fixed["required"],
            empty * fixed["required"],
            fixed["sum_last"],
            fixed["date_later"],
            math.log1p(values) / 5,
        ]
    )


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


def _orders(near: list[Near]) -> list[float]:
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


class _Hits:
    """The labels near each candidate as arrays: one row a candidate, one column a relation."""

    def __init__(self, near: list[Near]) -> None:
        hits = list({id(hit): hit for by in near for _, hit in by if hit is not None}.values())
        place = {id(hit): number for number, hit in enumerate(hits)}
        self._closeness: Floats = np.array([[close for close, _ in by] for by in near])
        self._place = np.array([[place[id(hit)] if hit else -1 for _, hit in by] for by in near])
        self._fields = [frozenset(hit.fields) for hit in hits]
        about = [
            [h.weight, float(h.colon), float(h.starts_run and h.ends_run), min(h.pieces, 4) / 4] for h in hits
        ]
        self._about: Floats = np.array([*about, [0.0] * 4])
        """What is to be said of each label; the last row is that of none."""
        self._is_plain = np.array([*(h.pieces < 3 for h in hits), False])[self._place]
        """Labels so short that the block they stand in says whose they are."""
        self._strength = self._closeness * self._about[self._place, 0]

    def _named(self, index: int) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.array([*(index in fields for fields in self._fields), False])
        named: NDArray[np.bool_] = found[self._place]
        return named

    def pair(self, index: int, twin: int | None, blocks: NDArray[np.int_]) -> Floats:
        """Return how the labels of one field, and of all others, stand to each candidate.

        In a block of one side a label of either side's field means that side's: "VAT ID" under "Buyer".
        """
        is_own = self._named(index)
        if twin is not None:
            of_twin = self._named(twin)
            is_own = np.where(blocks[:, None] > 0, is_own | of_twin, is_own)
            is_own = np.where(blocks[:, None] < 0, is_own & ~self._is_plain, is_own)
        own, other = self._strength * is_own, self._strength * ~is_own
        strongest, rival = own.max(axis=1), other.max(axis=1)
        has = strongest > 0
        best = np.where(has, self._place[np.arange(len(own)), own.argmax(axis=1)], -1)
        scalars = np.stack([strongest, rival, strongest - rival, (~has).astype(float)], axis=1)
        return np.hstack([own, other, scalars, self._about[best]])


def _sided(block: Side | None, field: FieldDef) -> list[float]:
    if field.side is None:
        return [0.0, 0.0, 0.0, 0.5 * float(block is not None)]
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


def _shared(c: Candidate, around: Surroundings, count: int) -> list[float]:
    sheet = around.sheet
    width, height = sheet.widths[c.page] or 1.0, sheet.heights[c.page] or 1.0
    top = c.y0 / height
    run_words = len(c.run.words)
    size, bold, alone, in_table, below_tables, in_block, *head = around.of_run(c.run)
    return [
        top,
        c.x0 / width,
        c.x1 / width,
        float(c.page == 0),
        float(c.page == sheet.pages - 1),
        size,
        bold,
        c.grade,
        min(math.log(count), 2.0),
        min(c.after - c.first, 10) / 10,
        min(run_words, 15) / 15,
        float(c.after - c.first == run_words),
        float(c.passage.is_prose),
        float(c.other is not None),
        float(sheet.is_scan(c.page)),
        alone,
        in_table,
        float(top > 0.88),
        below_tables,
        in_block,
        *head,
    ]
