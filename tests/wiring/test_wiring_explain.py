"""A case is explained with what its kept document and its proofs are at this moment, and printed apart."""

import json
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from tests.journeys.desks import invoice
from tests.store.stories import ADA, CARD, review, story
from tests.store.stories import invoice as values

from countersign.audit.cosign import COSIGNATURE, vkey
from countersign.audit.keys import Key
from countersign.cli import door
from countersign.domain.errors import Trouble
from countersign.insight.explained import Kept
from countersign.intake.take import Intake
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.store.founding import open_store, visit_store
from countersign.store.store import Store
from countersign.wiring.anchors import add_witness
from countersign.wiring.care import records
from countersign.wiring.explain import explain_case, print_case

WORDS = catalogue.load()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A desk with one invoice that was read, escalated and countersigned, and its document."""
    home = Home(tmp_path / "desk")
    (tmp_path / "bill.pdf").write_bytes(invoice(1))
    with open_store(home, agents=[CARD], person=ADA, words=WORDS) as store:
        intake = Intake(store.library, store, Limits(), store.system("intake"))
        (item,) = intake.take([tmp_path / "bill.pdf"], "command_line").items
        assert item.case is not None
        store.append(story(item.case, values(1))[1:])
        store.append(review(item.case))
    return home


def the_case(store: Store) -> str:
    (case,) = store.changed_cases(0)
    return case


def kept(home: Home) -> Kept:
    with visit_store(home, WORDS) as store:
        return explain_case(home, store, WORDS, the_case(store)).paper.kept


def document(home: Home) -> Path:
    (file,) = (file for file in home.documents.rglob("*") if file.is_file())
    return file


def say(home: Home, *words: str) -> int:
    status = door.enter([*words, "--home", str(home.root)])
    assert isinstance(status, int)
    return status


def test_the_kept_document_is_hashed_anew_for_each_answer(home: Home) -> None:
    assert kept(home) is Kept.UNCHANGED
    file = document(home)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes() + b"\n")
    assert kept(home) is Kept.CHANGED
    file.unlink()
    assert kept(home) is Kept.GONE


def test_an_explanation_carries_the_proof_of_its_records(home: Home) -> None:
    with visit_store(home, WORDS) as store:
        explained = explain_case(home, store, WORDS, the_case(store))
    assert explained.proof is not None
    assert explained.proof.flaw is None
    assert explained.proof.signed_by_agents == (CARD.id,)
    assert explained.proof.records == tuple(sorted({*explained.proof.records}))
    assert {step.record for step in explained.steps} <= {*explained.proof.records}


def test_the_witnesses_of_the_desk_are_asked_about(home: Home) -> None:
    key = vkey("witness.example", Key.generate().public, COSIGNATURE)
    with records(home) as record:
        before = record.explain("bill.pdf", home).proof
        add_witness(home, "https://witness.example/", key)
        after = record.explain("bill.pdf", home).proof
    assert before is not None
    assert after is not None
    assert (before.has_witness, after.has_witness, after.witnessed) == (False, True, None)


def test_explaining_appends_nothing(home: Home) -> None:
    with visit_store(home, WORDS) as store:
        before = store.head()
        explain_case(home, store, WORDS, the_case(store))
        assert store.head() == before


def test_a_case_is_explained_by_the_name_of_its_file(home: Home) -> None:
    with records(home) as record:
        assert record.explain("bill.pdf", home).paper.name == "bill.pdf"
        with pytest.raises(Trouble, match="There is no case"):
            record.explain("nobody", home)


def test_the_desk_prints_in_another_process(home: Home, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from countersign.settings.home import Home; "
        "from countersign.settings import catalogue; from countersign.store.founding import visit_store; "
        "from countersign.wiring.explain import print_case\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with visit_store(home) as store:\n"
        "    print_case(home, store, catalogue.load(), store.changed_cases(0)[0], Path(sys.argv[2]))\n"
        "assert 'pymupdf' not in sys.modules"
    )
    file = tmp_path / "new" / "page.pdf"
    subprocess.run([sys.executable, "-c", code, str(home.root), str(file)], check=True)
    with pymupdf.open(file) as printed:
        assert len(printed) == 1
        assert "Ada Meyer (processor) countersigned the case" in " ".join(printed[0].get_text().split())


def test_a_page_that_cannot_be_written_is_trouble(home: Home, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with visit_store(home, WORDS) as store, pytest.raises(Trouble, match="cannot be written"):
        print_case(home, store, WORDS, the_case(store), tmp_path / "taken" / "page.pdf")


def test_the_command_line_makes_no_folder_for_a_page(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "explain", "bill.pdf", "--pdf", str(tmp_path / "new" / "page.pdf")) == 1
    assert f"There is no folder {tmp_path / 'new'}." in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_command_line_prints_the_same_page_as_the_desk(home: Home, tmp_path: Path) -> None:
    assert say(home, "explain", "bill.pdf", "--pdf", str(tmp_path / "one.pdf")) == 0
    with visit_store(home, WORDS) as store:
        print_case(home, store, WORDS, the_case(store), tmp_path / "two.pdf")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_the_command_line_tells_the_page_and_gives_json(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "explain", "bill.pdf") == 0
    said = capsys.readouterr().out
    for part in ("Who answers for it", "the kept file still has it", "no outside witness yet", "Ada Meyer"):
        assert part in said, part
    assert say(home, "explain", "bill.pdf", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["is_solely_automated"] is False
    assert told["proof"]["flaw"] is None
    assert told["paper"]["kept"] == "unchanged"


def test_a_page_that_is_asked_for_says_nothing_on_the_terminal(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "explain", "bill.pdf", "--pdf", str(tmp_path / "page.pdf")) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
