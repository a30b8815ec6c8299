"""What documents call things: several words for each thing and language."""

from random import Random

from maker.words import load

_LABELS = load("labels")
_GOODS, _SENTENCES = load("goods"), load("sentences")

LOCAL: dict[str, dict[str, list[str]]] = _LABELS.pop("local")
"""What a country says instead of what its language says."""
LABELS: dict[str, dict[str, list[str]]] = _LABELS
ITEMS: dict[str, list[tuple[str, str, int]]] = _GOODS["items"]
"""Goods and services by language: name, unit, usual price in cents."""
FOOD: dict[str, list[str]] = _GOODS["food"]
UNITS: dict[str, dict[str, str]] = _GOODS["units"]
GREETINGS: dict[str, list[str]] = _SENTENCES["greetings"]
PAY: dict[str, list[str]] = _SENTENCES["pay"]
LOSSES: dict[str, list[tuple[str, str, list[str]]]] = _SENTENCES["losses"]
"""Kind of loss, what happened, what was damaged."""
LETTERS: dict[str, dict[str, str]] = _SENTENCES["letters"]
BOOKINGS: dict[str, list[str]] = _SENTENCES["bookings"]
INCOMING = {5, 6, 8, 9}
"""Which of the bookings put money on the account."""
PURPOSES: dict[str, list[str]] = _SENTENCES["purposes"]
MAILS: dict[str, dict[str, str]] = _SENTENCES["mails"]
CERTIFICATES: dict[str, str] = _SENTENCES["certificates"]


class Words:
    """The words that one document uses: for each thing one of the synonyms, always the same."""

    def __init__(self, rng: Random, language: str, upper: bool = False, country: str = "") -> None:
        """Choose by `rng` when a thing is first named."""
        self.rng, self.language, self.upper = rng, language, upper
        self.local = LOCAL.get(country, {})
        self.chosen: dict[str, str] = {}

    def __getitem__(self, thing: str) -> str:
        """Return the word for a thing."""
        if thing not in self.chosen:
            word = self.rng.choice(self.local.get(thing) or LABELS[self.language][thing])
            self.chosen[thing] = word.upper() if self.upper and "{" not in word else word
        return self.chosen[thing]
