"""Runs the verifiers that are programs of their own, and unpacks bundles as people do."""

import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

from tests.bundle.maker import VERIFY

_GO = shutil.which("go")
_GO_PATH = Path("/usr/share/gocode")
"""Where Debian keeps the sources of Go packages, golang.org/x/mod among them."""
SHELL = shutil.which("dash") or shutil.which("sh")
SHELL_IS_HERE = SHELL is not None and all(
    map(shutil.which, ("openssl", "sha256sum", "awk", "base64", "split", "od"))
)
GO_IS_HERE = _GO is not None and (_GO_PATH / "src" / "golang.org" / "x" / "mod" / "sumdb").exists()


def built(folder: Path) -> Path:
    """Build verify.go without a network."""
    surroundings = {"GO111MODULE": "off", "GOPATH": str(_GO_PATH), "GOCACHE": str(folder / "cache")}
    program = folder / "verify"
    subprocess.run(
        [str(_GO), "build", "-o", str(program), str(VERIFY / "verify.go")],
        env={**os.environ, **surroundings},
        check=True,
    )
    return program


def said(*command: object) -> tuple[str, int]:
    """Run a verifier; return its last line and its exit status."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1], done.returncode


def unpack(path: Path, folder: Path) -> Path | None:
    """Unpack as people do, links as links; None when the program that unpacks refuses."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name = entry.filename.replace("\\", "_")
                content = archive.read(entry)
                file = folder / name.lstrip("/").replace("../", "")
                file.parent.mkdir(parents=True, exist_ok=True)
                if stat.S_ISLNK(entry.external_attr >> 16):
                    file.symlink_to(content.decode())
                else:
                    file.write_bytes(content)
    except (zipfile.BadZipFile, RuntimeError):
        return None
    return folder
