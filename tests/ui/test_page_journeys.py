"""Page and fields belong together: click a box, click a word, drag a region, zoom."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk

from countersign.domain.document import Word
from countersign.domain.event import Act
from countersign.ui.views.desk_view import DeskWindow

Open = Callable[..., DeskWindow]
LEFT = Qt.MouseButton.LeftButton
DOUBTFUL = "case-0012"


def the_word(small: SmallDesk, text: str) -> Word:
    page = small.words(small.case(DOUBTFUL).documents[0].sha256, 0)
    assert page is not None
    return next(word for word in page.words if word.text == text)


def spot(window: DeskWindow, word: Word) -> QPoint:
    return window.review.page.spot(0, (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2)


def click(window: DeskWindow, qtbot: QtBot, at: QPoint, *, ctrl: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(window.review.page.viewport(), LEFT, held, at)


def ready(window: DeskWindow, qtbot: QtBot) -> None:
    document = window.review.session.case
    assert document is not None
    sha = document.documents[0].sha256
    qtbot.waitUntil(lambda: window.pictures.words(sha, 0) is not None)


def editor() -> QLineEdit:
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    return focused


def test_clicking_a_box_focuses_its_field(review: Open, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    row = window.review.fields.row_of("gross_total")
    assert row is not None
    window.review.list.focus_row(row)
    window.review.list.focus_row(0)
    window.review.page.focus_row(row)
    at = window.review.page.box_centre(row)
    assert at is not None
    click(window, qtbot, at)
    assert window.review.list.row == row


def test_focusing_a_field_brings_its_box_into_view(review: Open, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    row = window.review.fields.row_of("iban")
    assert row is not None
    window.review.list.focus_row(row)
    at = window.review.page.box_centre(row)
    assert at is not None
    assert window.review.page.viewport().rect().contains(at)


def test_clicking_a_word_fills_the_field_being_edited_and_confirms_nothing(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    ready(window, qtbot)
    qtbot.keyClick(window.review.list, Qt.Key.Key_F2)
    click(window, qtbot, spot(window, the_word(small, "15.10.2026")))
    assert editor().text() == "15.10.2026"
    assert small.acts.calls == ["claim"]


def test_a_word_taken_from_the_page_is_recorded_with_its_place(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    ready(window, qtbot)
    row = window.review.fields.row_of("purchase_order")
    assert row is not None
    window.review.list.focus_row(row)
    word = the_word(small, "15.10.2026")
    click(window, qtbot, spot(window, word))
    qtbot.keyClick(editor(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).field("purchase_order") is not None)
    state = small.case(DOUBTFUL).field("purchase_order")
    assert state is not None
    assert state.act is Act.ADDED
    assert state.reading.evidence is not None
    assert state.reading.evidence.box == word.box


def test_ctrl_click_appends_a_word(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    window.review.list.focus_row(0)
    qtbot.keyClick(window.review.list, Qt.Key.Key_F2)
    click(window, qtbot, spot(window, the_word(small, "Kestrel")))
    click(window, qtbot, spot(window, the_word(small, "Trading")), ctrl=True)
    assert editor().text() == "Kestrel Trading"


def test_dragging_over_a_region_takes_its_words(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    window.review.list.focus_row(0)
    first, last = the_word(small, "Kestrel"), the_word(small, "GmbH")
    page, view = window.review.page, window.review.page.viewport()
    begin = page.spot(0, first.x0 - 2, first.y0 - 2)
    end = page.spot(0, last.x1 + 2, last.y1 + 2)
    QTest.mousePress(view, LEFT, pos=begin)
    QTest.mouseMove(view, (begin + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, pos=end)
    assert editor().text() == "Kestrel Trading GmbH"


def test_typing_over_a_taken_word_forgets_its_place(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    row = window.review.fields.row_of("purchase_order")
    assert row is not None
    window.review.list.focus_row(row)
    click(window, qtbot, spot(window, the_word(small, "15.10.2026")))
    qtbot.keyClicks(editor(), "X")
    qtbot.keyClick(editor(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).field("purchase_order") is not None)
    state = small.case(DOUBTFUL).field("purchase_order")
    assert state is not None
    assert state.reading.evidence is None


def test_zooming_keeps_the_spot_under_the_mouse(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    page = window.review.page
    word = the_word(small, "Consulting,")
    before = page.spot(0, word.x0, word.y0)
    page.zoom_by(1.5, before.toPointF())
    after = page.spot(0, word.x0, word.y0)
    assert (after - before).manhattanLength() <= 3


def test_after_a_zoom_a_sharp_picture_is_asked_for(review: Open, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    case = window.session.case
    assert case is not None
    sha = case.documents[0].sha256
    page = window.review.page
    page.zoom_by(2)
    assert not page.is_sharp
    wanted = page.zoom * 72 * page.devicePixelRatioF()

    def sharp() -> bool:
        image = window.pictures.nearest(sha, 0, wanted)
        return image is not None and image.width() >= wanted / 72 * 595 * 0.97

    qtbot.waitUntil(sharp)


def test_z_zooms_to_the_field_and_back(review: Open, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    before = window.review.page.zoom
    qtbot.keyClick(window.review.list, Qt.Key.Key_Z)
    assert window.review.page.zoom > before
    qtbot.keyClick(window.review.list, Qt.Key.Key_Z)
    assert window.review.page.zoom == before


def test_page_down_turns_pages_and_the_thumbnails_follow(review: Open, qtbot: QtBot) -> None:
    window = review("case-0020")
    ready(window, qtbot)
    assert window.review.thumbs.isVisible()
    window.review.list.focus_row(0)
    qtbot.keyClick(window.review.list, Qt.Key.Key_PageDown)
    assert window.review.thumbs.currentIndex().row() == 1


def test_clicking_a_field_in_the_dossier_focuses_it(review: Open, qtbot: QtBot) -> None:
    window = review()
    window.review.tabs.field_wanted.emit("gross_total")
    assert window.review.list.row == window.review.fields.row_of("gross_total")


def test_clicking_a_line_item_points_at_it_on_the_page(review: Open, qtbot: QtBot) -> None:
    window = review()
    ready(window, qtbot)
    index = window.review.tabs.rows.index(0, 0)
    window.review.tabs.setCurrentIndex(3)
    table = window.review.tabs.currentWidget()
    assert table.model() is window.review.tabs.rows
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    assert window.review.page.pointed_at is not None
