"""Line items of many columns stay within reach."""

from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from countersign.ui.look.theme import Theme
from countersign.ui.models.table_model import Table
from countersign.ui.views.review_tabs import ReviewTabs


def shown(qtbot: QtBot, theme: Theme, columns: int, width: int) -> ReviewTabs:
    tabs = ReviewTabs(theme)
    qtbot.addWidget(tabs)
    tabs.resize(width, 220)
    names = tuple(f"Column {number}" for number in range(columns))
    tabs.show_rows(Table(columns=names, rows=(names,), right=frozenset(range(2, columns))), "Rows")
    tabs.setCurrentIndex(3)
    tabs.show()
    qtbot.waitExposed(tabs)
    return tabs


def rows_of(tabs: ReviewTabs) -> QTableView:
    table = tabs.currentWidget()
    assert isinstance(table, QTableView)
    return table


def test_columns_that_have_no_room_are_scrolled_to(qtbot: QtBot, theme: Theme) -> None:
    tabs = shown(qtbot, theme, columns=20, width=560)
    table = rows_of(tabs)
    assert table.horizontalScrollBar().maximum() > 0
    assert min(table.columnWidth(column) for column in range(20)) >= 92


def test_columns_that_have_room_fill_it(qtbot: QtBot, theme: Theme) -> None:
    tabs = shown(qtbot, theme, columns=4, width=560)
    table = rows_of(tabs)
    assert table.horizontalScrollBar().maximum() == 0
    assert sum(table.columnWidth(column) for column in range(4)) == table.viewport().width()
