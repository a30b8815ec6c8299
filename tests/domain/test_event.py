import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.words import reading, received

from countersign.domain import event
from countersign.domain.event import KINDS, DocumentReceived, ReadingMade, Unknown
from countersign.domain.reading import Answer, Cell, Row
from countersign.domain.sealed import ERASED


class Drawer:
    """Keeps what is sealed, and forgets it on demand."""

    def __init__(self):
        self.kept = {}

    def seal(self, content):
        self.kept[f"{len(self.kept):064x}"] = content
        return f"{len(self.kept) - 1:064x}"

    def open(self, commitment):
        return self.kept.get(commitment)


def written(happened, drawer):
    return json.loads(json.dumps(happened.model_dump(mode="json", context={"sealer": drawer})))


def made(value):
    row = Row(table="line_items", cells=(Cell(column="amount", answer=Answer(value=value), confidence=5),))
    return ReadingMade(klass="invoice", readings=(reading("iban", value),), rows=(row,), milliseconds=1)


@given(st.text())
def test_what_is_sealed_comes_back_whole(value):
    drawer = Drawer()
    body = written(made(value), drawer)
    assert event.parse(body, {"opener": drawer}) == made(value)


@given(st.text().map("§{}".format))
def test_no_value_about_a_person_stands_in_the_body(value):
    body = json.dumps(made(value).model_dump(mode="json", context={"sealer": Drawer()}), ensure_ascii=False)
    assert value not in body


def test_what_was_erased_reads_as_erased():
    body = written(made("DE89"), Drawer())
    back = event.parse(body, {"opener": Drawer()})
    assert (back.readings[0].value, back.rows) == (ERASED, ERASED)


def test_bodies_hold_no_floats():
    def floats(value):
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float)

    assert not floats(written(made("1.5"), Drawer()))


def test_an_event_of_a_newer_version_is_kept_whole():
    body = {"kind": "weather_changed", "to": "rain"}
    back = event.parse(body)
    assert isinstance(back, Unknown)
    assert back.model_dump() == body


def test_a_known_event_with_a_stray_member_is_refused():
    body = {**received().model_dump(mode="json"), "extra": 1}
    with pytest.raises(ValueError, match="document_received"):
        event.parse(body)


def test_the_union_is_closed_over_distinct_kinds():
    assert DocumentReceived.model_fields["kind"].default in KINDS
    assert len(KINDS) == len(event.EVENT.json_schema()["discriminator"]["mapping"]) >= 19
