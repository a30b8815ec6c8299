"""What is asked of Windows and macOS, shown by fakes of them: neither is at hand where this is made."""

import ctypes
from pathlib import Path
from typing import Any

import pytest

from countersign.documents.sandbox import macos, own_files, windows


class FakeWindows:
    """Remembers what it is asked; the names are those of kernel32 and advapi32."""

    def __init__(self, failing: str = "") -> None:
        self.asked: list[str] = []
        self.limits = windows.Limits()
        self.label = 0
        self._failing = failing

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> int:
            self.asked.append(name)
            if name == "SetInformationJobObject":
                ctypes.memmove(ctypes.byref(self.limits), arguments[2], arguments[3])
            if name == "SetTokenInformation":
                self.label = arguments[1]
            return 0 if name == self._failing else 7

        return call


def test_the_limits_of_a_job_are_laid_out_as_windows_wants_them() -> None:
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        pytest.skip("the figures are those of a 64-bit system")
    assert ctypes.sizeof(windows.Limits) == 144
    places = {name: getattr(windows.Limits, name).offset for name in ("flags", "processes", "process_memory")}
    assert places == {"flags": 16, "processes": 40, "process_memory": 112}
    assert ctypes.sizeof(windows.Label) == 16


def test_a_child_on_windows_joins_a_job_of_one_process_and_bounded_memory() -> None:
    system = FakeWindows()
    windows.bound(system, 2048)
    assert system.asked == [
        "CreateJobObjectW",
        "SetInformationJobObject",
        "GetCurrentProcess",
        "AssignProcessToJobObject",
    ]
    assert (system.limits.processes, system.limits.process_memory) == (1, 2_048_000_000)
    assert system.limits.flags == 0x8 | 0x100 | 0x400


def test_a_child_on_windows_lowers_its_own_integrity() -> None:
    kernel, rights = FakeWindows(), FakeWindows()
    windows.lower(kernel, rights)
    assert rights.asked == [
        "OpenProcessToken",
        "ConvertStringSidToSidW",
        "GetLengthSid",
        "SetTokenInformation",
    ]
    assert rights.label == 25


def test_the_desk_on_windows_holds_its_children_in_a_job_that_ends_with_it() -> None:
    system = FakeWindows()
    holder = windows.Holder(system)
    assert system.limits.flags == 0x2000
    holder.hold(4711)
    assert system.asked[-3:] == ["OpenProcess", "AssignProcessToJobObject", "CloseHandle"]


@pytest.mark.parametrize(
    "failing", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"]
)
def test_what_windows_refuses_is_told_as_an_error_of_the_system(failing: str) -> None:
    with pytest.raises(OSError, match="Windows refused"):
        windows.bound(FakeWindows(failing), 1)


class FakeSeatbelt:
    """Remembers the rules that it is given."""

    def __init__(self, status: int) -> None:
        self.rules = ""
        self._status = status

    def sandbox_init(self, rules: bytes, _flags: object, _said: object) -> int:
        """Take rules."""
        self.rules = rules.decode()
        return self._status


def test_the_rules_for_macos_hide_the_home_and_show_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    system = FakeSeatbelt(0)
    macos.enter(system, macos.profile())
    assert system.rules.count("(") == system.rules.count(")")
    hidden = system.rules.index(f'(deny file-read-data (subpath "{tmp_path.resolve()}"))')
    shown = system.rules.index("(allow file-read-data ")
    assert hidden < shown  # the last rule that fits decides
    assert str(Path(pytest.__file__).parents[1].resolve()) in system.rules[shown:]
    for wish in ("network*", "file-write*", "process-exec*", "process-fork", "signal"):
        assert f"(deny {wish})" in system.rules


def test_rules_that_macos_refuses_are_told_as_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="refused"):
        macos.enter(FakeSeatbelt(-1), "(version 1)")


def test_a_folder_in_which_the_home_lies_is_no_folder_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert tmp_path not in list(own_files.program_files())
    assert list(own_files.program_files())
