"""Makes .venv from the hash-pinned requirements: `setup_env.py run` or `setup_env.py dev`.

Standard library only, and written so that an old Python 3 can still run it far enough to say what is missing.
A second call with nothing to do takes a few hundredths of a second.
"""

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "countersign-setup.json"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST, TOO_NEW = (3, 11), (3, 15)
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")
PROBE = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)"


class Missing(Exception):
    """Something that this machine lacks; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def main(wanted: str) -> int:
    """Make .venv ready for 'run' or 'dev'; return the exit status."""
    try:
        offer_system_libraries()
        if not is_ready(wanted):
            began = time.monotonic()
            make(wanted)
            say(f"Ready after {time.monotonic() - began:.0f} s.")
        link()
    except Missing as missing:
        say(str(missing))
        return 1
    return 0


def digest(wanted: str) -> str:
    """Name what an environment must have been made from."""
    parts = [ROOT / "requirements" / (wanted + ".txt"), Path(__file__)]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def is_ready(wanted: str) -> bool:
    """Say whether .venv holds what is wanted; an environment for 'dev' holds all of 'run'."""
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    held = json.loads(STAMP.read_text(encoding="utf-8"))
    return any(held.get(name) == digest(name) for name in {wanted, "dev"})


def make(wanted: str) -> None:
    """Make .venv where there is none that fits, and install the pinned requirements into it."""
    version = version_of(str(PYTHON)) if PYTHON.exists() else None
    if version is None or not OLDEST <= version < TOO_NEW:
        python = find_python()
        shutil.rmtree(str(VENV), ignore_errors=True)
        say(f"Making .venv with {python} …")
        subprocess.run([python, "-m", "venv", str(VENV)], check=True)
    STAMP.unlink() if STAMP.exists() else None
    say(f"Installing the pinned requirements ({wanted}); the first time takes a few minutes …")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    pinned = ["--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
    file = ROOT / "requirements" / (wanted + ".txt")
    if subprocess.run([*pip, *pinned, "-r", str(file)], check=False).returncode != 0:
        raise Missing("The requirements could not be installed; pip says above why. Mend that and try again.")
    STAMP.write_text(json.dumps({wanted: digest(wanted)}), encoding="utf-8")


def find_python() -> str:
    """Return the first Python that fits and can make environments."""
    bare = None
    for name in [os.environ.get("PYTHON"), *NAMES, sys.executable]:
        path = shutil.which(name) if name else None
        version = version_of(path) if path else None
        if path is None or version is None or not OLDEST <= version < TOO_NEW:
            continue
        if can_make_environments(path):
            return path
        bare = bare or (path, version)
    if bare is None:
        raise Missing(
            "Countersign needs Python 3.11, 3.12, 3.13 or 3.14, and none is on the PATH. "
            "Install one, or name it: make PYTHON=/path/to/python3.13 …"
        )
    path, version = bare
    package = "python{}.{}-venv".format(*version)
    if apt_install([package]) and can_make_environments(path):
        return path
    raise Missing(
        f"{path} cannot make environments, because its module venv is missing. "
        f"Install it (sudo apt-get install -y {package}) and try again."
    )


def version_of(python: str) -> "tuple[int, int] | None":
    """Return a Python's version, None when it does not run."""
    try:
        told = subprocess.check_output([python, "-c", PROBE], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    major, minor = told.split()[:2]
    return int(major), int(minor)


def can_make_environments(python: str) -> bool:
    """Say whether the modules that make an environment are there; some systems ship them apart."""
    probe = [python, "-c", "import venv, ensurepip"]
    return subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode == 0


def link() -> None:
    """Make `countersign` importable and callable, with no build step: a path file and a starter."""
    packages = next(
        (
            folder
            for folder in [VENV / "Lib" / "site-packages", *VENV.glob("lib/python3*/site-packages")]
            if folder.is_dir()
        ),
    )
    write(packages / "countersign.pth", os.path.relpath(str(ROOT / "app"), str(packages)) + "\n")
    if os.name == "nt":
        write(BIN / "countersign.cmd", '@"%~dp0python.exe" -m countersign %*\n')
    else:
        write(BIN / "countersign", f'#!/bin/sh\nexec "{PYTHON}" -m countersign "$@"\n')
        (BIN / "countersign").chmod(0o755)


def write(file: Path, text: str) -> None:
    """Write a file unless it says the same already."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def offer_system_libraries() -> None:
    """Install the system libraries that Qt lacks where we may; else say the command that does it."""
    if not sys.platform.startswith("linux"):
        return
    known = json.loads((ROOT / "resources" / "system_libraries.json").read_text(encoding="utf-8"))
    wanted = dict(known["always"])
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        wanted.update(known["screen"])
    packages = [package for library, package in wanted.items() if not is_present(library)]
    if packages and not apt_install(packages):
        say(
            "Qt lacks system libraries here, so the window will not open. On Debian or Ubuntu, run: "
            "sudo apt-get install -y " + " ".join(packages)
        )


def is_present(library: str) -> bool:
    """Say whether the loader finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages: "list[str]") -> bool:
    """Install packages where this is root on a Debian kind of system; say whether it was done."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    say("Installing system packages: {} …".format(" ".join(packages)))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (install, [apt, "update", "-qq"], install):
        done = subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode == 0
        if done and command is install:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
