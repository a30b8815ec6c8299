from pathlib import Path

import pytest

from countersign.cli import door


def test_training_from_nothing_is_one_sentence_and_a_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "models"
    assert door.enter(["train", "--samples", "0", "--out", str(out)]) == 1
    assert "nothing to learn from" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_without_known_values_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.enter(["train", str(tmp_path), "--samples", "0", "--out", str(tmp_path / "models")]) == 1
    assert "holds no truth.jsonl" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "models"
    file.write_text("", encoding="utf-8")
    for out in (file, file / "below"):
        assert door.enter(["train", "--samples", "0", "--out", str(out)]) == 1
        assert "--out" in capsys.readouterr().err
