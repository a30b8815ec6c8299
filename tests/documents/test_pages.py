"""What the page children say of documents: pages as displayed, words that an eye can see, clear refusals."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from PIL import Image
from tests.documents.paper import drawn, encoded, file, pdf, sha

from countersign.documents.pool import Pages
from countersign.documents.sniff import sniff
from countersign.domain.document import MediaType, Opened, PageImage, Refusal, TextSource
from countersign.domain.errors import Trouble
from countersign.settings.limits import Limits

HOSTILE = Path(__file__).parents[2].parent / "shared" / "data" / "hostile" / "docs"
LIMITS = Limits(max_pages=1000, max_pixels=20_000_000, max_bytes=5_000_000)


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pool = Pages(1, LIMITS)
    yield pool
    pool.close()


def opened(pages: Pages, folder: Path, content: bytes) -> Opened | Refusal:
    return pages.open(file(folder, "document", content), sha(content), sniff(content))


def read(pages: Pages, folder: Path, content: bytes) -> Opened:
    answer = opened(pages, folder, content)
    assert isinstance(answer, Opened), answer
    return answer


def test_words_come_with_place_line_size_and_weight(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 100), "Total due", fontsize=12, fontname="hebo")
    page.insert_text((50, 140), "12.50", fontsize=9)
    (answer,) = read(pages, tmp_path, document.tobytes()).pages
    assert [(w.text, w.line, w.size, w.bold) for w in answer.words] == [
        ("Total", 0, 12.0, True),
        ("due", 0, 12.0, True),
        ("12.50", 1, 9.0, False),
    ]
    word = answer.words[0]
    assert (word.x0, word.confidence) == (50, 100)
    assert 85 < word.y0 < 100 < word.y1 < 110
    assert (answer.width, answer.height, answer.source) == (400, 600, TextSource.TEXT_LAYER)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_lie_where_the_ink_of_the_displayed_page_is(pages: Pages, tmp_path: Path, rotate: int) -> None:
    content = pdf("Ledger", rotate=rotate, crop=(20, 40, 400, 600))
    (page,) = read(pages, tmp_path, content).pages
    assert (page.width, page.height) == ((560, 380) if rotate % 180 else (380, 560))
    image = pages.render(tmp_path / "document", MediaType.PDF, 0, 72)
    assert isinstance(image, PageImage)
    picture = Image.frombytes("RGB", (image.width, image.height), image.rgb).convert("L")
    ink = picture.point(lambda level: 255 * (level < 128)).getbbox()
    assert ink is not None
    (word,) = page.words
    assert word.x0 - 1 <= ink[0] <= ink[2] <= word.x1 + 1
    assert word.y0 - 1 <= ink[1] <= ink[3] <= word.y1 + 1


def _hide(page: pymupdf.Page, how: str) -> None:
    at, text = (50, 300), "PAY 9999"
    if how == "no ink":
        page.insert_text(at, text, render_mode=3)
    elif how == "no opacity":
        page.insert_text(at, text, fill_opacity=0)
    elif how == "colour of the paper":
        page.insert_text(at, text, color=(1, 1, 1))
    elif how == "colour of its box":
        page.draw_rect((40, 280, 200, 310), color=(0, 0, 0.5), fill=(0, 0, 0.5))
        page.insert_text(at, text, color=(0, 0, 0.5))
    elif how == "tiny":
        page.insert_text(at, text, fontsize=0.6)
    elif how == "off the page":
        page.insert_text((50, 900), text)
    elif how == "under a box":
        page.insert_text(at, text)
        page.draw_rect((40, 280, 200, 310), color=(0, 0, 0), fill=(0, 0, 0))
    elif how == "under a picture":
        page.insert_text(at, text)
        noise = Image.effect_noise((160, 30), 90).convert("RGB")
        page.insert_image((40, 280, 200, 310), stream=encoded(noise))


@pytest.mark.parametrize(
    "how",
    [
        "no ink",
        "no opacity",
        "colour of the paper",
        "colour of its box",
        "tiny",
        "off the page",
        "under a box",
        "under a picture",
    ],
)
def test_text_that_no_eye_can_see_is_counted_and_left_out(pages: Pages, tmp_path: Path, how: str) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 100), "Amount 100.00")
    _hide(page, how)
    answer = read(pages, tmp_path, document.tobytes())
    assert [word.text for word in answer.pages[0].words] == ["Amount", "100.00"]
    assert answer.pages[0].hidden_words == 2
    assert answer.notes == ("hidden_text",)


def test_light_text_on_a_dark_band_is_seen(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.draw_rect((0, 80, 400, 110), fill=(0, 0, 0.4))
    page.insert_text((50, 100), "INVOICE", color=(1, 1, 1))
    page.insert_image((100, 300, 300, 400), stream=encoded(drawn("Logo", size=(200, 100))))
    (answer,) = read(pages, tmp_path, document.tobytes()).pages
    assert [word.text for word in answer.words] == ["INVOICE"]
    assert answer.hidden_words == 0


def test_the_invisible_text_of_a_scan_is_not_trusted(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_image(page.rect, stream=encoded(drawn("Total 100.00", size=(400, 600))))
    page.insert_text((50, 100), "Total 900.00", render_mode=3)
    (answer,) = read(pages, tmp_path, document.tobytes()).pages
    assert (answer.source, answer.words, answer.hidden_words) == (TextSource.NONE, (), 2)


def test_a_scan_with_a_stamp_of_text_is_still_to_be_recognised(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_image(page.rect, stream=encoded(drawn("Total 100.00", size=(400, 600))))
    page.insert_text((50, 590), "Received 5 January")
    (answer,) = read(pages, tmp_path, document.tobytes()).pages
    assert (answer.source, answer.words) == (TextSource.NONE, ())


def test_a_blank_page_has_no_words(pages: Pages, tmp_path: Path) -> None:
    answer = read(pages, tmp_path, pdf("first", ""))
    assert [page.source for page in answer.pages] == [TextSource.TEXT_LAYER, TextSource.NONE]


def test_filled_form_fields_come_with_label_value_and_place(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    for number, (name, value) in enumerate([("claim", "C-17"), ("empty", "")]):
        widget = pymupdf.Widget()
        widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
        widget.field_name, widget.field_value, widget.field_label = name, value, f"The {name}"
        widget.rect = pymupdf.Rect(50, 100 + number * 50, 200, 120 + number * 50)
        page.add_widget(widget)
    (widget,) = read(pages, tmp_path, document.tobytes()).widgets
    assert (widget.name, widget.label, widget.value, widget.page) == ("claim", "The claim", "C-17", 0)
    assert (widget.box.x0, widget.box.y0, widget.box.x1, widget.box.y1) == (50, 100, 200, 120)


def test_an_attached_einvoice_is_found_and_two_are_not_trusted(pages: Pages, tmp_path: Path) -> None:
    document = pymupdf.open(stream=pdf("Invoice 7"))
    document.embfile_add("factur-x.xml", b"<Invoice><ID>7</ID></Invoice>", filename="factur-x.xml")
    answer = read(pages, tmp_path, document.tobytes())
    assert answer.einvoice is not None
    assert answer.einvoice.values == {"invoice_number": "7"}
    assert answer.notes == ("embedded_files",)
    document.embfile_add("second.xml", b"<Invoice><ID>8</ID></Invoice>", filename="second.xml")
    answer = read(pages, tmp_path, document.tobytes())
    assert answer.einvoice is None
    assert "several_einvoices" in answer.notes


def _encrypted() -> bytes:
    document = pymupdf.open(stream=pdf("secret"))
    return bytes(document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="word", owner_pw="own"))


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        (b"", "empty_file", "0 bytes"),
        (_encrypted(), "encrypted", "password"),
        (pdf(*[""] * 1001), "too_many_pages", "1,001 pages, at most 1,000"),
        (b"%PDF-1.7\nnothing more", "unreadable_document", ""),
        (b"PK\x03\x04 a word file", "unsupported_format", "PDF, PNG, JPEG, TIFF and e-invoices"),
        (b"%PDF-1.7" + b"\n" * 5_000_000, "too_large", "5,000,008 bytes, at most 5,000,000"),
        (encoded(drawn("a"))[:900], "unreadable_document", "page 1 of the picture is damaged"),
        (encoded(Image.new("1", (6000, 6000))), "too_large", "36,000,000 pixels, at most 20,000,000"),
    ],
    ids=["empty", "encrypted", "long", "damaged", "word", "large", "truncated picture", "pixel bomb"],
)
def test_what_cannot_be_read_is_refused_with_a_clear_reason(
    pages: Pages, tmp_path: Path, content: bytes, code: str, detail: str
) -> None:
    answer = opened(pages, tmp_path, content)
    assert isinstance(answer, Refusal)
    assert answer.code == code
    assert detail in answer.detail


def test_a_pdf_cut_in_half_is_mended_or_refused_and_says_so(pages: Pages, tmp_path: Path) -> None:
    content = pdf("one", "two")
    answer = opened(pages, tmp_path, content[: len(content) * 2 // 3])
    assert isinstance(answer, Refusal) or "repaired" in answer.notes


def test_a_file_that_is_gone_is_trouble_and_no_refusal(pages: Pages, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"cannot be read .* Bring it back"):
        pages.open(tmp_path / "gone.pdf", sha(b""), MediaType.PDF)


def test_every_frame_of_a_tiff_is_a_page_of_its_own_size(pages: Pages, tmp_path: Path) -> None:
    frames = [drawn("one", size=(600, 300)), drawn("two", size=(300, 300))]
    content = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=(300, 300))
    answer = read(pages, tmp_path, content)
    assert [(p.width, p.height, p.source) for p in answer.pages] == [
        (144, 72, TextSource.NONE),
        (72, 72, TextSource.NONE),
    ]
    image = pages.render(tmp_path / "document", MediaType.TIFF, 1, 144)
    assert isinstance(image, PageImage)
    assert (image.width, image.height) == (144, 144)


def test_a_photo_stands_the_way_its_camera_says(pages: Pages, tmp_path: Path) -> None:
    lying = Image.Exif()
    lying[0x0112] = 6
    content = encoded(Image.new("RGB", (400, 200)), "JPEG", exif=lying)
    (page,) = read(pages, tmp_path, content).pages
    assert page.width < page.height


def test_a_page_is_drawn_within_the_limits_whatever_is_asked(pages: Pages, tmp_path: Path) -> None:
    path = file(tmp_path, "a.pdf", pdf("big"))
    image = pages.render(path, MediaType.PDF, 0, 5000)
    assert isinstance(image, PageImage)
    assert 10_000_000 < image.width * image.height <= LIMITS.max_pixels
    assert len(image.rgb) == image.width * image.height * 3


def test_a_page_that_is_not_there_is_refused(pages: Pages, tmp_path: Path) -> None:
    path = file(tmp_path, "a.pdf", pdf("one"))
    for answer in (pages.render(path, MediaType.PDF, 1, 72), pages.recognise(path, MediaType.PDF, -1)):
        assert isinstance(answer, Refusal)
        assert "it has no page" in answer.detail
    assert isinstance(pages.render(path, MediaType.PDF, 0, 72), PageImage)


def test_the_words_of_a_picture_are_recognised_where_they_stand(pages: Pages, tmp_path: Path) -> None:
    content = encoded(drawn("Invoice 4711", "Total 128.50 EUR", "Thank you very much"), dpi=(144, 144))
    path = file(tmp_path, "scan.pdf", content)
    page = pages.recognise(path, sniff(content), 0)
    assert not isinstance(page, Refusal)
    assert page.source is TextSource.OCR
    assert [w.text for w in page.words if w.line == page.words[0].line] == ["Invoice", "4711"]
    (total,) = (word for word in page.words if word.text == "128.50")
    assert total.x0 > 60  # behind the word Total, in points: half the pixels
    assert 75 < total.y0 < total.y1 < 105
    assert total.confidence > 60


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="needs ../shared/data/hostile")
def test_hostile_files_end_opened_or_refused(pages: Pages) -> None:
    files = sorted(HOSTILE.iterdir())[::4]
    for hostile in files:
        content = hostile.read_bytes()
        answer = pages.open(hostile, sha(content), sniff(content))
        assert isinstance(answer, Opened | Refusal), hostile.name
    assert len(files) > 20


def test_the_desk_itself_loads_no_library_that_reads_documents() -> None:
    program = (
        "import sys, countersign.documents.pool, countersign.documents.sniff; "
        "print({'pymupdf', 'numpy', 'PIL', 'onnxruntime', 'cv2', 'lxml'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert answer.stdout.strip() == "set()"


def test_a_script_is_noted_and_bytes_that_look_like_one_inside_a_picture_are_not(
    pages: Pages, tmp_path: Path
) -> None:
    plain = pymupdf.open()
    plain.new_page().insert_text((50, 100), "Ledger")
    plain.embfile_add("noise", b"\x00/JS \x01/Launch \x02/JavaScript ")
    unpacked = plain.tobytes(deflate=False, expand=255)
    assert b"/JS " in unpacked
    assert read(pages, tmp_path, unpacked).notes == ("embedded_files",)
    number = plain.get_new_xref()
    plain.update_object(number, "<</S/JavaScript/JS(app.alert)>>")
    plain.xref_set_key(plain.pdf_catalog(), "OpenAction", f"{number} 0 R")
    assert set(read(pages, tmp_path, plain.tobytes()).notes) >= {"javascript", "open_action"}
