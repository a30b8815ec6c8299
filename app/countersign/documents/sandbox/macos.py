"""What macOS offers: Seatbelt, by the call that its own `sandbox-exec` makes. Nobody has run this yet."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from countersign.documents.sandbox.barrier import Means
from countersign.documents.sandbox.own_files import program_files, user_home


def steps() -> Iterator[tuple[Means, Callable[[], None]]]:
    """Yield what can be done."""
    yield Means.SEATBELT, lambda: enter(ctypes.CDLL(None), profile())


def enter(libc: Any, rules: str) -> None:
    """Put rules in force on this process for good; raises OSError with what the system says."""
    said = ctypes.c_char_p()
    if libc.sandbox_init(rules.encode(), ctypes.c_uint64(0), ctypes.byref(said)) != 0:
        raise OSError((said.value or b"it was refused").decode(errors="replace"))


def profile() -> str:
    """Return the rules: no network, no writing, no programs, none of the user's files but the program's own.

    The last rule that fits decides.
    """
    home = user_home()
    own = sorted({str(place.resolve()) for place in program_files()})
    allowed = "".join(f"(subpath {_quoted(place)})" for place in own)
    hidden = f"(deny file-read-data (subpath {_quoted(str(home))}))" if home else ""
    return (
        "(version 1)(allow default)"
        "(deny network*)(deny file-write*)(deny process-exec*)(deny process-fork)"
        "(deny signal)(allow signal (target self))"
        f"{hidden}(allow file-read-data {allowed})"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
