"""`models`: what is configured, and whether it answers when somebody asks."""

import json
from pathlib import Path

import pytest
from tests.support.model_server import Misbehaviour, said_to, serving

from countersign.cli import doctor, door
from countersign.cli.doctor import State
from countersign.settings.home import Home


def run(capsys: pytest.CaptureFixture[str], home: Path, *line: str, status: int = 0) -> str:
    found = door.enter(["models", *line, "--home", str(home)])
    said = capsys.readouterr()
    assert found == status, said.err
    return said.out + said.err


def configured(folder: Path, url: str) -> Path:
    text = f"small: {{url: '{url}', model: tiny, prices: free, timeout: 5s}}\n"
    (folder / "models.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_desk_without_models_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No language model is configured" in run(capsys, tmp_path, "show")
    assert run(capsys, tmp_path, "check") == ""
    (check,) = doctor.language_models(Home(tmp_path))
    assert (check.state, check.found) == (State.GOOD, "no language model is configured")


def test_what_is_configured_is_shown_and_nobody_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda asked: {}) as server:
        home = configured(tmp_path, server.url)
        told = json.loads(run(capsys, home, "show", "--json"))
        (check,) = doctor.language_models(Home(home))
        assert server.asked == []
    assert (told["tier"], told["agent"], told["model"]) == ("small", "reader.llm", "tiny")
    assert (check.state, "models check" in check.mend) == (State.GOOD, True)


def test_a_model_that_answers_is_told_and_was_shown_no_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda asked: {"ready": "yes"}) as server:
        assert "answers" in run(capsys, configured(tmp_path, server.url), "check")
        (asked,) = server.asked
    assert said_to(asked).endswith("Are you ready?")


def test_a_model_that_does_not_answer_is_a_failure_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda asked: Misbehaviour(401)) as server:
        told = run(capsys, configured(tmp_path, server.url), "check", status=1)
    assert "status 401: its key is wrong, or lacks" in told


def test_a_key_that_lacks_is_found_by_the_doctor(tmp_path: Path) -> None:
    configured(tmp_path, "http://127.0.0.1:9/v1")
    file = tmp_path / "models.yaml"
    file.write_text(file.read_text().replace("model: tiny", "model: tiny, key: 'variable:NO_SUCH_KEY'"))
    (check,) = doctor._probe(doctor.language_models, Home(tmp_path))
    assert check.state is State.MISSING
    assert "NO_SUCH_KEY" in check.mend
