"""Companies and people for one document."""

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from maker import ids
from maker.names import (
    BANKS,
    COUNTRIES,
    FIRST,
    FORMS,
    LANGUAGE,
    LAST,
    STATES,
    STEMS,
    STREETS,
    TOWNS,
    TRADES,
)


class Address(NamedTuple):
    """Where someone lives: lines as printed on an envelope."""

    lines: tuple[str, ...]
    town: str
    country: str

    @property
    def one_line(self) -> str:
        """The address in one line."""
        return ", ".join(self.lines)


class Person(NamedTuple):
    """Someone who does not exist."""

    first: str
    last: str
    address: Address
    born: date
    phone: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


class Company(NamedTuple):
    """A company that does not exist."""

    name: str
    form: str
    address: Address
    vat_id: str | None
    tax_number: str
    iban: str | None
    account: str
    bic: str
    bank: str
    phone: str
    email: str
    web: str
    register: str
    court: str
    manager: str

    @property
    def country(self) -> str:
        """Country code."""
        return self.address.country


def address(rng: Random, country: str) -> Address:
    """Return a made-up address."""
    street, town, house = rng.choice(STREETS[country]), rng.choice(TOWNS[country]), rng.randint(1, 148)
    five = f"{rng.randrange(1001, 98999):05}"
    lines: tuple[str, ...]
    if country in ("DE", "AT", "CH"):
        number = f"{house}{rng.choice(('', '', '', ' a', 'b', f'-{house + 2}'))}"
        code = five if country == "DE" else five[:4].replace("0", "4", 1)
        lines = (f"{street} {number}", f"{code} {town}")
    elif country == "GB":
        unit = f"Unit {rng.randint(2, 19)}, {street}" if rng.random() < 0.2 else f"{house} {street}"
        code = _postcode(rng, town)
        lines = (unit, town, code) if rng.random() < 0.5 else (unit, f"{town} {code}")
    elif country == "US":
        suite = f", Suite {rng.randrange(100, 990, 10)}" if rng.random() < 0.25 else ""
        lines = (f"{house * 7} {street}{suite}", f"{town}, {rng.choice(STATES)} {five}")
    elif country == "FR":
        lines = (f"{house}{rng.choice(('', '', ' bis'))}, {street}", f"{five} {town}")
    elif country == "ES":
        floor = rng.choice(("", "", f", {rng.randint(1, 6)}º {rng.choice('ABCD')}"))
        lines = (f"{street}, {house}{floor}", f"{five} {town}")
    elif country == "PL":
        lines = (f"{street} {house}", f"{five[:2]}-{five[2:]} {town}")
    else:
        block = f"{house % 9 + 1}-{house % 20 + 1}-{house % 13 + 1}"
        lines = (f"{block} {street}", f"{town} {five[:3]}-{five[1:]}")
    return Address(lines, town, country)


def _postcode(rng: Random, town: str) -> str:
    """Return a British postcode of an area that does not exist."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    area = f"{town[0]}{rng.choice('ABCDEHKLN')}{rng.randint(1, 29)}"
    return f"{area} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}"


def phone(rng: Random, country: str) -> str:
    """Return a phone number from a range that is kept for fiction, where the country has one."""
    n = ids.digits(rng, 3)
    style = rng.random() < 0.5
    return {
        "DE": f"+49 30 23125 {n}" if style else f"030 / 23125-{n}",
        "AT": f"+43 1 99900{n}",
        "CH": f"+41 44 999 0{n[0]} {n[1:]}" if style else f"044 999 0{n[0]} {n[1:]}",
        "GB": f"020 7946 0{n}" if style else f"+44 20 7946 0{n}",
        "US": f"({rng.choice(('503', '614', '802'))}) 555-01{n[1:]}" if style else f"+1 614-555-01{n[1:]}",
        "FR": f"01 99 00 {n[:2]} {n[1:]}" if style else f"+33 1 99 00 {n[:2]} {n[1:]}",
        "ES": f"910 000 {n}" if style else f"+34 910 000 {n}",
        "PL": f"+48 22 000 0{n[0]} {n[1:]}",
        "JP": f"+81 3-0000-0{n}",
    }[country]


def slug(text: str) -> str:
    """Return a name as it stands in a web address."""
    text = text.lower().replace("ß", "ss").replace("œ", "oe").replace("ł", "l")
    letters = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in letters).split())


def person(rng: Random, country: str) -> Person:
    """Return a made-up person."""
    names = country if country in FIRST else "DE"
    first, last = rng.choice(FIRST[names]), rng.choice(LAST[names])
    born = date(1942, 1, 1) + timedelta(days=rng.randrange(22500))
    email = f"{slug(first)}.{slug(last)}@{rng.choice(('posthorn', 'mailkiste', 'inboxly'))}.example"
    return Person(first, last, address(rng, country), born, phone(rng, country), email)


def company(rng: Random, country: str, trades: Sequence[str] = ()) -> Company:
    """Return a made-up company."""
    names = country if country in STEMS else "DE"
    stem, trade = rng.choice(STEMS[names]), rng.choice(trades or TRADES[names])
    form = rng.choice(FORMS[country])
    who = rng.choice(LAST[names])
    front = rng.choice(
        (
            f"{stem} {trade}",
            f"{stem} {trade}",
            f"{stem} {trade}",
            f"{who} {trade}",
            f"{who} & {rng.choice(LAST[names])}",
        )
    )
    if country in ("FR", "ES") and rng.random() < 0.6:
        front = f"{trade} {rng.choice((stem, stem, who))}"
    place, manager = address(rng, country), person(rng, country)
    web = f"{slug(front)}.example"
    boxes = ("info", "office", "hello", "kontakt" if LANGUAGE[country] == "de" else "accounts")
    iban = ids.account(rng, country)
    register, court = _register(rng, country, place.town)
    return Company(
        name=f"{front} {form}",
        form=form,
        address=place,
        vat_id=ids.vat_id(rng, country),
        tax_number=_tax_number(rng, country),
        iban=iban,
        account=iban[-10:] if iban else ids.digits(rng, 10),
        bic=_bic(rng, country),
        bank=rng.choice(BANKS[country]),
        phone=phone(rng, country),
        email=f"{rng.choice(boxes)}@{web}",
        web=f"www.{web}",
        register=register,
        court=court,
        manager=manager.name,
    )


def _bic(rng: Random, country: str) -> str:
    bank = "".join(rng.choice("BKLMNPRSTVZ") for _ in range(4))
    return f"{bank}{country}X{rng.choice('23456789')}{rng.choice(('', 'XXX'))}"


def another(rng: Random, country: str, one: Company) -> Company:
    """Return a company whose name does not begin as that of `one` does."""
    while (other := company(rng, country)).name.split()[0] == one.name.split()[0]:
        pass
    return other


def with_country(place: Address, language: str) -> Address:
    """Return the address with the country's name as its last line."""
    name = COUNTRIES[language].get(place.country) or COUNTRIES["en"][place.country]
    return place._replace(lines=(*place.lines, name))


def _tax_number(rng: Random, country: str) -> str:
    n = ids.digits(rng, 9)
    return {
        "DE": f"{rng.randint(10, 99)}/{n[:3]}/{n[3:8]}"
        if rng.random() < 0.6
        else f"1{n[:2]}/{n[2:5]}/{n[4:]}",
        "AT": f"{n[:2]} {n[2:5]}/{n[5:]}",
        "US": f"00-{n[:7]}",
        "FR": f"{ids.siren(rng)} {n[:5]}",
        "GB": f"{n[:5]} {n[4:]}",
        "JP": f"T0{n}{n[:3]}",
    }.get(country, n)


def _register(rng: Random, country: str, town: str) -> tuple[str, str]:
    """Return the number in the register of companies, and the register."""
    n = rng.randint(1020, 198999)
    firm = ids.siren(rng) if country == "FR" else ids.swiss(rng) if country == "CH" else ""
    parts = f"{firm[:3]} {firm[3:6]} {firm[6:]}"
    return {
        "DE": (f"HR{rng.choice('AB')} {n}", f"Amtsgericht {town}"),
        "AT": (f"FN {n}{rng.choice('abdfhk')}", f"Landesgericht {town}"),
        "CH": (f"CHE-{parts.replace(' ', '.')}", f"Handelsregisteramt {town}"),
        "FR": (parts, f"RCS {town}"),
        "ES": (f"{town[:1]}-{n}", f"Registro Mercantil de {town}"),
        "GB": (f"{rng.choice(('99', 'SC9', '98'))}{n:06}"[:8], "Companies House"),
        "US": (f"{n * 7}-{rng.randint(10, 98)}", f"Secretary of State, {rng.choice(STATES)}"),
        "PL": (f"0000{n:06}", f"District Court {town}"),
        "JP": (f"{n:06}", f"Legal Affairs Bureau {town}"),
    }[country]
