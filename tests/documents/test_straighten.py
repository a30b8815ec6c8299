"""Skew and turns are taken out, and every box finds back to the page."""

import cv2
import numpy as np
import pytest
from tests.documents.paper import drawn

from countersign.documents.straighten import Straight, is_blank, straighten

PAGE = np.asarray(drawn(*["The quick brown fox jumps over it"] * 8, size=(1000, 900)).convert("L"))


def turned(degrees: float) -> np.ndarray:
    height, width = PAGE.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(PAGE, turn, (width, height), borderValue=255)


@pytest.mark.parametrize("degrees", [-4.0, -1.3, 0.8, 3.1])
def test_skew_is_found_to_a_quarter_of_a_degree(degrees: float) -> None:
    back = straighten(turned(degrees)).back
    assert np.degrees(np.arctan2(back[1, 0], back[0, 0])) == pytest.approx(-degrees, abs=0.25)


def test_a_level_page_is_left_as_it_is() -> None:
    straight = straighten(PAGE)
    assert straight.grey is PAGE
    assert straight.on_page(1, 2, 3, 4) == (1, 2, 3, 4)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 5])
def test_a_turned_page_knows_the_way_back(quarters: int) -> None:
    page = np.full((30, 50), 255, dtype=np.uint8)
    page[5, 7] = 0
    straight = Straight(page, np.eye(3)).turned(quarters)
    ((row, column),) = np.argwhere(straight.grey == 0)
    assert straight.on_page(column, row, column + 1, row + 1) == (7, 5, 8, 6)


def test_a_skewed_box_lands_around_its_ink() -> None:
    skewed = turned(2.0)
    straight = straighten(skewed)
    rows, columns = np.nonzero(straight.grey < 100)
    x0, y0, x1, y1 = straight.on_page(columns.min(), rows.min(), columns.max(), rows.max())
    rows, columns = np.nonzero(skewed < 100)
    assert x0 <= columns.min() + 3
    assert y0 <= rows.min() + 3
    assert x1 >= columns.max() - 3
    assert y1 >= rows.max() - 3


def test_paper_without_a_mark_is_blank_and_a_single_word_is_not() -> None:
    noise = np.random.default_rng(7).normal(245, 3, (900, 700)).clip(0, 255).astype(np.uint8)
    assert is_blank(noise)
    assert not is_blank(np.asarray(drawn("Yes", size=(700, 900), height=20).convert("L")))
