"""Drafts as a desk makes them: whole cases, with the events in the order that the workflow records them."""

from collections.abc import Sequence
from hashlib import sha256

from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.document import MediaType
from countersign.domain.event import (
    Act,
    CaseApproved,
    Checked,
    Claimed,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    Draft,
    Event,
    FieldReviewed,
    Mode,
    ReadingMade,
    Route,
    Rule,
    Signature,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Alternative, Answer, Cell, Evidence, Method, Reading, Row
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.store.founding import Person

CARD = AgentCard(name="reader.local", version="1", purpose="Reads fields.", code_digest="ab" * 32)
ADA = Person(id="ada", name="Ada Meyer")
READER = Actor(kind=ActorKind.AGENT, id=CARD.id, role=CARD.name, authenticated="device_key")
INTAKE = Actor(kind=ActorKind.SYSTEM, id="intake", role="intake", authenticated="device_key")
REVIEWER = Actor(kind=ActorKind.PERSON, id=ADA.id, role=Role.PROCESSOR.value, authenticated="os_account")


def received(name: str = "bill.pdf", content: str = "bill") -> DocumentReceived:
    digest = sha256(content.encode()).hexdigest()
    return DocumentReceived(
        sha256=digest, length=len(content), media_type=MediaType.PDF, channel="test", name=name
    )


def reading(field: str, value: str | None, index: int = 0, confidence: int = 950_000) -> Reading:
    return Reading(
        field=field,
        index=index,
        answer=None if value is None else Answer(value=value, printed=value),
        confidence=confidence,
        method=Method.TEXT,
        evidence=Evidence(document="ab" * 32, page=0, box=Box(x0=10, y0=20, x1=90.5, y1=30)),
        why=("label beside the value",),
    )


def readings(values: dict[str, str]) -> ReadingMade:
    box = Box(x0=1, y0=2, x1=3, y1=4)
    evidence = Evidence(document="ab" * 32, page=0, box=box)
    lines = tuple(
        Row(
            table="line_items",
            cells=tuple(
                Cell(column=column, answer=Answer(value=value), confidence=900_000, evidence=evidence)
                for column, value in (("description", f"Screws M{n}"), ("amount", f"{n}.50"))
            ),
        )
        for n in range(5)
    )
    other = Alternative(answer=Answer(value="1.00", printed="1,00"), confidence=20_000, evidence=evidence)
    return ReadingMade(
        klass="invoice",
        readings=tuple(reading(field, value) for field, value in values.items()),
        alternatives={"gross_total": (other,)},
        rows=lines,
        milliseconds=12,
    )


def invoice(number: int, vendor: str = "Müller GmbH", amount: str = "119.00") -> dict[str, str]:
    return {
        "vendor_name": vendor,
        "vendor_vat_id": "DE123456789",
        "buyer_name": "Acme Ltd",
        "invoice_number": f"RE-2026/{number:05d}",
        "invoice_date": "2026-01-05",
        "due_date": "2026-02-05",
        "currency": "EUR",
        "net_total": "100.00",
        "tax_total": "19.00",
        "gross_total": amount,
        "iban": "DE89370400440532013000",
    }


def decided(route: Route = Route.ESCALATE, *codes: str) -> Decided:
    return Decided(
        policy="default",
        digest="cd" * 32,
        mode=Mode.HUMAN_ON_THE_LOOP,
        route=route,
        reasons=tuple(Reason(code=code, fields=("gross_total",)) for code in codes),
        rules=(Rule(rule="limit", said="escalate"),),
        thresholds={"gross_total": 900_000, "iban": 950_000},
    )


def story(case: str, values: dict[str, str], decision: Decided | None = None) -> list[Draft]:
    """What agents and the system record of one case, up to the decision: seven records."""
    events: list[tuple[Actor, Event]] = [
        (INTAKE, received(f"{case}.pdf", case)),
        (
            INTAKE,
            DocumentOpened(
                sha256=sha256(case.encode()).hexdigest(),
                pages=1,
                text_pages=1,
                ocr_pages=0,
                milliseconds=8,
            ),
        ),
        (READER, Classified(klass="invoice", language="de", confidence=990_000, milliseconds=1)),
        (READER, readings(values)),
        (READER, Checked(passed=("sums", "iban"), findings=(), facts={"n": 3}, milliseconds=1)),
        (READER, Checked(passed=("dates",), findings=(), facts={"known": True}, milliseconds=1)),
        (INTAKE, decision or decided(Route.ESCALATE, "over_limit")),
    ]
    return [
        Draft(event=event, actor=actor, case=case, effect=f"{case}/{step}")
        for step, (actor, event) in enumerate(events)
    ]


def review(case: str) -> list[Draft]:
    """What a person records of a case: three records."""
    before = Answer(value="119.00", printed="119,00")
    after = Answer(value="191.00", printed="191,00")
    events: Sequence[Event] = (
        Claimed(person=ADA.id, until=now()),
        FieldReviewed(
            field="gross_total",
            act=Act.CORRECTED,
            before=before,
            after=after,
            reading=Reading(field="gross_total", answer=after, confidence=1_000_000, method=Method.PERSON),
            dwell_ms=1200,
        ),
        CaseApproved(signature=Signature(name=ADA.name, at=now(), meaning="approved")),
    )
    return [Draft(event=event, actor=REVIEWER, case=case) for event in events]
