"""The three verifiers: what they say of a clean bundle, and of every tampered one."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bundle import tamper_files, tamper_heads, tamper_records, tamper_zip
from tests.bundle.authority import WITNESS_VKEY, Authority, seeded
from tests.bundle.logs import EXPORTER, Log, history
from tests.bundle.maker import VERIFY, Bag, export
from tests.bundle.running import GO_IS_HERE, SHELL, SHELL_IS_HERE, said, unpack
from tests.bundle.tampering import Tamper, World, edit_json, registered, without_line, world
from tests.store.stories import invoice, story

from countersign.audit import cosign
from countersign.audit.keys import Key, to_text
from countersign.domain.actor import Actor
from countersign.domain.event import DeskRekeyed
from countersign.insight.bundle_check import verifier

TAMPERS = registered(tamper_files, tamper_records, tamper_heads, tamper_zip)
needs_shell = pytest.mark.skipif(not SHELL_IS_HERE, reason="openssl or the core utilities are not there")
needs_go = pytest.mark.skipif(not GO_IS_HERE, reason="go with golang.org/x/mod is not there")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> World:
    has_authority = Authority.is_here()
    return world(Authority(tmp_path_factory.mktemp("authority")) if has_authority else None)


@pytest.fixture(scope="module")
def verify() -> Callable[..., tuple[list[str], int]]:
    found: Any = verifier().verify

    def run(path: Path, *options: Any) -> tuple[list[str], int]:
        return found(str(path), *options)

    return run


def tampers() -> Any:
    stamped = pytest.mark.skipif(not Authority.is_here(), reason="openssl is not there to make a time stamp")
    return pytest.mark.parametrize(
        "tamper",
        [pytest.param(one, id=one.name, marks=[stamped] if one.is_stamped else []) for one in TAMPERS],
    )


# -- clean -----------------------------------------------------------------------------------------------


def test_a_clean_bundle_is_verified_from_the_zip_and_from_its_folder(
    clean: World, verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    for path in (clean.bag.zip(tmp_path / "b.zip"), clean.bag.unpack(tmp_path / "f"), tmp_path / "f"):
        lines, status = verify(path)
        assert (lines[-1][:9], status) == ("VERIFIED ", 0), lines


def test_a_bundle_with_values_and_documents_withheld_is_verified(
    verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    bag = export(history("three", 4), ["case-00001"], withheld=("documents", "values"), witness=None)
    assert bag.files["data/openings.jsonl"] == b""
    lines, status = verify(bag.zip(tmp_path / "b.zip"))
    assert status == 0, lines
    assert "withheld: documents, values" in "\n".join(lines)


@needs_shell
def test_the_shell_verifies_clean_bundles(clean: World, tmp_path: Path) -> None:
    options: list[object] = ["--ca", clean.authority.ca] if clean.authority else []
    assert said(SHELL, VERIFY / "verify.sh", clean.bag.unpack(tmp_path / "a"), *options)[1] == 0
    bag = export(history("three", 4), ["case-00001"], withheld=("documents", "values"), witness=None)
    last, status = said(SHELL, VERIFY / "verify.sh", bag.unpack(tmp_path / "b"))
    assert (last[:9], status) == ("VERIFIED ", 0), last


@needs_go
def test_a_third_partys_code_verifies_the_log_of_a_clean_bundle(
    clean: World, go_verifier: Path, tmp_path: Path
) -> None:
    last, status = said(go_verifier, clean.bag.unpack(tmp_path))
    assert (last[:9], status) == ("VERIFIED ", 0), last


def test_only_the_key_told_by_another_way_makes_the_sender_known(
    clean: World, verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    path = clean.bag.zip(tmp_path / "b.zip")
    fingerprint = re.search(r"desk key ([0-9a-f]{64})", verify(path)[0][-1])
    assert fingerprint
    told = fingerprint[1].upper()
    for spelling in (told, told[:32], ":".join(re.findall("..", told)), "SHA256:" + told):
        lines, status = verify(path, spelling)
        assert (status, lines[-1].endswith("(as given)")) == (0, True), lines
    for wrong in (told[:31], "00" * 32, ""):
        assert verify(path, wrong)[1] == 1


def rekeyed(log: Log, key: Key, actor: Actor, log_has_it: bool = True) -> None:
    event = DeskRekeyed(public_key=to_text(key.public), assurance="file", why="due")
    log.add(actor, event)
    if log_has_it:
        log.desk = key


def test_a_desk_that_changed_its_key_is_known_by_the_first_and_by_the_present_one(
    verify: Callable[..., tuple[list[str], int]], go_verifier: Path | None, tmp_path: Path
) -> None:
    log = history("rekeyed", 2)
    first, last = log.desk, seeded("rekeyed", "again")
    rekeyed(log, last, log.system)
    log.take(story("case-00002", invoice(2)))
    log.checkpoint()
    bag = export(log, ["case-00001", "case-00002"])  # the range goes over the change
    path, folder = bag.zip(tmp_path / "b.zip"), bag.unpack(tmp_path / "f")
    for key in (first, last):
        fingerprint = sha256(key.public).hexdigest()
        assert verify(path, fingerprint)[1] == 0, verify(path, fingerprint)
        if SHELL_IS_HERE:
            assert said(SHELL, VERIFY / "verify.sh", folder, "--key", fingerprint)[1] == 0
    if go_verifier:
        assert said(go_verifier, folder, sha256(last.public).hexdigest())[1] == 0


def test_a_log_that_only_names_the_key_of_an_honest_desk_is_not_taken_for_that_desk(
    verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    """Its administrator enters the honest key as the desk's, then one of their own; the first never signs."""
    log, honest, own = history("thief", 2), seeded("honest"), seeded("thief", "again")
    administrator = EXPORTER.model_copy(update={"role": "administrator"})
    rekeyed(log, honest, administrator, log_has_it=False)
    rekeyed(log, own, administrator)
    log.checkpoint()
    bag = export(log, ["case-00001"])
    fingerprint = sha256(honest.public).hexdigest()
    path, folder = bag.zip(tmp_path / "b.zip"), bag.unpack(tmp_path / "f")
    assert verify(path)[1] == 0
    lines, status = verify(path, fingerprint)
    assert (status, lines[0].endswith("not the one given")) == (1, True), lines
    if SHELL_IS_HERE:
        last, status = said(SHELL, VERIFY / "verify.sh", folder, "--key", fingerprint)
        assert (status, last.endswith("not the one given")) == (1, True), last


def test_a_witness_whose_key_was_given_must_have_signed(
    clean: World, verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    path = clean.bag.zip(tmp_path / "b.zip")
    assert verify(path, None, [WITNESS_VKEY])[1] == 0
    stranger = cosign.vkey("witness.example/one", seeded("stranger").public, cosign.COSIGNATURE)
    for other in (stranger, "not a key"):
        lines, status = verify(path, None, [other])
        assert status == 1, lines
    bag = clean.bag.copy()
    head = next(name for name in bag.files if name.endswith("/checkpoint"))
    bag.files[head] = without_line(bag.files[head], "witness.example")
    edit_json(bag, head.replace("checkpoint", "keys.json"), lambda told: told.update(witnesses=[]))
    lines, status = verify(bag.sealed(clean.log.seal).zip(tmp_path / "d.zip"), None, [WITNESS_VKEY])
    assert (status, "over 81 records: the key given signed for it" in "".join(lines)) == (0, True), lines
    bag = export(history("three", 4), ["case-00001"], witness=None)
    lines, status = verify(bag.zip(tmp_path / "c.zip"), None, [WITNESS_VKEY])
    assert (lines[-1], status) == (
        "NOT VERIFIED: the checkpoint lacks the line of the witness witness.example/one",
        1,
    )


def interpreters() -> list[str]:
    found = {f"3.{minor}": shutil.which(f"python3.{minor}") for minor in range(9, 14)}
    for root in Path.home().glob(".pyenv/versions/3.*/bin/python3"):
        found[".".join(root.parts[-3].split(".")[:2])] = str(root)
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [path for version, path in found.items() if path and version != own and int(version[2:]) >= 9]


@pytest.mark.parametrize("python", [sys.executable, *interpreters()])
def test_a_bare_python_without_any_package_runs_it(clean: World, python: str, tmp_path: Path) -> None:
    path = clean.bag.zip(tmp_path / "b.zip")
    shutil.copy(VERIFY / "verify.py", tmp_path)
    done = subprocess.run([python, "--version"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"{python} does not run here")
    last, status = said(python, "-I", "-S", tmp_path / "verify.py", path)
    assert (last[:9], status) == ("VERIFIED ", 0), last
    broken = tmp_path / "broken.zip"
    broken.write_bytes(path.read_bytes()[:-100])
    last, status = said(python, "-I", "-S", tmp_path / "verify.py", broken)
    assert (last[:13], status) == ("NOT VERIFIED:", 1), last
    call = subprocess.run([python, str(tmp_path / "verify.py")], capture_output=True, check=False)
    assert call.returncode == 2


# -- tampered --------------------------------------------------------------------------------------------


@tampers()
def test_a_tampered_bundle_is_not_verified_and_it_says_why(
    tamper: Tamper, clean: World, verify: Callable[..., tuple[list[str], int]], tmp_path: Path
) -> None:
    lines, status = verify(tamper.make(clean, tmp_path / "b.zip"))
    assert status == 1, lines
    assert len(lines) == 1
    assert lines[0].startswith("NOT VERIFIED: ")
    assert re.search(tamper.says, lines[0]), lines[0]
    assert "cannot be read (" not in lines[0]  # what was not foreseen


@needs_shell
@tampers()
def test_the_shell_sees_all_but_what_it_leaves_to_the_other(
    tamper: Tamper, clean: World, tmp_path: Path
) -> None:
    path = tamper.make(clean, tmp_path / "b.zip")
    folder = unpack(path, tmp_path / "f") if tamper.unpacks else None
    if folder is None:
        assert tamper.sh
        return
    last, status = said(SHELL, VERIFY / "verify.sh", folder)
    assert status == (1 if tamper.sh else 0), last
    assert last.startswith("NOT VERIFIED: " if tamper.sh else "VERIFIED "), last
    assert not (folder / "ran").exists()


@needs_go
@tampers()
def test_a_third_partys_code_sees_all_that_touches_the_tree(
    tamper: Tamper, clean: World, go_verifier: Path, tmp_path: Path
) -> None:
    path = tamper.make(clean, tmp_path / "b.zip")
    folder = unpack(path, tmp_path / "f") if tamper.unpacks else None
    if folder is None:
        return
    last, status = said(go_verifier, folder / "bundle")
    assert status == (1 if tamper.go else 0), last


def test_the_shell_leaves_little_to_the_other_verifier() -> None:
    assert len(TAMPERS) == 86
    assert {one.name for one in TAMPERS if not one.sh} == {
        "newer_epochs_key_on_an_old_checkpoint_by_desk",
        "wrong_agent_line_by_desk",
        "wrong_root_on_an_earlier_checkpoint_by_desk",
        "record_with_a_member_twice_by_desk",
        "approval_that_nobody_signed_by_desk",
        "approval_in_a_role_that_may_not_by_desk",
        "approval_under_another_name_by_desk",
        "approval_by_an_agent_by_desk",
        "record_under_a_revoked_key_by_desk",
        "epoch_that_the_one_before_did_not_certify_by_desk",
        "weak_key_enrolled_by_desk",
        "name_listed_twice_in_the_zip",
        "bytes_before_the_first_file_in_the_zip",
    }


@settings(max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_zip_is_seen_unless_every_file_is_as_it_was(
    clean: World, tmp_path_factory: pytest.TempPathFactory, where: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    path = clean.bag.zip(folder / "b.zip")
    raw = bytearray(path.read_bytes())
    raw[int(where * len(raw))] ^= 1 << bit
    path.write_bytes(bytes(raw))
    lines, status = verifier().verify(str(path))
    assert "cannot be read (" not in lines[-1]
    if status == 0:
        files = verifier().open_bundle(str(path))
        assert {name: files.read(name) for name in files.sizes} == clean.bag.files
        files.close()


@settings(max_examples=20)
@given(where=st.floats(0, 1, exclude_max=True))
def test_a_zip_that_is_cut_short_is_not_verified(
    clean: World, tmp_path_factory: pytest.TempPathFactory, where: float
) -> None:
    path = clean.bag.zip(tmp_path_factory.mktemp("short") / "b.zip")
    path.write_bytes(path.read_bytes()[: int(where * path.stat().st_size)])
    lines, status = verifier().verify(str(path))
    assert status == 1
    assert "cannot be read (" not in lines[-1]


def test_nothing_of_a_bundle_is_run(clean: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag: Bag = clean.bag.copy()
    for name in ("zipfile.py", "json.py", "verify.py", "sitecustomize.py"):
        bag.files[name] = b"open('ran', 'w').close()\n"
    bag.sealed(clean.log.seal)
    folder = bag.unpack(tmp_path / "f")
    monkeypatch.chdir(folder)
    last, status = said(sys.executable, VERIFY / "verify.py", folder)
    assert (last[:9], status) == ("VERIFIED ", 0), last
    if SHELL_IS_HERE:
        assert said(SHELL, VERIFY / "verify.sh", folder)[1] == 0
    assert not (folder / "ran").exists()
