"""Pages for the printer: a small HTML in, a PDF out, the same bytes for the same page.

MuPDF's library must not be loaded into the desk's own process, so `pdf_apart` sets the page in a child.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from typing import Any

from countersign import __version__
from countersign.domain.errors import Trouble
from countersign.settings.resources import shipped

CHILD = "paper-child"
"""First argument by which the installed desk becomes the child that sets a page."""
SECONDS = 120
"""A page that takes longer will never be set."""
MOST_PAGES = 2000
SCALES = (1.0, 0.96, 0.92)
"""By how much a page may shrink to save a second sheet, tried in this order."""
LONGEST_WORD = 26
"""Signs after which a word may be broken, because it could be wider than its column."""

_MARGIN_X, _MARGIN_TOP, _MARGIN_FOOT = 38, 28, 36
"""Points."""
_FONTS = {"normal": "Inter-Regular.otf", "bold": "Inter-SemiBold.otf"}
_FACES = "body{font-family:Inter}" + "".join(
    f"@font-face{{font-family:Inter;font-weight:{weight};src:url({name})}}" for weight, name in _FONTS.items()
)
_KEPT_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_SAID = 3
"""Exit status of a child that said in one sentence why not."""


def text(untrusted: str, longest: int = LONGEST_WORD) -> str:
    """Make text of any origin fit to stand in the HTML: escaped, no control signs, long words breakable."""
    return " ".join(_word(word, longest) for word in "".join(map(_sign, untrusted)).split(" "))


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in _KEPT_SPACES:
        return sign
    return " " if sign.isspace() else "�"


def _word(word: str, longest: int) -> str:
    pieces = (word[at : at + longest] for at in range(0, len(word), longest))
    return "\N{ZERO WIDTH SPACE}".join(map(_escape, pieces))


def _escape(piece: str) -> str:
    """Escape for MuPDF, which looks for entities in a text a second time."""
    return escape(piece).replace("&amp;", "&amp;amp;")


def pdf(html: str, title: str, style: str = "", *, may_shrink: bool = False) -> bytes:
    """Set HTML on A4 pages in the desk's typeface, with title and page numbers at the foot.

    What MuPDF's Story knows of HTML and CSS can be used; `text` makes content safe to put in. A page that
    `may_shrink` becomes a little smaller where that saves a second sheet. Never call it in the desk's own
    process: `pdf_apart` is for that. Raises Trouble for a page that has no end.
    """
    import io

    import pymupdf

    fonts = pymupdf.Archive()
    for name in _FONTS.values():
        fonts.add(_plain_font(shipped("resources", "fonts", name).read_bytes()), name)
    sheet = pymupdf.paper_rect("a4")
    frame = pymupdf.Rect(_MARGIN_X, _MARGIN_TOP, sheet.x1 - _MARGIN_X, sheet.y1 - _MARGIN_FOOT)
    foot = pymupdf.Rect(frame.x0, frame.y1 + 8, frame.x1, sheet.y1)
    story = pymupdf.Story(html, user_css=_FACES + style, archive=fonts)
    scale, pages = _fitted(story, frame, SCALES if may_shrink else SCALES[:1])
    raw = io.BytesIO()
    writer = pymupdf.DocumentWriter(raw)
    for number in range(1, pages + 1):
        device = writer.begin_page(sheet)
        story.place(frame / scale)
        story.draw(device, pymupdf.Matrix(scale, scale))
        line = pymupdf.Story(_foot(title, f"{number} of {pages}"), user_css=_FACES, archive=fonts)
        line.place(foot)
        line.draw(device)
        writer.end_page()
    writer.close()
    with pymupdf.open("pdf", raw.getvalue()) as document:
        document.subset_fonts()
        document.set_metadata({"title": title, "producer": f"Countersign {__version__}"})
        done: bytes = document.tobytes(garbage=3, deflate=True, no_new_id=True)
    return done


def _fitted(story: Any, frame: Any, scales: Sequence[float]) -> tuple[float, int]:
    """Return the largest scale at which a story is one page, else the first scale; and how many pages."""
    first = _count(story, frame / scales[0])
    if first > 1:
        for scale in scales[1:]:
            if _count(story, frame / scale) == 1:
                return scale, 1
    return scales[0], first


def _plain_font(font: bytes) -> bytes:
    """Hide a font's table of substitutions: a sign in another shape cannot be copied as what it is.

    The table is renamed where the file lists its tables, which stay in order (OpenType, 'Table Directory').
    """
    return font.replace(b"GSUB", b"GSUA", 1)


def _count(story: Any, frame: Any) -> int:
    """Set a story once without a page, to know how many it takes; it then stands at its start again."""
    pages, is_more = 0, True
    while is_more:
        pages += 1
        if pages > MOST_PAGES:
            raise Trouble(f"This would be more than {MOST_PAGES:,} pages. Print fewer cases at once.")
        is_more = bool(story.place(frame)[0])
        story.draw(None)
    story.reset()
    return pages


def _foot(title: str, number: str) -> str:
    return (
        '<body style="font-family:Inter;font-size:6.5pt;color:#6b7280;margin:0">'
        '<table style="width:100%"><tr>'
        f'<td style="padding:0">{text(title)}</td><td style="padding:0;text-align:right">{number}</td>'
        "</tr></table></body>"
    )


def pdf_apart(html: str, title: str, style: str = "", *, may_shrink: bool = False) -> bytes:
    """Do as `pdf` in a process of its own; raises Trouble when it comes to nothing."""
    wish = json.dumps({"html": html, "title": title, "style": style, "may_shrink": may_shrink}).encode()
    try:
        done = subprocess.run(_command(), input=wish, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Trouble(
            f"The page was not set within {SECONDS} s. Try again, or print less at once."
        ) from error
    if done.returncode == _SAID:
        raise Trouble(done.stderr.decode(errors="replace").strip())
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else f"exit status {done.returncode}"
        raise Trouble(f"The page could not be set ({why}). Try again; `countersign doctor` says what lacks.")
    return done.stdout


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD]
    return [sys.executable, "-P", "-m", "countersign.insight.paper"]


def main() -> int:
    """Set the page that stands on standard input, as the child of `pdf_apart`; return the exit status."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # no library can speak into the page
    try:
        done = pdf(**json.load(sys.stdin.buffer))
    except Trouble as error:
        sys.stderr.write(f"{error}\n")
        return _SAID
    with answers:
        answers.write(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
