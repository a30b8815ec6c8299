"""Rows of CSV for tax software and spreadsheets: semicolons, UTF-8, no cell that a spreadsheet would run."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable

_STARTS = re.compile(r" *[=+\-@\t\r＝＋－＠]")
"""The full-width forms run as well."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)

_YES_NO = {True: "yes", False: "no"}

Cell = str | int | bool | None


def plain(cell: Cell) -> str:
    """Return a cell as text that no program runs, obeys or breaks a line at.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; a plain number with its
    sign is none. Control characters become ``�``, breaks and tabs a space. The exact text stands in
    data/openings.jsonl.
    """
    if not isinstance(cell, str):
        return "" if cell is None else _YES_NO[cell] if isinstance(cell, bool) else str(cell)
    text = cell
    if _STARTS.match(text) and not _NUMBER.match(text):
        text = "'" + text
    return text if text.isprintable() else "".join(map(_harmless, text))


def _harmless(sign: str) -> str:
    if sign in "\t\r\n\u2028\u2029\x85":
        return " "
    return "�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") else sign


def line(cells: Iterable[Cell]) -> bytes:
    """Return a row as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow([plain(cell) for cell in cells])
    return text.getvalue().encode()
