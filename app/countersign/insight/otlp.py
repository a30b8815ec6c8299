"""A trace as OpenTelemetry spans in OTLP's JSON: one `ExportTraceServiceRequest`, sent nowhere.

Source of the shape: opentelemetry-proto, `trace.proto`, and the OTLP specification, 'JSON Protobuf Encoding'
(ids in hex, enums as numbers, 64-bit numbers as decimal strings); a file of many is one such object a line
('JSON File serialization'). Names of attributes follow the semantic conventions for generative AI where a
language model is asked; all others begin with ``countersign.``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from countersign import __version__
from countersign.domain.confidence import MILLION
from countersign.domain.plan import StepEnd
from countersign.insight.trace_page import where
from countersign.insight.traced import Found, RunTrace, StepTrace, Trace, Tried

INTERNAL, CLIENT = 1, 3
"""SpanKind: work within this program, a question to another."""
OK, ERROR = 1, 2
"""StatusCode of a span."""
PROTOCOL = "openai"
"""What the conventions call a provider that is spoken to by this protocol, whoever it is."""

Json = dict[str, Any]


def request(trace: Trace) -> Json:
    """Return the spans of a case, ready to be written as one line of JSON."""
    resource = {
        "service.name": "countersign",
        "service.version": __version__,
        "service.instance.id": trace.log,
    }
    scope = {"name": "countersign.trace", "version": __version__}
    spans = [span for run in trace.runs for span in _run(trace, run)]
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": scope, "spans": spans}],
            }
        ]
    }


def _run(trace: Trace, run: RunTrace) -> Iterator[Json]:
    """Give the span of a run, then those of its steps, each followed by its questions."""
    trace_id = _hex(32, trace.log, trace.case, str(run.run))
    ends = [step.began + timedelta(milliseconds=step.cost.milliseconds) for step in run.steps]
    ended = max((moment for moment in (*ends, run.ended) if moment is not None), default=run.began)
    plan = run.plan
    yield _span(
        _Ids(trace_id, _hex(16, trace_id)),
        f"case {trace.klass or 'not classified'}",
        (run.began, max(run.began, ended)),
        {
            "countersign.case": trace.case,
            "countersign.run": run.run,
            "countersign.class": trace.klass,
            "countersign.plan.name": plan.name if plan else None,
            "countersign.plan.digest": plan.digest if plan else None,
            "countersign.lessons": run.lessons,
            "countersign.route": run.route,
            "countersign.tokens": run.cost.tokens,
            "countersign.money_millionths": run.cost.money,
        },
        events=[
            _event("held_up", held.since, {"countersign.order": held.what, "countersign.record": held.record})
            for held in run.held_up
        ],
    )
    for number, step in enumerate(run.steps):
        yield from _step(trace, trace_id, number, step)


def _step(trace: Trace, trace_id: str, number: int, step: StepTrace) -> Iterator[Json]:
    span_id = _hex(16, trace_id, str(number))
    ended = step.began + timedelta(milliseconds=step.cost.milliseconds)
    asks = step.model is not None and bool(step.cost.tokens or step.reserved)
    yield _span(
        _Ids(trace_id, span_id, _hex(16, trace_id)),
        f"invoke_agent {step.agent}" if asks else step.step,
        (step.began, ended),
        {**_facts(step), **(_agent(step) if asks else {})},
        events=[
            *(_event("found", ended, _found(one, trace.is_open)) for one in step.found),
            *(_event("dropped", ended, _tried(one, trace.is_open)) for one in step.tried),
        ],
        status=_status(step),
    )
    if asks:
        yield from _questions(trace_id, span_id, step, ended)


def _facts(step: StepTrace) -> Json:
    return {
        "countersign.step": step.step,
        "countersign.layer": step.layer.value,
        "countersign.by": step.by,
        "countersign.agent": step.identity,
        "countersign.end": step.end.value,
        "countersign.rounds": step.rounds,
        "countersign.looked_at": step.looked_at,
        "countersign.told": step.told,
        "countersign.reasons": step.codes,
        "countersign.rows": step.rows,
        "countersign.records": step.records,
        "countersign.tokens": step.cost.tokens,
        "countersign.money_millionths": step.cost.money,
    }


def _agent(step: StepTrace) -> Json:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": PROTOCOL,
        "gen_ai.agent.name": step.agent,
        "gen_ai.agent.id": step.identity,
        "gen_ai.request.model": step.model,
    }


def _questions(trace_id: str, parent: str, step: StepTrace, ended: datetime) -> Iterator[Json]:
    """Give a span for each question as far as the record tells them apart: by what was set aside for it.

    A question lasts until the next is asked; where nothing was set aside, the step stands for its question.
    """
    starts = [min(max(one.at, step.began), ended) for one in step.reserved] or [step.began]
    for number, (began, until) in enumerate(zip(starts, [*starts[1:], ended], strict=True)):
        reserved = step.reserved[number] if step.reserved else None
        yield _span(
            _Ids(trace_id, _hex(16, parent, str(number)), parent),
            f"chat {step.model}",
            (began, max(began, until)),
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": PROTOCOL,
                "gen_ai.request.model": step.model,
                "countersign.reserved.tokens": reserved.tokens if reserved else None,
                "countersign.reserved.money_millionths": reserved.money if reserved else None,
                "countersign.record": reserved.record if reserved else None,
            },
            kind=CLIENT,
        )


def _status(step: StepTrace) -> Json:
    if step.end is StepEnd.FAILED:
        return {"code": ERROR, "message": "; ".join(step.reasons)}
    return {"code": OK}


def _found(found: Found, is_open: bool) -> Json:
    told = {
        "countersign.field": found.field,
        "countersign.index": found.index,
        "countersign.present": found.is_there,
        "countersign.confidence": found.confidence / MILLION,
        "countersign.method": found.method.value,
        "countersign.place": where(found.place),
        "countersign.why": found.why,
    }
    if is_open:
        told |= {"countersign.value": found.value, "countersign.words": found.place and found.place.words}
    return told


def _tried(tried: Tried, is_open: bool) -> Json:
    told = {
        "countersign.what": tried.what,
        "countersign.why": tried.why,
        "countersign.confidence": None if tried.confidence is None else tried.confidence / MILLION,
        "countersign.place": where(tried.place),
    }
    return {**told, "countersign.value": tried.value} if is_open else told


# -- the shape ---------------------------------------------------------------------------------------------


class _Ids(NamedTuple):
    """Which span it is, of which trace, and under which other."""

    trace: str
    span: str
    parent: str | None = None


def _span(
    ids: _Ids,
    name: str,
    between: tuple[datetime, datetime],
    attributes: Json,
    *,
    events: Sequence[Json] = (),
    status: Json | None = None,
    kind: int = INTERNAL,
) -> Json:
    span: Json = {
        "traceId": ids.trace,
        "spanId": ids.span,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": _nanoseconds(between[0]),
        "endTimeUnixNano": _nanoseconds(between[1]),
        "attributes": _attributes(attributes),
        "events": list(events),
        "status": status or {"code": OK},
    }
    return {**span, "parentSpanId": ids.parent} if ids.parent else span


def _event(name: str, at: datetime, attributes: Json) -> Json:
    return {"timeUnixNano": _nanoseconds(at), "name": name, "attributes": _attributes(attributes)}


def _attributes(given: Json) -> list[Json]:
    """Write attributes; what is not known or empty is left out."""
    return [
        {"key": key, "value": _value(value)}
        for key, value in given.items()
        if value is not None and value not in ("", ())
    ]


def _value(value: object) -> Json:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case Iterable():
            return {"arrayValue": {"values": [_value(one) for one in value]}}
    raise TypeError(f"no attribute can hold {value!r}")


def _nanoseconds(at: datetime) -> str:
    """Return the nanoseconds since 1970, to the microsecond that a moment holds."""
    seconds = int(at.replace(microsecond=0).timestamp())
    return str(seconds * 1_000_000_000 + at.microsecond * 1000)


def _hex(digits: int, *named: str) -> str:
    """Name a trace or a span by what it is of, so that the same trace is exported under the same ids."""
    return sha256("\0".join(named).encode()).hexdigest()[:digits]
