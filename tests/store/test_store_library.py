"""Documents as received: whole or not there, once each."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from countersign.domain.document import EInvoice, MediaType, Opened, Page, TextSource, Widget, Word
from countersign.domain.errors import Trouble
from countersign.domain.geometry import Box
from countersign.settings.home import Home
from countersign.store.library import Library


@pytest.fixture
def library(home: Home) -> Library:
    return Library(home.prepare())


def opened(digest: str) -> Opened:
    words = tuple(Word(f"word{n}", 10.123456, n, 60.5, n + 9.25, n, 97, 9.5, n % 2 == 0) for n in range(300))
    return Opened(
        sha256=digest,
        media_type=MediaType.PDF,
        pages=(Page(number=0, width=595, height=842, source=TextSource.TEXT_LAYER, words=words),),
        widgets=(Widget(name="a", label="b", value="ü", page=0, box=Box(x0=1, y0=2, x1=3, y1=4)),),
        einvoice=EInvoice(flavour="factur-x", values={"iban": "DE00"}, rows=({"amount": "1.00"},)),
        notes=("javascript",),
    )


def test_bytes_are_kept_as_received_under_their_digest(library: Library, home: Home) -> None:
    content = bytes(range(256)) * 10
    document = library.keep(content, MediaType.PDF, "bill.pdf")
    assert document.sha256 == sha256(content).hexdigest()
    assert (document.length, document.name) == (2560, "bill.pdf")
    path = library.path(document.sha256)
    assert path.read_bytes() == content
    assert path == home.documents / document.sha256[:2] / document.sha256


def test_the_same_bytes_twice_are_one_file_even_at_once(library: Library, home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: library.keep(b"same", MediaType.PDF, f"{n}.pdf"), range(40)))
    assert len({document.sha256 for document in kept}) == 1
    assert [path for path in home.documents.rglob("*") if path.is_file()] == [library.path(kept[0].sha256)]


def test_a_file_cut_short_by_a_crash_is_written_anew(library: Library) -> None:
    document = library.keep(b"whole content", MediaType.PDF, "a.pdf")
    library.path(document.sha256).write_bytes(b"whole")
    library.keep(b"whole content", MediaType.PDF, "a.pdf")
    assert library.path(document.sha256).read_bytes() == b"whole content"


def test_a_document_that_is_gone_is_told(library: Library) -> None:
    with pytest.raises(Trouble, match=r"is gone from .* Put it back from a backup"):
        library.path("ab" * 32)


@pytest.mark.parametrize("name", ["", "ab", "../" * 21 + "x", "AB" * 32, "a" * 63 + "/"])
def test_what_is_no_digest_names_no_file(library: Library, name: str) -> None:
    with pytest.raises(ValueError, match="not the SHA-256"):
        library.path(name)


def test_an_opened_document_comes_back_as_it_was(library: Library) -> None:
    made = opened("cd" * 32)
    assert library.opened("cd" * 32) is None
    library.keep_opened(made)
    assert library.opened("cd" * 32) == made


@pytest.mark.parametrize("damage", [b"", b"garbage", None, b"x\x9c\x01"])
def test_an_opened_document_that_is_damaged_is_not_there(
    library: Library, home: Home, damage: bytes | None
) -> None:
    library.keep_opened(opened("cd" * 32))
    file = next(path for path in home.derived.rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-7] if damage is None else damage)
    assert library.opened("cd" * 32) is None
    library.keep_opened(opened("cd" * 32))
    assert library.opened("cd" * 32) is not None


def test_an_opened_document_under_another_name_is_not_there(library: Library, home: Home) -> None:
    library.keep_opened(opened("cd" * 32))
    file = next(path for path in home.derived.rglob("*") if path.is_file())
    other = home.derived / "ef" / ("ef" * 32 + ".opened")
    other.parent.mkdir()
    other.write_bytes(file.read_bytes())
    assert library.opened("ef" * 32) is None


def test_a_place_that_cannot_be_written_is_told_and_leaves_nothing(library: Library, home: Home) -> None:
    content = b"content"
    (home.documents / sha256(content).hexdigest()[:2]).write_text("in the way")
    with pytest.raises(Trouble, match="cannot be written"):
        library.keep(content, MediaType.PDF, "a.pdf")
    assert len(list(home.documents.rglob("*"))) == 1


def test_documents_may_be_read_by_others_of_the_machine_and_no_passing_file_stays(
    library: Library, home: Home
) -> None:
    path = library.path(library.keep(b"content", MediaType.PDF, "a.pdf").sha256)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert not list(Path(home.root).rglob(".new-*"))


def test_what_a_kill_left_of_a_document_goes_with_it_and_what_is_being_written_stays(
    library: Library, home: Home
) -> None:
    document = library.keep(b"Erika Mustermann", MediaType.PDF, "a.pdf")
    folder = library.path(document.sha256).parent
    torn, fresh = folder / ".new-torn", folder / ".new-fresh"
    for file in (torn, fresh):
        file.write_bytes(b"Erika Must")
    long_ago = torn.stat().st_mtime - 3600
    os.utime(torn, (long_ago, long_ago))
    library.forget(document.sha256, document.length)
    assert sorted(folder.iterdir()) == [fresh]
