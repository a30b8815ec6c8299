"""The room that agents work in: record, library, page children, staff, policy and engine of one desk."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from countersign.agents.identities import cards
from countersign.documents.pool import Pages
from countersign.intake.take import Intake
from countersign.intake.watch import Watch
from countersign.settings import catalogue, limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.root import Root
from countersign.wiring.anchors import keep_anchored
from countersign.wiring.engine import configuration
from countersign.wiring.rules import Rulebook, activate, policy_of
from countersign.wiring.staff import EnrolledStaff
from countersign.wiring.teacher import Teacher
from countersign.workflow.engine import Engine
from countersign.workflow.run import CaseRun

logger = logging.getLogger(__name__)


class AgentsRoom:
    """Everything a worker needs; there is one for a home at a time, which the caller's lock sees to."""

    def __init__(self, home: Home, root: Root | None = None) -> None:
        """Open the room, with the root secret of the keys where it was handed over; raises Trouble."""
        self.home = home
        words = catalogue.load(home)
        bounds, policy = limits.load(home), policy_of(home, words)
        cores = os.cpu_count() or 1
        with ExitStack() as undo:
            self.pages = Pages(cores, bounds)
            undo.callback(self.pages.close)
            self.pages.warm()  # first of all, because children take as long to start as all the rest
            self.store = open_store(home, agents=cards(), words=words, root=root)
            undo.callback(self.store.close)
            activate(policy, self.store)
            self._teacher = Teacher(home, self.store, words, self.pages)
            undo.pop_all()
        self._readers = ThreadPoolExecutor(cores, thread_name_prefix="ocr")
        steps = CaseRun(
            ledger=self.store,
            cases=self.store,
            library=self.store.library,
            pages=self.pages,
            staff=EnrolledStaff(self.store.agent, words, self._teacher),
            catalogue=words,
            policy=Rulebook(policy, self.store, words),
            system=self.store.system,
            readers=self._readers,
        )
        self.engine = Engine(configuration(home.engine), steps, places=2 * cores)
        self._intake = Intake(self.store.library, self.store, bounds, self.store.system("intake"))

    def watch(self, stop: threading.Event) -> None:
        """Take in what is dropped into the inbox, until told to stop; blocks."""
        Watch(self.home.inbox, self._intake, on_item=lambda _: None, on_trouble=logger.warning).run(stop)

    def learn(self, stop: threading.Event) -> None:
        """Learn from what people approve, until told to stop; blocks."""
        self._teacher.work(stop)

    def anchor(self, stop: threading.Event) -> None:
        """Show new heads of the log to the witnesses configured, until told to stop; blocks."""
        keep_anchored(self.home, stop)

    async def close(self) -> None:
        """Let everything go."""
        await self.engine.close()
        self.pages.close()
        self._readers.shutdown()
        self.store.close()
