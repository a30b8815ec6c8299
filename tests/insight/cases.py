"""Recorded cases for the tests of explanations: made of entries, without a store."""

from datetime import timedelta

from tests.support.words import START

from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.document import MediaType
from countersign.domain.event import (
    AgentEnrolled,
    CaseApproved,
    Checked,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    Entry,
    Event,
    Mode,
    PersonEnrolled,
    PolicyActivated,
    ReadingMade,
    Route,
    Rule,
    Signature,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.domain.reason import Reason
from countersign.insight.explain import explain
from countersign.insight.explained import Explanation
from countersign.settings.catalogue import load

CATALOGUE = load()
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="ab" * 16, role="workflow", authenticated="device_key")
READER = Actor(kind=ActorKind.AGENT, id="reader.local@3", role="reader.local", authenticated="device_key")
CHECKER = Actor(kind=ActorKind.AGENT, id="checker.sums@1", role="checker.sums", authenticated="device_key")
ADA = Actor(kind=ActorKind.PERSON, id="ada", role="approver", authenticated="os_account")
DIGEST = "ab" * 32
POLICY = """
policy: invoices
owner: role:team_lead
classes:
  invoice:
    mode: autonomous
    outcome: posted
    fields:
      required: [gross_total]
      thresholds: {default: 0.9, gross_total: 0.97}
    auto_approve_if: gross_total <= 2000.0
    require_human_if:
      - {rule: gross_total <= 0.0, reason: unusual_amount}
    approvals:
      - {if: gross_total > 100.0, people: 1, role: approver}
    reserve_for_people: 0.02
agents:
  reader.local: {tier: 1, budget: {steps_per_case: 12}, tools: [page.words], redact_pii: true}
"""
RECEIVED = DocumentReceived(
    sha256="f" * 64, length=12345, media_type=MediaType.PDF, channel="command_line", name="bill.pdf"
)
OPENED = DocumentOpened(sha256="f" * 64, pages=1, text_pages=1, ocr_pages=0, milliseconds=9)
CLASSIFIED = Classified(klass="invoice", language="de", confidence=990_000, milliseconds=2)


def read(field: str, value: str | None, confidence: int) -> Reading:
    return Reading(
        field=field,
        answer=None if value is None else Answer(value=value, printed=value),
        confidence=confidence,
        method=Method.TEXT,
        evidence=Evidence(document="f" * 64, page=0, box=Box(x0=1, y0=2, x1=3, y1=4)),
    )


GROSS = read("gross_total", "118.00", 640_000)
VENDOR = read("vendor_name", "Müller & Söhne <b>GmbH</b>", 980_000)
MADE = ReadingMade(klass="invoice", readings=(GROSS, VENDOR, read("iban", None, 970_000)), milliseconds=7)
CHECKED = Checked(passed=("totals_agree",), findings=(), milliseconds=1)


def record(*told: tuple[Actor, Event], case: str | None = "c1", first: int = 1) -> list[Entry]:
    return [
        Entry(seq=n, at=START + timedelta(seconds=n), actor=actor, case=case, event=event, digest=f"{n:064x}")
        for n, (actor, event) in enumerate(told, start=first)
    ]


def enrolled(version: str, digest: str) -> AgentEnrolled:
    card = AgentCard(
        name="reader.local", version=version, tier=1, purpose="Reads fields.", code_digest=digest * 32
    )
    return AgentEnrolled(card=card, public_key="k")


def person(id: str, name: str, *roles: Role) -> PersonEnrolled:
    return PersonEnrolled(person=id, name=name, roles=roles, public_key="k", assurance="x")


DESK = record(
    (SYSTEM, person("ada", "Ada Muster", Role.APPROVER)),
    (SYSTEM, person("leo", "Leo Lead", Role.TEAM_LEAD)),
    (SYSTEM, enrolled("3", "cd")),
    (SYSTEM, PolicyActivated(policy="invoices", digest=DIGEST, text=POLICY)),
    case=None,
)
BELOW = Rule(rule="fields.thresholds", said="below: gross_total needs 0.97")
HOLDS = Rule(rule="auto_approve_if: gross_total <= 2000.0", said="holds")


def decided(route: Route, *reasons: Reason, rules: tuple[Rule, ...] = (BELOW, HOLDS)) -> Decided:
    return Decided(
        policy="invoices",
        digest=DIGEST,
        mode=Mode.AUTONOMOUS,
        route=route,
        reasons=reasons,
        rules=rules,
        thresholds={"gross_total": 970_000, "vendor_name": 900_000, "iban": 900_000},
    )


DOUBTFUL = Reason(code="below_threshold", fields=("gross_total",))
STEPS: list[tuple[Actor, Event]] = [
    (SYSTEM, RECEIVED),
    (SYSTEM, OPENED),
    (READER, CLASSIFIED),
    (READER, MADE),
    (CHECKER, CHECKED),
]
ESCALATED = [*STEPS, (SYSTEM, decided(Route.ESCALATE, DOUBTFUL))]
STRAIGHT = [*STEPS, (SYSTEM, decided(Route.STRAIGHT_THROUGH, rules=(HOLDS,)))]
SIGNED = Signature(name="Ada Muster", at=START, meaning="approved")
APPROVED = [*ESCALATED, (ADA, CaseApproved(signature=SIGNED, overrides=("possible_duplicate",)))]


def told(*steps: tuple[Actor, Event], desk: list[Entry] = DESK) -> Explanation:
    """Explain a case whose records come after those of the desk."""
    return explain(record(*steps, first=101), desk, CATALOGUE)
