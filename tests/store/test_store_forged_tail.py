"""Records that bear no signature of their own: only the desk, which has the keys, puts them on the log."""

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import create_engine, update
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.audit.canonical import canonical
from countersign.audit.merkle import Frontier
from countersign.domain.errors import Trouble
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import schema
from countersign.store.founding import open_store


def forge(home: Home, **head: Any) -> None:
    """Add what an agent and the system did not say, as whoever can write the file and has no key."""
    with closing(sqlite3.connect(home.database)) as database, database:
        database.row_factory = sqlite3.Row
        now = dict(database.execute("SELECT * FROM head").fetchone())
        case_n, last = database.execute(
            "SELECT case_n, bytes FROM records WHERE case_id = 'c1' ORDER BY case_n DESC"
        ).fetchone()
        tree = Frontier.unpack(now["size"], now["frontier"])
        previous, before, by = now["previous"], hashlib.sha256(last).hexdigest(), {}
        for kind in ("checked", "decided"):
            (found,) = database.execute(
                "SELECT bytes FROM records WHERE CAST(bytes AS TEXT) LIKE ? LIMIT 1", (f'%"kind":"{kind}"%',)
            ).fetchone()
            members = json.loads(found)
            del members["effect"]
            case_n, seq = case_n + 1, tree.size
            hlc = f"{int(now['hlc'][:13]) + case_n:013d}-0000"
            members |= {"seq": seq, "previous": previous, "hlc": hlc}
            members["case"] = {"id": "c1", "n": case_n, "previous": before}
            if kind == "decided":
                members["body"] |= {"route": "straight_through", "reasons": []}
            else:
                by[members["actor"]["key"]] = members["actor"]["id"]
            stored = canonical(members)
            previous = before = hashlib.sha256(stored).hexdigest()
            tree.append(stored)
            database.execute(
                "INSERT INTO records (seq, case_id, case_n, bytes) VALUES (?, 'c1', ?, ?)",
                (seq, case_n, stored),
            )
        changed = {"size": tree.size, "previous": previous, "hlc": hlc, "frontier": tree.pack()}
        changed |= {"unsigned_by": json.dumps(by), **head}
    engine = create_engine(f"sqlite:///{home.database}")
    with engine.begin() as connection:
        connection.execute(update(schema.head).values(**changed))
    engine.dispose()


@pytest.mark.parametrize("head", [{}, {"epoch": 0, "epoch_key": ""}, {"checkpoint_size": 16}, {"seal": ""}])
def test_records_that_someone_without_a_key_added_to_the_end_are_found_and_never_signed(
    home: Home, words: Catalogue, head: dict[str, Any]
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([*story("c1", invoice(1)), *review("c1")])
        size = store.head()
    forge(home, **head)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.head() == size + 2
        verdict = store.verify()
        assert (verdict.ok, verdict.flaw_at) == (False, size + 1)
        with pytest.raises(Trouble):
            store.append(story("c2", invoice(2)))
    with closing(sqlite3.connect(home.database)) as database:
        assert database.execute("SELECT max(size) FROM checkpoints").fetchone() == (size,)
