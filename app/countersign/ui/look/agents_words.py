"""Every English sentence of the screen of the agents."""

from countersign.domain.agents_seen import Bucket, Sign, What
from countersign.domain.plan import Layer

AGENTS = "Agents"
KEYS = "Ctrl+G"
GO_BACK = "Back (Esc)"
LIST = "Agents and what they do"
TAB_AGENTS = "Agents"
TAB_PLANS = "How cases are worked on"
PAUSE = "Pause…"
KILL = "Kill…"
RESUME = "Resume…"
SHEET = "Review sheet…"
EMPTY = "No agents to show yet"
EMPTY_HINT = "The registry is being read. If this stays, the line at the foot says why."
KEYS_AGENTS = (
    ("Up / Down", "Choose an agent"),
    ("Alt+1 / Alt+2", "Agents / how cases are worked on"),
    ("P / K / G", "Pause, kill, or let the agent go on"),
    ("S", "Review sheet of the agent"),
    ("Enter", "Open the case it works on"),
    ("Page up / Page down", "Scroll"),
    ("Esc", "Back"),
    ("Ctrl+Shift+D", "Light or dark"),
    ("?", "This sheet"),
)

# -- how an agent stands ----------------------------------------------------------------------------------
WORKING = "Working"
IDLE = "Idle"
STOPPED = "Stopped"
STOPPING = "Stopping"
OVER_BUDGET = "Budget used up"
OFF = "Not running"
NOT_CONFIGURED = "Not configured"
BARRED = "May not work"

# -- figures of the day -----------------------------------------------------------------------------------
STEPS, DOCUMENTS, TO_PEOPLE, FAILED, MEDIAN = "Steps", "Documents", "To people", "Failed", "Median step"
NOTHING_TODAY = "nothing today"
NONE = "–"

# -- panels -----------------------------------------------------------------------------------------------
NOW = "Now"
NOW_NOTHING = "It works on nothing."
NOW_OFF = (
    "No process for agents runs on this desk. It is started with the desk; `countersign doctor` says more."
)
NOT_CLASSIFIED = "not classified yet"
MEASURED = "Measured by"
MEASURED_ABOUT = "The north star is what it is for; the guardrails must not give way for it."
MEASURED_NOTHING = "The registry names no metric for it."
NORTH_STAR, GUARDRAIL = "North star", "Guardrail"
NOT_MEASURED = "not measured yet"
MET, MISSED = "met", "missed"
BUDGET = "Budget and spend today"
BUDGET_ABOUT = "A step that could spend more than is left does not begin; its case goes to a person."
BUDGET_NOTHING = "No budget bounds it, and nothing was spent today."
OUTCOMES = "Its cases today"
OUTCOMES_NOTHING = "No case of today has a step of this agent yet."
REASONS = "To people for"
SIGNALS = "To look at"
SIGNALS_NOTHING = "Nothing. Budgets, failures and drift are watched."
WHO = "Who it is"
OWNER, STEWARD, TIER = "Owner", "Steward", "Tier"
TOOLS, CLASSES, VERSION, MODEL = "Tools", "Classes", "Version", "Model"
DIGEST, KEY, POLICY = "Content hash", "Signing key", "Policy"
NO_TOOLS = "none; it reads and answers"
ALL_CLASSES = "all"
NO_POLICY = "none is active"
TO_CONFIGURE = "To do"
VERSIONS = "Versions"
VERSIONS_ABOUT = "Each is an identity of its own, with its own key, admitted by what it did on frozen cases."
VERSIONS_NOTHING = "It was never enrolled, so it has never worked."
NOT_EVALUATED = "no evaluation is on the record"
IN_FORCE = "in force"
BY_HOUR = "Steps by hour today"

TIERS = {
    0: "reads only",
    1: "writes what can be undone",
    2: "what leaves the house",
    3: "money",
    4: "keys, people, erasure",
}
WHATS = {
    What.MONEY: "Money a day",
    What.TOKENS: "Tokens a day",
    What.SECONDS: "Time a day",
    What.DOCUMENTS: "Documents a day",
    What.CASE_STEPS: "Steps a case",
    What.CASE_TOKENS: "Tokens a case",
    What.CASE_SECONDS: "Time a document",
}
BUCKETS = {
    Bucket.MODELS: "Models",
    Bucket.TOOLING: "Tooling",
    Bucket.PEOPLE: "People's minutes",
}
SIGNS = {
    Sign.BUDGET: "Budget",
    Sign.FAILURES: "Failures",
    Sign.LOOP: "Loop",
    Sign.STALLED: "Stall",
    Sign.INPUTS_DRIFT: "Drift of inputs",
    Sign.CONFIDENCE_DRIFT: "Drift of confidence",
    Sign.CORRECTIONS: "Corrections",
    Sign.METRIC: "Target missed",
}
ROUTES = {
    "straight_through": "Straight through",
    "escalate": "To a person",
    "refuse": "Refused",
    "undecided": "Not decided yet",
}

# -- plans ------------------------------------------------------------------------------------------------
PLANS_ABOUT = (
    "Steps that stand below each other run side by side. People decide, agents execute, systems record. "
    "A plan is changed on the command line and by a second person; cases under way finish on theirs."
)
PLANS_EMPTY = "No plan is active yet"
PLANS_HINT = "Plans become active when the agents start for the first time. Start the desk with its agents."
LAYERS = {Layer.DECIDE: "decide", Layer.EXECUTE: "execute", Layer.RECORD: "record"}
WHO_KINDS = {"agent": "Agent", "person": "Person", "system": "System"}

# -- the review sheet -------------------------------------------------------------------------------------
SHEET_TITLE = "Review sheet"
PERIOD = "Period"
PERIODS = ("Last 7 days", "Last 30 days", "This month", "Last month", "Today")
SAVE = "Save…"
SAVE_KEYS = "Ctrl+S"
SAVE_FILES = "PDF (*.pdf);;Text (*.txt)"
MAKING = "The sheet is being made from the record…"


def working(count: int, case: str, klass: str) -> str:
    """Say what it works on."""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{WORKING}: {klass} {case}{more}"


def figures(*, steps: str, documents: str, to_people: str, failed: str, median: str) -> str:
    """Say in one line what it did today; that nothing failed goes without saying."""
    shown = (f"{steps} steps", f"{documents} docs", f"{to_people} to people")
    return " · ".join((*shown, *((f"{failed} failed",) if failed else ()), median))


def tightest(what: str, share: str) -> str:
    """Say of which budget most is used."""
    return f"{share} of {what[0].lower()}{what[1:]}"


def used(used: str, limit: str, share: str) -> str:
    """Say how much of a budget is used."""
    return f"{used} of {limit} ({share})"


def looked_at(count: int) -> str:
    """Say how many signals there are."""
    return f"{count} to look at"


def headline(agents: int, working: int, stopped: int) -> str:
    """Say how the agents stand."""
    parts = [f"{agents} agents", f"{working} at work"]
    return " · ".join((*parts, f"{stopped} stopped") if stopped else parts)


def step(step: str, klass: str, age: str) -> str:
    """Say which step it takes of what, and since when."""
    return f"{step.replace('_', ' ')}, {klass}, for {age}"


def metric(value: str, target: str, met: str, *, more_is_better: bool) -> str:
    """Say a metric's figure, what it should be, and whether it is."""
    aim = f"at {'least' if more_is_better else 'most'} {target}" if target else ""
    return " · ".join(part for part in (value, aim, met) if part)


def measured_over(role: str, about: str, sample: int, since: str) -> str:
    """Say what part a metric plays, what it means, and over how many of what it was measured."""
    told = f"{role}. {about}"
    return f"{told} Over {sample:,} since {since}." if sample and since else told


def spent(time: str, tokens: str, money: str) -> str:
    """Say what was spent in a bucket."""
    return (
        ", ".join(part for part in (time, f"{tokens} tokens" if tokens else "", money) if part) or "nothing"
    )


def tier(number: int) -> str:
    """Say which risk tier it is."""
    return f"{number}, {TIERS[number]}" if number in TIERS else str(number)


def enrolled(when: str, until: str) -> str:
    """Say from when to when a version worked."""
    return f"{when} to {until}" if until else f"{IN_FORCE} since {when}"


def evaluated(value: str, before: str, documents: int, *, is_admitted: bool) -> str:
    """Say how a version did on a set of frozen cases."""
    after = "" if not before else " as before," if before == value else f" after {before}"
    verdict = "" if is_admitted else ", not admitted"
    return f"{value}{after} of {documents:,}{verdict}"


def halted(by: str, since: str, reason: str) -> str:
    """Say who stopped it, since when and why."""
    return f"{by} has stopped it, {since}: {reason}"


def version_name(version: str) -> str:
    """Name a version."""
    return f"Version {version}"


def sheet_of(agent: str) -> str:
    """Name the sheet of an agent."""
    return f"{SHEET_TITLE} of {agent}"


def sheet_head(first: str, last: str, made: str) -> str:
    """Say which days the sheet is about and when it was made; days are those of UTC."""
    return f"{first} to {last}, made {made}" if first != last else f"{first}, made {made}"


def saved(file: str) -> str:
    """Say where the sheet lies."""
    return f"The review sheet is saved as {file}."


def plan_version(name: str, digest: str) -> str:
    """Name a plan."""
    return f"plan {name}, {digest}…"
