"""Checks a bundle from anywhere with the very program that ships beside it (resources/verify/verify.py)."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from countersign.audit import bag
from countersign.audit.flaw import Flaw
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.settings.resources import shipped


class BundleVerdict(Frozen):
    """What was found of a bundle."""

    ok: bool
    last: str
    """``VERIFIED …``, or ``NOT VERIFIED:`` and the first thing that is wrong."""
    report: tuple[str, ...] = ()
    """What else a reader should know, a line each."""


def check_bundle(path: Path, key: str | None = None, witnesses: Sequence[str] = ()) -> BundleVerdict:
    """Check a bundle, zipped or unpacked, twice: as a bag by our own reader, and as a whole by the verifier.

    `key` is the fingerprint of the desk that it must be from, `witnesses` are the keys, each as one line, of
    witnesses that must have signed. Raises Trouble when there is nothing to check.
    """
    if not path.exists():
        raise Trouble(f"There is no bundle {path}. Name the zip file, or the folder it was unpacked into.")
    lines, status = verifier().verify(str(path), key, tuple(witnesses))
    *report, last = lines
    flaw = _flaw_of_bag(path) if status == 0 else None
    if flaw is not None:
        return BundleVerdict(ok=False, last=f"NOT VERIFIED: {flaw}")
    return BundleVerdict(ok=status == 0, last=last, report=tuple(report))


def _flaw_of_bag(path: Path) -> str | None:
    files = verifier().open_bundle(str(path))
    try:
        bag.check(files.sizes, files.read, _digest_of(files.digest))
    except Flaw as flaw:
        return str(flaw)
    finally:
        files.close()
    return None


def _digest_of(sha256: Callable[[str], str]) -> bag.Digest:
    def digest(name: str, algorithm: str) -> str:
        if algorithm != "sha256":
            raise Flaw(f"the bundle lists {name} under {algorithm}, where it must be SHA-256")
        return sha256(name)

    return digest


class _Source(SourceFileLoader):
    """Reads a module from its file and leaves no compiled copy beside it: the folder is shipped as it is."""

    def set_data(self, path: str, data: object, *, _mode: int = 0o666) -> None:
        """Keep nothing."""


@cache
def verifier() -> ModuleType:
    """Read the verifier from its file, as its other readers do: it must need nothing of ours."""
    file = shipped("resources", "verify", "verify.py")
    name = "countersign_bundle_verifier"
    spec = spec_from_file_location(name, file, loader=_Source(name, str(file)))
    if spec is None or spec.loader is None or not file.exists():
        raise Trouble(f"The verifier {file} is gone. Install Countersign again.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
