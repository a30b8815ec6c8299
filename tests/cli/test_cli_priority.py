"""A case is moved forward from the command line, by whatever name it bears, and the record orders by it."""

from pathlib import Path

import pytest
from tests.journeys.desks import fill, take

from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring.priority import prioritise


def test_a_case_named_by_its_file_is_taken_before_those_that_came_earlier(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk").prepare()
    take(home, fill(tmp_path / "in", 3))
    prioritise(home, "invoice-0002.pdf", 5, "the discount ends today")
    prioritise(home, "invoice-0000.pdf", -5, "a copy")
    with pytest.raises(Trouble, match="from -100 to 100"):
        prioritise(home, "invoice-0001.pdf", 101, "at once")
    with open_store(home) as store:
        waiting = [store.entries(case)[0].event for case in store.undecided(9)]
        assert [getattr(event, "name", "") for event in waiting] == [
            "invoice-0002.pdf",
            "invoice-0001.pdf",
            "invoice-0000.pdf",
        ]
        assert store.verify().ok
