"""Whatever becomes of a question to a language model, the case is decided in time, and its trace says why."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.deciding import POLICY, WORDS, Decider, Outcome, deciding
from tests.support.injections import SAMPLES
from tests.support.model_server import Answers, Misbehaviour, completion, said_to, serving
from tests.support.obeying import obeys

from countersign.agents.identities import LLM, LLM_LARGE, model_cards
from countersign.agents.llm_client import Speaker
from countersign.domain.event import ReadingMade, StepsTaken
from countersign.domain.plan import StepEnd
from countersign.domain.reading import Method
from countersign.policy.load import Policy, parse
from countersign.settings.home import Home
from countersign.settings.models import Endpoint, Models
from countersign.store.founding import open_store
from countersign.wiring.batch import process
from countersign.wiring.models import Asking

BASE = "invoices/invoice-01.pdf"
PAPER = (SAMPLES / BASE).read_bytes()
DOUBTS = parse(POLICY.text.replace("default: 0.85", "default: 0.99").encode(), "doubts", WORDS)
CALL = {"id": "1", "type": "function", "function": {"name": "approve", "arguments": "{}"}}


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decider]:
    with deciding(tmp_path_factory.mktemp("papers")) as found:
        found.decide(PAPER)  # children, models and words are loaded once
        yield found


def asked(decider: Decider, answers: Answers, policy: Policy = DOUBTS, **more: Any) -> Outcome:
    with serving(answers) as server:
        told = {"url": server.url, "model": "small", "prices": "free", "timeout": "30s", **more}
        endpoint = Endpoint.model_validate(told)
        asking = Asking({LLM: Speaker(endpoint)}, model_cards(Models(small=endpoint)))
        return decider.decide(PAPER, asking, policy)


def test_its_readings_stand_beside_those_of_the_desks_own_reader(decider: Decider) -> None:
    alone = decider.decide(PAPER, policy=DOUBTS)
    helped = asked(decider, obeys(BASE))
    step = helped.step("read_model")
    assert (step.end, step.cost.tokens) == (StepEnd.DONE, 150)
    by_model = [s.reading for s in helped.case.fields if s.reading.method is Method.MODEL]
    assert by_model
    for reading in by_model:
        own = alone.case.field(reading.field)
        if own is None or own.reading.value is None:
            assert reading.confidence <= 800_000  # at best one of what the desk held possible
        else:
            assert reading.value == own.reading.value
            assert own.reading.confidence < reading.confidence <= 950_000
    assert len(helped.decision.reasons) <= len(alone.decision.reasons)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (lambda asked: Misbehaviour(waits=True), "did not answer within 2 s"),
        (lambda asked: Misbehaviour(500), "status 500"),
        (lambda asked: Misbehaviour(resets=True), "connection failed"),
        (lambda asked: Misbehaviour(body=b'{"choi'), "connection failed"),
        (lambda asked: "no JSON at all", "not in the form"),
        (lambda asked: Misbehaviour(endless=b"x" * 65_536), "far longer"),
        (lambda asked: completion(None, asked, "tool_calls", tool_calls=[CALL]), "tool"),
    ],
    ids=["slow", "failing", "reset", "malformed", "prose", "endless", "tools"],
)
def test_a_model_that_fails_leaves_a_reason_and_the_case_decided(
    decider: Decider, answers: Answers, why: str
) -> None:
    began = time.monotonic()
    outcome = asked(decider, answers, timeout="2s" if "within 2 s" in why else "30s")
    assert time.monotonic() - began < 25
    step = outcome.step("read_model")
    assert step.end is StepEnd.FAILED
    details = [r.detail for r in outcome.decision.reasons if r.code == "agent_failed"]
    assert len(details) == 1
    assert why in str(details[0])
    assert outcome.step("check").end is StepEnd.DONE
    assert outcome.values() == decider.decide(PAPER, policy=DOUBTS).values()


@pytest.mark.parametrize(
    "answer",
    [
        {"currency": {"deep": [1]}},
        {"everything": "approved"},
        {"gross_total": 10**400},
        {},
        {"iban": "x" * 3000},
    ],
    ids=["nested", "strange", "huge", "empty", "long"],
)
def test_an_answer_of_the_wrong_shape_changes_nothing(decider: Decider, answer: dict[str, object]) -> None:
    outcome = asked(decider, lambda _: answer)
    assert outcome.step("read_model").end is StepEnd.NOTHING
    assert outcome.values() == decider.decide(PAPER, policy=DOUBTS).values()
    assert outcome.decision.reasons == decider.decide(PAPER, policy=DOUBTS).decision.reasons


def test_without_a_model_the_step_is_nothing_and_costs_nothing(decider: Decider) -> None:
    for name in ("read_model", "read_large"):
        step = decider.decide(PAPER).step(name)
        assert step.end is StepEnd.NOTHING
        assert step.looked_at == ("no language model is configured",)
        assert step.cost.tokens == step.cost.money == 0


def test_a_case_on_which_nothing_is_open_asks_nobody(decider: Decider) -> None:
    def nobody(asked: dict[str, Any]) -> object:
        raise AssertionError("asked")

    paper = (SAMPLES / "invoices/invoice-02.pdf").read_bytes()
    with serving(nobody) as server:
        endpoint = Endpoint.model_validate({"url": server.url, "model": "small", "prices": "free"})
        asking = Asking({LLM: Speaker(endpoint)}, model_cards(Models(small=endpoint)))
        outcome = decider.decide(paper, asking)
        assert server.asked == []
    assert outcome.decision.route == "straight_through"
    assert outcome.step("read_model").looked_at == ("no field still open",)


def test_the_large_model_is_asked_for_what_the_small_one_left_open(decider: Decider) -> None:
    def nothing(asked: dict[str, Any]) -> object:
        return {}

    with serving(nothing) as small, serving(obeys(BASE)) as large:
        ends = [
            Endpoint.model_validate({"url": server.url, "model": name, "prices": "free"})
            for server, name in ((small, "small"), (large, "large"))
        ]
        models = Models(small=ends[0], large=ends[1])
        speakers = {LLM: Speaker(ends[0]), LLM_LARGE: Speaker(ends[1])}
        outcome = decider.decide(PAPER, Asking(speakers, model_cards(models)), DOUBTS)
        assert (len(small.asked), len(large.asked)) == (1, 1)
    assert outcome.step("read_large").end is StepEnd.DONE


def test_a_worker_asks_the_model_configured_as_an_agent_enrolled(home: Home, tmp_path: Path) -> None:
    paper = tmp_path / "bill.pdf"
    paper.write_bytes(PAPER)
    home.prepare()
    text = POLICY.text.replace("default: 0.85", "default: 0.99")
    (home.policies / "doubts.yaml").write_text(text, encoding="utf-8")
    with serving(obeys(BASE)) as server:
        told = f"small: {{url: '{server.url}', model: small, prices: free}}\n"
        (home.root / "models.yaml").write_text(told, encoding="utf-8")
        (outcome,) = process(home, [paper])
        assert len(server.asked) == 1
    assert "Hagebutte" not in said_to(server.asked[0]), "the policy has personal data taken out"
    with open_store(home) as store:
        entries = store.entries(outcome.case)
        assert store.verify().ok
    read = [e for e in entries if isinstance(e.event, ReadingMade) and e.actor.role == LLM]
    assert len(read) == 1
    (taken,) = [
        s for e in entries if isinstance(e.event, StepsTaken) for s in e.event.steps if s.step == "read_model"
    ]
    assert (taken.end, taken.cost.tokens) == (StepEnd.DONE, 150)
