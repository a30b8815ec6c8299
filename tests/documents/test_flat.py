"""Forms whose fields become part of the page."""

from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from countersign.documents.pool import Pages
from countersign.domain.document import MediaType, Opened
from countersign.settings.limits import Limits


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pages = Pages(1, Limits())
    yield pages
    pages.close()


@pytest.fixture
def form(tmp_path: Path) -> Path:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 100), "Name of claimant")
    widget = pymupdf.Widget()
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.field_name, widget.field_value = "name", "Josephine"
    widget.rect = pymupdf.Rect(50, 110, 250, 130)
    page.add_widget(widget)
    document.save(tmp_path / "form.pdf")
    return tmp_path / "form.pdf"


def texts(opened: object) -> list[str]:
    assert isinstance(opened, Opened)
    return [word.text for word in opened.pages[0].words]


def test_a_flattened_form_has_words_where_its_fields_were(pages: Pages, form: Path) -> None:
    opened = pages.open(form, "a" * 64, MediaType.PDF, flat=True)
    assert isinstance(opened, Opened)
    assert opened.widgets == ()
    assert "Josephine" in texts(opened)


def test_a_form_is_itself_again_when_it_is_opened_as_it_is(pages: Pages, form: Path) -> None:
    pages.open(form, "a" * 64, MediaType.PDF, flat=True)
    opened = pages.open(form, "a" * 64, MediaType.PDF)
    assert isinstance(opened, Opened)
    assert [widget.value for widget in opened.widgets] == ["Josephine"]


@pytest.mark.parametrize("flags", [1, 2, 32], ids=["invisible", "hidden", "no view"])
@pytest.mark.parametrize("flat", [False, True])
def test_a_field_that_no_eye_can_see_is_neither_a_field_nor_words(
    pages: Pages, form: Path, flags: int, flat: bool
) -> None:
    document = pymupdf.open(form)
    unseen = form.with_name("unseen.pdf")
    for widget in document[0].widgets():
        document.xref_set_key(widget.xref, "F", str(flags | 4))  # as printed, all the same
    document.save(unseen)
    opened = pages.open(unseen, f"{flags:064}", MediaType.PDF, flat=flat)
    assert isinstance(opened, Opened)
    assert opened.widgets == ()
    assert texts(opened) == ["Name", "of", "claimant"]
