"""The facts of an invoice: who, what, how much. Amounts are whole minor units, quantities hundredths."""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from maker.formats import DIGITS
from maker.lexicon import ITEMS, UNITS
from maker.names import CURRENCY, LANGUAGE
from maker.world import Company, Person, another, company, person

RATES = {
    "DE": (1900, 700),
    "AT": (2000, 1000),
    "CH": (810, 260),
    "GB": (2000, 500),
    "FR": (2000, 550),
    "ES": (2100, 1000),
    "PL": (2300, 800),
    "JP": (1000, 800),
    "US": (825, 825),
}


QUANTITIES = {"pcs": (1, 24), "h": (1, 16), "box": (1, 12), "day": (1, 5), "flat": (1, 1)}
"""How many of a unit people buy."""


class Item(NamedTuple):
    """A line of an invoice."""

    code: str
    description: str
    quantity: int
    unit: str
    price: int
    rate: int
    amount: int


class Bill(NamedTuple):
    """An invoice before it is drawn."""

    vendor: Company
    buyer: Company | Person
    language: str
    currency: str
    number: str | None
    day: date
    due: date
    days: int
    order: str
    ordered: date
    delivered: date
    customer: str
    items: tuple[Item, ...]
    discount: int
    shipping: int
    paid: int
    taxes: tuple[tuple[int, int, int], ...]
    """Rate in hundredths of a percent, base, tax."""
    net: int
    tax: int
    gross: int
    iban_broken: bool
    defect: str

    @property
    def due_amount(self) -> int:
        """What is left to pay."""
        return self.gross - self.paid


def make(rng: Random, country: str, *, lines: int = 0, defect: str = "", small: bool = True) -> Bill:
    """Make up an invoice; `small` keeps it below the limit that policies approve by themselves."""
    vendor = company(rng, country)
    language = LANGUAGE[country]
    near = country if rng.random() < 0.75 else rng.choice([c for c in LANGUAGE if c != country])
    buyer: Company | Person = person(rng, country) if rng.random() < 0.2 else another(rng, near, vendor)
    day = date(2023, 1, 9) + timedelta(days=rng.randrange(1050))
    days = rng.choice((7, 10, 14, 14, 30, 30, 45))
    currency = CURRENCY[country]
    items = _items(rng, country, lines or rng.choice((1, 2, 3, 3, 4, 5, 6, 8, 11)), small)
    whole = sum(item.amount for item in items)
    discount = round(whole * rng.choice((3, 5, 10)) / 100) if rng.random() < 0.15 else 0
    unit = 10 ** DIGITS.get(currency, 2)
    shipping = (
        rng.choice((5, 8, 12, 15, 25)) * unit * (100 if currency == "JPY" else 1) if rng.random() < 0.2 else 0
    )
    taxes = _taxes(items, discount, shipping, RATES[country][0])
    net, tax = whole - discount + shipping, sum(t for _, _, t in taxes)
    gross = net + tax
    if defect == "sum":
        gross += rng.choice((1, -1)) * max(unit, round(gross * rng.choice((0.009, 0.02, 0.1))))
    paid = round(gross * rng.choice((20, 30, 50)) / 100) if rng.random() < 0.1 else 0
    due = day + timedelta(days=days) if defect != "dates" else day - timedelta(days=rng.randint(9, 40))
    delivered = day - timedelta(days=rng.randrange(0, 12))
    return Bill(
        vendor=vendor,
        buyer=buyer,
        language=language,
        currency=currency,
        number=None if defect == "number" else number(rng, day),
        day=day,
        due=due,
        days=days,
        order=rng.choice(
            (
                f"PO-{rng.randint(10000, 99999)}",
                f"45{rng.randint(10**7, 10**8 - 1)}",
                f"B{day:%y}/{rng.randint(100, 9999)}",
            )
        ),
        ordered=delivered - timedelta(days=rng.randint(2, 30)),
        delivered=delivered,
        customer=rng.choice(
            (
                str(rng.randint(10000, 99999)),
                f"K{rng.randint(1000, 9999)}",
                f"D-{rng.randint(100000, 999999)}",
            )
        ),
        items=items,
        discount=discount,
        shipping=shipping,
        paid=paid,
        taxes=taxes,
        net=net,
        tax=tax,
        gross=gross,
        iban_broken=defect == "iban",
        defect=defect,
    )


def dearer(bill: Bill, more: int) -> Bill:
    """Return a bill with so much more to pay for shipping, and its tax."""
    (rate, base, _), *others = bill.taxes
    taxes = ((rate, base + more, ((base + more) * rate + 5000) // 10000), *others)
    net, tax = bill.net + more, sum(part for _, _, part in taxes)
    return bill._replace(shipping=bill.shipping + more, taxes=taxes, net=net, tax=tax, gross=net + tax)


def number(rng: Random, day: date) -> str:
    """Return an invoice number in one of many habits."""
    n = rng.randint(1, 99999)
    return rng.choice(
        (
            f"{day.year}-{n % 9999:04}",
            f"RE{n:06}",
            f"INV-{n:05}",
            f"{n + 100000}",
            f"{day:%y%m}{n % 999:03}",
            f"R-{day:%Y%m}-{n % 9999}",
            f"{day.year}/{n % 9999:04}",
            f"F{day:%y}-{n:05}",
            f"A{n:05}/{day:%y}",
            f"90{n:06}",
            f"{'ABCDEFGHKLM'[n % 11]}{'XYZTRS'[n % 6]}-{n}",
            f"SI/{day:%y}/{n:05}",
        )
    )


def _items(rng: Random, country: str, count: int, small: bool) -> tuple[Item, ...]:
    language, currency = LANGUAGE[country], CURRENCY[country]
    ceiling = 130_000 // count if small else 3_000_000
    goods = list(ITEMS[language])
    rng.shuffle(goods)
    if small:
        goods.sort(key=lambda ware: ware[2] > ceiling)
    mixed = rng.random() < 0.3
    items = []
    for n in range(count):
        name, unit, usual = goods[n % len(goods)]
        price = _price(rng, usual, currency)
        most = max(1, min(QUANTITIES[unit][1] * (1 if small else 4), ceiling // max(usual, 1)))
        quantity = 100 * rng.randint(QUANTITIES[unit][0], max(QUANTITIES[unit][0], most))
        if unit == "h" and rng.random() < 0.5:
            quantity += rng.choice((25, 50, 75))
        rate = RATES[country][1 if mixed and rng.random() < 0.35 else 0]
        amount = (price * quantity + 50) // 100
        code = f"{rng.choice('ABCDEFGHKLMNPRSTW')}{rng.choice('ABCDEFGHKLMNPRSTW')}-{rng.randint(100, 9999)}"
        items.append(Item(code, name, quantity, UNITS[language][unit], price, rate, amount))
    return tuple(items)


def _price(rng: Random, usual: int, currency: str) -> int:
    price = round(usual * rng.uniform(0.75, 1.3))
    if currency == "JPY":
        return max(10, round(price * 16 / 100) * 10)
    if currency == "PLN":
        price *= 4
    return rng.choice((price, price, round(price, -1), round(price, -2) - 1, round(price, -2))) or price


def _taxes(
    items: tuple[Item, ...], discount: int, shipping: int, main: int
) -> tuple[tuple[int, int, int], ...]:
    bases: dict[int, int] = {}
    for item in items:
        bases[item.rate] = bases.get(item.rate, 0) + item.amount
    bases[main] = bases.get(main, 0) - discount + shipping
    return tuple(
        (rate, base, (base * rate + 5000) // 10000)
        for rate, base in sorted(bases.items(), reverse=True)
        if base > 0
    )
