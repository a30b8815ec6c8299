"""Carries a log to the shared database, stretch by stretch, and notices when the two disagree."""

from collections.abc import Callable

from countersign.audit.record import digest
from countersign.domain.errors import Trouble
from countersign.store.shipping import Acknowledged, Shipping
from countersign.sync.mirror import Answer, Mirror

AT_ONCE = 500
"""Records in a stretch."""

Progress = Callable[[int, int], None]


def push(
    source: Shipping, mirror: Mirror, acknowledged: Acknowledged | None, progress: Progress
) -> Acknowledged:
    """Bring the mirror up to this log's end and return its receipt.

    `acknowledged` is the receipt of the last time. Raises Trouble when the mirror has another history, has
    lost what it acknowledged, or cannot be reached; what it took until then stays taken.
    """
    total = source.head()
    there = mirror.head(source.log)
    _compare(there, acknowledged, total)
    if there.size and there.head != digest(source.stretch(there.size - 1, 1).records[0]):
        raise _fork(source, mirror, there.size)
    at = there.size
    while at < total:
        stretch = source.stretch(at, AT_ONCE)
        answer, there = mirror.push(source.log, stretch)
        if answer not in (Answer.TAKEN, Answer.KNOWN):
            raise _fork(source, mirror, at) if answer is Answer.DIFFERS else _trouble(answer)
        at += len(stretch.records)
        if answer is Answer.TAKEN and there != Acknowledged(size=at, head=digest(stretch.records[-1])):
            raise Trouble(
                "The shared database acknowledged another record than it was sent. Keep both as they are, "
                "and tell an auditor."
            )
        progress(at, total)
    return there


def _compare(there: Acknowledged, acknowledged: Acknowledged | None, total: int) -> None:
    """Hold what the mirror has against its last receipt and against this log."""
    if acknowledged is not None and there.size < acknowledged.size:
        raise Trouble(
            f"The shared database has {there.size:,} records of this log, where it acknowledged "
            f"{acknowledged.size:,}: records were deleted there. Keep it as it is, and tell an auditor."
        )
    if there.size > total:
        raise Trouble(
            f"The shared database has {there.size:,} records of this log and this desk only {total:,}: an "
            "older copy was put back here, or a copy of this desk is at work elsewhere. Stop using this "
            "folder, and tell an auditor."
        )


def _fork(source: Shipping, mirror: Mirror, at: int) -> Trouble:
    """Look back for the place where the two histories part, so that the server sees and keeps both."""
    step = 1
    while at > 0:
        at = max(0, at - step)
        answer, _ = mirror.push(source.log, source.stretch(at, AT_ONCE))
        if answer is not Answer.DIFFERS:
            return _trouble(answer)
        step = min(2 * step, AT_ONCE // 2)
    return _trouble(Answer.FORK)


def _trouble(answer: Answer) -> Trouble:
    if answer is Answer.LOST:
        return Trouble(
            "Records are missing from the shared database in the middle of this log: someone deleted them. "
            "Keep it as it is, and tell an auditor."
        )
    if answer is Answer.GAP:
        return Trouble("Another process is carrying this log to the shared database. Try again in a moment.")
    return Trouble(
        "The shared database has another history under the name of this log. It keeps both and takes no more "
        "from either: a copy of this desk is at work, or one of the two was changed. Tell an auditor."
    )
