"""Documents as received, named by their content, and the opened form that saves opening them again."""

import hashlib
import zlib
from pathlib import Path

from pydantic import ValidationError

from countersign.domain.document import Document, MediaType, Opened
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store.files import write_whole

_LARGEST_OPENED = 1 << 30
"""Bytes of an opened document; what unpacks to more was not written by us."""


class Library:
    """The files of one desk (a Library as workflow/ports.py asks for)."""

    def __init__(self, home: Home) -> None:
        self._documents = home.documents
        self._derived = home.derived

    def keep(self, content: bytes, media_type: MediaType, name: str) -> Document:
        """Keep bytes as received; the same bytes twice are one document."""
        sha256 = hashlib.sha256(content).hexdigest()
        file = _place(self._documents, sha256)
        if not (file.exists() and file.stat().st_size == len(content)):
            write_whole(file, content)
        return Document(sha256=sha256, media_type=media_type, length=len(content), name=name)

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie, to be read only; raises Trouble when they are gone."""
        file = _place(self._documents, sha256)
        if not file.exists():
            raise Trouble(
                f"The document {sha256[:12]} is gone from {self._documents}. Put it back from a backup."
            )
        return file

    def opened(self, sha256: str) -> Opened | None:
        """Return what was kept of an opened document; None when it was not kept or cannot be read."""
        file = _place(self._derived, sha256).with_suffix(".opened")
        try:
            unpacker = zlib.decompressobj()
            content = unpacker.decompress(file.read_bytes(), _LARGEST_OPENED)
            found = Opened.model_validate_json(content) if unpacker.eof else None
        except (OSError, zlib.error, ValidationError):
            return None
        return found if found and found.sha256 == sha256 else None

    def keep_opened(self, opened: Opened) -> None:
        """Keep an opened document, so that nobody has to open it again."""
        content = zlib.compress(opened.model_dump_json().encode(), 1)
        write_whole(_place(self._derived, opened.sha256).with_suffix(".opened"), content, lasting=False)


def _place(folder: Path, sha256: str) -> Path:
    if len(sha256) != 64 or not all(sign in "0123456789abcdef" for sign in sha256):
        raise ValueError(f"not the SHA-256 of a document: {sha256!r}")
    return folder / sha256[:2] / sha256
