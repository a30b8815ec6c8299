"""The desk's own check of a bundle, its command, and what the exporter makes before all three verifiers."""

import json
import shutil
from pathlib import Path

import pytest
from tests.bundle.logs import history
from tests.bundle.maker import VERIFY, Bag, export
from tests.bundle.running import SHELL, SHELL_IS_HERE, said, unpack
from tests.store.stories import ADA, CARD
from tests.support.exporting import fill, fill_policy, take_out
from typer.testing import CliRunner

from countersign.cli.app import app
from countersign.domain.errors import Trouble
from countersign.insight.bundle.scope import Scope, Withhold
from countersign.insight.bundle_check import check_bundle
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


@pytest.fixture(scope="module")
def clean() -> Bag:
    return export(history("checked", 2), ["case-00001"])


def test_the_desk_checks_a_bundle_with_its_own_reader_and_the_shipped_verifier(
    clean: Bag, tmp_path: Path
) -> None:
    verdict = check_bundle(clean.zip(tmp_path / "b.zip"))
    assert (verdict.ok, verdict.last[:9]) == (True, "VERIFIED "), verdict
    assert check_bundle(clean.unpack(tmp_path / "f")).ok
    wrong = check_bundle(tmp_path / "b.zip", "00" * 32)
    assert (wrong.ok, wrong.report) == (False, ())
    assert "not the one given" in wrong.last


def test_a_bag_that_only_one_of_the_two_readers_takes_is_not_verified(tmp_path: Path) -> None:
    log = history("checked", 2)
    bag = export(log, ["case-00001"])
    bag.files["manifest-md5.txt"] = b"not a manifest\n"
    verdict = check_bundle(bag.sealed(log.seal).zip(tmp_path / "b.zip"))
    assert (verdict.ok, verdict.last[:28]) == (False, "NOT VERIFIED: manifest-md5.t")


def test_a_bundle_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no bundle"):
        check_bundle(tmp_path / "b.zip")


def test_the_command_says_the_verdict_and_ends_with_it(clean: Bag, tmp_path: Path) -> None:
    path = clean.zip(tmp_path / "b.zip")
    done = CliRunner().invoke(app, ["check-bundle", str(path)], standalone_mode=False)
    assert done.return_value == 0
    assert done.stdout.splitlines()[-1].startswith("VERIFIED ")
    path.write_bytes(path.read_bytes()[:-1])
    done = CliRunner().invoke(app, ["check-bundle", str(path), "--json"], standalone_mode=False)
    assert done.return_value == 1
    assert json.loads(done.stdout)["last"].startswith("NOT VERIFIED: ")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bundles as the desk makes them: of all cases, of one, and of two with all that can be kept back."""
    folder, words = tmp_path_factory.mktemp("desk"), catalogue.load()
    with open_store(Home(folder / "home"), agents=[CARD], person=ADA, words=words) as store:
        fill(store, [f"case-{n}" for n in range(5)], ["case-0", "case-3"])
        fill_policy(store, "case-p")
        held = Withhold(documents=True, values=True)
        take_out(store, words, folder / "all.zip", Scope())
        take_out(store, words, folder / "one.zip", Scope(case=("case-2",)))
        take_out(store, words, folder / "held.zip", Scope(case=("case-1", "case-3")), withhold=held)
    return {name: folder / f"{name}.zip" for name in ("all", "one", "held")}


@pytest.mark.parametrize("name", ["all", "one", "held"])
def test_every_verifier_takes_what_the_desk_exports(
    name: str, exported: dict[str, Path], go_verifier: Path | None, tmp_path: Path
) -> None:
    path = exported[name]
    assert check_bundle(path).ok, check_bundle(path)
    folder = unpack(path, tmp_path / "f")
    assert folder
    if SHELL_IS_HERE:
        last, status = said(SHELL, VERIFY / "verify.sh", folder)
        assert (last[:9], status) == ("VERIFIED ", 0), last
    if go_verifier:
        last, status = said(go_verifier, folder / name)
        assert (last[:9], status) == ("VERIFIED ", 0), last


def test_the_verifiers_in_a_bundle_are_the_shipped_ones(exported: dict[str, Path], tmp_path: Path) -> None:
    folder = unpack(exported["one"], tmp_path / "f")
    assert folder
    for file in VERIFY.iterdir():
        if file.is_file():
            assert (folder / "one" / file.name).read_bytes() == file.read_bytes(), file.name
    shutil.rmtree(folder)
