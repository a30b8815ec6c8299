"""What became of each thing that was brought in."""

from enum import StrEnum

from countersign.domain.base import Frozen


class Outcome(StrEnum):
    """What became of one file or part of a mail."""

    TAKEN = "taken"
    """It opened a case."""
    AGAIN = "again"
    """The same bytes had come in before; the case they opened then is theirs."""
    SET_ASIDE = "set_aside"
    """It is no document, for the reason given."""


class Item(Frozen):
    """One file, or one part of a mail."""

    path: str
    """Where it came from; a part of a mail is ``mail.eml/part``."""
    outcome: Outcome
    case: str | None = None
    sha256: str | None = None
    reason: str = ""
    """Why it was set aside, in words for people."""


class IntakeReport(Frozen):
    """Everything that was brought in at once; nothing is missing from it."""

    items: tuple[Item, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases concerned, new and known, each once, in order."""
        return tuple(dict.fromkeys(item.case for item in self.items if item.case))

    def count(self, outcome: Outcome) -> int:
        """Return how many things ended this way."""
        return sum(item.outcome is outcome for item in self.items)

    def sentence(self) -> str:
        """Say it in one sentence, for a status line."""
        parts = [f"{count} {words}" for outcome, words in _WORDS.items() if (count := self.count(outcome))]
        return (", ".join(parts) or "Nothing was brought in") + "."


_WORDS = {
    Outcome.TAKEN: "taken in",
    Outcome.AGAIN: "known already",
    Outcome.SET_ASIDE: "set aside because they are no documents",
}
