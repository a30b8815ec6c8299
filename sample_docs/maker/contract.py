"""Contracts over several pages: numbered clauses, a cover sheet with key terms, a letter agreement."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from maker import clauses
from maker.blocks import logo, signature
from maker.formats import DATES, Hand
from maker.lexicon import ITEMS, UNITS
from maker.look import Look
from maker.names import CURRENCY, LANGUAGE
from maker.pdf import Span, Text, Value, identifier, spans
from maker.sheet import Column, Sheet
from maker.texts import fill
from maker.truth import describe, expectation
from maker.world import Company, Person, another, company, person

KINDS = ("clauses", "cover", "letter", "articles")


class Contract(NamedTuple):
    """A contract before it is drawn; its value in minor units."""

    a: Company
    b: Company | Person
    title: str
    number: str | None
    signed: date
    start: date
    term: tuple[int, str]
    notice: tuple[int, str]
    value: int
    currency: str
    law: str
    country: str
    services: tuple[tuple[str, str, int], ...]
    """What the schedule lists: service, unit, price."""
    defect: str


def make(rng: Random, country: str, *, defect: str = "", lines: int = 0, small: bool = True) -> Contract:
    """Make up a contract; one with the defect 'number' has no effective date."""
    signed = date(2022, 5, 2) + timedelta(days=rng.randrange(1250))
    goods = list(ITEMS[LANGUAGE[country]])
    rng.shuffle(goods)
    first = (signed + timedelta(days=35)).replace(day=1)
    value = rng.randrange(600, 1950) if small else rng.randrange(2400, 480_000, 50)
    a = company(rng, country)
    return Contract(
        a=a,
        b=person(rng, country) if rng.random() < 0.15 else another(rng, country, a),
        title=rng.choice(clauses.TITLES[LANGUAGE[country]]),
        number=rng.choice(
            (
                f"{signed.year}-{rng.randint(100, 9999)}",
                f"V{rng.randint(10000, 99999)}",
                f"C/{signed:%y}/{rng.randint(100, 999)}",
            )
        )
        if rng.random() < 0.7
        else None,
        signed=signed,
        start=rng.choice((first, first, signed, signed + timedelta(days=9))),
        term=rng.choice(
            (
                (1, "year"),
                (2, "year"),
                (3, "year"),
                (5, "year"),
                (6, "month"),
                (18, "month"),
                (24, "month"),
                (36, "month"),
            )
        ),
        notice=rng.choice(((1, "month"), (2, "month"), (3, "month"), (6, "month"))),
        value=value * 100,
        currency=CURRENCY[country],
        law=rng.choice(clauses.LAWS[country]),
        country=country,
        defect=defect,
        services=tuple(goods[n % len(goods)] for n in range(lines)),
    )


class Facts:
    """The values of a contract as this document prints them."""

    def __init__(self, sheet: Sheet, contract: Contract) -> None:
        """Write each value once."""
        self.contract, language = contract, sheet.hand.language
        self.words = {key: sheet.rng.choice(many) for key, many in clauses.WORDS[language].items()}
        self.a = Value(contract.a.name, "party", contract.a.name)
        self.b = Value(contract.b.name, "party", contract.b.name)
        self.number = identifier(contract.number, "contract_number") if contract.number else None
        self.start: Text = (
            "_" * 16 if contract.defect == "number" else sheet.day(contract.start, "effective_date")
        )
        self.term = self._duration(sheet, contract.term, "term")
        self.notice = self._duration(sheet, contract.notice, "notice_period")
        self.law = Value(contract.law, "jurisdiction", contract.law)
        sign = sheet.look.sign if sheet.look.sign != "none" else "code"
        self.value = sheet.money(contract.value, contract.currency, "contract_value", sign)
        self.side = sheet.money(7500, contract.currency, "", sign)[
            -1 if sign in ("prefix", "code-first") else 0
        ]
        self.parts: dict[str, Text] = {
            "title": contract.title,
            "signed": sheet.hand.day(contract.signed),
            "from": self.start,
            "a": self.a,
            "b": self.b,
            "a_address": contract.a.address.one_line,
            "b_address": contract.b.address.one_line,
            "term": self.term,
            "notice": self.notice,
            "value": self.value,
            "side": (self.side, f" {contract.currency}"),
            "law": self.law,
        }

    def _duration(self, sheet: Sheet, length: tuple[int, str], name: str) -> Value:
        count, unit = length
        language = sheet.hand.language
        printed_unit = clauses.UNITS[language][unit][count > 1]
        words = clauses.NUMERALS[language].split()
        printed = f"{count} {printed_unit}"
        if count <= len(words) and sheet.rng.random() < 0.4:
            word = {
                "de": "einem" if count == 1 else words[count - 1],
                "es": "un" if count == 1 else words[count - 1],
            }.get(language, words[count - 1])
            printed = f"{word} ({count}) {printed_unit}"
        if language == "de" and unit == "month" and count > 1 and name == "notice_period":
            printed += "n"
        return Value(printed, name, f"{count} {unit}{'s' if count > 1 else ''}")


def draw(rng: Random, contract: Contract, look: Look, kind: str = "") -> tuple[Sheet, dict[str, Any]]:
    """Draw a contract and say what is true of it."""
    language = LANGUAGE[contract.country]
    kind = kind or rng.choice(KINDS)
    look = look._replace(size=max(look.size, 9.5) + 0.5, margin=max(look.margin, 60.0))
    if look.family == "mono":
        look = look._replace(family="serif", stretch=1.0)
    formats = (
        [f for f in DATES[contract.country] if "month" in f]
        if rng.random() < 0.7
        else DATES[contract.country]
    )
    sheet = Sheet(rng, look, Hand(language, contract.country, rng.choice(formats or DATES[contract.country])))
    facts = Facts(sheet, contract)
    how: dict[str, Callable[[Sheet, Facts], None]] = {
        "clauses": _clauses,
        "cover": _cover,
        "letter": _letter,
        "articles": _articles,
    }
    how[kind](sheet, facts)
    _signatures(sheet, facts)
    if contract.services:
        _schedule(sheet, facts)
    sheet.number_pages("center")
    return sheet, describe(
        sheet.canvas,
        "contract",
        language,
        f"contract/{kind}",
        currency=contract.currency,
        defect=contract.defect or None,
        **expectation("contract", defect=contract.defect),
    )


def _body(sheet: Sheet, facts: Facts, numbering: str) -> None:
    language, rng = sheet.hand.language, sheet.rng
    common = list(clauses.CLAUSES[language])
    special = [clauses.TERMS[language], clauses.PRICES[language], clauses.GOVERNING[language]]
    last = common.pop()
    keep = common[: rng.randint(4, len(common))]
    for clause in special[:2]:
        keep.insert(rng.randint(1, len(keep)), clause)
    keep += [special[2], last]
    for n, (title, text) in enumerate(keep, 1):
        heading = numbering.format(n=n, title=title, TITLE=title.upper())
        sheet.need(sheet.look.leading * 4)
        sheet.say(heading, sheet.look.bold, gap=2)
        sheet.say(fill(text, facts.parts), gap=8)


def _clauses(sheet: Sheet, facts: Facts) -> None:
    look, canvas = sheet.look, sheet.canvas
    canvas.text(look.page[0] / 2, 92, facts.contract.title.upper(), look.title(1.6), "center")
    if facts.number:
        canvas.text(look.page[0] / 2, 110, (facts.words["number"] + " ", facts.number), look.body, "center")
    sheet.y = 140
    sheet.say(fill(sheet.rng.choice(clauses.OPENINGS[sheet.hand.language]), facts.parts), gap=14)
    _body(sheet, facts, sheet.rng.choice(("{n}. {title}", "§ {n} {title}", "{n}  {TITLE}")))


def _articles(sheet: Sheet, facts: Facts) -> None:
    """Draw parties one below the other, as notaries do."""
    look, canvas, contract = sheet.look, sheet.canvas, facts.contract
    canvas.rect(sheet.left, 48, sheet.right, 92, fill=look.soft)
    canvas.text(look.page[0] / 2, 75, contract.title, look.title(1.7), "center")
    sheet.y = 112
    if facts.number:
        sheet.say((facts.words["number"] + ": ", facts.number), gap=8)
    for role, party, who in (("a", facts.a, contract.a), ("b", facts.b, contract.b)):
        y = canvas.lines(
            look.page[0] / 2,
            sheet.y + look.size,
            [party],
            look.bold._replace(size=look.size * 1.15),
            look.leading,
            align="center",
        )
        y = canvas.lines(
            look.page[0] / 2,
            y,
            [who.address.one_line, f"({facts.words[role]})"],
            look.body,
            look.leading,
            align="center",
        )
        sheet.y = y
        if role == "a":
            canvas.text(look.page[0] / 2, sheet.y + look.size, facts.words["and"], look.body, "center")
            sheet.y += look.leading * 1.8
    sheet.y += 12
    sheet.say((facts.words["from"] + ": ", *spans(facts.start)), gap=12)
    _body(
        sheet,
        facts,
        sheet.rng.choice(("Art. {n} - {title}", "Article {n}. {title}"))
        if sheet.hand.language != "de"
        else "Artikel {n}: {title}",
    )


def _cover(sheet: Sheet, facts: Facts) -> None:
    look, canvas, contract, words = sheet.look, sheet.canvas, facts.contract, facts.words
    canvas.rect(0, 0, look.page[0], 120, fill=look.accent)
    canvas.text(sheet.left, 78, contract.title, look.title(2.1)._replace(colour=(1.0, 1.0, 1.0)))
    sheet.y = 150
    rows: list[tuple[str, Text]] = [
        (words["a"], (facts.a, f", {contract.a.address.one_line}")),
        (words["b"], (facts.b, f", {contract.b.address.one_line}")),
        (words["from"], facts.start),
        (words["term"], facts.term),
        (words["notice"], facts.notice),
        (words["value"], facts.value),
        (words["law"], facts.law),
    ]
    if facts.number:
        rows.insert(0, (words["number"], facts.number))
    for n, (label, text) in enumerate(rows):
        lines = canvas.wrap(text, look.body, sheet.room - 180)
        deep = look.leading * (len(lines) + 0.9)
        if n % 2 == 0:
            canvas.rect(sheet.left, sheet.y, sheet.right, sheet.y + deep, fill=look.soft)
        sheet.fit(sheet.left + 6, sheet.y + look.size * 1.5, label, look.bold, 160)
        canvas.lines(sheet.left + 172, sheet.y + look.size * 1.5, lines, look.body, look.leading)
        sheet.y += deep
    logo(sheet, look.page[0] / 2 - 40, sheet.y + 60, 80, always=True)
    sheet.turn()
    _body(sheet, facts, "{n}. {title}")


def _letter(sheet: Sheet, facts: Facts) -> None:
    look, canvas, contract = sheet.look, sheet.canvas, facts.contract
    logo(sheet, sheet.left, 44, 34)
    canvas.text(sheet.left + 44, 66, facts.a, look.title(1.4))
    canvas.text(sheet.left + 44, 80, contract.a.address.one_line, look.small)
    y = canvas.lines(sheet.left, 122, [facts.b, *contract.b.address.lines], look.body, look.leading)
    canvas.text(
        sheet.right,
        y + 10,
        f"{contract.a.address.town}, {sheet.hand.day(contract.signed)}",
        look.body,
        "right",
    )
    sheet.y = y + 30
    subject: tuple[Span, ...] = (contract.title,)
    if facts.number:
        subject = (*subject, f" - {facts.words['number']} ", facts.number)
    sheet.say(subject, look.bold._replace(size=look.size * 1.1), gap=10)
    sheet.say(fill(clauses.OPENINGS[sheet.hand.language][0], facts.parts), gap=12)
    _body(sheet, facts, "{n}) {title}")


def _schedule(sheet: Sheet, facts: Facts) -> None:
    """Draw the schedule of services: prices that are not the contract's value."""
    contract, words, language = facts.contract, sheet.words, sheet.hand.language
    sheet.turn()
    title = {
        "en": "Schedule: services and prices",
        "de": "Anhang: Leistungen und Preise",
        "fr": "Annexe : prestations et prix",
        "es": "Anexo: servicios y precios",
    }[language]
    sheet.section(title, "line")
    columns = [
        Column("", 0.5),
        Column(words["description"], 4),
        Column(words["unit"], 1),
        Column(words["unit_price"], 1.4, "right"),
    ]
    rows: list[list[Text]] = []
    for n, (service, unit, price) in enumerate(contract.services, 1):
        printed = sheet.hand.amount(price * (1 if contract.currency != "JPY" else 2), contract.currency)
        rows.append([str(n), service, UNITS[language][unit], printed])
    sheet.table(columns, rows, sheet.look.table)


def _signatures(sheet: Sheet, facts: Facts) -> None:
    look, canvas, contract = sheet.look, sheet.canvas, facts.contract
    sheet.need(120)
    sheet.y += 16
    half = sheet.room / 2
    who = contract.b.manager if isinstance(contract.b, Company) else contract.b.name
    for x, party, name in ((sheet.left, facts.a, contract.a.manager), (sheet.left + half + 10, facts.b, who)):
        sheet.fit(x, sheet.y + look.size, (facts.words["signed"] + " ", party), look.body, half - 14)
        signature(sheet, x + 6, sheet.y + 46)
        canvas.line(x, sheet.y + 54, x + half - 30, sheet.y + 54, (0.3, 0.3, 0.3), thick=0.5)
        canvas.text(x, sheet.y + 54 + look.leading, name, look.small)
        canvas.text(
            x,
            sheet.y + 54 + look.leading * 2,
            f"{facts.words['day']}: {sheet.hand.day(contract.signed)}",
            look.small,
        )
    sheet.y += 60 + look.leading * 2
