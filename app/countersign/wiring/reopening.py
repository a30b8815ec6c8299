"""Opens a document once more whose opened form was let go; nothing of it is kept."""

from pathlib import Path

from countersign.domain.document import MediaType, Opened, Page, Refusal
from countersign.domain.errors import Trouble
from countersign.store.library import Library
from countersign.workflow.ports import Pages


def opened_again(library: Library, pages: Pages, sha256: str, media_type: MediaType) -> Opened | None:
    """Return an opened document, from the library or its bytes; None when they are gone or unreadable.

    What it is must be told from the record: some kinds are known by the name that it came with.
    """
    kept = library.opened(sha256)
    if kept is not None or not library.holds(sha256):
        return kept
    try:
        return _opened(library.path(sha256), pages, sha256, media_type)
    except Trouble:
        if library.holds(sha256):
            raise
        return None  # its case was erased just now


def _opened(path: Path, pages: Pages, sha256: str, media_type: MediaType) -> Opened | None:
    opened = pages.open(path, sha256, media_type)
    if isinstance(opened, Refusal):
        return None
    answers = [pages.recognise(path, media_type, number) for number in opened.unread]
    return opened.with_read(answer for answer in answers if isinstance(answer, Page))
