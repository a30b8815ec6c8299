"""Desks with a case to erase, and processes that die in the middle of erasing it."""

import os
import signal
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.store.stories import ADA, CARD, INTAKE, invoice, review, story

from countersign.domain.actor import Role
from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.domain.event import DocumentReceived, Draft, Event
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import library as libraries
from countersign.store import writer
from countersign.store.database import Database
from countersign.store.erasure import Guard
from countersign.store.founding import open_store
from countersign.store.library import Library
from countersign.store.store import Store
from countersign.workflow.care import CaseCare

RARE = "Zebrafinkenstein"
"""A word that stands in the erased case alone."""
FOUND_AS = (RARE, RARE.upper(), RARE.casefold(), "DE02120300000000202051", "991177.55")


def bytes_of(case: str) -> bytes:
    """Return the document of a case of tests/store/stories.py."""
    return case.encode()


def fill(store: Store, home: Home, case: str = "gone", others: int = 40) -> None:
    """Put cases on the record around one that holds the rare word in every place that there is."""
    for n in range(others):
        put(store, f"before-{n}", invoice(n, vendor=f"Vendor {n * 7919 % 97}"))
    values = invoice(990, vendor=f"{RARE} & Söhne", amount="991177.55") | {
        "iban": "DE02120300000000202051",
        "invoice_number": f"{RARE}-17",
    }
    put(store, case, values, name=f"{RARE} Rechnung.pdf")
    for n in range(others):
        put(store, f"after-{n}", invoice(n, vendor=f"Vendor {n * 7919 % 89}"))
    taken = home.inbox / "taken" / "2026-01-05" / f"{case}.pdf"
    taken.parent.mkdir(parents=True, exist_ok=True)
    taken.write_bytes(bytes_of(case))


def put(
    store: Store,
    case: str,
    values: dict[str, str],
    *,
    name: str | None = None,
    content: bytes | None = None,
    within: str | None = None,
) -> str:
    """Put one settled case on the record, its document and its opened form into the library."""
    content = bytes_of(case) if content is None else content
    drafts = story(case, values)
    received = DocumentReceived(
        sha256=sha256(content).hexdigest(),
        length=len(content),
        media_type=MediaType.PDF,
        channel="test",
        name=name or f"{case}.pdf",
        within=within,
    )
    drafts[0] = drafts[0].model_copy(update={"event": received})
    store.append([*drafts, *review(case)])
    store.library.keep(content, MediaType.PDF, case)
    words = tuple(Word(value, 1, 1, 2, 2, 0) for value in values.values())
    page = Page(number=0, width=595, height=842, source=TextSource.TEXT_LAYER, words=words)
    store.library.keep_opened(Opened(sha256=received.sha256, media_type=MediaType.PDF, pages=(page,)))
    return received.sha256


def care_of(store: Store) -> CaseCare:
    """Return the care of the administrator."""
    return CaseCare(store, store.eraser, store.person(ADA.id, Role.ADMINISTRATOR))


def traces(home: Home, case: str = "gone") -> list[str]:
    """Name every file of the desk that still has something of the case: its words, its bytes, its name."""
    digest = sha256(bytes_of(case)).hexdigest()
    found = []
    for file in home.root.rglob("*"):
        if not file.is_file():
            continue
        content = file.read_bytes()
        if any(form.encode(code) in content for form in FOUND_AS for code in ("utf-8", "utf-16-le")):
            found.append(f"{file.name} has the rare word")
        if content == bytes_of(case) or file.name.startswith(digest):
            found.append(f"{file.name} is a file of the case")
    return found


# -- dying at a step --------------------------------------------------------------------------------


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


STEPS: dict[str, tuple[Any, str]] = {
    "note": (Library, "note_under_way"),
    "append": (writer.Writer, "_commit"),
    "keys": (Guard, "destroy"),
    "file": (Library, "forget"),
    "document": (libraries, "destroy"),
    "opened": (Library, "forget_opened"),
    "copies": (Library, "_copies"),
    "tidy": (Database, "compact"),
    "end": (Library, "nothing_under_way"),
}


def erase_and_die(root: Path, words: Catalogue, step: str, when: str) -> None:
    """Erase the case, and die before or after a step of it."""
    home = Home(root)
    with (
        open_store(home, agents=[CARD], person=ADA, words=words) as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        owner, name = STEPS[step]
        original: Callable[..., Any] = getattr(owner, name)

        def last(*arguments: Any, **named: Any) -> Any:
            if when == "before":
                _die()
            answer = original(*arguments, **named)
            _die()
            return answer

        patch.setattr(owner, name, last)
        care_of(store).erase("gone", "GDPR-7")
    raise AssertionError(f"the step {step} was never taken")


def draft(event: Event, case: str = "gone") -> Draft:
    """Return a draft of the system."""
    return Draft(event=event, actor=INTAKE, case=case)
