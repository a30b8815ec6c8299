"""Reads one document: data that it carries, a form filled in, the words of its pages; the cheapest first."""

from collections.abc import Iterable
from threading import Lock

from countersign.agents import einvoice, identities, instructions, local, widgets
from countersign.agents.lessons import Lessons
from countersign.agents.model import Model
from countersign.agents.parts import cut, put_back
from countersign.agents.sheet import Sheet
from countersign.agents.sheets import sheet_of
from countersign.domain.document import Kind, Opened
from countersign.domain.event import Classified, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Row

_WIDGET_IS_ENOUGH = 850_000
"""Confidence from which a form field is taken as read, and the page is not asked."""


class Reader:
    """The agents that read one document, each knowing what those before it have settled.

    What the page reader sees is needed by all of them, and is worked out once, by whoever asks first.
    """

    def __init__(
        self,
        opened: Opened,
        klass: ClassDef,
        classified: Classified,
        *,
        lessons: tuple[Lessons, ...] = (),
        model: Model | None = None,
        made: Iterable[tuple[str, ReadingMade]] = (),
    ) -> None:
        """`made` is what agents read before, where the work on the document was cut off in between."""
        opened = instructions.withheld(opened)
        self._first = classified.parts[classified.part].first if classified.part is not None else None
        if classified.part is not None:
            part = classified.parts[classified.part]
            opened = cut(opened, part.first, part.after)
        self._opened, self._klass, self.language = opened, klass, classified.language
        self._lessons, self._model = lessons, model
        self._settled: set[str] = set()
        self._told: set[str] = set()
        self._unsure: dict[str, int] = {}
        self._filled: ReadingMade | None = None
        self._has_asked_form = False
        self._lock = Lock()
        self._page: ReadingMade | None = None
        for name, before in made:
            self._settle(name, before)

    def data(self) -> ReadingMade | None:
        """Take over the data that the document carries; None where it carries none."""
        carried = self._opened.einvoice
        if carried is None or carried.kind is Kind.ORDER:
            return None
        answer = einvoice.read(self.sheet, self._klass, carried, self.language, self._seen())
        return self._made(identities.EINVOICE, answer)

    def form(self) -> ReadingMade | None:
        """Read what was filled into a form; None where there is none."""
        filled = self._form()
        if filled is None:
            return None
        return self._made(identities.WIDGETS, _without(filled, self._settled))

    def page(self) -> ReadingMade:
        """Read what is still open from the words of the page."""
        answer = _still_open(self._seen(), self._settled)
        filled = self._form()
        if filled is not None:
            answer = widgets.filled_only(answer, filled, self._klass)
        unsure = self._unsure
        weaker = {
            r.field for r in answer.readings if r.value is None or r.confidence <= unsure.get(r.field, -1)
        }
        answer = _without(answer, weaker & unsure.keys())
        rows = tuple(row for row in _rows(answer) if row.table not in self._told)
        return self.put_back(answer.model_copy(update={"rows": rows}))

    @property
    def sheet(self) -> Sheet:
        """The document that is read, laid out."""
        return sheet_of(self._opened)

    def _seen(self) -> ReadingMade:
        with self._lock:
            if self._page is None:
                self._page = local.read(
                    self.sheet, self._klass, self.language, model=self._model, lessons=self._lessons
                )
            return self._page

    def _form(self) -> ReadingMade | None:
        if not self._has_asked_form:
            self._filled = widgets.read(self._opened, self._klass, self.language)
            self._has_asked_form = True
        return self._filled

    def _made(self, name: str, answer: ReadingMade) -> ReadingMade:
        self._settle(name, answer)
        return self.put_back(answer)

    def _settle(self, name: str, answer: ReadingMade) -> None:
        """Note what need not be read again: all but what a form shows too faintly."""
        for reading in answer.readings:
            if name != identities.WIDGETS or reading.confidence >= _WIDGET_IS_ENOUGH:
                self._settled.add(reading.field)
            else:
                self._unsure[reading.field] = reading.confidence
        self._told |= {row.table for row in _rows(answer)}

    def put_back(self, answer: ReadingMade) -> ReadingMade:
        """Return a reading with its places as pages of the whole file."""
        return answer if self._first is None else put_back(answer, self._first)


def _rows(made: ReadingMade) -> tuple[Row, ...]:
    return () if isinstance(made.rows, str) else made.rows


def _still_open(made: ReadingMade, settled: set[str]) -> ReadingMade:
    """Leave out the fields that an agent before has settled."""
    if not settled or isinstance(made.alternatives, str):
        return _without(made, settled)
    alternatives = {name: held for name, held in made.alternatives.items() if name not in settled}
    return _without(made, settled).model_copy(update={"alternatives": alternatives})


def _without(made: ReadingMade, fields: set[str]) -> ReadingMade:
    if not fields:
        return made
    return made.model_copy(update={"readings": tuple(r for r in made.readings if r.field not in fields)})
