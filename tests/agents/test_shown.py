"""Where a value is shown that is printed in several places."""

import numpy as np
import pytest
from tests.agents.paper_words import opened, page

from countersign.agents import shown
from countersign.agents.choice import Judged
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.settings.catalogue import load

CONTRACT = load().classes["contract"]
FIELDS = {field.name: field for field in CONTRACT.fields}
PAPER = opened(
    page((60, 40, "This agreement is made on 3 March 2026 for one year")),
    page((60, 300, "It is signed on 3 March 2026 by both")).model_copy(update={"number": 1}),
)


def _judged(field: str, scores: list[float]) -> Judged:
    candidates, rows = Prepared(Sheet(PAPER), CONTRACT, "en").candidates(FIELDS[field])
    dates = [place for place, one in enumerate(candidates) if one.value == "2026-03-03"]
    assert [candidates[place].page for place in dates] == [0, 1]
    return Judged([candidates[n] for n in dates], rows[dates], np.array(scores), 0.0, [None] * len(dates))


@pytest.mark.parametrize(("scores", "number"), [([1.5, 2.0], 0), ([0.5, 2.0], 1), ([2.0, 1.5], 0)])
def test_a_value_is_shown_where_it_comes_first_unless_a_later_place_is_far_likelier(
    scores: list[float], number: int
) -> None:
    judged = _judged("effective_date", scores)
    chosen = judged.candidates[int(np.argmax(judged.scores))]
    assert shown.first(FIELDS["effective_date"], chosen, judged).page == number


def test_no_value_is_shown_where_another_field_has_its_own() -> None:
    judged = _judged("effective_date", [1.5, 2.0])
    taken = {shown.spot(judged.candidates[0])}
    assert shown.first(FIELDS["effective_date"], judged.candidates[1], judged, taken).page == 1
