"""What an agent or the system did, in words, by kind of event."""

from functools import singledispatch

from countersign.domain.confidence import percent
from countersign.domain.event import (
    AgentFailed,
    Checked,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentReceivedAgain,
    DocumentRefused,
    MailTakenApart,
    ReadingMade,
)


@singledispatch
def deed(event: object) -> str | None:
    """Say what was done; None for what a person did and for events that are no step of a case."""
    return None


@deed.register
def _(event: DocumentReceived) -> str:
    return f"received {event.length:,} bytes by {event.channel.replace('_', ' ')}, kept as received"


@deed.register
def _(event: DocumentReceivedAgain) -> str:
    return f"received the same bytes again by {event.channel.replace('_', ' ')}"


@deed.register
def _(event: MailTakenApart) -> str:
    return f"took the mail apart: {len(event.taken)} attachments taken, {len(event.set_aside)} set aside"


@deed.register
def _(event: DocumentOpened) -> str:
    hidden = f"; {event.hidden_words} words that no eye can see were left out" if event.hidden_words else ""
    return f"opened it: {event.pages} pages, {event.text_pages} with text, {event.ocr_pages} by OCR{hidden}"


@deed.register
def _(event: DocumentRefused) -> str:
    return f"could not read it: {event.reason.code.replace('_', ' ')}"


@deed.register
def _(event: Classified) -> str:
    kind = event.variant or event.klass
    return f"classified it as {kind} ({event.language}), {percent(event.confidence)} sure"


@deed.register
def _(event: ReadingMade) -> str:
    rows = 0 if isinstance(event.rows, str) else len(event.rows)
    return f"read {len(event.readings)} fields" + (f" and {rows} rows of tables" if rows else "")


@deed.register
def _(event: Checked) -> str:
    found = ", ".join(finding.code.replace("_", " ") for finding in event.findings) or "nothing amiss"
    return f"checked: {len(event.passed)} checks held, {found}"


@deed.register
def _(event: AgentFailed) -> str:
    return f"failed at {event.step}: {event.reason.code.replace('_', ' ')}"


@deed.register
def _(event: Decided) -> str:
    return f"decided by policy {event.policy}: {event.route.value.replace('_', ' ')}"
