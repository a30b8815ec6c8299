from countersign.agents import local
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Reading
from countersign.insight import imagined
from countersign.settings.catalogue import load

HELD = "a value was found, but it is too doubtful to be given"
OPEN = ("day and month may be swapped", "nothing tells whether its mark groups thousands or parts decimals")


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
                assert reading.confidence >= 600_000
    assert held_back > 0
