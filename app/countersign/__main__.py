"""The one executable: it opens the desk, becomes a child that reads or sets pages, or passes a command on."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countersign.cli.app import Agents, Window
    from countersign.ui.views.desk_view import DeskWindow


def main() -> int:
    """Pass the command line on to the door it wants; return the exit status."""
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if arguments[:1] == ["page-child"]:
        from countersign.documents import child

        child.main()
        return 0
    if arguments[:1] == ["paper-child"]:
        from countersign.insight import paper

        return paper.main()
    _speak_utf8()
    try:
        status = _enter(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:  # before a door was reached that knows what to say
        sys.stderr.write("countersign: Interrupted before anything was begun.\n")
        return 128 + signal.SIGINT
    return status


def _speak_utf8() -> None:
    """Write UTF-8 whatever the system's habit is, so that no name of a file can stop the output."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _enter(arguments: Sequence[str]) -> int:
    from countersign.cli import door
    from countersign.cli.app import Window

    outcome = door.enter(arguments)
    if isinstance(outcome, int):
        return outcome
    wish = outcome
    status = door.guarded(lambda: open_desk(wish) if isinstance(wish, Window) else run_agents(wish))
    return status if isinstance(status, int) else door.DONE


def open_desk(wish: "Window") -> int:
    """Open the window on a home, taking files in at once; raises Trouble where no window can open."""
    from countersign.cli import display
    from countersign.domain.errors import Trouble
    from countersign.settings.home import Home

    if why := display.trouble():
        raise Trouble(why)
    gc.disable()  # nothing that a start loads is ever thrown away; run_desk lets the collector work again
    from countersign.ui.app import DialogAsker, run_desk
    from countersign.wiring.desk import open_desk

    def begin(window: "DeskWindow") -> None:
        _close_when_told(window)
        desk.start_agents()  # only now: a worker takes as much of the machine to start as the window does
        if wish.bring_in:
            window.door.bring_in(list(wish.bring_in), "command_line")

    settings_file = Home(wish.home).root / "window.ini"
    ask = DialogAsker(settings_file)
    try:
        desk = open_desk(Home(wish.home, ask), with_worker=False)
    except Trouble as error:
        ask.tell(str(error))
        raise
    try:
        return run_desk(desk, settings_file=settings_file, on_ready=begin)
    finally:
        desk.close()


def _close_when_told(window: "DeskWindow") -> None:
    """Close the window on Ctrl+C or a request to end, so that the worker ends in peace with the desk.

    Python hears of a signal when it next runs, and under Qt's event loop that may be never: the signal is
    also written to a socket that Qt listens to.
    """
    from PySide6.QtCore import QSocketNotifier

    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.detach())
    ear = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read, window)
    ear.activated.connect(lambda: heard.recv(64))
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: window.close())


def run_agents(wish: "Agents") -> int:
    """Run the agents of a home until told to stop; say when they begin and when they ended."""
    from countersign.cli import asking
    from countersign.cli.terminal import emit
    from countersign.settings.home import Home
    from countersign.wiring.supervise import SUPERVISED

    if os.environ.get(SUPERVISED):
        from countersign.worker import run_worker

        run_worker(Home(wish.home))
        return 0
    if wish.as_json:
        emit({"agents": "begin", "home": str(wish.home)})
    elif sys.stderr.isatty():
        sys.stderr.write(f"The agents of {wish.home} begin their work. Ctrl+C ends it.\n")
    from countersign.wiring.attend import attend

    stop = threading.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: stop.set())
    attend(Home(wish.home, asking.hidden), stop)
    if wish.as_json:
        emit({"agents": "ended", "home": str(wish.home)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
