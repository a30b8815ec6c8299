"""A document made ready for reading: its sheet, its candidates with their features, and its tables."""

from collections import defaultdict
from datetime import date
from functools import cached_property

import numpy as np

from countersign.agents.candidates import Candidate, Print, after_labels, typed
from countersign.agents.context import Context
from countersign.agents.features import GROUPS, NAMES, Featured, absence
from countersign.agents.labels import find, lexicon
from countersign.agents.logits import Floats
from countersign.agents.memory import Layout
from countersign.agents.names import untyped
from countersign.agents.past import past_days
from countersign.agents.sheet import Sheet
from countersign.agents.surroundings import Surroundings
from countersign.agents.tables import Found, read_tables
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.time import now


class Prepared:
    """A document made ready for scoring: candidates by group with their features, and the tables."""

    def __init__(self, sheet: Sheet, klass: ClassDef, language: str, today: date | None = None) -> None:
        self.sheet, self.klass = sheet, klass
        self._today = today or now().date()
        self._places = {field.name: place for place, field in enumerate(klass.fields)}
        self.style = Print(sheet, language)
        labels = lexicon(klass)
        self.context = Context(sheet, frozenset(labels.vocabulary))
        hits = find(sheet, labels)
        self.tables: Found = read_tables(sheet, klass, hits, self.style)
        self.around = around = Surroundings(sheet, klass.fields, hits, self.tables.runs)
        labelled = {hit.run.line + below for hit in hits if hit.fields for below in (0, 1, 2)}
        types = frozenset(field.type for field in klass.fields)
        by_group: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in typed(sheet, types, self.style, labelled):
            by_group[_group(candidate.type)].append(candidate)
        identifiers = {i for i, field in enumerate(klass.fields) if field.type is FieldType.IDENTIFIER}
        by_group[_group(FieldType.IDENTIFIER)].extend(after_labels(hits, identifiers))
        for candidate in untyped(sheet, klass.fields, hits):
            by_group[_group(candidate.type)].append(candidate)
        self.featured = {group: Featured(group, found, around) for group, found in by_group.items() if found}
        self._held: dict[str, tuple[list[Candidate], Floats]] = {}

    @cached_property
    def layout(self) -> Layout:
        """The fingerprint of its first page."""
        return Layout.of(self.sheet)

    def candidates(self, field: FieldDef) -> tuple[list[Candidate], Floats]:
        """Return the candidates for a field and their features, one row each."""
        if field.name not in self._held:
            found, rows = self._candidates(field)
            self._held[field.name] = (past_days(field, found, self._today) if field.past else found, rows)
        return self._held[field.name]

    def _candidates(self, field: FieldDef) -> tuple[list[Candidate], Floats]:
        featured = self.featured.get(_group(field.type))
        if featured is None:
            return [], np.empty((0, len(NAMES)))
        rows = featured.rows(self.klass, self._places[field.name])
        kept = [place for place, c in enumerate(featured.candidates) if c.type is field.type]
        if len(kept) == len(rows):
            return featured.candidates, rows
        return [featured.candidates[place] for place in kept], rows[kept]

    def absence(self, field: FieldDef, candidates: list[Candidate], rows: Floats) -> Floats:
        """Return what speaks for a field having no value."""
        values = {c.value for c in candidates}
        return absence(self.klass, self._places[field.name], self.around, rows, len(values))


def _group(type: FieldType) -> str:
    return GROUPS[type]
