"""What a person resolves, the next document of that kind knows; and nothing else teaches the desk."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.desks import invoice, take, worker
from tests.support.loss_runs import FIRST, ON_FIRST, ON_SECOND, SECOND, add_class, review

from countersign.agents import local
from countersign.agents.lessons import Lessons
from countersign.agents.memory import Layout
from countersign.agents.sheet import Sheet
from countersign.documents.pool import Pages
from countersign.domain.case import CaseFile, Status
from countersign.domain.document import MediaType, Opened
from countersign.domain.event import LessonsLearned, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.taught import Taught, TaughtField
from countersign.insight import school
from countersign.insight.scoring import is_right, true_values
from countersign.settings import limits
from countersign.settings.catalogue import read_class
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring.classes import example
from countersign.wiring.desk import Desk, open_desk

PATIENCE = 60.0
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "vrdu_ad_buy"
MOST, ONE_LAYOUT = 50, 0.45
"""Documents that are looked at, and likeness of two that share a layout."""
POLICY = """
policy: people
owner: role:team_lead
classes:
  invoice:
    mode: human_in_the_loop
"""


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a worker process to do something."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("the worker did not come to it")


def read_by_worker(desk: Desk, case: str) -> CaseFile:
    """Wait until agents have decided a case."""
    wait_until(lambda: desk.case(case).status is not Status.RECEIVED)
    return desk.case(case)


def first_values(file: CaseFile) -> dict[str, str | None]:
    """Return what stands in each field."""
    return {name: file.value(name) for name in ON_SECOND}


def test_what_a_person_corrects_on_one_document_the_next_of_its_layout_is_read_right_with(home: Home) -> None:
    add_class(home)
    (first,) = take(home, FIRST)
    assert first.case is not None
    with worker(home):
        desk = open_desk(home, with_worker=False)
        try:
            before = read_by_worker(desk, first.case)
            assert before.klass != "run_report"  # nothing but its name tells the class
            desk.acts.correct_class(first.case, "run_report")
            again = read_by_worker(desk, first.case)
            assert again.klass == "run_report"
            assert first_values(again) != ON_FIRST
            review(desk, first.case, ON_FIRST)
            desk.bring_in([SECOND], "test")
            (second,) = set(desk.changed_cases(0)) - {first.case}
            after = read_by_worker(desk, second)
            assert after.klass == "run_report"
            assert first_values(after) == ON_SECOND
            made = [e.event for e in desk.history(second) if isinstance(e.event, ReadingMade)]
            assert made[-1].lessons is not None and made[-1].lessons.documents == 1
            said = " ".join(why for state in after.fields for why in state.reading.why)
            assert "confirmed" in said
        finally:
            desk.close()


def test_a_worker_killed_while_it_learns_loses_nothing(home: Home, tmp_path: Path) -> None:
    papers = [tmp_path / f"{n}.pdf" for n in range(3)]
    for n, paper in enumerate(papers):
        paper.write_bytes(invoice(n))
    (home.policies / "people.yaml").write_text(POLICY, encoding="utf-8")
    cases = [item.case for item in take(home, *papers) if item.case]
    with worker(home):
        desk = open_desk(home, with_worker=False)
        try:
            files = [read_by_worker(desk, case) for case in cases]
            for case, file in zip(cases, files, strict=True):
                for reading in (state.reading for state in file.fields):
                    act = desk.acts.declare if reading.answer is None else desk.acts.confirm
                    act(case, reading.field, reading.index)
                desk.acts.approve(case)
            threading.Event().wait(0.4)  # it has begun to learn, or is about to
        finally:
            desk.close()
    with open_store(home) as store:  # the worker was killed
        assert store.verify().ok
        taught = store.approved(("invoice",), 10)
        assert len(taught) == 3
    with worker(home), open_store(home) as store:
        wait_until(lambda: len(store.desk_entries(("lessons_learned",))) > 0)
        (entry,) = store.desk_entries(("lessons_learned",))
        assert isinstance(entry.event, LessonsLearned)
        assert entry.event.documents == len(taught)
        file = store.lessons.read("invoice")
        assert (file is not None) == entry.event.is_admitted
        if file is not None:
            assert hashlib.sha256(file.encode()).hexdigest() == entry.event.digest
        assert store.verify().ok


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data, which only a developer's machine has")
def test_over_real_layouts_a_second_document_has_fewer_errors_than_without_the_first() -> None:
    file = example("ad_buy")
    klass = read_class(file.read_text(encoding="utf-8"), file.name)
    lines = map(json.loads, (SHARED / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    told = [one for one in lines if one["split"] == "dev" and one["pages"] <= 2 and one["has_text_layer"]]
    pages = Pages(2, limits.load(Home(SHARED)))
    try:
        documents = [(truth, opened(pages, truth)) for truth in told[:MOST]]
    finally:
        pages.close()
    before = after = pairs = 0
    for (first, one), (second, two) in of_one_layout(documents):
        known = school.remember(lesson(first, klass), klass, lambda _, one=one: one, None)
        assert known is not None
        before += errors(two, second, klass, ())
        after += errors(two, second, klass, (known,))
        pairs += 1
    assert pairs >= 10
    assert after < before


Document = tuple[dict[str, Any], Opened]


def of_one_layout(documents: list[Document]) -> Iterator[tuple[Document, Document]]:
    """Pair documents of one layout, each used once."""
    layouts = [Layout.of(Sheet(document)) for _, document in documents]
    used: set[int] = set()
    for i, j in combinations(range(len(documents)), 2):
        if not used & {i, j} and layouts[i].likeness(layouts[j]) >= ONE_LAYOUT:
            used |= {i, j}
            yield documents[i], documents[j]


def opened(pages: Pages, truth: dict[str, object]) -> Opened:
    found = pages.open(SHARED / str(truth["doc"]), str(truth["sha256"]), MediaType.PDF)
    assert isinstance(found, Opened)
    return found


def lesson(truth: dict[str, Any], klass: ClassDef) -> Taught:
    """Confirm what is true, as a person would who types it."""
    fields = []
    for entry in truth["fields"]:
        slot = klass.field(entry["name"])
        values = true_values(slot, entry, "en") if slot else []
        if values:
            fields.append(TaughtField(field=entry["name"], value=values[0]))
    return Taught(
        case=truth["doc"],
        record=0,
        klass=klass.name,
        language="en",
        document=truth["sha256"],
        media_type=MediaType.PDF,
        fields=fields,
    )


def errors(document: Opened, truth: dict[str, Any], klass: ClassDef, lessons: tuple[Lessons, ...]) -> int:
    """Count the fields of which the truth is known and that are read otherwise."""
    made = local.read_document(document, klass, "en", lessons=lessons)
    read = {reading.field: reading.value for reading in made.readings if reading.index == 0}
    wrong = 0
    for entry in truth["fields"]:
        slot = klass.field(entry["name"])
        values = true_values(slot, entry, "en") if slot else []
        value = read.get(entry["name"])
        if slot is not None and values:
            wrong += value is None or not is_right(slot, value, values)
    return wrong
