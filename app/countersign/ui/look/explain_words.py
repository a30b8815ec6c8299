"""Every English sentence of the page that explains a case."""

from collections.abc import Sequence

from countersign.insight.explained import Kept

TITLE = "Why this case ended as it did"
SAVE = "Save as PDF…"
SAVE_KEYS = "Ctrl+S"
EXPLAINING = "Reading the record of this case…"
PDF_FILES = "PDF (*.pdf)"
ANSWER = "Who decided"
DOCUMENT = "Document"
POLICY = "Policy"
GATES = "Gates"
REASONS = "Reasons"
AGENTS = "Agents"
FIELDS = "Evidence"
SIGNED = "Signatures"
HAPPENED = "What happened"
KEEPING = "Held and erased"
PROOF = "Proof"
CONTEST = "To object"
ON_HOLD = "A hold keeps this case from being erased."
ERASED = "The content of this case was erased; what remains shows that it was, when, and by whose order."
NOT_PRESENT = "not present"
NOT_ON_RECORD = "No activation of this policy is on the record."
NOT_ENROLLED = "no enrolment is on the record"
NO_TERMS = "no terms in the policy"
GATE_PASSED = "passed"
GATE_FAILED = "did not pass"
PROOF_HOLDS = "Every record of this case holds."
NO_CHECKPOINT = "the newest of them wait for their checkpoint"
NOT_WITNESSED = "No witness has seen these records yet."
AUTOMATED = {
    True: "Solely automated: no person had a part in the decision.",
    False: "Not solely automated: a person had a part in the decision.",
    None: "",
}
"""By `Explanation.is_solely_automated`."""
KEPT = {
    Kept.UNCHANGED: "Kept unchanged.",
    Kept.CHANGED: "The kept file was changed.",
    Kept.GONE: "The kept file is gone.",
    Kept.ERASED: "Erased.",
    Kept.UNCHECKED: "Not compared with the kept file.",
}


def plan(followed: str) -> str:
    """Say by which plan the agents worked."""
    return f"They followed the plan {followed}."


def idle(agents: Sequence[str]) -> str:
    """Name the agents that had nothing to do."""
    return f"Had nothing to do: {', '.join(agents)}."


def pages(count: int) -> str:
    """Say how long a document is."""
    return "1 page" if count == 1 else f"{count} pages"


def page(number: int) -> str:
    """Name a page to go to."""
    return f"page {number}"


def received(when: str, channel: str, seq: int) -> str:
    """Say how a document came in."""
    return f"Received {when} by {channel}, record {seq}."


def activated(when: str, who: str) -> str:
    """Say since when a policy decides."""
    return f"Active since {when}, by {who}." if who else f"Active since {when}."


def owned(owner: str) -> str:
    """Say who answers for a policy."""
    return f"Owner: {owner}."


def quality(percent: str) -> str:
    """Say what accuracy the policy promises."""
    return f"Promised: {percent} % of what agents decide alone is right."


def approval(need: str) -> str:
    """Say who must sign."""
    return f"Asks for {need}."


def tier(number: int) -> str:
    """Name a risk tier."""
    return f"tier {number}"


def tool(name: str) -> str:
    """Name a tool that an agent may use."""
    return f"may use {name}"


def allowed(terms: str) -> str:
    """Say what bounded an agent."""
    return f"Bounds: {terms}."


def agents_said(value: str) -> str:
    """Say what a person changed."""
    return f"agents: {value}"


def asked(sure: str, threshold: str) -> str:
    """Hold a confidence against its threshold."""
    return f"{sure} of {threshold}"


def signed(did: str, when: str, role: str) -> str:
    """Say what a person signed."""
    return f"{did} the case on {when} as {role}."


def overruled(reasons: tuple[str, ...]) -> str:
    """Say over what a person signed."""
    return f"Overruled: {', '.join(reasons)}."


def record(seq: int) -> str:
    """Name a record."""
    return f"record {seq}"


def records(first: int, last: int) -> str:
    """Name a run of records."""
    return record(first) if first == last else f"records {first}–{last}"


def proven(count: int, size: int, covered: str) -> str:
    """Say how far a case is proven."""
    return f"{count} of the log's {size} records; {covered}."


def checkpoint(size: int) -> str:
    """Name the checkpoint over a case."""
    return f"all under the signed checkpoint over {size}"


def witnessed(who: str, when: str) -> str:
    """Say who outside has seen a case."""
    return f"Witnessed by {who} on {when}."


def stamped(who: str, when: str) -> str:
    """Say who time-stamped a case."""
    return f"Time-stamped by {who} on {when}."


def saved(file: str) -> str:
    """Say where a page was saved."""
    return f"Saved as {file}."
