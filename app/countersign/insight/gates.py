"""Why a case passed each gate of its policy, told from what the decision put on the record."""

from collections.abc import Iterator
from typing import NamedTuple

from countersign.domain.case import CaseFile
from countersign.domain.confidence import percent, ppm
from countersign.domain.event import Decided, Mode, Rule
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Reading
from countersign.insight.explained import Gate
from countersign.insight.phrases import RULES
from countersign.insight.tell import Teller, counted
from countersign.policy.language import ClassTerms

MODES = {
    Mode.AUTONOMOUS: "agents decide inside the guardrails",
    Mode.HUMAN_ON_THE_LOOP: "agents decide, people look at samples",
    Mode.HUMAN_IN_THE_LOOP: "a person decides",
    Mode.SHADOW: "agents run beside the people, who decide",
}


class Decision(NamedTuple):
    """A decision with what it was made on."""

    decided: Decided
    terms: ClassTerms | None
    """The policy's rules for the class; None where there are none, or its text is not on the record."""
    klass: ClassDef | None
    case: CaseFile
    teller: Teller


def gates(decision: Decision) -> tuple[Gate, ...]:
    """Return the gates in the order of the evaluator; whatever else had a say stands at the end.

    A rule of the policy that did not fire leaves nothing on the record, and is told as not having fired.
    """
    named = {rule.rule for rule in decision.decided.rules}
    told = list(_of_policy(decision)) if decision.terms else []
    known = {rule for _, rules in told for rule in rules}
    others = [rule for rule in decision.decided.rules if rule.rule in named - known]
    return (
        *(gate for gate, _ in told),
        *dict.fromkeys(_as_recorded(rule, decision.teller) for rule in others),
    )


_Told = tuple[Gate, tuple[str, ...]]
"""A gate, and the recorded rules that it accounts for."""


def _of_policy(decision: Decision) -> Iterator[_Told]:
    decided, terms, _, _, teller = decision
    if terms is None or decided.route == "refuse":
        return
    yield _sure_of_class(decision, terms)
    name = f"mode: {decided.mode}"
    yield Gate(asked="Mode", found=MODES[decided.mode], is_passed=not _has(decided, name)), (name,)
    yield _required(decision, terms)
    yield _thresholds(decision)
    yield _checks(decision)
    for rule in terms.require_human_if:
        yield _condition(decided, teller, "require_human_if", rule.rule, "does not hold")
    if terms.auto_approve_if is not None:
        yield _condition(decided, teller, "auto_approve_if", terms.auto_approve_if, "not asked")
    if terms.reserve_for_people:
        name = f"reserve_for_people: {terms.reserve_for_people}"
        is_drawn = _has(decided, name)
        asked = f"{RULES['reserve_for_people']} {terms.reserve_for_people:.0%}".replace("%", " %")
        yield Gate(asked=asked, found="drawn" if is_drawn else "not drawn", is_passed=not is_drawn), (name,)


def _sure_of_class(decision: Decision, terms: ClassTerms) -> _Told:
    found = f"{percent(decision.case.class_confidence)} sure, {percent(ppm(terms.sure_of_class))} asked"
    is_low = _has(decision.decided, "sure_of_class")
    return Gate(asked=RULES["sure_of_class"], found=found, is_passed=not is_low), ("sure_of_class",)


def _required(decision: Decision, terms: ClassTerms) -> _Told:
    rule = _rule(decision.decided, "fields.required")
    required = terms.fields.required
    if required is None:
        required = (
            tuple(field.name for field in decision.klass.fields if field.required) if decision.klass else ()
        )
    fields = counted(len(required), "required field", "required fields")
    found = decision.teller.said(rule.said) if rule else f"{fields}, {'all' if required else 'nothing'} there"
    if not required and rule is None:
        found = "no field is required"
    return Gate(asked=RULES["fields.required"], found=found, is_passed=rule is None), ("fields.required",)


def _thresholds(decision: Decision) -> _Told:
    rule = _rule(decision.decided, "fields.thresholds")
    held = [
        state.agent_reading
        for state in decision.case.fields
        if state.agent_reading
        and state.agent_reading.answer is not None
        and state.agent_reading.field in decision.decided.thresholds
    ]
    low = [one for one in held if one.confidence < decision.decided.thresholds[one.field]]
    if rule is None:
        found = f"{counted(len(held), 'value', 'values')}, each at or above its threshold"
    else:
        names = dict.fromkeys(_short_of(one, decision) for one in low)
        found = f"below: {', '.join(names)}" if low else decision.teller.said(rule.said)
    return Gate(asked=RULES["fields.thresholds"], found=found, is_passed=rule is None), ("fields.thresholds",)


def _short_of(reading: Reading, decision: Decision) -> str:
    asked = decision.decided.thresholds[reading.field]
    label = decision.teller.field(reading.field)
    return f"{label} ({percent(reading.confidence)}, {percent(asked)} asked)"


def _checks(decision: Decision) -> _Told:
    case, teller = decision.case, decision.teller
    failed = [rule for rule in decision.decided.rules if rule.rule == "checkers"]
    held = f"{counted(len(case.passed), 'check', 'checks')} held"
    wrong = ", ".join(dict.fromkeys(teller.said(rule.said) for rule in failed))
    found = f"{held}; {wrong}" if wrong else f"{held}, none failed"
    return Gate(asked=RULES["checkers"], found=found, is_passed=not failed), ("checkers",)


def _condition(decided: Decided, teller: Teller, where: str, condition: str, silent: str) -> _Told:
    """Tell a condition; the one that lets pass must hold, the one that asks for a person must not."""
    name = f"{where}: {condition}"
    rule = _rule(decided, name)
    asked = f"{RULES[where]} {teller.named(condition)}"
    if rule is None:
        return Gate(asked=asked, found=silent, is_passed=True), (name,)
    is_passed = where == "auto_approve_if" and rule.said == "holds"
    found = rule.said if where == "auto_approve_if" or rule.said.startswith("undecided") else "holds"
    return Gate(asked=asked, found=teller.said(found), is_passed=is_passed), (name,)


def _as_recorded(rule: Rule, teller: Teller) -> Gate:
    asked, found = teller.rule(rule)
    return Gate(asked=asked[:1].upper() + asked[1:], found=found, is_passed=rule.said == "holds")


def _rule(decided: Decided, name: str) -> Rule | None:
    return next((rule for rule in decided.rules if rule.rule == name), None)


def _has(decided: Decided, name: str) -> bool:
    return _rule(decided, name) is not None
