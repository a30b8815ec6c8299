"""Writes a bundle: first the record says that it goes out, then it is built from one snapshot of the log."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from countersign import __version__
from countersign.audit import note
from countersign.audit.cosign import Known
from countersign.domain.actor import Actor
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry, Exported, Signature
from countersign.domain.time import iso, now
from countersign.insight.bundle import case_rows, gobd, tables
from countersign.insight.bundle.account import account_of
from countersign.insight.bundle.bag import Bag, top_folder, whole_file
from countersign.insight.bundle.books import Books
from countersign.insight.bundle.desk_part import DeskPart, read_desk, seen_by, write_desk, write_keys
from countersign.insight.bundle.dictionary import dictionary
from countersign.insight.bundle.evidence import Evidence
from countersign.insight.bundle.log_part import (
    TOLD_EVERY,
    Span,
    Written,
    span_of,
    write_checkpoints,
    write_completeness,
    write_records,
)
from countersign.insight.bundle.preview import nothing_fits
from countersign.insight.bundle.report import STYLE, Facts, Report, title_of
from countersign.insight.bundle.scope import Bundle, Scope, Withhold
from countersign.insight.bundle.seal import Seal, seal_of
from countersign.insight.paper import pdf_apart
from countersign.settings.catalogue import Catalogue
from countersign.settings.resources import shipped
from countersign.store.snapshot import Snapshot
from countersign.store.store import Store

MEANING = "exported for verification outside the desk"
Progress = Callable[[int, int], None]
"""Told how many of how many steps are done."""
_TAGS = ("README-VERIFY.txt", "go.mod", "verify.go", "verify.py", "verify.sh")


class Exporter(NamedTuple):
    """Who takes the cases out of the house."""

    actor: Actor
    name: str
    """As printed with the signature."""


class Wish(NamedTuple):
    """What is to be exported, and where to."""

    scope: Scope
    withhold: Withhold
    out: Path
    witnesses: tuple[Known, ...] = ()
    """Whom the desk knows."""
    has_seen: Callable[[], None] = lambda: None
    """Has the newest head witnessed, as far as anyone answers, once the export is on the record."""


def export(
    store: Store, who: Exporter, wish: Wish, words: Catalogue, progress: Progress = lambda _done, _total: None
) -> Bundle:
    """Record the export, then write the bundle; raises Trouble, and then there is no file."""
    _refuse_place(wish.out)
    with store.snapshot() as snapshot:
        firsts = snapshot.choose(wish.scope.wanted)
    if not firsts:
        raise nothing_fits(wish.scope)
    seal = seal_of(store)
    exported = _record(store, who, wish, seal, len(firsts))
    wish.has_seen()
    with store.snapshot() as snapshot:
        size = _size(snapshot, exported.seq)
        snapshot.take(firsts, size)
        desk = read_desk(snapshot, size, exported.seq)
        job = _Job(store, snapshot, wish, words, seal, exported, desk, span_of(snapshot, size), progress)
        with whole_file(wish.out) as stream, Bag(stream, top_folder(wish.out), wish.out.parent) as bag:
            written = _fill(bag, job, len(firsts))
    return Bundle(
        path=wish.out,
        bytes=wish.out.stat().st_size,
        cases=len(firsts),
        records=written.records,
        fingerprint=desk.fingerprint,
    )


def _refuse_place(out: Path) -> None:
    """Refuse a place that cannot take the file, before anything is recorded."""
    if out.suffix.lower() != ".zip":
        raise Trouble(f"A bundle is a zip file: give it a name that ends in .zip, not {out.name!r}.")
    if not out.parent.is_dir():
        raise Trouble(f"There is no folder {out.parent}. Make it, or choose another.")
    if out.exists():
        raise Trouble(f"{out} is there already. Choose another name, or move it away first.")


def _record(store: Store, who: Exporter, wish: Wish, seal: Seal, cases: int) -> Entry:
    event = Exported(
        scope=wish.scope.terms,
        cases=cases,
        withheld=wish.withhold.terms,
        certificate=seal.sha256,
        signature=Signature(name=who.name, at=now(), meaning=MEANING),
    )
    return store.append([Draft(event=event, actor=who.actor)])[0]


def _size(snapshot: Snapshot, exported: int) -> int:
    """Choose the head that the bundle stands under: one that a witness saw is worth more than a newer one."""
    newest = snapshot.size()
    if newest <= exported:
        raise Trouble("No checkpoint covers the record of this export yet. Try again in a second.")
    witnessed = snapshot.witnessed(newest)
    return witnessed if witnessed > exported else newest


class _Job(NamedTuple):
    """All that writing a bundle needs."""

    store: Store
    snapshot: Snapshot
    wish: Wish
    words: Catalogue
    seal: Seal
    exported: Entry
    desk: DeskPart
    span: Span
    progress: Progress


def _fill(bag: Bag, job: _Job, cases: int) -> Written:
    """Write everything, in a fixed order."""
    withhold, span = job.wish.withhold, job.span
    total = 2 * job.snapshot.amount().records
    head = job.snapshot.checkpoint(span.size)
    root = note.open_note(head).checkpoint.root
    if job.snapshot.proofs.root(span.size) != root:
        raise Trouble("The log does not fit its signed head, so it proves nothing. Run `countersign verify`.")
    witnesses = seen_by(head, job.wish.witnesses)
    bag.add("certificate.pem", job.seal.pem)
    write_keys(bag, span, job.desk, job.seal.sha256, witnesses)
    written = write_records(
        bag, job.snapshot, span, withholds=withhold.values, progress=lambda done: job.progress(done, total)
    )
    stamps = write_checkpoints(bag, job.snapshot, span)
    books = Books(bag, (*tables.GOBD, tables.AGENTS))
    evidence = Evidence(bag, job.store.library, withholds=withhold.documents)
    report = Report(cases, job.desk, job.words)
    _tell_cases(
        job, books, evidence, report, lambda done: job.progress(min(written.records + done, total), total)
    )
    _describe(bag, job, books, written, evidence)
    facts = Facts(
        exported=job.exported,
        span=span,
        desk=job.desk,
        written=written,
        root=root.hex(),
        certificate=job.seal.sha256,
        witnesses=tuple(witness.name for witness in witnesses),
        witnessed=job.snapshot.witnessed(span.size),
        stamps=stamps,
        documents=evidence.packed,
        documents_withheld=evidence.withheld,
    )
    pages = pdf_apart(report.html(facts), title_of(facts), STYLE)
    bag.add("report.pdf", pages, is_packed=True)
    for name in _TAGS:
        bag.tag(name, shipped("resources", "verify", name).read_bytes())
    bag.seal(_info(job), job.seal.sign)
    job.progress(total, total)
    return written


def _tell_cases(
    job: _Job, books: Books, evidence: Evidence, report: Report, progress: Callable[[int], None]
) -> None:
    withholds, done, told = job.wish.withhold.values, 0, 0
    for records in job.snapshot.cases(is_sealed=withholds):
        account = account_of(records, evidence, withholds=withholds)
        case_rows.write(account, books, job.words)
        report.add(account)
        done += len(records)
        if done - told >= TOLD_EVERY:
            progress(told := done)


def _describe(bag: Bag, job: _Job, books: Books, written: Written, evidence: Evidence) -> None:
    """Write the tables, what explains them, and what is counted."""
    write_desk(bag, books, job.desk)
    for table in tables.GOBD:
        books.into("gdpdu", table)
    books.into("models", tables.AGENTS)
    amount = job.snapshot.amount()
    days = [amount.first or iso(job.exported.at), amount.last or iso(job.exported.at)]
    bag.add("gdpdu/index.xml", gobd.index(tables.GOBD, job.span.log, days[0][:10], days[1][:10]))
    bag.add(f"gdpdu/{gobd.DTD_NAME}", gobd.DTD.encode())
    bag.add("dictionary.csv", dictionary())
    withheld = {
        "documents": evidence.withheld,
        "openings": written.content.withheld,
        "erased_openings": written.content.erased,
        "records_of_others": job.span.until - job.span.first - written.in_range,
    }
    write_completeness(bag, job.snapshot, job.span, withheld)


def _info(job: _Job) -> dict[str, str]:
    return {
        "Bag-Software-Agent": f"countersign {__version__}",
        "Bagging-Date": iso(job.exported.at)[:10],
        "External-Identifier": f"{job.span.log}/{job.exported.seq}",
        "Internal-Sender-Identifier": job.desk.fingerprint,
    }
