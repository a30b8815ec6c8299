"""The accountability answer of a case, told from the record alone: who decided, by what right, on what."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from countersign.domain.actor import ActorKind
from countersign.domain.case import CaseFile, Status
from countersign.domain.event import (
    CaseApproved,
    CaseRejected,
    Claimed,
    DocumentReceived,
    Entry,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    Released,
    Route,
)
from countersign.domain.proof import CaseProof
from countersign.domain.reason import Reason
from countersign.domain.sealed import ERASED
from countersign.insight import trace, trace_page
from countersign.insight.context import Context, context_of
from countersign.insight.explained import (
    Explanation,
    KeepingAct,
    Kept,
    Paper,
    Said,
    Signed,
    Step,
)
from countersign.insight.gates import Decision, gates
from countersign.insight.parts import fields_of, ground_of, parts_of
from countersign.insight.phrases import ACTS
from countersign.insight.tell import named, spaced, tell
from countersign.settings.catalogue import Catalogue

DESK_KINDS = trace.DESK_KINDS
"""What an explanation needs to know of the desk."""


def explain(
    entries: Sequence[Entry],
    desk: Iterable[Entry],
    catalogue: Catalogue,
    *,
    proof: CaseProof | None = None,
    kept: Kept = Kept.UNCHECKED,
) -> Explanation:
    """Tell a case from its entries and those of the desk (`DESK_KINDS`); raises Trouble where there is none.

    `proof` and `kept` say what was found when its records and its document were looked at for this answer.
    """
    context = context_of(entries, tuple(desk), catalogue)
    runs = trace.trace(entries, context.desk, catalogue).runs
    case, teller = context.case, context.teller
    decided = case.decision
    signed = tuple(_signed(context))
    return Explanation(
        case=case.id,
        status=case.status,
        klass=case.klass,
        subject=_subject(context),
        answer=_answer(context, signed),
        is_solely_automated=_is_solely_automated(context),
        contest=_contest(context),
        paper=_paper(context, kept),
        ground=ground_of(context),
        route=decided.route if decided else None,
        gates=gates(Decision(decided, context.class_terms, context.klass, case, teller)) if decided else (),
        rules=decided.rules if decided else (),
        reasons=tuple(_said(reason, context) for reason in case.reasons),
        checks=case.passed,
        parts=tuple(parts_of(context)),
        fields=tuple(fields_of(context)),
        steps=tuple(_steps(context)),
        plans=tuple(trace_page.followed(run) for run in runs if run.plan),
        idle=tuple(dict.fromkeys(one for run in runs for one in trace_page.idle(run))),
        held_up=tuple(one for run in runs for one in trace_page.held_up(run)),
        signed=signed,
        keeping=tuple(_keeping(context)),
        is_on_hold=bool(case.holds),
        is_erased=case.erasure is not None,
        proof=proof,
    )


# -- what happened ------------------------------------------------------------------------------------------


def _subject(context: Context) -> str:
    """Say what the case is about, as far as it is known."""
    case, klass = context.case, context.klass
    if klass is None:
        return case.documents[0].name
    kind = (
        spaced(case.variant).capitalize()
        if case.variant and case.variant != klass.name
        else klass.label["en"]
    )
    line = klass.headline
    number, party = case.value(line.number), case.value(line.counterparty)
    amount, currency = case.value(line.amount), case.value(line.currency)
    if case.erasure is not None:
        return f"{kind} ({ERASED})"
    told = f"{kind} {number}" if number else kind
    told += f" of {party}" if party else ""
    return told + (f", {_grouped(amount)} {currency or ''}".rstrip() if amount else "")


def _grouped(amount: str) -> str:
    """Write an amount with its thousands apart; what is none, such as an erased one, comes back as it is."""
    try:
        return f"{Decimal(amount):,f}"
    except InvalidOperation:
        return amount


def _answer(context: Context, signed: Sequence[Signed]) -> str:
    """Say in one sentence what happened and who decided."""
    case, decided = context.case, context.case.decision
    policy = f"policy {decided.policy} ({decided.digest[:12]})" if decided else "desk"
    because = ", ".join(dict.fromkeys(context.teller.chip(reason) for reason in case.reasons))
    over = f" ({because})" if because else ""
    if case.status is Status.RECEIVED:
        return "Nobody has decided yet: the agents are at work."
    if case.status is Status.STRAIGHT_THROUGH:
        mode = spaced(decided.mode) if decided else ""
        return f"The {policy} let the case pass straight through, in the mode {mode}; no person looked at it."
    last = next((one for one in reversed(signed) if one.is_decision), None)
    if last is not None and case.status.is_settled:
        who = f"{last.signature.name} ({spaced(last.role)})"
        return f"{who} {last.did} the case, after the {policy} asked for a person{over}."
    refused = decided is not None and decided.route is Route.REFUSE
    asked = "refused the document" if refused else "asked for a person"
    return f"Nobody has signed yet: the {policy} {asked}{over}."


def _is_solely_automated(context: Context) -> bool | None:
    """Tell whether a decision was made with no person having a part in it (GDPR, Article 22)."""
    if not context.case.status.is_settled:
        return None
    return not any(
        entry.actor.kind is ActorKind.PERSON and _decides(entry.event) for entry in context.entries
    )


def _decides(event: object) -> bool:
    return isinstance(event, FieldReviewed | CaseApproved | CaseRejected)


def _contest(context: Context) -> str:
    owner = context.owner() or "whoever runs this desk"
    turn = f"turn to {owner} and name the case {context.case.id}"
    match _is_solely_automated(context):
        case None:
            return f"Whoever the case concerns may have a say before it is decided: {turn}."
        case True:
            return (
                "Whoever the decision concerns, and weighs on, may ask for a person to look at it, say why "
                f"they see it otherwise, and contest it (GDPR, Article 22): {turn}."
            )
        case False:
            return (
                "A person had a part in the decision (GDPR, Article 22, speaks of those without one). "
                f"Whoever it concerns may still ask for its reasons and object: {turn}."
            )


def _steps(context: Context) -> Iterator[Step]:
    """Tell the events in order; fields that one person reviewed in a row are one step."""
    run: list[Entry] = []
    for entry in context.entries:
        is_review = isinstance(entry.event, FieldReviewed)
        if run and not (is_review and entry.actor.id == run[0].actor.id):
            yield _review_step(run, context)
            run = []
        if is_review:
            run.append(entry)
        elif not isinstance(entry.event, Claimed | Released):
            yield _step(entry, entry, tell(entry.event, context.teller), context)
    if run:
        yield _review_step(run, context)


def _review_step(run: Sequence[Entry], context: Context) -> Step:
    by_act: dict[str, list[str]] = {}
    for entry in run:
        if isinstance(entry.event, FieldReviewed):
            by_act.setdefault(ACTS[entry.event.act], []).append(context.teller.field(entry.event.field))
    said = "; ".join(f"{act} {', '.join(dict.fromkeys(fields))}" for act, fields in by_act.items())
    return _step(run[0], run[-1], said[:1].upper() + said[1:], context)


def _step(first: Entry, last: Entry, did: str, context: Context) -> Step:
    return Step(
        at=first.at,
        by=context.name(first),
        kind=first.actor.kind,
        did=did,
        record=first.seq,
        last_record=last.seq,
        digest=first.digest,
    )


def _said(reason: Reason, context: Context) -> Said:
    label, advice = context.catalogue.say(reason)
    advice = named(advice, context.klass, context.teller.language)
    fields = tuple(context.teller.field(name) for name in reason.fields)
    return Said(code=reason.code, label=label, advice=advice, fields=fields)


def _paper(context: Context, kept: Kept) -> Paper:
    first = next(entry for entry in context.entries if isinstance(entry.event, DocumentReceived))
    document = context.case.documents[0]
    erased = context.case.erasure is not None and document.sha256 in context.case.erasure.documents
    return Paper(
        name=document.name,
        sha256=document.sha256,
        media_type=document.media_type.value,
        length=document.length,
        pages=context.case.pages,
        channel=first.event.channel if isinstance(first.event, DocumentReceived) else "",
        received_at=first.at,
        record=first.seq,
        kept=Kept.ERASED if erased and kept is not Kept.UNCHANGED else kept,
    )


# -- signatures, holds, erasure ----------------------------------------------------------------------------

_SIGNED = {
    "case_approved": "countersigned",
    "case_rejected": "rejected",
    "hold_placed": "placed a hold on",
    "hold_lifted": "lifted a hold from",
    "erased": "had the content erased of",
}
_WITH_SIGNATURE = (CaseApproved, CaseRejected, HoldPlaced, HoldLifted, Erased)


def _signed(context: Context) -> Iterator[Signed]:
    for entry in context.entries:
        event = entry.event
        did = _SIGNED.get(event.kind)
        if did is None or not isinstance(event, _WITH_SIGNATURE) or event.signature is None:
            continue
        codes = event.overrides if isinstance(event, CaseApproved) else ()
        yield Signed(
            person=context.person(entry.actor.id),
            role=entry.actor.role,
            authenticated=entry.actor.authenticated,
            did=did,
            is_decision=isinstance(event, CaseApproved | CaseRejected),
            signature=event.signature,
            overrides=tuple(context.teller.chip(Reason(code=code)) for code in codes),
            record=entry.seq,
        )


def _keeping(context: Context) -> Iterator[KeepingAct]:
    for entry in context.entries:
        if isinstance(entry.event, HoldPlaced | HoldLifted | Erased):
            told = tell(entry.event, context.teller)
            yield KeepingAct(at=entry.at, told=told, by=context.name(entry), record=entry.seq)
    if context.case.erasure is None and ERASED in _values(context.case):
        last = context.entries[-1]
        told = "Sealed content is not at hand although no erasure is on the record: run `countersign verify`"
        yield KeepingAct(at=last.at, told=told, by="this answer", record=last.seq)


def _values(case: CaseFile) -> set[str | None]:
    return {*(state.reading.value for state in case.fields), *(document.name for document in case.documents)}
