"""The accountability answer of one case as types: who decided, on what, under which rules, how far proven."""

from datetime import datetime
from enum import StrEnum

from countersign.domain.actor import ActorKind
from countersign.domain.base import Frozen
from countersign.domain.case import Status
from countersign.domain.event import Act, Mode, Route, Rule, Signature
from countersign.domain.proof import CaseProof
from countersign.domain.reading import Evidence, Method


class Kept(StrEnum):
    """What became of the bytes that came in."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    ERASED = "erased"
    UNCHECKED = "unchecked"


class Paper(Frozen):
    """The document of the case as it was received."""

    name: str
    sha256: str
    media_type: str
    length: int
    """Bytes."""
    pages: int
    channel: str
    received_at: datetime
    record: int
    kept: Kept
    """Whether the kept file still has this hash, looked at for this answer."""


class Ground(Frozen):
    """The policy that decided, and who answers for it."""

    name: str
    digest: str
    owner: str | None = None
    """In words, with the people who held that role; None when the policy's text is not on the record."""
    activated_at: datetime | None = None
    activated_by: str | None = None
    record: int | None = None
    mode: Mode
    outcome: str | None = None
    quality_bar: float | None = None
    """Accuracy promised on what agents decide alone, 0 to 1."""
    approvals: tuple[str, ...] = ()
    """Who must sign when, in words."""


class Gate(Frozen):
    """One thing that the policy asked before it let the case pass."""

    asked: str
    found: str
    is_passed: bool


class Said(Frozen):
    """A reason in words."""

    code: str
    label: str
    advice: str
    fields: tuple[str, ...] = ()


class Part(Frozen):
    """What one agent did in the case, and what it was allowed to do."""

    agent: str
    """With its version."""
    tier: int | None = None
    purpose: str | None = None
    code_digest: str | None = None
    """Of the agent as enrolled when it acted; None when no enrolment is on the record."""
    is_in_policy: bool = False
    """Whether the policy has terms for this agent; else only its enrolment bounds it."""
    tools: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    """Budget and conditions, in words."""
    did: tuple[str, ...] = ()
    milliseconds: int = 0
    records: tuple[int, ...] = ()


class Step(Frozen):
    """One thing that happened, in words; a run of like acts of one person is one step."""

    at: datetime
    by: str
    kind: ActorKind
    did: str
    record: int
    last_record: int
    digest: str
    """SHA-256 of the first record's bytes."""


class Evidenced(Frozen):
    """A field as it counts now: value, how sure the agents were, where it stands, what a person did."""

    field: str
    index: int
    label: str
    value: str | None
    """None says 'not present'."""
    agents_said: str | None = None
    """What the agents had read, where a person put something else."""
    method: Method
    by: str
    """The agent or person whose reading counts."""
    confidence: int
    """Of the agents, parts per million."""
    threshold: int | None
    """Parts per million, as policy held it; None where policy held it against none."""
    is_passed: bool | None
    """Whether it reached the threshold; None where none was asked."""
    place: Evidence | None = None
    why: tuple[str, ...] = ()
    act: Act | None = None
    acted_by: str | None = None


class Signed(Frozen):
    """Who signed, and what the signature means."""

    person: str
    role: str
    authenticated: str
    did: str
    is_decision: bool
    """True for what settled the case, False for a hold or an erasure."""
    signature: Signature
    overrides: tuple[str, ...] = ()
    """Labels of open reasons that the signature overruled."""
    record: int


class KeepingAct(Frozen):
    """A hold or an erasure: what keeps content, and what took it away."""

    at: datetime
    told: str
    by: str
    record: int


class Explanation(Frozen):
    """Everything that the page of a case answers."""

    case: str
    status: Status
    klass: str | None
    subject: str
    """What the case is about, for people: kind, counterparty, number, amount."""
    answer: str
    """One sentence: what happened, and who decided."""
    is_solely_automated: bool | None
    """Whether no person had a part in the decision; None while there is none."""
    contest: str
    """How to object to it."""
    paper: Paper
    ground: Ground | None = None
    route: Route | None = None
    gates: tuple[Gate, ...] = ()
    rules: tuple[Rule, ...] = ()
    """As recorded with the decision."""
    reasons: tuple[Said, ...] = ()
    checks: tuple[str, ...] = ()
    """Codes of the checks that held."""
    parts: tuple[Part, ...] = ()
    fields: tuple[Evidenced, ...] = ()
    steps: tuple[Step, ...] = ()
    plans: tuple[str, ...] = ()
    """The plan that each run followed, and who adopted it, in words."""
    idle: tuple[str, ...] = ()
    """The agents that had nothing to do, and why not."""
    held_up: tuple[str, ...] = ()
    """Orders to stop that kept the case from its agents, in words."""
    signed: tuple[Signed, ...] = ()
    keeping: tuple[KeepingAct, ...] = ()
    is_on_hold: bool = False
    is_erased: bool = False
    proof: CaseProof | None = None
