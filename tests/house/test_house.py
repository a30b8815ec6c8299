"""The house keeps its own promises: pins, commands, floors, words that lead nowhere else."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from countersign import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FLOORS = [
    name for layer in PROJECT["tool"]["importlinter"]["contracts"][0]["layers"] for name in layer.split(" | ")
]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")):
        found.setdefault(package, set()).add(version)
    return found


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_requirements_name_no_index_and_no_url(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.findall(r"^\s*--(?!hash=)\S+|://", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(blocks) > 40
    assert [
        block.splitlines()[0] for block in blocks if not PIN.match(block) or "--hash=sha256:" not in block
    ] == []


def test_a_test_environment_holds_exactly_the_versions_of_a_run_environment() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {
        package: (versions, dev.get(package))
        for package, versions in run.items()
        if dev.get(package) != versions
    } == {}


def test_every_declared_dependency_is_pinned() -> None:
    declared = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=;\[ ]", dependency)[0].lower().replace("_", "-") for dependency in declared}
    assert names - pins("dev.txt").keys() == set()


def test_every_floor_of_the_contract_stands() -> None:
    folder = ROOT / "app" / "countersign"
    assert [
        floor for floor in FLOORS if not ((folder / floor).is_dir() or (folder / f"{floor}.py").is_file())
    ] == []


def test_every_make_command_in_the_documents_exists() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    named = {
        word for page in pages for word in re.findall(r"\bmake ([a-z]+)\b`", page.read_text(encoding="utf-8"))
    }
    assert {"run", "test", "check", "bench", "package", "format"} <= targets()
    assert named - targets() == set()


def test_every_countersign_command_in_the_documents_exists() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "countersign", "--help"], capture_output=True, text=True, check=True
    )
    commands = set(re.findall(r"^│ ([a-z-]+) ", told.stdout, re.MULTILINE))
    assert {"process", "show", "explain", "verify", "rebuild", "worker", "doctor"} <= commands
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    named = {
        word
        for page in pages
        for word in re.findall(r"`countersign ([a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert named - commands == set()


def test_every_link_between_the_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_changelog_begins_with_the_version_of_the_desk() -> None:
    versions = re.findall(
        r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert versions[0] == PROJECT["project"]["version"]
    assert versions[0] == __version__


def test_the_licence_is_the_whole_agpl() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text.splitlines()[0]
    assert all(f"\n  {number}. " in text for number in range(18))
    assert "END OF TERMS AND CONDITIONS" in text


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(file.name[:4]) for file in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_ci_door_calls_make_check() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.startswith("#!/usr/bin/env bash")
    assert "set -euo pipefail" in script
    assert "make check" in script


def test_commit_hooks_fetch_nothing() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    assert all(hook["language"] == "system" for hook in config["repos"][0]["hooks"])
