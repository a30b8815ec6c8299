"""Asks whoever sits at the terminal for a password, which is not shown."""

import getpass
import sys

from countersign.cli.terminal import complain


def hidden(question: str, again: bool) -> str | None:
    """Ask for a password (an Asker as settings/passwords.py wants); None where no terminal is there."""
    if not (sys.stdin and sys.stdin.isatty()):
        return None
    while True:
        try:
            password = getpass.getpass(f"{question}: ", stream=sys.stderr)
            if not again or password == getpass.getpass("The same once more: ", stream=sys.stderr):
                return password
        except EOFError:
            return None
        complain("The two were not the same. Type both again.")
