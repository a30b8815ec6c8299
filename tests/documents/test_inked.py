"""Only the parts of a page that have something on them are looked at."""

import numpy as np
import pytest

from countersign.documents import inked
from countersign.documents.straighten import Grey


def paper(*blocks: tuple[int, int, int, int], size: tuple[int, int] = (960, 640)) -> Grey:
    page = np.full(size, 240, dtype=np.uint8)
    for top, bottom, left, right in blocks:
        page[top:bottom:4, left:right] = 20
    return page


def test_a_blank_page_has_no_parts() -> None:
    assert inked.parts(paper()) == []


def test_what_stands_apart_is_looked_at_apart_with_paper_around_it() -> None:
    head, foot = inked.parts(paper((40, 100, 50, 300), (800, 830, 400, 600)))
    assert head.top <= 8
    assert 132 <= head.bottom < 300
    assert head.left <= 18
    assert 332 <= head.right < 400
    assert foot.top <= 768
    assert foot.right >= 632
    assert all(
        side % 32 == 0 for part in (head, foot) for side in (part.bottom - part.top, part.right - part.left)
    )


def test_a_full_page_stays_whole() -> None:
    assert inked.parts(paper((10, 950, 10, 630))) == [inked.Part(0, 960, 0, 640)]


def test_lines_with_little_between_them_are_one_part() -> None:
    (part,) = inked.parts(paper((100, 130, 50, 300), (160, 190, 50, 300)))
    assert part.top <= 68
    assert part.bottom >= 222


@pytest.mark.parametrize("level", [200, 90])
def test_faint_print_and_white_print_are_seen(level: int) -> None:
    page = paper()
    page[300:400, 100:500] = level
    page[340:360:4, 150:400] = 255
    (part,) = inked.parts(page)
    assert part.top <= 300
    assert part.bottom >= 400
    assert part.left <= 100
    assert part.right >= 500
