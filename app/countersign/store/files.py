"""Writes files so that they are whole or not there."""

import os
import tempfile
from pathlib import Path

from countersign.domain.errors import Trouble


def write_whole(file: Path, content: bytes, *, private: bool = False, lasting: bool = True) -> None:
    """Write a file under a passing name, flush it to the disk, then give it its own; raises Trouble.

    The file is readable by its owner only when `private`. What can be made again need not be `lasting`: it is
    whole or not there after a kill, and may be torn after a power cut.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, passing = tempfile.mkstemp(prefix=".new-", dir=file.parent)  # 0600 from the start
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
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


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system offers it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
