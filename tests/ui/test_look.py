"""Colours can be read, marks can be told apart by shape, and a choice of light or dark is kept."""

from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from countersign.ui.look.colours import DARK, LIGHT, Colours, Tone, contrast
from countersign.ui.look.marks import Mark, draw_mark
from countersign.ui.look.theme import Scheme, Theme

GROUNDS = ("window", "surface", "raised", "hover")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_colour_holds_4_5_to_1_on_every_ground(colours: Colours) -> None:
    for ground in (*GROUNDS, "accent_soft"):
        for ink in ("text", "muted", "accent"):
            assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5, (ink, ground)
    for tone in Tone:
        for ground in (colours.ground(tone), colours.surface, colours.raised):
            assert contrast(colours.ink(tone), ground) >= 4.5, (tone, ground)
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_accent, colours.accent_strong) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_outline_of_what_can_be_typed_into_holds_3_to_1(colours: Colours) -> None:
    assert contrast(colours.edge, colours.surface) >= 3
    assert contrast(colours.accent, colours.surface) >= 3


def drawn(mark: Mark) -> QImage:
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_mark(painter, mark, QRectF(0, 0, 32, 32), QColor("#000000"))
    painter.end()
    return image


def test_marks_differ_by_shape_alone(qapp: QApplication) -> None:
    for one, other in combinations([mark for mark in Mark if mark is not Mark.NONE], 2):
        first, second = drawn(one), drawn(other)
        different = sum(
            abs(QColor(first.pixel(x, y)).lightness() - QColor(second.pixel(x, y)).lightness()) > 128
            for x in range(32)
            for y in range(32)
        )
        assert different > 40, (one, other)


def test_a_choice_of_light_or_dark_is_kept_under_the_home(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    theme = Theme(qapp, file)
    theme.choose(Scheme.DARK)
    assert theme.is_dark
    again = Theme(qapp, file)
    assert again.is_dark
    again.toggle()
    assert not again.is_dark
