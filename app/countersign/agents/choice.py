"""Chooses one answer a field for the whole document: sums, order of dates, and no place used twice."""

import math
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from countersign.agents.candidates import Candidate
from countersign.agents.features import NAMES
from countersign.agents.logits import Floats, softmax
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.numerals import as_decimal

_KEPT = 8
"""Answers a field that are weighed against those of other fields."""
_SUM_HOLDS = 2.5
_ROWS_ADD_UP = 1.5
_OUT_OF_ORDER = -3.0
_SIDE_BY_SIDE = 2.0
_LEAST = 0.5
"""How likely a value must be where a field may well be absent: inventing one is the worst error."""
_NAMED, _NAMED_AT_ALL = 0.5, 0.1
"""How well a label must stand by a value, and how likely that must be, for a field to have its own."""
_OWN_BEST = NAMES.index("own_best")
_MAY_SHARE = frozenset({FieldType.AMOUNT, FieldType.CURRENCY, FieldType.NUMBER})


class Option:
    """One value for a field: its best place, its probability, and why that moved."""

    __slots__ = ("candidate", "is_labelled", "is_supported", "label", "places", "probability", "why")

    def __init__(self, candidate: Candidate, probability: float, label: float) -> None:
        self.candidate, self.probability, self.label = candidate, probability, label
        self.is_labelled = label > 0
        self.places = 1
        """How often the value is printed."""
        self.is_supported = False
        """Sums hold with it."""
        self.why: list[str] = []


class Slot:
    """A field with the answers that it may have."""

    __slots__ = ("absent", "field", "options")

    def __init__(self, field: FieldDef, options: list[Option], absent: float) -> None:
        self.field, self.options, self.absent = field, options, absent

    def scale(self, weights: Floats) -> None:
        """Take new weights for the options and, last, for 'not present'."""
        total = float(weights.sum()) or 1.0
        for option, weight in zip(self.options, weights, strict=False):
            option.probability = float(weight) / total
        self.absent = float(weights[-1]) / total
        self.options.sort(key=lambda option: -option.probability)

    def weights(self) -> Floats:
        """Return the probabilities of the options and, last, of 'not present'."""
        return np.array([*(option.probability for option in self.options), self.absent])


class Judged(NamedTuple):
    """The candidates for a field with their features and scores, from which probabilities come."""

    candidates: list[Candidate]
    rows: Floats
    scores: Floats
    absent: float
    """The score of 'not present'."""
    why: list[str | None]
    """What lessons say of each candidate."""
    bars: tuple[float, ...] = (0.5,)
    """How likely the first, second and further value must be, where a field may have several."""

    @property
    def labelled(self) -> Floats:
        """How well a label of the field stands to each candidate, 0 for none."""
        return self.rows[:, _OWN_BEST] if self.candidates else np.empty(0)


def slot(field: FieldDef, judged: Judged) -> Slot:
    """Gather candidates by value; a value printed in several places stands where it is likeliest."""
    probabilities, absent = softmax(judged.scores, judged.absent)
    by_value: dict[str, Option] = {}
    labelled = judged.labelled
    for place in np.argsort(-probabilities):
        candidate, probability = judged.candidates[place], float(probabilities[place])
        held = by_value.get(candidate.value)
        if held is None:
            if len(by_value) < _KEPT:
                option = Option(candidate, probability, float(labelled[place]))
                option.why.extend(filter(None, (judged.why[place],)))
                by_value[candidate.value] = option
        else:
            held.probability += probability
            held.places += 1
    options = sorted(by_value.values(), key=lambda option: -option.probability)
    return Slot(field, options, absent)


def weigh(klass: ClassDef, slots: dict[str, Slot], row_sums: dict[str, set[str]]) -> None:
    """Let the fields move each other: what adds up and stands in order is likelier.

    `row_sums` gives, by field, the values that a table's rows add up to.
    """
    for name, sums in row_sums.items():
        held = slots.get(name)
        if held:
            _favour(held, sums)
    for group in klass.sums:
        if len(group) == 3 and all(name in slots for name in group):
            _weigh_sum(*(slots[name] for name in group))
    for group in klass.in_order:
        for earlier, later in pairwise(group):
            if earlier in slots and later in slots:
                _weigh_order(slots[earlier], slots[later])


def _favour(held: Slot, sums: set[str]) -> None:
    weights = held.weights()
    for place, option in enumerate(held.options):
        if option.candidate.value in sums:
            weights[place] *= math.exp(_ROWS_ADD_UP)
            option.why.append("the rows of the table add up to it")
            option.is_supported = True
    held.scale(weights)


def _weigh_sum(one: Slot, two: Slot, total: Slot) -> None:
    """Weigh every triple of answers; one that adds up counts more."""
    worth = [
        np.array([*(_cents(option.candidate.value) for option in held.options), without])
        for held, without in ((one, np.nan), (two, 0.0), (total, np.nan))
    ]
    holds = np.abs(worth[0][:, None, None] + worth[1][None, :, None] - worth[2][None, None, :]) <= 1.01
    idle = (worth[0] == 0)[:, None, None] | (worth[1] == 0)[None, :, None]
    bonus = np.where(holds, np.where(idle, _SUM_HOLDS / 3, _SUM_HOLDS), 0.0)
    joint = (
        one.weights()[:, None, None]
        * two.weights()[None, :, None]
        * total.weights()[None, None, :]
        * np.exp(bonus)
    )
    marginals = (joint.sum(axis=(1, 2)), joint.sum(axis=(0, 2)), joint.sum(axis=(0, 1)))
    best = np.unravel_index(int(joint.argmax()), joint.shape)
    if holds[best]:
        for held, place in zip((one, two, total), best, strict=True):
            if int(place) < len(held.options):
                held.options[int(place)].why.append("the sums agree")
                held.options[int(place)].is_supported = True
    for held, marginal in zip((one, two, total), marginals, strict=True):
        held.scale(marginal)


def _cents(value: str) -> float:
    return float((as_decimal(value) or 0) * 100)


def _weigh_order(earlier: Slot, later: Slot) -> None:
    first, second = earlier.options, later.options
    bonus = np.zeros((len(first) + 1, len(second) + 1))
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            if a.candidate.value > b.candidate.value:
                bonus[i, j] = _OUT_OF_ORDER
            elif _side_by_side(a.candidate, b.candidate):
                bonus[i, j] = _SIDE_BY_SIDE
    joint = earlier.weights()[:, None] * later.weights()[None, :] * np.exp(bonus)
    marginals = joint.sum(axis=1), joint.sum(axis=0)
    earlier.scale(marginals[0])
    later.scale(marginals[1])


def _side_by_side(a: Candidate, b: Candidate) -> bool:
    """``1 May 2026 – 31 May 2026``: two dates with at most two words between."""
    if a.passage is b.passage:
        return 0 <= b.first - a.after <= 2
    return a.page == b.page and a.run.line == b.run.line and 0 <= b.x0 - a.x1 <= 3 * max(a.run.height, 6)


def assign(slots: dict[str, Slot]) -> dict[str, Option | None]:
    """Give every field its likeliest answer, the surest field first; a place already taken is left out."""
    chosen: dict[str, Option | None] = {}
    taken: list[tuple[FieldDef, Candidate]] = []
    while len(chosen) < len(slots):
        name = max((n for n in slots if n not in chosen), key=lambda n: _lead(slots[n], taken))
        held = slots[name]
        free = [option for option in held.options if not _is_taken(held.field, option, taken)]
        blocked = sum(option.probability for option in held.options) - sum(o.probability for o in free)
        rest = max(1.0 - blocked, 1e-6)
        best = free[0] if free else None
        held.absent = min(1.0, held.absent / rest)
        for option in free:
            option.probability /= rest
        held.options = free
        least = 0.2 if held.field.required else _LEAST
        if best is not None and best.probability > max(held.absent, least):
            chosen[name] = best
            taken.append((held.field, best.candidate))
        else:
            chosen[name] = None
    return chosen


def lenders(klass: ClassDef, slots: dict[str, Slot], chosen: dict[str, Option | None]) -> dict[str, str]:
    """Return, by field without a value, the field whose value it has unless the document says otherwise."""
    return {
        name: lender
        for name, lender in klass.else_same
        if name in chosen
        and chosen[name] is None
        and (lent := chosen.get(lender)) is not None
        and not any(_is_named(option, lent) for option in slots[name].options)
    }


def _is_named(option: Option, lent: Option) -> bool:
    """Say whether another value than the one to be lent may be what a label of the field names."""
    differs = option.candidate.value != lent.candidate.value
    return differs and option.label > _NAMED and option.probability > _NAMED_AT_ALL


def _lead(held: Slot, taken: list[tuple[FieldDef, Candidate]]) -> float:
    free = (o.probability for o in held.options if not _is_taken(held.field, o, taken))
    return next(free, -1.0)


def _is_taken(field: FieldDef, option: Option, taken: list[tuple[FieldDef, Candidate]]) -> bool:
    """Say whether another field of the type has the place, or the value with no label to share it by."""
    candidate = option.candidate
    for other_field, other in taken:
        if field.type in _MAY_SHARE and other_field.type in _MAY_SHARE:
            continue
        if field.type is not other_field.type:
            continue
        if other.page == candidate.page and _same_place(other, candidate):
            return True
        may_repeat = field.type is FieldType.DATE and option.is_labelled
        if other.value == candidate.value and not may_repeat:
            return True
    return False


def _same_place(a: Candidate, b: Candidate) -> bool:
    beside = a.x0 >= b.x1 - 0.5 or b.x0 >= a.x1 - 0.5
    above = a.y0 >= b.y1 - 0.5 or b.y0 >= a.y1 - 0.5
    return not (beside or above)


def row_sums(klass: ClassDef, amounts: dict[str, list[str]]) -> dict[str, set[str]]:
    """Return, by head field, the sum of the rows' amounts of the table that adds up to it."""
    sums: dict[str, set[str]] = defaultdict(set)
    for table in klass.tables:
        values = [as_decimal(value) for value in amounts.get(table.name, [])]
        known = [value for value in values if value is not None]
        if known:
            for name in table.adds_up_to:
                sums[name].add(f"{sum(known):.2f}")
    return sums
