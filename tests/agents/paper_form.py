"""Draws a filled PDF form as an office would make it, and opens it as a page child would."""

import pymupdf

from countersign.documents.pdf import PdfFile
from countersign.domain.document import Opened
from countersign.settings.limits import Limits

COMB = 1 << 24

FILLED = {
    "FirstName": "Rosamond",
    "LastName": "Jerde",
    "SSN_first": "796",
    "SSN_second": "10",
    "SSN_last": "4437",
    "DOB_month": "10",
    "DOB_day": "04",
    "DOB_year": "1950",
    "Street": "4201 Henry Ave",
    "City": "Philadelphia",
    "Email": "sam@test.example",
    "Remarks": "Knee hurts since 2016.\nSee enclosed letter.",
}
QUESTIONS = {
    "FirstName": (40, 120, "1. VETERAN'S FIRST NAME"),
    "LastName": (300, 120, "2. VETERAN'S LAST NAME"),
    "SSN_first": (40, 170, "3. SOCIAL SECURITY NUMBER"),
    "DOB_month": (300, 170, "4. DATE OF BIRTH (MM/DD/YYYY)"),
    "Street": (40, 220, "5. MAILING ADDRESS (Number and street)"),
    "City": (300, 220, "6. CITY"),
    "Email": (40, 270, "7. E-MAIL ADDRESS (If applicable)"),
    "Remarks": (40, 320, "8. REMARKS"),
}
_COMBS = {
    "SSN_first": (44, 3),
    "SSN_second": (112, 2),
    "SSN_last": (164, 4),
    "DOB_month": (304, 2),
    "DOB_day": (356, 2),
    "DOB_year": (408, 4),
}
_CELL = 16.0


def form(filled: dict[str, str] | None = None, ticked: bool = True, *, flat: bool = False) -> Opened:
    """Return the form with its fields filled, still a form or printed."""
    values = FILLED if filled is None else filled
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    _print(page)
    for name, (x, y, _) in QUESTIONS.items():
        wide = 530 if name == "Remarks" else 240
        if name not in _COMBS and name in values:
            tall = 60 if name == "Remarks" else 18
            _field(page, name, (x + 4, y + 20, x + wide, y + 20 + tall), values[name])
    for name, (x, count) in _COMBS.items():
        if name in values:
            box = (x, 190, x + count * _CELL, 208)
            _field(page, name, box, values[name], count)
    _tick(page, "Married", (44, 420, 54, 430), ticked)
    _tick(page, "Single", (124, 420, 134, 430), False)
    return PdfFile(document.tobytes(), Limits(), is_flat=flat).opened("ab" * 32)


def _print(page: pymupdf.Page) -> None:
    page.insert_text((180, 60), "APPLICATION FOR BENEFITS", fontsize=14, fontname="hebo")
    page.insert_text((40, 90), "SECTION I: VETERAN'S IDENTIFICATION INFORMATION", fontsize=9, fontname="hebo")
    note = "Please read the notes on page 2 before completing the form. All items must be answered."
    page.insert_text((40, 104), note, fontsize=8, fontname="tiro")
    for x, y, text in QUESTIONS.values():
        page.draw_rect(
            pymupdf.Rect(x, y, x + (540 if "REMARKS" in text else 250), y + (90 if "REM" in text else 50))
        )
        page.insert_text((x + 4, y + 10), text, fontsize=7, fontname="helv")
    for x, count in _COMBS.values():
        page.draw_rect(pymupdf.Rect(x, 190, x + count * _CELL, 208))
        for n in range(1, count):
            page.draw_line((x + n * _CELL, 190), (x + n * _CELL, 208))
    page.insert_text((44, 416), "9. MARITAL STATUS", fontsize=7, fontname="helv")
    for x, text in ((58, "MARRIED"), (138, "SINGLE")):
        page.draw_rect(pymupdf.Rect(x - 14, 420, x - 4, 430))
        page.insert_text((x, 429), text, fontsize=7, fontname="helv")
    page.insert_text((40, 800), "FORM 12-345, OCT 2026", fontsize=7, fontname="helv")


def _field(
    page: pymupdf.Page, name: str, box: tuple[float, float, float, float], value: str, cells: int = 0
) -> None:
    widget = pymupdf.Widget()
    widget.field_name, widget.field_type = name, pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.rect, widget.field_value = pymupdf.Rect(box), value
    widget.text_font, widget.text_fontsize = "Cour", 10
    if "\n" in value:
        widget.field_flags = pymupdf.PDF_TX_FIELD_IS_MULTILINE
    if cells:
        widget.field_flags, widget.text_maxlen = COMB, cells
    page.add_widget(widget)


def _tick(page: pymupdf.Page, name: str, box: tuple[float, float, float, float], is_on: bool) -> None:
    widget = pymupdf.Widget()
    widget.field_name, widget.field_type = name, pymupdf.PDF_WIDGET_TYPE_CHECKBOX
    widget.rect, widget.field_value = pymupdf.Rect(box), is_on
    page.add_widget(widget)
