import json
from pathlib import Path

import pytest

from countersign.cli import door
from countersign.insight import learned_from

SAMPLES = Path(__file__).parents[2] / "sample_docs"


@pytest.fixture
def one_sample(tmp_path: Path) -> Path:
    lines = (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if json.loads(line)["doc"] == "invoices/invoice-03.pdf")
    (tmp_path / "set" / "invoices").mkdir(parents=True)
    file = tmp_path / "set" / "invoices" / "invoice-03.pdf"
    file.write_bytes((SAMPLES / "invoices" / "invoice-03.pdf").read_bytes())
    (tmp_path / "set" / "truth.jsonl").write_text(line + "\n", encoding="utf-8")
    return tmp_path / "set"


def test_evaluate_measures_a_set_and_takes_nothing_in(
    one_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "desk"
    kept = ["--keep", str(tmp_path / "kept"), "--home", str(home)]
    assert door.enter(["evaluate", str(one_sample), "--json", *kept]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["set"], told["documents"]) == ("set", 1)
    assert told["all"]["right"] > 5
    assert not home.exists()
    assert door.enter(["evaluate", str(one_sample), "--errors", "3", *kept]) == 0
    shown = capsys.readouterr().out
    assert "invoice_number" in shown
    assert "calibration error" in shown


def test_a_folder_that_cannot_be_measured_is_one_sentence_and_a_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter(["evaluate", str(tmp_path / "gone")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("countersign: ")
    assert "is no folder" in said


def test_confirming_all_documents_first_leaves_none_to_measure_and_says_so(
    one_sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter(["evaluate", str(one_sample), "--learn-from", "1"]) == 1
    assert "Confirm fewer" in capsys.readouterr().err


def test_stopping_a_measurement_is_one_sentence_that_says_nothing_was_changed(
    one_sample: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("countersign.insight.evaluate.open_set", stopped)
    assert door.enter(["evaluate", str(one_sample)]) == door.INTERRUPTED
    said = capsys.readouterr().err
    assert said == ("countersign: Interrupted after 0 of 1 sets. Nothing was changed: begin again at will.\n")


def test_a_measurement_says_of_how_many_documents_the_shipped_models_have_learned(
    one_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for known, words in ((1, "WHICH LEARNED FROM 1 OF THESE"), (0, "has not seen these"), (None, "not tell")):
        monkeypatch.setattr(learned_from, "count", lambda _, known=known: known)
        assert door.enter(["evaluate", str(one_sample), "--keep", str(tmp_path / "kept")]) == 0
        assert words in " ".join(capsys.readouterr().out.split())
