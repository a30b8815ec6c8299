"""A long call tells how far it is, is stopped by its person, and its bugs are not swallowed."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from countersign.domain.errors import Trouble
from countersign.ui.bridge.desk import Desk
from countersign.ui.bridge.job import Job, Progress


@pytest.fixture
def job(desk: Desk) -> Job:
    return desk.job(desk)


def test_the_answer_lands_on_the_ui_thread_after_the_job_has_ended(job: Job, qtbot: QtBot) -> None:
    landed: list[tuple[int, bool, bool]] = []
    here = threading.current_thread()

    def then(answer: int) -> None:
        landed.append((answer, job.is_running, threading.current_thread() is here))

    job.begin(lambda _: 7, then, pytest.fail)
    qtbot.waitUntil(lambda: landed == [(7, False, True)])


def test_one_call_runs_at_a_time(job: Job, qtbot: QtBot) -> None:
    go_on = threading.Event()
    begun: list[int] = []

    def call(progress: Progress) -> int:
        begun.append(1)
        assert go_on.wait(10)
        return 1

    done: list[int] = []
    job.begin(call, done.append, pytest.fail)
    job.begin(call, done.append, pytest.fail)
    go_on.set()
    qtbot.waitUntil(lambda: done == [1])
    assert begun == [1]


def test_a_stopped_call_ends_at_its_next_word_and_answers_nothing(job: Job, qtbot: QtBot) -> None:
    go_on = threading.Event()

    def call(progress: Progress) -> int:
        assert go_on.wait(10)
        progress(1, 2)
        return 1

    with qtbot.waitSignal(job.stopped):
        job.begin(call, pytest.fail, pytest.fail)
        job.stop()
        go_on.set()
    assert not job.is_running


def test_trouble_is_a_sentence_and_ends_the_job(job: Job, qtbot: QtBot) -> None:
    def call(progress: Progress) -> int:
        raise Trouble("The disk is full. Make room.")

    said: list[str] = []
    job.begin(call, pytest.fail, said.append)
    qtbot.waitUntil(lambda: said == ["The disk is full. Make room."])
    assert not job.is_running


def test_a_bug_is_raised_on_the_ui_thread_and_ends_the_job(job: Job, qtbot: QtBot) -> None:
    def call(progress: Progress) -> int:
        raise ZeroDivisionError

    with qtbot.capture_exceptions() as bugs:
        job.begin(call, pytest.fail, pytest.fail)
        qtbot.waitUntil(lambda: bool(bugs))
    assert bugs[0][0] is ZeroDivisionError
    assert not job.is_running


def test_words_on_how_far_it_is_are_few_and_the_last_one_is_told(job: Job, qtbot: QtBot) -> None:
    heard: list[tuple[int, int]] = []
    job.progressed.connect(lambda done, total: heard.append((done, total)))

    def call(progress: Progress) -> int:
        for done in range(1001):
            progress(done, 1000)
        return 1

    ended: list[int] = []
    job.begin(call, ended.append, pytest.fail)
    qtbot.waitUntil(lambda: ended == [1])
    assert heard[-1] == (1000, 1000)
    assert len(heard) < 50
