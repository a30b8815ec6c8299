"""Brings documents in: keeps the bytes as received, and records each as the beginning of a case."""

import base64
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

from countersign.documents.sniff import HEAD, sniff
from countersign.domain.actor import Actor
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    DocumentReceived,
    DocumentReceivedAgain,
    DocumentRefused,
    Draft,
    Erased,
    Event,
    MailTakenApart,
)
from countersign.domain.reason import Reason
from countersign.intake.kinds import READABLE, is_document, is_passing
from countersign.intake.mail import take_apart
from countersign.intake.report import IntakeReport, Item, Outcome
from countersign.settings.limits import Limits
from countersign.workflow.care import mail_effect
from countersign.workflow.ports import Ledger, Library

_BARRED = "a folder that may not be read"


def case_id(sha256: str, life: int = 1) -> str:
    """Return the case that these bytes open: the same bytes twice are one case, until that is erased."""
    first = "c-" + base64.b32encode(bytes.fromhex(sha256)).decode()[:12].lower()
    return first if life == 1 else f"{first}-{life}"


class Intake:
    """The door for documents.

    A file that is a document by its bytes or by its name opens a case, readable or not; what plainly is none
    is reported as set aside. A mail is kept as received, and each attachment opens a case of its own that
    names the mail it came within; what became of each part stands under the mail's own case id. Only a mail
    without any document is itself the document of a case.
    """

    def __init__(self, library: Library, ledger: Ledger, limits: Limits, actor: Actor) -> None:
        self._library = library
        self._ledger = ledger
        self._limits = limits
        self._actor = actor

    def take(
        self, paths: Sequence[Path], channel: str, each: Callable[[Item], None] | None = None
    ) -> IntakeReport:
        """Take files and folders in; `each` is told of every item as soon as it is recorded.

        Raises Trouble before anything is taken when a path does not exist, cannot be read, or is a folder
        with no document in it.
        """
        items = []
        for item in self.taking(paths, channel):
            items.append(item)
            if each:
                each(item)
        return IntakeReport(items=tuple(items))

    def taking(self, paths: Sequence[Path], channel: str) -> Iterator[Item]:
        """Take files and folders in, one item after the other; see `take`."""
        must_hold_documents(paths)
        for path in paths:
            if path.is_dir():
                for file in _files(path):
                    yield from self._take_found(file, channel)
            else:
                yield from self._take_file(path, channel)

    def take_found(self, file: Path, channel: str) -> IntakeReport:
        """Take a file that nobody named, because it lay in a folder: it may plainly be no document."""
        return IntakeReport(items=tuple(self._take_found(file, channel)))

    def _take_found(self, file: Path, channel: str) -> Iterator[Item]:
        reason = _why_not(file)
        if reason:
            yield _aside(file, reason)
            return
        yield from self._take_file(file, channel)

    def _take_file(self, file: Path, channel: str) -> Iterator[Item]:
        try:
            length = file.stat().st_size
            if length > self._limits.max_bytes:
                yield self._decline_large(file, length, channel)
                return
            content = file.read_bytes()
        except OSError as error:
            raise Trouble(
                f"{file} cannot be read ({error.strerror}). Mend that and bring it in again."
            ) from error
        media_type = sniff(content[:HEAD], file.name)
        if media_type is MediaType.MAIL:
            yield from self._take_mail(content, file, channel)
        else:
            name = _name_of(file)
            yield self._take_document(content, media_type, name, origin=str(file), channel=channel)

    def _take_document(
        self,
        content: bytes,
        media_type: MediaType,
        name: str,
        *,
        origin: str,
        channel: str,
        within: str | None = None,
    ) -> Item:
        document = self._library.keep(content, media_type, name)
        received = DocumentReceived(
            sha256=document.sha256,
            length=document.length,
            media_type=media_type,
            channel=channel,
            name=name,
            within=within,
        )
        item = self._receive(received, origin)
        self._library.keep(content, media_type, name)  # an erasure may have taken the bytes in between
        return item

    def _take_mail(self, content: bytes, file: Path, channel: str) -> Iterator[Item]:
        kept = self._library.keep(content, MediaType.MAIL, _name_of(file))
        mail = take_apart(content, self._limits.max_bytes)
        taken, aside = [], []
        for part in mail.parts:
            origin = f"{file}/{part.name}"
            if part.reason:
                aside.append(f"{part.name}: {part.reason}")
                item = _aside(origin, part.reason)
            else:
                item = self._take_document(
                    part.content,
                    part.media_type,
                    part.name,
                    origin=origin,
                    channel=channel,
                    within=kept.sha256,
                )
                taken.append(item.sha256 or "")
            yield item
        apart = MailTakenApart(
            sha256=kept.sha256,
            subject=mail.subject,
            sender=mail.sender,
            taken=tuple(dict.fromkeys(taken)),
            set_aside=tuple(aside),
        )
        if taken:
            case = case_id(kept.sha256)
            self._ledger.append([self._draft(apart, case, mail_effect(kept.sha256))])
            return
        received = DocumentReceived(
            sha256=kept.sha256,
            length=kept.length,
            media_type=kept.media_type,
            channel=channel,
            name=kept.name,
        )
        refused = DocumentRefused(sha256=kept.sha256, reason=Reason(code="mail_without_document"))
        yield self._receive(received, str(file), apart, refused)

    def _decline_large(self, file: Path, length: int, channel: str) -> Item:
        """Open a case for a file that is too large to keep: it stays where it is, known by its SHA-256."""
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            content.seek(0)
            media_type = sniff(content.read(HEAD), file.name)
        received = DocumentReceived(
            sha256=sha256, length=length, media_type=media_type, channel=channel, name=_name_of(file)
        )
        detail = f"{length:,} bytes, at most {self._limits.max_bytes:,} are allowed"
        refused = DocumentRefused(sha256=sha256, reason=Reason(code="too_large", detail=detail))
        return self._receive(received, str(file), refused)

    def _receive(self, received: DocumentReceived, origin: str, *more: Event) -> Item:
        """Record an arrival, with what is known about it at once; the same bytes again are only noted.

        Where their case was erased, the bytes that come again open a case of their own.
        """
        sha256 = received.sha256
        for life in count(1):
            case = case_id(sha256, life)
            effect = f"received/{sha256}" if life == 1 else f"received/{sha256}/{life}"
            drafts = [
                self._draft(received, case, effect),
                *(self._draft(event, case, f"{effect}/{event.kind}") for event in more),
            ]
            if self._ledger.append(drafts)[0].fresh:
                return Item(path=origin, outcome=Outcome.TAKEN, case=case, sha256=sha256)
            if not any(isinstance(entry.event, Erased) for entry in self._ledger.entries(case)):
                break
        again = DocumentReceivedAgain(sha256=sha256, channel=received.channel, name=received.name)
        self._ledger.append([self._draft(again, case, None)])
        return Item(path=origin, outcome=Outcome.AGAIN, case=case, sha256=sha256)

    def _draft(self, event: Event, case: str, effect: str | None) -> Draft:
        return Draft(event=event, actor=self._actor, case=case, effect=effect)


def must_hold_documents(paths: Sequence[Path]) -> None:
    """Raise Trouble, before anything is taken, when at one of the paths there is nothing to take."""
    for path in paths:
        try:
            _must_be_readable(path)
        except OSError as error:  # a name that is too long, a folder on the way that may not be entered
            raise Trouble(
                f"{path} cannot be read ({error.strerror}). Mend that, or check the name."
            ) from error


def _must_be_readable(path: Path) -> None:
    if path.is_dir():
        if all(_why_not(file) for file in _files(path)):
            raise Trouble(f"There is no document in {path}. The desk reads {READABLE}.")
    elif not path.exists():
        raise Trouble(f"There is no file or folder {path}. Check the name.")
    elif not path.is_file():
        raise Trouble(f"{path} is neither a file nor a folder. Bring in a file: {READABLE}.")
    elif not os.access(path, os.R_OK):
        raise Trouble(f"{path} may not be read by you. Ask for the right to read it.")


def _files(folder: Path) -> Iterator[Path]:
    """Yield every file under a folder, in order of name, and the folders that are not entered."""
    barred: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=barred.append):
        passed = [name for name in folders if name.startswith(".") or Path(place, name).is_symlink()]
        folders[:] = sorted(set(folders) - set(passed))
        for name in sorted([*names, *passed]):
            yield Path(place, name)
    yield from (Path(error.filename) for error in barred)


def _why_not(file: Path) -> str:
    """Say why a file found in a folder is no document, nothing when it is one."""
    if is_passing(file.name):
        return "hidden, or not yet finished by the program that writes it"
    try:
        if file.is_dir():
            return "a link to a folder, which is not followed" if file.is_symlink() else _BARRED
        if not file.is_file():
            return "not an ordinary file"
        with file.open("rb") as content:
            media_type = sniff(content.read(HEAD), file.name)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "" if is_document(media_type, file.name) else "not a document"


def _name_of(file: Path) -> str:
    """Return the name of a file as text that can be recorded: systems allow bytes that are none."""
    return file.name.encode("utf-8", "replace").decode()


def _aside(origin: Path | str, reason: str) -> Item:
    return Item(path=str(origin), outcome=Outcome.SET_ASIDE, reason=reason)
