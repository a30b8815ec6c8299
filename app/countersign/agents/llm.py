"""Has a language model read what is still open, and believes it only as far as the page shows it.

It is asked for the fields that policy would hold against the case, and for no others. Its words count where
they stand on the page, as whole words of the field's type. How sure a reading of it is, is bounded:

- the local reader says the same: its own confidence with half of the doubt taken off, at most 0.95;
- the local reader had it among its alternatives: that chance with half of the doubt taken off, 0.5 to 0.8;
- nobody else saw it: 0.5.

So a value that only a language model names never passes a threshold above one half.
"""

from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.grounding import Ground, Place
from countersign.agents.labels import find, lexicon
from countersign.agents.llm_client import Heard, Question, Speaker
from countersign.agents.llm_question import Lines, ask_for, data_of, task_for
from countersign.agents.names import untyped
from countersign.agents.redaction import Redaction
from countersign.agents.sheet import Sheet
from countersign.domain.case import CaseFile
from countersign.domain.confidence import MILLION
from countersign.domain.errors import Trouble
from countersign.domain.event import AgentFailed, Event, ReadingMade
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.plan import Dropped
from countersign.domain.reading import Alternative, Answer, Method, Reading
from countersign.domain.reason import Reason
from countersign.domain.values import problem, same
from countersign.settings.models import FILE

ALONE = 500_000
AT_MOST_AMONG_OTHERS = 800_000
AT_MOST = 950_000

_AGREES = "a language model and the desk's own reader found the same"
_AMONG = "a language model chose among what the desk's own reader held possible"
_ONLY = "only a language model found it"


class Leave(NamedTuple):
    """What the step may spend; None where nothing bounds it."""

    seconds: float | None = None
    tokens: int | None = None
    money: int | None = None


class ModelTerms(NamedTuple):
    """What policy says of asking a language model about a case."""

    fields: tuple[str, ...]
    """Those that policy would hold against the case as it stands."""
    after: str | None = None
    """The agent that must have done its step before."""
    redacts: bool = False
    """Whether personal data is taken out first."""
    currency: str | None = None
    """The currency of its budget; None where it has none in money."""


class Read(NamedTuple):
    """What came of one round."""

    events: tuple[Event, ...] = ()
    looked_at: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    tokens: int = 0
    money: int = 0
    again: bool = False


class ModelReader:
    """One language model at one document: asked in rounds, a piece of the text each."""

    def __init__(self, agent: str, speaker: Speaker, sheet: Sheet, klass: ClassDef, language: str) -> None:
        self._agent, self._speaker = agent, speaker
        self._sheet, self._klass = sheet, klass
        self._style = Print(sheet, language)
        self._language = language
        self._ground = Ground(sheet, self._style)
        self._lines: Lines | None = None
        self._redaction: Redaction | None = None
        self._found: set[str] = set()

    def read(self, case: CaseFile, terms: ModelTerms, leave: Leave) -> Read:
        """Ask for fields that are still open; a round more is wanted where this one brought something.

        Raises Trouble where its prices are in another currency than its budget: then nobody can bound it.
        """
        began = perf_counter()
        self._check_currency(terms.currency)
        wanted = set(terms.fields) - self._found
        sure = (s.reading for s in case.fields if s.reading.answer and s.reading.confidence >= AT_MOST)
        wanted -= {reading.field for reading in sure}
        defs = [f for f in self._klass.fields if f.name in wanted and not f.many]
        if not defs:
            return Read(looked_at=("no field still open",))
        lines = self._prepared(case, defs, terms.redacts)
        asked = (_count(len(defs), "field") + " still open",)
        task, schema = task_for(self._klass), ask_for(defs, self._language)
        empty = Question(task, data_of(self._sheet.opened.sha256, ""), schema)
        room = self._room(empty, leave)
        if not lines.has_more:
            return Read(looked_at=(*asked, "no text left to ask about"))
        text = lines.take(room)
        if not text:
            return self._failed("budget", "what is left does not pay for one question", asked)
        question = empty._replace(data=data_of(self._sheet.opened.sha256, text))
        heard = self._speaker.ask(question, leave.seconds)
        if heard.again:
            lines.put_back()
            dropped = (Dropped(what="the question", why=heard.why),)
            return Read((), asked, dropped, heard.tokens, heard.money, again=True)
        if heard.answer is None:
            return self._failed("agent_failed", heard.why, asked, heard)
        return self._taken(case, defs, heard, asked, began)

    def _check_currency(self, budget: str | None) -> None:
        paid = self._speaker.endpoint.currency
        if budget is not None and paid is not None and budget != paid:
            raise Trouble(
                f"{self._agent} is paid in {paid}, and its budget in the policy is in {budget}. "
                f"Write both in one currency: the prices in {FILE}, or the budget."
            )

    def _prepared(self, case: CaseFile, defs: list[FieldDef], redacts: bool) -> Lines:
        if self._lines is None:
            hits = find(self._sheet, lexicon(self._klass))
            wanted = {place for place, f in enumerate(self._klass.fields) if f in defs}
            counts = Counter(hit.passage.page for hit in hits if wanted.intersection(hit.fields))
            if redacts:
                fields = tuple(f for f in self._klass.fields if f.type is FieldType.NAME)
                seen = [found.printed for found in untyped(self._sheet, fields, hits)] if fields else []
                self._redaction = Redaction([*_names(case, self._klass), *filter(_may_be_person, seen)])
            hide = self._redaction.taken_out if self._redaction is not None else str
            self._lines = Lines(self._sheet, counts, hide)
        return self._lines

    def _room(self, empty: Question, leave: Leave) -> int:
        """Return how many bytes of text may be asked about: what can be paid for at worst."""
        endpoint = self._speaker.endpoint
        most = endpoint.max_input_tokens
        if leave.tokens is not None:
            most = min(most, leave.tokens - endpoint.max_output_tokens)
        money, out = leave.money, endpoint.max_output_tokens
        if money is not None:
            most = _payable(lambda tokens: endpoint.cost(tokens, out) <= money, most)
        return most - empty.most_tokens

    def _failed(self, code: str, why: str, asked: tuple[str, ...], heard: Heard | None = None) -> Read:
        event = AgentFailed(step=self._agent, reason=Reason(code=code, detail=f"{self._agent}: {why}"))
        return Read(
            (event,),
            asked,
            (Dropped(what="the question", why=why),),
            heard.tokens if heard else 0,
            heard.money if heard else 0,
        )

    def _taken(
        self, case: CaseFile, defs: list[FieldDef], heard: Heard, asked: tuple[str, ...], began: float
    ) -> Read:
        answer = heard.answer or {}
        readings: list[Reading] = []
        alternatives: dict[str, tuple[Alternative, ...]] = {}
        dropped: list[Dropped] = []
        for field in defs:
            given = answer.get(field.name)
            if given is None:
                continue
            told = self._weighed(case, field, given)
            if isinstance(told, str):
                dropped.append(Dropped(what=field.name, why=told))
                continue
            reading, others = told
            alternatives[field.name] = others
            if reading is not None:
                readings.append(reading)
                self._found.add(field.name)
        strange = set(answer) - {field.name for field in defs}
        if strange:
            dropped.append(Dropped(what=_count(len(strange), "more answer"), why="nobody asked for it"))
        made = ReadingMade(
            klass=self._klass.name,
            readings=tuple(readings),
            alternatives=alternatives,
            milliseconds=round((perf_counter() - began) * 1000),
        )
        again = bool(readings) and len(self._found) < len(defs) and self._has_more
        events = (made,) if readings or alternatives else ()
        return Read(events, asked, tuple(dropped), heard.tokens, heard.money, again)

    @property
    def _has_more(self) -> bool:
        return self._lines is not None and self._lines.has_more

    def _weighed(
        self, case: CaseFile, field: FieldDef, untrusted: object
    ) -> tuple[Reading | None, tuple[Alternative, ...]] | str:
        """Return the reading that an answer is worth, and the alternatives; or why it is worth nothing."""
        if isinstance(untrusted, int | float) and not isinstance(untrusted, bool):
            untrusted = str(untrusted)
        if not isinstance(untrusted, str) or not untrusted.strip():
            return "the answer is no text"
        text = self._redaction.put_back(untrusted) if self._redaction is not None else untrusted
        try:
            value = self._style.value(field.type, text)
        except ValueError:
            return f"the answer is no {field.type.replace('_', ' ')}"
        if problem(field.type, value) is not None:
            return "the answer fails its check digits"
        places = self._ground.find(field.type, value)
        if not places:
            return "the answer does not stand on the page"
        return self._believed(case, field, value, places)

    def _believed(
        self, case: CaseFile, field: FieldDef, value: str, places: list[Place]
    ) -> tuple[Reading | None, tuple[Alternative, ...]] | str:
        state = case.field(field.name)
        local = state.reading if state is not None else None
        others = case.alternatives.get(field.name, ())
        answer = Answer(value=value, printed=places[0].printed)
        evidence = places[0].evidence
        if local is not None and local.value is not None and same(field.type, local.value, value):
            confidence = min(AT_MOST, _half_doubt(local.confidence))
            update = {"confidence": confidence, "method": Method.MODEL, "why": (*local.why, _AGREES)}
            return local.model_copy(update=update), others
        held = [one for one in others if same(field.type, one.answer.value, value)]
        rest = tuple(one for one in others if one not in held)
        confidence, why = ALONE, _ONLY
        if held:
            best = held[0]
            confidence = max(ALONE, min(AT_MOST_AMONG_OTHERS, _half_doubt(best.confidence)))
            why, evidence = _AMONG, best.evidence or evidence
        if local is not None and isinstance(local.answer, Answer):
            if local.confidence >= confidence:
                mine = Alternative(answer=answer, confidence=confidence, evidence=evidence)
                return None, (mine, *rest)
            rest = (
                Alternative(answer=local.answer, confidence=local.confidence, evidence=local.evidence),
                *rest,
            )
        reading = Reading(
            field=field.name,
            answer=answer,
            confidence=confidence,
            method=Method.MODEL,
            evidence=evidence,
            why=(why,),
        )
        return reading, rest


def _half_doubt(confidence: int) -> int:
    return MILLION - (MILLION - confidence) // 2


def _payable(can_be_paid: Callable[[int], bool], most: int) -> int:
    """Return the most tokens, up to `most`, that can be paid for."""
    low, high = -1, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if can_be_paid(middle) else (low, middle - 1)
    return low


def _names(case: CaseFile, klass: ClassDef) -> list[str]:
    """Return what the desk's own readers took for names, as values and as printed."""
    fields = {field.name for field in klass.fields if field.type is FieldType.NAME}
    answers = [state.reading.answer for state in case.fields if state.reading.field in fields]
    answers += [one.answer for name in fields for one in case.alternatives.get(name, ())]
    return [text for a in answers if isinstance(a, Answer) for text in (a.value, a.printed) if text]


def _may_be_person(printed: str) -> bool:
    """Two to four words that begin with a capital: what a name looks like, and many a heading."""
    words = printed.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() and word[-1].isalpha() for word in words)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
