"""A trace leaves as OTLP JSON that any OpenTelemetry backend takes: its shape, its ids, its times."""

import json
import re
from typing import Any

import pytest
from tests.insight.cases import SYSTEM, decided
from tests.insight.test_trace import STORY, told

from countersign.domain.event import ClassCorrected, Route
from countersign.insight.otlp import CLIENT, ERROR, INTERNAL, request

HEX = re.compile(r"[0-9a-f]+")
MEMBERS = {
    "traceId",
    "spanId",
    "parentSpanId",
    "name",
    "kind",
    "startTimeUnixNano",
    "endTimeUnixNano",
    "attributes",
    "events",
    "status",
}
"""Of the message `Span` in opentelemetry-proto's trace.proto that we use, in the JSON mapping's names."""


def spans(**how: Any) -> list[dict[str, Any]]:
    written = json.loads(json.dumps(request(told(**how))))
    (resource,) = written["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    found: list[dict[str, Any]] = scope["spans"]
    return found


def named(name: str, **how: Any) -> dict[str, Any]:
    return next(span for span in spans(**how) if span["name"] == name)


def attributes(of: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: next(iter(one["value"].values())) for one in of["attributes"]}


def check_value(value: dict[str, Any]) -> None:
    """Hold a value against the message `AnyValue`."""
    ((kind, held),) = value.items()
    match kind:
        case "stringValue":
            assert isinstance(held, str)
        case "boolValue":
            assert isinstance(held, bool)
        case "intValue":
            assert isinstance(held, str)  # 64 bits do not fit into a JSON number
            int(held)
        case "doubleValue":
            assert isinstance(held, float)
        case "arrayValue":
            for one in held["values"]:
                check_value(one)
        case _:
            pytest.fail(f"{kind} is no member of AnyValue")


def check_attributes(held: list[dict[str, Any]]) -> None:
    for one in held:
        assert one.keys() == {"key", "value"}
        assert one["key"]
        check_value(one["value"])
    assert len({one["key"] for one in held}) == len(held)


def test_the_request_has_the_published_shape() -> None:
    written = request(told())
    assert written.keys() == {"resourceSpans"}
    (resource,) = written["resourceSpans"]
    assert resource.keys() == {"resource", "scopeSpans"}
    check_attributes(resource["resource"]["attributes"])
    assert attributes(resource["resource"])["service.name"] == "countersign"
    (scope,) = resource["scopeSpans"]
    assert scope["scope"].keys() == {"name", "version"}
    for span in spans():
        assert span.keys() <= MEMBERS
        assert MEMBERS - span.keys() <= {"parentSpanId"}
        assert len(span["traceId"]) == 32
        assert len(span["spanId"]) == 16
        assert HEX.fullmatch(span["traceId"])
        assert HEX.fullmatch(span["spanId"])
        assert span["kind"] in (INTERNAL, CLIENT)
        assert span["status"]["code"] in (1, 2)
        check_attributes(span["attributes"])
        for event in span["events"]:
            assert event.keys() == {"timeUnixNano", "name", "attributes"}
            check_attributes(event["attributes"])


def test_times_are_nanoseconds_since_1970_as_decimal_strings() -> None:
    for span in spans():
        start, end = span["startTimeUnixNano"], span["endTimeUnixNano"]
        assert isinstance(start, str)
        assert 1_700_000_000 * 10**9 < int(start) <= int(end) < 2_000_000_000 * 10**9
    model = named("invoke_agent reader.llm")
    assert int(model["endTimeUnixNano"]) - int(model["startTimeUnixNano"]) == 500_000_000


def test_each_span_lies_under_and_within_its_parent() -> None:
    all_spans = spans()
    by_id = {span["spanId"]: span for span in all_spans}
    assert len(by_id) == len(all_spans)
    roots = [span for span in all_spans if "parentSpanId" not in span]
    assert [span["name"] for span in roots] == ["case invoice"]
    for span in all_spans:
        if "parentSpanId" in span:
            parent = by_id[span["parentSpanId"]]
            assert int(parent["startTimeUnixNano"]) <= int(span["startTimeUnixNano"])
            assert int(span["endTimeUnixNano"]) <= int(parent["endTimeUnixNano"])


def test_a_question_to_a_model_is_a_client_span_under_its_step_by_the_conventions() -> None:
    question, step = named("chat small-model"), named("invoke_agent reader.llm")
    assert (question["kind"], question["parentSpanId"]) == (CLIENT, step["spanId"])
    told_of = attributes(question)
    assert told_of["gen_ai.operation.name"] == "chat"
    assert told_of["gen_ai.request.model"] == "small-model"
    assert told_of["countersign.reserved.tokens"] == "8000"
    assert attributes(step)["gen_ai.operation.name"] == "invoke_agent"
    assert attributes(step)["gen_ai.agent.name"] == "reader.llm"
    assert attributes(step)["countersign.tokens"] == "1200"


def test_agents_that_ask_no_model_bear_no_attributes_of_generative_ai() -> None:
    assert not [key for key in attributes(named("read_page")) if key.startswith("gen_ai.")]


def test_a_step_that_failed_has_the_status_of_an_error() -> None:
    assert named("invoke_agent reader.llm")["status"]["code"] == ERROR


def test_the_same_case_has_the_same_ids_each_time_and_each_run_a_trace_of_its_own() -> None:
    assert spans() == spans()
    again = [*STORY, (SYSTEM, ClassCorrected(klass="claim")), (SYSTEM, decided(Route.ESCALATE))]
    assert len({span["traceId"] for span in spans(story=again)}) == 2


def test_without_values_nothing_that_stands_on_the_document_leaves() -> None:
    written = json.dumps(request(told(values=False)))
    assert "118.00" not in written
    assert "181.00" not in written
    assert "118.00" in json.dumps(request(told()))


def test_what_was_found_and_dropped_are_events_of_the_step() -> None:
    (found, absent, dropped) = named("read_page")["events"]
    assert (found["name"], dropped["name"]) == ("found", "dropped")
    assert attributes(found)["countersign.field"] == "gross_total"
    assert attributes(found)["countersign.confidence"] == 0.64
    assert attributes(absent)["countersign.present"] is False
