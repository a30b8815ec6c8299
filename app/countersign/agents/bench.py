"""Where agents work on one case: each is asked for its step, and says what it found and how."""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import NamedTuple

from countersign.agents import arithmetic, duplicates, identities, instructions
from countersign.agents.lessons import Lessons
from countersign.agents.llm import Leave, ModelReader, ModelTerms
from countersign.agents.llm_client import Speaker
from countersign.agents.reader import Reader
from countersign.agents.staff import Familiar, History, classify, names_of, several_parts, unfamiliar
from countersign.domain.case import CaseFile
from countersign.domain.document import Opened
from countersign.domain.errors import Trouble
from countersign.domain.event import Classified, Event, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.plan import Dropped
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue


class Answer(NamedTuple):
    """What an agent says of a case, and what it tells of its work."""

    events: tuple[Event, ...]
    looked_at: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    tokens: int = 0
    money: int = 0
    """In millionths of the currency in which its budget is kept."""
    again: bool = False
    """Whether it wants to be asked once more."""


class Bench:
    """Where the agents work on one case, one or several at a time."""

    def __init__(
        self,
        opened: Opened,
        catalogue: Catalogue,
        *,
        lessons: Callable[[str], tuple[Lessons, ...]] = lambda _: (),
        familiar: Familiar = unfamiliar,
        classified: Classified | None = None,
        made: Iterable[tuple[str, ReadingMade]] = (),
        did: Iterable[str] = (),
        models: Mapping[str, Speaker] | None = None,
        terms: Callable[[str, CaseFile], ModelTerms | None] = lambda agent, case: None,
    ) -> None:
        """`models` are the language models by the agents that speak to them, `terms` what policy says.

        `classified`, `made` and `did` (agents whose step is done) are what stands of the case, where the work
        was cut off in between.
        """
        self._opened, self._catalogue = opened, catalogue
        self._lessons, self._familiar = lessons, familiar
        self._classified, self._before = classified, tuple(made)
        self._reader: Reader | None = None
        self._did = set(did)
        self._models, self._terms = models or {}, terms
        self._askers: dict[str, ModelReader] = {}
        self._lock = Lock()

    def idle(self, agent: str, case: CaseFile) -> str | None:
        """Say why an agent has nothing to do at its step, which is then done; None where it may have.

        Only language models are asked so: what they would cost need then not be kept ready for them.
        """
        why = self._why_idle(agent, case) if agent in (identities.LLM, identities.LLM_LARGE) else None
        if why is not None:
            self._did.add(agent)
        return why

    def do(
        self, agent: str, case: CaseFile, known: Callable[[], History], leave: Leave | None = None
    ) -> Answer:
        """Have an agent do its step on the case as it stands; raises Trouble where there is no such agent.

        `leave` is the most that the step may spend.
        """
        answer = self._done(agent, case, known, leave or Leave())
        self._did.add(agent)
        return answer

    def _done(self, agent: str, case: CaseFile, known: Callable[[], History], leave: Leave) -> Answer:
        if agent == identities.CLASSIFIER:
            return self._classify()
        if agent == identities.INSTRUCTIONS:
            found = instructions.check(self._opened, names_of(case))
            return Answer((found,), ("all text of the file, hidden text and codes too",))
        klass = self._catalogue.klass(case.klass)
        if klass is None:
            return Answer(())  # nobody knows what stands on such a document
        match agent:
            case identities.EINVOICE | identities.WIDGETS | identities.LOCAL:
                return self._read(agent, klass, case)
            case identities.LLM | identities.LLM_LARGE:
                return self._ask(agent, klass, case, leave)
            case identities.ARITHMETIC | identities.DUPLICATES:
                return self._check(agent, klass, case, known)
        raise Trouble(f"This program has no agent {agent}. Bring a plan that does without it.")

    def _classify(self) -> Answer:
        _, classified = classify(self._opened, self._catalogue, self._familiar)
        self._classified = classified
        several = several_parts(classified.parts)
        events = (classified,) if several is None else (classified, several)
        return Answer(events, (_count(len(self._opened.pages), "page"),))

    def _check(self, agent: str, klass: ClassDef, case: CaseFile, known: Callable[[], History]) -> Answer:
        if agent == identities.ARITHMETIC:
            readings = [state.reading for state in case.fields]
            made = arithmetic.check(klass, readings, case.rows, self._opened, now().date())
            return Answer((made,), (_count(len(readings), "reading"), _count(len(case.rows), "row")))
        held = known()
        met = duplicates.check(klass, held.vendor_cases, held.same_number, held.same_amount)
        return Answer((met,), ("the desk's history",))

    def _ask(self, agent: str, klass: ClassDef, case: CaseFile, leave: Leave) -> Answer:
        """Ask a language model for what is open."""
        idle, terms = self._why_idle(agent, case), self._terms(agent, case)
        if idle is not None or terms is None:
            return Answer((), (idle or "",))
        speaker = self._models[agent]
        reader = self._reader_of(klass, case)
        asker = self._askers.get(agent)
        if asker is None:
            asker = self._askers[agent] = ModelReader(agent, speaker, reader.sheet, klass, reader.language)
        told = asker.read(case, terms, leave)
        events = (reader.put_back(e) if isinstance(e, ReadingMade) else e for e in told.events)
        return Answer(tuple(events), *told[1:])

    def _why_idle(self, agent: str, case: CaseFile) -> str | None:
        """There must be a model, policy must name it, its turn must have come, and something must be open."""
        if agent not in self._models:
            return "no language model is configured"
        terms = self._terms(agent, case)
        if terms is None:
            return f"the policy says nothing of {agent}, so it is not asked"
        if terms.after is not None and terms.after not in self._did:
            return f"it is asked after {terms.after}, which has not read yet"
        return None if terms.fields else "no field still open"

    def _reader_of(self, klass: ClassDef, case: CaseFile) -> Reader:
        with self._lock:
            if self._reader is None:
                told = self._classified or Classified(
                    klass=klass.name, language=case.language, confidence=case.class_confidence, milliseconds=0
                )
                lessons = self._lessons(klass.name)
                self._reader = Reader(self._opened, klass, told, lessons=lessons, made=self._before)
            return self._reader

    def _read(self, agent: str, klass: ClassDef, case: CaseFile) -> Answer:
        reader = self._reader_of(klass, case)
        pages = (_count(len(self._opened.pages), "page"),)
        if agent == identities.EINVOICE:
            made = reader.data()
            return Answer((), ("no data in the file",)) if made is None else Answer((made,), ("its data",))
        if agent == identities.WIDGETS:
            made = reader.form()
            return Answer((), ("no form on its pages",)) if made is None else Answer((made,), pages)
        return Answer((reader.page(),), pages)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
