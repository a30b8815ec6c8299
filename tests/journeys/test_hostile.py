"""Documents that mean harm are taken in and decided like any: each with a reason, and nothing else breaks."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from tests.journeys.desks import ENVIRONMENT, decisions, invoice, take, worker
from tests.support.hostile import FILES, SLOW

from countersign.documents.pool import Pages
from countersign.domain.document import MediaType, Opened, Refusal
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.store.founding import visit_store

HONEST = "invoice.pdf"
STARTED = 1.5
"""Seconds of computing after which a child is at work on a document; its start takes a fifth of one."""
REFUSED = {
    "pages-that-hold-themselves.pdf": "unreadable_document",
    "two-thousand-million-pages.pdf": "unreadable_document",
    "saves-of-the-state.pdf": "unreadable_document",
    "fields-that-hold-each-other.pdf": "unreadable_document",
    "noise.pdf": "unreadable_document",
    "archive.pdf": "unsupported_format",
    "bomb.png": "too_large",
    "bomb-within-bounds.png": "unreadable_document",
    "larger-than-numbers.png": "too_large",
    "text-that-unpacks.png": "unreadable_document",
    "huge.jpg": "too_large",
    "huge.tif": "too_large",
    "pages-without-end.tif": "too_many_pages",
    "laughs.xml": "unsupported_format",
    "files-of-others.xml": "unsupported_format",
    "depths.xml": "unreadable_document",
    "deep.eml": "mail_without_document",
}


class Told:
    """What the one command said about a folder of hostile files, and the desk that took them."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder.parent / "desk")
        command = [sys.executable, "-m", "countersign", "process", "--json", "--home", str(self.home.root)]
        done = subprocess.run([*command, str(folder)], capture_output=True, env=ENVIRONMENT, check=False)
        self.status, self.errors = done.returncode, done.stderr.decode()
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        self.decided = [line for line in lines if "route" in line]
        self.by_name = {Path(str(line["file"])).name: line for line in self.decided}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("hostile") / "in"
    folder.mkdir()
    for name in FILES.keys() - SLOW:
        (folder / name).write_bytes(FILES[name]())
    (folder / HONEST).write_bytes(invoice(1))
    return Told(folder)


def test_neither_desk_nor_worker_stumbles_over_any_of_them(told: Told) -> None:
    assert (told.status, told.errors) == (0, "")
    taken = {name for name in FILES.keys() - SLOW if not name.endswith(".eml")}
    assert told.by_name.keys() >= taken | {HONEST}


def test_each_ends_with_a_reason_and_none_without_a_person(told: Told) -> None:
    hostile = [line for line in told.decided if Path(str(line["file"])).name != HONEST]
    assert {line["route"] for line in hostile} == {"escalate", "refuse"}
    assert all(line["reasons"] for line in hostile)


def test_the_reasons_are_those_that_fit(told: Told) -> None:
    assert {name: told.by_name[name]["reasons"][0]["code"] for name in REFUSED} == REFUSED


def test_an_honest_document_among_them_is_read(told: Told) -> None:
    assert told.by_name[HONEST]["class"] == "invoice"


def test_a_name_that_leads_out_of_a_mail_is_a_name_like_any(told: Told) -> None:
    assert told.by_name["authorized_keys.pdf"]["route"] == "escalate"
    assert not list(told.home.root.parent.glob("**/.ssh"))


def test_the_record_of_them_holds(told: Told) -> None:
    with visit_store(told.home) as store:
        assert store.verify().ok
        counts = decisions(store)
    assert {counts[line["case"]] for line in told.decided} == {1}


@pytest.mark.parametrize(
    "name", ["laughs.xml", "one-long-laugh.xml", "files-of-others.xml", "definitions-elsewhere.xml"]
)
def test_xml_that_declares_entities_is_refused_by_its_reader_as_well(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name]())
    pages = Pages(1, Limits())
    try:
        answer = pages.open(file, "0" * 64, MediaType.XML)
    finally:
        pages.close()
    assert isinstance(answer, Refusal)
    assert answer.code == "unreadable_document"


@pytest.mark.parametrize(("name", "note"), [("script.pdf", "javascript"), ("launch.pdf", "launch")])
def test_what_a_document_would_do_by_itself_is_noted_and_not_done(
    tmp_path: Path, name: str, note: str
) -> None:
    file = tmp_path / name
    file.write_bytes(FILES[name]())
    pages = Pages(1, Limits())
    try:
        answer = pages.open(file, "0" * 64, MediaType.PDF)
    finally:
        pages.close()
    assert isinstance(answer, Opened)
    assert {note, "open_action"} <= set(answer.notes)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a computing process with its parent")
def test_a_worker_that_is_killed_leaves_no_child_computing_over_a_bomb(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk").prepare()
    (tmp_path / "bomb.pdf").write_bytes(FILES["forms-that-laugh.pdf"]())
    take(home, tmp_path / "bomb.pdf")
    pause = threading.Event()
    with worker(home) as process:
        computing: list[psutil.Process] = []
        while not computing and process.poll() is None:
            pause.wait(0.05)
            children = psutil.Process(process.pid).children()
            computing = [child for child in children if child.cpu_times().user > STARTED]
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert computing
    assert not alive
