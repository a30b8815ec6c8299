"""Events in plain words, in one place: what the screens, the command line and printed pages all say."""

import re
from datetime import timedelta
from functools import singledispatch

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.case import CaseFile
from countersign.domain.confidence import percent
from countersign.domain.event import (
    AgentEnrolled,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    ClockJumped,
    Decided,
    DeskFounded,
    DeskRekeyed,
    DocumentOpened,
    DocumentReceived,
    DocumentReceivedAgain,
    DocumentRefused,
    EpochBegun,
    Erased,
    Exported,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    KeyRevoked,
    KeysRestored,
    LessonForgotten,
    LessonsLearned,
    LoggingFailed,
    MailTakenApart,
    PersonEnrolled,
    PolicyActivated,
    ReadingMade,
    Released,
    Rule,
    SignedIn,
    SignInFailed,
    Unknown,
)
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason
from countersign.domain.time import iso
from countersign.insight.phrases import ACTS, AFTER_EPOCH, KEPT, LEARNED, ROUTES, RULES, UNLEARNED
from countersign.insight.tell_control import Control, tell_control
from countersign.settings.catalogue import Catalogue

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SEVERAL_WORDS = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


class Teller:
    """Knows the words for reasons and fields of one case, or of none."""

    def __init__(self, catalogue: Catalogue, language: str = "en", case: CaseFile | None = None) -> None:
        self.catalogue = catalogue
        self.language = language
        self._klass = catalogue.klass(case.klass) if case else None

    def field(self, name: str) -> str:
        """Return the label of a field."""
        definition = self._klass.field(name) if self._klass else None
        return definition.title(self.language) if definition else spaced(name)

    def klass(self, name: str) -> str:
        """Return the label of a class."""
        klass = self.catalogue.klass(name)
        return (klass.label.get(self.language) or klass.label["en"]) if klass else name

    def named(self, said: str) -> str:
        """Put labels in place of the names of fields."""
        return named(said, self._klass, self.language)

    def rule(self, rule: Rule) -> tuple[str, str]:
        """Return a rule that had a say and what it said, both in people's words where there are any."""
        name, _, condition = rule.rule.partition(": ")
        if name == "mode":
            condition = spaced(condition)
        asked = self.named(f"{RULES.get(name, name)} {condition}".strip())
        return asked, self.said(rule.said)

    def said(self, said: str) -> str:
        """Return what a rule said, in people's words where there are any."""
        if said in self.catalogue.reasons:
            return self.chip(Reason(code=said))
        return _NAME.sub(self._named, said)

    def _named(self, found: re.Match[str]) -> str:
        known = self._klass is not None and self._klass.field(found[0]) is not None
        return self.field(found[0]) if known else found[0]

    def chip(self, reason: Reason) -> str:
        """Return the short words of a reason."""
        return self.catalogue.say(reason, self.language)[0]


def named(said: str, klass: ClassDef | None, language: str) -> str:
    """Put labels in place of the names of fields, which rules and conditions have with underscores."""

    def label(found: re.Match[str]) -> str:
        field = klass.field(found[0]) if klass else None
        return field.title(language) if field else found[0]

    return _SEVERAL_WORDS.sub(label, said)


def spaced(code: str) -> str:
    """Write a code as words."""
    return code.replace("_", " ")


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def kept(assurance: str) -> str:
    """Say how well a private key is kept."""
    return KEPT.get(assurance, spaced(assurance))


def author(actor: Actor) -> str:
    """Name who did something: a person or an agent by identity, the system by its part."""
    if actor.kind is ActorKind.SYSTEM:
        return f"desk, {actor.role}"
    return actor.id.split("/")[-1]


@singledispatch
def tell(event: object, teller: Teller) -> str:
    """Say in one line what an event means; each kind that this desk knows has words of its own."""
    return spaced(str(getattr(event, "kind", ""))).capitalize()


@tell.register
def _(event: Unknown, teller: Teller) -> str:
    return f"An event of a newer version: {spaced(event.kind)}"


@tell.register
def _(event: Control, teller: Teller) -> str:
    return tell_control(event, teller.klass) or spaced(event.kind).capitalize()


# -- the desk and its staff -----------------------------------------------------------------------------


@tell.register
def _(event: DeskFounded, teller: Teller) -> str:
    return f"Founded the desk; its key lies in {kept(event.assurance)}"


@tell.register
def _(event: PersonEnrolled, teller: Teller) -> str:
    return f"Enrolled {event.name} as {', '.join(map(spaced, event.roles)) or 'nobody who may act'}"


@tell.register
def _(event: AgentEnrolled, teller: Teller) -> str:
    return f"Enrolled the agent {event.card.id}, tier {event.card.tier}: {event.card.purpose}"


@tell.register
def _(event: PolicyActivated, teller: Teller) -> str:
    return f"Activated the policy {event.policy} ({event.digest[:12]})"


@tell.register
def _(event: EpochBegun, teller: Teller) -> str:
    return f"Began key epoch {event.n}{AFTER_EPOCH[event.why]}"


@tell.register
def _(event: DeskRekeyed, teller: Teller) -> str:
    return f"Gave the desk a new key, which lies in {kept(event.assurance)}: {event.why}"


@tell.register
def _(event: KeyRevoked, teller: Teller) -> str:
    return f"Revoked the key of the {event.holder_kind.value} {event.holder}: {event.why}"


@tell.register
def _(event: SignedIn, teller: Teller) -> str:
    return f"{event.person} signed in"


@tell.register
def _(event: SignInFailed, teller: Teller) -> str:
    return f"Someone tried to sign in as {event.person} and could not"


@tell.register
def _(event: ClockJumped, teller: Teller) -> str:
    by = timedelta(milliseconds=abs(event.milliseconds))
    return f"The clock was set {'forward' if event.milliseconds > 0 else 'back'} by {by}"


@tell.register
def _(event: LoggingFailed, teller: Teller) -> str:
    refused = counted(event.refused, "act was refused", "acts were refused")
    return f"The record could not be written since {iso(event.since)}; {refused}: {event.why}"


@tell.register
def _(event: KeysRestored, teller: Teller) -> str:
    return f"Put the desk's keys back from a recovery file, into {kept(event.assurance)}"


@tell.register
def _(event: Exported, teller: Teller) -> str:
    chosen = ", ".join(f"{name} {value}" for name, value in sorted(event.scope.items())) or "all"
    without = f", without {', '.join(map(spaced, event.withheld))}" if event.withheld else ""
    return (
        f"Exported {counted(event.cases, 'case', 'cases')} ({chosen}){without}; "
        f"signed by {event.signature.name}"
    )


@tell.register
def _(event: LessonsLearned, teller: Teller) -> str:
    learned = f"{teller.klass(event.klass)} from {counted(event.documents, 'document', 'documents')}"
    held = counted(event.held_back, "document", "documents")
    told = f"{held} held back, read at {percent(event.f1_after)} after {percent(event.f1_before)}"
    end = f"lessons {event.digest[:12]} are in force" if event.digest else UNLEARNED[event.why]
    return f"Learned {learned} ({LEARNED[event.why]}): {told}, so {end}"


@tell.register
def _(event: LessonForgotten, teller: Teller) -> str:
    cases = f"{counted(len(event.cases), 'case', 'cases')} of {teller.klass(event.klass)}"
    told = f"Had the desk forget what {cases} had taught it, chosen by {event.chosen_by}: {event.reason}"
    return f"{told}; signed by {event.signature.name}"


# -- a case -----------------------------------------------------------------------------------------------


@tell.register
def _(event: DocumentReceived, teller: Teller) -> str:
    within = ", attached to a mail" if event.within else ""
    size = f"{event.length // 1024 or 1:,} kB"
    return f"Received {event.name} ({size}) by {spaced(event.channel)}{within}"


@tell.register
def _(event: DocumentReceivedAgain, teller: Teller) -> str:
    return f"The same document came in again as {event.name} by {spaced(event.channel)}"


@tell.register
def _(event: MailTakenApart, teller: Teller) -> str:
    taken = counted(len(event.taken), "attachment", "attachments")
    return f"Took the mail apart: {taken} taken, {len(event.set_aside)} set aside"


@tell.register
def _(event: DocumentOpened, teller: Teller) -> str:
    how = f"{event.text_pages} with text, {event.ocr_pages} read from the picture"
    hidden = (
        f"; {counted(event.hidden_words, 'word', 'words')} that no eye can see left out"
        if event.hidden_words
        else ""
    )
    notes = f"; {', '.join(map(spaced, event.notes))}" if event.notes else ""
    return f"Opened {counted(event.pages, 'page', 'pages')}: {how}{hidden}{notes}"


@tell.register
def _(event: DocumentRefused, teller: Teller) -> str:
    return f"Could not read the document: {teller.chip(event.reason)}"


@tell.register
def _(event: Classified, teller: Teller) -> str:
    kind = teller.klass(event.klass)
    if event.variant and event.variant != event.klass:
        kind = f"{kind} ({spaced(event.variant)})"
    because = f": {'; '.join(event.why)}" if event.why else ""
    return f"{kind}, {percent(event.confidence)} sure{because}"


@tell.register
def _(event: ReadingMade, teller: Teller) -> str:
    found = [reading for reading in event.readings if reading.answer is not None]
    count = 0 if isinstance(event.rows, str) else len(event.rows)
    rows = f" and {counted(count, 'row', 'rows')}" if count else ""
    used = event.lessons
    taught = counted(used.documents, "confirmed document", "confirmed documents") if used else ""
    lessons = f", with lessons {used.digest[:12]} of {taught}" if used else ""
    return f"Read {counted(len(found), 'field', 'fields')}{rows}{lessons}"


@tell.register
def _(event: Checked, teller: Teller) -> str:
    held = f"{counted(len(event.passed), 'check', 'checks')} held"
    if not event.findings:
        return held
    return f"{held}; found: {', '.join(teller.chip(finding) for finding in event.findings)}"


@tell.register
def _(event: AgentFailed, teller: Teller) -> str:
    return f"Could not {spaced(event.step)}: {teller.chip(event.reason)}"


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
def _(event: ClassCorrected, teller: Teller) -> str:
    before = f", not of {teller.klass(event.before)}" if event.before else ""
    return f"Said that it is of the class {teller.klass(event.klass)}{before}; the agents read it anew"


@tell.register
def _(event: CaseApproved, teller: Teller) -> str:
    over = f", over {counted(len(event.overrides), 'open reason', 'open reasons')}" if event.overrides else ""
    return f"Approved and signed by {event.signature.name}{over}"


@tell.register
def _(event: CaseRejected, teller: Teller) -> str:
    note = f" – {event.reason.detail}" if event.reason.detail else ""
    return f"Rejected and signed by {event.signature.name}: {teller.chip(event.reason)}{note}"


@tell.register
def _(event: HoldPlaced, teller: Teller) -> str:
    return f"Placed a legal hold ({event.order}), signed by {event.signature.name}"


@tell.register
def _(event: HoldLifted, teller: Teller) -> str:
    return f"Lifted the legal hold ({event.order}), signed by {event.signature.name}"


@tell.register
def _(event: Erased, teller: Teller) -> str:
    documents = counted(len(event.documents), "document", "documents")
    values = counted(event.openings, "sealed content", "sealed contents")
    by = f"signed by {event.signature.name}" if event.signature else "by the desk under its policy"
    return f"Erased {values} and {documents} (order: {event.order}), {by}"
