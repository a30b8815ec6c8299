"""Sees when an agent goes round in circles: nothing new, the same again, one answer and another in turn."""

import hashlib
from collections.abc import Iterable

from countersign.domain.base import Frozen

MOST_ROUNDS = 12
"""Rounds of one step, whatever they bring."""
MOST_WITHOUT_NEWS = 3
"""Rounds in a row that say nothing which was not said before."""


class Watch:
    """The rounds of one agent at one step of one case."""

    def __init__(self, most_rounds: int = MOST_ROUNDS) -> None:
        self.most = most_rounds
        """Rounds after which it is stopped, whatever they brought."""
        self._answers: list[str] = []
        self.rounds = 0

    def saw(self, said: Iterable[Frozen]) -> None:
        """Note what a round said."""
        digest = hashlib.sha256()
        for event in said:
            digest.update(event.model_dump_json(exclude={"milliseconds"}).encode())
        self._answers.append(digest.hexdigest())
        self.rounds += 1

    def loop(self) -> str | None:
        """Say in plain words why the agent is to be stopped, None while it gets on."""
        if self.rounds >= self.most:
            return f"no end after {self.rounds} rounds"
        seen = self._answers
        if len(seen) >= 4 and seen[-1] == seen[-3] != seen[-2] == seen[-4]:
            return "two answers in turn, again and again"
        older = seen[:-MOST_WITHOUT_NEWS]
        if older and all(answer in older for answer in seen[-MOST_WITHOUT_NEWS:]):
            return f"nothing new in {MOST_WITHOUT_NEWS} rounds"
        return None
