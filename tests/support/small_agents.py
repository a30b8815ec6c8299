"""What `StopPort` and `AgentsPort` promise, in memory: orders, agents at work, figures of a day."""

import threading
from datetime import timedelta
from pathlib import Path

from countersign.domain import agents_seen as seen
from countersign.domain.agents_seen import (
    AgentDay,
    AgentFile,
    AgentVersion,
    AtWork,
    Bucket,
    BudgetUse,
    ClassPlan,
    Count,
    Day,
    Evaluated,
    Governed,
    Live,
    Metric,
    Period,
    ReviewSheet,
    SheetPart,
    SheetRow,
    Sign,
    Spend,
    Unit,
    What,
)
from countersign.domain.errors import Trouble
from countersign.domain.event import How, Scope
from countersign.domain.orders import Order, Orders
from countersign.domain.plan import Layer, Plan, Step
from countersign.domain.time import now

AGENTS = ("classifier.local", "reader.local", "checker.arithmetic", "reader.llm")


class SmallStop:
    """A stop button without a process behind it: what it stops is stopped at once."""

    def __init__(self) -> None:
        self.agents = AGENTS
        self.steps: tuple[AtWork, ...] = ()
        self.standing: dict[tuple[Scope, str], Order] = {}
        self.is_served = True
        self.may_resume = True
        self.seconds: float | None = 0.08
        self.trouble: str | None = None
        self.asked = 0
        self.go_on = threading.Event()
        """Acts wait for it; set unless a test clears it."""
        self.go_on.set()

    def live(self) -> Live:
        self.asked += 1
        orders = Orders(standing=tuple(self.standing.values()))
        steps = tuple(step for step in self.steps if orders.against(step.agent, step.klass) is None)
        return Live(is_served=self.is_served, steps=steps, orders=orders, may_resume=self.may_resume)

    def stop(self, scope: Scope, name: str, how: How, reason: str, *, by_file: bool = False) -> Order:
        self.go_on.wait()
        if self.trouble is not None:
            raise Trouble(self.trouble)
        order = Order(
            scope=scope,
            name=name,
            how=how,
            reason=reason,
            by="Petra Sommer",
            at=now(),
            record=len(self.standing) + 900,
            is_by_file=by_file,
        )
        self.standing[scope, name] = order
        return order

    def obeyed(self, order: Order) -> float | None:
        return self.seconds

    def resume(self, scope: Scope, name: str, reason: str) -> None:
        if self.trouble is not None:
            raise Trouble(self.trouble)
        del self.standing[scope, name]

    def work(self, agent: str, case: str, klass: str | None = "invoice", step: str = "read_page") -> None:
        """An agent begins a step."""
        begun = AtWork(agent=agent, case=case, klass=klass, step=step, since=now() - timedelta(seconds=2))
        self.steps = (*self.steps, begun)


class SmallAgents:
    """A registry of four agents, one of which nobody has configured, and what they did today."""

    def __init__(self) -> None:
        self.days: dict[str, AgentDay] = {one.agent: one for one in (_classifier(), _reader())}
        self.asked: list[str] = []
        self.saved: list[Path] = []
        self.trouble: str | None = None
        self.go_on = threading.Event()
        """Reading waits for it; set unless a test clears it."""
        self.go_on.set()

    def files(self) -> tuple[AgentFile, ...]:
        self.go_on.wait()
        self.asked.append("files")
        return (
            _file("classifier.local", "Says what kind of document it is."),
            _file("reader.local", "Reads fields and tables from the words of the page."),
            _file("checker.arithmetic", "Checks sums, identifiers, dates and required fields."),
            AgentFile(
                name="reader.llm",
                purpose="Reads what is still open with a small language model.",
                tier=1,
                owner="role:agent_owner",
                steward="role:model_steward",
                to_configure="Name an endpoint in models.yaml; `countersign models check` tries it.",
            ),
        )

    def today(self) -> Day:
        self.go_on.wait()
        self.asked.append("today")
        if self.trouble is not None:
            raise Trouble(self.trouble)
        return Day(day=now().date(), agents=tuple(self.days.values()))

    def plans(self) -> tuple[ClassPlan, ...]:
        return (
            ClassPlan(klass=None, label="Every case", plan=_plan("arrival", (), ARRIVAL)),
            ClassPlan(klass="invoice", label="Invoice", plan=_plan("invoice", ("invoice",), INVOICE)),
        )

    def sheet(self, agent: str, period: Period) -> ReviewSheet:
        self.asked.append(f"sheet {agent} {period.first} {period.last}")
        if self.trouble is not None:
            raise Trouble(self.trouble)
        return ReviewSheet(
            agent=agent,
            period=period,
            made_at=now(),
            summary="It read 1,204 documents; 97.1 % of its fields stood as it had read them.",
            parts=(
                SheetPart(
                    title="Throughput",
                    rows=(SheetRow(name="Documents", text="1,204"), SheetRow(name="Median", text="38 ms")),
                    days=(3, 5, 8, 13, 2, 0, 4),
                ),
                SheetPart(
                    title="Notable failures",
                    about="Each is a case to look at.",
                    rows=(SheetRow(name="Loop", text="<b>three rounds</b>", case="case-0003"),),
                ),
                SheetPart(
                    title="Quality", rows=(SheetRow(name="Corrections", text="2.9 %", is_missed=True),)
                ),
            ),
        )

    def save_sheet(self, agent: str, period: Period, file: Path) -> None:
        if not file.parent.is_dir():
            raise Trouble(f"There is no folder {file.parent}. Choose another.")
        file.write_bytes(b"%PDF-")
        self.saved.append(file)


ARRIVAL = (
    Step(step="open", layer=Layer.RECORD, by="system:documents"),
    Step(step="classify", layer=Layer.EXECUTE, by="agent:classifier.local", after=("open",)),
)
INVOICE = (
    Step(step="read_page", layer=Layer.EXECUTE, by="agent:reader.local"),
    Step(step="check", layer=Layer.EXECUTE, by="agent:checker.arithmetic", after=("read_page",)),
    Step(step="match", layer=Layer.DECIDE, by="person:processor", after=("read_page",)),
    Step(step="decide", layer=Layer.RECORD, by="system:policy", after=("check", "match")),
)


def _plan(name: str, classes: tuple[str, ...], steps: tuple[Step, ...]) -> Plan:
    return Plan(name=name, digest="5e" * 32, text="", classes=classes, steps=steps)


def _file(name: str, purpose: str) -> AgentFile:
    since = now() - timedelta(days=30)
    versions = (
        AgentVersion(
            version="2",
            digest="ab" * 32,
            key="k-2f41",
            enrolled_at=since,
            record=41,
            evaluations=(Evaluated(klass="invoice", documents=120, value=941_000, before=903_000, at=since),),
        ),
        AgentVersion(
            version="1",
            digest="cd" * 32,
            key="k-11aa",
            enrolled_at=since - timedelta(days=60),
            record=3,
            until=since,
        ),
    )
    return AgentFile(
        name=name,
        purpose=purpose,
        tier=1,
        owner="role:agent_owner",
        steward="Omar Haddad",
        classes=("invoice", "claim"),
        policies=(Governed(policy="desk-default", digest="9c" * 32),),
        north_star=Metric(
            name="Fields kept",
            said="Share of what it read that nobody had to change.",
            unit=Unit.SHARE,
            target=950_000,
            value=971_000,
            sample=1204,
            since=since.date(),
        ),
        guardrails=(
            Metric(
                name="Time of a step",
                said="Median of its steps.",
                unit=Unit.MILLISECONDS,
                target=20,
                more_is_better=False,
                value=38,
                sample=1204,
                since=since.date(),
            ),
            Metric(name="Cost of a case", said="Money of a case.", unit=Unit.MONEY, target=20_000),
        ),
        versions=versions,
    )


def _reader() -> AgentDay:
    return AgentDay(
        agent="reader.local",
        steps=1204,
        documents=1204,
        escalations=96,
        failures=3,
        median=38,
        budgets=(
            BudgetUse(what=What.DOCUMENTS, used=17_100, limit=20_000),
            BudgetUse(what=What.CASE_SECONDS, used=4_100, limit=20_000),
        ),
        spend=(
            Spend(bucket=Bucket.MODELS),
            Spend(bucket=Bucket.TOOLING, milliseconds=45_700),
            Spend(bucket=Bucket.PEOPLE, milliseconds=5_400_000),
        ),
        outcomes=(Count(code="straight_through", count=1108), Count(code="escalate", count=96)),
        reasons=(Count(code="below_threshold", count=71), Count(code="field_missing", count=25)),
        by_hour=tuple(120 if 7 <= hour <= 16 else 4 if hour == 17 else 0 for hour in range(24)),
        signals=(
            seen.Signal(
                sign=Sign.BUDGET, said="85 % of its documents a day are used.", at=now(), is_grave=False
            ),
            seen.Signal(sign=Sign.LOOP, said="One case went in circles.", at=now(), is_grave=True),
        ),
    )


def _classifier() -> AgentDay:
    return AgentDay(agent="classifier.local", steps=1204, documents=1204, median=4)
