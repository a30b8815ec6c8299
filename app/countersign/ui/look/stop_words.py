"""Every English sentence about stopping agents and letting them go on."""

from countersign.domain.event import How, Scope

KEYS = "Ctrl+Shift+X"
RESUME_KEYS = "Ctrl+Shift+G"
STOP = "Stop"
STOPPED = "Stopped"
STOP_AGENTS = "Stop agents"
STOP_TIP = "Stop all agents, one agent or one class"
TITLE = "Stop agents"
ABOUT = (
    "Their cases go back to the queue and nothing is lost. What is stopped stays stopped, after a restart "
    "too, until somebody lets it go on."
)
REACH = "What to stop"
ALL = "All agents"
REASON = "Why"
REASON_HINT = "It stays on the record for good, so it names no one."
LONGEST_REASON = 200
KILL = "Cut off at once"
PAUSE = "Let steps end"

RESUME = "Resume"
RESUME_TITLE = "Let agents go on"
RESUME_ABOUT = "Cases that waited are taken from where their steps were recorded; nothing is done twice."
RESUME_LIST = "What is stopped"
RESUME_GO = "Let them go on"
RESUME_DONE = "They go on."
NOTHING_STOPPED = "Nothing is stopped."
NOT_YOURS = "Only a team lead, an agent owner or an administrator may let agents go on."
BY_FILE = "It goes on when the administrator's file is taken away."
NO_ANSWER = (
    "The order is on the record and holds, but the agents' process does not answer. End it; when it starts "
    "again it obeys."
)
SHEET = ((KEYS, "Stop agents, from anywhere"), (RESUME_KEYS, "Let agents go on"))
"""Keys that every screen has."""
HOW = {How.KILL: "cut off", How.PAUSE: "steps under way end"}


def what(scope: Scope, name: str) -> str:
    """Name what is stopped, to begin a line with; a class comes with its label."""
    return ALL if scope is Scope.ALL else name


def agent_row(name: str, keys: str) -> str:
    """Name an agent in the list of what can be stopped."""
    return f"Agent  {name}{f'   ({keys})' if keys else ''}"


def class_row(label: str, keys: str) -> str:
    """Name a class in the list of what can be stopped."""
    return f"Class  {label}{f'   ({keys})' if keys else ''}"


def keys_hint(how: How) -> str:
    """Say which keys do what, given what Enter does."""
    acts = ("cuts off at once", "lets steps end")
    enter, other = acts if how is How.KILL else acts[::-1]
    return f"Enter {enter}, Ctrl+Enter {other}. Ctrl+1 … chooses an agent, Alt+1 … a class, Ctrl+0 all."


def already(by: str, reason: str) -> str:
    """Say that it is stopped already."""
    return f"{by} has stopped this already: {reason}"


def strip(what: str, how: How, *, by: str, reason: str, since: str, more: int) -> str:
    """Say what is stopped, by whom, why and since when."""
    others = f"  ·  and {more} more" if more else ""
    return f"Stopped: {what}, {HOW[how]}  ·  {by}  ·  {since}  ·  {reason}{others}"


def order_row(what: str, by: str, since: str, reason: str) -> str:
    """Say in the list of what is stopped which order it is."""
    return f"{what}  ·  {by}, {since}: {reason}"


def done(what: str, seconds: float) -> str:
    """Say that an order was obeyed."""
    return f"Stopped {what}: nothing runs any more, after {seconds:.2f} s. The cases wait in their queue."
