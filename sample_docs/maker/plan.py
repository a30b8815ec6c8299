"""The set that is checked in: which documents, in which look, with which flaw (words/plan.yaml)."""

from typing import Any, NamedTuple

from maker.words import load

PARTS = ("head", "meta", "table", "totals", "buyer", "foot")


class Plan(NamedTuple):
    """A document to make; `look` fixes choices of its look, the rest is drawn from the seed."""

    name: str
    kind: str
    country: str
    seed: int = 1
    defect: str = ""
    lines: int = 0
    small: bool = True
    look: dict[str, str] = {}
    sort: str = ""
    """Which of the layouts of its kind."""
    scan: str = ""
    profile: str = ""
    """Of the XML inside."""
    differs: str = ""
    """What in the XML is not as on the page."""


def _plan(row: dict[str, Any]) -> Plan:
    look = dict(zip(PARTS, row.pop("look", "").split(), strict=False))
    if "family" in row:
        look["family"] = row.pop("family")
    return Plan(look=look, **row)


_HELD = load("plan")
BORN_DIGITAL = [_plan(row) for row in _HELD["born_digital"]]
SCANS = [_plan(row) for row in _HELD["scans"]]
EINVOICES = [_plan(row) for row in _HELD["einvoices"]]
