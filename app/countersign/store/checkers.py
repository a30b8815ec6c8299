"""Checks stretches of a long log at the same time, each in a process of its own.

A process that fails, or is not allowed to start, costs time and nothing else: its stretch comes back
unchecked, and whoever asked checks it himself.
"""

import multiprocessing
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from countersign.audit.stretch import Start, Stretch
from countersign.audit.verify import LogCheck
from countersign.store.keystore import KeyStore
from countersign.store.root import Root
from countersign.store.stretch import Feed, Tell, Wrong


class Task(NamedTuple):
    """A stretch to be checked."""

    start: Start
    until: int | None


class Answer(NamedTuple):
    """A stretch that was checked."""

    stretch: Stretch
    wrong: Wrong | None


class _Checker(NamedTuple):
    process: SpawnProcess
    pipe: Connection


class Checkers:
    """Processes that check; they end with the block, and with this process."""

    def __init__(self, count: int, file: Path, keys: KeyStore) -> None:
        """Start some processes on the database and the keys of a desk."""
        self._whole = 0
        self._done: dict[Connection, int] = {}
        self._at_work: dict[Connection, int] = {}
        self._checkers: dict[Connection, _Checker] = {}
        context = multiprocessing.get_context("spawn")
        for _ in range(count):
            here, there = context.Pipe()
            given = (there, file, keys.folder, keys.root)
            process = context.Process(target=_check, args=given, name="checker", daemon=True)
            try:
                process.start()
            except OSError:
                here.close()
                continue
            finally:
                there.close()
            self._checkers[here] = _Checker(process, here)

    def __enter__(self) -> "Checkers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in list(self._checkers):
            self._end(pipe)

    def run(self, tasks: Sequence[Task], tell: Tell) -> Iterator[Answer | None]:
        """Give the answers in the order of the tasks, None where one could not be had.

        Tells how many records of all tasks are done.
        """
        self._whole = 0
        waiting = list(range(len(tasks)))[::-1]
        answers: dict[int, Answer | None] = {}
        for pipe in list(self._checkers):
            self._give(pipe, tasks, waiting)
        for n in range(len(tasks)):
            while n not in answers and self._at_work:
                self._listen(tasks, waiting, answers)
                tell(self._whole + sum(self._done.values()))
            yield answers.pop(n, None)

    def _give(self, pipe: Connection, tasks: Sequence[Task], waiting: list[int]) -> None:
        self._done.pop(pipe, None)
        self._at_work.pop(pipe, None)
        if not waiting:
            return
        try:
            pipe.send(tasks[waiting[-1]])
        except OSError:
            self._end(pipe)
            return
        self._at_work[pipe] = waiting.pop()

    def _listen(self, tasks: Sequence[Task], waiting: list[int], answers: dict[int, Answer | None]) -> None:
        for ready in wait(list(self._at_work)):
            pipe = next(one for one in self._at_work if one is ready)
            try:
                said = pipe.recv()
            except (EOFError, OSError):
                answers[self._at_work.pop(pipe)] = None
                self._end(pipe)
                continue
            if isinstance(said, int):
                self._done[pipe] = said
                continue
            answers[self._at_work[pipe]] = said
            self._whole += 0 if said is None else said.stretch.end.size - said.stretch.start.size
            self._give(pipe, tasks, waiting)

    def _end(self, pipe: Connection) -> None:
        checker = self._checkers.pop(pipe)
        self._at_work.pop(pipe, None)
        self._done.pop(pipe, None)
        checker.pipe.close()
        checker.process.kill()  # it only reads
        checker.process.join()
        checker.process.close()


def _check(pipe: Connection, file: Path, folder: Path, root: Root) -> None:
    """Check stretches until nobody asks for more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it, and ends this process
    keys = KeyStore(folder, is_new=False, root=root)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        while True:
            try:
                task: Task = pipe.recv()
            except EOFError:
                return
            pipe.send(answer(task, connection, keys, pipe.send))


def answer(task: Task, connection: sqlite3.Connection, keys: KeyStore, tell: Tell) -> Answer | None:
    """Check one stretch, telling how many of its records are done; None when it cannot be."""
    begin = task.start.size
    try:
        check = LogCheck(task.start)
        wrong = Feed(connection, keys, check).run(task.until, lambda size: tell(size - begin))
        return Answer(check.found(), wrong)
    except Exception:  # a start that is none, a damaged page: who asked meets it again, and tells
        return None
