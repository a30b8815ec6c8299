"""Documents whose values are known: folders with a truth.jsonl, opened by the page children."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from countersign.documents.sniff import sniff
from countersign.domain.document import MediaType, Opened, Page, Refusal, TextSource
from countersign.domain.errors import Trouble
from countersign.workflow.ports import Pages

_READABLE = (MediaType.PDF, MediaType.PNG, MediaType.JPEG, MediaType.TIFF)


class Told(NamedTuple):
    """A document, what is true of it, and the name of its set."""

    name: str
    truth: dict[str, Any]
    opened: Opened

    @property
    def is_complete(self) -> bool:
        """True when a field that the truth does not name is known to be absent, as in what we drew."""
        return str(self.truth.get("source", "")).startswith("made by")


def documents(folder: Path, pages: Pages, *, strip_attachments: bool = True) -> Iterator[Told]:
    """Open the documents of a folder that are free to learn from and can be opened.

    `strip_attachments` hides embedded data, so that reading the page is what is measured. Raises Trouble
    when the folder holds no truth.jsonl.
    """
    file = folder / "truth.jsonl"
    if not file.exists():
        raise Trouble(f"{folder} holds no truth.jsonl. Name a folder of documents with known values.")
    for line in file.read_text(encoding="utf-8").splitlines():
        truth = _in_points(json.loads(line))
        path = folder / truth["doc"]
        if truth.get("split", "dev") != "dev" or not truth.get("fields"):
            continue
        with path.open("rb") as content:
            kind = sniff(content.read(4096), path.name)
        if kind not in _READABLE:
            continue
        opened = pages.open(path, truth["sha256"], kind)
        if isinstance(opened, Refusal):
            continue
        opened = _with_words(opened, path, kind, pages)
        if strip_attachments:
            opened = opened.model_copy(update={"einvoice": None, "widgets": ()})
        yield Told(folder.name, truth, opened)


def _in_points(truth: dict[str, Any]) -> dict[str, Any]:
    """Turn the boxes of a scan, which are in its pixels, into points."""
    scan = truth.get("scan") or {}
    if scan.get("unit") != "pixels":
        return truth
    scale = 72 / scan["dpi"]
    for entry in truth["fields"]:
        if entry.get("bbox"):
            entry["bbox"] = [round(edge * scale, 2) for edge in entry["bbox"]]
        others = entry.get("other_boxes", [])
        entry["other_boxes"] = [[page, *(round(edge * scale, 2) for edge in box)] for page, *box in others]
    return truth


def _with_words(opened: Opened, path: Path, kind: MediaType, pages: Pages) -> Opened:
    """Recognise the pages that have no words of their own."""
    read: list[Page] = []
    for page in opened.pages:
        if page.source is TextSource.NONE:
            recognised = pages.recognise(path, kind, page.number)
            read.append(page if isinstance(recognised, Refusal) else recognised)
        else:
            read.append(page)
    return opened.model_copy(update={"pages": tuple(read)})
