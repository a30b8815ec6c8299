"""How far the records of one case are proven: checked, signed, and seen by outsiders."""

from datetime import datetime

from countersign.domain.base import Frozen


class Seen(Frozen):
    """An outside party that vouched for a head of the log which covers the case."""

    by: str
    at: datetime
    size: int
    """Records under that head."""


class CaseProof(Frozen):
    """How far the records of a case are proven."""

    log: str
    size: int
    """Records in the whole log, as this was looked at."""
    records: tuple[int, ...]
    """Their numbers."""
    checkpoint: int | None = None
    """Size of the first signed checkpoint over all of them; None while the newest wait for one."""
    signed_by_person: tuple[int, ...] = ()
    """Records that bear a person's own signature."""
    signed_by_agents: tuple[str, ...] = ()
    """Agents whose records of the case bear their signature, as a line on a checkpoint or on each record."""
    witnessed: Seen | None = None
    """The first known witness of a head that covers all of them; its signature was checked for this."""
    has_witness: bool = False
    """Whether this desk has any witness."""
    stamped: Seen | None = None
    """The first time stamp of a head that covers all of them, as kept; its signature was not checked."""
    flaw: str | None = None
    """The first thing that is wrong, as a sentence that names the record; None when all of it holds."""
