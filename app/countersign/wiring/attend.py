"""Keeps agents at work on a machine without a window, and says why where they cannot be kept at it."""

import os
import shutil
import threading
from functools import partial

from countersign.domain.errors import Trouble
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring.enrolment import cards_of
from countersign.wiring.rules import activate, policy_of
from countersign.wiring.supervise import WORKER_ERRORS, Supervisor, is_served, start_worker

TRIES = 4
"""Deaths of the worker in a row after which nobody waits for it any longer."""
LITTLE_ROOM = 1_000_000
LOOK_EVERY = 0.2


def attend(home: Home, stop: threading.Event) -> None:
    """Keep the agents of a home at work until told to stop; blocks.

    They work in a process of their own, so that an order to stop can cut them off whatever they are at, and
    the next one begins what may be begun. Raises Trouble when another worker serves the home, or none lives.
    """
    home.prepare()
    if is_served(home):
        raise Trouble(f"Agents are at work on {home.root} already. Let them, or end that worker first.")
    words = catalogue.load(home)
    policy = policy_of(home, words)
    with open_store(home, agents=cards_of(home, asked=()), words=words) as store:
        activate(policy, store)
        root = store.keys.root
    said_before = said_by_workers(home)
    worker = Supervisor(home, partial(start_worker, root=root))
    try:
        while not stop.wait(LOOK_EVERY):
            if worker.deaths >= TRIES:
                raise Trouble(why_nobody_works(home, said_before))
    finally:
        worker.close()


def said_by_workers(home: Home) -> int:
    """Return how many bytes of errors workers have written."""
    errors = home.logs / WORKER_ERRORS
    return errors.stat().st_size if errors.exists() else 0


def why_nobody_works(home: Home, said_before: int) -> str:
    """Say why no worker lives: the disk is full, or what the last one said at its end."""
    if shutil.disk_usage(home.root).free < LITTLE_ROOM:
        return f"The disk is full, so the agents stopped. Make room beside {home.database} and try again."
    with (home.logs / WORKER_ERRORS).open("rb") as errors:
        is_cut = errors.seek(0, os.SEEK_END) < said_before  # the file is kept from growing without end
        errors.seek(0 if is_cut else said_before)
        said = errors.read().decode("utf-8", "replace").splitlines()
    if said and said[-1].startswith("countersign: "):
        return f"The agents stopped. {said[-1].removeprefix('countersign: ')}"
    return "The agents cannot be kept at work. `countersign worker` says why; what was taken in is safe."
