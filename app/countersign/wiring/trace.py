"""Traces over a store: of one case, or of all that came in during a time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

from countersign.domain.errors import Trouble
from countersign.insight.otlp import request
from countersign.insight.trace import DESK_KINDS, trace
from countersign.insight.traced import Trace
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.files import write_whole
from countersign.store.founding import visit_store
from countersign.store.store import Store
from countersign.wiring.care import Records
from countersign.wiring.export import exporter

_AT_ONCE = 500


class Traces:
    """Traces of the cases of one desk; `traces` opens them."""

    def __init__(self, words: Catalogue, store: Store) -> None:
        self._words, self._store = words, store
        self._desk = store.desk_entries(DESK_KINDS)

    def of(self, named: str, *, values: bool = True) -> Trace:
        """Tell the trace of a case, named by number, file, counterparty or printed number; raises Trouble."""
        entries = Records(self._words, self._store).case(named)
        return trace(entries, self._desk, self._words, log=self._store.log, values=values)

    def since(self, first: date | None, klass: str | None, *, values: bool = False) -> Iterator[Trace]:
        """Give the traces of all cases of a class that came in on a day or later, the oldest first."""
        moment = datetime.combine(first, time(), UTC) if first else None
        after = -1
        while found := self._store.received(moment, klass, after, _AT_ONCE):
            for _, case in found:
                entries = self._store.entries(case)
                yield trace(entries, self._desk, self._words, log=self._store.log, values=values)
            after, _ = found[-1]

    def check_may_tell_values(self) -> None:
        """Raise Trouble where whoever sits here may not take values out of the house."""
        exporter(self._store)


@contextmanager
def traces(home: Home) -> Iterator[Traces]:
    """Open the record of a desk to tell traces from it; raises Trouble when there is none."""
    words = catalogue.load(home)
    with visit_store(home, words) as store:
        yield Traces(words, store)


def write_spans(told: Iterator[Trace], file: Path) -> int:
    """Write traces as OTLP spans, one case a line, and return how many; raises Trouble.

    The file appears when it is whole: what stood there before stays until then.
    """
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for one in told:
            count += 1
            yield json.dumps(request(one), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    if not file.parent.is_dir():
        raise Trouble(f"There is no folder {file.parent}. Make it, or choose another.")
    write_whole(file, lines())
    return count
