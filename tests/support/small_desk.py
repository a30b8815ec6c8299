"""A desk in memory that keeps the promises of `DeskPort`: real events, real unfolding, drawn pages."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from tests.support import small_cases as made
from tests.support.small_agents import SmallAgents, SmallStop
from tests.support.small_cases import Sheet
from tests.support.small_learning import SmallLearning
from tests.support.small_record import SmallRecord

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.case import CaseFile, Status, unfold
from countersign.domain.document import MediaType, Page, PageImage
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import (
    Act,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentRefused,
    Entry,
    Erased,
    Event,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    Mode,
    ReadingMade,
    Released,
    Route,
    Rule,
    Signature,
)
from countersign.domain.queue import CaseRow, Order, QueueCounts, QueuePage, QueueQuery
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.insight.explain import explain
from countersign.insight.explained import Explanation
from countersign.settings.catalogue import load

THRESHOLD = 900_000
ME = "petra"


@cache
def _sheet(kind: str, number: int, sha: str) -> Sheet:
    sheet: Sheet = getattr(made, kind)(number, sha)
    return sheet


def _agent(name: str) -> Actor:
    return Actor(kind=ActorKind.AGENT, id=f"{name}@1", role=name, authenticated="device_key")


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="intake", role="intake", authenticated="device_key")


class SmallDesk:
    """Everything a screen may ask for; safe from any thread."""

    def __init__(self, cases: int = 40) -> None:
        self.catalogue = load()
        self.person = Actor(kind=ActorKind.PERSON, id=ME, role="processor", authenticated="os_account")
        self.person_name = "Petra Sommer"
        self.acts = SmallActs(self)
        self.record = SmallRecord(lambda: len(self._log))
        self.care = SmallCare(self)
        self.learning = SmallLearning()
        self.stopping = SmallStop()
        self.agents = SmallAgents()
        self.password: str | None = None
        """Where a test sets one, it seals the person's key until they sign in."""
        self.wants_password = False
        """True when the policy wants the password for each signature."""
        self.is_signed_in = False
        self.saved: list[Path] = []
        self.working = True
        self.brought: list[tuple[tuple[Path, ...], str]] = []
        self.trouble: str | None = None
        self._lock = threading.RLock()
        self._log: list[Entry] = []
        self._by_case: dict[str, list[Entry]] = {}
        self._files: dict[str, CaseFile] = {}
        self._sheets: dict[str, Sheet] = {}
        self._undecided: list[str] = []
        started = now() - timedelta(days=2)
        for number in range(cases):
            self._receive(number, started + timedelta(minutes=67 * number))
            self._read(number)
        self._settle_some()

    # -- what happens ---------------------------------------------------------------------------------

    def note(self, event: Event, actor: Actor, case: str, at: datetime | None = None) -> Entry:
        """Append an event and unfold its case."""
        with self._lock:
            seq = len(self._log) + 1
            digest = hashlib.sha256(f"{seq}{event}".encode()).hexdigest()
            entry = Entry(seq=seq, at=at or now(), actor=actor, case=case, event=event, digest=digest)
            self._log.append(entry)
            entries = self._by_case.setdefault(case, [])
            entries.append(entry)
            file = unfold(entries)
            assert file is not None
            self._files[case] = file
            return entry

    def receive(self, number: int) -> str:
        """A document comes in and waits for the agents."""
        return self._receive(number, now())

    def decide_one(self) -> str | None:
        """The agents finish the oldest document that waits; return its case."""
        with self._lock:
            if not self._undecided:
                return None
            case = self._undecided[0]
        self._read(int(case.removeprefix("case-")))
        return case

    def _receive(self, number: int, at: datetime) -> str:
        sha = hashlib.sha256(str(number).encode()).hexdigest()
        case = f"case-{number:04d}"
        if number % 13 == 11:
            name = f"scan_{number:04d}_locked.pdf"
        else:
            kind = (
                "invoice",
                "invoice",
                "invoice",
                "claim",
                "invoice",
                "contract",
                "invoice",
                "statement",
                "invoice",
                "kyb",
            )[number % 10]
            self._sheets[sha] = _sheet(kind, number, sha)
            name = f"{kind}_{number:04d}.pdf"
        event = DocumentReceived(
            sha256=sha, length=48_211 + number, media_type=MediaType.PDF, channel="watched_folder", name=name
        )
        self.note(event, SYSTEM, case, at)
        self._undecided.append(case)
        return case

    def _read(self, number: int) -> None:
        case = f"case-{number:04d}"
        self._undecided.remove(case)
        file = self._files[case]
        at = file.received_at
        sheet = self._sheets.get(file.documents[0].sha256)
        if sheet is None:
            reason = Reason(code="encrypted", detail="It asks for a password.")
            self.note(
                DocumentRefused(sha256=file.documents[0].sha256, reason=reason), _agent("opener"), case, at
            )
            self._decide(case, (reason,), at)
            return
        pages = len(sheet.papers)
        sha = file.documents[0].sha256
        for event, name in (
            (
                DocumentOpened(sha256=sha, pages=pages, text_pages=pages, ocr_pages=0, milliseconds=12),
                "opener",
            ),
            (
                Classified(
                    klass=sheet.klass,
                    language=sheet.language,
                    confidence=988_000,
                    why=("title", "field labels"),
                    milliseconds=3,
                ),
                "classifier",
            ),
            (
                ReadingMade(
                    klass=sheet.klass,
                    readings=tuple(sheet.readings),
                    alternatives=sheet.alternatives,
                    rows=tuple(sheet.rows),
                    milliseconds=41,
                ),
                "reader.local",
            ),
            (
                Checked(
                    passed=("iban_checksum", "dates_in_order", "vat_id"),
                    findings=tuple(sheet.findings),
                    facts={
                        "vendor.known": True,
                        "vendor.cases": number,
                        "lines.sum_matches": not sheet.findings,
                    },
                    milliseconds=5,
                ),
                "checker",
            ),
        ):
            self.note(event, _agent(name), case, at)
        self._decide(case, self._reasons(sheet), at)

    def _reasons(self, sheet: Sheet) -> tuple[Reason, ...]:
        klass = self.catalogue.classes[sheet.klass]
        read = {reading.field for reading in sheet.readings}
        missing = [f.name for f in klass.fields if f.required and f.name not in read]
        low = [r.field for r in sheet.readings if r.confidence < THRESHOLD]
        return (
            *sheet.findings,
            *(Reason(code="field_missing", fields=(name,)) for name in missing),
            *(Reason(code="below_threshold", fields=(name,)) for name in low),
        )

    def _decide(self, case: str, reasons: tuple[Reason, ...], at: datetime) -> None:
        klass = self.catalogue.klass(self._files[case].klass)
        names = [field.name for field in klass.fields] if klass else []
        event = Decided(
            policy="desk-default@1",
            digest="0" * 64,
            mode=Mode.HUMAN_ON_THE_LOOP,
            route=Route.ESCALATE if reasons else Route.STRAIGHT_THROUGH,
            reasons=reasons,
            rules=(Rule(rule="thresholds", said="each field is held against 90 %"),),
            thresholds=dict.fromkeys(names, THRESHOLD),
        )
        self.note(event, _agent("decider"), case, at)

    def _settle_some(self) -> None:
        waiting = [file for file in self._files.values() if file.status is Status.WAITING]
        for at, file in enumerate(waiting):
            if at % 5 == 3:
                self.note(CaseApproved(signature=self.sign("approved")), self.person, file.id)
            elif at % 9 == 7:
                reason = Reason(code="totals_disagree", detail="returned to the supplier")
                self.note(CaseRejected(signature=self.sign("refused"), reason=reason), self.person, file.id)
            elif at == 4:
                until = now() + timedelta(minutes=25)
                other = Actor(kind=ActorKind.PERSON, id="omar", role="processor", authenticated="os_account")
                self.note(Claimed(person="omar", until=until), other, file.id)

    def sign(self, meaning: str) -> Signature:
        """Sign as the person at this desk."""
        return Signature(name=self.person_name, at=now(), meaning=meaning)

    # -- DeskPort -------------------------------------------------------------------------------------

    def head(self) -> int:
        if self.trouble:
            raise Trouble(self.trouble)
        return len(self._log)

    def changed_cases(self, since: int) -> tuple[str, ...]:
        with self._lock:
            return tuple(dict.fromkeys(entry.case for entry in self._log[since:] if entry.case))

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        if self.trouble:
            raise Trouble(self.trouble)
        with self._lock:
            rows = [row for row in map(self._row, self._files.values()) if _matches(row, query)]
        rows.sort(key=_ORDERS[query.order])
        start = int(key or 0)
        after = start + limit
        return QueuePage(rows=tuple(rows[start:after]), next_key=str(after) if after < len(rows) else None)

    def counts(self) -> QueueCounts:
        with self._lock:
            files = list(self._files.values())
        by_status = {status: sum(f.status is status for f in files) for status in Status}
        done = by_status[Status.APPROVED] + by_status[Status.REJECTED]
        return QueueCounts(by_status=by_status, settled_today=done)

    def case(self, case: str) -> CaseFile:
        with self._lock:
            if case not in self._files:
                raise Trouble(f"There is no case {case}. Refresh the list.")
            return self._files[case]

    def history(self, case: str) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(self._by_case[case])

    def roles(self) -> frozenset[Role]:
        return frozenset({Role.PROCESSOR, Role.APPROVER, Role.TEAM_LEAD, Role.ADMINISTRATOR})

    def explain(self, case: str) -> Explanation:
        self.case(case)
        return explain(self.history(case), (), self.catalogue)

    def save_explanation(self, case: str, file: Path) -> None:
        if not file.parent.is_dir():
            raise Trouble(f"There is no folder {file.parent}. Choose another.")
        file.write_bytes(b"%PDF-")
        self.saved.append(file)

    def must_sign_in(self) -> bool:
        return self.password is not None and not self.is_signed_in

    def sign_in(self, password: str) -> None:
        self.prove(password)
        self.is_signed_in = True

    def prove(self, password: str) -> None:
        if password != self.password:
            raise Trouble("That is not your password. The attempt is on the record; try again.")

    def words(self, sha256: str, page: int) -> Page | None:
        sheet = self._sheets.get(sha256)
        return sheet.papers[page].page(page) if sheet and page < len(sheet.papers) else None

    def image(self, sha256: str, page: int, dpi: int) -> PageImage | None:
        sheet = self._sheets.get(sha256)
        return sheet.papers[page].picture(dpi) if sheet and page < len(sheet.papers) else None

    def bring_in(self, paths: Sequence[Path], channel: str) -> str:
        missing = next((path for path in paths if not path.exists()), None)
        if missing is not None:
            raise Trouble(f"There is no file {missing.name}. Choose another.")
        self.brought.append((tuple(paths), channel))
        return f"{len(paths)} taken in."

    def agents_at_work(self) -> bool:
        return self.working

    def _row(self, file: CaseFile) -> CaseRow:
        klass = self.catalogue.klass(file.klass)
        headline = klass.headline if klass else None
        return CaseRow(
            id=file.id,
            status=file.status,
            klass=file.klass,
            counterparty=file.value(headline.counterparty) if headline else None,
            number=file.value(headline.number) if headline else None,
            amount=file.value(headline.amount) if headline else None,
            currency=file.value(headline.currency) if headline else None,
            route=file.decision.route if file.decision else None,
            reasons=tuple(reason.code for reason in file.reasons),
            document=file.documents[0].name,
            sha256=file.documents[0].sha256,
            pages=file.pages,
            received_at=file.received_at,
            updated_at=file.updated_at,
            claimed_by=file.claimed_by,
            is_held=bool(file.holds),
            is_erased=file.erasure is not None,
        )


def _matches(row: CaseRow, query: QueueQuery) -> bool:
    text = f"{row.counterparty} {row.number} {row.document}".lower()
    return (
        (not query.statuses or row.status in query.statuses)
        and (not query.classes or row.klass in query.classes)
        and query.text.lower() in text
    )


_ORDERS: dict[Order, Callable[[CaseRow], object]] = {
    Order.OLDEST: lambda row: row.received_at,
    Order.NEWEST: lambda row: -row.received_at.timestamp(),
    Order.AMOUNT: lambda row: -float(row.amount or 0),
    Order.COUNTERPARTY: lambda row: (row.counterparty or "~", row.id),
}


class SmallActs:
    """The acts of the person, with the refusals that a real desk makes."""

    def __init__(self, desk: SmallDesk) -> None:
        self._desk = desk
        self.calls: list[str] = []

    def claim(self, case: str) -> CaseFile:
        held = self._desk.case(case).claimed_by
        if held not in (None, ME):
            raise Trouble(f"{held} holds this case. Open another, or wait until it is free.")
        return self._do("claim", case, Claimed(person=ME, until=now() + timedelta(minutes=30)))

    def release(self, case: str) -> CaseFile:
        return self._do("release", case, Released(person=ME))

    def correct_class(self, case: str, klass: str) -> CaseFile:
        event = ClassCorrected(klass=klass, before=self._desk.case(case).klass)
        return self._do("correct_class", case, event)

    def confirm(self, case: str, field: str, index: int = 0, dwell_ms: int = 0) -> CaseFile:
        state = self._desk.case(case).field(field, index)
        if state is None:
            raise Trouble(f"There is nothing to confirm in {field}. Add a value first.")
        return self._review(case, Act.CONFIRMED, state.reading, dwell_ms)

    def correct(
        self,
        case: str,
        field: str,
        value: str,
        *,
        index: int = 0,
        evidence: Evidence | None = None,
        printed: str = "",
        dwell_ms: int = 0,
    ) -> CaseFile:
        if not value or "?" in value:
            raise Trouble(f"{value!r} cannot be a value of {field}. Type it as it stands on the page.")
        act = Act.CORRECTED if self._desk.case(case).field(field, index) else Act.ADDED
        reading = Reading(
            field=field,
            index=index,
            answer=Answer(value=value, printed=printed),
            confidence=1_000_000,
            method=Method.PERSON,
            evidence=evidence,
        )
        return self._review(case, act, reading, dwell_ms)

    def declare(
        self, case: str, field: str, index: int = 0, illegible: bool = False, dwell_ms: int = 0
    ) -> CaseFile:
        reading = Reading(field=field, index=index, answer=None, confidence=1_000_000, method=Method.PERSON)
        return self._review(case, Act.ILLEGIBLE if illegible else Act.NOT_PRESENT, reading, dwell_ms)

    def reopen(self, case: str, field: str, index: int = 0) -> CaseFile:
        event = FieldReviewed(field=field, index=index, act=Act.REOPENED, before=None, after=None)
        return self._do("reopen", case, event)

    def approve(self, case: str, password: str | None = None) -> CaseFile:
        self._prove(password)
        return self._do("approve", case, CaseApproved(signature=self._desk.sign("approved")))

    def reject(self, case: str, code: str, note: str = "", password: str | None = None) -> CaseFile:
        self._prove(password)
        reason = Reason(code=code, detail=note or None)
        return self._do("reject", case, CaseRejected(signature=self._desk.sign("refused"), reason=reason))

    def _review(self, case: str, act: Act, reading: Reading, dwell_ms: int) -> CaseFile:
        before = self._desk.case(case).field(reading.field, reading.index)
        event = FieldReviewed(
            field=reading.field,
            index=reading.index,
            act=act,
            before=before.reading.answer if before else None,
            after=reading.answer,
            reading=reading,
            dwell_ms=dwell_ms,
        )
        return self._do(act.value, case, event)

    def _prove(self, password: str | None) -> None:
        if not self._desk.wants_password:
            return
        if password is None:
            raise NeedsPassword("The policy wants your password for this signature. Give it to sign.")
        self._desk.prove(password)

    def _do(self, name: str, case: str, event: Event) -> CaseFile:
        if self._desk.must_sign_in():
            raise NeedsPassword("This person's signing key is sealed with their password. Sign in first.")
        self.calls.append(name)
        self._desk.note(event, self._desk.person, case)
        return self._desk.case(case)


class SmallCare:
    """Holds and erasures, with the refusals that a real desk makes."""

    def __init__(self, desk: SmallDesk) -> None:
        self._desk = desk

    def hold(self, case: str, order: str) -> CaseFile:
        self._note(case, HoldPlaced(order=order, signature=self._desk.sign("placed the hold")))
        return self._desk.case(case)

    def lift(self, case: str, order: str) -> CaseFile:
        if order not in [hold.order for hold in self._desk.case(case).holds]:
            raise Trouble(f"No hold {order!r} stands on this case.")
        self._note(case, HoldLifted(order=order, signature=self._desk.sign("lifted the hold")))
        return self._desk.case(case)

    def check_erasable(self, case: str, order: str) -> CaseFile:
        file = self._desk.case(case)
        if file.holds:
            raise Trouble("This case is held and stays.")
        return file

    def erase(self, case: str, order: str) -> Erased:
        file = self.check_erasable(case, order)
        event = Erased(
            order=order,
            openings=len(file.fields),
            documents=tuple(document.sha256 for document in file.documents),
            signature=self._desk.sign("ordered the erasure"),
        )
        self._note(case, event)
        return event

    def _note(self, case: str, event: Event) -> None:
        self._desk.note(event, self._desk.person, case)
