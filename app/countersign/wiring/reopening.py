"""Opens a document once more whose opened form was let go; nothing of it is kept."""

from pathlib import Path

from countersign.documents.sniff import HEAD, sniff
from countersign.domain.document import Opened, Page, Refusal
from countersign.store.library import Library
from countersign.workflow.ports import Pages


def opened_again(library: Library, pages: Pages, sha256: str) -> Opened | None:
    """Return an opened document, from the library or its bytes; None when they are gone or unreadable."""
    kept = library.opened(sha256)
    if kept is not None or not library.holds(sha256):
        return kept
    try:
        return _opened(library.path(sha256), pages, sha256)
    except FileNotFoundError:
        return None  # its case was erased just now


def _opened(path: Path, pages: Pages, sha256: str) -> Opened | None:
    with path.open("rb") as content:
        media_type = sniff(content.read(HEAD), sha256)
    opened = pages.open(path, sha256, media_type)
    if isinstance(opened, Refusal):
        return None
    answers = [pages.recognise(path, media_type, number) for number in opened.unread]
    return opened.with_read(answer for answer in answers if isinstance(answer, Page))
