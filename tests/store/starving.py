"""A process whose files may not grow: what a full disk or a quota does, without either."""

import resource
import signal
from multiprocessing.connection import Connection

from tests.store.stories import ADA, CARD, invoice, story

from countersign.domain.errors import Trouble
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


def append_until_refused(home: Home, words: Catalogue, teller: Connection) -> None:
    """Append until the write-ahead log may grow no more, then let it grow again and append once more."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        wal = home.database.with_name(home.database.name + "-wal")
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100_000, most))
        kept, said = [], ""
        for n in range(1000):
            try:
                store.append(story(f"c{n}", invoice(n)))
                kept.append(f"c{n}")
            except Trouble as trouble:
                said = str(trouble)
                break
        head = store.head()
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        store.append(story("after", invoice(1)))
        teller.send((kept, said, head))
