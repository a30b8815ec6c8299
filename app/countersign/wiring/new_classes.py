"""Takes up classes that are added to a desk, or replaced, while it is open."""

import logging
from collections.abc import Callable
from time import monotonic

from countersign.domain.errors import Trouble
from countersign.policy.load import Policy, parse
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks into the folder of classes."""


class NewClasses:
    """Keeps the words of a running desk in step with its folder of classes.

    A file that is wrong, or that the active policy does not fit, changes nothing and is told in the log once.
    """

    def __init__(self, home: Home, words: Catalogue, policy: Callable[[], Policy]) -> None:
        self._home, self._words, self._policy = home, words, policy
        self._files = self._seen()
        self._looked = monotonic()

    def look(self) -> bool:
        """Take up what is new, if it is time to look; returns whether anything was. From any thread."""
        if monotonic() - self._looked < LOOK_EVERY:
            return False
        self._looked = monotonic()
        files = self._seen()
        if files == self._files:
            return False
        self._files = files
        try:
            fresh = catalogue.load(self._home)
            parse(self._policy().text.encode(), "the active policy", fresh)
        except Trouble as trouble:
            logger.warning("the classes stay as they are: %s", trouble)
            return False
        self._words.take(fresh)
        return True

    def _seen(self) -> frozenset[tuple[str, int, int]]:
        try:
            found = [(file.name, file.stat()) for file in self._home.classes.glob("*.yaml")]
        except OSError:
            return frozenset()  # a file went just now: the next look sees the rest
        return frozenset((name, status.st_mtime_ns, status.st_size) for name, status in found)
