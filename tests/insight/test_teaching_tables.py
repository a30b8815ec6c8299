"""Learning how far cells can be trusted, from documents whose rows are known."""

from countersign.insight.teaching_tables import TableLesson, teach_tables

GOOD, BAD = frozenset({"number", "multiplies"}), frozenset({"number", "does not multiply"})


def lessons() -> list[TableLesson]:
    made = []
    for number in range(20):
        cells = [(GOOD, place % 50 != 0) for place in range(100)]
        cells += [(BAD, place % 2 == 0) for place in range(40)]
        made.append(TableLesson(f"set/layout {number}", cells))
    return made


def test_cells_are_worth_what_cells_of_their_kind_were_on_layouts_kept_apart() -> None:
    taught = teach_tables(lessons())
    assert abs(taught.trust.confidence(GOOD) - 0.98) < 0.02
    assert abs(taught.trust.confidence(BAD) - 0.5) < 0.05
    assert taught.auroc > 0.8
    assert taught.calibration_error < 0.03


def test_the_same_lessons_teach_the_same() -> None:
    one, other = teach_tables(lessons()), teach_tables(lessons()[::-1])
    assert one.trust.weights == other.trust.weights
    assert one.trust.table == other.trust.table
