"""Lines and frames that are drawn on a page."""

import pymupdf
import pytest

from countersign.documents.belief import MOST_RULES, believed_opened
from countersign.documents.pdf import PdfFile
from countersign.domain.document import MediaType, Opened, Page, Rule
from countersign.settings.limits import Limits


def _page_bytes() -> bytes:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 50), "A form")
    for n in range(8):
        page.draw_rect(pymupdf.Rect(50, 100 + 20 * n, 250, 118 + 20 * n))
    return document.tobytes()


def _page(*, rotation: int = 0, boxes: int = 8, far: bool = False) -> Opened:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 50), "A form")
    for n in range(boxes):
        page.draw_rect(pymupdf.Rect(50, 100 + 20 * n, 250, 118 + 20 * n))
    page.draw_rect(pymupdf.Rect(300, 100, 310, 110))
    page.draw_rect(pymupdf.Rect(300, 120, 310, 130))
    page.draw_line((302, 122), (308, 128), width=2)
    page.draw_line((50, 500), (350, 500.9))
    if far:
        page.draw_rect(pymupdf.Rect(-9e6, -9e6, 9e6, 9e6))
    page.set_rotation(rotation)
    return PdfFile(document.tobytes(), Limits()).opened("a" * 64)


def test_lines_and_frames_are_told_with_their_corners_in_order() -> None:
    rules = _page().pages[0].rules
    assert Rule(50, 100, 250, 118) in rules
    assert any(rule.y1 - rule.y0 < 1 and rule.x1 - rule.x0 == pytest.approx(300, abs=1) for rule in rules)
    assert all(rule.x0 <= rule.x1 and rule.y0 <= rule.y1 for rule in rules)


def test_the_ink_of_a_tick_box_tells_whether_it_is_marked() -> None:
    ticks = {rule[:4]: rule.ink for rule in _page().pages[0].rules if rule.x0 == 300}
    assert ticks[300, 100, 310, 110] == 0
    assert ticks[300, 120, 310, 130] > 8


@pytest.mark.parametrize(("rotation", "box"), [(90, (482, 50, 500, 250)), (180, (150, 482, 350, 500))])
def test_a_turned_page_has_its_rules_where_they_are_seen(
    rotation: int, box: tuple[float, float, float, float]
) -> None:
    assert any(rule[:4] == pytest.approx(box, abs=0.2) for rule in _page(rotation=rotation).pages[0].rules)


def test_a_page_with_hardly_any_lines_is_not_searched() -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 50), "A letter")
    page.draw_line((50, 100), (300, 100))
    assert PdfFile(document.tobytes(), Limits()).opened("a" * 64).pages[0].rules == ()


def test_what_lies_far_off_every_page_is_left_out() -> None:
    opened = _page(far=True)
    assert all(abs(edge) < 100_000 for rule in opened.pages[0].rules for edge in rule[:4])
    assert believed_opened(opened, "a" * 64, MediaType.PDF, 10) == opened


def test_what_is_cut_off_at_the_edges_of_a_field_shows_its_window() -> None:
    document = pymupdf.open("pdf", _page_bytes())
    widget = pymupdf.Widget()
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.field_name, widget.field_value = "name", "Josephine"
    widget.rect = pymupdf.Rect(52, 300, 248, 318)
    document[0].add_widget(widget)
    (page,) = PdfFile(document.tobytes(), Limits(), is_flat=True).opened("a" * 64).pages
    assert any(window[:4] == pytest.approx((52, 300, 248, 318), abs=0.5) for window in page.windows)
    assert all(window.x1 - window.x0 < page.width for window in page.windows)


@pytest.mark.parametrize(
    "rules",
    [
        (Rule(10, 0, 5, 5),),
        (Rule(0, 0, float("nan"), 5),),
        (Rule(0, 0, 5, 5, 101),),
        (Rule(0, 0, 5, 5),) * (MOST_RULES + 1),
    ],
)
@pytest.mark.parametrize("what", ["rules", "windows"])
def test_rules_and_windows_that_cannot_be_are_not_believed(rules: tuple[Rule, ...], what: str) -> None:
    opened = _page()
    page: Page = opened.pages[0].model_copy(update={what: rules})
    assert believed_opened(opened.model_copy(update={"pages": (page,)}), "a" * 64, MediaType.PDF, 10) is None


@pytest.mark.parametrize("group", ["", "/Group<</S/Transparency>>"])
def test_each_field_that_became_print_has_its_window_also_where_it_is_a_group_of_its_own(group: str) -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    field, content = document.get_new_xref(), document.get_new_xref()
    document.update_object(field, f"<</Type/XObject/Subtype/Form/BBox[0 0 120 20]{group}>>")
    document.update_stream(field, b"10 5 30 8 re f")
    document.update_object(content, "<<>>")
    fields = "".join(f"q 1 0 0 1 50 {480 - 40 * n} cm /X Do Q " for n in range(3))
    lines = "".join(f"50 {300 - 10 * n} m 350 {300 - 10 * n} l S " for n in range(8))
    document.update_stream(content, (fields + lines + "BT /F 12 Tf 50 550 Td (A form) Tj ET").encode())
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    font = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    document.xref_set_key(page.xref, "Resources", f"<</XObject<</X {field} 0 R>>{font}>>")
    windows = PdfFile(document.tobytes(), Limits()).opened("a" * 64).pages[0].windows
    assert [window[:4] for window in windows] == [(50, 100 + 40 * n, 170, 120 + 40 * n) for n in range(3)]
