"""Documents whose values are known: folders with a truth.jsonl, opened by the page children."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from countersign.documents.pool import Pages
from countersign.documents.sniff import sniff
from countersign.domain.document import MediaType, Opened, Page, Refusal, TextSource
from countersign.domain.errors import Trouble
from countersign.insight import conventions, truth_lines

_READABLE = (MediaType.PDF, MediaType.PNG, MediaType.JPEG, MediaType.TIFF, MediaType.XML)


class Told(NamedTuple):
    """A document, what is true of it, and the name of its set."""

    name: str
    truth: dict[str, Any]
    opened: Opened

    @property
    def is_complete(self) -> bool:
        """True when a field that the truth does not name is known to be absent, as in what we drew."""
        return conventions.is_ours(self.truth)


class Way(NamedTuple):
    """How the documents of a set are put before the agents."""

    pixels: bool = False
    """Every page is recognised from its picture; neither text layer, form nor embedded data is seen."""
    flat: bool = False
    """Form fields become part of the page, as if it had been printed."""
    stripped: bool = True
    """Embedded data and form fields are hidden, so that reading the page is what is measured."""
    keep: Path | None = None
    """Where opened and recognised documents are kept for the next run."""


def truths(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a set.

    Raises Trouble when the folder holds no truth.jsonl, or one that cannot be read.
    """
    file = folder / "truth.jsonl"
    if not file.exists():
        raise Trouble(f"{folder} holds no truth.jsonl. Name a folder of documents with known values.")
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} cannot be read ({error}). Write one JSON object a document.") from error
    found = [_truth(file, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return [truth for truth in found if truth["doc"] and truth["class"]]


def _truth(file: Path, number: int, line: str) -> dict[str, Any]:
    """Read a line of a set; raises Trouble that says which line is wrong, and what it lacks."""
    where = f"{file}, line {number},"
    try:
        truth = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{where} cannot be read ({error}). Write one JSON object a document.") from error
    wrong = truth_lines.flaw(truth)
    if wrong:
        raise Trouble(f"{where} {wrong}")
    held: dict[str, Any] = truth
    return held


def documents(folder: Path, pages: Pages, way: Way | None = None) -> Iterator[Told]:
    """Open the documents of a folder that are free to learn from, have known values and can be opened.

    Raises Trouble when the folder holds no truth.jsonl.
    """
    for truth in truths(folder):
        is_free = conventions.is_free(truth) and truth.get("fields")
        told = open_told(folder, truth, pages, way or Way()) if is_free else None
        if isinstance(told, Told):
            yield told


def open_all(
    folder: Path, lines: list[dict[str, Any]], pages: Pages, way: Way, children: int = 2
) -> Iterator[Told | Refusal]:
    """Open documents with several children at once, in their order."""
    with ThreadPoolExecutor(children) as hands:
        try:
            yield from hands.map(lambda line: open_told(folder, line, pages, way), lines)
        except KeyboardInterrupt:
            pages.close()  # nobody need wait for the pages that are under way
            raise


def open_told(folder: Path, truth: dict[str, Any], pages: Pages, way: Way) -> Told | Refusal:
    """Open one document of a set, or say why it cannot be."""
    path = folder / truth["doc"]
    kept = _kept(way, truth)
    opened = _read_kept(kept) if kept else None
    if opened is None:
        answer = _open(path, truth["sha256"], pages, way)
        if isinstance(answer, Refusal):
            return answer
        opened = answer
        if kept:
            _write_kept(kept, opened)
    if way.stripped or way.pixels:
        opened = opened.model_copy(update={"einvoice": None, "widgets": ()})
    return Told(folder.name, _in_points(truth, opened), opened)


def _open(path: Path, sha256: str, pages: Pages, way: Way) -> Opened | Refusal:
    try:
        with path.open("rb") as content:
            kind = sniff(content.read(4096), path.name)
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}). Bring it back.") from error
    if kind not in _READABLE:
        return Refusal(code="unsupported_format", detail=kind.value)
    opened = pages.open(path, sha256, kind, flat=way.flat)
    if isinstance(opened, Refusal):
        return opened
    return _with_words(opened, path, kind, pages, everywhere=way.pixels)


def _with_words(opened: Opened, path: Path, kind: MediaType, pages: Pages, *, everywhere: bool) -> Opened:
    """Recognise the pages that have no words of their own, or all."""
    if everywhere:
        blank = {"words": (), "source": TextSource.NONE}
        opened = opened.model_copy(
            update={"pages": tuple(page.model_copy(update=blank) for page in opened.pages)}
        )
    answers = [pages.recognise(path, kind, number) for number in opened.unread]
    return opened.with_read(answer for answer in answers if isinstance(answer, Page))


def _kept(way: Way, truth: dict[str, Any]) -> Path | None:
    if way.keep is None:
        return None
    is_pdf = str(truth["doc"]).lower().endswith(".pdf")  # a picture is read from its pixels in any way
    how = "" if not is_pdf else "-pixels" if way.pixels else "-flat" if way.flat else ""
    return way.keep / f"{truth['sha256']}{how}.json.gz"


def _read_kept(file: Path) -> Opened | None:
    try:
        return Opened.model_validate_json(gzip.decompress(file.read_bytes()))
    except (OSError, EOFError, ValidationError):
        return None  # not there yet, or written by another version: it is opened anew


def _write_kept(file: Path, opened: Opened) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = file.with_suffix(".part")
        whole.write_bytes(gzip.compress(opened.model_dump_json().encode(), compresslevel=3, mtime=0))
        whole.replace(file)
    except OSError as error:
        raise Trouble(f"{file.parent} cannot be written ({error.strerror}). Name another folder.") from error


def _in_points(truth: dict[str, Any], opened: Opened) -> dict[str, Any]:
    """Turn boxes that are in pixels of a scan or picture into points."""
    scan = truth.get("scan") or {}
    if scan.get("unit") == "pixels":
        scale = 72 / scan["dpi"]
    elif truth.get("image_size"):
        scale = opened.pages[0].width / truth["image_size"][0]
    else:
        return truth
    fields = [_scaled(entry, scale) for entry in truth.get("fields", ())]
    return {**truth, "fields": fields}


def _scaled(entry: dict[str, Any], scale: float) -> dict[str, Any]:
    others = entry.get("other_boxes", ())
    return {
        **entry,
        "bbox": [round(edge * scale, 2) for edge in entry["bbox"]] if entry.get("bbox") else None,
        "other_boxes": [[page, *(round(edge * scale, 2) for edge in box)] for page, *box in others],
    }
