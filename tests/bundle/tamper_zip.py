"""Tampering with the zip file around a bundle."""

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.bundle.maker import Bag
from tests.bundle.tampering import (
    TAMPERS,
    Tamper,
    World,
)

Write = Callable[[Bag, Path], None]


def container(
    says: str, *, sh: bool = True, go: bool = False, unpacks: bool = True
) -> Callable[[Write], None]:
    """Register a way to tamper with the zip file around a bundle whose files are as they were."""

    def register(write: Write) -> None:
        def make(world: World, path: Path) -> Path:
            write(world.bag.copy(), path)
            return path

        TAMPERS.append(Tamper(f"{write.__name__}_in_the_zip", make, says, sh, go, unpacks=unpacks))

    return register


def _with(bag: Bag, path: Path, name: str, content: bytes = b"x") -> zipfile.ZipInfo:
    bag.zip(path)
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return entry


def _patched(path: Path, old: bytes, new: bytes) -> None:
    raw = path.read_bytes()
    assert len(old) == len(new) and old in raw
    path.write_bytes(raw.replace(old, new))


@container("leads out of the bundle")
def name_that_climbs_out(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/../../evil.txt")


@container("leads out of the bundle")
def absolute_name(bag: Bag, path: Path) -> None:
    _with(bag, path, "/etc/evil.txt")


@container("leads out of the bundle")
def unc_name(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/xxserverxevil.txt")
    _patched(path, b"xxserverxevil", b"\\\\server\\evil")


@container("leads out of the bundle")
def name_with_a_drive(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/C:evil.txt")


@container("means something else on other systems")
def short_name(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/EVIDEN~1")


@container("means something else on other systems")
def name_of_a_device(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/NUL.txt")


@container("is a link")
def symbolic_link(bag: Bag, path: Path) -> None:
    bag.zip(path)
    entry = zipfile.ZipInfo("bundle/data/link")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, "/etc/hostname")


@container("are one on some systems")
def names_that_differ_in_case(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/REPORT.pdf")


@container("has a second spelling")
def name_in_another_normal_form(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/pru\u0308fung.txt")


@container("twice", sh=False)
def name_listed_twice(bag: Bag, path: Path) -> None:
    good = bag.files["data/report.pdf"]
    bag.files["data/reporz.pdf"] = b"%PDF-0.0\n"
    bag.files["data/reporx.pdf"] = good
    del bag.files["data/report.pdf"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(bag.files, reverse=True):
            archive.writestr(f"bundle/{name}", bag.files[name])
    _patched(path, b"reporz.pdf", b"report.pdf")
    _patched(path, b"reporx.pdf", b"report.pdf")


@container("is encrypted")
def encrypted_entry(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/secret.txt")
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 8] |= 1
    path.write_bytes(bytes(raw))


@container("is a bomb", unpacks=False)
def bomb(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/zeros", bytes(105 << 20))


@container("tells two sizes")
def lying_size(bag: Bag, path: Path) -> None:
    _with(bag, path, "bundle/data/long.txt", b"y" * 5000)
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<L", 4)
    path.write_bytes(bytes(raw))


@container("longer than the zip file says")
def size_that_lies_twice(bag: Bag, path: Path) -> None:
    bag.zip(path)
    raw = bytearray(path.read_bytes())
    directory = raw.find(b"PK\x01\x02")
    at = raw.find(b"bundle/data/report.pdf", directory) - 46
    local = raw.find(b"bundle/data/report.pdf") - 30
    raw[at + 24 : at + 28] = raw[local + 22 : local + 26] = struct.pack("<L", 4)
    path.write_bytes(bytes(raw))


@container("hides bytes", sh=False)
def bytes_before_the_first_file(bag: Bag, path: Path) -> None:
    bag.zip(path)
    path.write_bytes(b"#!/bin/sh\necho VERIFIED\nexit\n" + path.read_bytes())


@container("does not hold one folder alone")
def second_folder(bag: Bag, path: Path) -> None:
    _with(bag, path, "other/file.txt")
