"""A case on one page, for people: as it stands, and why it does."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.text import Text

from countersign.cli.explain import Evidenced, Explanation, Step
from countersign.cli.tables import facts, table
from countersign.cli.terminal import plain
from countersign.domain.actor import ActorKind
from countersign.domain.case import CaseFile, FieldState
from countersign.domain.confidence import percent
from countersign.domain.reading import Evidence, Row
from countersign.domain.time import iso
from countersign.settings.catalogue import Catalogue


def show(case: CaseFile, catalogue: Catalogue, to: Console) -> None:
    """Write a case as it stands."""
    to.print(
        facts(
            [
                ("case", case.id),
                ("status", spaced(case.status)),
                (
                    "class",
                    case.klass and f"{case.variant or case.klass}, {percent(case.class_confidence)} sure",
                ),
                ("language", case.klass and case.language),
                *(("document", f"{d.name} ({d.media_type}, {d.length:,} bytes)") for d in case.documents),
                *(("sha-256", d.sha256) for d in case.documents),
                ("pages", case.pages),
                ("received", iso(case.received_at)),
                ("changed", iso(case.updated_at)),
                ("claimed by", case.claimed_by),
            ]
        )
    )
    if case.fields:
        to.print(_fields(case, catalogue))
    for name in dict.fromkeys(row.table for row in case.rows):
        to.print(_rows(name, [row for row in case.rows if row.table == name]))
    for reason in case.reasons:
        label, advice = catalogue.say(reason)
        to.print(Text(plain(f"• {label}: {advice}")))


def _fields(case: CaseFile, catalogue: Catalogue) -> RenderableType:
    return table(
        ["field", "value", "sure", "by", "page", "act"],
        (
            [
                _label(state, case, catalogue),
                state.reading.value if state.reading.answer is not None else "not present",
                percent(state.reading.confidence),
                state.reading.method,
                _page(state.reading.evidence),
                spaced(state.act or ""),
            ]
            for state in case.fields
        ),
        right=["sure", "page"],
    )


def _label(state: FieldState, case: CaseFile, catalogue: Catalogue) -> str:
    klass = catalogue.klass(case.klass)
    known = klass.field(state.reading.field) if klass else None
    name = known.title() if known else state.reading.field
    return f"{name} {state.reading.index + 1}" if state.reading.index else name


def _rows(name: str, rows: list[Row]) -> RenderableType:
    columns = list(dict.fromkeys(cell.column for row in rows for cell in row.cells))
    heads = [spaced(column) for column in columns]
    laid = table(heads, ([row.value(column) for column in columns] for row in rows))
    return Group(Text(f"{spaced(name)}: {len(rows)}"), laid)


def explain(explanation: Explanation, to: Console) -> None:
    """Write the accountability answer: who decided, agents, evidence, policy, reasons, signatures."""
    to.print(Text(plain(explanation.answer), style="bold"))
    to.print(
        facts(
            [
                ("case", explanation.case),
                ("class", explanation.klass),
                ("document", explanation.document),
                ("sha-256", explanation.sha256),
                ("received", f"{iso(explanation.received_at)} by {spaced(explanation.channel)}"),
                ("policy", explanation.policy),
                ("its digest", explanation.policy_digest),
                ("active since", explanation.policy_activated_at and iso(explanation.policy_activated_at)),
                ("mode", spaced(explanation.mode or "")),
                ("route", spaced(explanation.route or "")),
                *(("rule", f"{rule.rule}: {rule.said}") for rule in explanation.rules),
                *(("reason", f"{said.label}: {said.advice}") for said in explanation.reasons),
            ]
        )
    )
    to.print(_steps(explanation.steps))
    to.print(_agents(explanation.steps))
    if explanation.fields:
        to.print(_evidence(explanation.fields))
    for act in explanation.acts:
        to.print(
            Text(plain(f"{iso(act.at)}  {act.person} {spaced(act.act)} {act.field} (record {act.record})"))
        )
    for signed in explanation.signed:
        overruled = f"; overruled: {', '.join(map(spaced, signed.overrides))}" if signed.overrides else ""
        to.print(
            Text(
                plain(
                    f"Signed by {signed.signature.name} as {signed.role} ({spaced(signed.authenticated)}) at "
                    f"{iso(signed.signature.at)}, meaning: {signed.signature.meaning}{overruled} "
                    f"(record {signed.record})"
                )
            )
        )


def _steps(steps: Iterable[Step]) -> RenderableType:
    return table(
        ["record", "at", "who", "did", "ms"],
        ([step.record, iso(step.at), step.by, step.did, step.milliseconds] for step in steps),
        right=["record", "ms"],
    )


def _agents(steps: Iterable[Step]) -> RenderableType:
    """Say of each agent that had a hand in it what it is and what it was allowed to do."""
    agents = {step.by: step for step in steps if step.kind is ActorKind.AGENT}
    return table(
        ["agent", "tier", "allowed to", "code"],
        ([name, step.tier, step.purpose, (step.code_digest or "")[:12]] for name, step in agents.items()),
    )


def _evidence(fields: Iterable[Evidenced]) -> RenderableType:
    return table(
        ["field", "value", "sure", "threshold", "by", "where", "why"],
        (
            [
                f"{field.label} {field.index + 1}" if field.index else field.label,
                field.value if field.value is not None else "not present",
                percent(field.confidence),
                percent(field.threshold) if field.threshold is not None else "",
                f"{field.method}, {spaced(field.act)}" if field.act else field.method,
                _where(field),
                "; ".join(field.why) if field.agents_said is None else f"agents said: {field.agents_said}",
            ]
            for field in fields
        ),
        right=["sure", "threshold"],
    )


def _where(field: Evidenced) -> str:
    if field.page is None or field.box is None:
        return ""
    box = field.box
    return f"p. {field.page + 1} at {box.x0:.0f},{box.y0:.0f} to {box.x1:.0f},{box.y1:.0f}"


def _page(evidence: Evidence | None) -> str:
    return str(evidence.page + 1) if evidence else ""


def spaced(code: str) -> str:
    """Write a code as words."""
    return code.replace("_", " ")
