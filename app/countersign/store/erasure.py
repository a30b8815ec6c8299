"""Erases cases: keys destroyed, documents deleted, views emptied, and the bytes gone from the files.

First comes the event, in one transaction with the keys, the sealed content and the views; then the files.
Before the event, a note of what is under way is written beside the database, and taken away when all is done:
whoever opens the desk after a crash and finds it deletes what no case needs any longer. So a case is either
not erased, or all of it is.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from countersign.audit import custody
from countersign.audit.commitment import commitments
from countersign.audit.custody import Custody
from countersign.audit.flaw import Flaw
from countersign.audit.record import Link
from countersign.domain.base import Frozen
from countersign.domain.case import Status
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Erased
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.lesson_files import LessonFiles
from countersign.store.library import Library
from countersign.store.projection import milliseconds, moment_of
from countersign.store.views import Views
from countersign.workflow.care import Wish, mail_effect
from countersign.workflow.ports import Ledger

TRIES = 5
"""How often an erasure is planned anew because something else happened to the case at that moment."""
_FILES_AT_ONCE = 16
"""Files deleted while nothing can be appended: whoever brings the same bytes in again must not lose them."""
_SETTLED = frozenset(status.value for status in Status if status.is_settled)


class Contents(NamedTuple):
    """What an erasure would take."""

    openings: int
    documents: tuple[str, ...]
    """SHA-256 of each document that no other case needs."""
    mail: str | None
    """The case of the mail that it came in, where that is to be erased along with it."""
    files: dict[str, int]
    """Length by SHA-256 of every file that may have to go; -1 where the record does not say."""


class Settled(Frozen):
    """A settled case that is not erased."""

    no: int
    id: str
    klass: str | None
    settled_at: datetime
    holds: int
    sha256: str


# -- inside the transaction that appends ----------------------------------------------------------------


class Guard:
    """Keeps the rules of holds and erasures for the records of one transaction."""

    def __init__(self, connection: Connection, views: Views) -> None:
        self._connection = connection
        self._views = views
        self._custody = Custody()
        self._loaded: set[str] = set()
        self._touched: set[str] = set()

    @property
    def erased(self) -> frozenset[str]:
        """The cases that this transaction erases."""
        return frozenset(self._custody.erased & self._touched)

    def admit(self, link: Link | None, body: dict[str, Any]) -> None:
        """Raise Flaw for a record that may not be appended."""
        if link is None:
            self._custody.take(None, body)
            return
        case, row = link.case, self._views.row(link.case)
        if link.n and body["kind"] in custody.KINDS:
            self._load(case)
        elif row is not None and row["erased_at"] is not None:
            self._custody.erased.add(case)
        self._custody.take(case, body)
        if body["kind"] == "erased":
            self._check(case, body, row)
        self._touched.add(case)

    def _load(self, case: str) -> None:
        if case not in self._loaded:
            self._loaded.add(case)
            for body in bodies(self._connection, case):
                if body["kind"] in custody.KINDS:
                    self._custody.take(case, body)

    def _check(self, case: str, body: dict[str, Any], row: dict[str, Any] | None) -> None:
        if row is not None and row["status"] not in _SETTLED:
            raise Flaw("its case is not settled")
        found = contents(self._connection, case, self.erased | {case})
        is_as_found = (body["openings"], tuple(body["documents"])) == (found.openings, found.documents)
        if case in self._touched or not is_as_found:
            raise Flaw("something else happened to its case at this moment; try again")

    def destroy(self) -> None:
        """Delete the keys and the sealed content of the cases that are erased."""
        gone = [{"case": case} for case in sorted(self.erased)]
        if gone:
            self._connection.execute(_FORGET_OPENINGS, gone)
            self._connection.execute(_FORGET_KEYS, gone)


def bodies(connection: Connection, case: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a case as the record has them, without what is sealed."""
    for stored in connection.execute(_OF_CASE, {"case": case}).scalars():
        yield json.loads(stored)["body"]


def contents(connection: Connection, case: str, gone: frozenset[str] | set[str]) -> Contents:
    """Return what erasing a case would take, once the cases in `gone` are erased."""
    openings, own, mails = 0, dict[str, int](), set[str]()
    for body in bodies(connection, case):
        openings += sum(1 for _ in commitments(body))
        if body["kind"] in ("document_received", "mail_taken_apart"):
            own[body["sha256"]] = max(own.get(body["sha256"], -1), body.get("length", -1))
            if body.get("within"):
                mails.add(body["within"])
    needed = _needed(connection, [*own, *mails], gone)
    documents = [sha256 for sha256 in own if sha256 not in needed]
    mail = None
    for sha256 in sorted(mails - needed):
        mail_case = connection.execute(_CASE_OF_EFFECT, {"effect": mail_effect(sha256)}).scalar()
        if mail_case is None or any(b["kind"] == "erased" for b in bodies(connection, mail_case)):
            documents.append(sha256)  # its own case went before, and the mail came in once more
        elif mail_case not in gone:
            mail = mail_case
    files = {**own, **dict.fromkeys(mails, -1)}
    return Contents(openings, tuple(dict.fromkeys(documents)), mail, files)


def _needed(connection: Connection, documents: Sequence[str], gone: frozenset[str] | set[str]) -> set[str]:
    """Return those of the documents that a case needs which is not erased: its own, or the mail it lay in."""
    taken: dict[str, set[str]] = {sha256: {sha256} for sha256 in documents}
    effects = {mail_effect(sha256): sha256 for sha256 in documents}
    for row in connection.execute(_BY_EFFECT, {"effects": list(effects)}):
        taken[effects[row.effect]].update(json.loads(row.bytes)["body"]["taken"])
    wanted = sorted(set().union(*taken.values()))
    rows = connection.execute(_LIVE, {"documents": wanted})
    live = {row.sha256 for row in rows if row.id not in gone}
    return {sha256 for sha256, parts in taken.items() if parts & live}


# -- the whole erasure ----------------------------------------------------------------------------------


class Eraser:
    """Erases cases of one desk (an Eraser as workflow/care.py asks for)."""

    def __init__(self, database: Database, ledger: Ledger, library: Library, lessons: LessonFiles) -> None:
        self._database = database
        self._ledger = ledger
        self._library = library
        self._lessons = lessons

    def erase(self, wish: Wish) -> Erased:
        """Erase one case, and see that its bytes are gone; raises Trouble."""
        with self.at_work():
            (erased,) = self.erase_some([wish])
        return erased

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Be the only one who erases; a crash's leavings are done first, and the files are swept after."""
        with self._library.erasing():
            self._delete(self._library.under_way() or {})
            try:
                yield
            finally:
                self._tidy()

    def finish(self) -> bool:
        """Do what a crash left undone; False when there is nothing, or another process is at it."""
        if self._library.under_way() is None:
            return False
        with self._library.erasing(patience=0) as is_ours:
            if is_ours:
                self._delete(self._library.under_way() or {})
                self._tidy()
            return is_ours

    def would_take(self, cases: Iterable[str]) -> dict[str, Contents]:
        """Return what erasing each of some cases would take."""
        with self._database.reading() as connection:
            return {case: contents(connection, case, {case}) for case in cases}

    def erase_some(self, wishes: Sequence[Wish]) -> tuple[Erased, ...]:
        """Erase cases one after the other, then delete their files; only inside `at_work`."""
        files: dict[str, int] = {}
        with self._database.reading() as connection:
            for wish in wishes:
                files |= contents(connection, wish.case, {wish.case}).files
        self._library.note_under_way(files)
        try:
            return tuple(self._record(wish) for wish in wishes)
        finally:
            self._delete(files)

    def forget_traces(self, documents: Sequence[str]) -> int:
        """Delete the opened forms of documents, but of those that agents are at work on; returns how many."""
        gone = 0
        for start in range(0, len(documents), _FILES_AT_ONCE):
            some = documents[start : start + _FILES_AT_ONCE]
            with self._database.writing() as connection:
                busy = {row.sha256 for row in connection.execute(_AT_WORK, {"documents": some})}
                gone += sum(self._library.forget_opened(sha256) for sha256 in some if sha256 not in busy)
        return gone

    def _record(self, wish: Wish) -> Erased:
        last: Contents | None = None
        for _ in range(TRIES):
            with self._database.reading() as connection:
                found = contents(connection, wish.case, {wish.case})
                with_mail = found.mail and contents(connection, found.mail, {wish.case, found.mail})
            event = _erased(wish, found)
            drafts = [Draft(event=event, actor=wish.actor, case=wish.case)]
            if found.mail and with_mail:
                drafts.append(Draft(event=_erased(wish, with_mail), actor=wish.actor, case=found.mail))
            try:
                self._ledger.append(drafts)
            except Trouble:
                if found == last:
                    raise
                last = found
                continue
            return event
        raise Trouble(f"The case {wish.case} keeps changing, so it was not erased. Try again later.")

    def _delete(self, files: dict[str, int]) -> None:
        """Delete those of the files that no case needs which is not erased, and what erased cases taught."""
        self._lessons.forget(self._erased)
        names = sorted(files)
        for start in range(0, len(names), _FILES_AT_ONCE):
            some = names[start : start + _FILES_AT_ONCE]
            with self._database.writing() as connection:
                needed = _needed(connection, some, frozenset())
                for sha256 in some:
                    if sha256 not in needed:
                        self._library.forget(sha256, files[sha256])

    def _erased(self, cases: Iterable[str]) -> set[str]:
        with self._database.reading() as connection:
            return set(connection.execute(_GONE, {"cases": list(cases)}).scalars())

    def _tidy(self) -> None:
        """Take the last traces out of the database's file; then nothing is under way any longer."""
        if self._library.under_way() is None:
            return
        self._database.compact(_OPTIMISE_SEARCH)
        self._library.nothing_under_way()


def _erased(wish: Wish, found: Contents) -> Erased:
    return Erased(
        order=wish.order,
        policy=wish.policy,
        openings=found.openings,
        documents=found.documents,
        signature=wish.signature,
    )


def settled(database: Database, until: datetime, after: Settled | None, limit: int) -> tuple[Settled, ...]:
    """Return cases settled until a moment and not erased, after one of them, the oldest first."""
    at, no = (milliseconds(after.settled_at), after.no) if after else (-1, -1)
    values = {"until": milliseconds(until), "at": at, "no": no, "limit": limit}
    with database.reading() as connection:
        return tuple(
            Settled(
                no=row.no,
                id=row.id,
                klass=row.klass,
                settled_at=moment_of(row.settled_at),
                holds=row.holds,
                sha256=row.sha256,
            )
            for row in connection.execute(_OLD, values)
        )


_RECORDS, _CASES = schema.records.c, schema.cases.c
_OF_CASE = select(_RECORDS.bytes).where(_RECORDS.case_id == bindparam("case")).order_by(_RECORDS.case_n)
_BY_EFFECT = select(_RECORDS.effect, _RECORDS.bytes).where(
    _RECORDS.effect.in_(bindparam("effects", expanding=True))
)
_CASE_OF_EFFECT = select(_RECORDS.case_id).where(_RECORDS.effect == bindparam("effect"))
_LIVE = select(_CASES.id, _CASES.sha256).where(
    _CASES.sha256.in_(bindparam("documents", expanding=True)), _CASES.erased_at.is_(None)
)
_GONE = select(_CASES.id).where(
    _CASES.id.in_(bindparam("cases", expanding=True)), _CASES.erased_at.is_not(None)
)
_AT_WORK = select(_CASES.sha256).where(
    _CASES.sha256.in_(bindparam("documents", expanding=True)), _CASES.settled_at.is_(None)
)
_OLD = (
    select(_CASES.no, _CASES.id, _CASES.klass, _CASES.settled_at, _CASES.holds, _CASES.sha256)
    .where(
        _CASES.settled_at.is_not(None),
        _CASES.settled_at <= bindparam("until"),
        (_CASES.settled_at > bindparam("at"))
        | ((_CASES.settled_at == bindparam("at")) & (_CASES.no > bindparam("no"))),
        _CASES.erased_at.is_(None),
    )
    .order_by(_CASES.settled_at, _CASES.no)
    .limit(bindparam("limit"))
)
_FORGET_OPENINGS = delete(schema.openings).where(
    schema.openings.c.seq.in_(select(_RECORDS.seq).where(_RECORDS.case_id == bindparam("case")))
)
_FORGET_KEYS = delete(schema.case_keys).where(schema.case_keys.c.subject == bindparam("case"))
_OPTIMISE_SEARCH = "INSERT INTO case_search (case_search) VALUES ('optimize')"
