"""The rules, agents and fields of an explained case: what was allowed, what was done, what was read where."""

from collections.abc import Iterator

from countersign.domain.actor import ActorKind
from countersign.domain.case import FieldState
from countersign.domain.event import AgentEnrolled, Entry, FieldReviewed, ReadingMade
from countersign.insight.context import Context
from countersign.insight.explained import Evidenced, Ground, Part
from countersign.insight.tell import counted, spaced, tell
from countersign.policy.language import AgentTerms, Approval

_BUDGET = {
    "documents_per_day": "{:,} documents a day",
    "seconds_per_case": "{:,} s a case",
    "seconds_per_day": "{:,} s a day",
    "steps_per_case": "{:,} steps a case",
    "steps_per_day": "{:,} steps a day",
    "tokens_per_case": "{:,} tokens a case",
    "tokens_per_day": "{:,} tokens a day",
    "money_per_case": "{} a case",
    "money_per_day": "{} a day",
}


def ground_of(context: Context) -> Ground | None:
    """Return the policy that decided; None while there is no decision."""
    decided, activation = context.case.decision, context.activation
    if decided is None:
        return None
    terms = context.class_terms
    return Ground(
        name=decided.policy,
        digest=decided.digest,
        owner=context.owner(context.decided_in),
        activated_at=activation.at if activation else None,
        activated_by=context.name(activation) if activation else None,
        record=activation.seq if activation else None,
        mode=decided.mode,
        outcome=terms.outcome if terms else None,
        quality_bar=terms.quality_bar if terms else None,
        approvals=tuple(_approval(need, context) for need in terms.approvals) if terms else (),
    )


def _approval(need: Approval, context: Context) -> str:
    who = counted(need.people, spaced(need.role), f"{spaced(need.role)}s")
    return f"{who} if {context.teller.named(need.condition)}"


def parts_of(context: Context) -> Iterator[Part]:
    """Say of each agent that had a hand in the case what it did and what it was allowed to do."""
    by_agent: dict[str, list[Entry]] = {}
    for entry in context.entries:
        if entry.actor.kind is ActorKind.AGENT:
            by_agent.setdefault(entry.actor.id, []).append(entry)
    for agent, entries in by_agent.items():
        enrolled = [
            e.event.card
            for e in context.desk
            if isinstance(e.event, AgentEnrolled) and e.event.card.id == agent and e.seq < entries[-1].seq
        ]
        card = enrolled[-1] if enrolled else None
        terms = (
            context.terms.agents.get(card.name if card else agent.partition("@")[0])
            if context.terms
            else None
        )
        yield Part(
            agent=agent,
            tier=terms.tier if terms else card.tier if card else None,
            purpose=card.purpose if card else None,
            code_digest=card.code_digest if card else None,
            is_in_policy=terms is not None,
            tools=(terms.tools if terms else ()) or (card.tools if card else ()),
            terms=tuple(_agent_terms(terms, context)) if terms else (),
            did=tuple(tell(entry.event, context.teller) for entry in entries),
            milliseconds=sum(getattr(entry.event, "milliseconds", 0) for entry in entries),
            records=tuple(entry.seq for entry in entries),
        )


def _agent_terms(terms: AgentTerms, context: Context) -> Iterator[str]:
    for name, value in terms.budget.model_dump(exclude_none=True).items():
        yield _BUDGET.get(name, f"{spaced(name)} {{}}").format(value)
    if terms.when:
        yield f"only {spaced(terms.when).replace('(', ' ').rstrip(')')}"
    if terms.redact_pii:
        yield "personal data taken out first"
    if terms.approvals:
        yield f"approvals {spaced(terms.approvals)}"


# -- fields and evidence -----------------------------------------------------------------------------------


def fields_of(context: Context) -> Iterator[Evidenced]:
    """Return the fields in the order of the class; what the class does not know stands at the end."""
    order = [field.name for field in context.klass.fields] if context.klass else []
    by = _readers(context)
    for state in sorted(
        context.case.fields,
        key=lambda one: order.index(one.reading.field) if one.reading.field in order else len(order),
    ):
        yield _evidenced(state, context, by)


def _readers(context: Context) -> dict[tuple[str, int], tuple[str, str | None]]:
    """Return by field who made the reading that counts, and which person acted on it."""
    found: dict[tuple[str, int], tuple[str, str | None]] = {}
    for entry in context.entries:
        event = entry.event
        if isinstance(event, ReadingMade):
            for reading in event.readings:
                place = (reading.field, reading.index)
                if place not in found or found[place][1] is None:
                    found[place] = (entry.actor.id, None)
        elif isinstance(event, FieldReviewed):
            place = (event.field, event.index)
            reader = found.get(place, ("", None))[0]
            found[place] = (reader, context.person(entry.actor.id) if event.reading else None)
    return found


def _evidenced(
    state: FieldState, context: Context, by: dict[tuple[str, int], tuple[str, str | None]]
) -> Evidenced:
    reading, agents = state.reading, state.agent_reading
    reader, person = by.get((reading.field, reading.index), ("", None))
    threshold = context.case.decision.thresholds.get(reading.field) if context.case.decision else None
    said = agents or reading
    is_held = threshold is not None and agents is not None and agents.answer is not None
    return Evidenced(
        field=reading.field,
        index=reading.index,
        label=context.teller.field(reading.field) + (f" {reading.index + 1}" if reading.index else ""),
        value=reading.value,
        agents_said=agents.value if agents and state.act and agents.value != reading.value else None,
        method=said.method,
        by=reader or person or "",
        confidence=said.confidence,
        threshold=threshold,
        is_passed=said.confidence >= threshold if is_held and threshold is not None else None,
        place=reading.evidence or (agents.evidence if agents and agents.value == reading.value else None),
        why=reading.why,
        act=state.act,
        acted_by=person,
    )
