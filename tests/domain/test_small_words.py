from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.confidence import MILLION, percent, ppm
from countersign.domain.geometry import Box
from countersign.domain.time import iso, now, to_milliseconds

sides = st.floats(0, 2000).map(lambda v: round(v, 2))
boxes = st.builds(
    lambda x, y, w, h: Box(x0=x, y0=y, x1=x + w, y1=y + h),
    sides,
    sides,
    sides.map(lambda v: v + 1),
    sides.map(lambda v: v + 1),
)


@given(boxes)
def test_a_box_survives_the_record(box):
    assert Box.model_validate(box.model_dump(mode="json")) == box


@given(boxes, boxes)
def test_overlap_is_symmetric_and_at_most_one(a, b):
    assert a.overlap(b) == pytest.approx(b.overlap(a))
    assert 0 <= a.overlap(b) <= 1 + 1e-9
    assert a.overlap(a) == pytest.approx(1)


@given(st.lists(boxes, min_size=1, max_size=5))
def test_a_box_around_others_holds_each_of_them(held):
    around = Box.around(held)
    assert all(around.x0 <= b.x0 and around.y1 >= b.y1 for b in held)


@given(st.floats(0, 1))
def test_a_confidence_below_one_is_never_shown_as_certain(probability):
    assert (percent(ppm(probability)) == "100 %") == (ppm(probability) == MILLION)


@given(st.integers(0, 4 * 10**15))
def test_a_moment_is_utc_to_the_millisecond(microseconds):
    moment = datetime.fromtimestamp(microseconds / 1e6, timezone(timedelta(hours=2)))
    kept = to_milliseconds(moment)
    assert kept.tzinfo is UTC
    assert datetime.fromisoformat(iso(kept)) == kept
    assert abs(kept - moment) < timedelta(milliseconds=1)


def test_the_clock_of_the_desk_is_utc():
    assert now().utcoffset() == timedelta(0)
