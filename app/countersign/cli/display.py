"""Says whether a window can open on this machine, without loading Qt."""

import ctypes
import json
import os
import sys

from countersign.settings.resources import shipped


def trouble() -> str | None:
    """Return why no window can open here and what to do, in one sentence; None when one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    screen = os.environ.get("DISPLAY")
    if not screen:
        return (
            "There is no display here, so the desk cannot open its window. Log in to a graphical session, "
            "or use the command line: countersign process PATH…"
        )
    if missing := missing_libraries(with_screen=True):
        return f"Qt lacks system libraries, so the desk cannot open its window. Run: {mend(missing)}"
    if not _answers(screen):
        return (
            f"The display {screen} does not answer, so the desk cannot open its window. Set DISPLAY to one "
            "that does, or use the command line: countersign process PATH…"
        )
    return None


def missing_libraries(with_screen: bool) -> tuple[str, ...]:
    """Return the Debian packages of the system libraries that Qt needs and this machine lacks."""
    if not sys.platform.startswith("linux"):
        return ()
    known = json.loads(shipped("resources", "system_libraries.json").read_text(encoding="utf-8"))
    wanted = {**known["always"], **(known["screen"] if with_screen else {})}
    return tuple(package for library, package in wanted.items() if not _loads(library))


def mend(packages: tuple[str, ...]) -> str:
    """Return the command that installs packages on Debian and Ubuntu."""
    return f"sudo apt-get install -y {' '.join(packages)}"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers(screen: str) -> bool:
    """Say whether an X server answers; without libxcb the question stays open and Qt will tell."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(screen.encode(), None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
