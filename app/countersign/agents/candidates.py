"""Everything on a document that could be a value, by type: dates, amounts, numbers, identifiers, codes."""

import re
from collections.abc import Iterator

from countersign.agents.accounts import is_account, squeezed, valid_length, without_word
from countersign.agents.labels import Hit
from countersign.agents.patterns import (
    AMERICAN,
    AMOUNT,
    BIC,
    CURRENCY,
    DATE,
    DURATION,
    ELSEWHERE,
    EMAIL,
    IBAN,
    MISREAD_SIGN,
    PHONE,
    SLASHED,
    VAT_ID,
    WORD,
)
from countersign.agents.sheet import Passage, Run, Sheet
from countersign.domain.dates import readings
from countersign.domain.document import Word
from countersign.domain.klass import FieldType
from countersign.domain.values import currency_code, is_iban, is_vat_id, normalise

_IDENTIFIER_EDGES = "()[]{}<>.,;:!?*'\"`´“”„|=~_-–/\\"
_NUMBER_SIGN = re.compile(r"^[Nn][°º]")
"""A sign that is printed without a space before its number: n°2022089083."""
_NUMERIC = frozenset({FieldType.AMOUNT, FieldType.NUMBER})
_CLEAR = re.compile(
    r"(?<![\d.,/:\-])(?:\d{1,3}(?:[.,'’ ]\d{3})*|\d+)(?P<mark>[.,])\d{2}(?![\d/:%]|[.,\-]\d|\s?%)"
)
"""A number with two decimals; a rate in per cent tells nothing, it is often typed in by hand."""
_OPEN = re.compile(r"(?<![\d.,])\d{1,3}[.,]\d{3}(?![\d.,])")
"""One mark and three digits: 1.234 may be a thousand or little more than one."""


class Candidate:
    """A stretch of words that could be a value of a type."""

    __slots__ = (
        "after",
        "first",
        "grade",
        "more",
        "other",
        "page",
        "passage",
        "run",
        "type",
        "value",
        "x0",
        "x1",
        "y0",
        "y1",
    )

    def __init__(
        self,
        type: FieldType,
        value: str,
        passage: Passage,
        first: int,
        after: int,
        *,
        grade: float = 0.0,
        more: tuple[Run, ...] = (),
    ) -> None:
        self.type, self.value = type, value
        self.passage, self.first, self.after = passage, first, after
        self.grade = grade
        """What the type itself says for it: check digits that hold, a currency beside it, a legal form."""
        self.other: str | None = None
        """What else the print may mean: the other order of day and month, the other decimal mark."""
        self.run: Run = passage.word_runs[first]
        self.page = passage.page
        words = passage.words[first:after]
        self.more = more
        """Further whole runs that belong to the value, such as the lines of an address."""
        places: list[Word | Run] = [*words, *more]
        self.x0, self.x1 = min([w.x0 for w in places]), max([w.x1 for w in places])
        self.y0, self.y1 = min([w.y0 for w in places]), max([w.y1 for w in places])

    @property
    def printed(self) -> str:
        """The words on the page."""
        own = " ".join(word.text for word in self.passage.words[self.first : self.after])
        return "\n".join([own, *(run.text for run in self.more)])


class Print:
    """How a document writes what may be read in two ways."""

    __slots__ = ("day_first", "decimal_comma", "language")

    def __init__(self, sheet: Sheet, language: str) -> None:
        self.language = language
        self.day_first = _day_first(sheet, language)
        self.decimal_comma = _decimal_comma(sheet)
        """Whether a comma stands before the cents here; None where no number of the document tells."""

    def value(self, type: FieldType, text: str) -> str:
        """Return the canonical form of what is printed, as this document writes it; raises ValueError."""
        if type in _NUMERIC:
            return normalise(type, text, self._numerals())
        return normalise(type, text, self.language, self.day_first)

    def other_value(self, type: FieldType, text: str) -> str | None:
        """Return what else a number may mean where nothing in the document settles it: 1.234 is 1234."""
        if type not in _NUMERIC or self.decimal_comma is not None or not _OPEN.search(text):
            return None
        one, other = normalise(type, text, "en"), normalise(type, text, "de")
        return None if one == other else other if one == self.value(type, text) else one

    def _numerals(self) -> str:
        """Return a language that writes numbers as this document does."""
        if self.decimal_comma is None:
            return self.language
        return "de" if self.decimal_comma else "en"


def typed(sheet: Sheet, types: frozenset[FieldType], style: Print, labelled: set[int]) -> list[Candidate]:
    """Return the candidates of all types that have a grammar.

    `labelled` holds the lines on which a label stands: bare short numbers count only there.
    """
    found: list[Candidate] = []
    scanners = [(type, _SCANNERS[type]) for type in _SCANNERS if type in types]
    for passage in sheet.passages:
        text = passage.text
        has_digit = any(map(str.isdigit, text))
        is_labelled = any(run.line in labelled for run in passage.runs)
        for type, scan in scanners:
            if has_digit or type in _WITHOUT_DIGITS:
                found.extend(scan(passage, text, style, is_labelled))
    return found


def _day_first(sheet: Sheet, language: str) -> bool | None:
    """Look for a date that only fits one order, then for signs of the country; None leaves it open."""
    votes = 0
    for passage in sheet.passages[:400]:
        for match in SLASHED.finditer(passage.text):
            first, second = int(match[1]), int(match[2])
            votes += (first > 12 >= second) - (second > 12 >= first)
    if votes:
        return votes > 0
    if language != "en":
        return True
    text = " ".join(passage.text for passage in sheet.passages[:200])
    american = len(AMERICAN.findall(text))
    elsewhere = len(ELSEWHERE.findall(text))
    if american == elsewhere:
        return None
    return elsewhere > american


def _decimal_comma(sheet: Sheet) -> bool | None:
    """Look at the numbers that can be read in one way only: 1.234,56 and 12,50 have a decimal comma."""
    commas = points = 0
    for passage in sheet.passages[:600]:
        for match in _CLEAR.finditer(passage.text):
            comma = match["mark"] == ","
            commas, points = commas + comma, points + (not comma)
    if commas == points or min(commas, points) > 0.25 * max(commas, points):
        return None
    return commas > points


def _dates(passage: Passage, text: str, style: Print, _labelled: bool) -> Iterator[Candidate]:
    for match in DATE.finditer(text):
        meant = readings(match[0], style.language, style.day_first)
        if meant:
            candidate = Candidate(FieldType.DATE, meant[0], passage, *passage.span(*match.span()))
            candidate.other = meant[1] if len(meant) > 1 else None
            yield candidate


def _amounts(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in AMOUNT.finditer(text):
        if match["after"] == "%":
            continue
        body = match["number"]
        money = bool(match["before"] or match["after"])
        cents = len(body) > 3 and body[-3] in ".,"
        if not money and not cents and (not labelled or len(body) > 11):
            continue
        try:
            value = style.value(FieldType.AMOUNT, _balanced(match[0]))
        except ValueError:
            continue
        begin = match.start("sign") if match["sign"] else match.start("number")
        end = (
            match.end("side")
            if match["side"]
            else match.end("tail")
            if match["tail"]
            else match.end("number")
        )
        grade = 0.5 * money + 0.5 * cents
        candidate = Candidate(FieldType.AMOUNT, value, passage, *passage.span(begin, end), grade=grade)
        candidate.other = style.other_value(FieldType.AMOUNT, _balanced(match[0]))
        yield candidate


def _balanced(text: str) -> str:
    """Drop a bracket that has no partner."""
    text = text.strip()
    if ("(" in text) != (")" in text):
        text = text.replace("(", "").replace(")", "")
    return text


def _numbers(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    if not labelled:
        return
    for match in AMOUNT.finditer(text):
        try:
            value = style.value(FieldType.NUMBER, match["number"])
        except ValueError:
            continue
        candidate = Candidate(FieldType.NUMBER, value, passage, *passage.span(*match.span("number")))
        candidate.other = style.other_value(FieldType.NUMBER, match["number"])
        yield candidate


def _identifiers(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for index, word in enumerate(passage.words):
        bare = word.text.strip(_IDENTIFIER_EDGES)
        if "#" in bare:
            bare = bare.rpartition("#")[2]
        if ":" in bare:
            bare = bare.rpartition(":")[2]
        bare = _NUMBER_SIGN.sub("", bare)
        if _is_identifier(bare, labelled):
            yield Candidate(FieldType.IDENTIFIER, bare, passage, index, index + 1, grade=_mixed(bare))
    if not passage.is_prose:
        yield from _spaced_identifiers(passage)


def _is_identifier(bare: str, labelled: bool) -> bool:
    if not any(map(str.isdigit, bare)) or len(bare) > 40 or "@" in bare:
        return False
    return (len(bare) >= 4 or labelled) and not readings(bare)


def _mixed(bare: str) -> float:
    return 0.5 * any(map(str.isalpha, bare)) + 0.5 * (len(bare) >= 5)


def _spaced_identifiers(passage: Passage) -> Iterator[Candidate]:
    """``HRB 12345 B``, ``552 100 554``: several short words at the end of a run."""
    words = passage.words
    for count in (2, 3, 4):
        if len(words) < count:
            break
        tail = [word.text.strip(_IDENTIFIER_EDGES + "#") for word in words[-count:]]
        joined = "".join(tail)
        fits = not _NUMBER_SIGN.match(tail[0]) and all(
            0 < len(part) <= 10 and (not part.isalpha() or part.isupper()) for part in tail
        )
        if fits and 5 <= len(joined) <= 24 and sum(c.isdigit() for c in joined) >= 3:
            first = len(words) - count
            yield Candidate(FieldType.IDENTIFIER, joined, passage, first, len(words), grade=_mixed(joined))


def after_labels(hits: list[Hit], identifiers: set[int]) -> Iterator[Candidate]:
    """Return identifiers of several words right after their label, in running text too."""
    for hit in hits:
        if not identifiers.intersection(hit.fields):
            continue
        words = hit.passage.words
        parts: list[str] = []
        for place in range(hit.after, min(hit.after + 4, len(words))):
            part = words[place].text.strip(_IDENTIFIER_EDGES + "#")
            if not parts and (not part or _NUMBER_SIGN.fullmatch(part)):
                continue
            if not part or len(part) > 12 or (part.isalpha() and not part.isupper()):
                break
            parts.append(part)
            joined = "".join(parts)
            if len(parts) > 1 and sum(char.isdigit() for char in joined) >= 3 and part != parts[0]:
                first = place - len(parts) + 1
                yield Candidate(
                    FieldType.IDENTIFIER, joined, hit.passage, first, place + 1, grade=_mixed(joined)
                )
            if words[place].text[-1] in ",;.)":
                break


def _ibans(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in IBAN.finditer(text):
        length = valid_length(match[0])
        if length:
            value = squeezed(match[0][:length])
            span = passage.span(match.start(), match.start() + length)
            yield Candidate(FieldType.IBAN, value, passage, *span, grade=1.0)
            continue
        account = without_word(match[0])
        if labelled and is_account(account):
            span = passage.span(match.start(), match.start() + len(account))
            yield Candidate(FieldType.IBAN, squeezed(account), passage, *span)


def _vat_ids(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    accounts = [match.span() for match in IBAN.finditer(text) if is_account(match[0])]
    for match in VAT_ID.finditer(text):
        if any(begin <= match.start() < end for begin, end in accounts):
            continue
        value = re.sub(r"(?<=\d)(?:MWST|TVA|IVA)$", "", re.sub(r"[^A-Z0-9]", "", match[0]))
        if sum(char.isdigit() for char in value) >= 7 and len(value) <= 15 and not is_iban(value):
            yield Candidate(
                FieldType.VAT_ID, value, passage, *passage.span(*match.span()), grade=float(is_vat_id(value))
            )


def _emails(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in EMAIL.finditer(text):
        yield Candidate(FieldType.EMAIL, match[0].strip(".'").lower(), passage, *passage.span(*match.span()))


def _phones(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in PHONE.finditer(text):
        digits = sum(char.isdigit() for char in match[0])
        if 7 <= digits <= 15 and not DATE.fullmatch(match[0].strip()):
            value = normalise(FieldType.PHONE, match[0])
            yield Candidate(
                FieldType.PHONE, value, passage, *passage.span(*match.span()), grade=float(digits >= 9)
            )


def _bics(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in BIC.finditer(text):
        yield Candidate(FieldType.BIC, match[0], passage, *passage.span(*match.span()))


def _durations(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in DURATION.finditer(text):
        try:
            value = normalise(FieldType.DURATION, match[0])
        except ValueError:
            continue
        yield Candidate(FieldType.DURATION, value, passage, *passage.span(*match.span()))


def _currencies(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    for match in CURRENCY.finditer(MISREAD_SIGN.sub("S$", text)):
        code = currency_code(match[0])
        if code:
            beside = text[max(0, match.start() - 2) : match.end() + 2]
            grade = float(any(char.isdigit() for char in beside))
            yield Candidate(FieldType.CURRENCY, code, passage, *passage.span(*match.span()), grade=grade)


def _countries(passage: Passage, text: str, style: Print, labelled: bool) -> Iterator[Candidate]:
    words = list(WORD.finditer(text))
    for index, word in enumerate(words):
        for count in (3, 2, 1):
            if index + count > len(words):
                continue
            begin, end = word.start(), words[index + count - 1].end()
            if end - begin < 4 and not (labelled and text[begin:end].isupper()):
                continue
            try:
                value = normalise(FieldType.COUNTRY, text[begin:end])
            except ValueError:
                continue
            yield Candidate(FieldType.COUNTRY, value, passage, *passage.span(begin, end))
            break


_SCANNERS = {
    FieldType.DATE: _dates,
    FieldType.AMOUNT: _amounts,
    FieldType.NUMBER: _numbers,
    FieldType.IDENTIFIER: _identifiers,
    FieldType.IBAN: _ibans,
    FieldType.VAT_ID: _vat_ids,
    FieldType.EMAIL: _emails,
    FieldType.PHONE: _phones,
    FieldType.BIC: _bics,
    FieldType.DURATION: _durations,
    FieldType.CURRENCY: _currencies,
    FieldType.COUNTRY: _countries,
}
_WITHOUT_DIGITS = frozenset(
    {FieldType.CURRENCY, FieldType.COUNTRY, FieldType.DURATION, FieldType.BIC, FieldType.EMAIL}
)
