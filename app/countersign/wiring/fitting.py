"""Fits lessons in a process of its own, which gives way to the agents and ends with them."""

import logging
import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from countersign.domain.document import Opened
from countersign.domain.klass import ClassDef
from countersign.domain.taught import Taught
from countersign.insight.school import Fitted
from countersign.settings.home import Home

logger = logging.getLogger(__name__)

GENTLENESS = 10
"""How much the process gives way, in steps of niceness."""
LOOK_EVERY = 0.2
"""Seconds between looks whether it is to be stopped."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Task(NamedTuple):
    """Approved cases of a class to be learned from."""

    root: Path
    """Of the desk's home; only opened documents are read there."""
    klass: ClassDef
    taught: tuple[Taught, ...]
    again: dict[str, Opened]
    """Documents that had to be opened again, by SHA-256."""
    current: str | None
    """The file of the lessons in force."""
    remade: bool = False
    """Only fit once more what was admitted before."""


def fit_apart(task: Task, stop: threading.Event) -> Fitted | None:
    """Return what came of it, None when it was stopped or failed."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_fit, args=(there,), name="lessons", daemon=True)
    process.start()
    there.close()
    try:
        here.send(task)
        while not here.poll(LOOK_EVERY):
            if stop.is_set() or not (process.is_alive() or here.poll()):  # it may have answered and ended
                return None
        answer: Fitted | str = here.recv()
    except (EOFError, OSError):
        return None
    finally:
        here.close()
        process.kill()
        process.join()
        process.close()
    if isinstance(answer, str):
        logger.error("lessons of %s could not be fitted: %s", task.klass.name, answer)
        return None
    return answer


def _fit(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it, and ends this process
    for name in ONE_THREAD:
        os.environ[name] = "1"
    if hasattr(os, "nice"):
        os.nice(GENTLENESS)
    task: Task = pipe.recv()
    with suppress(OSError):  # whoever asked is gone
        try:
            pipe.send(fitted(task))
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, MemoryError) as error:
            pipe.send(f"{type(error).__name__}: {error}")


def fitted(task: Task) -> Fitted:
    """Fit, in this process."""
    from countersign.insight import school
    from countersign.store.library import Library

    library = Library(Home(task.root))

    def opener(taught: Taught) -> Opened | None:
        return task.again.get(taught.document) or library.opened(taught.document)

    if task.remade:
        content = school.refit(task.taught, task.klass, opener)
        return Fitted(
            documents=len(task.taught),
            held_back=0,
            f1_before=0,
            f1_after=0,
            is_admitted=True,
            content=content,
        )
    current = school.read(task.current, task.klass)[0] if task.current else None
    return school.fit(task.taught, task.klass, opener, current)
