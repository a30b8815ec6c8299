"""What the desk knows follows from the record and the library alone, whatever happened in which order."""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.stories import ADA, CARD, READER, decided, story
from tests.support.teaching import NoPages, approve, arrive, values_of

from countersign.domain.actor import Role
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, LessonForgotten, LessonsLearned, Route, Signature
from countersign.domain.taught import taught_of
from countersign.domain.time import now
from countersign.insight import school
from countersign.insight.school import Fitted
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.library import Library
from countersign.store.store import Store
from countersign.wiring import teacher as teachers
from countersign.wiring.approvals import Approvals
from countersign.wiring.fitting import Task
from countersign.wiring.learning import Learning, learned
from countersign.wiring.reopening import opened_again
from countersign.wiring.teacher import Teacher
from countersign.workflow.care import CaseCare
from countersign.workflow.ports import Pages

WORDS = catalogue.load()
NEVER = threading.Event()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with open_store(home, agents=[CARD], person=ADA, words=WORDS) as opened:
        yield opened


@pytest.fixture
def wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit in this process, and let every round win."""

    def fit(task: Task, _stop: threading.Event) -> Fitted:
        cases = [one.case for one in task.taught]
        lessons, _ = known(task.taught, task.root)
        content = school.written(task.klass, cases, lessons)
        return Fitted(
            documents=len(cases),
            held_back=1,
            f1_before=600_000,
            f1_after=800_000,
            is_admitted=True,
            content=content,
        )

    monkeypatch.setattr(teachers, "fit_apart", fit)


def known(taught: tuple[Any, ...], root: Path) -> Any:
    """Remember some cases, as a stand-in for fitting."""
    library, lessons = Library(Home(root)), None
    for one in taught:
        lessons = school.remember(
            one, WORDS.classes["invoice"], lambda t: library.opened(t.document), lessons
        )
    return lessons, None


def teacher_of(home: Home, store: Store, words: Catalogue = WORDS) -> Teacher:
    """Open what is known at a desk, all of it."""
    made = Teacher(home, store, words, cast(Pages, NoPages()))
    made.remember_all(NEVER)
    return made


def stands(teacher: Teacher) -> tuple[object, ...]:
    """Return all that a reader would get."""
    lessons, used = teacher.lessons("invoice")
    teacher.remember_all(NEVER)
    lessons, used = teacher.lessons("invoice")
    return tuple(one.to_data() for one in lessons), used


def care(store: Store) -> CaseCare:
    return CaseCare(store, store.eraser, store.person(ADA.id, Role.ADMINISTRATOR))


def learning(store: Store) -> Learning:
    return Learning(store, WORDS, store.person(ADA.id, Role.TEAM_LEAD))


def test_what_a_person_approves_is_known_to_the_next_reader_at_once(home: Home, store: Store) -> None:
    teacher = teacher_of(home, store)
    assert teacher.lessons("invoice") == ((), None)
    approve(store, 0)
    lessons, used = teacher.lessons("invoice")
    assert used is not None
    assert used.documents == 1
    assert len(lessons[0].kept) == 1


def test_only_what_a_person_approved_teaches(home: Home, store: Store) -> None:
    arrive(store, 0)
    store.append(story("alone", {"invoice_number": "1"}, decided(Route.STRAIGHT_THROUGH)))
    teacher = teacher_of(home, store)
    assert teacher.lessons("invoice") == ((), None)
    assert taught_of(store.entries("alone")) is None


def test_a_lesson_holds_what_the_person_said_and_nothing_of_what_they_passed_over(store: Store) -> None:
    taught = taught_of(store.entries(approve(store, 3)))
    assert taught is not None
    told = {field.field: field.value for field in taught.fields}
    assert told == {"vendor_name": "Northern Tools", **values_of(3)}


def test_a_typed_value_is_anchored_where_it_stands_once(store: Store) -> None:
    taught = taught_of(store.entries(approve(store, 0)))
    assert taught is not None
    opened = store.library.opened(taught.document)
    assert opened is not None
    lesson = school.lesson_of(taught, opened, WORDS.classes["invoice"])
    assert lesson is not None
    (place,) = lesson.places["invoice_number"]
    assert (place.page, round(place.y0)) == (0, 150)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["approve", "forget", "erase", "look", "round"]), st.integers(0, 5)),
        min_size=3,
        max_size=12,
    )
)
def test_whatever_is_approved_forgotten_and_erased_what_is_known_is_what_the_record_gives(
    wins: None, acts: list[tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        with open_store(home, agents=[CARD], person=ADA, words=WORDS) as store:
            lived, there, gone = teacher_of(home, store), set[int](), set[int]()
            for act, n in acts:
                if act == "approve" and n not in there and 100 + n not in there:
                    there.add(n)
                    approve(store, n)
                elif act == "forget" and n in there - gone:
                    gone.add(n)
                    learning(store).forget_case("invoice", f"taught-{n}", "it was wrong")
                elif act == "erase" and n in there:
                    there.discard(n)
                    gone.discard(n)
                    care(store).erase(f"taught-{n}", "request 7")
                    there.add(100 + n)  # its name is taken
                elif act == "look":
                    lived.lessons("invoice")
                elif act == "round":
                    lived.remember_all(NEVER)
                    lived.learn_due(NEVER)
            lived.remember_all(NEVER)
            lived.lessons("invoice")
            lived.learn_due(NEVER)
            reborn = teacher_of(home, store)
            assert stands(reborn) == stands(lived)
            left = {f"taught-{n}" for n in there - gone if n < 100}
            used = reborn.lessons("invoice")[1]
            assert (used.documents if used else 0) == len(left)
            assert store.verify().ok


def test_an_erased_case_leaves_the_lessons_and_their_file(home: Home, store: Store, wins: None) -> None:
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    assert teacher.learn_due(NEVER) == 1
    file = home.lessons / "invoice.json"
    assert "taught-1" in file.read_text(encoding="utf-8")
    care(store).erase("taught-1", "request 7")
    assert not file.exists()
    used = teacher.lessons("invoice")[1]
    assert used is None or used.documents <= 2
    teacher.remember_all(NEVER)
    teacher.learn_due(NEVER)
    assert "taught-1" not in file.read_text(encoding="utf-8")
    last = [e.event for e in store.desk_entries(("lessons_learned",))][-1]
    assert isinstance(last, LessonsLearned)
    assert (last.why, last.documents) == ("shrunk", 2)


def test_an_erasure_cut_off_after_the_record_still_takes_the_lessons(
    home: Home, store: Store, wins: None
) -> None:
    teacher = teacher_of(home, store)
    approve(store, 0)
    teacher.lessons("invoice")
    teacher.learn("invoice", "asked", NEVER)
    kept = (home.lessons / "invoice.json").read_text(encoding="utf-8")
    care(store).erase("taught-0", "request 7")
    store.lessons.write("invoice", kept)  # as if a kill had come before the file was deleted
    store.library.note_under_way({})
    assert store.eraser.finish()
    assert not (home.lessons / "invoice.json").exists()


def test_a_forgotten_counterparty_teaches_no_longer_and_its_cases_stay(
    home: Home, store: Store, wins: None
) -> None:
    teacher = teacher_of(home, store)
    cases = [approve(store, n) for n in range(4)]
    teacher.lessons("invoice")
    teacher.learn("invoice", "asked", NEVER)
    assert learning(store).forget_counterparty("invoice", "NORTHERN tools", "its layout has changed") == 2
    assert not (home.lessons / "invoice.json").exists()
    teacher.remember_all(NEVER)
    used = teacher.lessons("invoice")[1]
    assert used is not None
    assert used.documents == 2
    assert all(store.entries(case) for case in cases)
    (shown,) = (one for one in learned(store, WORDS, Approvals(store)) if one.klass == "invoice")
    assert shown.approved == 2
    assert shown.forgotten[0].cases == ("taught-3", "taught-1")


def test_a_file_that_is_not_the_one_on_the_record_is_made_again(home: Home, store: Store, wins: None) -> None:
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    teacher.learn_due(NEVER)
    before = stands(teacher)
    file = home.lessons / "invoice.json"
    whole = file.read_text(encoding="utf-8")
    for damage in ("", whole[: len(whole) // 2], whole.replace("taught-0", "taught-9")):
        file.write_text(damage, encoding="utf-8")
        reborn = teacher_of(home, store)
        reborn.learn_due(NEVER)
        assert stands(reborn) == before
        assert file.read_text(encoding="utf-8") == whole
    file.unlink()
    reborn = teacher_of(home, store)
    reborn.learn_due(NEVER)
    assert stands(reborn) == before
    assert len(store.desk_entries(("lessons_learned",))) == 1  # nothing new was learned


def test_a_round_that_loses_is_on_the_record_and_changes_nothing(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Fitted(
        documents=1, held_back=1, f1_before=900_000, f1_after=850_000, is_admitted=False, content=None
    )
    monkeypatch.setattr(teachers, "fit_apart", lambda _task, _stop: lost)
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    before = stands(teacher)
    assert teacher.learn_due(NEVER) == 1
    assert stands(teacher) == before
    assert teacher.learn_due(NEVER) == 0  # not again before there is more
    (entry,) = store.desk_entries(("lessons_learned",))
    assert isinstance(entry.event, LessonsLearned)
    assert not entry.event.is_admitted
    assert store.verify().ok


def test_what_is_erased_while_lessons_are_fitted_makes_them_count_for_nothing(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(task: Task, _stop: threading.Event) -> Fitted:
        care(store).erase("taught-0", "request 7")
        return Fitted(documents=3, held_back=3, f1_before=0, f1_after=1, is_admitted=True, content="{}")

    monkeypatch.setattr(teachers, "fit_apart", fit)
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    assert teacher.learn_due(NEVER) == 0
    assert not (home.lessons / "invoice.json").exists()
    assert store.desk_entries(("lessons_learned",)) == ()


def test_a_file_written_just_as_a_case_was_erased_is_destroyed_and_never_read_with(
    home: Home, store: Store, wins: None
) -> None:
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    teacher.learn_due(NEVER)
    file = home.lessons / "invoice.json"
    kept = file.read_text(encoding="utf-8")
    care(store).erase("taught-1", "request 7")
    store.lessons.write("invoice", kept)  # as if the erasure had come between the check and the file
    reborn = teacher_of(home, store)
    assert not file.exists()
    used = reborn.lessons("invoice")[1]
    assert used is not None
    assert used.documents == 2


def test_what_is_erased_while_a_lost_file_is_made_again_keeps_it_from_being_written(
    home: Home, store: Store, wins: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    teacher.learn_due(NEVER)
    file = home.lessons / "invoice.json"
    kept = file.read_text(encoding="utf-8")
    file.unlink()
    written: list[str] = []

    def fit(_task: Task, _stop: threading.Event) -> Fitted:
        care(store).erase("taught-1", "request 7")
        return Fitted(documents=3, held_back=0, f1_before=0, f1_after=0, is_admitted=True, content=kept)

    monkeypatch.setattr(teachers, "fit_apart", fit)
    monkeypatch.setattr(store.lessons, "write", lambda _klass, content: written.append(content))
    reborn = teacher_of(home, store)
    assert reborn.learn_due(NEVER) == 0
    assert written == []


def test_a_round_that_loses_against_another_reader_leaves_no_lessons_in_force(
    home: Home, store: Store, wins: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = teacher_of(home, store)
    for n in range(3):
        approve(store, n)
    teacher.lessons("invoice")
    teacher.learn_due(NEVER)
    lost = Fitted(documents=3, held_back=3, f1_before=9, f1_after=8, is_admitted=False, content=None)
    monkeypatch.setattr(teachers, "fit_apart", lambda _task, _stop: lost)
    assert teacher.learn("invoice", "changed", NEVER) is not None
    assert not (home.lessons / "invoice.json").exists()
    assert stands(teacher) == stands(teacher_of(home, store))


def test_a_document_that_goes_while_it_is_opened_again_is_gone(home: Home) -> None:
    library = Library(home)
    sha256 = library.keep(b"invoice", MediaType.PDF, "a.pdf").sha256

    class Erasing:
        def open(self, path: Path, *_: object) -> None:
            library.forget(sha256, 7)
            raise Trouble(f"The file {path} cannot be read.")

    assert opened_again(library, cast(Pages, Erasing()), sha256, MediaType.PDF) is None


def test_nobody_but_a_person_has_anything_forgotten_and_no_person_says_what_was_learned(store: Store) -> None:
    approve(store, 0)
    signature = Signature(name=ADA.name, at=now(), meaning="had it forgotten")
    forgotten = LessonForgotten(
        klass="invoice", cases=("taught-0",), chosen_by="case", reason="why", signature=signature
    )
    said = LessonsLearned(
        klass="invoice",
        documents=1,
        until=1,
        why="grown",
        held_back=1,
        f1_before=0,
        f1_after=1,
        is_admitted=False,
    )
    with pytest.raises(Trouble):
        store.append([Draft(event=forgotten, actor=store.system("learning"))])
    with pytest.raises(Trouble):
        store.append([Draft(event=said, actor=store.person(ADA.id, Role.ADMINISTRATOR))])
    with pytest.raises(Trouble):
        store.append([Draft(event=said, actor=READER)])


def test_one_odd_document_does_not_keep_others_from_being_read(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    teacher = teacher_of(home, store)
    approve(store, 0)
    honest = school.remember
    monkeypatch.setattr(school, "remember", lambda *_: 1 / 0)
    assert teacher.lessons("invoice") == ((), None)
    assert "the case taught-0 could not be remembered" in caplog.text
    monkeypatch.setattr(school, "remember", honest)
    approve(store, 1)
    used = teacher.lessons("invoice")[1]
    assert used is not None
    assert used.documents == 1


@pytest.mark.parametrize(("may", "tried"), [(True, True), (False, False)])
def test_while_all_agents_are_stopped_nothing_is_learned(
    may: bool, tried: bool, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()

    def allowed() -> bool:
        stop.set()
        return may

    Teacher.work(object(), stop, allowed)  # it has nothing to learn with: whoever tries is told so
    assert ("the desk could not learn" in caplog.text) == tried
    caplog.clear()
