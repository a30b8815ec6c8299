"""The figures of a desk: its day, its measures and its sheets come from the views, and say what was done."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pymupdf
import pytest
from tests.store.stories import ADA, CARD, INTAKE, REVIEWER, decided, invoice, review, story

from countersign.domain.actor import AgentCard, Measure
from countersign.domain.agents_seen import Bucket, BudgetUse, Count, Period, What
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    AgentFailed,
    CaseApproved,
    Draft,
    How,
    Route,
    Scope,
    Signature,
    StepsTaken,
    WorkStopped,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.figures import Reckoning

WORDS = catalogue.load()
MEASURED = CARD.model_copy(
    update={
        "north_star": Measure(
            name="kept", said="Values left as they were.", unit="share", target=990_000, more_is_better=True
        ),
        "guardrails": (
            Measure(
                name="took", said="Half of its steps.", unit="milliseconds", target=1, more_is_better=False
            ),
        ),
    }
)


def steps(milliseconds: int, end: StepEnd = StepEnd.DONE) -> StepsTaken:
    read = StepTaken(
        step="read_page",
        layer=Layer.EXECUTE,
        by="agent:reader.local",
        end=end,
        began=0,
        cost=Cost(milliseconds=milliseconds),
    )
    idle = read.model_copy(update={"step": "read_form", "by": "agent:reader.widgets", "end": StepEnd.NOTHING})
    return StepsTaken(run=1, steps=(read, idle))


def worked(case: str, n: int, milliseconds: int = 40) -> list[Draft]:
    doubt = decided(Route.ESCALATE, "below_threshold")
    route = doubt if n % 2 else decided(Route.STRAIGHT_THROUGH)
    drafts = story(case, invoice(n), route)
    trace = Draft(event=steps(milliseconds), actor=INTAKE, case=case, effect=f"{case}/steps")
    return [*drafts[:-1], trace, drafts[-1]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Home(tmp_path / "home"), agents=[CARD], person=ADA, words=WORDS) as opened:
        for n in range(6):
            opened.append(worked(f"c{n}", n))
        opened.append(review("c1"))
        approved = CaseApproved(signature=Signature(name=ADA.name, at=now(), meaning="approved"))
        opened.append([Draft(event=approved, actor=REVIEWER, case="c3")])
        yield opened


def reckoning(store: Store, card: AgentCard = MEASURED) -> Reckoning:
    return Reckoning(store, WORDS, cards=lambda: [card])


def today() -> Period:
    day = now().astimezone(UTC).date()
    return Period(first=day, last=day)


def test_the_day_of_an_agent_tells_its_work_its_outcomes_and_what_it_brought_to_people(store: Store) -> None:
    uses = {"reader.local": (BudgetUse(what=What.DOCUMENTS, used=6, limit=100),)}
    told = Reckoning(store, WORDS, cards=lambda: [MEASURED], uses=lambda name: uses.get(name, ())).today()
    day = next(one for one in told.agents if one.agent == "reader.local")
    assert (day.documents, day.steps, day.escalations, day.failures) == (6, 6, 3, 0)
    assert day.median is not None
    assert abs(day.median - 40) <= 5
    assert set(day.outcomes) == {
        Count(code="straight_through", count=3),
        Count(code="escalate", count=3),
    }
    assert day.reasons == (Count(code="below_threshold", count=3),)
    assert sum(day.by_hour) == 6
    assert {one.bucket: one.milliseconds for one in day.spend} == {Bucket.TOOLING: 240, Bucket.PEOPLE: 1200}
    assert day.budgets == uses["reader.local"]


def test_an_agent_that_had_nothing_to_do_has_no_documents(store: Store) -> None:
    idle = next(one for one in reckoning(store).today().agents if one.agent == "reader.widgets")
    assert (idle.steps, idle.documents, idle.by_hour) == (0, 0, ())


def test_the_desk_itself_is_no_agent(store: Store) -> None:
    assert "" not in {one.agent for one in reckoning(store).today().agents}


def test_the_north_star_and_the_guardrails_have_their_figures(store: Store) -> None:
    kept, took = reckoning(store).metrics(MEASURED, today().first, today().last)
    looked_at = 2 * len(invoice(1)) + 2  # two cases approved, each with its class
    assert (kept.sample, kept.value) == (looked_at, (looked_at - 1) * 1_000_000 // looked_at)
    assert kept.is_met is False
    assert (took.sample, took.is_met) == (6, False)


def test_signals_are_reckoned_anew_only_after_a_while(store: Store) -> None:
    desk = reckoning(store)
    assert all(not one.signals for one in desk.today().agents)
    failed = AgentFailed(step="read_page", reason=Reason(code="loop"))
    drafts = [*worked("loop", 8)[:2], Draft(event=failed, actor=INTAKE, case="loop")]
    drafts.append(Draft(event=steps(9, StepEnd.FAILED), actor=INTAKE, case="loop"))
    store.append(drafts)
    assert all(not one.signals for one in desk.today().agents)
    fresh = next(one for one in reckoning(store).today().agents if one.agent == "reader.local")
    assert [signal.said for signal in fresh.signals] == ["Stopped once today because it went in circles."]


def test_a_sheet_names_cases_to_look_at_and_what_was_done_about_the_agent(store: Store) -> None:
    order = WorkStopped(scope=Scope.AGENT, name="somebody.else", how=How.PAUSE, reason="r")
    store.append([Draft(event=order, actor=store.system("workflow"))])
    sheet = reckoning(store).sheet("reader.local", today())
    notable = next(part for part in sheet.parts if part.title == "Notable failures")
    assert {(row.case, row.text) for row in notable.rows} == {
        ("c1", "Corrected by a person"),
        ("c3", "Brought to a person, who approved it unchanged"),
    }
    acts = next(part for part in sheet.parts if part.title == "Actions")
    assert any("Enrolled the agent reader.local" in row.text for row in acts.rows)
    assert not any("somebody.else" in row.text for row in acts.rows)


def test_a_sheet_is_printed_or_written_as_text(store: Store, tmp_path: Path) -> None:
    desk = reckoning(store)
    sheet = desk.sheet("reader.local", today())
    desk.save_sheet(sheet, tmp_path / "sheet.txt")
    desk.save_sheet(sheet, tmp_path / "sheet.pdf")
    text = (tmp_path / "sheet.txt").read_text(encoding="utf-8")
    with pymupdf.open(tmp_path / "sheet.pdf") as printed:
        page = printed[0].get_text()
    for said in ("Review of reader.local", "Throughput", "Notable failures", "c1"):
        assert said in text
        assert said in page
    with pytest.raises(Trouble, match="There is no folder"):
        desk.save_sheet(sheet, tmp_path / "nowhere" / "sheet.pdf")


def test_a_period_without_work_is_told_as_such(store: Store) -> None:
    day = today().first - timedelta(days=400)
    sheet = reckoning(store).sheet("reader.local", Period(first=day, last=day))
    assert sheet.summary == "It took no step in this period, so there is nothing to judge."


def test_figures_are_the_same_after_a_rebuild(store: Store) -> None:
    before = reckoning(store).today()
    store.rebuild()
    assert reckoning(store).today() == before
