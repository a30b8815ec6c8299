"""What is counted of agents: who is the cause, what people made of it; the views say what the log says."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.stories import ADA, CARD, INTAKE, READER, REVIEWER, decided, reading, received
from tests.store.test_store_rebuild import acted

from countersign.domain.actor import Actor, ActorKind, AgentCard
from countersign.domain.case import unfold
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    ClassCorrected,
    Classified,
    Decided,
    Draft,
    Entry,
    Event,
    FieldReviewed,
    ReadingMade,
    Route,
    Signature,
    StepsTaken,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.figures import CaseFold, Count, Mark
from countersign.store.founding import open_store
from countersign.store.store import Store

SIGNED = Signature(name="Ada Meyer", at=now(), meaning="approved")
APPROVED = CaseApproved(signature=SIGNED)
REJECTED = CaseRejected(signature=SIGNED, reason=Reason(code="other"))


def agent(name: str) -> Actor:
    return Actor(kind=ActorKind.AGENT, id=f"{name}@1", role=name, authenticated="device_key")


CLASSIFIER, CHECKER = agent("classifier.local"), agent("checker.arithmetic")
MADE = ReadingMade(
    klass="invoice",
    readings=(
        reading("gross_total", "12.00", confidence=500_000),
        reading("iban", "DE1"),
        reading("due_date", None),
    ),
    milliseconds=1,
)


def step(name: str, by: str, end: StepEnd = StepEnd.DONE) -> StepTaken:
    return StepTaken(step=name, layer=Layer.EXECUTE, by=by, end=end, began=0, cost=Cost(milliseconds=4))


STEPS = StepsTaken(
    run=1,
    steps=(
        step("classify", "agent:classifier.local"),
        step("read_data", "agent:reader.einvoice", StepEnd.NOTHING),
        step("read_page", "agent:reader.local"),
        step("check", "agent:checker.arithmetic"),
    ),
)
CLASSIFIED = Classified(klass="invoice", language="de", confidence=990_000, milliseconds=1)


def because(*reasons: Reason) -> Decided:
    return decided().model_copy(update={"reasons": reasons})


def reviewed(act: Act, field: str, value: str | None = "x") -> FieldReviewed:
    after = None if act is Act.REOPENED else reading(field, value)
    answer = after.answer if after else None
    return FieldReviewed(field=field, act=act, before=None, after=answer, reading=after, dwell_ms=700)


def folded(*told: tuple[Actor, Event]) -> tuple[Counter[tuple[str, str]], set[Mark]]:
    counts: Counter[tuple[str, str]] = Counter()
    marks: set[Mark] = set()
    fold = CaseFold()
    for actor, event in told:
        fold = CaseFold.read(fold.written())  # as it is kept between two transactions
        for found in fold.fold(event, actor, 7):
            if isinstance(found, Count):
                counts[found.agent, found.what] += found.n
            else:
                marks.add(found)
    return counts, marks


WORKED: list[tuple[Actor, Event]] = [(CLASSIFIER, CLASSIFIED), (READER, MADE)]


def causes(*told: tuple[Actor, Event], reasons: tuple[Reason, ...]) -> set[str]:
    counts, _ = folded(*WORKED, *told, (INTAKE, STEPS), (INTAKE, because(*reasons)))
    return {agent for agent, what in counts if what == "escalated"}


def test_doubt_about_a_field_is_caused_by_who_read_it() -> None:
    assert causes(reasons=(Reason(code="below_threshold", fields=("gross_total",)),)) == {"reader.local"}


def test_a_missing_field_is_caused_by_the_readers_also_where_a_checker_said_so() -> None:
    missing = Reason(code="field_missing", fields=("vendor_name",))
    found = (CHECKER, Checked(passed=(), findings=(missing,), milliseconds=1))
    assert causes(found, reasons=(missing,)) == {"reader.local"}


def test_a_finding_is_caused_by_who_found_it() -> None:
    wrong = Reason(code="totals_disagree", fields=("gross_total",))
    found = (CHECKER, Checked(passed=(), findings=(wrong,), milliseconds=1))
    assert causes(found, reasons=(wrong,)) == {"checker.arithmetic"}


def test_an_unsure_class_is_caused_by_the_classifier() -> None:
    assert causes(reasons=(Reason(code="class_unsure"),)) == {"classifier.local"}


def test_what_the_policy_alone_wants_is_caused_by_no_agent() -> None:
    assert causes(reasons=(Reason(code="over_limit"), Reason(code="reserved_for_people"))) == set()


def test_a_failure_that_the_workflow_tells_of_is_caused_by_the_agent_of_the_step() -> None:
    failed = (INTAKE, AgentFailed(step="read_page", reason=Reason(code="loop")))
    counts, marks = folded(*WORKED, failed, (INTAKE, STEPS), (INTAKE, because(Reason(code="loop"))))
    assert counts["reader.local", "failed:loop"] == 1
    assert counts["reader.local", "escalated"] == 1
    assert Mark("reader.local", "failed:loop") in marks


def test_only_agents_that_had_something_to_do_have_an_outcome() -> None:
    counts, _ = folded(*WORKED, (INTAKE, STEPS), (INTAKE, decided(Route.STRAIGHT_THROUGH)))
    done = {agent for agent, what in counts if what == "route:straight_through"}
    assert done == {"", "classifier.local", "reader.local", "checker.arithmetic"}
    assert counts["", "by:agent"] == 3


DOUBT = because(Reason(code="below_threshold", fields=("gross_total",)))
ESCALATED: list[tuple[Actor, Event]] = [*WORKED, (INTAKE, STEPS), (INTAKE, DOUBT)]


def test_a_case_approved_unchanged_was_brought_to_a_person_needlessly() -> None:
    counts, marks = folded(*ESCALATED, (REVIEWER, APPROVED))
    assert (counts["reader.local", "judged"], counts["reader.local", "needless"]) == (1, 1)
    assert counts["reader.local", "kept"] == 2
    assert counts["classifier.local", "kept"] == 1
    assert Mark("reader.local", "needless") in marks


@pytest.mark.parametrize(
    ("act", "field", "found"),
    [
        (Act.CORRECTED, "gross_total", "corrected"),
        (Act.NOT_PRESENT, "iban", "invented"),
        (Act.ILLEGIBLE, "iban", "illegible"),
        (Act.ADDED, "due_date", "missed"),
    ],
)
def test_what_a_person_changes_upholds_the_escalation_and_counts_against_the_reader(
    act: Act, field: str, found: str
) -> None:
    counts, marks = folded(*ESCALATED, (REVIEWER, reviewed(act, field)), (REVIEWER, APPROVED))
    assert (counts["reader.local", "upheld"], counts["reader.local", "needless"]) == (1, 0)
    assert counts["reader.local", found] == 1
    assert counts["reader.local", "kept"] == (2 if field == "due_date" else 1)
    assert counts["reader.local", "dwell"] == 700
    assert Mark("reader.local", found) in marks


def test_an_act_that_was_taken_back_changes_nothing() -> None:
    acts = [reviewed(Act.CORRECTED, "iban"), reviewed(Act.REOPENED, "iban"), APPROVED]
    counts, _ = folded(*ESCALATED, *((REVIEWER, act) for act in acts))
    assert (counts["reader.local", "corrected"], counts["reader.local", "needless"]) == (0, 1)


def test_a_refused_case_upholds_what_brought_it_to_a_person_and_says_nothing_of_readings() -> None:
    counts, _ = folded(*ESCALATED, (REVIEWER, REJECTED))
    assert counts["reader.local", "upheld"] == 1
    assert counts["reader.local", "kept"] == counts["classifier.local", "kept"] == 0


def test_a_corrected_class_counts_against_the_classifier_and_the_run_begins_anew() -> None:
    again = (REVIEWER, ClassCorrected(klass="claim", before="invoice"))
    counts, _ = folded(*ESCALATED, again, (REVIEWER, APPROVED))
    assert (counts["classifier.local", "corrected"], counts["classifier.local", "kept"]) == (1, 0)
    assert counts["reader.local", "kept"] == 0


def test_the_state_of_a_case_holds_no_value() -> None:
    fold = CaseFold()
    for actor, event in [*ESCALATED, (REVIEWER, reviewed(Act.CORRECTED, "iban", "DE-secret"))]:
        list(fold.fold(event, actor, 1))
    assert "DE1" not in fold.written()
    assert "secret" not in fold.written()


# -- the views against the log ------------------------------------------------------------------------------

OTHER = AgentCard(name="reader.einvoice", version="1", purpose="Reads data.", code_digest="ef" * 32)
BY_OTHER = Actor(kind=ActorKind.AGENT, id=OTHER.id, role=OTHER.name, authenticated="device_key")


@pytest.fixture(scope="module")
def founded(words: Catalogue) -> Iterator[tuple[Path, Catalogue]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "founded"
        open_store(Home(root), agents=[CARD, OTHER], person=ADA, words=words).close()
        yield root, words


made_by_other = st.tuples(st.just(BY_OTHER), st.just(MADE))
took_steps = st.tuples(
    st.just(INTAKE),
    st.lists(
        st.builds(
            step,
            st.sampled_from(["read", "check"]),
            st.sampled_from(["agent:reader.local", "agent:reader.einvoice", "person:processor"]),
            st.sampled_from(list(StepEnd)),
        ),
        max_size=3,
    ).map(lambda steps: StepsTaken(run=1, steps=tuple(steps))),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(
        st.tuples(st.sampled_from(["c1", "c2"]), st.one_of(acted, made_by_other, took_steps)), max_size=16
    ),
    cuts=st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_figures_from_the_views_are_those_counted_from_the_log(
    founded: tuple[Path, Catalogue], history: list[tuple[str, tuple[Actor, Event]]], cuts: list[bool]
) -> None:
    root, words = founded
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        shutil.copytree(root, home.root)
        with open_store(home, agents=[CARD, OTHER], person=ADA, words=words) as store:
            drafts = [Draft(event=received(f"{c}.pdf", c), actor=INTAKE, case=c) for c in ("c1", "c2")]
            for (case, (actor, event)), cut in zip(history, cuts, strict=False):
                drafts.append(Draft(event=event, actor=actor, case=case))
                if cut:
                    store.append(drafts)
                    drafts = []
            store.append(drafts)
            _agree(store)


def _agree(store: Store) -> None:
    cases = [store.entries(case) for case in ("c1", "c2")]
    entries = [entry for some in cases for entry in some]
    days = [entry.at.astimezone(UTC).date() for entry in entries]
    sums = store.sums(min(days), max(days))
    told = store.tallies(min(days), max(days))
    assert sum(tally.n for tally in told) == sum(some.total() for some in sums.values())
    for agent_name in ("reader.local", "reader.einvoice"):
        kept = sums.get(agent_name, Counter())
        mine = [e for e in entries if e.actor.id.startswith(f"{agent_name}@")]
        assert kept["read"] == sum(_present(e) for e in mine)
        assert sum(n for what, n in kept.items() if what.startswith("sure:")) == kept["read"] + sum(
            isinstance(e.event, Classified) for e in mine
        )
    changes = ("corrected", "missed", "invented", "illegible")
    of_readers = [sums.get(name, Counter()) for name in ("reader.local", "reader.einvoice")]
    kept, changed = map(sum, zip(*(_judged(some) for some in cases), strict=True))
    classes = sum(_class_kept(some) for some in cases), sum(_class_changed(some) for some in cases)
    assert sum(some["kept"] for some in of_readers) == kept + classes[0]
    assert sum(some[name] for some in of_readers for name in changes) == changed + classes[1]
    desk = sums.get("", Counter())
    decisions = Counter(
        f"route:{e.event.route.value}"
        for some in cases
        for e in _before_settlement(some)
        if isinstance(e.event, Decided)
    )
    assert {what: n for what, n in desk.items() if what.startswith("route:")} == decisions


def _present(entry: Entry) -> int:
    event = entry.event
    return sum(r.answer is not None for r in event.readings) if isinstance(event, ReadingMade) else 0


def _before_settlement(entries: tuple[Entry, ...]) -> list[Entry]:
    settled = (e.seq for e in entries if isinstance(e.event, CaseApproved | CaseRejected))
    end = next(settled, None)
    return [e for e in entries if end is None or e.seq < end]


def _settling(entries: tuple[Entry, ...]) -> CaseApproved | CaseRejected | None:
    return next((e.event for e in entries if isinstance(e.event, CaseApproved | CaseRejected)), None)


def _judged(entries: tuple[Entry, ...]) -> tuple[int, int]:
    """Count what a person who approved kept and changed, from the case as it stood just before."""
    if not isinstance(_settling(entries), CaseApproved):
        return 0, 0
    case = unfold(_before_settlement(entries))
    assert case is not None
    kept = changed = 0
    for state in case.fields:
        if state.agent_reading is None:
            continue
        is_there = state.agent_reading.answer is not None
        if state.act in (None, Act.CONFIRMED):
            kept += is_there
        elif is_there or state.act in (Act.CORRECTED, Act.ADDED):
            changed += 1
    return kept, changed


def _class_changed(entries: tuple[Entry, ...]) -> int:
    """Count classes that an agent named and a person changed before the case was settled."""
    named, changed = False, 0
    for entry in _before_settlement(entries):
        named = named or isinstance(entry.event, Classified)
        if isinstance(entry.event, ClassCorrected):
            changed, named = changed + named, False
    return changed


def _class_kept(entries: tuple[Entry, ...]) -> int:
    before = _before_settlement(entries)
    is_corrected = any(isinstance(e.event, ClassCorrected) for e in before)
    is_named = any(isinstance(e.event, Classified) for e in before)
    return int(isinstance(_settling(entries), CaseApproved) and is_named and not is_corrected)
