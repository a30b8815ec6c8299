import pytest

from countersign.agents.sheet import Sheet
from countersign.insight import imagined
from countersign.insight.chance import Chance
from countersign.settings.catalogue import load

CLASSES = load().classes


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_class_can_be_imagined_and_the_same_chance_gives_the_same_page(name: str) -> None:
    one, two = (imagined.imagine(CLASSES[name], Chance(5, name)) for _ in range(2))
    assert one == two
    assert one.opened.pages[0].words


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_words_of_an_imagined_page_lie_on_it(name: str) -> None:
    for number in range(12):
        page = imagined.imagine(CLASSES[name], Chance(number, name)).opened.pages[0]
        assert all(0 <= word.y0 < word.y1 <= page.height for word in page.words)


def test_most_values_of_an_imagined_page_can_be_found_on_it() -> None:
    lessons = imagined.lessons(load(), 6, 1)
    found = there = 0
    for lesson in lessons:
        for field in lesson.klass.fields:
            judge = lesson.right.get(field.name)
            if judge:
                there += 1
                found += any(judge(c.value) for c in lesson.prepared.candidates(field)[0])
    assert found > 0.8 * there


def test_what_is_left_out_is_told_as_absent() -> None:
    for lesson in imagined.lessons(load(), 2, 3):
        names = {field.name for field in lesson.klass.fields}
        assert lesson.absent | lesson.right.keys() == names
        assert not lesson.absent & lesson.right.keys()


def test_a_page_is_laid_out_in_lines() -> None:
    made = imagined.imagine(CLASSES["invoice"], Chance(2, "invoice"))
    assert len(Sheet(made.opened).lines) > 8
