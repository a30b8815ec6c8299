"""Whether a window can open is answered without Qt, in a sentence that says what to do."""

import json
import socket
import sys
from pathlib import Path

import pytest

from countersign.cli import display

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems always have a display"
)


@pytest.fixture(autouse=True)
def no_platform_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(display, "missing_libraries", lambda with_screen: ())


def test_without_a_display_the_command_line_is_offered() -> None:
    assert "countersign process" in (display.trouble() or "")


def test_a_platform_that_needs_no_display_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.trouble() is None


def test_missing_libraries_are_named_with_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.setattr(display, "missing_libraries", lambda with_screen: ("libxcb-cursor0", "libegl1"))
    assert "sudo apt-get install -y libxcb-cursor0 libegl1" in (display.trouble() or "")


def test_a_display_that_does_not_answer_is_told_apart_from_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{unused.getsockname()[1] - 6000}")
        assert "does not answer" in (display.trouble() or "")


def test_a_library_that_nobody_has_is_missing_and_one_that_all_have_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    (tmp_path / "resources").mkdir()
    known = {"always": {"libc.so.6": "libc6", "libnobody.so.9": "nobody9"}, "screen": {"libno.so.1": "no1"}}
    file = tmp_path / "resources" / "system_libraries.json"
    file.write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setattr(display, "shipped", tmp_path.joinpath)
    assert display.missing_libraries(with_screen=False) == ("nobody9",)
    assert display.missing_libraries(with_screen=True) == ("nobody9", "no1")
