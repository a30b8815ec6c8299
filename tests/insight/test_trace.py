"""The trace of a case says who took which step, what came of it, and what kept it: from the record alone."""

from datetime import timedelta

import pytest
from tests.insight.cases import CATALOGUE, CLASSIFIED, OPENED, RECEIVED, SYSTEM, decided, person, record
from tests.support.words import START, reading

from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    AgentEnrolled,
    AgentFailed,
    Checked,
    ClassCorrected,
    DocumentRefused,
    Entry,
    Event,
    How,
    LessonsUsed,
    PlanActivated,
    PlanChosen,
    ReadingMade,
    Route,
    Scope,
    Signature,
    SpendReserved,
    StepsTaken,
    WorkResumed,
    WorkStopped,
)
from countersign.domain.plan import Cost, Dropped, Layer, StepEnd, StepTaken
from countersign.domain.reading import Alternative, Answer
from countersign.domain.reason import Reason
from countersign.domain.sealed import ERASED
from countersign.insight.trace import trace
from countersign.insight.trace_page import plainly, sections, summary, what
from countersign.insight.traced import StepTrace, Trace

SIGNED = Signature(name="Ada Muster", at=START, meaning="adopted")
PLAN = "cd" * 32


def agent(name: str) -> Actor:
    return Actor(kind=ActorKind.AGENT, id=f"{name}@1", role=name, authenticated="device_key")


CLASSIFIER, LOCAL, LLM = map(agent, ("classifier.local", "reader.local", "reader.llm"))


def taken(
    name: str, by: str, end: StepEnd, began: int, cost: Cost | None = None, **told: object
) -> StepTaken:
    cost = cost or Cost(milliseconds=10)
    step = StepTaken(step=name, layer=Layer.EXECUTE, by=by, end=end, began=began, cost=cost)
    return step.model_copy(update=told)


STEPS = (
    taken("classify", "agent:classifier.local", StepEnd.DONE, 0, looked_at=("1 page",)),
    taken("read_form", "agent:reader.widgets", StepEnd.NOTHING, 10, looked_at=("no form on its pages",)),
    taken("read_page", "agent:reader.local", StepEnd.DONE, 20, Cost(milliseconds=900)),
    taken(
        "read_model",
        "agent:reader.llm",
        StepEnd.FAILED,
        920,
        Cost(milliseconds=500, tokens=1200, money=4100),
        rounds=3,
        dropped=(Dropped(what="iban", why="it does not stand on the page"),),
    ),
    taken("sign_off", "person:processor", StepEnd.FOR_PERSON, 1420, Cost()),
)
OTHER = Alternative(answer=Answer(value="181.00", printed="181,00"), confidence=120_000)
MADE = ReadingMade(
    klass="invoice",
    readings=(reading("gross_total", "118.00", 640_000), reading("iban", None)),
    alternatives={"gross_total": (OTHER,)},
    milliseconds=900,
    lessons=LessonsUsed(documents=12, digest="ab" * 32),
)
FOR_PERSON = Checked(passed=(), findings=(Reason(code="step_for_person", detail="sign off"),), milliseconds=0)
LOOP = Reason(code="loop", detail="reader.llm: no end after 3 rounds")
STORY: list[tuple[Actor, Event]] = [
    (SYSTEM, RECEIVED),
    (SYSTEM, OPENED),
    (CLASSIFIER, CLASSIFIED),
    (SYSTEM, PlanChosen(run=1, plan="invoice", digest=PLAN)),
    (LOCAL, MADE),
    (SYSTEM, SpendReserved(agent="reader.llm", step="read_model", day="2026-01-05", tokens=8000, money=9000)),
    (SYSTEM, AgentFailed(step="read_model", reason=LOOP)),
    (SYSTEM, FOR_PERSON),
    (SYSTEM, StepsTaken(run=1, steps=STEPS)),
    (SYSTEM, decided(Route.ESCALATE, LOOP)),
]
CARD = AgentCard(name="reader.llm", version="1", purpose="Asks.", code_digest="ab" * 32, model="small-model")
DESK = record(
    (SYSTEM, person("ada", "Ada Muster", Role.APPROVER)),
    (SYSTEM, AgentEnrolled(card=CARD, public_key="k")),
    (
        SYSTEM,
        PlanActivated(plan="invoice", digest=PLAN, text="t", proposed_by="Bo Lind", signature=SIGNED),
    ),
    case=None,
)


def told(story: list[tuple[Actor, Event]] = STORY, desk: list[Entry] = DESK, *, values: bool = True) -> Trace:
    return trace(record(*story, first=101), desk, CATALOGUE, log="log", values=values)


def step(name: str, of: Trace | None = None) -> StepTrace:
    return next(one for run in (of or told()).runs for one in run.steps if one.step == name)


def test_the_steps_stand_in_the_order_in_which_they_began() -> None:
    (run,) = told().runs
    assert [one.step for one in run.steps] == [
        "open",
        "classify",
        "read_form",
        "read_page",
        "read_model",
        "sign_off",
        "decide",
    ]
    assert all(a.began <= b.began for a, b in zip(run.steps, run.steps[1:], strict=False))


def test_steps_are_dated_back_from_the_record_that_tells_of_them() -> None:
    recorded = START + timedelta(seconds=109)
    assert step("read_model").began == recorded - timedelta(milliseconds=500)
    assert step("classify").began == recorded - timedelta(milliseconds=1420)


def test_a_step_tells_what_was_found_with_evidence_and_confidence() -> None:
    found, absent = step("read_page").found
    assert (found.label, found.value, found.confidence) == ("Gross total", "118.00", 640_000)
    assert found.place is not None
    assert (found.place.evidence.page, found.place.words) == (0, "118.00")
    assert (absent.label, absent.is_there) == ("IBAN", False)


def test_a_step_that_said_nothing_is_told_with_its_time_and_reason() -> None:
    form = step("read_form")
    assert what(form) == "had nothing to do: no form on its pages"
    assert (form.cost.milliseconds, form.identity) == (10, None)


def test_what_was_tried_and_dropped_and_what_was_less_likely_is_told() -> None:
    (dropped,) = step("read_model").tried
    assert (dropped.what, dropped.why) == ("IBAN", "it does not stand on the page")
    (other,) = step("read_page").tried
    assert (other.what, other.value, other.confidence) == ("Gross total", "181.00", 120_000)


def test_a_loop_is_told_with_its_rounds_its_reason_and_what_it_cost() -> None:
    model = step("read_model")
    assert (model.rounds, model.codes, model.end) == (3, ("loop",), StepEnd.FAILED)
    assert model.reasons == ("Agent went in circles: reader.llm: no end after 3 rounds",)
    assert (model.cost.tokens, model.cost.money) == (1200, 4100)
    (reserved,) = model.reserved
    assert (reserved.tokens, reserved.record) == (8000, 106)
    assert what(model).startswith("failed, after 3 rounds: ")


def test_a_step_that_the_plan_gives_to_a_person_says_so() -> None:
    assert (step("sign_off").end, step("sign_off").codes) == (StepEnd.FOR_PERSON, ("step_for_person",))


def test_the_run_names_its_plan_who_adopted_it_and_its_lessons() -> None:
    (run,) = told().runs
    assert run.plan is not None
    assert run.plan.adopted == "proposed by Bo Lind, adopted and signed by Ada Muster"
    assert run.lessons == ("abababababab of 12 confirmed documents",)
    assert run.route == "to a person"


def test_a_plan_that_became_active_later_is_not_said_to_be_the_one() -> None:
    late = record((SYSTEM, PlanActivated(plan="invoice", digest=PLAN, text="t")), case=None, first=900)
    (run,) = told(desk=late).runs
    assert run.plan is not None
    assert run.plan.adopted == "when it became active is not on the record"


def test_a_reader_of_the_trace_without_values_learns_none() -> None:
    closed = told(values=False)
    assert "118.00" not in closed.model_dump_json()
    assert "181.00" not in closed.model_dump_json()
    assert "no end after" not in closed.model_dump_json()
    assert step("read_page", closed).found[0].is_there


def test_erased_content_is_told_as_erased() -> None:
    gone = ReadingMade.model_validate(
        {
            "klass": "invoice",
            "readings": [{**MADE.readings[0].model_dump(), "answer": {"commitment": "ab" * 32}}],
            "alternatives": {"commitment": "ab" * 32},
            "milliseconds": 1,
        }
    )
    story = [(actor, gone if event is MADE else event) for actor, event in STORY]
    assert [one.value for one in step("read_page", told(story)).found] == [ERASED]


def test_an_agent_with_two_steps_has_an_event_at_each() -> None:
    steps = StepsTaken(
        run=1,
        steps=(
            taken("first", "agent:reader.local", StepEnd.DONE, 0),
            taken("second", "agent:reader.local", StepEnd.DONE, 20),
        ),
    )
    story = [*STORY[:3], (LOCAL, MADE), (LOCAL, MADE), (SYSTEM, steps)]
    assert step("first", told(story)).records == (104,)
    assert step("second", told(story)).records == (105,)


def test_a_record_without_steps_is_told_by_its_events() -> None:
    old = [*STORY[:3], (LOCAL, MADE), (SYSTEM, decided(Route.STRAIGHT_THROUGH))]
    (run,) = told(old).runs
    assert [one.step for one in run.steps] == ["open", "classify", "read", "decide"]
    assert (run.plan, step("read", told(old)).cost.milliseconds) == (None, 900)


def test_a_run_that_was_given_up_says_why() -> None:
    failed = AgentFailed(step="run", reason=Reason(code="agent_failed", detail="no end"))
    given_up = [*STORY[:2], (SYSTEM, failed), (SYSTEM, decided(Route.ESCALATE, failed.reason))]
    assert step("run", told(given_up)).end is StepEnd.FAILED


def test_a_refused_document_is_told_as_a_step_that_failed() -> None:
    refused = DocumentRefused(sha256="f" * 64, reason=Reason(code="unreadable_document"))
    assert step("open", told([STORY[0], (SYSTEM, refused)])).end is StepEnd.FAILED


def test_a_corrected_class_begins_another_run() -> None:
    again = [*STORY, (SYSTEM, ClassCorrected(klass="claim", before="invoice")), (LOCAL, MADE)]
    first, second = told(again).runs
    assert (first.run, second.run, second.ended) == (1, 2, None)
    assert [one.step for one in second.steps] == ["read"]
    assert {section.title for section in sections(told(again))} >= {"Run 1: steps", "Run 2: steps"}


# -- what held it up ----------------------------------------------------------------------------------------


def stopped(at: int, event: WorkStopped | WorkResumed) -> Entry:
    return record((SYSTEM, event), case=None, first=at)[0]


def order(scope: Scope, name: str = "") -> WorkStopped:
    return WorkStopped(scope=scope, name=name, how=How.PAUSE, reason="new form", signature=SIGNED)


@pytest.mark.parametrize(
    ("scope", "name"), [(Scope.ALL, ""), (Scope.AGENT, "reader.llm"), (Scope.CLASS, "invoice")]
)
def test_an_order_that_stood_while_the_case_waited_is_told_for_as_long_as_it_did(
    scope: Scope, name: str
) -> None:
    desk = [
        *DESK,
        stopped(50, order(scope, name)),
        stopped(105, WorkResumed(scope=scope, name=name, reason="r")),
    ]
    (held,) = told(desk=desk).runs[0].held_up
    assert (held.since, held.until) == (START + timedelta(seconds=101), START + timedelta(seconds=105))
    assert held.what.startswith("Paused ")
    assert held.record == 50


def test_an_order_against_others_or_before_or_after_is_not_told() -> None:
    desk = [
        *DESK,
        stopped(40, order(Scope.ALL)),
        stopped(50, WorkResumed(scope=Scope.ALL, reason="r")),
        stopped(103, order(Scope.CLASS, "claim")),
        stopped(104, order(Scope.AGENT, "somebody.else")),
        stopped(190, order(Scope.ALL)),
    ]
    assert told(desk=desk).runs[0].held_up == ()


def test_an_order_that_still_stands_holds_an_undecided_case_up_until_now() -> None:
    (held,) = told(STORY[:3], [*DESK, stopped(50, order(Scope.ALL))]).runs[0].held_up
    assert held.until is None
    assert "and it still stands" in "\n".join(
        plainly(told(STORY[:3], [*DESK, stopped(50, order(Scope.ALL))]))
    )


# -- in words -----------------------------------------------------------------------------------------------


def test_the_trace_in_words_says_all_of_it_once() -> None:
    text = "\n".join(plainly(told()))
    for part in (
        "5 of 7 steps had something to do; work of 1.4 s and 1,200 tokens and 0.0041 in money; policy: to",
        "had nothing to do: no form on its pages",
        "Gross total | 118.00 | 64.0 % | reader.local, text | p. 1: 10,20–30,40",
        "less likely than what was taken",
        "it does not stand on the page",
        "Held not to be there: IBAN.",
        "By the plan invoice (cdcdcdcdcdcd): proposed by Bo Lind",
        "Read with lessons abababababab",
    ):
        assert part in text, part


def test_an_undecided_case_says_that_policy_has_not_decided() -> None:
    assert summary(told(STORY[:2])).endswith("policy has not decided yet.")


def test_entries_without_a_case_have_no_trace() -> None:
    with pytest.raises(Trouble, match="holds no such case"):
        trace(record((SYSTEM, OPENED)), DESK, CATALOGUE)
