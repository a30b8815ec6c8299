"""Where a value is shown that is printed in several places: where people come across it first."""

from collections.abc import Set

import numpy as np

from countersign.agents.candidates import Candidate
from countersign.agents.choice import Judged
from countersign.domain.klass import FieldDef
from countersign.domain.values import same

_NEARLY = {False: 1.0, True: 2.3}
"""Score below that of the likeliest place at which an earlier one is shown instead, by `many`.

That is a third or a tenth as likely: a party is the same wherever it is named, other values by their place
(a state as the law that governs, and as somebody's address).
"""

Spot = tuple[int, float, float]
"""Page, top and left."""


def spot(candidate: Candidate) -> Spot:
    """Return where a candidate stands; spots sort as people read."""
    return candidate.page, candidate.y0, candidate.x0


def first(
    field: FieldDef, chosen: Candidate, judged: Judged, of_others: Set[Spot] = frozenset()
) -> Candidate:
    """Return the first place of the chosen value that is nearly as likely as the one chosen.

    `of_others` are the places where other fields have their values: none is shown twice.
    """
    place = next(n for n, candidate in enumerate(judged.candidates) if candidate is chosen)
    near = np.flatnonzero(judged.scores >= judged.scores[place] - _NEARLY[field.many])
    before = [judged.candidates[n] for n in near if spot(judged.candidates[n]) < spot(chosen)]
    same_value = (one for one in before if same(field.type, one.value, chosen.value))
    return min((one for one in same_value if spot(one) not in of_others), key=spot, default=chosen)
