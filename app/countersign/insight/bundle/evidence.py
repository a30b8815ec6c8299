"""The documents as received, each held against its hash on the record once more while it is packed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.insight.bundle.bag import Bag
from countersign.store.library import Library

_ENDINGS = {
    MediaType.PDF: "pdf",
    MediaType.PNG: "png",
    MediaType.JPEG: "jpg",
    MediaType.TIFF: "tif",
    MediaType.XML: "xml",
    MediaType.MAIL: "eml",
    MediaType.OTHER: "bin",
}
"""Never the ending of the name it came with: that is a stranger's text."""
_PACKED = frozenset({MediaType.PDF, MediaType.PNG, MediaType.JPEG})
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_AT_ONCE = 1 << 20

AS_RECEIVED, WITHHELD, ERASED = "as received", "withheld", "erased"


class Paper(NamedTuple):
    """A document as the record names it."""

    sha256: str
    media_type: MediaType
    length: int | None
    name: str
    case: str
    is_apart: bool = False
    """A mail that was taken apart: its attachments are the documents of cases, the mail is not."""


class Custody(NamedTuple):
    """What became of a document."""

    state: str
    sha256_now: str = ""
    file: str = ""


class Evidence:
    """Packs documents, each once."""

    def __init__(self, bag: Bag, library: Library, *, withholds: bool) -> None:
        self._bag = bag
        self._library = library
        self._withholds = withholds
        self.packed = 0
        self.withheld = 0

    def keep(self, paper: Paper, *, is_erased: bool) -> Custody:
        """Pack a document; raises Trouble when its file is gone or is not what was received."""
        if is_erased:
            return Custody(ERASED)
        if self._withholds:
            self.withheld += 1
            return Custody(WITHHELD)
        if not _SHA256.match(paper.sha256):
            raise Trouble(f"Case {paper.case} names no document by its hash. Run `countersign verify`.")
        folder = "mail" if paper.is_apart else "evidence"
        path = f"{folder}/{paper.sha256}.{_ENDINGS[paper.media_type]}"
        if not self._bag.has(path):
            self._pack(paper, path)
            self.packed += 1
        return Custody(AS_RECEIVED, paper.sha256, f"data/{path}")

    def _pack(self, paper: Paper, path: str) -> None:
        what = f"The document {paper.name} of case {paper.case} (SHA-256 {paper.sha256})"
        do = "Put it back from a backup, or withhold the documents"
        try:
            found = self._library.path(paper.sha256)
        except Trouble as error:
            raise Trouble(f"{what} is gone. {do}.") from error
        with self._bag.payload(path, is_packed=paper.media_type in _PACKED) as sink:
            for chunk in _chunks(found, f"{what} cannot be read. {do}."):
                sink.write(chunk)
        if sink.sha256 != paper.sha256 or paper.length not in (None, sink.length):
            raise Trouble(f"{what} is not what was received: its file was changed. {do}.")


def _chunks(file: Path, trouble: str) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_AT_ONCE):
                yield chunk
    except OSError as error:
        raise Trouble(trouble) from error
