"""How long the log was at its last signed head, noted beside the database, so that a lost end shows.

Nothing here is evidence: whoever can change the database can change the note. It is there for accidents, such
as a write-ahead log deleted after a crash, or a database put back from a backup without the rest of its
folder. SQLite opens both without a word, at an earlier state.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from countersign.domain.errors import Trouble
from countersign.store.files import write_whole


class HighWater:
    """The note beside a database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.with_name("head.json")

    def note(self, size: int) -> None:
        """Note that so many records are durable and signed; the note may lag behind, never run ahead."""
        write_whole(self._file, json.dumps({"size": size}).encode("ascii"), lasting=False)

    def check(self) -> None:
        """Raise Trouble when the log is shorter than it was; nothing is written before that is known."""
        was = self._noted()
        size = self._stored() if was else 0
        if size is not None and size < was:
            raise Trouble(
                f"{self._database} holds {size:,} records, where {was:,} were signed: its end is lost. "
                f"Put {self._database.name}-wal, or the whole folder, back as it was. Where that is not "
                f"possible, keep a copy for an auditor and delete {self._file}; those records are then gone."
            )

    def _stored(self) -> int | None:
        """Return how many records there are, None when the file itself is in trouble: opening it tells."""
        try:
            with closing(sqlite3.connect(self._database)) as connection:
                row = connection.execute("SELECT max(seq) + 1 FROM records").fetchone()
                return row[0] or 0
        except sqlite3.OperationalError as error:
            return 0 if "no such table" in str(error) else None
        except sqlite3.DatabaseError:
            return None

    def _noted(self) -> int:
        """Return what is noted; 0 where nothing is, or a power cut tore it."""
        try:
            size = json.loads(self._file.read_bytes())["size"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return size if isinstance(size, int) else 0
