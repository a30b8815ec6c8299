"""A document that is opened again is opened as what the record says that it is."""

from pathlib import Path
from typing import cast

import pytest
from tests.documents.test_xml_file import INVOICE
from tests.store.stories import ADA, CARD

from countersign.documents.pool import Pages
from countersign.documents.sniff import HEAD, sniff
from countersign.domain.document import MediaType
from countersign.domain.queue import QueueQuery
from countersign.settings import catalogue, limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.library import Library
from countersign.wiring.desk import open_desk
from countersign.wiring.reopening import opened_again
from countersign.workflow.ports import Pages as Opener

NAMED = b"<!-- " + b"law " * HEAD + b"-->" + INVOICE
"""An e-invoice after a comment so long that only its name tells what it is."""


def test_an_invoice_that_only_its_name_tells_is_opened_again(tmp_path: Path) -> None:
    assert sniff(NAMED[:HEAD], "a" * 64) is MediaType.OTHER
    home = Home(tmp_path / "desk").prepare()
    library = Library(home)
    kept = library.keep(NAMED, MediaType.XML, "factur-x.xml")
    pages = Pages(1, limits.load(home))
    try:
        opened = opened_again(library, cast(Opener, pages), kept.sha256, MediaType.XML)
    finally:
        pages.close()
    assert opened is not None
    assert opened.media_type is MediaType.XML


def test_it_can_be_seen_before_the_agents_opened_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countersign.wiring.desk.whoever_sits_here", lambda: ADA)
    (tmp_path / "factur-x.xml").write_bytes(NAMED)
    home = Home(tmp_path / "desk")
    open_store(home, agents=[CARD], person=ADA, words=catalogue.load()).close()
    desk = open_desk(home, with_worker=False)
    try:
        desk.bring_in([tmp_path / "factur-x.xml"], "test")
        case = desk.case(desk.page(QueueQuery()).rows[0].id)
        assert desk.image(case.documents[0].sha256, 0, 40) is not None
    finally:
        desk.close()
