"""Documents as received, named by their content, and the opened form that saves opening them again."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from countersign.domain.document import Document, MediaType, Opened
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store.files import destroy, destroy_torn, write_whole

_LARGEST_OPENED = 1 << 30
"""Bytes of an opened document; what unpacks to more was not written by us."""


class Library:
    """The files of one desk (a Library as workflow/ports.py asks for)."""

    def __init__(self, home: Home) -> None:
        self._documents = home.documents
        self._derived = home.derived
        self._taken = home.inbox / "taken"  # where intake/watch.py leaves what it has brought in
        self._note = home.root / "erasing.json"
        self._lock = home.root / "erasing.lock"
        self._by_length: dict[int, list[Path]] | None = None

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

    def holds(self, sha256: str) -> bool:
        """Return whether the bytes are here; those of an erased case are not."""
        return _place(self._documents, sha256).exists()

    def opened(self, sha256: str) -> Opened | None:
        """Return what was kept of an opened document; None when it was not kept or cannot be read."""
        file = self._opened_file(sha256)
        try:
            unpacker = zlib.decompressobj()
            content = unpacker.decompress(file.read_bytes(), _LARGEST_OPENED)
            found = Opened.model_validate_json(content) if unpacker.eof else None
        except (OSError, zlib.error, ValidationError):
            return None
        return found if found and found.sha256 == sha256 else None

    def has_opened(self, sha256: str) -> bool:
        """Return whether an opened document was kept."""
        return self._opened_file(sha256).exists()

    def keep_opened(self, opened: Opened) -> None:
        """Keep an opened document, so that nobody has to open it again."""
        content = zlib.compress(opened.model_dump_json().encode(), 1)
        write_whole(self._opened_file(opened.sha256), content, lasting=False)

    def _opened_file(self, sha256: str) -> Path:
        return _place(self._derived, sha256).with_suffix(".opened")

    # -- erasure ---------------------------------------------------------------------------------------

    @contextmanager
    def erasing(self, patience: float = 60) -> Iterator[bool]:
        """Be the only one who erases; without patience, False when another is at it, else Trouble."""
        lock = FileLock(self._lock, thread_local=False)
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            if patience:
                raise Trouble("Another program is erasing cases. Wait until it is done.") from error
            yield False
            return
        try:
            self._by_length = None
            yield True
        finally:
            lock.release()

    def under_way(self) -> dict[str, int] | None:
        """Return the files (length by SHA-256) of the erasure that is under way, None when none is."""
        try:
            found = json.loads(self._note.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Trouble(
                f"{self._note} cannot be read, so an erasure cannot be finished. Give this account the right "
                "to read it."
            ) from error
        return {str(sha256): int(length) for sha256, length in found.items()}

    def note_under_way(self, files: dict[str, int]) -> None:
        """Write down, durably, that these files may have to go; the lengths of those at hand are added."""
        known = {sha256: self._length(sha256, length) for sha256, length in files.items()}
        files.update(known)
        write_whole(self._note, json.dumps(known).encode(), private=True)

    def nothing_under_way(self) -> None:
        """Take the note away."""
        destroy(self._note)

    def forget(self, sha256: str, length: int) -> None:
        """Delete a document, its opened form, and the copy that a watched folder kept; raises Trouble."""
        file = _place(self._documents, sha256)
        destroy(file)
        self.forget_opened(sha256)
        for folder in (file.parent, self._opened_file(sha256).parent):
            destroy_torn(folder)
        for copy in self._copies(length):
            if copy.exists() and _digest(copy) == sha256:
                destroy(copy)

    def forget_opened(self, sha256: str) -> bool:
        """Delete what was kept of an opened document; False when nothing was."""
        file = self._opened_file(sha256)
        was_there = file.exists()
        destroy(file)
        return was_there

    def _length(self, sha256: str, length: int) -> int:
        file = _place(self._documents, sha256)
        return file.stat().st_size if length < 0 and file.exists() else length

    def _copies(self, length: int) -> list[Path]:
        """Return the files of that length among those that a watched folder kept."""
        if self._by_length is None:
            self._by_length = {}
            for file in self._taken.rglob("*"):
                if file.is_file():
                    self._by_length.setdefault(file.stat().st_size, []).append(file)
        return self._by_length.get(length, [])


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _place(folder: Path, sha256: str) -> Path:
    if len(sha256) != 64 or not all(sign in "0123456789abcdef" for sign in sha256):
        raise ValueError(f"not the SHA-256 of a document: {sha256!r}")
    return folder / sha256[:2] / sha256
