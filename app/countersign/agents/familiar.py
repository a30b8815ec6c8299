"""How much a document is like those of each class that people approved: by its layout, and by its words.

A desk's own class may have poor cues, or none. What its approved documents have in common tells it then:
the likest layout, and the words that stand on many of its documents and on few of other classes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from countersign.agents.lessons import Lessons
from countersign.agents.memory import Layout
from countersign.agents.sheet import Sheet

_ALIKE, _SAME = 0.12, 0.3
"""Likeness of layouts from which it counts at all, and from which it counts in full; documents of different
classes hardly ever reach 0.1.
"""
_WORDS = 0.6
"""What words alone can count at most, where one layout counts one."""
_FEWEST = 3
"""Approved documents of a class from which its words count."""
_OFTEN, _SELDOM = 0.3, 0.3
"""Share of a class's documents that a word of its own stands on, and at most how much of that elsewhere."""
_ENOUGH = 3.0
"""Words of its own that a usual document of the class has."""
_CHANCE = 0.25
"""Share of them that any document may have."""
_RECENT = 60
"""Documents of a class that are compared, the latest."""


def familiar(sheet: Sheet, known: Mapping[str, Iterable[Lessons]]) -> dict[str, float]:
    """Return by class how like it is, 0 to 1; nothing for a class whose documents it is not like."""
    layouts = {
        klass: [kept.layout for lessons in some for kept in lessons.kept[-_RECENT:]]
        for klass, some in known.items()
    }
    here = Layout.of(sheet)
    scores = _by_words(here, layouts)
    for klass, some in layouts.items():
        likest = max((here.likeness(layout) for layout in some), default=0.0)
        if likest >= _ALIKE:
            scores[klass] = max(scores.get(klass, 0.0), min(1.0, likest / _SAME))
    return {klass: score for klass, score in scores.items() if score > 0.0}


def _by_words(here: Layout, layouts: Mapping[str, list[Layout]]) -> dict[str, float]:
    """Say for each class how many of the words that it has and others have not stand on a page."""
    counts = {klass: Counter(w for one in some for w in one.words) for klass, some in layouts.items()}
    everywhere: Counter[int] = sum(counts.values(), Counter())
    size = sum(map(len, layouts.values()))
    scores: dict[str, float] = {}
    for klass, count in counts.items():
        own, others = len(layouts[klass]), size - len(layouts[klass])
        if own < _FEWEST:
            continue
        shares = {
            word: n / own
            for word, n in count.items()
            if n >= _OFTEN * own and everywhere[word] - n <= _SELDOM * n / own * others
        }
        usual = sum(share * share for share in shares.values())
        if usual >= _ENOUGH:
            found = sum(shares.get(word, 0.0) for word in here.words) / usual
            scores[klass] = _WORDS * min(1.0, max(0.0, (found - _CHANCE) / (1.0 - 2 * _CHANCE)))
    return scores
