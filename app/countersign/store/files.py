"""Writes files so that they are whole or not there."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import time

from countersign.domain.errors import Trouble

_PASSING = ".new-"
_TORN_AFTER = 600
"""Seconds after which nobody is writing a file any longer."""


def write_whole(
    file: Path, content: bytes | Iterable[bytes], *, private: bool = False, lasting: bool = True
) -> None:
    """Write a file under a passing name, flush it to the disk, then give it its own; raises Trouble.

    Content may come in pieces. The file is readable by its owner only when `private`. What can be made again
    need not be `lasting`: it is whole or not there after a kill, and may be torn after a power cut.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, passing = tempfile.mkstemp(prefix=_PASSING, dir=file.parent)  # 0600 from the start
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines((content,) if isinstance(content, bytes) else content)
                if lasting:
                    stream.flush()
                    os.fsync(stream.fileno())
            if not private:
                Path(passing).chmod(0o644)
            Path(passing).replace(file)
        except BaseException:
            Path(passing).unlink(missing_ok=True)
            raise
        if lasting:
            _flush_folder(file.parent)
    except OSError as error:
        raise Trouble(
            f"{file.name} cannot be written to {file.parent} ({error.strerror}). Make room or give this "
            "account the right to write there, then try again."
        ) from error


def destroy(file: Path) -> None:
    """Overwrite a file and delete it, durably; without effect when it is not there. Raises Trouble.

    A file system that writes elsewhere (a log-structured one, a solid-state disk) keeps what was there for a
    while: nothing that a program can do reaches it.
    """
    try:
        with file.open("r+b") as stream:
            stream.write(os.urandom(file.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
        file.unlink()
        _flush_folder(file.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Trouble(
            f"{file.name} cannot be deleted from {file.parent} ({error.strerror}). Give this account the "
            "right to, then try again."
        ) from error


def destroy_torn(folder: Path) -> None:
    """Destroy what a kill in the middle of `write_whole` left in a folder; raises Trouble."""
    for torn in folder.glob(f"{_PASSING}*"):
        with suppress(FileNotFoundError):
            if abs(time() - torn.stat().st_mtime) > _TORN_AFTER:
                destroy(torn)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system offers it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
