"""Takes personal data out of a text before it leaves the desk, and puts it back into the answer.

Names, IBANs, mail addresses, telephone numbers and the numbers of people's cards and social security give way
to placeholders, the same for the same content within a document: ``[NAME_1]``, ``[IBAN_1]``. Names are
those that the desk's own readers took for names, and what stands behind a form of address; a name that nobody
here knows for one stays.
"""

import re
from collections.abc import Iterable

from countersign.agents.lexicons import name_words
from countersign.agents.patterns import DATE, EMAIL, IBAN
from countersign.domain.dates import fold

_PHONE = re.compile(
    r"(?<![\w.,/])(?:\+|00|\(?0)\d?[\d\s().\-/]{5,18}\d(?![\w])"
    r"|(?<![\w.,/\-])\(?\d{3}\)?[\s.\-]\d{3}[\s.\-]\d{4}(?![\w])"
)
_PERSON_NUMBER = re.compile(
    r"(?<![\w.,/\-])(?:\d{3}[ \-]\d{2}[ \-]\d{4}|\d{4}(?:[ \-]?\d{4}){3})(?![\w\-]|[.,/]\d)"
)
"""A social security number as written in the United States, the number of a card."""
_PLACEHOLDER = re.compile(r"\[(?:NAME|IBAN|MAIL|PHONE|PERSON)_\d+\]")
_SHORTEST_NAME = 3


class Redaction:
    """What was taken out of one document; safe to ask again and again."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """`names` are those that the readers found, as printed."""
        self._by_content: dict[tuple[str, str], str] = {}
        self._printed: dict[str, str] = {}
        known = sorted({" ".join(n.split()) for n in names}, key=lambda n: (-len(n), n))
        parts = [r"\s+".join(map(re.escape, n.split())) for n in known if len(n) >= _SHORTEST_NAME]
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None

    def taken_out(self, text: str) -> str:
        """Return a line with placeholders for what is personal in it."""
        text = EMAIL.sub(lambda found: self._for("MAIL", found[0]), text)
        text = IBAN.sub(lambda found: self._iban(found[0]), text)
        text = _PERSON_NUMBER.sub(lambda found: self._for("PERSON", found[0]), text)
        text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        if self._names is not None:
            text = self._names.sub(lambda found: self._for("NAME", found[0]), text)
        return _addressed().sub(lambda found: found[1] + self._for("NAME", found[2]), text)

    def put_back(self, text: str) -> str:
        """Return an answer with the content in place of its placeholders."""
        return _PLACEHOLDER.sub(lambda found: self._printed.get(found[0], found[0]), text)

    def __len__(self) -> int:
        """Return how many contents were taken out."""
        return len(self._printed)

    def _for(self, kind: str, printed: str) -> str:
        content = (kind, re.sub(r"[\W_]+", "", fold(printed)))
        if content not in self._by_content:
            number = 1 + sum(held == kind for held, _ in self._by_content)
            self._by_content[content] = f"[{kind}_{number}]"
            self._printed[f"[{kind}_{number}]"] = printed
        return self._by_content[content]

    def _iban(self, printed: str) -> str:
        return self._for("IBAN", printed) if sum(map(str.isdigit, printed)) >= 10 else printed

    def _phone(self, printed: str) -> str:
        return printed if DATE.fullmatch(printed.strip()) else self._for("PHONE", printed)


def _addressed() -> re.Pattern[str]:
    """Return what finds a name behind a form of address: ``Herr Jonas Kahl``, ``Mrs. O'Neil``."""
    people = "|".join(
        sorted((word for word in name_words()["people"] if len(word) > 1), key=len, reverse=True)
    )
    name = r"[A-ZÀ-Ý][\w'’\-]+(?:[ \t]+[A-ZÀ-Ý][\w'’\-]+){0,2}"
    return re.compile(rf"(\b(?i:{people})\b\.?[ \t]+(?:(?i:dr|prof)\.?[ \t]+)*)({name})")
