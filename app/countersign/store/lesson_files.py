"""The files of admitted lessons, one a class: made from record and library, and made again if lost."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from countersign.settings.home import Home
from countersign.store.files import destroy, destroy_torn, write_whole

LARGEST = 64_000_000
"""Bytes; what is longer was not written by us."""


class LessonFiles:
    """The folder of lessons of one desk."""

    def __init__(self, home: Home) -> None:
        self._folder = home.lessons

    def read(self, klass: str) -> str | None:
        """Return the content of a class's file, None where there is none that can be read."""
        file = self._file(klass)
        try:
            return file.read_text(encoding="utf-8") if file.stat().st_size <= LARGEST else None
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, klass: str, content: str) -> None:
        """Write a class's file, whole or not at all; raises Trouble."""
        write_whole(self._file(klass), content.encode(), private=True)

    def destroy(self, klass: str) -> None:
        """Overwrite a class's file and delete it; raises Trouble."""
        destroy(self._file(klass))
        if self._folder.is_dir():
            destroy_torn(self._folder)

    def forget(self, erased: Callable[[Iterable[str]], set[str]]) -> None:
        """Destroy every file that comes from an erased case, or that cannot say what it comes from."""
        if not self._folder.is_dir():
            return
        for file in sorted(self._folder.glob("*.json")):
            cases = _cases(file)
            if cases is None or erased(cases):
                destroy(file)
        destroy_torn(self._folder)

    def _file(self, klass: str) -> Path:
        return self._folder / f"{klass}.json"


def _cases(file: Path) -> list[str] | None:
    try:
        return [str(case) for case in json.loads(file.read_bytes())["cases"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
