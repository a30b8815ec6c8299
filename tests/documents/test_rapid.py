"""The thorough engine, which is there on every machine."""

import numpy as np
from tests.documents.paper import drawn

from countersign.documents.rapid import engine


def test_words_lie_where_their_ink_is_also_after_a_single_line_was_read() -> None:
    page = np.asarray(drawn("Total 128.50", size=(400, 140)).convert("L"))
    text, confidence = engine().read_line(page[50:110])
    assert text == "Total 128.50"
    assert confidence > 90
    words = engine().read(page)
    assert [(word.text, word.line) for word in words] == [("Total", 0), ("128.50", 0)]
    rows, columns = np.nonzero(page < 128)
    assert abs(words[0].x0 - columns.min()) < 20
    assert abs(words[1].x1 - columns.max()) < 20
    assert words[0].x1 <= words[1].x0
    assert all(word.y0 < rows.min() + 10 and word.y1 > rows.max() - 10 for word in words)
