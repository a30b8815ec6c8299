"""Pages whose text runs up or down are read as if they stood upright; places are told as displayed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agents.paper_words import opened, page

from countersign.agents.sheet import Sheet
from countersign.agents.turning import Turn, turn_of
from countersign.domain.document import Page, Word

UPRIGHT = page(
    (60, 40, "Contract number"), (200, 40, "70015844"), (60, 60, "Advertiser"), (200, 60, "Acme Holding")
)


def sideways(upward: bool) -> Page:
    """The same page laid on its side, as some print programs leave it."""
    width, height = UPRIGHT.height, UPRIGHT.width
    words = []
    for word in UPRIGHT.words:
        if upward:
            x0, y0, x1, y1 = word.y0, height - word.x1, word.y1, height - word.x0
        else:
            x0, y0, x1, y1 = width - word.y1, word.x0, width - word.y0, word.x1
        words.append(word._replace(x0=x0, y0=y0, x1=x1, y1=y1))
    return UPRIGHT.model_copy(update={"words": tuple(words), "width": width, "height": height})


def test_an_upright_page_is_left_as_it_is() -> None:
    assert turn_of(UPRIGHT) is None


@pytest.mark.parametrize("upward", [True, False])
def test_a_sideways_page_reads_in_the_same_lines(upward: bool) -> None:
    lines = [[run.text for run in line] for line in Sheet(opened(sideways(upward))).lines]
    assert lines == [["Contract number", "70015844"], ["Advertiser", "Acme Holding"]]


@pytest.mark.parametrize("upward", [True, False])
def test_a_place_on_a_sideways_page_is_told_as_displayed(upward: bool) -> None:
    laid = sideways(upward)
    sheet = Sheet(opened(laid))
    run = sheet.lines[0][1]
    box = sheet.box(0, run.x0, run.y0, run.x1, run.y1)
    word = next(word for word in laid.words if word.text == "70015844")
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((word.x0, word.y0, word.x1, word.y1))


@given(st.booleans(), st.lists(st.integers(0, 500), min_size=4, max_size=4))
def test_turning_back_undoes_turning(upward: bool, edges: list[int]) -> None:
    x0, x1 = sorted(edges[:2])
    y0, y1 = sorted(edges[2:])
    turn = Turn(upward, 600.0, 500.0)
    word = Word("word", float(x0), float(y0), float(x1), float(y1), 0)
    turned = turn.upright(Page(number=0, width=600, height=500, source=UPRIGHT.source, words=(word,))).words[
        0
    ]
    box = turn.back(turned.x0, turned.y0, turned.x1, turned.y1)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((x0, y0, x1, y1))
