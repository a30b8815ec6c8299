"""Company files: register extracts, certificates, profiles, questionnaires."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from maker import ids
from maker.blocks import grouped, logo, signature
from maker.formats import DATES, Hand, scaled
from maker.lexicon import CERTIFICATES, PURPOSES
from maker.look import Look
from maker.names import COUNTRIES, CURRENCY, LANGUAGE, LONG_FORMS
from maker.pdf import Text, Value, identifier
from maker.sheet import Column, Sheet, joined
from maker.texts import fill
from maker.truth import describe, expectation
from maker.world import Company, Person, company, person

KINDS = ("register", "certificate", "profile", "questionnaire", "extract")


class File(NamedTuple):
    """A company file before it is drawn."""

    company: Company
    registered: date
    extract: date
    capital: int
    currency: str
    lei: str | None
    directors: tuple[Person, ...]
    owners: tuple[tuple[str, date, int], ...]
    """Name, date of birth, share in hundredths of a percent."""
    defect: str


def make(rng: Random, country: str, *, defect: str = "", lines: int = 0, small: bool = True) -> File:
    """Make up a company; in one with the defect 'dates' the extract is older than the registration."""
    registered = date(1988, 1, 1) + timedelta(days=rng.randrange(12400))
    extract = date(2024, 1, 8) + timedelta(days=rng.randrange(640))
    if defect == "dates":
        registered, extract = extract, registered
    _ = small
    directors = tuple(person(rng, country) for _ in range(rng.choice((1, 1, 2, 2, 3))))
    count = lines or rng.choice((1, 2, 2, 3, 4))
    left, owners = 10000, []
    for n in range(count):
        share = left if n == count - 1 else rng.choice((2500, 3000, 2000, 5000, 1500, 3333))
        share = min(share, left)
        left -= share
        who = directors[n] if n < len(directors) and rng.random() < 0.6 else person(rng, country)
        if share:
            owners.append((who.name, who.born, share))
    if defect == "sum":
        name, born, share = owners[-1]
        owners[-1] = (name, born, share + 1200)
    return File(
        company=company(rng, country),
        registered=registered,
        extract=extract,
        capital=rng.choice((25_000, 50_000, 100_000, 1_000, 12_500, 250_000, 75_000))
        * (1 if country == "JP" else 100),
        currency=CURRENCY[country],
        lei=ids.legal_entity(rng) if rng.random() < 0.4 else None,
        directors=directors,
        owners=tuple(owners),
        defect=defect,
    )


class Facts:
    """The values of a company file as this document prints them."""

    def __init__(self, sheet: Sheet, file: File) -> None:
        """Write each value once."""
        firm, language = file.company, sheet.hand.language
        long_form = LONG_FORMS.get(firm.form, firm.form)
        self.file = file
        self.name = Value(firm.name, "company_name", firm.name)
        self.form = Value(long_form, "legal_form", long_form)
        self.address = Value(firm.address.one_line, "registered_address", firm.address.one_line)
        country = COUNTRIES[language].get(firm.country) or COUNTRIES["en"][firm.country]
        self.country = Value(country, "country", firm.country)
        self.number = identifier(firm.register, "registration_number")
        self.court = Value(firm.court, "register_court", firm.court)
        self.registered = sheet.day(file.registered, "registration_date")
        self.extract = sheet.day(file.extract, "extract_date")
        self.vat: Text | None = (
            Value(grouped(firm.vat_id, sheet.rng.randrange(2)), "vat_id", firm.vat_id)
            if firm.vat_id
            else None
        )
        self.lei: Text | None = Value(file.lei, "lei", file.lei) if file.lei else None
        self.capital = sheet.money(
            file.capital,
            file.currency,
            "share_capital",
            sheet.look.sign if sheet.look.sign != "none" else "code",
        )
        self.directors = [Value(who.name, "director", who.name) for who in file.directors]


def draw(rng: Random, file: File, look: Look, kind: str = "") -> tuple[Sheet, dict[str, Any]]:
    """Draw a company file and say what is true of it."""
    country = file.company.country
    language = LANGUAGE[country]
    kind = kind or rng.choice(KINDS)
    if kind in ("register", "certificate"):
        look = look._replace(family="serif", head_family="serif", stretch=1.0, size=max(look.size, 9.5))
    sheet = Sheet(rng, look, Hand(language, country, rng.choice(DATES[country])))
    how: dict[str, Callable[[Sheet, Facts], None]] = {
        "register": _register,
        "certificate": _certificate,
        "profile": _profile,
        "questionnaire": _questionnaire,
        "extract": _extract,
    }
    how[kind](sheet, Facts(sheet, file))
    sheet.number_pages("center")
    return sheet, describe(
        sheet.canvas,
        "kyb",
        language,
        f"kyb/{kind}",
        currency=file.currency,
        defect=file.defect or None,
        **expectation("kyb", defect=file.defect),
    )


def _owners(sheet: Sheet, facts: Facts, kind: str) -> None:
    words = sheet.words
    born = sheet.rng.random() < 0.75
    percent = sheet.rng.choice(("{}", "{} %", "{}%")) if "%" not in words["share"] else "{}"
    columns = [Column(words["owner"], 3), Column(words["born"], 1.6), Column(words["share"], 1.2, "right")]
    rows: list[list[Text]] = []
    for n, (name, birth, share) in enumerate(facts.file.owners):
        digits = 0 if share % 100 == 0 and sheet.look.logo % 2 else 2
        printed = percent.format(sheet.hand.number(share // (100 if digits == 0 else 1), digits))
        cells: list[Text] = [
            Value(name, "name", name, "owners", n),
            sheet.day(birth, "date_of_birth")._replace(table="owners", row=n),
            Value(printed, "share", scaled(share, 2).rstrip("0").rstrip("."), "owners", n),
        ]
        rows.append(cells if born else [cells[0], cells[2]])
    sheet.table(columns if born else [columns[0], columns[2]], rows, kind)
    sheet.y += sheet.look.leading


def _register(sheet: Sheet, facts: Facts) -> None:
    """Draw numbered columns, as courts print them."""
    words, look, canvas = sheet.words, sheet.look, sheet.canvas
    canvas.text(sheet.left, 58, facts.court, look.bold._replace(size=12))
    canvas.text(sheet.right, 58, (words["reg_no"] + ": ", facts.number), look.bold._replace(size=12), "right")
    canvas.text(sheet.left, 76, words["kyb"], look.body)
    canvas.text(sheet.right, 76, (words["extract"] + ": ", facts.extract), look.body, "right")
    sheet.y = 88
    sheet.rule((0.1, 0.1, 0.1), 1.3)
    sheet.y += 8
    rows: list[tuple[str, Text]] = [
        (words["company"], facts.name),
        (words["legal_form"], facts.form),
        (words["seat"], facts.address),
        (words["country"], facts.country),
        (words["purpose"], sheet.rng.choice(PURPOSES[sheet.hand.language])),
        (words["capital"], facts.capital),
        (words["directors"], joined(facts.directors, "; ")),
        (words["registered"], facts.registered),
    ]
    for n, (label, text) in enumerate(rows):
        lines = canvas.wrap(text, look.body, sheet.room - 200)
        deep = look.leading * (len(lines) + 0.75)
        canvas.rect(sheet.left, sheet.y, sheet.left + 22, sheet.y + deep, edge=(0.3, 0.3, 0.3), thick=0.4)
        canvas.rect(
            sheet.left + 22, sheet.y, sheet.left + 190, sheet.y + deep, edge=(0.3, 0.3, 0.3), thick=0.4
        )
        canvas.rect(sheet.left + 190, sheet.y, sheet.right, sheet.y + deep, edge=(0.3, 0.3, 0.3), thick=0.4)
        base = sheet.y + look.size * 1.35
        canvas.text(sheet.left + 11, base, str(n + 1), look.small, "center")
        sheet.fit(sheet.left + 27, base, label, look.label, 158)
        canvas.lines(sheet.left + 196, base, lines, look.body, look.leading)
        sheet.y += deep
    sheet.y += 16
    if sheet.rng.random() < 0.6:
        sheet.say(words["owners"], look.bold, gap=3)
        _owners(sheet, facts, "grid")


def _certificate(sheet: Sheet, facts: Facts) -> None:
    words, look, canvas = sheet.words, sheet.look, sheet.canvas
    w, h = look.page
    canvas.rect(26, 26, w - 26, h - 34, edge=look.accent, thick=2.4)
    canvas.rect(32, 32, w - 32, h - 40, edge=look.accent, thick=0.6)
    logo(sheet, w / 2 - 26, 62, 52, always=True)
    canvas.text(w / 2, 146, facts.court, look.bold._replace(size=13), "center")
    canvas.text(w / 2, 184, words["certificate"], look.title(2.3), "center")
    style = look.title(1.9)._replace(colour=(0.05, 0.05, 0.05))
    room = sheet.room - 60
    name_width = min(1.0, room / max(1.0, len(facts.name.printed) * style.size * 0.55))
    canvas.text(w / 2, 232, facts.name, style._replace(size=style.size * name_width), "center")
    sheet.left, sheet.right, sheet.y = sheet.left + 24, sheet.right - 24, 262
    parts = {
        "name": facts.name,
        "country": facts.country,
        "number": facts.number,
        "registered": facts.registered,
        "address": facts.address,
        "extract": facts.extract,
    }
    sheet.say(
        fill(CERTIFICATES[sheet.hand.language], parts), look.body._replace(size=look.size * 1.15), gap=20
    )
    rows: list[tuple[str, Text]] = [
        (words["legal_form"], facts.form),
        (words["capital"], facts.capital),
        (words["directors"], joined(facts.directors, ", ")),
    ]
    if facts.lei:
        rows.append((words["lei"], facts.lei))
    sheet.y = sheet.pairs(rows, sheet.left, sheet.right, sheet.y + 10) + 40
    signature(sheet, sheet.right - 150, sheet.y + 30)
    canvas.line(sheet.right - 170, sheet.y + 40, sheet.right, sheet.y + 40, (0.3, 0.3, 0.3), thick=0.5)
    canvas.disc(sheet.left + 45, sheet.y + 24, 34, look.soft)
    logo(sheet, sheet.left + 27, sheet.y + 6, 36, always=True)


def _rows(sheet: Sheet, facts: Facts) -> list[tuple[str, Text]]:
    words, rng = sheet.words, sheet.rng
    rows: list[tuple[str, Text]] = [
        (words["reg_no"], facts.number),
        (words["legal_form"], facts.form),
        (words["status"], words["active"]),
        (words["registered"], facts.registered),
        (words["seat"], facts.address),
        (words["country"], facts.country),
        (words["court"], facts.court),
        (words["capital"], facts.capital),
    ]
    if facts.vat and rng.random() < 0.8:
        rows.append((words["vat"], facts.vat))
    if facts.lei:
        rows.append((words["lei"], facts.lei))
    if rng.random() < 0.6:
        rows.append((words["purpose"], rng.choice(PURPOSES[sheet.hand.language])))
    if rng.random() < 0.5:
        rows.append((words["employees"], str(rng.randint(2, 480))))
    if rng.random() < 0.5:
        rows.append(
            (
                words["next_accounts"],
                sheet.hand.day(facts.file.extract + timedelta(days=rng.randint(40, 330))),
            )
        )
    return rows


def _profile(sheet: Sheet, facts: Facts) -> None:
    words, look, canvas = sheet.words, sheet.look, sheet.canvas
    canvas.rect(0, 0, look.page[0], 66, fill=look.accent)
    light = look.title(1.3)._replace(colour=(1.0, 1.0, 1.0))
    canvas.text(sheet.left, 40, words["kyb"], light)
    canvas.text(
        sheet.right,
        40,
        (words["extract"] + " ", facts.extract),
        look.body._replace(colour=(1.0, 1.0, 1.0)),
        "right",
    )
    sheet.y = 92
    sheet.fit(sheet.left, sheet.y + 10, facts.name, look.title(1.9), sheet.room)
    sheet.y += 22
    rows = _rows(sheet, facts)
    if sheet.rng.random() < 0.5:
        sheet.strip(rows[:4], "strip")
        rows = rows[4:]
    for label, text in rows:
        lines = canvas.wrap(text, look.body, sheet.room - 170)
        sheet.fit(sheet.left, sheet.y + look.size * 1.35, label, look.label, 158)
        canvas.lines(sheet.left + 168, sheet.y + look.size * 1.35, lines, look.body, look.leading)
        sheet.y += look.leading * (len(lines) + 0.5)
        canvas.line(sheet.left, sheet.y, sheet.right, sheet.y, (0.8, 0.8, 0.8), thick=0.4)
    sheet.y += 12
    sheet.section(words["directors"], "line")
    for who in facts.directors:
        sheet.say(who)
    sheet.y += 8
    sheet.section(words["owners"], "line")
    _owners(sheet, facts, look.table)


def _questionnaire(sheet: Sheet, facts: Facts) -> None:
    words, look = sheet.words, sheet.look
    sheet.canvas.text(sheet.left, 52, words["kyb"], look.title(1.7))
    sheet.y = 66
    sheet.cells([(words["company"], facts.name, 2), (words["extract"], facts.extract, 1)])
    sheet.cells([(words["legal_form"], facts.form, 2), (words["reg_no"], facts.number, 1.3)])
    sheet.cells([(words["seat"], facts.address, 2.6), (words["country"], facts.country, 1)])
    row: list[tuple[str, Text, float]] = [
        (words["registered"], facts.registered, 1),
        (words["court"], facts.court, 1.5),
    ]
    sheet.cells(row)
    last: list[tuple[str, Text, float]] = [(words["capital"], facts.capital, 1)]
    if facts.vat:
        last.append((words["vat"], facts.vat, 1))
    if facts.lei:
        last.append((words["lei"], facts.lei, 1.4))
    sheet.cells(last)
    sheet.y += 14
    sheet.section(words["directors"], "bar")
    for who, person_ in zip(facts.directors, facts.file.directors, strict=True):
        sheet.cells([(words["owner"], who, 2), (words["born"], sheet.hand.day(person_.born), 1)])
    sheet.y += 14
    sheet.section(words["owners"], "bar")
    sheet.y += 3
    _owners(sheet, facts, "grid")
    sheet.say(words["declare"], look.small, gap=26)
    sheet.canvas.line(sheet.left, sheet.y, sheet.left + 200, sheet.y, (0.3, 0.3, 0.3), thick=0.5)
    sheet.canvas.text(sheet.left, sheet.y + look.leading, words["signed"], look.small)


def _extract(sheet: Sheet, facts: Facts) -> None:
    words, look, canvas = sheet.words, sheet.look, sheet.canvas
    canvas.text(sheet.left, 50, facts.court, look.body)
    canvas.text(look.page[0] / 2, 88, words["kyb"].upper(), look.title(1.6), "center")
    canvas.text(look.page[0] / 2, 104, (words["extract"] + " ", facts.extract), look.body, "center")
    sheet.y = 122
    kind = sheet.rng.choice(("dotted", "list"))
    sheet.section(words["company"], "soft")
    rows = [(words["company"], facts.name), *[r for r in _rows(sheet, facts) if r[0] != words["court"]]]
    sheet.y = (
        sheet.pairs(
            rows, sheet.left, sheet.right, sheet.y + look.size, "list" if kind == "list" else "dotted"
        )
        + 6
    )
    sheet.section(words["directors"], "soft")
    for who, person_ in zip(facts.directors, facts.file.directors, strict=True):
        sheet.say(
            (who, f", {words['born'].lower()} {sheet.hand.day(person_.born)}, {person_.address.one_line}")
        )
    sheet.y += 8
    if sheet.rng.random() < 0.7:
        sheet.section(words["owners"], "soft")
        _owners(sheet, facts, look.table)
