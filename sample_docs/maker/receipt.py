"""Receipts: till rolls, restaurant bills, hotel folios. Prices include tax, as shops print them."""

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from maker.bill import RATES
from maker.blocks import grouped, logo
from maker.formats import DATES, DIGITS, Hand, decimal
from maker.invoice import rate_text
from maker.lexicon import FOOD
from maker.look import Look
from maker.names import CURRENCY, LANGUAGE, SHOPS
from maker.pdf import Canvas, Span, Text, Value, identifier, width
from maker.sheet import Sheet
from maker.truth import describe, expectation
from maker.world import Company, company

KINDS = ("till", "bistro", "slip")


class Receipt(NamedTuple):
    """A receipt before it is drawn; amounts in minor units."""

    shop: Company
    day: date
    time: str
    number: str
    items: tuple[tuple[str, int, int], ...]
    """Name, quantity, price of one with tax."""
    rate: int
    currency: str
    given: int

    @property
    def gross(self) -> int:
        """What is paid."""
        return sum(quantity * price for _, quantity, price in self.items)

    @property
    def tax(self) -> int:
        """The tax inside."""
        return round(self.gross * self.rate / (10000 + self.rate))


def make(rng: Random, country: str, *, defect: str = "", lines: int = 0, small: bool = True) -> Receipt:
    """Make up a receipt."""
    _ = defect, small
    currency, food = CURRENCY[country], list(FOOD[LANGUAGE[country]])
    rng.shuffle(food)
    items = tuple(
        (
            food[n % len(food)],
            rng.choice((1, 1, 1, 2, 3)),
            rng.choice((180, 250, 340, 395, 480, 690, 1250, 1490)),
        )
        for n in range(lines or rng.randint(1, 6))
    )
    gross = sum(quantity * price for _, quantity, price in items)
    note = 100 if currency == "JPY" else 1000
    return Receipt(
        shop=company(rng, country, SHOPS[country if country in SHOPS else "DE"]),
        day=date(2023, 3, 1) + timedelta(days=rng.randrange(990)),
        time=f"{rng.randint(8, 21):02}:{rng.randint(0, 59):02}",
        number=rng.choice(
            (
                f"{rng.randint(1000, 99999)}",
                f"{rng.randint(1, 9)}-{rng.randint(1000, 9999)}",
                f"T{rng.randint(100, 999)}/{rng.randint(10, 99)}",
            )
        ),
        items=items,
        rate=rng.choice(RATES[country]),
        currency=currency,
        given=-(-gross // note) * note,
    )


def draw(rng: Random, receipt: Receipt, look: Look, kind: str = "") -> tuple[Sheet, dict[str, Any]]:
    """Draw a receipt: once to learn its length, then on paper of that length."""
    kind = kind or rng.choice(KINDS)
    family = {"till": "mono", "bistro": look.family if look.family != "mono" else "serif", "slip": "sans"}[
        kind
    ]
    size = (226.0, 1400.0) if kind == "till" else (250.0, 1400.0) if kind == "bistro" else (298.0, 1400.0)
    look = look._replace(
        family=family,
        head_family=family,
        stretch=0.88 if kind == "till" else 1.0,
        size=8.5,
        margin=14.0 if kind != "slip" else 24.0,
        page=size,
    )
    state = rng.getstate()
    sheet = _draw(rng, receipt, look, kind)
    rng.setstate(state)
    sheet = _draw(rng, receipt, look._replace(page=(size[0], round(sheet.y + 24))), kind)
    amount = receipt.gross / 10 ** DIGITS.get(receipt.currency, 2)
    return sheet, describe(
        sheet.canvas,
        "invoice",
        sheet.hand.language,
        f"receipt/{kind}",
        variant="receipt",
        currency=receipt.currency,
        defect=None,
        **expectation("invoice", amount),
    )


def _draw(rng: Random, receipt: Receipt, look: Look, kind: str) -> Sheet:
    shop = receipt.shop
    hand = Hand(
        LANGUAGE[shop.country], shop.country, rng.choice([f for f in DATES[shop.country] if "mon" not in f])
    )
    sheet = Sheet(rng, look, hand)
    sheet.y = 18.0
    _head(sheet, shop, kind)
    words, canvas = sheet.words, sheet.canvas
    number = identifier(receipt.number, "invoice_number")
    day = sheet.day(receipt.day, "invoice_date")
    title = words["receipt"]
    if kind == "slip":
        canvas.text(sheet.left, sheet.y + 14, title, look.title(1.5))
        sheet.y += 26
        sheet.y = (
            sheet.pairs(
                [(words["invoice_number"], number), (words["invoice_date"], day)],
                sheet.left,
                sheet.right,
                sheet.y + 6,
            )
            + 2
        )
    else:
        canvas.text(look.page[0] / 2, sheet.y + 9, title, look.bold, "center")
        sheet.y += look.leading * 1.3
        label = {"de": "Bon", "en": "Receipt", "fr": "Ticket", "es": "Ticket"}[hand.language]
        _ends(sheet, (f"{label} ", number), (day, f" {receipt.time}"))
    _line(sheet, kind)
    for n, (name, quantity, price) in enumerate(receipt.items):
        cell = Value(name, "description", name, "line_items", n)
        count = Value(str(quantity), "quantity", str(quantity), "line_items", n)
        total = Value(
            hand.amount(quantity * price, receipt.currency),
            "amount",
            decimal(quantity * price, receipt.currency),
            "line_items",
            n,
        )
        if quantity == 1 or kind != "till":
            _ends(sheet, (count, " x ", cell) if kind != "till" else cell, total)
        else:
            _ends(sheet, cell, "")
            unit = Value(
                hand.amount(price, receipt.currency),
                "unit_price",
                decimal(price, receipt.currency),
                "line_items",
                n,
            )
            _ends(sheet, ("  ", count, " x ", unit), total)
    _line(sheet, kind)
    _sums(sheet, receipt, kind)
    _foot(sheet, receipt, kind)
    return sheet


def _head(sheet: Sheet, shop: Company, kind: str) -> None:
    look, canvas = sheet.look, sheet.canvas
    middle = look.page[0] / 2
    if kind == "slip":
        logo(sheet, sheet.left, 20, 28, always=True)
        sheet.fit(
            sheet.left + 36, 32, Value(shop.name, "vendor_name", shop.name), look.title(1.25), sheet.room - 38
        )
        canvas.text(
            sheet.left + 36,
            44,
            Value(shop.address.one_line, "vendor_address", shop.address.one_line),
            look.small._replace(stretch=0.92),
        )
        sheet.y = 60
        return
    if kind == "bistro":
        logo(sheet, middle - 13, sheet.y, 26, always=True)
        sheet.y += 32
    upper = sheet.rng.random() < 0.4
    name = Value(shop.name.upper() if upper and "ß" not in shop.name else shop.name, "vendor_name", shop.name)
    style = look.title(1.35)._replace(colour=(0.05, 0.05, 0.05))
    if width(name.printed, style) > sheet.room:
        style = style._replace(size=style.size * sheet.room / width(name.printed, style))
    canvas.text(middle, sheet.y + 12, name, style, "center")
    lines: list[Text] = [Value(line, "vendor_address", shop.address.one_line) for line in shop.address.lines]
    lines.append(f"{sheet.words['phone']} {shop.phone}")
    if shop.vat_id:
        lines.append(
            (f"{sheet.words['vat_id']} ", Value(grouped(shop.vat_id, 0), "vendor_vat_id", shop.vat_id))
        )
    else:
        lines.append((f"{sheet.words['tax_number']} ", identifier(shop.tax_number, "vendor_tax_number")))
    sheet.y = (
        canvas.lines(
            middle, sheet.y + 12 + look.leading * 1.2, lines, look.body, look.leading, align="center"
        )
        + 2
    )


def _ends(sheet: Sheet, left: Text, right: Text, bold: bool = False, factor: float = 1.0) -> None:
    style = sheet.look.bold if bold else sheet.look.body
    style = style._replace(size=style.size * factor)
    taken = sheet.canvas.text(sheet.right, sheet.y + style.size, right, style, "right")
    sheet.fit(sheet.left, sheet.y + style.size, left, style, sheet.room - taken - 6)
    sheet.y += style.size * 1.42


def _line(sheet: Sheet, kind: str) -> None:
    sheet.y += 3
    dash = {"till": "2 2", "bistro": "0.7 2"}.get(kind, "")
    sheet.canvas.line(sheet.left, sheet.y, sheet.right, sheet.y, (0.2, 0.2, 0.2), thick=0.7, dash=dash)
    sheet.y += 4


def _sums(sheet: Sheet, receipt: Receipt, kind: str) -> None:
    words, hand, currency = sheet.words, sheet.hand, receipt.currency
    total = sheet.rng.choice(
        ({"de": "SUMME", "en": "TOTAL", "fr": "TOTAL TTC", "es": "TOTAL"}[hand.language], words["gross"])
    )
    sign = "prefix" if currency in ("GBP", "USD", "JPY") else sheet.rng.choice(("suffix", "code"))
    gross = sheet.money(receipt.gross, currency, "gross_total", sign)
    _ends(sheet, total, gross, bold=True, factor=1.25)
    if sheet.rng.random() < 0.5:
        _ends(sheet, words["cash"], hand.amount(receipt.given, currency))
        _ends(sheet, words["change"], hand.amount(receipt.given - receipt.gross, currency))
    else:
        _ends(sheet, words["card"], hand.amount(receipt.gross, currency))
    _line(sheet, kind)
    net: tuple[Span, ...] = sheet.money(receipt.gross - receipt.tax, currency, "net_total", "none")
    tax = sheet.money(receipt.tax, currency, "tax_total", "none")
    rate = f"{rate_text(hand, receipt.rate)} %"
    _ends(sheet, words["net"], net)
    _ends(sheet, f"{words['tax']} {rate}", tax)


def _foot(sheet: Sheet, receipt: Receipt, kind: str) -> None:
    look, canvas = sheet.look, sheet.canvas
    thanks = {
        "de": ("Vielen Dank für Ihren Besuch!", "Es bediente Sie: {who}"),
        "en": ("Thank you, please call again!", "You were served by {who}"),
        "fr": ("Merci de votre visite", "Servi par {who}"),
        "es": ("Gracias por su visita", "Le atendió {who}"),
    }[sheet.hand.language]
    sheet.y += 8
    for line in thanks:
        canvas.text(
            look.page[0] / 2,
            sheet.y + 8,
            line.format(who=receipt.shop.manager.split()[0]),
            look.small,
            "center",
        )
        sheet.y += look.leading
    if kind != "slip":
        _bars(canvas, sheet)


def _bars(canvas: Canvas, sheet: Sheet) -> None:
    """Draw something like a bar code."""
    x = sheet.left + 24
    sheet.y += 4
    while x < sheet.right - 26:
        wide = sheet.rng.choice((0.8, 0.8, 1.6, 2.4))
        canvas.rect(x, sheet.y, x + wide, sheet.y + 22, fill=(0.05, 0.05, 0.05))
        x += wide + sheet.rng.choice((0.8, 1.6))
    sheet.y += 24
