"""What was learned about one class from documents that people confirmed.

Weights of what stands around a value, by field, and a memory of layouts. Both are plain data that a desk
keeps beside its record; of words only hashes are kept. Lessons move the scores of the local reader.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.candidates import Candidate
from countersign.agents.context import SPACES, Marks
from countersign.agents.features import NAMES
from countersign.agents.fitting import KIN_VOTES, Integers, Weights, places_of
from countersign.agents.logits import Floats
from countersign.agents.memory import Kept, Layout, Recalled, kin, recall, value_hash
from countersign.agents.prepared import Prepared
from countersign.domain.klass import FieldDef
from countersign.settings.resources import shipped

VERSION = 1
PRIOR_FILE = "memory.json"
_SURE = 0.4
"""Likeness from which kin have their full say."""
_EXPLAINED = 6
"""Candidates of a field that get a reason in words."""
_WORTH_SAYING = 0.4
_CONFIRMED = "it stands where a person confirmed it on an earlier document of this layout"
_HALF = 0.5
"""How far the usual number of values moves the bar: half of what it says, the rest is seen on the page."""
_HARDLY_ANY = 0.02
"""Share of documents without a value below which a field is as good as always there; two dozen tell that."""
_LOWEST_BAR, _HIGHEST_BAR = 0.3, 0.8
_WORDS = {
    "left": "the words “{}” stand to the left",
    "led": "the words “{}” stand to the left",
    "above": "the words “{}” stand above",
    "head": "the words “{}” head its column",
    "under": "the words “{}” stand above",
    "right": "the words “{}” stand to the right",
    "row": "its line begins with “{}”",
    "below": "the words “{}” stand below",
    "block": "its block begins with “{}”",
    "ledby": "the words “{}” stand before it",
    "section": "its paragraph begins with “{}”",
    "sentence": "its sentence begins with “{}”",
}


class Advice(NamedTuple):
    """What lessons say of the candidates for a field, to be joined with what the base model says."""

    scores: Floats
    """One a candidate, added to the base scores."""
    absent: float
    """Added to the base score of 'not present'."""
    why: list[str | None]
    """The strongest reason for each candidate in plain words; None where there is nothing to say."""
    trust: float = 1.0
    """What the base scores are multiplied with."""

    def on(self, base: Floats, absent: float) -> tuple[Floats, float]:
        """Return the joint scores and the joint score of 'not present'."""
        return self.trust * base + self.scores, self.trust * absent + self.absent

    def softened(self, share: float) -> "Advice":
        """Return it with a share of its say."""
        trust = 1.0 + share * (self.trust - 1.0)
        return self._replace(scores=share * self.scores, absent=share * self.absent, trust=trust)


class Learned(NamedTuple):
    """What was fitted for one field."""

    known: Integers
    """Hashes of the strings that count, sorted."""
    weights: Weights
    usual: tuple[float, ...] = ()
    """Shares of the documents with no value, with one, two and so on."""

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "trust": round(self.weights.trust, 4),
            "absent": round(self.weights.absent, 4),
            "kin": _rounded(self.weights.kin),
            "same": dict(zip(SPACES, _rounded(self.weights.same), strict=True)),
            "dense": dict(zip(NAMES, _rounded(self.weights.dense), strict=True)),
            "hashes": self.known.tolist(),
            "sparse": _rounded(self.weights.sparse),
            "usual": [round(share, 4) for share in self.usual],
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> "Learned":
        """Read what `to_data` gave."""
        weights = Weights(
            data["trust"],
            data["absent"],
            np.array(data["kin"], dtype=np.float64),
            _by_name(data["same"], SPACES),
            _by_name(data["dense"], NAMES),
            np.array(data["sparse"], dtype=np.float64),
        )
        known = np.array(data["hashes"], dtype=np.int64)
        return Learned(known, weights, tuple(data.get("usual", ())))


class Tables(NamedTuple):
    """What joint probabilities have been worth on documents that were not learned from."""

    value: list[list[float]]
    absent: list[list[float]]


AS_SAID = Tables([[0.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]])
"""Takes a probability at its word."""


def _by_name(data: dict[str, float], names: Sequence[str]) -> Floats:
    return np.array([data.get(name, 0.0) for name in names])


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values]


@lru_cache(maxsize=1)
def prior() -> Weights:
    """Return what memory is worth before a class has taught anything: fitted once on other documents."""
    data = json.loads(shipped("resources", "models", PRIOR_FILE).read_text(encoding="utf-8"))
    same = _by_name(data["same"], SPACES)
    return Weights.none()._replace(
        trust=data["trust"], absent=data["absent"], kin=np.array(data["kin"]), same=same
    )


class Lessons:
    """What was learned about one class."""

    def __init__(
        self,
        klass: str,
        sources: Iterable[str] = (),
        learned: dict[str, Learned] | None = None,
        kept: Iterable[Kept] = (),
        *,
        tables: dict[str, Tables] | None = None,
    ) -> None:
        self.klass = klass
        self.sources = tuple(sources)
        """The documents (SHA-256) that the weights were fitted to."""
        self.learned = learned or {}
        """By field."""
        self.kept = tuple(kept)
        """The memory of layouts, oldest first."""
        self.tables = tables or {}
        """By field; "" stands for every field that has none of its own."""
        self._near: tuple[Layout | None, list[tuple[float, Kept]]] = (None, [])

    @property
    def documents(self) -> int:
        """How many confirmed documents the weights were fitted to."""
        return len(self.sources)

    def replaced(
        self, kept: Iterable[Kept] | None = None, tables: dict[str, Tables] | None = None
    ) -> "Lessons":
        """Return the lessons with another memory, or other tables."""
        return Lessons(
            self.klass,
            self.sources,
            self.learned,
            self.kept if kept is None else kept,
            tables=self.tables if tables is None else tables,
        )

    def weigh(self, field: FieldDef, candidates: list[Candidate], prepared: Prepared) -> Advice | None:
        """Say which candidates the lessons favour; None when they know nothing of the field."""
        learned = self.learned.get(field.name)
        near = self.kin(prepared)
        if learned is None and not any(field.name in one.spots for _, one in near):
            return None
        marks = prepared.context.of(candidates)
        recalled = recall(field.name, near, marks, len(candidates))
        weights = learned.weights if learned else prior()
        same = recalled.same * strength(recalled)
        remembered = same @ weights.same
        scores = remembered.copy()
        if learned is not None:
            at, found = places_of(marks.hashes, learned.known)
            worth = np.where(found, learned.weights.sparse[at], 0.0) if len(learned.known) else 0.0 * at
            scores += np.bincount(marks.owner, weights=worth, minlength=len(candidates))
            scores += prepared.candidates(field)[1] @ weights.dense
        else:
            worth = np.zeros(len(marks.hashes))
        absent = weights.absent + float(votes(recalled) @ weights.kin)
        why = _reasons(marks, worth, remembered, scores)
        return Advice(scores, absent, why, weights.trust)

    def bars(self, field: str) -> tuple[float, ...]:
        """Return how likely the first, second and further value must be to be taken, () if that is not known.

        A contract mostly has two parties: the second is taken sooner than a third.
        """
        learned = self.learned.get(field)
        usual = learned.usual if learned else ()
        more = [sum(usual[count:]) for count in range(len(usual) + 1)]
        odds = [more[count] / max(usual[count - 1], 1e-3) for count in range(1, len(usual) + 1)]
        return tuple(min(max(1.0 / (1.0 + odd**_HALF), _LOWEST_BAR), _HIGHEST_BAR) for odd in odds)

    def is_fitted(self, field: str) -> bool:
        """Say whether weights were learned for a field; else only the memory of layouts speaks."""
        return field in self.learned

    def is_always_there(self, field: str) -> bool:
        """Say whether hardly any document of the class was without the field."""
        learned = self.learned.get(field)
        return learned is not None and bool(learned.usual) and learned.usual[0] < _HARDLY_ANY

    def kin(self, prepared: Prepared) -> list[tuple[float, Kept]]:
        """Return the likest confirmed documents, found once a document."""
        near = self._near  # in one step: several documents may be read at a time
        if near[0] is not prepared.layout:
            near = self._near = (prepared.layout, kin(prepared.layout, self.kept))
        return near[1]

    def table(self, field: str, *, absent: bool) -> list[list[float]]:
        """Return what probabilities were worth on documents not learned from, empty when that is unknown."""
        tables = self.tables.get(field) or self.tables.get("")
        if tables is None:
            return []
        return tables.absent if absent else tables.value

    def forget(self, documents: Iterable[str] = (), values: Iterable[str] = ()) -> "Lessons":
        """Return the lessons without what these documents (by SHA-256), or values, left in the memory."""
        gone, hashes = frozenset(documents), {value_hash(value) for value in values}
        kept = [
            one
            for one in self.kept
            if one.document not in gone
            and not any(spot and spot.value in hashes for spot in one.spots.values())
        ]
        return self.replaced(kept)

    def to_data(self) -> dict[str, Any]:
        """Return plain data for a JSON file."""
        return {
            "version": VERSION,
            "class": self.klass,
            "sources": list(self.sources),
            "fields": {name: learned.to_data() for name, learned in self.learned.items()},
            "tables": {name: [tables.value, tables.absent] for name, tables in self.tables.items()},
            "kept": [one.to_data() for one in self.kept],
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> "Lessons":
        """Read what `to_data` gave. Raises ValueError for what another version wrote."""
        if data.get("version") != VERSION:
            raise ValueError("The lessons were written by another version; learn them again.")
        learned = {name: Learned.from_data(one) for name, one in data["fields"].items()}
        tables = {name: Tables(value, absent) for name, (value, absent) in data["tables"].items()}
        kept = map(Kept.from_data, data["kept"])
        return Lessons(data["class"], data["sources"], learned, kept, tables=tables)


def strength(recalled: Recalled) -> float:
    """How much of a say the kin have: all of it when they are like enough."""
    return min(1.0, recalled.likeness / _SURE)


def votes(recalled: Recalled) -> Floats:
    """Return what the kin say of 'not present': that they have a value, that they have none."""
    found = np.zeros(KIN_VOTES)
    if recalled.likeness:
        found[:] = recalled.present, 1.0 - recalled.present
    return found * strength(recalled)


def _reasons(marks: Marks, worth: Floats, remembered: Floats, scores: Floats) -> list[str | None]:
    """Put the strongest reason for the best candidates into words."""
    why: list[str | None] = [None] * len(scores)
    best = np.argsort(-scores)[:_EXPLAINED]
    begins, ends = np.searchsorted(marks.owner, best), np.searchsorted(marks.owner, best + 1)
    for place, begin, end in zip(best.tolist(), begins.tolist(), ends.tolist(), strict=True):
        own = worth[begin:end]
        strongest = float(own.max(initial=0.0))
        if remembered[place] > max(_WORTH_SAYING, strongest):
            why[place] = _CONFIRMED
            continue
        if strongest < _WORTH_SAYING:
            continue
        for at in np.argsort(-own).tolist():
            if own[at] < _WORTH_SAYING:
                break
            said = _in_words(marks.strings[place][at])
            if said:
                why[place] = said
                break
    return why


def _in_words(string: str) -> str | None:
    space, _, text = string.partition(":")
    words = _WORDS.get(space.rstrip("0123456789"))
    return words.format(text) if words and text.strip("0 ") else None
