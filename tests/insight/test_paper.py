"""A printed page is A4, whole, copyable and harmless, whatever stands on it."""

import json
import re
import subprocess
import sys

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.cases import ADA, APPROVED, ESCALATED, STRAIGHT, VENDOR, told
from tests.support import vectors

from countersign import __version__
from countersign.domain.errors import Trouble
from countersign.domain.event import Event, FieldReviewed
from countersign.domain.reading import Answer, Method
from countersign.insight import paper, sheet
from countersign.insight.explained import Explanation

SCRIPTS = "Straße Ελληνικά Кириллица 日本語 中文 ≥ ✓ ⊘"


def opened(content: bytes) -> pymupdf.Document:
    return pymupdf.open("pdf", content)


def words(content: bytes) -> str:
    """Return the text of all pages as one line, as somebody would copy it."""
    with opened(content) as document:
        return " ".join(" ".join(page.get_text() for page in document).split())


def printed(explained: Explanation) -> bytes:
    return paper.pdf(sheet.html(explained), sheet.title_of(explained), sheet.STYLE, may_shrink=True)


def with_vendor(value: str) -> Explanation:
    """Return a case whose vendor a person corrected to a value."""
    right = VENDOR.model_copy(update={"answer": Answer(value=value), "method": Method.PERSON})
    event: Event = FieldReviewed(
        field="vendor_name", act="corrected", before=VENDOR.answer, after=right.answer, reading=right
    )
    return told(*ESCALATED, (ADA, event), APPROVED[-1])


@pytest.mark.parametrize("steps", [STRAIGHT, ESCALATED, APPROVED])
def test_an_ordinary_case_fits_one_a4_page_in_the_desks_typeface(steps: list[tuple[object, Event]]) -> None:
    with opened(printed(told(*steps))) as document:
        assert len(document) == 1
        assert [round(edge) for edge in document[0].rect] == [0, 0, 595, 842]
        assert {name.partition("+")[2].split()[0] for *_, name, _, _ in document[0].get_fonts()} >= {"Inter"}
        assert document.metadata["title"] == "Case c1: who decided, by what right, on what evidence"
        assert document.metadata["producer"] == f"Countersign {__version__}"
        assert "1 of 1" in document[0].get_text()


def test_the_same_page_is_the_same_bytes_also_from_a_process_of_its_own() -> None:
    explained = told(*APPROVED)
    apart = paper.pdf_apart(sheet.html(explained), sheet.title_of(explained), sheet.STYLE, may_shrink=True)
    assert printed(explained) == printed(explained) == apart


def test_the_page_has_no_time_of_its_making() -> None:
    with opened(printed(told(*APPROVED))) as document:
        assert not document.metadata["creationDate"]
        assert not document.metadata["modDate"]


def test_what_is_copied_from_the_page_is_what_stands_there() -> None:
    text = words(printed(told(*APPROVED)))
    for part in (
        "2026-01-05 08:00:00 UTC",
        "p. 1: 1,2–3,4",
        "ab" * 32,
        "f" * 64,
        "Müller & Söhne <b>GmbH</b>",
    ):
        assert part in text, part


def test_markup_in_a_value_is_text_on_the_page() -> None:
    hostile = "</td></table><h1>PAID</h1><img src='Inter-Regular.otf'>&amp;<!-- <style>*{color:white}</style>"
    with opened(printed(with_vendor(hostile))) as document:
        assert document[0].get_images() == []
        text = re.sub(r"\s", "", document[0].get_text())
        assert re.sub(r"\s", "", hostile) in text
        lines = [line for block in document[0].get_text("dict")["blocks"] for line in block["lines"]]
    sizes = {span["size"] for line in lines for span in line["spans"] if "PAID" in span["text"]}
    assert max(sizes) < 14


def test_scripts_that_the_typeface_lacks_are_printed_all_the_same() -> None:
    text = words(printed(with_vendor(SCRIPTS)))
    for word in SCRIPTS.split():
        assert word in text, word


@pytest.mark.parametrize("sign", ["x", "W", "日", "-"])
def test_a_word_without_a_break_is_broken_and_nothing_of_it_is_lost(sign: str) -> None:
    with opened(printed(with_vendor(sign * 900))) as document:
        assert len(document) <= 2
        found = [line for page in document for line in page.get_text("words") if set(line[4]) == {sign}]
        edge = max(line[2] for line in found)
        count = sum(len(line[4]) for line in found)
    assert edge <= 595
    assert count >= 900


@pytest.mark.skipif(not vectors.is_whole("blns"), reason="the naughty strings are not beside this checkout")
def test_every_naughty_string_can_be_printed() -> None:
    strings = json.loads((vectors.folder("blns") / "blns.json").read_text(encoding="utf-8"))
    vectors.expect("blns", len(strings), whole=515)
    rows = "".join(f"<tr><td>{paper.text(one)}</td></tr>" for one in strings)
    content = paper.pdf(f"<body><table>{rows}</table></body>", "naughty", sheet.STYLE)
    text = re.sub(r"\s", "", words(content))
    plain = [one for one in strings if one.isascii() and one.isprintable()]
    assert plain
    assert [one for one in plain if re.sub(r"\s", "", one) not in text] == []


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_made_safe_text_holds_no_markup_and_no_control_sign(untrusted: str) -> None:
    safe = paper.text(untrusted)
    assert not set(safe) & set("<>\"'")
    assert all(sign.isprintable() or sign in "\u200b\u00a0\u202f" for sign in safe)


def test_a_page_shrinks_a_little_to_save_a_second_sheet_and_never_more() -> None:
    def pages(lines: int, *, may_shrink: bool) -> int:
        style = "body{font-size:10pt;line-height:1.2;margin:0}p{margin:0}"
        with opened(paper.pdf("<p>line</p>" * lines, "t", style, may_shrink=may_shrink)) as document:
            return len(document)

    most = next(lines for lines in range(50, 90) if pages(lines, may_shrink=False) == 2) - 1
    assert pages(most + 1, may_shrink=True) == 1
    assert pages(most + 20, may_shrink=True) == 2


def test_long_pages_are_numbered_at_the_foot() -> None:
    content = paper.pdf("".join(f"<p>line {n}</p>" for n in range(120)), "Many & more")
    with opened(content) as document:
        count = len(document)
        assert count > 1
        for page in document:
            assert f"{page.number + 1} of {count}" in page.get_text()
            assert "Many & more" in page.get_text()
    text = words(content)
    assert [n for n in range(120) if f"line {n} " not in text] == []


def test_a_page_without_end_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_PAGES", 1)
    with pytest.raises(Trouble, match="more than 1 pages"):
        paper.pdf("<p>x</p>" * 200, "endless")


def test_what_a_child_says_in_one_sentence_is_said_here(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys; from countersign.insight import paper; paper.MOST_PAGES = 1; sys.exit(paper.main())"
    monkeypatch.setattr(paper, "_command", lambda: [sys.executable, "-c", code])
    with pytest.raises(Trouble, match=r"^This would be more than 1 pages\. Print fewer cases at once\.$"):
        paper.pdf_apart("<p>x</p>" * 200, "endless")


def test_a_child_that_takes_too_long_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "SECONDS", 0.001)
    with pytest.raises(Trouble, match="was not set within"):
        paper.pdf_apart("<p>x</p>", "late")


def test_a_child_that_breaks_is_trouble_that_says_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no printer here')"]
    monkeypatch.setattr(paper, "_command", lambda: command)
    with pytest.raises(Trouble, match="no printer here"):
        paper.pdf_apart("<p>x</p>", "broken")


def test_a_page_set_apart_leaves_mupdf_out_of_this_process() -> None:
    code = (
        "import sys; from countersign.insight import paper; import countersign.wiring.explain; "
        "assert paper.pdf_apart('<p>x</p>', 't').startswith(b'%PDF-'); "
        "assert 'pymupdf' not in sys.modules and 'PySide6' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_executable_becomes_the_child_that_sets_a_page() -> None:
    wish = json.dumps({"html": "<p>Grüße</p>", "title": "t", "style": "", "may_shrink": False}).encode()
    command = [sys.executable, "-m", "countersign", paper.CHILD]
    done = subprocess.run(command, input=wish, capture_output=True, check=True)
    assert "Grüße" in words(done.stdout)
