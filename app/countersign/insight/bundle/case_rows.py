"""The rows of one case in the tables of a bundle."""

from countersign.domain.case import FieldState
from countersign.domain.event import Entry, FieldReviewed
from countersign.domain.sealed import ERASED
from countersign.domain.time import iso
from countersign.insight.bundle import tables
from countersign.insight.bundle.account import Account, author
from countersign.insight.bundle.books import Books
from countersign.insight.tell import Teller, tell
from countersign.settings.catalogue import Catalogue


def write(account: Account, books: Books, words: Catalogue) -> None:
    """Write all rows of a case."""
    _case(account, books, words)
    _fields(account, books, words)
    _lines(account, books)
    _events(account, books, Teller(words, case=account.file))
    _signatures(account, books)
    _documents(account, books)


def day(entry: Entry) -> str:
    """Return the day of a record (UTC)."""
    return iso(entry.at)[:10]


def _case(account: Account, books: Books, words: Catalogue) -> None:
    file = account.file
    klass = words.klass(file.klass) if file else None
    heads = klass.headline.model_dump() if klass else {}
    values = {name: account.shown(file.value(field)) if file else "" for name, field in heads.items()}
    decision = file.decision if file else None
    books.write(
        tables.CASES,
        account.case,
        day(account.entries[0]),
        iso(account.received_at),
        account.status,
        file.klass if file else None,
        file.variant if file else None,
        *(values.get(name, "") for name in ("counterparty", "number", "date", "amount", "currency")),
        file.language if file else None,
        decision.policy if decision else None,
        decision.digest if decision else None,
        decision.mode.value if decision else None,
        decision.route.value if decision else None,
        " ".join(dict.fromkeys(reason.code for reason in file.reasons)) if file else None,
        account.decided_by,
        account.is_solely_automated,
        len(account.entries),
        account.entries[0].seq,
        account.entries[-1].seq,
        account.holds,
        iso(account.erased.at) if account.erased else None,
    )


def _fields(account: Account, books: Books, words: Catalogue) -> None:
    file = account.file
    if file is None:
        return
    klass = words.klass(file.klass)
    thresholds = file.decision.thresholds if file.decision else {}
    for state in file.fields:
        reading = state.reading
        known = klass.field(reading.field) if klass else None
        place = reading.evidence
        books.write(
            tables.FIELDS,
            account.case,
            reading.field,
            reading.index,
            known.title() if known else reading.field,
            account.shown(reading.value),
            account.shown(ERASED if reading.value == ERASED else reading.printed),
            account.state(reading.value),
            reading.confidence,
            thresholds.get(reading.field),
            reading.method.value,
            place.document if place else None,
            place.page + 1 if place else None,
            state.act.value if state.act else None,
            _agents_said(account, state),
        )


def _agents_said(account: Account, state: FieldState) -> str:
    said = state.agent_reading.value if state.act and state.agent_reading else None
    return account.shown(said)


def _lines(account: Account, books: Books) -> None:
    for number, row in enumerate(account.file.rows if account.file else (), 1):
        for cell in row.cells:
            books.write(
                tables.LINES,
                account.case,
                number,
                row.table,
                cell.column,
                cell.answer.value,
                cell.confidence,
            )


def _events(account: Account, books: Books, teller: Teller) -> None:
    for n, entry in enumerate(account.entries):
        books.write(
            tables.EVENTS,
            entry.seq,
            account.case,
            n,
            day(entry),
            iso(entry.at),
            entry.event.kind,
            entry.actor.kind.value,
            author(entry.actor),
            entry.actor.role,
            entry.actor.authenticated,
            account.shown(tell(entry.event, teller)),
            entry.digest,
        )
        if isinstance(entry.event, FieldReviewed):
            _change(account, books, entry, entry.event)


def _change(account: Account, books: Books, entry: Entry, event: FieldReviewed) -> None:
    before, after = (
        answer if answer is None or isinstance(answer, str) else answer.value
        for answer in (event.before, event.after)
    )
    books.write(
        tables.CHANGES,
        entry.seq,
        account.case,
        iso(entry.at),
        entry.actor.id,
        event.field,
        event.index,
        event.act.value,
        account.shown(before),
        account.shown(after),
        event.dwell_ms,
    )


def _signatures(account: Account, books: Books) -> None:
    for signed in account.signed:
        signature, actor = signed.signature, signed.entry.actor
        books.write(
            tables.SIGNATURES,
            signed.entry.seq,
            account.case,
            iso(signature.at)[:10],
            iso(signature.at),
            signature.name,
            signature.meaning,
            actor.id,
            actor.role,
            actor.authenticated,
            signed.key,
        )


def _documents(account: Account, books: Books) -> None:
    for receipt in account.receipts:
        books.write(
            tables.DOCUMENTS,
            receipt.entry.seq,
            account.case,
            day(receipt.entry),
            iso(receipt.entry.at),
            receipt.channel,
            receipt.name,
            receipt.media_type.value,
            receipt.length,
            receipt.sha256,
            receipt.custody.sha256_now,
            receipt.custody.state,
            receipt.custody.file,
        )
