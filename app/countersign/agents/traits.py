"""What a value itself says, by type: whether it looks like a total, a number of an invoice, a company."""

import math
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from countersign.agents.addresses import is_town
from countersign.agents.candidates import Candidate
from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.agents.stretches import is_form
from countersign.domain.klass import FieldType
from countersign.domain.numerals import as_decimal

WIDTH = 14
"""Traits a candidate; a type with fewer is filled up with zeros."""
_REGISTERED = re.compile(
    r"\b(?:capital social|au capital|r\.?c\.?s|si[eè]ge social|handelsregister\w*|amtsgericht|hr[ab]|"
    r"gesch[aä]ftsf\w+|sitz der|vorstand\w*|registered (?:office|in|no)|company (?:no|reg)|managing director|"
    r"director|registro mercantil|capitale sociale|sede legale|kvk|statutaire zetel)\b",
    re.IGNORECASE,
)
"""What the law has a letter say of its sender: register, seat, capital, directors."""
Traits = Callable[[list[Candidate], Sheet], list[list[float]]]


def nothing(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    """Say nothing about candidates of a type that has no traits of its own."""
    return [[0.0] * WIDTH for _ in candidates]


def _padded(*values: float) -> list[float]:
    return [*values, *([0.0] * (WIDTH - len(values)))]


def _dates(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    days = sorted({c.value for c in candidates})
    span = max(len(days) - 1, 1)
    return [
        _padded(
            days.index(c.value) / span,
            float(c.value == days[0]),
            float(c.value == days[-1]),
            float(len(days) == 1),
            float("1990" <= c.value[:4] <= "2035"),
            float(place == 0),
            min(place, 10) / 10,
        )
        for place, c in enumerate(candidates)
    ]


def _amounts(candidates: list[Candidate], sheet: Sheet) -> list[list[float]]:
    worth = [float(as_decimal(c.value) or 0) for c in candidates]
    ranked = sorted({abs(w) for w in worth}, reverse=True)
    rank = {value: place for place, value in enumerate(ranked)}
    span, last = max(len(ranked) - 1, 1), max(len(candidates) - 1, 1)
    cents = {round(abs(w) * 100) for w in worth}
    sums = _sums(cents)
    parts = _taxed(sums, cents)
    return [
        _padded(
            rank[abs(w)] / span,
            float(rank[abs(w)] == 0),
            float(rank[abs(w)] == 1),
            place / last,
            float(w == 0),
            float(w < 0),
            float(round(abs(w) * 100) in sums),
            min(math.log10(abs(w) + 1), 7) / 7,
            float(c.printed.lstrip("(-− ")[:1].isdigit()),
            *(parts[role].get(round(abs(w) * 100), 0.0) for role in _ROLES),
            float(c.run.words[-1] is c.passage.words[c.after - 1] and c.run is sheet.lines[c.run.line][-1]),
        )
        for place, (c, w) in enumerate(zip(candidates, worth, strict=True))
    ]


def _sums(cents: set[int]) -> set[int]:
    """Amounts that are the sum of two others on the page, among the forty largest."""
    top = sorted(cents, reverse=True)[:40]
    known = set(top) - {0}
    return {total for total in known for part in known if part < total and total - part in known}


_ROLES = ("net", "tax", "gross")
_RATES = (
    0.19,
    0.07,
    0.2,
    0.21,
    0.1,
    0.055,
    0.05,
    0.22,
    0.25,
    0.06,
    0.09,
    0.081,
    0.08,
    0.16,
    0.23,
    0.24,
    0.18,
)
"""Rates of sales tax that many documents bear."""


def _taxed(sums: set[int], cents: set[int]) -> dict[str, dict[int, float]]:
    """Tell amounts that may be the net, the tax and the gross of one bill: 1 at a common rate, else 0.5."""
    found: dict[str, dict[int, float]] = {role: {} for role in _ROLES}
    for gross in sums:
        for net in cents:
            tax = gross - net
            if not 0 < tax <= 0.3 * net or tax not in cents:
                continue
            usual = any(abs(net * rate - tax) <= 1.5 for rate in _RATES)
            for role, amount in zip(_ROLES, (net, tax, gross), strict=True):
                found[role][amount] = max(found[role].get(amount, 0.0), 1.0 if usual else 0.5)
    return found


def _identifiers(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    rows = []
    for place, c in enumerate(candidates):
        digits = sum(map(str.isdigit, c.value))
        letters = sum(map(str.isalpha, c.value))
        rows.append(
            _padded(
                min(len(c.value), 24) / 24,
                digits / len(c.value),
                letters / len(c.value),
                float(any(char in "-/." for char in c.value)),
                float(c.value.isdigit() and len(c.value) in (4, 5)),
                float(len(c.value) > 20),
                float(c.value[:1].isalpha()),
                float(any(mark in c.value for mark in (",", "€", "$", "%", "+"))),
                min(place, 20) / 20,
                float("." in c.value and c.value.replace(".", "").replace(",", "").isdigit()),
                float(letters > 0 and c.value.upper() == c.value),
                float(letters > digits + 6),
            )
        )
    return rows


def _names(candidates: list[Candidate], sheet: Sheet) -> list[list[float]]:
    domains = _domains(sheet)
    towns = {run.index for line in sheet.lines for run in line if len(run.words) < 14 and is_town(run.text)}
    registered = [run for run in sheet.runs if _REGISTERED.search(run.text)]
    full = [letters_of(c.value) for c in candidates if c.grade]
    rows = []
    for c in candidates:
        own = letters_of(c.value)
        longer = any(other.startswith(own) and len(other) > len(own) for other in full)
        rows.append([*_name(c, sheet, domains, towns, registered), float(longer), _follower(c)])
    return rows


def letters_of(text: str) -> str:
    """Return the folded letters and digits of a text."""
    return "".join(piece for word in text.split() for piece in pieces(word))


def _follower(c: Candidate) -> float:
    """1 when a bracket or a quotation mark follows, as after the name of a party; 0.5 for a comma."""
    if c.after < len(c.passage.words) and c.passage.words[c.after].text[0] in '(“"„«':
        return 1.0
    return 0.5 if c.passage.words[c.after - 1].text[-1] == "," else 0.0


def _name(
    c: Candidate, sheet: Sheet, domains: set[str], towns: set[int], registered: list[Run]
) -> list[float]:
    words, stop = name_words(), all_stop_words()
    parts = [piece for word in c.value.split() for piece in pieces(word)]
    letters = list(filter(str.isalpha, c.value))
    count = max(len(parts), 1)
    squeezed = "".join(parts)
    inside = c.value.split()[1:-1]
    return [
        float(any(is_form(word) for word in inside)) - float(bool(c.grade)),
        float(not words["business"].isdisjoint(parts)),
        sum(map(_is_title, parts)) / count,
        float(bool(parts) and parts[0] in words["people"]),
        sum(map(stop.__contains__, parts)) / count,
        float(any(map(str.isdigit, c.value))),
        sum(map(str.isupper, letters)) / max(len(letters), 1),
        float(all(word[:1].isupper() for word in c.value.split() if word[:1].isalpha())),
        _is_own(c, squeezed, domains, registered),
        _town_below(c, sheet, towns),
        float(c.run.index in towns or any(part in words["street"] for part in parts)),
        float(any(mark in c.value for mark in ":;?!=")),
    ]


def _is_own(c: Candidate, squeezed: str, domains: set[str], registered: list[Run]) -> float:
    """1 for a name in a mail or web address, 0.8 for one above what the law has its sender say."""
    if any(len(domain) > 3 and (domain in squeezed or squeezed[:12] in domain) for domain in domains):
        return 1.0
    return 0.8 * any(_is_above(c, run) for run in registered)


def _is_above(c: Candidate, run: Run) -> bool:
    is_near = run.page == c.page and run.y0 - c.y1 < 3 * max(c.run.height, 6.0)
    return is_near and 0 <= run.line - c.run.line < 4 and run.x0 < c.x1 + 40 and run.x1 > c.x0 - 40


@lru_cache(maxsize=20_000)
def _is_title(piece: str) -> bool:
    """Say whether a page is headed with such a word, or one that is made of it: ``Zahlungsinformationen``."""
    words = name_words()
    return piece in words["titles"] or piece.endswith(tuple(words["title_ends"]))


def _domains(sheet: Sheet) -> set[str]:
    """Second-level names of mail and web addresses: ``acme`` of billing@acme.example."""
    found = set()
    for run in sheet.runs:
        for word in run.words:
            text = word.text.lower()
            if "@" in text or text.startswith("www.") or "://" in text:
                host = (
                    text.rpartition("@")[2]
                    .removeprefix("https://")
                    .removeprefix("http://")
                    .removeprefix("www.")
                )
                labels = host.split("/")[0].split(".")
                if len(labels) > 1:
                    found.add("".join(pieces(labels[-2])))
    return found


def _town_below(c: Candidate, sheet: Sheet, towns: set[int]) -> float:
    """1 when a line with a postal code follows within three lines at the same edge, or on the same line."""
    if any(run.index in towns for run in sheet.lines[c.run.line] if run is not c.run):
        return 0.7
    for number in range(c.run.line + 1, min(c.run.line + 6, len(sheet.lines))):
        for run in sheet.lines[number]:
            if run.page != c.page or run.y0 - c.y1 > 6 * max(c.run.height, 6.0):
                return 0.0
            if run.index in towns and (abs(run.x0 - c.x0) < 8 or abs(run.x1 - c.x1) < 8):
                return 1.0
    return 0.0


def _addresses(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    street = name_words()["street"]
    rows = []
    for c in candidates:
        parts = [piece for word in c.value.split() for piece in pieces(word)]
        first = c.value.partition(",")[0]
        first_parts = [piece for word in first.split() for piece in pieces(word)]
        rows.append(
            _padded(
                float(
                    any(
                        part in street or part.endswith(("strasse", "straat", "weg", "platz"))
                        for part in parts
                    )
                ),
                float(is_town(c.value)),
                min(len(c.more), 4) / 4,
                float(any(is_form(word) for word in c.value.split())),
                float(any(char.isdigit() for char in first)),
                float(first_parts != [] and first_parts[-1].isdigit()),
                float(c.value[:1].isdigit()),
                min(len(c.value), 120) / 120,
                float(is_town(first)),
                min(c.value.count(","), 5) / 5,
                float(any(part in name_words()["titles"] for part in parts)),
            )
        )
    return rows


def _texts(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    rows = []
    for c in candidates:
        letters = [char for char in c.value if char.isalpha()]
        rows.append(
            _padded(
                min(len(c.value), 200) / 200,
                float(any(char.isdigit() for char in c.value)),
                sum(char.isupper() for char in letters) / max(len(letters), 1),
                float(c.value[:1].isupper()),
                float(c.value.rstrip().endswith((".", "!"))),
                float(any(is_form(word) for word in c.value.split())),
                min(len(c.more), 5) / 5,
                float(len(c.value.split()) == 1),
                float(c.value.endswith(":")),
            )
        )
    return rows


def _codes(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    last = max(len(candidates) - 1, 1)
    distinct = len({c.value for c in candidates})
    return [
        _padded(
            place / last,
            float(place == 0),
            float(distinct == 1),
            float(c.type in (FieldType.IBAN, FieldType.VAT_ID)),
            float(c.type is FieldType.PHONE),
            float(c.type is FieldType.EMAIL),
            float(c.type is FieldType.COUNTRY),
            min(len(c.value), 30) / 30,
        )
        for place, c in enumerate(candidates)
    ]


def _currencies(candidates: list[Candidate], _sheet: Sheet) -> list[list[float]]:
    counts = Counter(c.value for c in candidates)
    beside = Counter(c.value for c in candidates if c.grade)
    return [
        _padded(
            counts[c.value] / len(candidates),
            beside[c.value] / max(sum(beside.values()), 1),
            float(len(c.printed) > 0 and not c.printed[0].isalpha()),
            float(len(counts) == 1),
            float(c.value in ("EUR", "USD", "GBP", "CHF")),
            float(place == 0),
        )
        for place, c in enumerate(candidates)
    ]


OWN: dict[str, Traits] = {
    "date": _dates,
    "amount": _amounts,
    "number": _amounts,
    "identifier": _identifiers,
    "name": _names,
    "address": _addresses,
    "text": _texts,
    "code": _codes,
    "vat_id": _codes,
    "currency": _currencies,
}
