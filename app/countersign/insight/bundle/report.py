"""The report of a bundle for people: what happened, who did it and why, what is proven and what is not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from countersign.domain.event import Entry, EpochBegun, Erased, Exported, HoldLifted, HoldPlaced
from countersign.domain.sealed import ERASED
from countersign.insight import sheet
from countersign.insight.bundle import law
from countersign.insight.bundle.account import Account
from countersign.insight.bundle.cells import plain
from countersign.insight.bundle.desk_part import DeskPart
from countersign.insight.bundle.log_part import Span, Written
from countersign.insight.explain import explain
from countersign.insight.explained import Kept
from countersign.insight.page import Section, moment, sections
from countersign.insight.paper import text
from countersign.insight.tell import Teller, counted, kept, spaced, tell
from countersign.settings.catalogue import Catalogue

STYLE = (
    sheet.STYLE
    + """
.front p,.front li,.front td{font-size:8.6pt;line-height:1.35}
.front td{padding:2pt 6pt 2pt 0}
.front h2{font-size:10pt;margin:10pt 0 3pt 0}
.front li{margin:0 0 2pt 0}
.front .brand{font-size:7pt}
.front .answer{font-size:10.5pt}
"""
)
"""The cases are set as small as their own pages are, what stands around them larger."""
MOST_DETAILED = 200
"""Cases up to which each has its own page."""
MOST_LISTED = 2000
"""Rows of the list of cases; the rest stands in cases.csv alone."""
_UNPROVEN = "How far this is proven"
_BREAK = '<p style="page-break-before:always"></p>'


class Facts(NamedTuple):
    """What the report says of the bundle as a whole."""

    exported: Entry
    span: Span
    desk: DeskPart
    written: Written
    root: str
    """Of the newest head, hex."""
    certificate: str
    """SHA-256 of the certificate, hex."""
    witnesses: tuple[str, ...]
    """Names of those that saw the newest head."""
    witnessed: int
    """Size of the largest head that any witness saw."""
    stamps: int
    documents: int
    documents_withheld: int


class Report:
    """Gathers what is said of each case while the cases go by; few cases are told at length, many listed."""

    def __init__(self, cases: int, desk: DeskPart, words: Catalogue) -> None:
        self._is_detailed = cases <= MOST_DETAILED
        self._desk = desk
        self._words = words
        self._told: list[str] = []
        self._cases = 0
        self._by_status: Counter[str] = Counter()
        self._erased = 0
        self._signatures = 0

    def add(self, account: Account) -> None:
        """Take in the next case."""
        self._cases += 1
        self._by_status[account.status] += 1
        self._erased += account.erased is not None
        self._signatures += len(account.signed)
        if self._is_detailed:
            self._told.append(self._page(account))
        elif self._cases <= MOST_LISTED:
            self._told.append(_row("td", self._line(account)))

    def html(self, facts: Facts) -> str:
        """Return the whole report."""
        event = facts.exported.event
        if not isinstance(event, Exported):
            raise TypeError("the export's own record is of another kind")
        before = [
            _title(facts, event),
            _pairs("In short", self._summary(facts, event)),
            _list("What this bundle proves, once a verifier has said VERIFIED", law.PROVES),
            _list("What it cannot prove", (*_gaps(facts), *law.CANNOT)),
        ]
        after = [
            _certification(facts, event),
            _table("What the law asks, and where the answer is", ("Rule", "Answer"), law.CLAUSES),
        ]
        return f"<body>{_front(before)}{self._list_of_cases()}{_BREAK}{_front(after)}</body>"

    # -- the whole ---------------------------------------------------------------------------------------

    def _summary(self, facts: Facts, event: Exported) -> Iterable[tuple[str, str]]:
        written, said = facts.written, self._by_status
        settled = ", ".join(f"{count:,} {_STATUS[status]}" for status, count in sorted(said.items()))
        yield "Cases", f"{self._cases:,}: {settled}"
        yield "Chosen", scope_of(event)
        yield "Records", f"{written.records:,} of the {facts.span.size:,} in the log {facts.span.log}"
        yield "Signatures", f"{self._signatures:,} of people, each with name, time and meaning"
        documents = f"{facts.documents:,} as received, each with the hash that it had at receipt"
        if facts.documents_withheld:
            documents = f"{facts.documents_withheld:,} withheld: they stay with the sender"
        yield "Documents", documents
        content = written.content
        yield "Personal content", _content(content.disclosed, content.withheld, content.erased)
        if self._erased:
            erased = counted(self._erased, "case", "cases")
            yield "Erased", f"{erased}: the key is destroyed, by an order that is on the record"

    def _list_of_cases(self) -> str:
        if self._is_detailed:
            return "".join(self._told)
        heads = ("Case", "Received", "What", "Stands", "Decided by", "Signed")
        more = self._cases - len(self._told)
        note = f"{more:,} further cases stand in data/gdpdu/cases.csv alone. " if more > 0 else ""
        note += "How each came about stands in events.csv, changes.csv and signatures.csv there."
        table = f"<table>{_row('th', heads)}{''.join(self._told)}</table>"
        return f'{_BREAK}<h2>The cases</h2>{table}<p class="note">{text(note)}</p>'

    # -- one case ----------------------------------------------------------------------------------------

    def _line(self, account: Account) -> tuple[str, ...]:
        file = account.file
        klass = self._words.klass(file.klass) if file else None
        heads = klass.headline if klass else None
        names = (heads.number, heads.counterparty, heads.amount, heads.currency) if heads else ()
        said = [account.shown(file.value(name)) for name in names] if file else []
        signed = "; ".join(
            f"{one.signature.name}, {moment(one.signature.at)}: {one.signature.meaning}"
            for one in account.signed
        )
        return (
            account.case,
            moment(account.received_at),
            " ".join(dict.fromkeys([file.klass or "" if file else "mail", *filter(None, said)])),
            _STATUS[account.status],
            account.decided_by,
            signed,
        )

    def _page(self, account: Account) -> str:
        told = self._explained(account) if account.file else self._mail(account)
        told += _table(
            "Custody of the document",
            ("Received", "How", "SHA-256 at receipt", "Now"),
            [
                (
                    moment(receipt.entry.at),
                    spaced(receipt.channel),
                    receipt.sha256,
                    _CUSTODY[receipt.custody.state],
                )
                for receipt in account.receipts
            ],
        )
        return _BREAK + told.replace(ERASED, f"[{account.hidden}]")

    def _explained(self, account: Account) -> str:
        states = {receipt.custody.state for receipt in account.receipts}
        looked = _LOOKED_AT.get(min(states), Kept.UNCHECKED) if len(states) == 1 else Kept.UNCHECKED
        explained = explain(account.entries, self._desk.entries, self._words, kept=looked)
        acts = sum(isinstance(entry.event, _KEEPING) for entry in account.entries)
        explained = explained.model_copy(
            update={"keeping": explained.keeping[:acts]}
        )  # not: content is missing
        told = "".join(_section(part) for part in sections(explained) if part.title != _UNPROVEN)
        return (
            f'<p class="number">{text(account.case)}</p><h1>{text(explained.subject)}</h1>'
            f'<p class="answer">{text(explained.answer)}</p>{told}'
        )

    def _mail(self, account: Account) -> str:
        teller = Teller(self._words)
        rows = [(str(e.seq), moment(e.at), tell(e.event, teller)) for e in account.entries]
        table = _table("What happened", ("Record", "When", "What"), rows)
        return f'<p class="number">{text(account.case)}</p><h1>A mail that was taken apart</h1>{table}'


_STATUS = {
    "received": "received, not yet decided",
    "waiting": "waiting for a person",
    "straight_through": "passed straight through",
    "approved": "countersigned by a person",
    "rejected": "rejected by a person",
    "mail": "a mail that was taken apart",
}
_KEEPING = (Erased, HoldLifted, HoldPlaced)
_LOOKED_AT = {"as received": Kept.UNCHANGED, "erased": Kept.ERASED}
_CUSTODY = {
    "as received": "the same: the file in this bundle has this hash",
    "withheld": "withheld: it stays with the sender, under this hash",
    "erased": "erased, as the record says",
}


def scope_of(event: Exported) -> str:
    """Say how the cases were chosen, from the record of the export."""
    chosen = "; ".join(f"{spaced(name)} {value}" for name, value in sorted(event.scope.items()))
    return chosen or "every case of the desk"


def _content(disclosed: int, withheld: int, erased: int) -> str:
    parts = []
    if disclosed:
        parts.append(f"{disclosed:,} disclosed")
    if withheld:
        parts.append(f"{withheld:,} withheld: the record commits to them, so they can be shown later")
    if erased:
        parts.append(f"{erased:,} erased: nobody can read them any more")
    return "; ".join(parts) or "none"


def _title(facts: Facts, event: Exported) -> str:
    signature = event.signature
    role = spaced(facts.exported.actor.role)
    return (
        '<p class="brand">Countersign</p><h1>Record of decisions</h1>'
        f'<p class="answer">{text(counted(event.cases, "case", "cases"))} of the desk '
        f"{text(facts.span.log)}, exported by {text(signature.name)} ({text(role)}) at "
        f"{text(moment(signature.at))}, meaning: {text(signature.meaning)}.</p>"
        f"<p>Fingerprint of the desk's key: {text(_grouped(facts.desk.fingerprint))}. Compare it with what "
        "the desk tells you by another way, then run one of the verifiers (README-VERIFY.txt).</p>"
    )


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _gaps(facts: Facts) -> Iterable[str]:
    """Say what weakens the proof of this very bundle."""
    unseen = facts.span.size - facts.witnessed
    if not facts.witnessed:
        yield "No witness outside has seen any head of this log: up to its end, the desk's word stands alone."
    elif unseen:
        yield f"The newest {counted(unseen, 'record', 'records')} of the log have no witness."
    recovered = sum(
        isinstance(entry.event, EpochBegun) and entry.event.why == "recovered" for entry in facts.desk.entries
    )
    if recovered:
        epochs = counted(recovered, "key epoch began", "key epochs began")
        yield f"{epochs} without the key before, which was lost; the desk's own key alone vouches for that."
    yield f"The desk's key lies in {kept(facts.desk.assurance)}: who controls that could sign as the desk."


def _certification(facts: Facts, event: Exported) -> str:
    rows: list[tuple[str, str]] = [
        ("Log", facts.span.log),
        ("Head of the log", f"{facts.span.size:,} records, root {facts.root} (SHA-256, RFC 6962)"),
        (
            "Records",
            f"{facts.written.records:,}; records.jsonl has the SHA-256 {facts.written.records_sha256}",
        ),
        ("This export", f"record {facts.exported.seq}, SHA-256 {facts.exported.digest}"),
        ("Signing certificate", f"SHA-256 {facts.certificate}"),
        ("Desk's key", f"SHA-256 {facts.desk.fingerprint}"),
        ("Cases", f"{event.cases:,}"),
        ("Witnesses", ", ".join(facts.witnesses) or "none of the newest head"),
        ("Time stamps", f"{facts.stamps:,} of an outside authority"),
    ]
    blank = "<br/><br/>______________________________<br/>"
    signs = f"<tr><td>{blank}Name and title</td><td>{blank}Signature</td><td>{blank}Date and place</td></tr>"
    return (
        "<h1>Certification</h1><p>For use under Rules 902(13) and 902(14) of the Federal Rules of "
        "Evidence, to be completed by the person who certifies.</p>"
        f"{_list('I certify that', law.CERTIFIED)}{_pairs('What is certified', rows)}"
        f"<table>{signs}</table>"
    )


# -- pieces of a page --------------------------------------------------------------------------------------


def _front(parts: Iterable[str]) -> str:
    return f'<div class="front">{"".join(parts)}</div>'


def _row(tag: str, cells: Sequence[str]) -> str:
    return f'<tr class="rule">{"".join(f"<{tag}>{text(cell)}</{tag}>" for cell in cells)}</tr>'


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(_row("td", row) for row in rows)
    return f"<h2>{text(title)}</h2><table>{_row('th', heads)}{body}</table>"


def _pairs(title: str, pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><td class="label">{text(a)}</td><td>{text(b)}</td></tr>' for a, b in pairs)
    return f"<h2>{text(title)}</h2><table>{rows}</table>"


def _list(title: str, sentences: Iterable[str]) -> str:
    rows = "".join(f"<li>{text(sentence)}</li>" for sentence in sentences)
    return f"<h2>{text(title)}</h2><ul>{rows}</ul>"


def _section(section: Section) -> str:
    lines = [line.cells for line in section.lines]
    note = f'<p class="note">{text(section.note)}</p>' if section.note else ""
    if section.columns:
        return _table(section.title, section.columns, lines) + note
    return _pairs(section.title, ((cells[0], " ".join(cells[1:])) for cells in lines)) + note


def title_of(facts: Facts) -> str:
    """Return what stands at the foot of each page."""
    return plain(f"Record of decisions, desk {facts.span.log[:12]}, {moment(facts.exported.at)}")
