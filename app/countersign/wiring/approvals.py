"""How many approved cases teach each class: all are counted once, and from then on only what is new."""

import threading
from collections import Counter
from collections.abc import Set as AbstractSet

from countersign.store.store import Store

KINDS = ("case_approved", "erased", "lesson_forgotten")


class Approvals:
    """Approved cases by class, kept up with the record; safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen = -1
        self._of: Counter[str] = Counter()

    def by_class(self, forgotten: AbstractSet[str]) -> Counter[str]:
        """Return how many cases of each class teach; those that were forgotten do not.

        What an approval adds is looked up by itself. After something was erased or forgotten, which is rare,
        all is counted anew.
        """
        with self._lock:
            if self._seen >= 0:
                seen, entries = self._store.since(self._seen, KINDS)
                if all(entry.event.kind == "case_approved" for entry in entries):
                    self._seen = seen
                    self._of += self._store.approvals({entry.case for entry in entries if entry.case})[1]
                    return Counter(self._of)
            self._seen, self._of = self._store.approvals()
            self._of -= self._store.approvals(forgotten)[1]
            return Counter(self._of)
