"""The accountability answer over a store: what the command line and the desk ask for."""

import hashlib
from pathlib import Path

from countersign.audit.cosign import Known
from countersign.domain.errors import Trouble
from countersign.domain.event import DocumentReceived, Entry
from countersign.insight import paper, sheet
from countersign.insight.explain import DESK_KINDS, explain
from countersign.insight.explained import Explanation, Kept
from countersign.settings import anchors
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.files import write_whole
from countersign.store.store import Store

_AT_ONCE = 1 << 20


def explain_case(home: Home, store: Store, words: Catalogue, case: str) -> Explanation:
    """Tell a case from the record, with its proofs and its kept document looked at; raises Trouble."""
    entries = store.entries(case)
    return explain(
        entries,
        store.desk_entries(DESK_KINDS),
        words,
        proof=store.case_proof(case, _witnesses(home)),
        kept=_kept(store, entries),
    )


def write_pdf(explained: Explanation, file: Path) -> None:
    """Write the page as a PDF, set in this process, which must not be the desk's; raises Trouble."""
    if not file.parent.is_dir():
        raise Trouble(f"There is no folder {file.parent}. Make it, or choose another.")
    write_whole(
        file, paper.pdf(sheet.html(explained), sheet.title_of(explained), sheet.STYLE, may_shrink=True)
    )


def print_case(home: Home, store: Store, words: Catalogue, case: str, file: Path) -> None:
    """Write the page of a case as a PDF, set in a process of its own; raises Trouble."""
    explained = explain_case(home, store, words, case)
    write_whole(
        file, paper.pdf_apart(sheet.html(explained), sheet.title_of(explained), sheet.STYLE, may_shrink=True)
    )


def _witnesses(home: Home) -> tuple[Known, ...]:
    """Return whom the desk has as witnesses; most have none, and need not load what speaks to them."""
    if not (home.root / anchors.FILE).exists():
        return ()
    from countersign.wiring.anchors import known_witnesses

    return known_witnesses(home)


def _kept(store: Store, entries: tuple[Entry, ...]) -> Kept:
    """Look whether the document is still there, byte for byte as received."""
    received = next((e.event for e in entries if isinstance(e.event, DocumentReceived)), None)
    if received is None:
        return Kept.UNCHECKED
    try:
        path = store.library.path(received.sha256)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_AT_ONCE):
                digest.update(block)
    except (Trouble, FileNotFoundError):
        return Kept.GONE
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}). Give this account the right to.") from error
    return Kept.UNCHANGED if digest.hexdigest() == received.sha256 else Kept.CHANGED
