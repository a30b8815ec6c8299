import numpy as np
import pytest

from countersign.agents import local
from countersign.agents.lessons import Learned, Lessons, prior
from countersign.agents.prepared import Prepared
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Reading
from countersign.insight import imagined
from countersign.settings.catalogue import load

HELD = "a value was found, but it is too doubtful to be given"
OPEN = ("day and month may be swapped", "nothing tells whether its mark groups thousands or parts decimals")


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Want more certainty than on a desk: pages of chance seldom leave the shipped model in doubt."""
    monkeypatch.setattr(local, "_WORTH_GIVING", 0.95)


def read_many() -> list[tuple[ClassDef, list[Reading], dict[str, str]]]:
    """Read pages of chance of every class; also say what stands first among the other answers."""
    found = []
    for lesson in imagined.lessons(load(), 12, 5):
        made = local.read_prepared(lesson.prepared)
        others = made.alternatives if isinstance(made.alternatives, dict) else {}
        firsts = {name: held[0].answer.value for name, held in others.items()}
        found.append((lesson.klass, list(made.readings), firsts))
    return found


def test_a_doubtful_value_of_a_field_that_may_be_absent_is_shown_beside_and_not_given() -> None:
    held_back = 0
    for klass, readings, firsts in read_many():
        for reading in readings:
            field = klass.field(reading.field)
            assert field is not None
            if field.required or field.many:
                assert HELD not in reading.why
            elif HELD in reading.why:
                held_back += 1
                assert reading.value is None
                assert firsts[field.name]
            elif reading.value is not None and not set(OPEN) & set(reading.why):
                assert reading.confidence >= 950_000
    assert held_back > 0


@pytest.mark.parametrize(("without", "is_given"), [(0.01, True), (0.03, False)])
def test_a_doubtful_value_is_given_where_a_desk_has_hardly_seen_a_document_without_the_field(
    without: float, is_given: bool
) -> None:
    tried = 0
    for lesson in imagined.lessons(load(), 4, 5):
        held = _held_back(lesson.prepared)
        nothing = prior()._replace(trust=1.0, absent=0.0, sparse=np.zeros(0))
        learned = Learned(np.zeros(0, dtype=np.int64), nothing, (without, 1.0 - without))
        desk = Lessons(lesson.klass.name, (), dict.fromkeys(held, learned))
        tried += len(held)
        assert _held_back(lesson.prepared, desk) == (set() if is_given else held)
    assert tried > 0


def _held_back(prepared: Prepared, *lessons: Lessons) -> set[str]:
    made = local.read_prepared(prepared, lessons=lessons)
    return {reading.field for reading in made.readings if HELD in reading.why}
