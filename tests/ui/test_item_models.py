"""Item models keep Qt's contract while cases come, change and go."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import BRITISH, DOUBTFUL

from countersign.domain.case import Status
from countersign.domain.queue import Order, QueueQuery
from countersign.settings.catalogue import load
from countersign.ui.bridge.desk import Desk
from countersign.ui.look.colours import Tone
from countersign.ui.models import queue_model
from countersign.ui.models.difference import difference
from countersign.ui.models.field_model import FieldModel, FieldRole
from countersign.ui.models.field_state import lines
from countersign.ui.models.page_model import PageModel, PageRole
from countersign.ui.models.pictures import Pictures
from countersign.ui.models.progress_model import ProgressModel
from countersign.ui.models.queue_model import Column, QueueModel, QueueRole
from countersign.ui.models.rows_model import rows_table
from countersign.ui.models.table_model import Table, TableModel, TableRole

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
TODO = QueueQuery(statuses=(Status.WAITING,))
NOWHERE = QModelIndex()
names = st.lists(st.sampled_from("abcdefghijkl"), unique=True)


def watched(model: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, STRICT, model)


@pytest.fixture
def queue(desk: Desk, qtbot: QtBot) -> QueueModel:
    made = QueueModel(desk, "en", BRITISH, desk)
    watched(made)
    return made


def ask(queue: QueueModel, qtbot: QtBot, query: QueueQuery) -> None:
    with qtbot.waitSignal(queue.loaded):
        queue.ask(query)


def ids(queue: QueueModel) -> list[str]:
    return [queue.index(row, 0).data(QueueRole.CASE) for row in range(queue.rowCount())]


@given(old=names, new=names)
def test_the_steps_lead_from_the_old_names_to_the_new_ones(old: list[str], new: list[str]) -> None:
    steps = difference(old, new)
    shared_old = [name for name in old if name in new]
    shared_new = [name for name in new if name in old]
    if steps is None:
        assert shared_old != shared_new
        return
    now = list(old)
    for first, last in steps.removals:
        del now[first : last + 1]
    for first, names_in in steps.insertions:
        now[first:first] = names_in
    assert now == new


def test_the_queue_shows_what_the_query_finds_in_its_order(
    queue: QueueModel, small: SmallDesk, qtbot: QtBot
) -> None:
    ask(queue, qtbot, QueueQuery(order=Order.AMOUNT))
    assert ids(queue) == [row.id for row in small.page(QueueQuery(order=Order.AMOUNT)).rows]


def test_the_queue_is_paged_by_key(queue: QueueModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_model, "PAGE", 7)
    ask(queue, qtbot, QueueQuery())
    assert queue.rowCount() == 7

    def all_there() -> bool:
        queue.fetchMore(queue_model.ROOT)
        return queue.rowCount() == 40

    qtbot.waitUntil(all_there)
    assert len(set(ids(queue))) == 40


def test_updates_keep_the_selection_on_its_case(
    queue: QueueModel, small: SmallDesk, desk: Desk, qtbot: QtBot
) -> None:
    desk.start()
    ask(queue, qtbot, TODO)
    kept = QPersistentModelIndex(queue.index(5, 0))
    case = kept.data(QueueRole.CASE)
    first = ids(queue)[0]
    small.acts.reject(first, "other")
    qtbot.waitUntil(lambda: first not in ids(queue))
    assert kept.isValid()
    assert kept.data(QueueRole.CASE) == case
    assert kept.row() == 4


def test_new_cases_come_in_without_a_reset(
    queue: QueueModel, small: SmallDesk, desk: Desk, qtbot: QtBot
) -> None:
    desk.start()
    ask(queue, qtbot, QueueQuery())
    resets: list[int] = []
    queue.modelReset.connect(lambda: resets.append(1))
    new = small.receive(100)
    qtbot.waitUntil(lambda: new in ids(queue))
    assert resets == []


def test_a_changed_order_keeps_the_selection_on_its_case(
    queue: QueueModel, small: SmallDesk, desk: Desk, qtbot: QtBot
) -> None:
    desk.start()
    ask(queue, qtbot, QueueQuery(order=Order.COUNTERPARTY))
    case = DOUBTFUL
    row = queue.row_of(case)
    assert row is not None
    kept = QPersistentModelIndex(queue.index(row, 0))
    small.acts.correct(case, "vendor_name", "AAA First Ltd")
    qtbot.waitUntil(lambda: queue.row_of(case) == 0)
    assert kept.row() == 0
    assert kept.data(QueueRole.CASE) == case


def test_an_answer_to_an_older_query_is_not_shown(queue: QueueModel, qtbot: QtBot) -> None:
    queue.ask(QueueQuery())
    ask(queue, qtbot, QueueQuery(statuses=(Status.REJECTED,)))
    assert {queue.index(row, 0).data(QueueRole.STATUS) for row in range(queue.rowCount())} == {
        Status.REJECTED
    }


def test_amounts_are_set_to_the_right_and_written_for_the_locale(queue: QueueModel, qtbot: QtBot) -> None:
    ask(queue, qtbot, TODO)
    index = queue.index(0, Column.AMOUNT)
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    row = queue.case_at(0)
    assert row is not None
    assert row.amount is not None
    assert index.data() == f"{Decimal(row.amount):,.2f} {row.currency}"


def test_every_cell_of_the_queue_can_be_spoken(queue: QueueModel, qtbot: QtBot) -> None:
    ask(queue, qtbot, QueueQuery())
    for row in range(queue.rowCount()):
        for column in Column:
            spoken = queue.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
            name, _, value = spoken.partition(": ")
            assert name
            assert value


def test_the_next_case_skips_those_that_others_hold(
    queue: QueueModel, small: SmallDesk, qtbot: QtBot
) -> None:
    ask(queue, qtbot, TODO)
    held = next(case for case in ids(queue) if small.case(case).claimed_by == "omar")
    before = ids(queue)[ids(queue).index(held) - 1]
    following = queue.next_to_do(before, small.person.id)
    assert following is not None
    assert following.id == ids(queue)[ids(queue).index(held) + 1]


@pytest.fixture
def fields(small: SmallDesk, desk: Desk) -> Iterator[FieldModel]:
    model = FieldModel()
    tester = watched(model)
    model.show(lines(small.case(DOUBTFUL), small.catalogue, "en", BRITISH), locked=False)
    yield model
    del tester


def test_every_field_of_the_class_has_a_line_in_its_order(fields: FieldModel) -> None:
    klass = load().classes["invoice"]
    assert [line.name for line in fields.lines] == [field.name for field in klass.fields]
    assert [line.group for line in fields.lines if line.group] == [
        group.label["en"] for group in klass.groups
    ]


def test_a_changed_field_changes_its_row_and_resets_nothing(fields: FieldModel, small: SmallDesk) -> None:
    resets: list[int] = []
    changed: list[tuple[int, int]] = []
    fields.modelReset.connect(lambda: resets.append(1))
    fields.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    small.acts.confirm(DOUBTFUL, "invoice_number")
    fields.show(lines(small.case(DOUBTFUL), small.catalogue, "en", BRITISH), locked=False)
    row = fields.row_of("invoice_number")
    assert changed == [(row, row)]
    assert resets == []


def test_every_field_speaks_its_label_value_and_mark(fields: FieldModel) -> None:
    row = fields.row_of("invoice_number")
    assert row is not None
    spoken = fields.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Invoice number" in spoken
    assert "INV-2026-1444" in spoken
    assert "needs a person" in spoken


def test_locked_fields_cannot_be_edited(fields: FieldModel) -> None:
    assert fields.flags(fields.index(0)) & Qt.ItemFlag.ItemIsEditable
    fields.show(fields.lines, locked=True)
    assert not fields.flags(fields.index(0)) & Qt.ItemFlag.ItemIsEditable


def test_a_draft_is_offered_to_the_editor_and_is_no_value(fields: FieldModel) -> None:
    fields.keep_draft(0, "typed")
    index = fields.index(0)
    assert index.data(Qt.ItemDataRole.EditRole) == "typed"
    assert index.data(FieldRole.DRAFT) == "typed"
    assert index.data() != "typed"


def test_line_items_keep_the_columns_of_the_class_and_their_places(small: SmallDesk) -> None:
    case = small.case(DOUBTFUL)
    klass = small.catalogue.klass(case.klass)
    model = TableModel(Table(columns=("",)))
    tester = watched(model)
    model.show(rows_table(case, klass, "de", BRITISH))
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Bezeichnung"
    assert model.rowCount() == len(case.rows)
    assert model.index(0, 0).data(TableRole.EVIDENCE) == case.rows[0].cells[0].evidence
    del tester


def test_pages_get_their_pictures_later(pictures: Pictures, small: SmallDesk, qtbot: QtBot) -> None:
    model = PageModel(pictures)
    tester = watched(model)
    sha = small.case("case-0008").documents[0].sha256
    model.show(sha, 3)
    assert model.rowCount() == 3
    assert model.index(1).data(PageRole.PICTURE) is None
    qtbot.waitUntil(lambda: model.index(1).data(PageRole.PICTURE) is not None)
    model.point_out(frozenset({2}))
    assert [model.index(row).data(PageRole.NEEDS) for row in range(3)] == [False, False, True]
    del tester


def test_progress_counts_what_came_in_since_the_agents_last_rested(
    desk: Desk, small: SmallDesk, qtbot: QtBot
) -> None:
    progress = ProgressModel(desk, desk)
    with qtbot.waitSignal(progress.changed):
        progress.refresh()
    for number in range(100, 104):
        small.receive(number)
    with qtbot.waitSignal(progress.changed):
        progress.refresh()
    assert (progress.decided, progress.total) == (0, 4)
    small.decide_one()
    small.decide_one()
    with qtbot.waitSignal(progress.changed):
        progress.refresh()
    assert (progress.decided, progress.total) == (2, 4)
    assert progress.need_person == sum(
        small.case(f"case-{number:04d}").status is Status.WAITING for number in (100, 101)
    )


def test_every_status_has_a_tone_of_its_own() -> None:
    assert len(set(queue_model.TONES.values())) == len(Status)
    assert set(queue_model.TONES.values()) <= set(Tone)


def everything(queue: QueueModel, qtbot: QtBot) -> list[str]:
    """Scroll to the end."""
    qtbot.waitUntil(lambda: not queue.is_busy)  # the tester has asked for more already
    while queue.canFetchMore(NOWHERE):
        queue.fetchMore(NOWHERE)
        qtbot.waitUntil(lambda: not queue.is_busy)
    return ids(queue)


@pytest.mark.parametrize(("looked_at", "kept"), [(2, 10), (30, 35)])
def test_a_refresh_keeps_what_is_looked_at_and_lets_go_what_lies_far_below(
    queue: QueueModel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, looked_at: int, kept: int
) -> None:
    monkeypatch.setattr(queue_model, "PAGE", 5)
    monkeypatch.setattr(queue_model, "KEPT_FRESH", 10)
    ask(queue, qtbot, QueueQuery())
    whole = everything(queue, qtbot)
    assert len(whole) == 40
    queue.look_at(looked_at)
    with qtbot.waitSignal(queue.loaded):
        queue.refresh()
        assert queue.is_busy
    assert ids(queue)[:kept] == whole[:kept]
    assert queue.rowCount() < 40
    assert everything(queue, qtbot) == whole


def test_the_store_in_trouble_is_an_answer_too(queue: QueueModel, small: SmallDesk, qtbot: QtBot) -> None:
    small.trouble = "The disk is gone. Bring it back."
    with qtbot.waitSignal(queue.answered):
        queue.ask(QueueQuery())
    assert queue.rowCount() == 0
