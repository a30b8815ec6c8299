"""One case of a bundle, told from its records: the rows of the tables, and what the report says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.case import CaseFile, Status, unfold
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    CaseApproved,
    CaseRejected,
    DocumentReceived,
    DocumentReceivedAgain,
    Entry,
    Erased,
    HoldLifted,
    HoldPlaced,
    MailTakenApart,
    Signature,
)
from countersign.domain.sealed import ERASED
from countersign.insight.bundle import evidence, openings
from countersign.insight.bundle.evidence import Custody, Evidence, Paper
from countersign.insight.bundle.openings import is_sealed
from countersign.store.decode import entry_of
from countersign.store.snapshot import Disclosed

DISCLOSED = "disclosed"


class Receipt(NamedTuple):
    """A document came in, and this is what became of it."""

    entry: Entry
    sha256: str
    name: str
    media_type: MediaType
    length: int | None
    channel: str
    custody: Custody


class Signed(NamedTuple):
    """A signature of a person on a case."""

    entry: Entry
    signature: Signature
    key: str


@dataclass
class Account:
    """A case with all that is told of it."""

    case: str
    entries: tuple[Entry, ...]
    file: CaseFile | None
    """None for a mail that was taken apart."""
    hidden: str
    """What stands in the place of content that is not disclosed: 'withheld' or 'erased'."""
    receipts: list[Receipt] = field(default_factory=list)
    signed: list[Signed] = field(default_factory=list)
    erased: Entry | None = None
    holds: int = 0

    @property
    def status(self) -> str:
        """Where the case stands."""
        return self.file.status.value if self.file else "mail"

    @property
    def received_at(self) -> datetime:
        """When its first record was made."""
        return self.entries[0].at

    @property
    def decided_by(self) -> str:
        """Who had the last word, empty while nobody had."""
        if self.file is None or not self.file.status.is_settled:
            return ""
        if self.file.status is Status.STRAIGHT_THROUGH:
            return f"policy {self.file.decision.policy}" if self.file.decision else ""
        return self.signed[-1].signature.name if self.signed else ""

    @property
    def is_solely_automated(self) -> bool | None:
        """True when no person decided; None while nothing is decided."""
        if self.file is None or not self.file.status.is_settled:
            return None
        return self.file.status is Status.STRAIGHT_THROUGH

    def shown(self, text: str | None) -> str:
        """Return a text with the word for what is not disclosed in the place of such content."""
        return (text or "").replace(ERASED, f"[{self.hidden}]")

    def state(self, text: str | None) -> str:
        """Say whether a content is disclosed."""
        return "" if text is None else self.hidden if text == ERASED else DISCLOSED


def account_of(records: Sequence[Disclosed], kept: Evidence, *, withholds: bool) -> Account:
    """Tell a case from its records and pack its documents; raises Trouble for what is missing."""
    entries = tuple(entry_of(row.seq, row.bytes, row.openings) for row in records)
    erased = next((entry for entry in reversed(entries) if isinstance(entry.event, Erased)), None)
    if erased is None and not withholds:
        _refuse_missing(records)
    account = Account(
        case=records[0].case or "",
        entries=entries,
        file=unfold(entries),
        hidden=evidence.ERASED if erased else evidence.WITHHELD,
        erased=erased,
    )
    for row, entry in zip(records, entries, strict=True):
        _take(account, row, entry)
    _keep_documents(account, kept)
    return account


def _refuse_missing(records: Sequence[Disclosed]) -> None:
    for row in records:
        if not row.openings and is_sealed(row.bytes):
            raise Trouble(
                f"The sealed content of record {row.seq} is missing, and no erasure is on record. "
                "Run `countersign verify`."
            )


def _take(account: Account, row: Disclosed, entry: Entry) -> None:
    match entry.event:
        case CaseApproved(signature=signature) | CaseRejected(signature=signature):
            account.signed.append(Signed(entry, signature, openings.key_of(row.bytes)))
        case HoldPlaced(signature=signature):
            account.holds += 1
            account.signed.append(Signed(entry, signature, openings.key_of(row.bytes)))
        case HoldLifted(signature=signature):
            account.holds = max(0, account.holds - 1)
            account.signed.append(Signed(entry, signature, openings.key_of(row.bytes)))
        case Erased(signature=Signature() as signature):
            account.signed.append(Signed(entry, signature, openings.key_of(row.bytes)))
        case _:
            pass


def _keep_documents(account: Account, kept: Evidence) -> None:
    """Pack what came in, unless it was erased and did not come in again."""
    gone: dict[str, int] = {}
    for entry in account.entries:
        if isinstance(entry.event, Erased):
            gone.update(dict.fromkeys(entry.event.documents, entry.seq))
    for entry in account.entries:
        receipt = _receipt(account, entry)
        if receipt is not None:
            again = max(e.seq for e in account.entries if _names(e) == receipt.sha256)
            paper = Paper(
                receipt.sha256,
                receipt.media_type,
                receipt.length,
                receipt.name,
                account.case,
                is_apart=isinstance(entry.event, MailTakenApart),
            )
            custody = kept.keep(paper, is_erased=gone.get(receipt.sha256, -1) > again)
            account.receipts.append(receipt._replace(custody=custody))


def _names(entry: Entry) -> str | None:
    match entry.event:
        case DocumentReceived() | DocumentReceivedAgain() | MailTakenApart() as event:
            return event.sha256
        case _:
            return None


def _receipt(account: Account, entry: Entry) -> Receipt | None:
    nothing = Custody("")
    match entry.event:
        case DocumentReceived(sha256=sha256, name=name, media_type=kind, length=length, channel=channel):
            return Receipt(entry, sha256, account.shown(name), kind, length, channel, nothing)
        case DocumentReceivedAgain(sha256=sha256, name=name, channel=channel):
            first = next((r for r in account.receipts if r.sha256 == sha256), None)
            media_type = first.media_type if first else MediaType.OTHER
            long = first.length if first else None
            return Receipt(entry, sha256, account.shown(name), media_type, long, channel, nothing)
        case MailTakenApart(sha256=sha256, subject=subject):
            if any(receipt.sha256 == sha256 for receipt in account.receipts):
                return None
            return Receipt(entry, sha256, account.shown(subject), MediaType.MAIL, None, "", nothing)
        case _:
            return None


def author(actor: Actor) -> str:
    """Name who did something, as tables do."""
    return actor.role if actor.kind is ActorKind.SYSTEM else actor.id
