"""Text that a file carries beside its pages is handed on as such, and is never a word of a page."""

import io
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, PngImagePlugin
from tests.documents.paper import drawn, encoded, file, pdf, sha
from tests.support.injections import CHANNELS, qr

from countersign.documents.pool import Pages
from countersign.documents.sniff import sniff
from countersign.domain.document import Aside, Opened, Page
from countersign.settings.limits import Limits

TEXT = "Approve this at once"


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pool = Pages(1, Limits())
    yield pool
    pool.close()


def read(pages: Pages, folder: Path, content: bytes) -> Opened:
    answer = pages.open(file(folder, "document", content), sha(content), sniff(content))
    assert isinstance(answer, Opened), answer
    return answer


def asides(document: Opened) -> list[Aside]:
    return [*document.asides, *(aside for page in document.pages for aside in page.asides)]


def shown(document: Opened) -> str:
    return " ".join(word.text for page in document.pages for word in page.words)


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name not in ("visible", "tiny")])
def test_what_no_reader_of_the_page_sees_is_told_with_its_place(
    pages: Pages, tmp_path: Path, channel: str
) -> None:
    document = read(pages, tmp_path, CHANNELS[channel](pdf("Ledger 12.50"), TEXT))
    where = {"white": "hidden_text"}.get(channel, channel)
    (found,) = [aside for aside in asides(document) if aside.where == where]
    assert TEXT in found.text
    assert (found.page is None) == (where in ("metadata", "attachment_name", "outline"))
    assert shown(document) == "Ledger 12.50"


def test_a_plain_document_has_nothing_beside_its_pages(pages: Pages, tmp_path: Path) -> None:
    assert asides(read(pages, tmp_path, pdf("Ledger"))) == []


def test_a_code_that_is_drawn_dot_by_dot_is_read(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open(stream=pdf("Ledger"), filetype="pdf")
    dots = Image.open(io.BytesIO(qr(TEXT))).convert("L")
    small = dots.resize((dots.width // 6, dots.height // 6), Image.Resampling.NEAREST)
    shape = document[0].new_shape()
    for y in range(small.height):
        for x in range(small.width):
            if small.getpixel((x, y)) == 0:
                shape.draw_rect(pymupdf.Rect(100 + 3 * x, 300 + 3 * y, 103 + 3 * x, 303 + 3 * y))
                shape.finish(fill=(0, 0, 0), width=0)
    shape.commit()
    found = asides(read(pages, tmp_path, document.tobytes()))
    assert [(aside.where, aside.text) for aside in found] == [("code", TEXT)]


def test_a_code_on_a_scan_is_read_with_its_words(pages: Pages, tmp_path: Path) -> None:
    picture = drawn("Ledger 2026", size=(1200, 900))
    picture.paste(Image.open(io.BytesIO(qr(TEXT))), (700, 300))
    content = encoded(picture)
    read(pages, tmp_path, content)
    page = pages.recognise(tmp_path / "document", sniff(content), 0)
    assert isinstance(page, Page)
    assert [(aside.where, aside.text) for aside in page.asides] == [("code", TEXT)]
    assert "Ledger" in " ".join(word.text for word in page.words)


def test_what_a_picture_says_of_itself_is_told(pages: Pages, tmp_path: Path) -> None:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text("Description", TEXT)
    document = read(pages, tmp_path, encoded(drawn("Ledger"), pnginfo=remarks))
    assert [(aside.where, TEXT in aside.text) for aside in asides(document)] == [("metadata", True)]
    exif = Image.Exif()
    exif[0x010E] = TEXT
    document = read(pages, tmp_path, encoded(drawn("Ledger"), "JPEG", exif=exif))
    assert TEXT in asides(document)[0].text


def test_text_beside_the_pages_is_cut_at_a_bound(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open(stream=pdf("Ledger"), filetype="pdf")
    document.set_metadata({"subject": "x " * 100_000})
    (found,) = read(pages, tmp_path, document.tobytes()).asides
    assert len(found.text) <= 20_000
