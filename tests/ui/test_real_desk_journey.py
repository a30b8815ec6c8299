"""The whole way on a real desk, by keys and mouse: correct, approve, verify, export, explain, hold, erase."""

import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.journeys.desks import invoice
from tests.ui.conftest import BRITISH
from tests.ui.test_record_journeys import shown

from countersign.domain.case import Status
from countersign.domain.event import Route
from countersign.domain.queue import QueueQuery
from countersign.settings.home import Home
from countersign.ui.app import make_window
from countersign.ui.look.theme import Theme
from countersign.ui.models.standing import State
from countersign.ui.views.care_view import CareDialog
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.explain_view import ExplainDialog
from countersign.ui.views.export_view import ExportDialog
from countersign.wiring.batch import process
from countersign.wiring.desk import Desk, open_desk

PATIENCE = 30_000
RIGHT_DATE = "2026-03-15"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that has read one invoice which does not add up."""
    folder = tmp_path_factory.mktemp("real")
    file = folder / "bill.pdf"
    file.write_bytes(invoice(1, total="999.00"))
    home = Home(folder / "desk")
    (outcome,) = process(home, [file])
    assert outcome.route is Route.ESCALATE
    return home.root


@pytest.fixture
def real(worked: Path, qtbot: QtBot, theme: Theme) -> Iterator[tuple[Desk, DeskWindow]]:
    desk = open_desk(Home(worked), with_worker=False)
    window = make_window(desk, theme, BRITISH)
    window.resize(1440, 900)
    window.show()
    window.begin()
    try:
        qtbot.waitUntil(lambda: window.queue.model.rowCount() > 0, timeout=PATIENCE)
        yield desk, window
    finally:
        window.close()
        desk.close()


@pytest.mark.timeout(120)
def test_a_case_goes_from_doubt_to_a_bundle_that_anyone_can_verify(
    real: tuple[Desk, DeskWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    desk, window = real
    case = desk.page(QueueQuery(statuses=(Status.WAITING,))).rows[0].id
    _approve(desk, window, case, qtbot)
    _verify(desk, window, qtbot)
    bundle = _export(window, case, tmp_path, qtbot)
    assert any(name.endswith("/verify.py") for name in zipfile.ZipFile(bundle).namelist())
    _explain(window, case, tmp_path, qtbot)
    _hold_and_erase(desk, window, case, qtbot)
    _verify(desk, window, qtbot)


def _approve(desk: Desk, window: DeskWindow, case: str, qtbot: QtBot) -> None:
    qtbot.keyClick(window.queue.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.is_mine, timeout=PATIENCE)
    window.review.show_field("invoice_date")
    fields = window.review.list
    qtbot.keyClick(fields, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert editor is not None
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, RIGHT_DATE)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.case(case).value("invoice_date") == RIGHT_DATE, timeout=PATIENCE)
    while needing := window.review.fields.needing():
        line = window.review.fields.lines[needing[0]]
        window.review.list.focus_row(needing[0])
        qtbot.keyClick(fields, Qt.Key.Key_Return if line.is_read else Qt.Key.Key_N)
        qtbot.waitUntil(
            partial(_moved_on, window, needing),
            timeout=PATIENCE,
        )
    qtbot.keyClick(fields, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.case(case).status is Status.APPROVED, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.screens.currentWidget() is window.queue, timeout=PATIENCE)


def _moved_on(window: DeskWindow, before: tuple[int, ...]) -> bool:
    return window.review.fields.needing() != before


def _verify(desk: Desk, window: DeskWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.queue.bar.chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.record.session.custody is not None, timeout=PATIENCE)
    before = len(desk.record.custody().checks)
    qtbot.keyClick(window.record.verify_button, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: len(desk.record.custody().checks) > before, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.standing.told.state is State.FINE, timeout=PATIENCE)
    check = desk.record.custody().checks[0]
    assert check.ok
    told = f"All {check.records} records were read"
    qtbot.waitUntil(lambda: told in window.record.said, timeout=PATIENCE)
    qtbot.keyClick(window.record.verify_button, Qt.Key.Key_Escape)
    assert window.screens.currentWidget() is window.queue


def _export(window: DeskWindow, case: str, folder: Path, qtbot: QtBot) -> Path:
    window.queue.filters.choose_tab(4)
    qtbot.waitUntil(lambda: window.queue.model.row_of(case) is not None, timeout=PATIENCE)
    window.open_case(case)
    qtbot.waitUntil(lambda: window.session.case is not None, timeout=PATIENCE)
    window.errands.export(window.session.case)
    dialog = shown(window, ExportDialog, qtbot)
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(lambda: dialog.session.preview is not None, timeout=PATIENCE)
    assert dialog.session.preview is not None
    assert dialog.session.preview.cases == 1
    out = folder / "bundle.zip"
    dialog.target.setText(str(out))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.session.bundle is not None, timeout=PATIENCE)
    assert out.exists()
    dialog.reject()
    return out


def _explain(window: DeskWindow, case: str, folder: Path, qtbot: QtBot) -> None:
    _come_back(window, qtbot)
    qtbot.keyClick(window.review.list, Qt.Key.Key_X)
    dialog = shown(window, ExplainDialog, qtbot)
    assert isinstance(dialog, ExplainDialog)
    assert dialog.explanation.case == case
    assert "countersigned" in dialog.page.toPlainText()
    assert "Every record of this case holds." in dialog.page.toPlainText()
    dialog.save(folder / "why.pdf")
    qtbot.waitUntil((folder / "why.pdf").exists, timeout=PATIENCE)
    dialog.reject()


def _hold_and_erase(desk: Desk, window: DeskWindow, case: str, qtbot: QtBot) -> None:
    window.care("hold")
    hold = shown(window, CareDialog, qtbot)
    assert isinstance(hold, CareDialog)
    qtbot.keyClicks(hold.line, "Matter 7")
    qtbot.keyClick(hold.line, Qt.Key.Key_Return)
    qtbot.waitUntil(window.review.top.held.isVisible, timeout=PATIENCE)
    window.care("lift")
    lift = shown(window, CareDialog, qtbot)
    lift.accept()
    qtbot.waitUntil(lambda: not desk.case(case).holds, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not window.review.top.held.isVisible(), timeout=PATIENCE)
    window.care("erase")
    erase = shown(window, CareDialog, qtbot)
    assert isinstance(erase, CareDialog)
    qtbot.keyClicks(erase.line, "Request 9")
    qtbot.mouseClick(erase.sure, Qt.MouseButton.LeftButton)
    erase.go_button.click()
    qtbot.waitUntil(window.review.top.erased.isVisible, timeout=PATIENCE)
    assert desk.case(case).erasure is not None
    _come_back(window, qtbot)
    qtbot.keyClick(window.review.list, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.screens.currentWidget() is window.queue, timeout=PATIENCE)


def _come_back(window: DeskWindow, qtbot: QtBot) -> None:
    """Have the window active again after a dialog, as every window manager does by itself."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
