"""Holds and erasures: seen in queue and review by mark and word, and done with all said that must be."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import BRITISH, DOUBTFUL
from tests.ui.test_desk_window import nameless
from tests.ui.test_record_journeys import shown

from countersign.domain.actor import Role
from countersign.domain.sealed import ERASED
from countersign.ui.look import care_words as said
from countersign.ui.look.marks import Glyph
from countersign.ui.models.queue_model import Column, QueueRole
from countersign.ui.models.review_head import head
from countersign.ui.views.care_view import CareDialog
from countersign.ui.views.desk_view import DeskWindow

Open = Callable[..., DeskWindow]
SETTLED = "case-0001"
"""An invoice that went straight through."""


def caring(window: DeskWindow, qtbot: QtBot) -> CareDialog:
    dialog = shown(window, CareDialog, qtbot)
    assert isinstance(dialog, CareDialog)
    return dialog


def offered(window: DeskWindow, qtbot: QtBot) -> set[str]:
    """Open the review's menu and return which cares it offers."""
    qtbot.waitUntil(lambda: window._roles is not None)
    window.review.top.more_button.open_menu()
    found = {kind for kind, action in window._care.items() if action.isEnabled()}
    window.review.top.more_button.choices.close()
    return found


def test_a_hold_is_placed_from_the_menu_and_seen_at_once(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    assert offered(window, qtbot) == {"hold"}
    window._care["hold"].trigger()
    dialog = caring(window, qtbot)
    assert nameless(dialog) == []
    assert not dialog.go_button.isEnabled()
    qtbot.keyClicks(dialog.line, "Matter 26-117")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.waitUntil(window.review.top.held.isVisible)
    assert [hold.order for hold in small.case(DOUBTFUL).holds] == ["Matter 26-117"]
    assert offered(window, qtbot) == {"hold", "lift"}


def test_a_hold_is_lifted_by_its_order(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    small.care.hold(DOUBTFUL, "Matter 1")
    small.care.hold(DOUBTFUL, "Matter 2")
    window = review()
    window.care("lift")
    dialog = caring(window, qtbot)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    dialog.go_button.click()
    qtbot.waitUntil(lambda: [hold.order for hold in small.case(DOUBTFUL).holds] == ["Matter 1"])


def test_the_queue_marks_held_and_erased_cases_by_sign_and_word(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.care.hold(DOUBTFUL, "Matter 1")
    small.care.erase(SETTLED, "Request 9")
    window.queue.filters.choose_tab(4)
    model = window.queue.model
    qtbot.waitUntil(lambda: model.row_of(SETTLED) is not None and kept(window, SETTLED) is not None)
    assert kept(window, DOUBTFUL) == Glyph.HELD
    assert kept(window, SETTLED) == Glyph.ERASED
    for case, word in ((DOUBTFUL, said.HELD_CHIP), (SETTLED, said.ERASED_CHIP)):
        row = model.row_of(case)
        assert row is not None
        spoken = model.index(row, Column.REASONS).data(Qt.ItemDataRole.AccessibleTextRole)
        assert word in spoken


def kept(window: DeskWindow, case: str) -> object:
    row = window.queue.model.row_of(case)
    return None if row is None else window.queue.model.index(row, 0).data(QueueRole.KEPT)


def test_an_erasure_says_what_goes_and_wants_an_order_and_a_tick(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    window.open_case(SETTLED)
    qtbot.waitUntil(lambda: window.session.case is not None)
    assert "erase" in offered(window, qtbot)
    file = small.case(SETTLED)
    window.care("erase")
    dialog = caring(window, qtbot)
    told = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert f"{len(file.fields)} values that were read or typed" in told
    assert "the record still verifies" in told
    qtbot.keyClicks(dialog.line, "Request 9")
    assert not dialog.go_button.isEnabled()
    qtbot.mouseClick(dialog.sure, Qt.MouseButton.LeftButton)
    assert dialog.go_button.isEnabled()
    dialog.go_button.click()
    qtbot.waitUntil(lambda: small.case(SETTLED).erasure is not None)


def test_nothing_of_an_erased_case_stays_on_the_screen(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    window.open_case(SETTLED)
    file = small.case(SETTLED)
    sha = file.documents[0].sha256
    qtbot.waitUntil(lambda: window.pictures.nearest(sha, 0, 100) is not None)
    values = {state.reading.value for state in file.fields if state.reading.value}
    small.care.erase(SETTLED, "Request 9")
    qtbot.waitUntil(window.review.top.erased.isVisible)
    assert window.pictures.nearest(sha, 0, 100) is None
    lines = window.review.fields.lines
    assert {line.text for line in lines if line.raw} == {ERASED}
    assert all(line.evidence is None for line in lines)
    told = head(small.case(SETTLED), small.catalogue, "en", BRITISH, "petra")
    shown_now = " ".join((told.counterparty, told.number, told.amount, window.review.tabs.why.toPlainText()))
    assert not [value for value in values if value in shown_now]


def test_what_a_role_may_not_do_is_not_offered(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "roles", lambda: frozenset({Role.PROCESSOR}))
    window.open_case(SETTLED)
    qtbot.waitUntil(lambda: window.session.case is not None)
    assert offered(window, qtbot) == set()


def test_m_opens_the_menu_and_its_choices_are_reached_by_keys(review: Open, qtbot: QtBot) -> None:
    window = review()
    qtbot.keyClick(window.review.list, Qt.Key.Key_M)
    menu = window.review.top.more_button.choices
    qtbot.waitUntil(menu.isVisible)
    assert menu.activeAction() is menu.actions()[0]
    menu.close()


def test_a_refused_act_says_why(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    small.care.hold(DOUBTFUL, "Matter 1")
    window = review()
    case = window.session.case
    assert case is not None
    small.care.lift(DOUBTFUL, "Matter 1")
    window.care("lift")
    dialog = shown(window, CareDialog, qtbot)
    dialog.accept()
    qtbot.waitUntil(lambda: window.status.text.startswith("No hold 'Matter 1'"))
