"""The trained scorers: small networks in a JSON file, and what their scores have been worth."""

import json
from functools import lru_cache
from typing import Any

import numpy as np

from countersign.agents.features import ABSENCE, NAMES
from countersign.agents.lessons import Lessons
from countersign.agents.logits import Floats, along
from countersign.agents.worth import Kind, Signals, Worth, untaught
from countersign.settings.resources import shipped

FILE = "reader_local.json"
LESSONS_FILE = "reader_lessons.json"
_MOST = 0.9995
"""Nothing is ever certain."""


class Group:
    """One scorer: a hidden layer of tanh units, and the weights of 'not present'."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.hidden: Floats = np.array(data["hidden"], dtype=np.float64)
        self.hidden_bias: Floats = np.array(data["hidden_bias"], dtype=np.float64)
        self.out: Floats = np.array(data["out"], dtype=np.float64)
        self.direct: Floats = np.array(data["direct"], dtype=np.float64)
        self.absent: Floats = np.array(data["absent"], dtype=np.float64)

    def scores(self, rows: Floats) -> Floats:
        """Return one score a row of features; higher is likelier."""
        hidden = np.tanh(rows @ self.hidden + self.hidden_bias)
        result: Floats = hidden @ self.out + rows @ self.direct
        return result

    def not_present(self, absence: Floats) -> float:
        """Return the score of 'not present' from what speaks for it (`features.absence`)."""
        return float(absence @ self.absent)


class Model:
    """All scorers by group, and what was learned about the classes that ship."""

    def __init__(self, data: dict[str, Any]) -> None:
        if data["features"] != [*NAMES, *ABSENCE]:
            raise ValueError("the model was trained on other features; train it again")
        self.groups = {name: Group(group) for name, group in data["groups"].items()}
        self.lessons: dict[str, Lessons] = {
            name: Lessons.from_data(held) for name, held in data.get("lessons", {}).items()
        }
        self.weigh(data.get("worth", {}))

    def weigh(self, worth: dict[str, Any]) -> None:
        """Take over what answers have been worth; without any, they are taken at their word."""
        self._value, self._absent = (Worth(worth.get(kind) or untaught()) for kind in ("value", "absent"))

    def heard(self, klass: str, lessons: tuple[Lessons, ...]) -> tuple[Lessons, ...]:
        """Return the lessons about a class: those that ship, then those of the desk."""
        own = self.lessons.get(klass)
        return (own, *lessons) if own else lessons

    def worth_of(self, kind: Kind, signals: Signals, *, is_absent: bool) -> float:
        """Return the probability that an answer is right, learned from documents that were kept away."""
        return (self._absent if is_absent else self._value).of(kind, signals)


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """Return the model that ships with the desk."""
    data, lessons = (
        json.loads(shipped("resources", "models", name).read_text(encoding="utf-8"))
        for name in (FILE, LESSONS_FILE)
    )
    return Model({**data, "lessons": lessons})


def calibrated(table: list[list[float]], probability: float) -> float:
    """Return what a probability has been worth on documents that the model had not seen, by a table of it."""
    return min(along(table, probability), _MOST)
