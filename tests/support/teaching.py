"""Approved cases that teach: invoices of two layouts, laid out as words on a page, on a real record."""

from hashlib import sha256
from typing import NoReturn

from tests.store.stories import ADA, READER, REVIEWER, decided, story

from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.domain.event import (
    Act,
    CaseApproved,
    DocumentReceived,
    Draft,
    Event,
    FieldReviewed,
    ReadingMade,
    Route,
    Signature,
)
from countersign.domain.reading import Answer, Method, Reading
from countersign.domain.time import now
from countersign.store.store import Store

LAYOUTS = (
    (("Muster Werkzeuge", 60), ("Rechnung", 120), ("Beleg {number}", 150), ("Leistungsdatum {day}", 166)),
    (("Northern Tools", 60), ("Invoice", 110), ("Issued {day}", 140), ("Our reference {number}", 330)),
)
CHATTER = "werkstatt bohrer schrauben muttern scheiben hammer zange feile meissel amboss leim lack pinsel"


class NoPages:
    """Page children that nobody may ask: what is needed lies in the library."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"a page child was asked to {name}")


def values_of(n: int) -> dict[str, str]:
    """What a person confirms on the n-th invoice."""
    return {"invoice_number": f"RE-{7000 + 37 * n}", "invoice_date": f"2026-02-{1 + n % 27:02d}"}


def opened(n: int, sha: str) -> Opened:
    """Lay the n-th invoice out."""
    values = values_of(n)
    words: list[Word] = []
    lines = [
        (text.format(number=values["invoice_number"], day=values["invoice_date"]), y)
        for text, y in LAYOUTS[n % 2]
    ]
    chatter = CHATTER.split()[:: 1 if n % 2 else -1]
    lines += [(word, 400 + 20 * at) for at, word in enumerate(chatter)]
    for number, (text, y) in enumerate(lines):
        x = 50.0
        for part in text.split():
            words.append(Word(part, x, y, x + 6 * len(part), y + 10, number, size=10.0))
            x += 6 * len(part) + 4
    page = Page(number=0, width=595, height=842, source=TextSource.TEXT_LAYER, words=tuple(words))
    return Opened(sha256=sha, media_type=MediaType.PDF, pages=(page,))


def arrive(store: Store, n: int) -> str:
    """Put the n-th invoice on the record, read and waiting for a person; returns its case."""
    case, content = f"taught-{n}", f"invoice {n}".encode()
    sha = sha256(content).hexdigest()
    drafts = story(case, {}, decided(Route.ESCALATE, "mode_requires_person"))
    received = DocumentReceived(
        sha256=sha, length=len(content), media_type=MediaType.PDF, channel="test", name=f"{case}.pdf"
    )
    drafts[0] = drafts[0].model_copy(update={"event": received})
    vendor = Reading(
        field="vendor_name",
        answer=Answer(value=LAYOUTS[n % 2][0][0]),
        confidence=900_000,
        method=Method.TEXT,
    )
    made = ReadingMade(klass="invoice", readings=(vendor,), milliseconds=1)
    drafts[3] = Draft(event=made, actor=READER, case=case, effect=f"{case}/read")
    store.append(drafts)
    store.library.keep(content, MediaType.PDF, case)
    store.library.keep_opened(opened(n, sha))
    return case


def approve(store: Store, n: int) -> str:
    """Put the n-th invoice on the record as a person corrected and approved it; returns its case."""
    case = arrive(store, n)
    events: list[Event] = [_corrected(field, value) for field, value in values_of(n).items()]
    events.append(CaseApproved(signature=Signature(name=ADA.name, at=now(), meaning="approved")))
    store.append([Draft(event=event, actor=REVIEWER, case=case) for event in events])
    return case


def _corrected(field: str, value: str) -> FieldReviewed:
    after = Answer(value=value)
    reading = Reading(field=field, answer=after, confidence=1_000_000, method=Method.PERSON)
    return FieldReviewed(field=field, act=Act.ADDED, before=None, after=after, reading=reading)
