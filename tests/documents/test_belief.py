"""A child that a document took over may say anything; the desk believes what can be."""

from math import inf, nan
from typing import Any

import pytest

from countersign.documents.belief import believed_image, believed_opened, believed_page, believed_refusal
from countersign.domain.document import MediaType, Opened, Page, Refusal, TextSource, Widget, Word
from countersign.domain.geometry import Box

WORD = Word("Total", 10, 10, 40, 20, 0)
PAGE = Page(number=0, width=595, height=842, source=TextSource.TEXT_LAYER, words=(WORD,))
OPENED = Opened(sha256="aa", media_type=MediaType.PDF, pages=(PAGE,))


def believed(untrusted: Opened) -> Opened | None:
    return believed_opened(untrusted, "aa", MediaType.PDF, max_pages=2)


def with_word(**change: Any) -> Opened:
    return OPENED.model_copy(update={"pages": (with_page(words=(WORD._replace(**change),)),)})


def with_page(**change: Any) -> Page:
    return PAGE.model_copy(update=change)


def test_a_sound_answer_is_believed_as_it_is() -> None:
    assert believed(OPENED) == OPENED


@pytest.mark.parametrize(
    "lie",
    [
        OPENED.model_copy(update={"sha256": "bb"}),
        OPENED.model_copy(update={"media_type": MediaType.PNG}),
        OPENED.model_copy(update={"pages": ()}),
        OPENED.model_copy(update={"pages": tuple(with_page(number=n) for n in range(3))}),
        OPENED.model_copy(update={"pages": (with_page(number=1),)}),
        OPENED.model_copy(update={"pages": (with_page(width=nan),)}),
        OPENED.model_copy(update={"pages": (with_page(height=-1),)}),
        OPENED.model_copy(update={"pages": (with_page(hidden_words=-1),)}),
        OPENED.model_copy(update={"pages": (with_page(source=TextSource.OCR),)}),
        with_word(x0=nan),
        with_word(x1=inf),
        with_word(x0=50),
        with_word(size=nan),
        with_word(confidence=101),
        OPENED.model_copy(
            update={
                "widgets": (Widget(name="", label="", value="", page=1, box=Box(x0=0, y0=0, x1=1, y1=1)),)
            }
        ),
    ],
)
def test_an_answer_that_cannot_be_is_not_believed(lie: Opened) -> None:
    assert believed(lie) is None


def test_no_answer_is_no_answer() -> None:
    assert believed_opened(None, "aa", MediaType.PDF, 2) is None
    assert believed_page(None, 0) is None


def test_a_recognised_page_must_be_the_one_asked_for() -> None:
    page = with_page(source=TextSource.OCR)
    assert believed_page(page, 0) == page
    assert believed_page(page, 1) is None
    assert believed_page(PAGE, 0) is None


@pytest.mark.parametrize(("width", "height", "length"), [(2, 2, 11), (0, 0, 0), (-2, -2, 12), (1, 4, 13)])
def test_a_picture_must_have_the_bytes_that_its_size_says(width: int, height: int, length: int) -> None:
    assert believed_image(width, height, b"x" * length) is None


def test_a_refusal_has_a_known_code_and_one_line() -> None:
    assert believed_refusal(Refusal(code="encrypted")).code == "encrypted"
    lie = believed_refusal(Refusal(code="approved", detail="a\nb" + "c" * 999))
    assert lie.code == "unreadable_document"
    assert lie.detail.startswith("a b")
    assert len(lie.detail) == 300
