"""What is counted of agents day by day, besides their steps and spend (domain/work.py)."""

from datetime import date

from countersign.domain.base import Frozen


class Tally(Frozen):
    """How often something was so on a day."""

    day: date
    """In UTC."""
    agent: str
    """Empty for the desk as a whole."""
    klass: str | None
    what: str
    """``route:escalate``, ``reason:CODE``, ``escalated``, ``judged``, ``upheld``, ``needless``, ``read``,
    ``kept``, ``corrected``, ``missed``, ``invented``, ``illegible``, ``sure:0`` to ``sure:9``,
    ``found:CODE``, ``failed:CODE``, ``dwell`` (milliseconds), ``hour:00`` …, ``by:agent`` …
    """
    n: int


class Told(Frozen):
    """A case of an agent to look at."""

    day: date
    what: str
    """As a tally says it."""
    case: str
