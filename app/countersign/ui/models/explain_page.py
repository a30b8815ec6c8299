"""The accountability answer of a case as one page of headed rows, with links to fields and places."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from PySide6.QtCore import QLocale

from countersign.insight.explained import Evidenced, Explanation, Kept, Part
from countersign.ui.look import explain_words as said
from countersign.ui.look.colours import Colours
from countersign.ui.models import show

FIELD_LINK, PLACE_LINK = "field:", "place:"
"""What a link begins with: a field's name and index, or the number of a field whose place is meant."""
DIGEST = 12
"""Signs of a digest that are shown."""


def explain_page(told: Explanation, locale: QLocale, colours: Colours) -> str:
    """Return the page as rich text."""
    return _Page(told, locale, colours).html()


class _Page:
    """Writes one page; each method is a row."""

    def __init__(self, told: Explanation, locale: QLocale, colours: Colours) -> None:
        self._told, self._locale, self._colours = told, locale, colours

    def html(self) -> str:
        rows = (
            (said.ANSWER, self._answer()),
            (said.DOCUMENT, self._document()),
            (said.POLICY, self._policy()),
            (said.GATES, self._gates()),
            (said.REASONS, self._reasons()),
            (said.AGENTS, self._agents()),
            (said.FIELDS, self._fields()),
            (said.SIGNED, self._signed()),
            (said.HAPPENED, self._steps()),
            (said.KEEPING, self._keeping()),
            (said.PROOF, self._proof()),
            (said.CONTEST, self._lines([self._told.contest])),
        )
        shown = "".join(self._row(head, body) for head, body in rows if body)
        return f'<table width="100%" cellspacing="0" cellpadding="0">{shown}</table>'

    # -- rows -----------------------------------------------------------------------------------------

    def _answer(self) -> str:
        alone = said.AUTOMATED[self._told.is_solely_automated]
        marks = [mark for mark, holds in self._marks() if holds]
        return (
            f'<p style="margin:0;font-weight:600">{escape(self._told.answer)}</p>'
            + self._lines([alone] if alone else [])
            + self._lines(marks)
        )

    def _marks(self) -> Iterator[tuple[str, bool]]:
        yield said.ON_HOLD, self._told.is_on_hold
        yield said.ERASED, self._told.is_erased

    def _document(self) -> str:
        paper = self._told.paper
        size = f"{max(1, paper.length // 1024)} kB"
        pages = said.pages(paper.pages) if paper.pages else ""
        facts = ", ".join(part for part in (paper.media_type, pages, size) if part)
        good = paper.kept in (Kept.UNCHANGED, Kept.ERASED)
        kept = self._ink(said.KEPT[paper.kept], self._colours.sure if good else self._colours.doubt)
        came = said.received(self._moment(paper.received_at), paper.channel.replace("_", " "), paper.record)
        return (
            f'<p style="margin:0"><span style="font-weight:600">{escape(paper.name)}</span> '
            f"{self._quiet(facts)}</p>"
            f'<p style="margin:2px 0 0 0">{escape(came)} {kept} '
            f"{self._quiet('SHA-256 ' + paper.sha256[:DIGEST] + '…')}</p>"
        )

    def _policy(self) -> str:
        ground = self._told.ground
        if ground is None:
            return ""
        since = (
            said.activated(self._moment(ground.activated_at), ground.activated_by or "")
            if ground.activated_at
            else said.NOT_ON_RECORD
        )
        lines = [f"{since} {said.owned(ground.owner)}" if ground.owner else since]
        if ground.quality_bar is not None:
            lines.append(said.quality(f"{ground.quality_bar * 100:g}"))
        lines += [said.approval(one) for one in ground.approvals]
        name = f'<span style="font-weight:600">{escape(ground.name)}</span>'
        mode = self._quiet(f"{ground.mode.replace('_', ' ')}, {ground.digest[:DIGEST]}…")
        return f'<p style="margin:0">{name} {mode}</p>' + self._lines(lines)

    def _gates(self) -> str:
        return self._table(
            (
                escape(gate.asked),
                escape(gate.found),
                self._verdict(gate.is_passed, said.GATE_PASSED, said.GATE_FAILED),
            )
            for gate in self._told.gates
        )

    def _reasons(self) -> str:
        return "".join(
            f'<p style="margin:0 0 3px 0"><span style="font-weight:600">{escape(reason.label)}</span> '
            f"{escape(', '.join(reason.fields))} {self._quiet(reason.advice)}</p>"
            for reason in self._told.reasons
        )

    def _agents(self) -> str:
        idle = [said.idle(self._told.idle)] if self._told.idle else []
        told = [*map(said.plan, self._told.plans), *idle, *self._told.held_up]
        return "".join(map(self._agent, self._told.parts)) + self._lines(told)

    def _agent(self, part: Part) -> str:
        tier = said.tier(part.tier) if part.tier is not None else ""
        allowed = "; ".join((*part.terms, *(said.tool(tool) for tool in part.tools)))
        no_terms = "" if part.is_in_policy else said.NO_TERMS
        head = " · ".join(
            one for one in (tier, (part.purpose or said.NOT_ENROLLED).rstrip("."), no_terms) if one
        )
        return (
            f'<p style="margin:0"><span style="font-weight:600">{escape(part.agent)}</span> '
            f"{self._quiet(head)}</p>"
            + self._lines([*part.did, *([said.allowed(allowed)] if allowed else [])], below=5)
        )

    def _fields(self) -> str:
        return self._table(
            (
                self._link(f"{FIELD_LINK}{field.field}/{field.index}", field.label),
                self._value(field),
                self._sure(field),
                escape(field.acted_by or field.by.split("/")[-1]),
                self._place(at, field),
            )
            for at, field in enumerate(self._told.fields)
        )

    def _value(self, field: Evidenced) -> str:
        value = f'<span style="font-weight:600">{escape(field.value or said.NOT_PRESENT)}</span>'
        if field.agents_said is None:
            return value
        return f"{value}<br>{self._quiet(said.agents_said(field.agents_said))}"

    def _sure(self, field: Evidenced) -> str:
        sure = show.share(field.confidence, self._locale)
        if field.threshold is None:
            return self._quiet(sure)
        asked = said.asked(sure, show.share(field.threshold, self._locale))
        return self._ink(asked, self._colours.sure if field.is_passed else self._colours.doubt)

    def _place(self, at: int, field: Evidenced) -> str:
        return self._link(f"{PLACE_LINK}{at}", said.page(field.place.page + 1)) if field.place else ""

    def _signed(self) -> str:
        return "".join(
            f'<p style="margin:0 0 3px 0"><span style="font-weight:600">{escape(one.signature.name)}</span> '
            f"{escape(said.signed(one.did, self._moment(one.signature.at), one.role.replace('_', ' ')))} "
            f"{escape(said.overruled(one.overrides)) if one.overrides else ''} "
            f"{self._quiet(said.record(one.record))}</p>"
            for one in self._told.signed
        )

    def _steps(self) -> str:
        return self._table(
            (
                self._quiet(self._moment(step.at)),
                escape(step.by),
                escape(step.did),
                self._quiet(said.records(step.record, step.last_record)),
            )
            for step in self._told.steps
        )

    def _keeping(self) -> str:
        return self._table(
            (
                self._quiet(self._moment(act.at)),
                escape(act.by),
                escape(act.told),
                self._quiet(said.record(act.record)),
            )
            for act in self._told.keeping
        )

    def _proof(self) -> str:
        proof = self._told.proof
        if proof is None:
            return ""
        holds = self._verdict(proof.flaw is None, said.PROOF_HOLDS, proof.flaw or "")
        covered = said.checkpoint(proof.checkpoint) if proof.checkpoint else said.NO_CHECKPOINT
        lines = [said.proven(len(proof.records), proof.size, covered)]
        for seen, how in ((proof.witnessed, said.witnessed), (proof.stamped, said.stamped)):
            if seen is not None:
                lines.append(how(seen.by, self._moment(seen.at)))
        if proof.witnessed is None:
            lines.append(said.NOT_WITNESSED)
        return f'<p style="margin:0">{holds}</p>' + self._lines(lines)

    # -- parts of rows --------------------------------------------------------------------------------

    def _row(self, head: str, body: str) -> str:
        line = f"border-top:1px solid {self._colours.line}"
        return (
            f'<tr><td width="132" style="{line};padding:9px 14px 9px 0;color:{self._colours.muted};'
            f'font-weight:600">{escape(head)}</td><td style="{line};padding:9px 0">{body}</td></tr>'
        )

    def _table(self, rows: Iterable[tuple[str, ...]]) -> str:
        made = "".join(
            "<tr>" + "".join(f'<td style="padding:0 16px 3px 0">{cell}</td>' for cell in row) + "</tr>"
            for row in rows
        )
        return f'<table cellspacing="0" cellpadding="0">{made}</table>' if made else ""

    def _lines(self, lines: Iterable[str], below: int = 0) -> str:
        return "".join(f'<p style="margin:2px 0 {below}px 0">{escape(line)}</p>' for line in lines if line)

    def _verdict(self, good: bool, passed: str, failed: str) -> str:
        return self._ink(passed if good else failed, self._colours.sure if good else self._colours.doubt)

    def _ink(self, text: str, colour: str) -> str:
        return f'<span style="color:{colour};font-weight:500">{escape(text)}</span>'

    def _quiet(self, text: str) -> str:
        return f'<span style="color:{self._colours.muted}">{escape(text)}</span>'

    def _link(self, where: str, text: str) -> str:
        ink = f"color:{self._colours.accent};text-decoration:none"
        return f'<a href="{escape(where)}" style="{ink}">{escape(text)}</a>'

    def _moment(self, at: datetime) -> str:
        return show.moment(at, self._locale)
