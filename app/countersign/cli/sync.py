"""`sync`: the log carried to a shared database, or checked there."""

from countersign.cli.progress import counted
from countersign.cli.tables import console, table
from countersign.cli.terminal import complain, emit
from countersign.settings.home import Home
from countersign.wiring import sync as job


def prepare(url: str, as_json: bool) -> int:
    """Make a shared database ready to take logs."""
    job.prepare(url)
    if as_json:
        emit({"prepared": True})
    else:
        console().print(
            "The database takes logs now. Give the accounts of desks the role countersign_desk, and those of "
            "auditors countersign_auditor."
        )
    return 0


def run(home: Home, url: str, as_json: bool) -> int:
    """Carry the log there; return 1 when another desk decided the same documents."""
    with counted("syncing", as_json) as progress:
        done = job.sync(home, url, progress)
    if as_json:
        emit({"sent": done.sent, "records": done.records, "twice": [d._asdict() for d in done.decided_twice]})
    else:
        console().print(f"{done.sent:,} records sent; the shared database has all {done.records:,}.")
        if done.decided_twice:
            rows = ((d.sha256[:12], d.kind, d.person, d.at, d.log[:12], d.case) for d in done.decided_twice)
            console().print(table(("document", "decision", "by", "at", "desk", "case"), rows))
    if done.decided_twice:
        complain(
            "Two desks decided the same documents. Both decisions stand on their records; settle which holds."
        )
        return 1
    return 0


def check(home: Home, url: str, as_json: bool) -> int:
    """Check the log there; return 1 when something is wrong."""
    found = job.check(home, url)
    if as_json:
        emit(found)
    elif found.flaw is None:
        console().print(
            f"The shared database holds {found.records:,} records of this log, whole and as signed; "
            f"{found.unsigned:,} at the end wait for a checkpoint."
        )
    if found.flaw is None:
        return 0
    complain(f"The shared database's copy of this log is damaged. {found.flaw} Keep it, and tell an auditor.")
    return 1
