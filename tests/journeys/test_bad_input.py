"""Bad input ends in one clear sentence that says what to do, and leaves everything else as it was."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest.mock import ANY

import pymupdf
import pytest
from tests.journeys.desks import ENVIRONMENT, decisions, invoice, take, work_until_idle

from countersign.cli import door
from countersign.cli import process as process_command
from countersign.documents.process import LIMITS
from countersign.domain.errors import Trouble
from countersign.domain.event import PolicyActivated, Route
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.settings.resources import shipped
from countersign.store.database import Database
from countersign.store.founding import open_store, visit_store
from countersign.store.migrate import migrate
from countersign.wiring import batch, supervise
from countersign.wiring.supervise import Supervisor

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these files and limits")

WORKER_ON_A_FULL_DISK = (
    "import resource, sys; from pathlib import Path; import countersign.worker as worker; "
    "from countersign.cli import door; from countersign.settings.home import Home; worker.REST = 0.05; "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2); "
    "sys.exit(door.guarded(lambda: worker.run_worker(Home(Path(sys.argv[1])), until_idle=True) or 0))"
)

Say = Callable[..., tuple[int, str]]


class Taken:
    """A desk to which a folder of bad input was brought, and what its one command said."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.folder = folder
        command = [sys.executable, "-m", "countersign", "process", "--json", "--home", str(home.root)]
        done = subprocess.run([*command, str(folder)], capture_output=True, env=ENVIRONMENT, check=False)
        self.status, self.errors = done.returncode, done.stderr.decode()
        self.lines = [json.loads(line) for line in done.stdout.decode().splitlines()]

    def of(self, name: str) -> dict[str, object]:
        """Return what was said about a file, named by its path in the folder."""
        return next(line for line in self.lines if line.get("file") == str(self.folder / name))

    def copy(self, root: Path) -> Home:
        """Return a copy of the desk, to be harmed."""
        shutil.copytree(self.home.root, root)
        return Home(root)


NAMES = ["Rechnung Müller & Söhne 漢字.pdf", f"{'x' * 240}.pdf"]
NAMES_ON_POSIX = ["two\nlines \x1b[31mred.pdf", os.fsdecode(b"latin-\xe9.pdf")]


def fill_with_bad_input(folder: Path) -> None:
    folder.mkdir()
    (folder / "empty.pdf").touch()
    (folder / "text.pdf").write_text("hello", encoding="utf-8")
    (folder / "a-folder.pdf").mkdir()
    with pymupdf.open() as document:
        document.new_page()
        document.save(
            folder / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="secret"
        )
        for _ in range(1999):
            document.new_page()
        document.save(folder / "long.pdf")
    with pymupdf.open(stream=invoice(99)) as document:
        document[0].get_pixmap(dpi=100).save(folder / "picture.png")
    (folder / "picture.png").rename(folder / "picture.pdf")
    for number, name in enumerate([*NAMES, *(NAMES_ON_POSIX if os.name == "posix" else ())]):
        (folder / name).write_bytes(invoice(number))
    if os.name == "posix":
        (folder / "loop").symlink_to(folder)
        (folder / "itself.pdf").symlink_to("itself.pdf")
        os.mkfifo(folder / "pipe.pdf")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("bad") / "in"
    fill_with_bad_input(folder)
    return Taken(Home(folder.parent / "desk"), folder)


@pytest.fixture
def harmed(taken: Taken, tmp_path: Path) -> Home:
    """Return a copy of the desk, to be harmed."""
    return taken.copy(tmp_path / "harmed")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command on a home; return its status and what it says on the error output."""

    def run(home: Home, *command: str) -> tuple[int, str]:
        status = door.enter([*command, "--home", str(home.root)])
        assert isinstance(status, int)
        return status, capsys.readouterr().err

    return run


def is_one_sentence(said: str) -> bool:
    return said.startswith("countersign: ") and said.endswith(".\n") and said.count("\n") == 1


def active_policies(home: Home) -> list[str]:
    with visit_store(home) as store:
        return [e.event.digest for e in store.desk_entries() if isinstance(e.event, PolicyActivated)]


def head(home: Home) -> int:
    with visit_store(home) as store:
        return store.head()


# -- documents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.pdf", "empty_file"),
        ("text.pdf", "unsupported_format"),
        ("locked.pdf", "encrypted"),
        ("long.pdf", "too_many_pages"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_its_reason(
    taken: Taken, name: str, code: str
) -> None:
    line = taken.of(name)
    assert line["route"] == Route.REFUSE
    assert line["reasons"] == [{"code": code, "fields": [], "detail": ANY}]


def test_a_picture_named_pdf_is_read_as_a_picture(taken: Taken) -> None:
    assert taken.of("picture.pdf")["class"] == "invoice"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_letters_and_length_is_taken(taken: Taken, name: str) -> None:
    assert taken.of(name)["class"] == "invoice"


@posix
@pytest.mark.parametrize("name", NAMES_ON_POSIX)
def test_a_name_that_is_no_text_is_taken_and_shown_without_harm(taken: Taken, name: str, say: Say) -> None:
    line = taken.of(name)
    assert line["class"] == "invoice"
    assert say(taken.home, "show", str(line["case"])) == (0, "")


def test_everything_in_a_folder_is_told_and_the_rest_of_it_is_decided(taken: Taken) -> None:
    assert (taken.status, taken.errors) == (0, "")
    told = {Path(str(line["file"])).name for line in taken.lines if "file" in line}
    assert told == {path.name for path in taken.folder.iterdir()} - {"a-folder.pdf"}
    aside = {Path(str(line["file"])).name for line in taken.lines if "set_aside" in line and "file" in line}
    assert aside == ({"loop", "itself.pdf", "pipe.pdf"} if os.name == "posix" else set())


def test_after_bad_input_the_record_holds(taken: Taken) -> None:
    with visit_store(taken.home) as store:
        assert store.verify().ok
        assert set(decisions(store).values()) == {1}


@posix
@pytest.mark.parametrize(
    "name",
    ["gone.pdf", "in/a-folder.pdf", "in/itself.pdf", "in/pipe.pdf", f"{'y' * 300}.pdf", "in/no/no.pdf"],
)
def test_a_path_that_leads_to_no_document_is_one_sentence_and_nothing_is_taken(
    taken: Taken, say: Say, name: str
) -> None:
    before = head(taken.home)
    path = taken.folder.parent / name
    status, said = say(taken.home, "process", str(taken.folder / NAMES[0]), str(path))
    assert status == 1
    assert is_one_sentence(said)
    assert str(path) in said
    assert head(taken.home) == before


@posix
def test_what_may_not_be_read_is_told_and_the_rest_is_taken(home: Home, tmp_path: Path) -> None:
    (tmp_path / "in" / "closed").mkdir(parents=True)
    (tmp_path / "in" / "closed" / "a.pdf").write_bytes(invoice(1))
    (tmp_path / "in" / "b.pdf").write_bytes(invoice(2))
    (tmp_path / "in" / "closed").chmod(0)
    if os.access(tmp_path / "in" / "closed", os.R_OK):
        pytest.skip("nothing is closed to the superuser")
    try:
        items = {Path(item.path).name: item.reason for item in take(home, tmp_path / "in")}
        with pytest.raises(Trouble, match="cannot be read"):
            take(home, tmp_path / "in" / "closed" / "a.pdf")
    finally:
        (tmp_path / "in" / "closed").chmod(0o700)
    assert items == {"b.pdf": "", "closed": "a folder that may not be read"}


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.parametrize("case", ["c-aaaaaaaaaaaa", "%", "", "no\nsuch"])
def test_an_unknown_case_is_one_sentence(taken: Taken, say: Say, command: str, case: str) -> None:
    status, said = say(taken.home, command, case)
    assert status == 1
    assert is_one_sentence(said)


# -- the desk's own folder -------------------------------------------------------------------------------


def break_policy(home: Home) -> None:
    text = shipped("resources", "policies", "desk.yaml").read_text(encoding="utf-8")
    (home.policies / "mine.yaml").write_text(text.replace("quality_bar:", "qualty_bar:", 1), encoding="utf-8")


def test_a_misspelt_policy_is_named_with_its_place_and_the_active_one_stays(harmed: Home, say: Say) -> None:
    before, size = active_policies(harmed), head(harmed)
    break_policy(harmed)
    status, said = say(harmed, "process", str(Path(__file__)))
    assert status == 1
    assert is_one_sentence(said)
    assert "mine.yaml, line 13, column 5: classes.invoice.qualty_bar" in said
    assert (active_policies(harmed), head(harmed)) == (before, size)


@pytest.mark.parametrize("command", [["verify"], ["process", __file__], ["show", "x"], ["doctor"]])
def test_without_its_keys_a_desk_says_so_and_makes_no_others(
    harmed: Home, say: Say, command: Sequence[str]
) -> None:
    aside = harmed.root / "elsewhere"
    harmed.keys.rename(aside)
    status, said = say(harmed, *command)
    assert status == 1
    assert is_one_sentence(said) or command == ["doctor"]
    assert not [file for file in harmed.keys.glob("*") if file.suffix == ".key"]
    shutil.rmtree(harmed.keys, ignore_errors=True)
    aside.rename(harmed.keys)
    assert say(harmed, "verify") == (0, "")


@pytest.mark.parametrize("content", [b"", b"abc", b"0" * 32])
def test_a_damaged_root_key_is_told_and_left_alone(harmed: Home, say: Say, content: bytes) -> None:
    key = harmed.keys / "root.key"
    whole = key.read_bytes()
    key.write_bytes(content)
    status, said = say(harmed, "process", __file__)
    assert status == 1
    assert is_one_sentence(said)
    assert "backup" in said
    key.write_bytes(whole)
    assert say(harmed, "verify") == (0, "")


def test_documents_that_are_gone_leave_the_record_whole_and_can_be_brought_in_again(
    harmed: Home, taken: Taken, say: Say
) -> None:
    shutil.rmtree(harmed.documents)
    assert say(harmed, "verify") == (0, "")
    take(harmed, taken.folder / NAMES[0])
    assert len([file for file in harmed.documents.rglob("*") if file.is_file()]) == 1


def test_visiting_a_home_whose_desk_is_not_founded_yet_founds_none(home: Home, say: Say) -> None:
    database = Database(home.database)
    migrate(database)
    database.close()
    status, said = say(home, "verify")
    assert status == 1
    assert "There is no desk" in said
    assert not any(home.keys.iterdir())
    with open_store(home) as store:
        assert store.verify().ok


@posix
def test_a_new_home_is_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "desk").prepare()
    assert home.root.stat().st_mode & 0o077 == 0


# -- at work ---------------------------------------------------------------------------------------------


def test_a_damaged_file_of_the_engine_is_put_aside_and_every_case_is_decided(
    harmed: Home, tmp_path: Path
) -> None:
    (tmp_path / "new.pdf").write_bytes(invoice(500))
    take(harmed, tmp_path / "new.pdf")
    for rest in ("-wal", "-shm"):  # they would heal it
        harmed.engine.with_name(harmed.engine.name + rest).unlink(missing_ok=True)
    harmed.engine.write_bytes(os.urandom(50_000))
    work_until_idle(harmed)
    with visit_store(harmed) as store:
        assert set(decisions(store).values()) == {1}
        assert store.verify().ok
    assert harmed.engine.with_name("engine.sqlite.damaged").exists()


@posix
def test_a_worker_that_can_record_nothing_ends_with_one_sentence_and_the_next_goes_on(
    harmed: Home, tmp_path: Path
) -> None:
    for number in range(500, 506):
        (tmp_path / f"{number}.pdf").write_bytes(invoice(number))
    take(harmed, *tmp_path.glob("5*.pdf"))
    size = head(harmed)
    room = harmed.database.stat().st_size
    command = [sys.executable, "-c", WORKER_ON_A_FULL_DISK, str(harmed.root), str(64 * 1024)]
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=False, timeout=60)
    said = done.stderr.decode()
    assert (done.returncode, is_one_sentence(said)) == (1, True), said
    assert "disk" in said
    assert harmed.database.stat().st_size == room
    work_until_idle(harmed)
    with visit_store(harmed) as store:
        assert store.head() > size
        assert set(decisions(store).values()) == {1}
        assert store.verify().ok


@pytest.fixture
def dying_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make every worker end at once, with a sentence."""

    def start(home: Home) -> "subprocess.Popen[bytes]":
        with (home.logs / supervise.WORKER_ERRORS).open("ab") as errors:
            code = "import sys; sys.exit('countersign: The cellar is flooded. Pump it dry.')"
            return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=errors)

    monkeypatch.setattr(supervise, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(batch, "Supervisor", lambda home, _: Supervisor(home, start))
    yield


@pytest.mark.usefixtures("dying_workers")
def test_when_no_worker_can_be_kept_alive_its_own_sentence_is_told(home: Home, tmp_path: Path) -> None:
    (tmp_path / "new.pdf").write_bytes(invoice(1))
    with pytest.raises(Trouble, match=r"^The agents stopped\. The cellar is flooded\. Pump it dry\.$"):
        list(batch.process(home, [tmp_path / "new.pdf"]))
    work_until_idle(home)
    with visit_store(home) as store:
        assert set(decisions(store).values()) == {1}


def test_an_interrupted_command_says_that_the_rest_goes_on(
    home: Home, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(process_command, "run", interrupted)
    status, said = say(home, "process", __file__)
    assert status == door.INTERRUPTED
    assert "the rest goes on at the next start" in said


def test_a_page_child_whose_desk_has_gone_ends_in_silence() -> None:
    ears, mouth = os.pipe()
    os.close(ears)
    child = subprocess.run(
        [sys.executable, "-m", "countersign", "page-child"],
        stdin=subprocess.DEVNULL,
        stdout=mouth,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, LIMITS: Limits().model_dump_json()},
        check=False,
    )
    os.close(mouth)
    assert (child.returncode, child.stderr) == (0, b"")
