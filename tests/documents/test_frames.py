"""Frames between desk and child: whole or refused, never guessed at."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.documents.frames import MAX_JSON, BrokenTalk, receive, send, send_file

MOST = 1 << 16


class Slow(io.BytesIO):
    """A pipe that gives at most three bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(3 if size is None or size < 0 else min(3, size))


@given(st.lists(st.tuples(st.binary(max_size=300), st.binary(max_size=300)), max_size=5))
def test_what_is_sent_is_received_in_order_and_then_the_talk_ends(frames: list[tuple[bytes, bytes]]) -> None:
    pipe = io.BytesIO()
    for json, blob in frames:
        send(pipe, json, blob)
    back = Slow(pipe.getvalue())
    assert [receive(back, MOST) for _ in frames] == frames
    assert receive(back, MOST) is None


@given(st.binary(max_size=100), st.binary(max_size=100), st.data())
def test_a_frame_cut_short_anywhere_is_broken(json: bytes, blob: bytes, data: st.DataObject) -> None:
    pipe = io.BytesIO()
    send(pipe, json, blob)
    whole = pipe.getvalue()
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(BrokenTalk):
        receive(io.BytesIO(whole[:cut]), MOST)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_receiver_fail_otherwise(garbage: bytes) -> None:
    try:
        receive(io.BytesIO(garbage), MOST)
    except BrokenTalk:
        assert garbage


@pytest.mark.parametrize(("json", "blob"), [(MAX_JSON + 1, 0), (0, MOST + 1), (2**32 - 1, 2**64 - 1)])
def test_a_frame_that_claims_too_much_is_refused_before_it_is_read(json: int, blob: int) -> None:
    head = json.to_bytes(4, "big") + blob.to_bytes(8, "big")
    with pytest.raises(BrokenTalk, match="larger than agreed"):
        receive(io.BytesIO(head + b"x" * 100), MOST)


def test_a_file_travels_as_the_bytes_of_a_frame() -> None:
    pipe = io.BytesIO()
    send_file(pipe, b"{}", io.BytesIO(b"document and more"), 8)
    assert receive(io.BytesIO(pipe.getvalue()), MOST) == (b"{}", b"document")


def test_a_file_that_shrinks_while_it_is_sent_breaks_the_talk() -> None:
    with pytest.raises(BrokenTalk, match="shrank"):
        send_file(io.BytesIO(), b"{}", io.BytesIO(b"short"), 8)
