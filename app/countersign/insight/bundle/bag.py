"""A BagIt 1.0 bag (RFC 8493), zipped, written in one go: every file is hashed while it is packed.

Order, times and rights of the entries are fixed, so the same content gives the same bytes.
"""

import hashlib
import json
import os
import re
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from countersign.domain.errors import Trouble

_LEVEL = 4
_AT_ONCE = 1 << 18
_LARGE = 1 << 30
_ABANDONED = 3600.0
"""Seconds after which a file that nobody gave its name was left behind."""
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*(/[A-Za-z0-9][A-Za-z0-9._@-]*)*\Z")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)


class Sink:
    """A file of the bag that is being written: counts and hashes what goes through it."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self._digest = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waits = 0
        self.length = 0

    def write(self, content: bytes) -> None:
        """Take the next bytes; small ones are gathered, for packing costs by the call."""
        self._waiting.append(content)
        self._waits += len(content)
        if self._waits >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Pass on what was gathered."""
        content = b"".join(self._waiting)
        self._waiting, self._waits = [], 0
        self.length += len(content)
        self._digest.update(content)
        self._into.write(content)

    @property
    def sha256(self) -> str:
        """Hash of all that was passed on, hex."""
        return self._digest.hexdigest()


class Spool(Sink):
    """A file of the bag that is made beside others and packed later; it has no name on the disk."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._file = file

    def chunks(self) -> Iterator[bytes]:
        """Give back all that was written, and let it go."""
        self.flush()
        self._file.seek(0)
        while chunk := self._file.read(_AT_ONCE):
            yield chunk
        self._file.close()


class Bag:
    """The bag while it is packed."""

    def __init__(self, stream: IO[bytes], top: str, folder: Path) -> None:
        """Pack into a stream, all under one folder `top`; spools lie in `folder`."""
        self._opened = ExitStack()
        self._zip = self._opened.enter_context(
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, True, _LEVEL)
        )
        self._top = top
        self._folder = folder
        self._manifest = self.spool()
        self._tags: list[str] = []
        self._octets = 0
        self.files = 0
        """Files of payload so far."""

    def __enter__(self) -> "Bag":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the spools go; the zip ends with what is in it."""
        self._opened.close()

    def spool(self) -> Spool:
        """Begin a file that is made beside others."""
        return Spool(self._opened.enter_context(tempfile.TemporaryFile(dir=self._folder)))

    @contextmanager
    def payload(self, path: str, *, is_packed: bool = False, length: int | None = None) -> Iterator[Sink]:
        """Write a file under data/; one that is packed already (PDF, JPEG) is stored as it is.

        `length` is its size in bytes where that is known.
        """
        with self._entry(f"data/{path}", is_packed, length) as sink:
            yield sink
        self._octets += sink.length
        self.files += 1
        self._manifest.write(f"{sink.sha256}  data/{path}\n".encode())

    def add(self, path: str, content: bytes, *, is_packed: bool = False) -> str:
        """Write a whole file under data/; return its SHA-256."""
        with self.payload(path, is_packed=is_packed, length=len(content)) as sink:
            sink.write(content)
        return sink.sha256

    def take(self, path: str, spool: Spool) -> str:
        """Write what was spooled under data/; return its SHA-256."""
        with self.payload(path) as sink:
            for chunk in spool.chunks():
                sink.write(chunk)
        return sink.sha256

    def has(self, path: str) -> bool:
        """Tell whether a file is under data/ already."""
        return f"{self._top}/data/{path}" in self._zip.NameToInfo

    def tag(self, path: str, content: bytes) -> None:
        """Write a file that describes the bag or helps to read it."""
        self._tags.append(f"{self._put(path, (content,))}  {path}\n")

    def seal(self, info: dict[str, str], sign: Callable[[bytes], bytes]) -> None:
        """Write the manifests and end the bag; `sign` gives the signature over the tag manifest."""
        self.tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        told = {**info, "Payload-Oxum": f"{self._octets}.{self.files}"}
        self.tag("bag-info.txt", "".join(f"{name}: {value}\n" for name, value in told.items()).encode())
        sha256 = self._put("manifest-sha256.txt", self._manifest.chunks())
        self._tags.append(f"{sha256}  manifest-sha256.txt\n")
        tags = "".join(sorted(self._tags, key=lambda line: line[66:])).encode()
        self._put("tagmanifest-sha256.txt", (tags,))
        self._put("tagmanifest-sha256.txt.p7s", (sign(tags),))
        self._opened.close()

    def _put(self, path: str, content: Iterable[bytes]) -> str:
        with self._entry(path, False, None) as sink:
            for chunk in content:
                sink.write(chunk)
        return sink.sha256

    @contextmanager
    def _entry(self, path: str, is_packed: bool, length: int | None) -> Iterator[Sink]:
        name = f"{self._top}/{path}"
        if not _PATH.match(path) or name in self._zip.NameToInfo:
            raise ValueError(f"not a path for a new file of a bag: {path!r}")
        entry = zipfile.ZipInfo(name) if is_packed else name  # both are dated 1980
        with self._zip.open(entry, "w", force_zip64=length is None or length > _LARGE) as stream:
            sink = Sink(stream)
            yield sink
            sink.flush()


def top_folder(out: Path) -> str:
    """Name the one folder of a bag after its zip, in signs that every system takes."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", out.stem).lstrip(".-_") or "bundle"
    return f"bundle-{name}" if _RESERVED.match(name) else name[:100]


@contextmanager
def whole_file(out: Path) -> Iterator[IO[bytes]]:
    """Write a file under a passing name beside its own, so that it is whole or not there; raises Trouble.

    Only its owner may read it: what is in it is nobody else's business until they hand it on.
    What an earlier attempt left behind when it was killed is cleared away, once it is an hour old: what is
    younger may be another's who writes at this moment.
    """
    if out.exists():
        raise Trouble(f"{out} is there already. Choose another name, or move it away first.")
    passing = f".{out.name}."
    try:
        for left in out.parent.glob(f"{_escaped(passing)}*.part"):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(prefix=passing, suffix=".part", dir=out.parent)
        file = Path(name)
        try:
            with os.fdopen(handle, "w+b") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _give_name(file, out)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Trouble(
            f"{out.name} cannot be written to {out.parent} ({error.strerror}). Make room there, give this "
            "account the right to write, or choose another folder."
        ) from error


def _give_name(file: Path, out: Path) -> None:
    """Give the finished file its name, unless someone took that meanwhile."""
    try:
        os.link(file, out)  # fails where the name is taken, which a rename would not
    except FileExistsError as error:
        raise Trouble(f"{out} was made by someone else meanwhile. Choose another name.") from error
    except OSError:
        file.replace(out)  # a file system without links
    else:
        file.unlink()


def _escaped(name: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", name)


def pretty(value: Any) -> bytes:
    """Write the JSON of a bundle: sorted keys, one member a line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def compact(value: Any) -> bytes:
    """Write one line of JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
