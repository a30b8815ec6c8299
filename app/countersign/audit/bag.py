"""Reads a bag (BagIt 1.0, RFC 8493) strictly: names and bytes in, what the manifests list out.

Stricter than the standard where that costs an honest bag nothing: no path may lead out of the bag or mean
something else on another system, nothing may have to be fetched, and every file must be listed.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

from countersign.audit.flaw import Flaw

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
ALGORITHMS = ("sha512", "sha256", "sha1", "md5")
"""What a manifest may hash with."""
SOUND = frozenset({"sha512", "sha256"})
"""What a bag must hash its payload with, at least once."""
DEEPEST = 12
"""How many parts a path may have."""

_DECLARED = re.compile(rb"BagIt-Version: 1\.0\r?\nTag-File-Character-Encoding: UTF-8\r?\n?\Z")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt\Z")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(\S.*)\Z")
_OXUM = re.compile(r"Payload-Oxum[ \t]*:[ \t]*(\d+)\.(\d+)[ \t]*\Z", re.ASCII)
_ESCAPED = re.compile(r"%(0D|0A|25)", re.IGNORECASE)
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(\.|\Z)", re.IGNORECASE)
_SHORT = re.compile(r"~[0-9]")
_LONGEST = 255

Read = Callable[[str], bytes]
Digest = Callable[[str, str], str]
"""Gives the digest of a file, hex, by its name and the name of the algorithm."""


def check_path(untrusted: str) -> str:
    """Return a path that stays in its folder on every system and has one spelling; raises Flaw."""
    shown = ascii(untrusted)[:120]
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in untrusted):
        raise Flaw(f"the path {shown} holds a control character")
    if "\\" in untrusted or ":" in untrusted or untrusted.startswith(("/", "~")):
        raise Flaw(f"the path {shown} leads out of the bag")
    if unicodedata.normalize("NFC", untrusted) != untrusted:
        raise Flaw(f"the path {shown} has a second spelling")
    parts = untrusted.split("/")
    if len(parts) > DEEPEST:
        raise Flaw(f"the path {shown} is too deep")
    for part in parts:
        if part in ("", ".", ".."):
            raise Flaw(f"the path {shown} leads out of the bag")
        if part[-1] in ". " or _RESERVED.match(part) or _SHORT.search(part) or len(part) > _LONGEST:
            raise Flaw(f"the path {shown} means something else on other systems")
    return untrusted


def check_paths(untrusted: Iterable[str]) -> None:
    """Check paths that are to lie side by side: none may be another's on a system that folds case."""
    folded: dict[str, str] = {}
    files = set(untrusted)
    for path in sorted(files):
        parts = check_path(path).split("/")
        for depth in range(1, len(parts) + 1):
            begun = "/".join(parts[:depth])
            if folded.setdefault(begun.casefold(), begun) != begun:
                raise Flaw(f"the paths {folded[begun.casefold()]} and {begun} are one on some systems")
            if depth < len(parts) and begun in files:
                raise Flaw(f"the path {begun} is a file and a folder")


def check(sizes: Mapping[str, int], read: Read, digest: Digest) -> dict[str, str]:
    """Check a whole bag; return the SHA-256 or SHA-512 of each file of the payload, hex. Raises Flaw.

    `sizes` names every file there is; `read` and `digest` are asked for files that it names.
    """
    check_paths(sizes)
    if DECLARATION not in sizes or not _DECLARED.match(read(DECLARATION)):
        raise Flaw("bagit.txt does not declare BagIt 1.0 in UTF-8")
    if "fetch.txt" in sizes:
        raise Flaw("the bag asks for files from elsewhere (fetch.txt)")
    payload = {name for name in sizes if name.startswith("data/")}
    tags = sizes.keys() - payload
    found: dict[str, str] = {}
    for manifest, algorithm, is_of_tags in _manifests(tags):
        listed = read_manifest(read(manifest), manifest, algorithm)
        _check_listed(listed, manifest, tags if is_of_tags else payload, is_of_tags=is_of_tags)
        for name in sorted(listed):
            if digest(name, algorithm) != listed[name]:
                raise Flaw(f"the file {name} was changed: it is not what {manifest} lists")
        if not is_of_tags and algorithm in SOUND:
            found = listed
    if INFO in sizes:
        _check_counts(read(INFO), sum(sizes[name] for name in payload), len(payload))
    return found


def read_manifest(untrusted: bytes, name: str, algorithm: str) -> dict[str, str]:
    """Return the digest, hex, of each file that a manifest lists; raises Flaw."""
    length = hashlib.new(algorithm, usedforsecurity=False).digest_size * 2
    listed: dict[str, str] = {}
    for row in _rows(untrusted, name):
        match = _LINE.match(row)
        if match is None or len(match[1]) != length:
            raise Flaw(f"{name} has a line that is no digest and path: {ascii(row)[:100]}")
        path = check_path(_unescaped(match[2], name))
        if path in listed:
            raise Flaw(f"{name} lists {path} twice")
        listed[path] = match[1].lower()
    return listed


def _rows(untrusted: bytes, name: str) -> list[str]:
    try:
        text = untrusted.decode()
    except UnicodeDecodeError as error:
        raise Flaw(f"{name} is not UTF-8") from error
    return [row for row in re.split(r"\r\n|\n|\r", text) if row]


def _unescaped(path: str, name: str) -> str:
    if "%" in _ESCAPED.sub("", path):
        raise Flaw(f"{name} has a percent sign that escapes nothing: {ascii(path)[:100]}")
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), path)


def _manifests(tags: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    sound = False
    for name in sorted(tags):
        match = _MANIFEST.match(name)
        if match is None:
            continue
        if match[2] not in ALGORITHMS:
            raise Flaw(f"{name} is made with a hash that this program does not know")
        sound |= not match[1] and match[2] in SOUND
        yield name, match[2], bool(match[1])
    if not sound:
        raise Flaw("the bag has no manifest of SHA-256 or SHA-512")


def _check_listed(listed: Mapping[str, str], manifest: str, there: set[str], *, is_of_tags: bool) -> None:
    """Check that a manifest lists what is there; one of tag files leaves out its like, and signatures."""
    missing = sorted(listed.keys() - there)
    if missing:
        raise Flaw(f"the file {missing[0]}, which {manifest} lists, is missing")
    extra = sorted(
        name for name in there - listed.keys() if not (is_of_tags and name.startswith("tagmanifest-"))
    )
    if extra:
        raise Flaw(f"the file {extra[0]} is not listed in {manifest}")


def _check_counts(untrusted: bytes, octets: int, files: int) -> None:
    for row in _rows(untrusted, INFO):
        match = _OXUM.match(row)
        if match and (int(match[1]), int(match[2])) != (octets, files):
            raise Flaw(f"bag-info.txt counts {row}, where there are {octets}.{files}")
