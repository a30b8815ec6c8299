"""The page that explains a case, as headed sections of plain text: the same on screen, terminal and paper."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from countersign.domain.base import Frozen
from countersign.domain.confidence import percent
from countersign.domain.event import Act
from countersign.domain.proof import CaseProof
from countersign.domain.reading import Evidence
from countersign.insight.explained import Evidenced, Explanation, Gate, Ground, Kept, Part, Signed
from countersign.insight.gates import MODES
from countersign.insight.tell import counted, spaced

TIERS = {
    0: "0, reads only",
    1: "1, small writes",
    2: "2, leaves the house",
    3: "3, money",
    4: "4, keys and people",
}
"""Risk tiers, each with what it may touch at most."""
KNOWN_BY = {
    "os_account": "the account of the operating system",
    "device_key": "the key of the desk",
    "password": "the password of their key",
    "session_password": "the password of their key, given earlier at this desk",
}
"""How it is known who signed, by the record's word for it."""
KEPT = {
    Kept.UNCHANGED: "still has it, looked at for this answer",
    Kept.CHANGED: "DOES NOT HAVE IT ANY MORE: it was changed. Put it back from a backup",
    Kept.GONE: "IS GONE. Put it back from a backup",
    Kept.ERASED: "was erased, as the record says",
    Kept.UNCHECKED: "was not looked at for this answer",
}
AUTOMATED = {
    True: "Yes: no person had a part in it",
    False: "No: a person had a part in it",
    None: "Nothing is decided yet",
}
_ACTS = {
    Act.CONFIRMED: "confirmed",
    Act.CORRECTED: "corrected",
    Act.ADDED: "added",
    Act.NOT_PRESENT: "declared not present",
    Act.ILLEGIBLE: "declared illegible",
}


class Line(Frozen):
    """One line of a section: a label with its text, or one cell for each column."""

    cells: tuple[str, ...]
    is_good: bool | None = None
    """Whether what it tells passed; None where that is no question."""
    field: str | None = None
    """The field that it speaks of, to be led to."""
    index: int = 0
    place: Evidence | None = None
    """Where that stands on a page."""


class Section(Frozen):
    """A headed part of the page."""

    title: str
    columns: tuple[str, ...] = ()
    """Heads of the columns; none where lines are labels with their text."""
    right: frozenset[int] = frozenset()
    """Columns that are set flush right."""
    tight: frozenset[int] = frozenset()
    """Columns that take as much room as their text, and leave the rest to the others."""
    lines: tuple[Line, ...]
    note: str = ""
    """A sentence after the lines."""


def sections(explained: Explanation) -> tuple[Section, ...]:
    """Return the whole page in order; a section without content is left out."""
    told = (
        _who(explained),
        _gates(explained.gates),
        _reasons(explained),
        _agents(explained.parts, explained.idle),
        _fields(explained.fields),
        _document(explained),
        _course(explained),
        _keeping(explained),
        _proof(explained.proof),
    )
    return tuple(section for section in told if section.lines or section.note)


def moment(at: datetime) -> str:
    """Write a time: ``2026-11-20 21:49:40 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def numbers(records: Sequence[int]) -> str:
    """Write record numbers, runs drawn together: ``37, 242–249``."""
    told: list[str] = []
    start = 0
    for at in range(1, len(records) + 1):
        if at == len(records) or records[at] != records[at - 1] + 1:
            first, last = records[start], records[at - 1]
            told.append(f"{first}" if first == last else f"{first}–{last}")
            start = at
    return ", ".join(told)


def _pairs(title: str, lines: Iterable[tuple[str, str]], note: str = "") -> Section:
    return Section(title=title, lines=tuple(Line(cells=cells) for cells in lines if cells[1]), note=note)


# -- who, and by what right ---------------------------------------------------------------------------------


def _who(explained: Explanation) -> Section:
    ground = explained.ground
    lines = [*_ground(ground)] if ground else [("Policy", "none has decided yet")]
    lines.append(("Plan", "; ".join(explained.plans)))
    lines.append(("Solely automated", AUTOMATED[explained.is_solely_automated]))
    signed = [("Signed", _signature(one)) for one in explained.signed if one.is_decision]
    nobody = "by nobody: no person took part" if explained.is_solely_automated else "by nobody so far"
    lines += signed or [("Signed", nobody)]
    lines.append(("To contest it", explained.contest))
    return _pairs("Who answers for it", lines)


def _ground(ground: Ground) -> Iterator[tuple[str, str]]:
    owner = ground.owner or "not known: the text of the policy is not on the record"
    yield "Owner", f"{owner[:1].upper()}{owner[1:]}" + (" owns the policy" if ground.owner else "")
    since = f"; active since {moment(ground.activated_at)}" if ground.activated_at else ""
    by = f", by {ground.activated_by} (record {ground.record})" if ground.activated_by else ""
    yield "Policy", f"{ground.name}, version {ground.digest}{since}{by}"
    outcome = f"; outcome: {spaced(ground.outcome)}" if ground.outcome else ""
    bar = f"; promised accuracy {ground.quality_bar:.1%}".replace("%", " %") if ground.quality_bar else ""
    yield "Mode", f"{spaced(ground.mode)}: {MODES[ground.mode]}{outcome}{bar}"
    yield "Must sign", "; ".join(ground.approvals)


def _signature(signed: Signed) -> str:
    over = f"; overruled: {', '.join(signed.overrides)}" if signed.overrides else ""
    return (
        f"{signed.signature.name}, {spaced(signed.role)}, {signed.did} the case at "
        f"{moment(signed.signature.at)}, meaning: {signed.signature.meaning}{over}; {_known(signed)} "
        f"(record {signed.record})"
    )


def _known(signed: Signed) -> str:
    return f"known by {KNOWN_BY.get(signed.authenticated, spaced(signed.authenticated))}"


def _gates(gates: Sequence[Gate]) -> Section:
    lines = tuple(
        Line(cells=("✓" if gate.is_passed else "✗", gate.asked, gate.found), is_good=gate.is_passed)
        for gate in gates
    )
    return Section(
        title="What it had to pass", columns=("", "Asked", "Found"), tight=frozenset({0, 1}), lines=lines
    )


def _reasons(explained: Explanation) -> Section:
    lines = ((said.label, _reason(said.advice, said.fields)) for said in explained.reasons)
    return _pairs("Why a person was asked", lines)


def _reason(advice: str, fields: Sequence[str]) -> str:
    return f"{advice} ({', '.join(fields)})" if fields else advice


# -- agents, fields, document -------------------------------------------------------------------------------


def _agents(parts: Sequence[Part], idle: Sequence[str]) -> Section:
    lines = tuple(
        Line(
            cells=(
                part.agent,
                _tier(part.tier),
                part.purpose or "no enrolment is on the record",
                _bounds(part),
                numbers(part.records),
            )
        )
        for part in parts
    )
    return Section(
        title="The agents, and what each was allowed to do",
        columns=("Agent", "Tier", "Purpose", "Allowed", "Records"),
        tight=frozenset({0, 1, 2}),
        lines=lines,
        note=f"Had nothing to do: {', '.join(idle)}." if idle else "",
    )


def _tier(tier: int | None) -> str:
    return "not enrolled" if tier is None else TIERS.get(tier, str(tier))


def _bounds(part: Part) -> str:
    tools = f"tools: {', '.join(part.tools)}" if part.tools else "no tools"
    bounds = "; at most ".join((tools, ", ".join(part.terms))) if part.terms else tools
    return bounds if part.is_in_policy else f"{tools}; not named by the policy"


def _fields(fields: Sequence[Evidenced]) -> Section:
    absent = [field.label for field in fields if field.value is None and field.act is None]
    note = f"Not on the document: {', '.join(dict.fromkeys(absent))}." if absent else ""
    return Section(
        title="What was read, and where it stands",
        columns=("Field", "Value", "Sure", "Needed", "Read by", "Place", "A person"),
        right=frozenset({2, 3}),
        tight=frozenset({0, 2, 3, 4, 5}),
        lines=tuple(_field(field) for field in fields if field.value is not None or field.act is not None),
        note=note,
    )


def _field(field: Evidenced) -> Line:
    needed = percent(field.threshold) if field.threshold is not None else ""
    was = f" (agents: {field.agents_said})" if field.agents_said is not None else ""
    person = f"{_ACTS.get(field.act, '')} by {field.acted_by}{was}" if field.act else ""
    is_of_person = field.act in (Act.ADDED,) or field.method == "person"
    return Line(
        cells=(
            field.label,
            field.value if field.value is not None else "not present",
            "" if is_of_person else percent(field.confidence),
            needed,
            "" if is_of_person else f"{field.by.partition('@')[0]}, {field.method}",
            _place(field.place),
            person,
        ),
        is_good=True if field.act else field.is_passed,
        field=field.field,
        index=field.index,
        place=field.place,
    )


def _place(place: Evidence | None) -> str:
    if place is None:
        return ""
    box = place.box
    return f"p. {place.page + 1}: {box.x0:.0f},{box.y0:.0f}–{box.x1:.0f},{box.y1:.0f}"


def _document(explained: Explanation) -> Section:
    paper = explained.paper
    pages = f", {counted(paper.pages, 'page', 'pages')}" if paper.pages else ""
    received = f"received {moment(paper.received_at)} by {spaced(paper.channel)} (record {paper.record})"
    return _pairs(
        "The evidence",
        [
            ("Document", f"{paper.name} ({paper.media_type}, {paper.length:,} bytes{pages}), {received}"),
            ("Its SHA-256", f"{paper.sha256}; the kept file {KEPT[paper.kept]}"),
            ("Checks that held", ", ".join(map(spaced, explained.checks))),
            ("Erased, on hold", "" if explained.keeping else "nothing was erased, and no hold stands"),
        ],
    )


# -- course and proof ---------------------------------------------------------------------------------------


def _course(explained: Explanation) -> Section:
    lines = tuple(
        Line(
            cells=(
                numbers(range(step.record, step.last_record + 1)),
                moment(step.at).removesuffix(" UTC"),
                step.by,
                step.did,
            )
        )
        for step in explained.steps
    )
    columns = ("Record", "When (UTC)", "Who", "What")
    return Section(
        title="What happened",
        columns=columns,
        right=frozenset({0}),
        tight=frozenset({0, 1, 2}),
        lines=lines,
        note=" ".join(explained.held_up),
    )


def _keeping(explained: Explanation) -> Section:
    signed = {
        one.record: f"meaning: {one.signature.meaning}; as {spaced(one.role)}, {_known(one)}"
        for one in explained.signed
        if not one.is_decision
    }
    lines = [
        (f"Record {act.record}", f"{moment(act.at)}: {act.told}; {signed.get(act.record, act.by)}")
        for act in explained.keeping
    ]
    stands = "A hold stands: nothing of the case may be erased." if explained.is_on_hold else ""
    return _pairs("Erased and on hold", lines, stands)


def _proof(proof: CaseProof | None) -> Section:
    if proof is None:
        return _pairs("How far this is proven", [], "The proofs were not looked at for this answer.")
    found = proof.flaw or "Each record's bytes, place in the case, author and signature: all hold"
    lines = [
        ("Checked", f"{'✗ ' if proof.flaw else '✓ '}{found}"),
        ("Records", f"{numbers(proof.records)} of {proof.size:,} in the log {proof.log}"),
        ("Signed", _signers(proof)),
        ("Seen outside", _witnessed(proof)),
    ]
    if proof.stamped:
        stamped = (
            f"{moment(proof.stamped.at)} by {proof.stamped.by}, as kept here; an export carries the token"
        )
        lines.append(("Time stamp", stamped))
    return _pairs("How far this is proven", lines)


def _signers(proof: CaseProof) -> str:
    told = ["nothing yet: the newest record waits for the next checkpoint"]
    if proof.checkpoint is not None:
        told = [f"by the desk, over the first {proof.checkpoint:,} records"]
    if proof.signed_by_agents:
        told.append(f"by the agents {', '.join(proof.signed_by_agents)}")
    if proof.signed_by_person:
        told.append(f"by a person with a key of their own: {numbers(proof.signed_by_person)}")
    return "; ".join(told)


def _witnessed(proof: CaseProof) -> str:
    if proof.witnessed:
        seen = proof.witnessed
        return f"witnessed at {moment(seen.at)} by {seen.by}, who cosigned the first {seen.size:,} records"
    if proof.has_witness:
        return "not yet: no witness of this desk has cosigned a head over all of these records"
    return "no outside witness yet: until one cosigns, only this desk vouches for the record"
