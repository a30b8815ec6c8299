"""The desk under test: a small one in memory, a real window, nothing left behind."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk

from countersign.ui.app import make_window
from countersign.ui.bridge.desk import Desk
from countersign.ui.look.theme import Scheme, Theme
from countersign.ui.models.pictures import Pictures
from countersign.ui.views.desk_view import DeskWindow

BRITISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
DOUBTFUL = "case-0012"
"""An invoice with a doubtful number that has alternatives, no date, and a total that does not add up."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Any warning of Qt fails a test of the screens."""
    for item in items:
        if "tests/ui" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))  # the offscreen screen


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    after = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    left = [name for name in after if name != "child-starter"]  # one a process starts page children
    assert not left, f"threads left behind: {left}"


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.choose(Scheme.LIGHT)
    return made


@pytest.fixture
def small(qapp: QApplication) -> SmallDesk:
    return SmallDesk()


@pytest.fixture
def desk(small: SmallDesk) -> Iterator[Desk]:
    """The bridge without a window."""
    made = Desk(small)
    yield made
    made.close()


@pytest.fixture
def pictures(desk: Desk) -> Pictures:
    return Pictures(desk, desk)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, small: SmallDesk) -> DeskWindow:
    made = make_window(small, theme, BRITISH)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    made.begin()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.queue.model.rowCount() > 0)
    return made


@pytest.fixture
def review(qtbot: QtBot, window: DeskWindow) -> Callable[[str], DeskWindow]:
    """Open a case and wait until it is the person's own."""

    def open_case(case: str = DOUBTFUL) -> DeskWindow:
        window.open_case(case)
        qtbot.waitUntil(lambda: window.session.case is not None and window.session.case.id == case)
        qtbot.waitUntil(lambda: window.session.is_mine)
        return window

    return open_case
