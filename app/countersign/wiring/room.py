"""The room that agents work in: record, library, page children, staff, policy and engine of one desk."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic

from countersign.documents.pool import Pages
from countersign.domain.event import Scope
from countersign.domain.orders import NOTHING_HELD, Reach
from countersign.intake.take import Intake
from countersign.intake.watch import Watch
from countersign.settings import catalogue, limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.root import Root
from countersign.wiring.anchors import keep_anchored
from countersign.wiring.engine import configuration
from countersign.wiring.enrolment import Roll, cards_of, let_in
from countersign.wiring.models import asking_of
from countersign.wiring.new_classes import NewClasses
from countersign.wiring.orders import LOOK_EVERY, Orderbook
from countersign.wiring.plans import plans_of
from countersign.wiring.rules import Rulebook, activate, policy_of
from countersign.wiring.staff import EnrolledStaff
from countersign.wiring.supervise import CUT_OFF
from countersign.wiring.teacher import Teacher
from countersign.wiring.working import Notice
from countersign.workflow.budgets import Purse
from countersign.workflow.engine import Engine
from countersign.workflow.gate import Doorway
from countersign.workflow.run import CaseRun
from countersign.workflow.seats import Seats

logger = logging.getLogger(__name__)

TEND_EVERY = 0.5
"""Seconds between looks for steps that hang."""

PAUSE_PATIENCE = 0.2
"""Seconds that steps under way have to end by themselves when work is paused; then they are cut off."""


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
            self._asking = asking_of(home)
            staff = cards_of(home, self._asking.cards)
            self.store = open_store(home, agents=staff, words=words, root=root)
            undo.callback(self.store.close)
            activate(policy, self.store)
            let_in(self.store, staff, policy)
            self._plans = plans_of(self.store)
            self._orders = Orderbook(home, self.store)
            self._teacher = Teacher(home, self.store, words, self.pages)
            undo.pop_all()
        self._words = words
        rules = Rulebook(policy, self.store, words)
        purse = Purse(
            self.store, self.store, rules.budget, self.store.system("workflow"), most=self._asking.most
        )
        self._gate = Doorway(self._orders, Roll(self.store, staff, rules), Seats(rules.at_once), purse)
        self._notice = Notice(home, self._gate.under_way, lambda: self._orders().latest)
        self._readers = ThreadPoolExecutor(cores, thread_name_prefix="ocr")
        self._side_by_side = ThreadPoolExecutor(4 * cores, thread_name_prefix="agent")
        self.new_classes = NewClasses(home, words, rules)
        steps = CaseRun(
            ledger=self.store,
            cases=self.store,
            library=self.store.library,
            pages=self.pages,
            staff=EnrolledStaff(self.store.agent, words, self._teacher, self._asking.under(rules)),
            catalogue=words,
            policy=rules,
            plans=self._plans,
            gate=self._gate,
            system=self.store.system,
            readers=self._readers,
            side_by_side=self._side_by_side,
        )
        self.engine = Engine(configuration(home.engine), steps, places=3 * cores)
        self._intake = Intake(self.store.library, self.store, bounds, self.store.system("intake"))

    def held(self) -> Reach:
        """Return which cases no step can be taken on, because orders to stop stand."""
        orders = self._orders()
        if not orders.standing:
            return NOTHING_HELD
        return orders.reach({klass: self._plans.needed(klass) for klass in (None, *self._words.classes)})

    def obey(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """See to it that orders to stop hold within a moment, until told to stop; blocks.

        What is under way against an order has a moment to end by itself, none where it is to be killed. Then
        this process ends with all its children, as any kill would end it: the record knows where each case
        stands, and the next process begins what may be begun.
        """

        def ordered() -> None:
            changed()
            patience = monotonic() + PAUSE_PATIENCE
            while self._gate.stopped() and not self._gate.killed() and monotonic() < patience:
                stop.wait(LOOK_EVERY)
            if self._gate.stopped():
                self.pages.close()
                os._exit(CUT_OFF)
            self._notice.write()

        threading.Thread(target=self._notice.keep, args=(stop,), name="notice", daemon=True).start()
        self._orders.watch(stop, ordered)

    def hangs(self) -> bool:
        """Tell whether a step goes on although its time is over; its case is with a person by then."""
        return self._gate.hangs()

    def tend(self, stop: threading.Event, retire: Callable[[], None]) -> None:
        """See to it that a step which hangs holds no place for ever: then this process is to end; blocks."""
        while not stop.wait(TEND_EVERY):
            if self.hangs():
                logger.error("a step hangs; the agents' process ends, and another one goes on")
                retire()
                return

    def watch(self, stop: threading.Event) -> None:
        """Take in what is dropped into the inbox, until told to stop; blocks."""
        Watch(self.home.inbox, self._intake, on_item=lambda _: None, on_trouble=logger.warning).run(stop)

    def learn(self, stop: threading.Event) -> None:
        """Learn from what people approve, until told to stop; blocks."""
        self._teacher.work(stop, lambda: not self._orders().find(Scope.ALL))

    def anchor(self, stop: threading.Event) -> None:
        """Show new heads of the log to the witnesses configured, until told to stop; blocks."""
        keep_anchored(self.home, stop)

    async def close(self) -> None:
        """Let everything go."""
        self._asking.close()
        await self.engine.close()
        self.pages.close()
        self._readers.shutdown()
        self._side_by_side.shutdown()
        self.store.close()
