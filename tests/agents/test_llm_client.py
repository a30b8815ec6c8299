"""Whatever a language model's server does, a question ends with an answer or a reason, and is booked."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from tests.support.model_server import Answers, Misbehaviour, completion, serving

from countersign.agents.llm_client import Heard, Question, Speaker
from countersign.documents.pool import Closed
from countersign.settings.models import Endpoint, Prices

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"number": {"type": ["string", "null"]}},
    "required": ["number"],
    "additionalProperties": False,
}
QUESTION = Question("Read.", "Invoice 12", SCHEMA)
PRICES = Prices(currency="EUR", input="1", output="2")


def endpoint(url: str, seconds: float = 40, **more: Any) -> Endpoint:
    return Endpoint(url=url, model="small", prices=PRICES, timeout=timedelta(seconds=seconds), **more)


def heard(answers: Answers, seconds: float = 40) -> Heard:
    with serving(answers) as server:
        return Speaker(endpoint(server.url, seconds), "secret").ask(QUESTION)


def test_an_answer_comes_with_what_it_cost() -> None:
    with serving(lambda asked: {"number": "12"}) as server:
        told = Speaker(endpoint(server.url), "secret").ask(QUESTION)
        (asked,) = server.asked
    assert told == Heard({"number": "12"}, tokens=150, money=120 + 2 * 30)
    assert asked["path"] == "/v1/chat/completions"
    assert asked["headers"]["authorization"] == "Bearer secret"
    assert asked["max_tokens"] == 800
    assert asked["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "tools" not in asked


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (Misbehaviour(500, body=b'{"error": {"message": "sorry"}}'), "refused with status 500"),
        (Misbehaviour(503), "refused with status 503"),
        (Misbehaviour(resets=True), "connection failed"),
        (Misbehaviour(body=b'{"choices": [{"mess'), "connection failed"),
        (Misbehaviour(body=b"<html>busy</html>"), "connection failed"),
        (Misbehaviour(body=b"null"), "no answer of this protocol"),
        (Misbehaviour(body=b'{"choices": []}'), "no answer of this protocol"),
        (Misbehaviour(endless=b" " * 65_536), "far longer than agreed"),
        (Misbehaviour(body=b"x", headers={"Content-Encoding": "gzip"}), "packed"),
        (Misbehaviour(307, headers={"Location": "http://127.0.0.1:9/v1"}), "another address"),
    ],
)
def test_an_answer_that_is_lost_is_booked_in_full_with_its_reason(how: Misbehaviour, why: str) -> None:
    told = heard(lambda asked: how)
    assert told.answer is None
    assert why in told.why
    most = QUESTION.most_tokens + 800
    assert (told.tokens, told.money) == (most, QUESTION.most_tokens + 2 * 800)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("The number is 12.", "not in the form asked for"),
        ("[1, 2]", "not in the form asked for"),
        ('{"number": ', "not in the form asked for"),
        ("{" * 3000, "not in the form asked for"),
    ],
)
def test_an_answer_in_another_form_is_none(answer: str, why: str) -> None:
    told = heard(lambda asked: answer)
    assert (told.answer, told.tokens) == (None, 150)
    assert why in told.why


def test_an_answer_that_was_cut_off_and_a_wish_for_tools_are_none() -> None:
    assert "cut off" in heard(lambda asked: completion('{"number": "1', asked, "length")).why
    call = {"id": "1", "type": "function", "function": {"name": "pay", "arguments": "{}"}}
    told = heard(lambda asked: completion(None, asked, "tool_calls", tool_calls=[call]))
    assert told.answer is None
    assert "tool" in told.why


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_refusal_costs_nothing_and_says_what_to_look_at(status: int) -> None:
    told = heard(lambda asked: Misbehaviour(status, body=b"{}"))
    assert (told.answer, told.tokens, told.money) == (None, 0, 0)
    assert str(status) in told.why


def test_a_slow_answer_is_not_waited_for_longer_than_agreed() -> None:
    heard(lambda asked: {})  # what is loaded once takes its time outside of what is measured
    began = time.monotonic()
    told = heard(lambda asked: Misbehaviour(waits=True), seconds=1)
    assert told.why == "it did not answer within 1 s"
    assert time.monotonic() - began < 15


def test_the_step_may_leave_less_time_than_the_configuration() -> None:
    with serving(lambda asked: Misbehaviour(waits=True)) as server:
        told = Speaker(endpoint(server.url, 30)).ask(QUESTION, seconds=0.5)
    assert "did not answer" in told.why


def test_nobody_listening_is_told() -> None:
    told = Speaker(endpoint("http://127.0.0.1:9/v1")).ask(QUESTION)
    assert told == Heard(None, 0, 0, "nobody listens at its address")


def test_a_server_that_takes_no_schema_is_asked_in_plain_words_from_then_on() -> None:
    def answers(asked: dict[str, Any]) -> object:
        if "response_format" in asked:
            return Misbehaviour(400, body=b'{"error": {"message": "unknown response_format"}}')
        return 'Here you are:\n```json\n{"number": "12"}\n```'

    with serving(answers) as server:
        speaker = Speaker(endpoint(server.url))
        first, second = speaker.ask(QUESTION), speaker.ask(QUESTION)
    assert (first.answer, first.again, first.tokens) == (None, True, 0)
    assert second.answer == {"number": "12"}


def test_a_server_that_fails_again_and_again_is_left_alone() -> None:
    with serving(lambda asked: Misbehaviour(500)) as server:
        speaker = Speaker(endpoint(server.url))
        told = [speaker.ask(QUESTION) for _ in range(5)]
    assert len(server.asked) == 3
    assert (told[4].tokens, "left alone" in told[4].why) == (0, True)


def test_a_server_that_counts_too_much_is_not_believed() -> None:
    def answers(asked: dict[str, Any]) -> object:
        body = completion('{"number": "12"}', asked)
        body["usage"] = {"prompt_tokens": 10**9, "completion_tokens": 10**9, "total_tokens": 2 * 10**9}
        return body

    assert heard(answers).tokens == QUESTION.most_tokens + 800


def test_a_server_that_counts_nothing_is_booked_as_the_most_it_can_be() -> None:
    def answers(asked: dict[str, Any]) -> object:
        body = completion('{"number": "12"}', asked)
        del body["usage"]
        return body

    assert heard(answers).tokens == QUESTION.most_tokens + len('{"number": "12"}')


def test_a_question_under_way_can_be_cut_off() -> None:
    got: list[object] = []
    arrived = threading.Event()

    def answers(asked: dict[str, Any]) -> object:
        arrived.set()
        return Misbehaviour(waits=True)

    with serving(answers) as server:
        speaker = Speaker(endpoint(server.url, 30))

        def ask() -> None:
            try:
                got.append(speaker.ask(QUESTION))
            except Closed as closed:
                got.append(closed)

        asking = threading.Thread(target=ask)
        asking.start()
        assert arrived.wait(20)
        speaker.cut_off()
        asking.join(15)
    assert [type(told) for told in got] == [Closed]


def test_no_count_of_tokens_is_too_low() -> None:
    text = "Übergrößenträger 漢字 🙂 " * 50
    question = Question("Lies.", text, SCHEMA)
    assert question.most_tokens >= len(text.encode())
