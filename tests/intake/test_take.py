"""What comes in is on the record, once; nothing is skipped in silence."""

import hashlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.shelf import ACTOR, PDF, PNG, Shelf, put

from countersign.domain.case import Status
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import DocumentReceived, DocumentRefused, Draft, Erased
from countersign.intake.report import Item, Outcome
from countersign.intake.take import case_id
from countersign.settings.limits import Limits


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_file_opens_a_case_with_its_bytes_kept_as_received(shelf: Shelf, tmp_path: Path) -> None:
    report = shelf.intake.take([put(tmp_path, "bill.pdf")], "command_line")
    (item,) = report.items
    assert item.outcome is Outcome.TAKEN
    assert item.sha256 == hashlib.sha256(PDF).hexdigest()
    assert shelf.library.kept == {item.sha256: PDF}
    (entry,) = shelf.ledger.entries(item.case or "")
    assert entry.actor == ACTOR
    assert entry.event == DocumentReceived(
        sha256=item.sha256, length=len(PDF), media_type=MediaType.PDF, channel="command_line", name="bill.pdf"
    )
    assert report.sentence() == "1 taken in."


def test_the_same_bytes_are_one_case_whatever_their_name(shelf: Shelf, tmp_path: Path) -> None:
    report = shelf.intake.take([put(tmp_path, "a.pdf"), put(tmp_path, "b.pdf")], "drop")
    assert [item.outcome for item in report.items] == [Outcome.TAKEN, Outcome.AGAIN]
    (case,) = report.cases
    assert shelf.kinds(case) == ["document_received", "document_received_again"]
    assert report.sentence() == "1 taken in, 1 known already."


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_a_case_is_named_by_the_first_sixty_bits_of_its_bytes(digest: bytes, bit: int) -> None:
    other = (int.from_bytes(digest, "big") ^ (1 << (255 - bit))).to_bytes(32, "big")
    assert (case_id(other.hex()) == case_id(digest.hex())) == (bit >= 60)
    assert case_id(digest.hex()).startswith("c-")


def test_a_png_named_pdf_is_a_png(shelf: Shelf, tmp_path: Path) -> None:
    report = shelf.intake.take([put(tmp_path, "scan.pdf", PNG)], "drop")
    event = shelf.ledger.entries(report.cases[0])[0].event
    assert isinstance(event, DocumentReceived)
    assert event.media_type is MediaType.PNG


def test_every_file_of_a_folder_is_taken_or_set_aside_with_a_reason(shelf: Shelf, tmp_path: Path) -> None:
    put(tmp_path, "a.pdf")
    put(tmp_path, "deep/er/b.png", PNG)
    put(tmp_path, "empty.pdf", b"")
    put(tmp_path, "letter.docx", b"PK\x03\x04")
    put(tmp_path, "README.md", b"# About")
    put(tmp_path, "truth.json", b"{}")
    put(tmp_path, "growing.pdf.part", PDF)
    told: list[Item] = []
    report = shelf.intake.take([tmp_path], "drop", told.append)
    assert tuple(told) == report.items
    taken = {Path(item.path).name for item in report.items if item.outcome is Outcome.TAKEN}
    aside = {Path(i.path).name: i.reason for i in report.items if i.outcome is Outcome.SET_ASIDE}
    assert taken == {"a.pdf", "b.png", "empty.pdf", "letter.docx"}
    assert aside == {
        "README.md": "not a document",
        "truth.json": "not a document",
        "growing.pdf.part": "hidden, or not yet finished by the program that writes it",
    }
    assert shelf.count() == {"document_received": 4}


def test_a_file_named_by_a_person_opens_a_case_whatever_it_is(shelf: Shelf, tmp_path: Path) -> None:
    report = shelf.intake.take([put(tmp_path, "README.md", b"# About")], "command_line")
    assert report.items[0].outcome is Outcome.TAKEN


def test_a_file_that_is_too_large_is_refused_on_the_record_and_not_copied(tmp_path: Path) -> None:
    shelf = Shelf(Limits(max_bytes=10))
    report = shelf.intake.take([put(tmp_path, "big.pdf")], "drop")
    (case,) = report.cases
    assert shelf.library.kept == {}
    assert shelf.kinds(case) == ["document_received", "document_refused"]
    event = shelf.ledger.entries(case)[1].event
    assert isinstance(event, DocumentRefused)
    assert event.reason.code == "too_large"
    assert event.reason.detail == "21 bytes, at most 10 are allowed"
    again = shelf.intake.take([tmp_path / "big.pdf"], "drop")
    assert again.items[0].outcome is Outcome.AGAIN
    assert shelf.kinds(case).count("document_refused") == 1


def test_a_received_case_waits_for_the_agents(shelf: Shelf, tmp_path: Path) -> None:
    (case,) = shelf.intake.take([put(tmp_path, "a.pdf")], "drop").cases
    assert shelf.ledger.case(case).status is Status.RECEIVED


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder / "gone.pdf", r"There is no file or folder .*gone\.pdf\. Check the name\."),
        (
            lambda folder: put(folder, "code/x.py", b"pass").parent,
            r"There is no document in .*code\. The desk reads PDF",
        ),
        (lambda folder: (folder / "bare").mkdir() or folder / "bare", r"There is no document in .*bare\."),
    ],
    ids=["no such path", "nothing readable", "empty folder"],
)
def test_a_path_without_documents_is_trouble_before_anything_is_taken(
    shelf: Shelf, tmp_path: Path, make: object, sentence: str
) -> None:
    assert callable(make)
    good = put(tmp_path, "good.pdf")
    bad = make(tmp_path)
    with pytest.raises(Trouble, match=sentence):
        shelf.intake.take([good, bad], "drop")
    assert shelf.ledger.head() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere on Windows")
def test_a_pipe_is_not_waited_for(shelf: Shelf, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    put(tmp_path, "a.pdf")
    report = shelf.intake.take([tmp_path], "drop")
    assert [item.reason for item in report.items] == ["", "not an ordinary file"]
    with pytest.raises(Trouble, match="neither a file nor a folder"):
        shelf.intake.take([tmp_path / "pipe.pdf"], "drop")


def test_when_the_record_cannot_be_written_the_file_was_not_taken(shelf: Shelf, tmp_path: Path) -> None:
    file = put(tmp_path, "a.pdf")
    shelf.ledger.broken = True
    with pytest.raises(Trouble, match="no space left"):
        shelf.intake.take([file], "drop")
    shelf.ledger.broken = False
    assert shelf.intake.take([file], "drop").items[0].outcome is Outcome.TAKEN


def test_bytes_that_come_again_after_their_case_was_erased_open_a_case_of_their_own(
    shelf: Shelf, tmp_path: Path
) -> None:
    bill = put(tmp_path, "bill.pdf")
    cases = []
    for _ in range(3):
        (item,) = shelf.intake.take([bill], "command_line").items
        assert item.outcome is Outcome.TAKEN
        assert item.case is not None
        cases.append(item.case)
        (again,) = shelf.intake.take([bill], "command_line").items
        assert (again.outcome, again.case) == (Outcome.AGAIN, item.case)
        erased = Erased(order="GDPR-7", openings=2, documents=(item.sha256 or "",))
        shelf.ledger.append([Draft(event=erased, actor=ACTOR, case=item.case)])
    assert cases == [cases[0], f"{cases[0]}-2", f"{cases[0]}-3"]
    received = ["document_received", "document_received_again", "erased"]
    assert [shelf.kinds(case) for case in cases] == [received] * 3
