"""Decides: the same case under the same policy gets the same answer, and every case gets one."""

from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from countersign.domain.case import CaseFile, FieldState
from countersign.domain.confidence import ppm
from countersign.domain.event import Decided, Mode, Route, Rule
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason
from countersign.policy.conditions import Compiled, Values, Verdict, gather
from countersign.policy.language import Approval
from countersign.policy.load import ClassRules, Policy

_HARDLY_ABSENT = 125_000
"""Below this a 'not present' is none that the reader believes: it saw a value too doubtful to be given."""
_PERSON_DECIDES = (Mode.HUMAN_IN_THE_LOOP, Mode.SHADOW)


class Finding(NamedTuple):
    """What one rule says against going straight through."""

    reason: Reason | None
    """None where the rule only wants to be named."""
    rule: Rule


def evaluate(policy: Policy, case: CaseFile, klass: ClassDef | None) -> Decided:
    """Say who finishes a case. Total and deterministic: what cannot be decided goes to a person."""
    rules = policy.classes.get(klass.name) if klass else None
    mode = rules.terms.mode if rules else Mode.HUMAN_IN_THE_LOOP
    if case.refusal is not None:
        said = Rule(rule="documents must be readable", said=case.refusal.code)
        return _decided(policy, mode, Route.REFUSE, (Finding(case.refusal, said),), {})
    if rules is None:
        findings = tuple(_without_rules(case, klass))
        return _decided(policy, mode, Route.ESCALATE, findings, {})
    values = gather(case, rules.klass)
    absent = missing(case, rules.required)
    thresholds = {field.name: ppm(rules.threshold(field.name)) for field in rules.klass.fields}
    findings = (
        *_class(case, rules),
        *_mode(rules),
        *_missing(absent),
        *_doubtful(case, rules, thresholds),
        *_checks(case),
        *_human_rules(rules, values, absent),
        *_limit(rules, values, absent),
        *_reserve(case, rules),
    )
    straight = all(finding.reason is None for finding in findings)
    return _decided(
        policy,
        mode,
        Route.STRAIGHT_THROUGH if straight else Route.ESCALATE,
        findings,
        thresholds,
    )


def signatures(policy: Policy, case: CaseFile, klass: ClassDef | None) -> tuple[Approval, ...]:
    """Return the approvals that a case needs as it stands; one that cannot be decided is needed."""
    rules = policy.classes.get(klass.name) if klass else None
    if rules is None or not rules.approvals:
        return ()
    values = gather(case, rules.klass)
    return tuple(need for condition, need in rules.approvals if condition.ask(values).holds is not False)


def doubtful(case: CaseFile, klass: ClassDef, thresholds: dict[str, int], counts: bool = False) -> list[str]:
    """Return the fields, in screen order, that stand below their threshold and that no person settled.

    `counts` says whether 'not present' of an optional field is held against the threshold, too.
    Otherwise such an answer is doubtful only where the reader itself hardly believes it.
    """
    return [
        field.name
        for field in klass.fields
        if any(
            _is_doubtful(state, thresholds.get(field.name, 0), counts)
            for state in case.fields
            if state.reading.field == field.name
        )
    ]


def missing(case: CaseFile, required: tuple[str, ...]) -> list[str]:
    """Return the required fields that have neither a value nor a person's word on it."""
    there = {
        state.reading.field
        for state in case.fields
        if state.reading.answer is not None or state.act is not None
    }
    return [name for name in required if name not in there]


def _is_doubtful(state: FieldState, threshold: int, counts: bool) -> bool:
    if state.act is not None:
        return False
    if state.reading.answer is None and not counts:
        return state.reading.confidence < _HARDLY_ABSENT
    return state.reading.confidence < threshold


def _decided(
    policy: Policy,
    mode: Mode,
    route: Route,
    findings: tuple[Finding, ...],
    thresholds: dict[str, int],
) -> Decided:
    reasons: dict[Reason, None] = {f.reason: None for f in findings if f.reason is not None}
    return Decided(
        policy=policy.name,
        digest=policy.digest,
        mode=mode,
        route=route,
        reasons=tuple(reasons),
        rules=tuple(f.rule for f in findings),
        thresholds=thresholds,
    )


def _without_rules(case: CaseFile, klass: ClassDef | None) -> Iterator[Finding]:
    if klass is None:
        detail = case.klass or "no class"
        yield Finding(Reason(code="class_unsure", detail=detail), Rule(rule="the class", said="not known"))
    else:
        said = Rule(rule=f"classes.{klass.name}", said="the policy says nothing about this class")
        yield Finding(Reason(code="mode_requires_person", detail=klass.name), said)
    yield from _checks(case)


def _class(case: CaseFile, rules: ClassRules) -> Iterator[Finding]:
    wanted = ppm(rules.terms.sure_of_class)
    if case.class_confidence < wanted:
        said = f"{_share(case.class_confidence)} is below {_share(wanted)}"
        yield Finding(
            Reason(code="class_unsure", detail=rules.klass.name), Rule(rule="sure_of_class", said=said)
        )


def _mode(rules: ClassRules) -> Iterator[Finding]:
    mode = rules.terms.mode
    if mode in _PERSON_DECIDES:
        rule = Rule(rule=f"mode: {mode}", said="a person decides")
        yield Finding(Reason(code="mode_requires_person", detail=mode), rule)


def _missing(absent: list[str]) -> Iterator[Finding]:
    if absent:
        rule = Rule(rule="fields.required", said=f"missing: {', '.join(absent)}")
        yield Finding(Reason(code="field_missing", fields=tuple(absent)), rule)


def _doubtful(case: CaseFile, rules: ClassRules, thresholds: dict[str, int]) -> Iterator[Finding]:
    low = doubtful(case, rules.klass, thresholds, rules.terms.fields.not_present_counts)
    if low:
        said = ", ".join(f"{name} needs {_share(thresholds[name])}" for name in low)
        rule = Rule(rule="fields.thresholds", said=f"below: {said}")
        yield Finding(Reason(code="below_threshold", fields=tuple(low)), rule)


def _checks(case: CaseFile) -> Iterator[Finding]:
    """Take over what the checkers found, but for missing fields: which are required is for policy to say."""
    for reason in case.findings:
        if reason.code != "field_missing":
            yield Finding(reason, Rule(rule="checkers", said=reason.code))


def _human_rules(rules: ClassRules, values: Values, absent: list[str]) -> Iterator[Finding]:
    for condition, code in rules.require_human:
        verdict = condition.ask(values)
        if verdict.holds:
            rule = Rule(rule=f"require_human_if: {condition.text}", said=code)
            yield Finding(Reason(code=code, fields=_fields_of(condition, rules)), rule)
        elif verdict.holds is None:
            yield _undecided("require_human_if", condition, verdict, absent)


def _limit(rules: ClassRules, values: Values, absent: list[str]) -> Iterator[Finding]:
    condition = rules.auto_approve
    if condition is None:
        return
    verdict = condition.ask(values)
    if verdict.holds is None:
        yield _undecided("auto_approve_if", condition, verdict, absent)
        return
    rule = Rule(rule=f"auto_approve_if: {condition.text}", said="holds" if verdict.holds else "does not hold")
    reason = Reason(code="over_limit", fields=_fields_of(condition, rules), detail=condition.text)
    yield Finding(None if verdict.holds else reason, rule)


def _undecided(where: str, condition: Compiled, verdict: Verdict, absent: list[str]) -> Finding:
    """Escalate; where all that lacks are fields that are missing anyway, that reason says enough."""
    lacks = f"{', '.join(verdict.missing)} is not known" if verdict.missing else "it cannot be evaluated"
    rule = Rule(rule=f"{where}: {condition.text}", said=f"undecided, {lacks}")
    if verdict.missing and set(verdict.missing) <= set(absent):
        return Finding(None, rule)
    return Finding(Reason(code="rule_undecided", detail=f"{condition.text}: {lacks}"), rule)


def _reserve(case: CaseFile, rules: ClassRules) -> Iterator[Finding]:
    share = rules.terms.reserve_for_people
    drawn = int.from_bytes(sha256(f"reserve {case.id}".encode()).digest()[:8], "big") / 2**64
    if drawn < share:
        rule = Rule(rule=f"reserve_for_people: {share}", said="drawn")
        yield Finding(Reason(code="reserved_for_people"), rule)


def _fields_of(condition: Compiled, rules: ClassRules) -> tuple[str, ...]:
    return tuple(name for name in condition.names if rules.klass.field(name))


def _share(confidence: int) -> str:
    return f"{Decimal(confidence) / 1_000_000:.3f}".rstrip("0").rstrip(".")
