"""Small builders for the words of the desk, shared by tests of every room."""

from datetime import UTC, datetime, timedelta

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.document import MediaType
from countersign.domain.event import DocumentReceived, Entry, Event
from countersign.domain.geometry import Box
from countersign.domain.reading import Answer, Evidence, Method, Reading

SHA = "ab" * 32
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.AGENT, id="reader.local@1", role="reader.local", authenticated="device_key")
PERSON = Actor(kind=ActorKind.PERSON, id="p-ada", role="processor", authenticated="os_account")


def received(name: str = "invoice.pdf") -> DocumentReceived:
    return DocumentReceived(
        sha256=SHA, length=10, media_type=MediaType.PDF, channel="command_line", name=name
    )


def reading(field: str, value: str | None, confidence: int = 900_000, index: int = 0) -> Reading:
    return Reading(
        field=field,
        index=index,
        answer=None if value is None else Answer(value=value, printed=value),
        confidence=confidence,
        method=Method.TEXT,
        evidence=Evidence(document=SHA, page=0, box=Box(x0=10, y0=20, x1=30, y1=40)),
    )


def entries(*events: Event, case: str = "c-1", actor: Actor = AGENT) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            seq=number,
            at=START + timedelta(seconds=number),
            actor=actor,
            case=case,
            event=event,
            digest=f"{number:064x}",
        )
        for number, event in enumerate(events)
    )
