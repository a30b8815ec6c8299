"""The engine which is there on every machine: lines are found, read and cut into words."""

import numpy as np
import pytest
from tests.documents.paper import drawn

from countersign.documents import letters, lines, networks, ocr, rapid
from countersign.documents.letters import Letter
from countersign.documents.lines import Line
from countersign.documents.straighten import Grey


def page(*texts: str, size: tuple[int, int] = (1000, 900), height: int = 40) -> Grey:
    return np.asarray(drawn(*texts, size=size, height=height).convert("L"))


def test_words_lie_where_their_ink_is() -> None:
    picture = page("Total 128.50", size=(400, 140))
    words = rapid.read(picture)
    assert [(word.text, word.line) for word in words] == [("Total", 0), ("128.50", 0)]
    rows, columns = np.nonzero(picture < 128)
    assert words[0].x0 == pytest.approx(columns.min(), abs=3)
    assert words[1].x1 == pytest.approx(columns.max(), abs=3)
    assert words[0].x1 <= words[1].x0
    assert not (picture[:, round(words[0].x1) + 1 : round(words[1].x0) - 1] < 128).any()
    assert all(word.y0 < rows.min() + 3 and word.y1 > rows.max() - 3 for word in words)


def test_a_wide_gap_parts_words_that_the_network_read_as_one() -> None:
    strip = np.full((40, 400), 255, dtype=np.uint8)
    strip[8:32, 10:30] = strip[8:32, 34:54] = strip[8:32, 200:220] = 0
    told = [Letter("1", 20 / 400, 1.0), Letter("2", 44 / 400, 1.0), Letter("3", 210 / 400, 0.5)]
    parts = letters.words(strip, told)
    assert [(part.text, part.sure) for part in parts] == [("12", 1.0), ("3", 0.5)]
    assert [round(share * 400) for part in parts for share in (part.begin, part.end)] == [10, 54, 200, 220]


class Answering:
    """A network that says of every line: likeliest an accented letter, but maybe one without."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters

    def run(self, rows: networks.Floats) -> networks.Floats:
        """Return an answer for eight steps of a line with one letter."""
        answer = np.zeros((1, 8, len(self.characters)), dtype=np.float32)
        answer[0, :, 0] = 0.9
        answer[0, 3] = 0.0
        answer[0, 3, [self.characters.index(text) for text in "éeE"]] = 0.5, 0.4, 0.1
        return answer


def test_an_accent_comes_with_what_it_is_on_a_page_without(monkeypatch: pytest.MonkeyPatch) -> None:
    answering = Answering(networks.reader().characters)
    monkeypatch.setattr(networks, "reader", lambda: answering)
    told = letters.read(np.full((48, 64), 255, dtype=np.uint8))
    assert [letter.text for letter in told.letters] == ["é"]
    assert [(letter.text, round(letter.sure, 2)) for letter in told.plain] == [("e", 0.4)]


def test_letters_that_stand_apart_are_one_word() -> None:
    strip = np.full((40, 400), 255, dtype=np.uint8)
    told = []
    for place in range(6):
        strip[8:32, 10 + 60 * place : 20 + 60 * place] = 0
        told.append(Letter("x", (15 + 60 * place) / 400, 1.0))
    assert [part.text for part in letters.words(strip, told)] == ["xxxxxx"]


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_page_is_known_by_its_longest_lines(quarters: int) -> None:
    upright = page("The quick brown fox", "jumps over the lazy dog", "on the seventh of March")
    turned = np.ascontiguousarray(np.rot90(upright, -quarters))
    assert rapid.quarters(turned, lines.find(turned)) == quarters


def test_small_print_is_found_as_well_as_large() -> None:
    small = page("Allgemeine Geschäftsbedingungen", "gelten in der Fassung vom Mai", height=13)
    assert [len(lines.find(picture)) for picture in (small, page("Total", "Summe", height=90))] == [2, 2]


def test_a_line_turned_with_the_page_names_its_corners_anew() -> None:
    corners = np.array([[10, 20], [30, 20], [30, 120], [10, 120]], dtype=np.float32)
    line = Line(corners)
    assert line.stands
    assert not line.turned(1).stands
    for quarters, (top, bottom) in {1: (20, 70), 3: (70, 120)}.items():
        x0, y0, x1, y1 = line.turned(quarters).between(0.0, 0.5)
        assert (y0, y1) == (top, bottom)
        assert 10 < x0 < x1 < 30


def test_the_halves_of_a_line_cover_it() -> None:
    line = Line(np.array([[0, 0], [100, 0], [100, 50], [0, 50]], dtype=np.float32))
    upper, lower = line.halves()
    assert upper.box == pytest.approx((0, 0, 100, 27))
    assert lower.box == pytest.approx((0, 23, 100, 50))


def test_paper_with_nothing_on_it_holds_no_words() -> None:
    assert rapid.read(np.full((400, 300), 250, dtype=np.uint8)) == []


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_it_was_laid_on_the_glass(quarters: int) -> None:
    upright = page("The quick brown fox", "jumps over the lazy dog", "on the seventh of March")
    turned = np.ascontiguousarray(np.rot90(upright, -quarters))
    high, wide = turned.shape
    words = ocr.recognise(0, (float(wide), float(high)), (wide, high, turned.tobytes())).words
    assert [word.text for word in words][:5] == ["The", "quick", "brown", "fox", "jumps"]
    assert len(words) == 14
