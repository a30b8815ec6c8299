"""The strict reader of bags, against the conformance suite of the standard and paths that lead astray."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import vectors

from countersign.audit import bag
from countersign.audit.flaw import Flaw

SUITE = "bagit-conformance-suite"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def check(files: Mapping[str, bytes]) -> dict[str, str]:
    def digest(name: str, algorithm: str) -> str:
        return hashlib.new(algorithm, files[name]).hexdigest()

    return bag.check({name: len(content) for name, content in files.items()}, files.__getitem__, digest)


def read(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def bag_of(payload: Mapping[str, bytes], algorithm: str = "sha256") -> dict[str, bytes]:
    def lines(files: Mapping[str, bytes]) -> bytes:
        digests = {name: hashlib.new(algorithm, content).hexdigest() for name, content in files.items()}
        return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()

    files = {f"data/{name}": content for name, content in payload.items()}
    tags = {"bagit.txt": DECLARED, f"manifest-{algorithm}.txt": lines(files)}
    return {**files, **tags, f"tagmanifest-{algorithm}.txt": lines(tags)}


def test_the_bags_of_the_conformance_suite_are_taken_or_refused_as_published() -> None:
    suite = vectors.folder(SUITE) / "v1.0"
    valid = sorted((suite / "valid").iterdir())
    invalid = sorted((suite / "invalid").iterdir())
    for folder in valid:
        assert check(read(folder)).keys() == {name for name in read(folder) if name.startswith("data/")}
    for folder in invalid:
        with pytest.raises(Flaw):
            check(read(folder))
    assert (len(valid), len(invalid)) == (1, 4)


@pytest.mark.skipif(not vectors.is_whole(SUITE), reason="the older bags of the suite are not there")
def test_the_older_bags_that_lead_astray_are_refused_though_they_claim_to_be_of_version_1_0() -> None:
    suite = vectors.folder(SUITE) / "v0.97"
    tried = 0
    for folder in sorted([*(suite / "invalid").iterdir(), *suite.glob("*-only/*")]):
        if not folder.is_dir():
            continue
        files = {**read(folder), "bagit.txt": DECLARED}
        with pytest.raises(Flaw):
            check(files)
        tried += 1
    assert tried == 23


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("data/../evil", "leads out"),
        ("/etc/evil", "leads out"),
        ("data//evil", "leads out"),
        ("./data/evil", "leads out"),
        ("data\\evil", "leads out"),
        ("\\\\server\\share", "leads out"),
        ("C:evil", "leads out"),
        ("~root/evil", "leads out"),
        ("data/EVIL~1", "other systems"),
        ("data/NUL", "other systems"),
        ("data/com1.txt", "other systems"),
        ("data/evil.", "other systems"),
        ("data/evil ", "other systems"),
        ("data/" + "x" * 256, "other systems"),
        ("data/a\nb", "control"),
        ("data/a\0b", "control"),
        ("data/u\u0308", "second spelling"),
        ("a/" * 12 + "b", "too deep"),
    ],
)
def test_a_path_that_means_something_else_elsewhere_is_refused(path: str, says: str) -> None:
    with pytest.raises(Flaw, match=says):
        bag.check_path(path)


@pytest.mark.parametrize("path", ["data/a.txt", "data/Prüfung 2026.pdf", "data/a-b_c@1+2,3=4.csv"])
def test_a_path_of_plain_signs_is_taken_as_it_is(path: str) -> None:
    assert bag.check_path(path) == path


@pytest.mark.parametrize(
    "pair", [("data/a", "data/A"), ("data/a/b", "data/A/c"), ("data/STRASSE", "data/straße"), ("a", "a/b")]
)
def test_two_paths_that_are_one_elsewhere_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(Flaw):
        bag.check_paths(pair)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_an_honest_bag_gives_the_digests_of_its_payload(algorithm: str) -> None:
    files = bag_of({"a.txt": b"a", "b/c.txt": b""}, algorithm)
    assert check(files) == {
        f"data/{name}": hashlib.new(algorithm, content).hexdigest()
        for name, content in (("a.txt", b"a"), ("b/c.txt", b""))
    }


def test_a_bag_that_is_hashed_with_weak_hashes_alone_is_refused() -> None:
    with pytest.raises(Flaw, match="no manifest of SHA-256"):
        check(bag_of({"a": b"a"}, "md5"))
    with pytest.raises(Flaw, match="does not know"):
        check({**bag_of({"a": b"a"}), "manifest-crc32.txt": b""})


def test_whatever_is_changed_missing_added_or_renamed_is_named() -> None:
    files = bag_of({"a": b"a", "b": b"b"})
    without = {name: content for name, content in files.items() if name != "data/a"}
    for wrong, says in (
        ({**files, "data/a": b"x"}, "data/a was changed"),
        (without, "data/a, which manifest-sha256.txt lists, is missing"),
        ({**files, "data/c": b"c"}, "data/c is not listed in manifest-sha256.txt"),
        ({**files, "notes.txt": b"c"}, "notes.txt is not listed in tagmanifest-sha256.txt"),
        ({**without, "data/z": b"a"}, "is missing"),
        ({**files, "fetch.txt": b""}, "from elsewhere"),
        ({**files, "bag-info.txt": b"Payload-Oxum: 3.2\n"}, "not listed"),
    ):
        with pytest.raises(Flaw, match=says):
            check(wrong)


def test_counts_that_differ_are_refused() -> None:
    files = bag_of({"a": b"a", "b": b"b"})
    del files["tagmanifest-sha256.txt"]
    assert check({**files, "bag-info.txt": b"Payload-Oxum: 2.2\n"})
    with pytest.raises(Flaw, match="counts"):
        check({**files, "bag-info.txt": b"Payload-Oxum: 3.2\n"})


@pytest.mark.parametrize(
    "declared",
    [
        b"",
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"\xef\xbb\xbf" + DECLARED,
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: ISO-8859-1\n",
        DECLARED + b"x\n",
    ],
)
def test_a_declaration_of_something_else_is_refused(declared: bytes) -> None:
    with pytest.raises(Flaw, match=r"bagit\.txt"):
        check({**bag_of({"a": b"a"}), "bagit.txt": declared})


def test_names_with_percent_signs_are_read_as_the_standard_writes_them() -> None:
    digest = hashlib.sha256(b"").hexdigest()
    found = bag.read_manifest(f"{digest}  data/100%25.txt\n".encode(), "manifest-sha256.txt", "sha256")
    assert found == {"data/100%.txt": digest}
    for wrong in ("data/100%.txt", "data/a%2Fb", "data/a%0Ab"):
        with pytest.raises(Flaw):
            bag.read_manifest(f"{digest}  {wrong}\n".encode(), "manifest-sha256.txt", "sha256")


@given(st.binary(max_size=300))
def test_any_bytes_for_a_manifest_are_read_or_refused_with_a_sentence(untrusted: bytes) -> None:
    try:
        listed = bag.read_manifest(untrusted, "manifest-sha256.txt", "sha256")
    except Flaw:
        return
    assert all(len(digest) == 64 for digest in listed.values())


@given(st.text(max_size=40))
def test_any_text_for_a_path_is_taken_as_it_is_or_refused(untrusted: str) -> None:
    try:
        assert bag.check_path(untrusted) == untrusted
    except Flaw:
        return
    assert ".." not in untrusted.split("/")
