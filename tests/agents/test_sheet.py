from tests.agents.paper_words import opened, page

from countersign.agents import local
from countersign.agents.sheet import Sheet
from countersign.settings.catalogue import load


def test_a_line_of_nothing_but_separating_marks_is_no_line_and_the_page_is_still_read() -> None:
    paper = opened(page((60, 40, "Invoice number:"), (60, 53, "| |"), (60, 66, "RG-4711"), (60, 79, "| | |")))
    sheet = Sheet(paper)
    assert [[run.text for run in line] for line in sheet.lines] == [["Invoice number:"], ["RG-4711"]]
    assert [run.line for run in sheet.runs] == [0, 1]
    klass = load().classes["invoice"]
    assert {reading.field for reading in local.read_document(paper, klass, "en").readings} == {
        field.name for field in klass.fields
    }
