"""How far a cell of a table can be trusted: what speaks for and against it, and what that has been worth."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from countersign.agents.logistic import fit_logistic
from countersign.agents.logits import Floats, along
from countersign.agents.sheet import Sheet
from countersign.agents.tables_cells import Draft, Told, multiplies, numbers
from countersign.domain.klass import FieldDef, FieldType, TableDef
from countersign.settings.resources import shipped

FILE = "tables.json"
_MOST, _LEAST = 0.9995, 0.02
_CENT = Decimal("0.02")
_ASSUMED = {"doubtful": -1.0, "poor": -2.0}
"""What doubt of the OCR counts where too little of it was met to learn what it is worth."""
_OFTEN, _SELDOM = 0.9, 0.3
"""Shares of the rows that hold a column."""
_KINDS = {
    FieldType.AMOUNT: "amount",
    FieldType.NUMBER: "number",
    FieldType.DATE: "date",
    FieldType.IDENTIFIER: "identifier",
}
Signs = frozenset[str]
"""What speaks for or against a cell, by name."""


def all_signs(
    sheet: Sheet, table: TableDef, drafts: Sequence[Draft], is_scan: bool
) -> list[dict[int, Signs]]:
    """Return the signs of every cell of a table, row by row."""
    whole = _of_table(sheet, table, drafts)
    there = {index for draft in drafts for index in draft.cells}
    columns = {index: _of_column(index, drafts) for index in there}
    usual = Counter(frozenset(draft.cells) for draft in drafts)
    found = []
    for place, draft in enumerate(drafts):
        row = whole | draft.signs | _of_row(table, draft)
        row |= {"like others" if usual[frozenset(draft.cells)] * 2 > len(drafts) else "unlike others"}
        row |= _balances(table, drafts, place)
        found.append(
            {
                index: frozenset(row | columns[index] | _of_cell(table.columns[index], told, is_scan))
                for index, told in draft.cells.items()
            }
        )
    return found


def _of_table(sheet: Sheet, table: TableDef, drafts: Sequence[Draft]) -> set[str]:
    """Say whether the sums of the columns stand on the document, and how many rows there are."""
    sums: Counter[int] = Counter()
    total: dict[int, Decimal] = {}
    for draft in drafts:
        for index, told in draft.cells.items():
            if table.columns[index].type is FieldType.AMOUNT:
                total[index] = total.get(index, Decimal(0)) + Decimal(told.value)
                sums[index] += 1
    signs = {"one row" if len(drafts) == 1 else "few rows" if len(drafts) < 5 else "many rows"}
    if total and len(drafts) > 1:
        printed = _printed(sheet)
        signs.add(
            "sum printed" if any(_digits(t) in printed for t in total.values() if t) else "sum not printed"
        )
    return signs


def _printed(sheet: Sheet) -> set[str]:
    """Return the digits of every number with cents on the document."""
    found = set()
    for run in sheet.runs:
        for word in run.words:
            text = word.text
            if len(text) > 3 and any(mark in text for mark in ".,"):
                found.add("".join(char for char in text if char.isdigit()))
        if len(run.words) > 1 and run.words[-1].text[-1:].isdigit():
            found.add("".join(char for char in run.text if char.isdigit()))
    return found


def _digits(amount: Decimal) -> str:
    return "".join(char for char in f"{amount:.2f}" if char.isdigit())


def _of_column(index: int, drafts: Sequence[Draft]) -> set[str]:
    share = sum(index in draft.cells for draft in drafts) / len(drafts)
    return {"column full" if share >= _OFTEN else "column rare" if share < _SELDOM else "column part"}


def _of_row(table: TableDef, draft: Draft) -> set[str]:
    """Say whether quantity times price is the amount, where there are all three."""
    values = numbers(table.columns, draft.cells)
    if multiplies(values):
        return {"multiplies"}
    return {"does not multiply"} if {"quantity", "unit_price", "amount"} <= values.keys() else set()


def _balances(table: TableDef, drafts: Sequence[Draft], place: int) -> set[str]:
    """Say whether a running balance follows from the one before it."""
    names = {column.name: index for index, column in enumerate(table.columns)}
    if "balance" not in names or place == 0:
        return set()
    told = [drafts[place - 1].cells.get(names["balance"]), drafts[place].cells.get(names["balance"])]
    amount = drafts[place].cells.get(names["amount"])
    if told[0] is None or told[1] is None or amount is None:
        return set()
    holds = abs(Decimal(told[0].value) + Decimal(amount.value) - Decimal(told[1].value)) <= _CENT
    return {"balances" if holds else "does not balance"}


def _of_cell(column: FieldDef, told: Told, is_scan: bool) -> set[str]:
    kind = _KINDS.get(column.type, "words")
    signs = {kind, *(f"{kind}: {sign}" for sign in told.signs)}
    if is_scan:
        worst = min(word.confidence for word in told.words)
        signs.add(f"{kind}: scan, {'sure' if worst >= 90 else 'doubtful' if worst >= 70 else 'poor'}")
    return signs


class Trust:
    """What each sign has been worth: a sum of weights, turned into a probability."""

    def __init__(self, weights: Mapping[str, float], table: Sequence[Sequence[float]] = ()) -> None:
        self.weights = dict(weights)
        self.table = table

    def to_data(self) -> dict[str, Any]:
        """Return it as data for a file."""
        weights = {name: round(weight, 4) for name, weight in sorted(self.weights.items())}
        return {"weights": weights, "table": [list(point) for point in self.table]}

    def confidence(self, signs: Signs) -> float:
        """Return the probability that a cell with these signs is right."""
        score = self.weights.get("", 0.0) + sum(self._weight(sign) for sign in signs)
        chance = 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))
        return min(max(self.worth(chance), _LEAST), _MOST)

    def _weight(self, sign: str) -> float:
        known = self.weights.get(sign)
        return _ASSUMED.get(sign.partition("scan, ")[2], 0.0) if known is None else known

    def worth(self, chance: float) -> float:
        """Turn a raw probability into what it was worth on layouts kept from learning."""
        return along(self.table, chance)


@lru_cache(maxsize=1)
def shipped_trust() -> Trust:
    """Return what ships with the desk."""
    data = json.loads(shipped("resources", "models", FILE).read_text(encoding="utf-8"))
    return Trust(data["weights"], data["table"])


def learn(cells: Sequence[tuple[Signs, bool, float]], *, penalty: float = 1.0, least: int = 20) -> Trust:
    """Fit the weights by penalised logistic regression; signs seen seldom are left out."""
    seen: Counter[str] = Counter()
    for signs, _, weight in cells:
        for sign in signs:
            seen[sign] += math.ceil(weight)
    names = ["", *sorted(sign for sign, count in seen.items() if count >= least)]
    place = {name: index for index, name in enumerate(names)}
    rows: Floats = np.zeros((len(cells), len(names)))
    rows[:, 0] = 1.0
    for number, (signs, _, _) in enumerate(cells):
        for sign in signs:
            if sign in place:
                rows[number, place[sign]] = 1.0
    right: Floats = np.array([float(was_right) for _, was_right, _ in cells])
    worth: Floats = np.array([weight for _, _, weight in cells])
    ridge: Floats = np.full(len(names), penalty)
    ridge[0] = 1e-3
    weights = fit_logistic(rows, right, worth, ridge, np.zeros(len(names)))
    return Trust({name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)})
