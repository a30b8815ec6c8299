"""Setting up needs nothing but a Python that fits, says what is missing, and does nothing twice."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "packaging" / "setup_env.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text("a==1\n", encoding="utf-8")
    (tmp_path / "requirements" / "dev.txt").write_text("a==1\nb==1\n", encoding="utf-8")
    venv = tmp_path / ".venv"
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "STAMP": venv / "countersign-setup.json",
        "BIN": venv / "bin",
        "PYTHON": venv / "bin" / "python",
    }.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.delenv("PYTHON", raising=False)
    return module


def fake_python(folder: Path, name: str, version: str, has_venv: bool = True) -> None:
    """Write an interpreter that only answers what the set-up asks."""
    major, minor = version.split(".")
    folder.mkdir(exist_ok=True)
    file = folder / name
    venv = f"*ensurepip*) exit {0 if has_venv else 1};;"
    text = f'#!/bin/sh\ncase "$2" in\n{venv}\n*) echo {major} {minor} x;;\nesac\n'
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def only(monkeypatch: pytest.MonkeyPatch, module: ModuleType, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(module.sys, "executable", str(folder / "nothing"))


def test_a_python_that_is_too_old_or_does_not_run_is_passed_over(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, setup, tmp_path / "path")
    fake_python(tmp_path / "path", "python3", "3.9")
    fake_python(tmp_path / "path", "python3.14", "3.14")
    broken = tmp_path / "path" / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    broken.chmod(0o755)
    assert Path(setup.find_python()).name == "python3.14"


def test_the_python_that_make_names_comes_first(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, setup, tmp_path / "path")
    fake_python(tmp_path / "path", "python3.13", "3.13")
    fake_python(tmp_path / "elsewhere", "mine", "3.12")
    monkeypatch.setenv("PYTHON", str(tmp_path / "elsewhere" / "mine"))
    assert Path(setup.find_python()).name == "mine"


def test_without_a_fitting_python_the_sentence_names_the_versions_that_fit(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, setup, tmp_path / "path")
    fake_python(tmp_path / "path", "python3", "3.15")
    with pytest.raises(setup.Missing, match=r"3\.11, 3\.12, 3\.13 or 3\.14"):
        setup.find_python()


def test_a_python_without_venv_is_used_only_when_there_is_no_other(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, setup, tmp_path / "path")
    fake_python(tmp_path / "path", "python3.13", "3.13", has_venv=False)
    with pytest.raises(setup.Missing, match=r"apt-get install -y python3\.13-venv"):
        setup.find_python()
    fake_python(tmp_path / "path", "python3.12", "3.12")
    assert Path(setup.find_python()).name == "python3.12"


def test_an_environment_is_ready_until_its_requirements_change(setup: ModuleType) -> None:
    assert not setup.is_ready("run")
    setup.BIN.mkdir(parents=True)
    setup.PYTHON.touch()
    setup.STAMP.write_text(json.dumps({"run": setup.digest("run")}), encoding="utf-8")
    assert setup.is_ready("run")
    assert not setup.is_ready("dev")
    (setup.ROOT / "requirements" / "run.txt").write_text("a==2\n", encoding="utf-8")
    assert not setup.is_ready("run")


def test_an_environment_for_tests_is_ready_to_run(setup: ModuleType) -> None:
    setup.BIN.mkdir(parents=True)
    setup.PYTHON.touch()
    setup.STAMP.write_text(json.dumps({"dev": setup.digest("dev")}), encoding="utf-8")
    assert setup.is_ready("run")


def test_the_path_file_leads_to_the_sources_even_after_the_checkout_was_moved(setup: ModuleType) -> None:
    packages = setup.VENV / "lib" / "python3.13" / "site-packages"
    packages.mkdir(parents=True)
    setup.BIN.mkdir()
    setup.link()
    line = (packages / "countersign.pth").read_text(encoding="utf-8").strip()
    assert not Path(line).is_absolute()
    assert (packages / line).resolve() == setup.ROOT / "app"
    assert os.access(setup.BIN / "countersign", os.X_OK)


def test_system_packages_are_installed_by_root_alone(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"always": {"libnobody-has-this.so.9": "libnobody9"}, "screen": {}}
    (setup.ROOT / "resources").mkdir()
    (setup.ROOT / "resources" / "system_libraries.json").write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/usr/bin/{name}")
    setup.offer_system_libraries()
    assert "sudo apt-get install -y libnobody9" in capsys.readouterr().err


def test_libraries_that_are_present_ask_for_nothing(
    setup: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (setup.ROOT / "resources").mkdir()
    known = {"always": {"libc.so.6": "libc6"}, "screen": {}}
    (setup.ROOT / "resources" / "system_libraries.json").write_text(json.dumps(known), encoding="utf-8")
    setup.offer_system_libraries()
    assert capsys.readouterr().err == ""


def test_the_set_up_is_written_for_an_old_python_to_read() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 7))",
            str(ROOT / "packaging" / "setup_env.py"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
