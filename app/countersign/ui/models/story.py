"""Tells recorded events in plain words: what each agent did, and what each person signed."""

import re
from functools import singledispatch

from PySide6.QtCore import QLocale

from countersign.domain.actor import ActorKind
from countersign.domain.case import CaseFile
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentReceivedAgain,
    DocumentRefused,
    Entry,
    FieldReviewed,
    MailTakenApart,
    ReadingMade,
    Released,
    Route,
    Rule,
)
from countersign.domain.reason import Reason
from countersign.settings.catalogue import Catalogue
from countersign.ui.look import words
from countersign.ui.models import show
from countersign.ui.models.table_model import Table

TRACE_COLUMNS = ("Agent", "What it did", "Took")
HISTORY_COLUMNS = ("When", "Who", "What", "Record")
ROUTES = {
    Route.STRAIGHT_THROUGH: "straight through",
    Route.ESCALATE: "to a person",
    Route.REFUSE: "refused",
}
ACTS = {
    Act.CONFIRMED: "Confirmed",
    Act.CORRECTED: "Corrected",
    Act.ADDED: "Added",
    Act.NOT_PRESENT: "Declared not present:",
    Act.ILLEGIBLE: "Declared illegible:",
    Act.REOPENED: "Took back",
}

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Teller:
    """Knows the words for reasons and fields of one case."""

    def __init__(self, catalogue: Catalogue, language: str, case: CaseFile) -> None:
        self._catalogue = catalogue
        self._language = language
        self._klass = catalogue.klass(case.klass)

    def field(self, name: str) -> str:
        """Return the label of a field."""
        definition = self._klass.field(name) if self._klass else None
        return definition.title(self._language) if definition else name.replace("_", " ")

    def klass(self, name: str) -> str:
        """Return the label of a class."""
        klass = self._catalogue.klass(name)
        return (klass.label.get(self._language) or klass.label["en"]) if klass else name

    def named(self, said: str) -> str:
        """Put labels in place of the names of fields."""
        return show.named(said, self._klass, self._language)

    def rule(self, rule: Rule) -> tuple[str, str]:
        """Return a rule that had a say and what it said, both in people's words where there are any."""
        name, _, condition = rule.rule.partition(": ")
        if name == "mode":
            condition = condition.replace("_", " ")
        asked = self.named(f"{words.RULES.get(name, name)} {condition}".strip())
        if rule.said in self._catalogue.reasons:
            return asked, self.chip(Reason(code=rule.said))
        return asked, _NAME.sub(self._named, rule.said)

    def _named(self, found: re.Match[str]) -> str:
        known = self._klass is not None and self._klass.field(found[0]) is not None
        return self.field(found[0]) if known else found[0]

    def chip(self, reason: Reason) -> str:
        """Return the short words of a reason."""
        return self._catalogue.say(reason, self._language)[0]


def trace_table(entries: tuple[Entry, ...], teller: Teller) -> Table:
    """Return the agents' steps in order."""
    rows = tuple(
        (_agent(entry), tell(entry.event, teller), _took(entry.event))
        for entry in entries
        if entry.actor.kind is ActorKind.AGENT
    )
    return Table(columns=TRACE_COLUMNS, rows=rows, right=frozenset({2}))


def history_table(entries: tuple[Entry, ...], teller: Teller, locale: QLocale) -> Table:
    """Return every event of the case, the latest first, with the beginning of its record's digest."""
    rows = tuple(
        (
            show.moment(entry.at, locale),
            _who(entry),
            tell(entry.event, teller),
            f"#{entry.seq} {entry.digest[:8]}",
        )
        for entry in reversed(entries)
    )
    return Table(columns=HISTORY_COLUMNS, rows=rows)


def _who(entry: Entry) -> str:
    match entry.actor.kind:
        case ActorKind.AGENT:
            return _agent(entry)
        case ActorKind.SYSTEM:
            return f"desk, {entry.actor.role}"
        case _:
            return entry.actor.id


def _agent(entry: Entry) -> str:
    return entry.actor.id.split("/")[-1]


def _took(event: object) -> str:
    milliseconds = getattr(event, "milliseconds", None)
    if milliseconds is None:
        return ""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@singledispatch
def tell(event: object, teller: Teller) -> str:
    """Say in one line what an event means; a kind that this desk does not know says its name."""
    return str(getattr(event, "kind", "")).replace("_", " ").capitalize()


@tell.register
def _(event: DocumentReceived, teller: Teller) -> str:
    return f"Received {event.name} ({event.length // 1024 or 1} kB) by {event.channel.replace('_', ' ')}"


@tell.register
def _(event: DocumentReceivedAgain, teller: Teller) -> str:
    return f"The same document came in again as {event.name}"


@tell.register
def _(event: MailTakenApart, teller: Teller) -> str:
    taken = _count(len(event.taken), "attachment", "attachments")
    return f"Took the mail apart: {taken} taken, {len(event.set_aside)} set aside"


@tell.register
def _(event: DocumentOpened, teller: Teller) -> str:
    pages = _count(event.pages, "page", "pages")
    how = f"{event.text_pages} with text, {event.ocr_pages} read from the picture"
    notes = f"; {', '.join(event.notes)}" if event.notes else ""
    return f"Opened {pages}: {how}{notes}"


@tell.register
def _(event: DocumentRefused, teller: Teller) -> str:
    return f"Could not read the document: {teller.chip(event.reason)}"


@tell.register
def _(event: Classified, teller: Teller) -> str:
    because = f": {'; '.join(event.why)}" if event.why else ""
    return f"{teller.klass(event.klass)}, {event.confidence / 10_000:.0f} % sure{because}"


@tell.register
def _(event: ReadingMade, teller: Teller) -> str:
    found = [reading for reading in event.readings if reading.answer is not None]
    rows = f" and {_count(len(event.rows), 'row', 'rows')}" if not isinstance(event.rows, str) else ""
    return f"Read {_count(len(found), 'field', 'fields')}{rows}"


@tell.register
def _(event: Checked, teller: Teller) -> str:
    held = f"{_count(len(event.passed), 'check', 'checks')} held"
    if not event.findings:
        return held
    return f"{held}; found: {', '.join(teller.chip(finding) for finding in event.findings)}"


@tell.register
def _(event: AgentFailed, teller: Teller) -> str:
    return f"Could not {event.step.replace('_', ' ')}: {teller.chip(event.reason)}"


@tell.register
def _(event: Decided, teller: Teller) -> str:
    reasons = ", ".join(dict.fromkeys(teller.chip(reason) for reason in event.reasons))
    return f"Decided: {ROUTES[event.route]} by {event.policy}" + (f" – {reasons}" if reasons else "")


@tell.register
def _(event: Claimed, teller: Teller) -> str:
    return "Took the case"


@tell.register
def _(event: Released, teller: Teller) -> str:
    return "Let the case go"


@tell.register
def _(event: FieldReviewed, teller: Teller) -> str:
    return f"{ACTS[event.act]} {teller.field(event.field)}"


@tell.register
def _(event: CaseApproved, teller: Teller) -> str:
    over = f", over {len(event.overrides)} open reasons" if event.overrides else ""
    return f"Approved and signed by {event.signature.name}{over}"


@tell.register
def _(event: CaseRejected, teller: Teller) -> str:
    note = f" – {event.reason.detail}" if event.reason.detail else ""
    return f"Rejected and signed by {event.signature.name}: {teller.chip(event.reason)}{note}"
