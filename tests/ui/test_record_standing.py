"""The chip: one of three states by mark and words, kept current by cheap questions."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import BRITISH

from countersign.domain.errors import Trouble
from countersign.domain.standing import Check, Custody, Standing
from countersign.ui.bridge import pulse
from countersign.ui.bridge.desk import Desk
from countersign.ui.look.marks import Glyph, draw_glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.record_page import headline, sections
from countersign.ui.models.standing import CHECK_LASTS, MARKS, UNSEEN_LASTS, StandingModel, State, tell
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.record_chip import RecordChip

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD = Check(at=NOON - timedelta(hours=1), records=12_345, ok=True)
BAD = Check(at=NOON, records=76, ok=False, flaw="Record 77: its signature is wrong.")


def standing(
    *,
    last: Check | None = GOOD,
    unseen: int = 14,
    since: timedelta = timedelta(minutes=5),
    witness: bool = True,
    alarm: str | None = None,
) -> Standing:
    return Standing(
        records=12_345,
        unseen=unseen,
        unseen_since=NOON - since if unseen else None,
        has_witness=witness,
        last=last,
        alarm=alarm,
    )


@pytest.mark.parametrize(
    ("stands", "state"),
    [
        (standing(), State.FINE),
        (standing(unseen=0), State.FINE),
        (standing(last=None), State.OPEN),
        (standing(last=GOOD.model_copy(update={"at": NOON - CHECK_LASTS * 1.01})), State.OPEN),
        (standing(since=UNSEEN_LASTS * 1.01), State.OPEN),
        (standing(witness=False, since=UNSEEN_LASTS * 1.01), State.OPEN),
        (standing(witness=False), State.FINE),
        (standing(last=BAD), State.DAMAGED),
        (standing(last=BAD, since=UNSEEN_LASTS * 2), State.DAMAGED),
        (standing(alarm="The witness w has seen more. Stop working here."), State.DAMAGED),
    ],
)
def test_the_state_is_the_worst_of_what_is_known(stands: Standing, state: State) -> None:
    assert tell(stands, NOON, BRITISH).state is state


def test_the_chip_says_length_check_and_window() -> None:
    when = f"{GOOD.at.astimezone():%H:%M}"
    assert tell(standing(), NOON, BRITISH).text == f"12,345 records · checked {when} · 14 without witness"


def test_a_check_of_another_day_is_named_by_its_day() -> None:
    earlier = GOOD.model_copy(update={"at": NOON - timedelta(days=3)})
    assert "checked 17 Nov" in tell(standing(last=earlier), NOON, BRITISH).text


def test_the_states_differ_in_words_and_in_the_shape_of_their_mark(qapp: QApplication) -> None:
    told = [tell(one, NOON, BRITISH) for one in (standing(), standing(last=None), standing(last=BAD))]
    assert len({one.why for one in told}) == len({one.short for one in told}) == 3
    shapes = {MARKS[one.state][0]: drawn(MARKS[one.state][0]) for one in told}
    assert len(shapes) == 3
    for one, other in combinations(shapes.values(), 2):
        different = sum(
            abs(QColor(one.pixel(x, y)).lightness() - QColor(other.pixel(x, y)).lightness()) > 128
            for x in range(32)
            for y in range(32)
        )
        assert different > 15


def drawn(glyph: Glyph) -> QImage:
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_glyph(painter, glyph, QRectF(0, 0, 32, 32), QColor("#000000"))
    painter.end()
    return image


def test_the_damage_names_the_first_wrong_record_and_what_to_do() -> None:
    told = headline(standing(last=BAD), NOON, BRITISH)
    assert told.state is State.DAMAGED
    assert "Record 77: its signature is wrong." in told.text
    assert "The 76 records before it are good." in told.text
    assert "auditor" in told.text


def test_the_alarm_of_a_witness_goes_before_a_check_that_held() -> None:
    told = headline(standing(alarm="It has seen 9 records more. Stop working here."), NOON, BRITISH)
    assert told.state is State.DAMAGED
    assert told.text == "It has seen 9 records more. Stop working here."


def test_the_cards_say_who_has_seen_the_record_and_how_keys_are_kept(small: SmallDesk) -> None:
    small.record.see("auditor.example")
    custody: Custody = small.record.custody()
    rows = {
        name: text
        for section in sections(custody, small.record.standing(), BRITISH)
        for name, text in section.rows
    }
    assert rows["Witness"].startswith(f"auditor.example: {small.head()} records on")
    assert rows["Not seen yet"] == "nothing"
    assert rows["Kept"] == "in the system's key store"
    assert rows["Desk's key"].split() == ["3f9a", "1c0b"] * 8
    assert "processor" in rows["People"]


# -- the pulse ----------------------------------------------------------------------------------------------


def test_the_pulse_says_how_the_record_stands_when_records_come_in(
    desk: Desk, small: SmallDesk, qtbot: QtBot
) -> None:
    model = StandingModel(desk, BRITISH, desk)
    desk.start()
    qtbot.waitUntil(lambda: model.standing is not None and model.standing.records == small.head())
    small.receive(100)
    qtbot.waitUntil(lambda: model.standing is not None and model.standing.records == small.head())


def test_a_calm_desk_is_asked_rarely(
    desk: Desk, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "BEAT", 0.002)
    beats: list[int] = []
    monkeypatch.setattr(small, "head", lambda: beats.append(1) or 40)
    desk.start()
    qtbot.waitUntil(lambda: len(beats) > 200)
    desk.pulse.close()
    assert 1 <= small.record.asked <= len(beats) // pulse.STANDING_STILL + 1


def test_trouble_with_the_record_does_not_end_the_pulse(
    desk: Desk, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = StandingModel(desk, BRITISH, desk)
    whole = small.record.standing

    def gone() -> Standing:
        raise Trouble("The disk is gone. Bring it back.")

    monkeypatch.setattr(small.record, "standing", gone)
    with qtbot.waitSignal(desk.pulse.trouble):
        desk.start()
    monkeypatch.setattr(small.record, "standing", whole)
    qtbot.waitUntil(lambda: model.standing is not None)


# -- on every screen ----------------------------------------------------------------------------------------


def test_every_screen_has_the_chip(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_record()
    for screen in (window.queue, window.review, window.record):
        chip = screen.findChild(RecordChip)
        assert chip is not None
        assert chip.accessibleName().startswith("The record:")


def test_the_chip_is_as_wide_as_its_words(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.standing.standing is not None)
    for chip in (window.queue.bar.chip, window.review.top.chip):
        assert chip.width() == chip.sizeHint().width()
        before = chip.width()
        chip.be_short(not chip._short)
        assert chip.width() != before


def test_the_chip_can_be_read_on_its_ground(window: DeskWindow, theme: Theme) -> None:
    """Colours are held to 4.5:1 in test_look; the chip takes only inks and grounds that are tested there."""
    for _, tone in MARKS.values():
        assert theme.colours.ink(tone) != theme.colours.ground(tone)
