"""What the processes of test_store_processes.py do: open a store and append, noting each acknowledgement."""

import os
from itertools import count
from pathlib import Path

from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


def append_cases(root: Path, words: Catalogue, name: str, cases: int | None, acknowledged: Path) -> None:
    """Append whole cases (without end when `cases` is None); write a case's name down once it is durable."""
    note = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open_store(Home(root), agents=[CARD], person=ADA, words=words) as store:
        for n in count() if cases is None else range(cases):
            case = f"{name}-{n}"
            drafts = story(case, invoice(n))
            store.append(drafts[:3])
            store.append([*drafts[3:], *review(case)])
            os.write(note, f"{case}\n".encode())
