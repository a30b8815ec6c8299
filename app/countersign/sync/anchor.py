"""Shows the newest head of the log to those outside: witnesses cosign it, authorities stamp its time.

What comes back is checked before it is kept. A witness that knows more of the log than this desk has, or
another history of it, raises the alarm: the log was rolled back or changed, or a copy went on elsewhere.
"""

from datetime import datetime
from enum import StrEnum

from countersign.audit import cosign, timestamp
from countersign.audit.cosign import Known
from countersign.audit.flaw import Flaw
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.store.anchors import AnchorStore, SignedHead
from countersign.sync.post import Reply, post

TRIES = 4
"""How often a witness is asked again when it names another old size, as when several ask it at once."""

_LONGEST_LINES = 16_384
_SIZE_TYPE = "text/x.tlog.size"
_WHAT_TO_DO = "Stop working here, keep this folder and every copy of it as they are, and tell an auditor."


class Outcome(StrEnum):
    """What became of showing a head."""

    ANCHORED = "anchored"
    NOTHING_NEW = "nothing_new"
    """It has seen the newest head already."""
    FAILED = "failed"
    """It will be asked again."""
    ALARM = "alarm"
    """It has seen more of the log than there is here, or another one."""


class Told(Frozen):
    """What a witness or an authority had to say."""

    who: str
    is_witness: bool
    outcome: Outcome
    records: int = 0
    """Of the largest head that it has signed for this desk."""
    at: datetime | None = None
    """When it did, by its own clock."""
    why: str = ""
    """What is wrong, and what to do."""


def ask_witness(store: AnchorStore, url: str, witness: Known, *, even_if_seen: bool = False) -> Told:
    """Have a witness cosign the newest head, and keep its line; trouble with it is told, not raised.

    A head that it has seen is shown again only `even_if_seen`: that is how a copy of the log that was put
    back, and ends at a head that was witnessed once, is found out before anything is added to it.
    """
    seen, at = store.cosigned(witness)
    try:
        return _Asking(store, url, witness, seen, at).run(even_if_seen)
    except Trouble as error:
        return Told(
            who=witness.name, is_witness=True, outcome=Outcome.FAILED, records=seen, at=at, why=str(error)
        )


class _Asking:
    """One attempt to have a head cosigned, over as many requests as it takes to agree on the old size."""

    def __init__(self, store: AnchorStore, url: str, witness: Known, seen: int, at: datetime | None) -> None:
        self._store = store
        self._url = f"{url.rstrip('/')}/add-checkpoint"
        self._witness = witness
        self._seen = seen
        self._at = at

    def run(self, even_if_seen: bool) -> Told:
        old = self._seen
        for _ in range(TRIES):
            head = self._store.newest()
            if head is None or (head.size == old == self._seen and not even_if_seen):
                return self._tell(Outcome.NOTHING_NEW)
            if old > head.size:
                return self._tell(Outcome.ALARM, self._ahead(old, head))
            proof = self._store.consistency(old, head.size)
            asked = cosign.write_request(old, proof, head.note)
            reply = post(self._url, asked, "text/plain; charset=utf-8", _LONGEST_LINES)
            known = _known_size(reply)
            if known is None or known == old:
                return self._conclude(reply, head, old)
            old = known
        raise Trouble(f"{self._witness.name} names another size each time. It will be asked again.")

    def _conclude(self, reply: Reply, head: SignedHead, old: int) -> Told:
        if reply.status == 200:
            return self._keep(reply, head)
        is_other = reply.status == 422 or (reply.status == 409 and old == head.size)
        if is_other and old:  # of a log that it has never seen, it cannot know another history
            return self._tell(Outcome.ALARM, self._forked(head))
        raise Trouble(_refused(self._witness, reply))

    def _keep(self, reply: Reply, head: SignedHead) -> Told:
        try:
            line, at = cosign.check_lines(head.text, reply.body, self._witness)
        except Flaw as error:
            raise Trouble(
                f"{self._witness.name} answered, but {error}. Check its address and key in anchors.yaml."
            ) from error
        self._store.keep_cosignature(head.size, self._witness.name, line, at)
        outcome = Outcome.NOTHING_NEW if head.size == self._seen else Outcome.ANCHORED
        self._seen, self._at = head.size, at
        return self._tell(outcome)

    def _tell(self, outcome: Outcome, why: str = "") -> Told:
        return Told(
            who=self._witness.name,
            is_witness=True,
            outcome=outcome,
            records=self._seen,
            at=self._at,
            why=why,
        )

    def _ahead(self, known: int, head: SignedHead) -> str:
        return (
            f"{self._witness.name} has seen {known:,} records of this log, and there are {head.size:,} here: "
            f"an older copy was put back, or a copy went on elsewhere. {_WHAT_TO_DO}"
        )

    def _forked(self, head: SignedHead) -> str:
        return (
            f"{self._witness.name} has seen another history of this log than the {head.size:,} records here: "
            f"they were changed, or a copy went on elsewhere. {_WHAT_TO_DO}"
        )


def _known_size(reply: Reply) -> int | None:
    """Read the size that a witness says it has seen; None when it does not say one."""
    text = reply.body.strip()
    is_size = reply.content_type.partition(";")[0].strip() == _SIZE_TYPE
    if reply.status != 409 or not is_size or not text.isdigit() or len(text) > 16:
        return None
    return int(text)


def _refused(witness: Known, reply: Reply) -> str:
    match reply.status:
        case 403:
            return (
                f"{witness.name} knows this log under another key. Give its keeper the line that "
                "`countersign anchor key` prints."
            )
        case 404:
            return (
                f"{witness.name} does not know this log yet. Give its keeper the line that "
                "`countersign anchor key` prints."
            )
        case status:
            said = "".join(sign if sign.isprintable() else " " for sign in reply.body[:200].decode("latin-1"))
            return f"{witness.name} refuses with status {status} ({said.strip()}). It will be asked again."


def ask_authority(store: AnchorStore, name: str, url: str, certificates: bytes) -> Told:
    """Have an authority stamp the newest head, and keep the stamp; trouble with it is told, not raised."""
    seen, at = store.stamped(name)
    try:
        head = store.newest()
        if head is None or head.size == seen:
            return Told(who=name, is_witness=False, outcome=Outcome.NOTHING_NEW, records=seen, at=at)
        token, at = _stamp(head, name, url, certificates)
        store.keep_stamp(head.size, name, token, at)
        return Told(who=name, is_witness=False, outcome=Outcome.ANCHORED, records=head.size, at=at)
    except Trouble as error:
        return Told(who=name, is_witness=False, outcome=Outcome.FAILED, records=seen, at=at, why=str(error))


def _stamp(head: SignedHead, name: str, url: str, certificates: bytes) -> tuple[bytes, datetime]:
    question = timestamp.ask(head.text)
    reply = post(url, question.body, "application/timestamp-query", timestamp.LARGEST_ANSWER)
    if reply.status != 200:
        raise Trouble(f"{name} refuses with status {reply.status}. Check its address in anchors.yaml.")
    try:
        return reply.body, timestamp.check(reply.body, head.text, certificates, question.nonce)
    except Flaw as error:
        raise Trouble(
            f"{name} answered, but {error}. Check its address and certificate in anchors.yaml."
        ) from error
