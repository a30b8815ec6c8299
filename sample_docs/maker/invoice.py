"""Draws invoices."""

from random import Random
from typing import Any

from maker import ids
from maker.bill import Bill
from maker.blocks import Sender, footer, in_one, letterhead
from maker.formats import DATES, DIGITS, Hand, decimal, scaled
from maker.lexicon import GREETINGS, PAY
from maker.look import Look
from maker.pdf import Span, Text, Value, identifier, spans
from maker.sheet import Column, Sheet, joined
from maker.truth import describe, expectation
from maker.world import Company, with_country

NAMES = {
    "name": "vendor_name",
    "address": "vendor_address",
    "vat": "vendor_vat_id",
    "tax": "vendor_tax_number",
    "iban": "iban",
}


def draw(rng: Random, bill: Bill, look: Look) -> tuple[Sheet, dict[str, Any]]:
    """Draw an invoice and say what is true of it."""
    country = bill.vendor.country
    hand = Hand(bill.language, country, rng.choice(DATES[country]), rng.random() < 0.88)
    sheet = Sheet(rng, look, hand)
    vendor = bill.vendor
    if bill.iban_broken and vendor.iban:
        vendor = vendor._replace(iban=ids.broken(vendor.iban))
    sender = Sender(sheet, vendor, NAMES)
    sheet.bottom = look.page[1] - (86 if look.foot in ("columns", "line") else 52)
    letterhead(sheet, sender)
    _addressee(sheet, sender, bill)
    _meta(sheet, bill)
    if look.foot != "none" and rng.random() < 0.6:
        sheet.say(rng.choice(GREETINGS[bill.language]), gap=6)
    sheet.on_turn = lambda: _running_head(sheet, bill)
    _lines(sheet, bill)
    _totals(sheet, bill)
    _closing(sheet, sender, bill)
    if look.foot in ("columns", "line") and look.head != "side":
        footer(sheet, sender, look.foot)
    if len(sheet.canvas.pages) > 1 or rng.random() < 0.3:
        sheet.number_pages(rng.choice(("right", "center")))
    return sheet, _truth(sheet, bill)


def _truth(sheet: Sheet, bill: Bill) -> dict[str, Any]:
    return describe(
        sheet.canvas,
        "invoice",
        bill.language,
        f"invoice/{sheet.look.name}",
        currency=bill.currency,
        defect=bill.defect or None,
        **expectation("invoice", bill.gross / 10 ** DIGITS.get(bill.currency, 2), bill.defect),
    )


def _buyer_lines(sheet: Sheet, bill: Bill) -> list[Text]:
    buyer = bill.buyer
    place = buyer.address
    if place.country != bill.vendor.country:
        place = with_country(place, bill.language)
    lines: list[Text] = [Value(buyer.name, "buyer_name", buyer.name)]
    if isinstance(buyer, Company) and sheet.rng.random() < 0.35:
        lines.append(
            {"de": "z. Hd. ", "en": "Attn. ", "fr": "À l'attention de ", "es": "A la atención de "}[
                bill.language
            ]
            + buyer.manager
        )
    return [*lines, *place.lines]


def _addressee(sheet: Sheet, sender: Sender, bill: Bill) -> None:
    look, canvas, words = sheet.look, sheet.canvas, sheet.words
    lines = _buyer_lines(sheet, bill)
    if look.buyer == "window":
        y = max(sheet.y + 14, 128.0 if look.head != "side" else sheet.y)
        tiny = look.small._replace(size=6.2)
        if look.head != "plain":
            text = f"{sender.company.name} · {' · '.join(sender.place.lines)}"
            sheet.fit(sheet.left, y, text, tiny, 230)
            canvas.line(sheet.left, y + 2.5, sheet.left + 230, y + 2.5, (0.6, 0.6, 0.6), thick=0.4)
        sheet.y = canvas.lines(sheet.left, y + 17, lines, look.body, look.leading) + 12
    elif look.buyer == "right":
        x = sheet.left + sheet.room * 0.55
        canvas.text(x, sheet.y + 12, words["bill_to"], look.small)
        sheet.y = canvas.lines(x, sheet.y + 14 + look.leading, lines, look.body, look.leading) + 10
    elif look.buyer == "boxed":
        deep = (len(lines) + 1.6) * look.leading
        canvas.rect(sheet.left, sheet.y, sheet.left + 235, sheet.y + deep, edge=(0.6, 0.6, 0.6))
        canvas.text(sheet.left + 7, sheet.y + look.size * 1.2, words["bill_to"] + look.colon, look.bold)
        canvas.lines(sheet.left + 7, sheet.y + look.size * 1.3 + look.leading, lines, look.body, look.leading)
        sheet.y += deep + 12
    else:
        half = sheet.left + sheet.room / 2
        canvas.text(sheet.left, sheet.y + 12, words["bill_to"], look.bold)
        canvas.text(half, sheet.y + 12, words["ship_to"], look.bold)
        y = canvas.lines(sheet.left, sheet.y + 14 + look.leading, lines, look.body, look.leading)
        canvas.lines(
            half,
            sheet.y + 14 + look.leading,
            [bill.buyer.name, *bill.buyer.address.lines],
            look.body,
            look.leading,
        )
        sheet.y = y + 8


def _particulars(sheet: Sheet, bill: Bill) -> list[tuple[str, Text]]:
    """Return what stands beside number and date; much of it looks like them."""
    words, rng = sheet.words, sheet.rng
    extra: list[tuple[str, Text]] = []
    if rng.random() < 0.6:
        extra.append((words["customer_no"], bill.customer))
    if rng.random() < 0.55:
        extra.append((words["order"], identifier(bill.order, "purchase_order")))
    if rng.random() < 0.3:
        extra.append((words["order_date"], sheet.hand.day(bill.ordered)))
    if rng.random() < 0.5:
        extra.append((words["delivery_date"], sheet.hand.day(bill.delivered)))
    if rng.random() < 0.25:
        extra.append((words["contact"], bill.vendor.manager))
    if isinstance(bill.buyer, Company) and bill.buyer.vat_id and rng.random() < 0.4:
        extra.append((words["buyer_vat"], Value(bill.buyer.vat_id, "buyer_vat_id", bill.buyer.vat_id)))
    if bill.defect == "dates" or rng.random() < 0.7:
        extra.insert(rng.randrange(len(extra) + 1), (words["due_date"], sheet.day(bill.due, "due_date")))
    return extra


def _meta(sheet: Sheet, bill: Bill) -> None:
    look, canvas, words, rng = sheet.look, sheet.canvas, sheet.words, sheet.rng
    rows: list[tuple[str, Text]] = []
    if bill.number:
        rows.append((words["invoice_number"], identifier(bill.number, "invoice_number")))
    rows.append((words["invoice_date"], sheet.day(bill.day, "invoice_date")))
    extra = _particulars(sheet, bill)
    title = words["invoice"]
    if look.meta == "subject" and bill.number:
        _subject(sheet, bill, extra)
        return
    order = rows + extra if rng.random() < 0.75 else rows[:1] + extra + rows[1:]
    if look.meta in ("strip", "grid", "table"):
        canvas.text(sheet.left, sheet.y + look.size * 2, title, look.title())
        sheet.y += look.size * 3
        sheet.strip(order, look.meta)
    elif look.meta == "right" and look.buyer in ("window", "boxed") and look.head != "side":
        _beside(sheet, order, title)
    else:
        canvas.text(sheet.left, sheet.y + look.size * 2, title, look.title())
        kind = {"dotted": "dotted", "above": "above"}.get(look.meta, "list")
        if kind == "above":
            half = (len(order) + 1) // 2
            y = sheet.y + look.size * 4
            a = sheet.pairs(order[:half], sheet.left, sheet.left + sheet.room * 0.45, y, kind)
            b = sheet.pairs(order[half:], sheet.left + sheet.room / 2, sheet.right, y, kind)
            sheet.y = max(a, b) - look.leading * 0.6
        else:
            edge = sheet.left + sheet.room * (0.52 if kind == "dotted" else 0.6)
            sheet.y = sheet.pairs(order, sheet.left, edge, sheet.y + look.size * 4, kind) + 4


def _beside(sheet: Sheet, rows: list[tuple[str, Text]], title: str) -> None:
    """Write the meta block to the right of the addressee."""
    look = sheet.look
    x = sheet.left + sheet.room * 0.56
    top = max(sheet.y - look.leading * (len(rows) + 1.2), sheet.below_head + look.leading)
    y = sheet.pairs(rows, x, sheet.right, top, sheet.rng.choice(("list", "flush")))
    sheet.y = max(sheet.y, y) + 6
    sheet.canvas.text(sheet.left, sheet.y + look.size * 1.8, title, look.title(1.8))
    sheet.y += look.size * 3


def _subject(sheet: Sheet, bill: Bill, extra: list[tuple[str, Text]]) -> None:
    """Write number and date into a sentence, the rest below."""
    look = sheet.look
    number = identifier(str(bill.number), "invoice_number")
    day = sheet.day(bill.day, "invoice_date")
    place = bill.vendor.address.town
    how = {
        "de": [("Rechnung Nr. ", number, " vom ", day), ("Rechnung ", number)],
        "en": [("Invoice ", number, " dated ", day), ("Invoice No. ", number)],
        "fr": [("Facture n° ", number, " du ", day), ("Facture ", number)],
        "es": [("Factura n.º ", number, " de ", day), ("Factura ", number)],
    }[bill.language]
    subject: tuple[Span, ...] = sheet.rng.choice(how)
    if day not in subject:
        between = {"de": ", den ", "en": ", ", "fr": ", le ", "es": ", a "}[bill.language]
        sheet.canvas.text(sheet.right, sheet.y + look.size, (place + between, day), look.body, "right")
        sheet.y += look.leading * 1.6
    style = look.bold._replace(size=look.size * 1.35)
    sheet.canvas.text(sheet.left, sheet.y + style.size * 1.2, subject, style)
    sheet.y += style.size * 2.4
    if extra:
        sheet.say(joined([(f"{label}: ", *spans(text)) for label, text in extra], "; "), gap=5)


def _running_head(sheet: Sheet, bill: Bill) -> None:
    if not bill.number or sheet.look.head == "side":
        return
    text = (f"{bill.vendor.name} · {sheet.words['invoice']} ", identifier(bill.number, "invoice_number"))
    sheet.canvas.text(sheet.left, 40, text, sheet.look.small)
    sheet.y = 58


def _lines(sheet: Sheet, bill: Bill) -> None:
    look, words, hand, rng = sheet.look, sheet.words, sheet.hand, sheet.rng
    narrow = sheet.room < 420
    have = {
        "pos": rng.random() < 0.5,
        "code": rng.random() < 0.4 and not narrow,
        "unit": rng.random() < 0.4,
        "rate": bill.vendor.country != "US" and (len(bill.taxes) > 1 or rng.random() < 0.4),
    }
    columns: list[tuple[str, Column]] = []
    if have["pos"]:
        columns.append(("pos", Column(words["pos"], 0.6)))
    if have["code"]:
        columns.append(("code", Column(words["item_no"], 1.3)))
    columns.append(("description", Column(words["description"], 4.6)))
    amount = Column(words["amount"], 1.5, "right")
    tail = [("quantity", Column(words["quantity"], 1.0, rng.choice(("right", "center", "right"))))]
    if have["unit"]:
        tail.append(("unit", Column(words["unit"], 0.9)))
    tail.append(("price", Column(words["unit_price"], 1.35, "right")))
    if have["rate"]:
        tail.append(("rate", Column(words["tax_rate"], 0.95, "right")))
    if rng.random() < 0.16:
        columns = [tail.pop(0), *columns]
    columns += [*tail, ("amount", amount)]
    rows = []
    whole = all(item.quantity % 100 == 0 for item in bill.items)
    digits = 0 if whole and rng.random() < 0.7 else 2
    percent = rng.choice(("{} %", "{}%", "{}"))
    in_table = rng.random() < 0.3
    for n, item in enumerate(bill.items):
        quantity = hand.number(item.quantity // (100 if digits == 0 else 1), digits)
        cells: dict[str, Text] = {
            "pos": str(n + 1) if not have["code"] else str((n + 1) * 10),
            "code": item.code,
            "description": _cell(item.description, "description", item.description, n),
            "quantity": _cell(quantity, "quantity", scaled(item.quantity, 2).rstrip("0").rstrip("."), n),
            "unit": item.unit,
            "price": _money(sheet, bill, item.price, "unit_price", n, with_sign=in_table),
            "rate": _cell(percent.format(rate_text(hand, item.rate)), "tax_rate", rate_truth(item.rate), n),
            "amount": _money(sheet, bill, item.amount, "amount", n, with_sign=in_table),
        }
        rows.append([cells[key] for key, _ in columns])

    def carried(n: int) -> str:
        return hand.amount(sum(i.amount for i in bill.items[:n]), bill.currency)

    carry = carried if rng.random() < 0.5 else None
    sheet.table([column for _, column in columns], rows, look.table, carry)
    sheet.y += look.leading * 0.7


def _cell(printed: str, name: str, normalised: str, row: int) -> Value:
    return Value(printed, name, normalised, "line_items", row)


def _money(sheet: Sheet, bill: Bill, minor: int, name: str, row: int, *, with_sign: bool) -> Text:
    cell = _cell(sheet.hand.amount(minor, bill.currency), name, decimal(minor, bill.currency), row)
    if not with_sign:
        return cell
    return tuple(cell if span == cell.printed else span for span in sheet.money(minor, bill.currency))


def rate_text(hand: Hand, rate: int) -> str:
    """Write a tax rate given in hundredths of a percent."""
    digits = 0 if rate % 100 == 0 else 1 if rate % 10 == 0 else 2
    return hand.number(rate // 10 ** (2 - digits), digits)


def rate_truth(rate: int) -> str:
    """Return a tax rate as a plain decimal."""
    return scaled(rate, 2).rstrip("0").rstrip(".")


Sum = tuple[str, Text, bool]
"""A label, an amount, and whether it is a total."""


def _sums(sheet: Sheet, bill: Bill) -> list[Sum]:
    words, money, c = sheet.words, sheet.money, bill.currency
    rows: list[Sum] = []
    if bill.discount or bill.shipping:
        rows.append((words["goods"], money(sum(i.amount for i in bill.items), c), False))
    if bill.discount:
        rows.append((words["discount"], money(-bill.discount, c), False))
    if bill.shipping:
        rows.append((words["shipping"], money(bill.shipping, c), False))
    rows.append((words["net"], money(bill.net, c, "net_total"), False))
    rows += _taxes(sheet, bill)
    sign = _total_sign(sheet, c)
    rows.append((words["gross"], money(bill.gross, c, "gross_total", sign), True))
    if bill.paid:
        rows.append((words["paid"], money(-bill.paid, c), False))
    if bill.paid or sheet.rng.random() < 0.2:
        rows.append((words["due"], money(bill.due_amount, c, "amount_due", sign), True))
    return rows


def _taxes(sheet: Sheet, bill: Bill) -> list[Sum]:
    word, hand, c = sheet.words["tax"], sheet.hand, bill.currency
    total = sheet.money(bill.tax, c, "tax_total")
    if len(bill.taxes) == 1:
        return [(f"{word} {rate_text(hand, bill.taxes[0][0])} %", total, False)]
    base_word = sheet.words["base"]
    rows: list[Sum] = [
        (f"{word} {rate_text(hand, rate)} % ({base_word} {hand.amount(base, c)})", sheet.money(tax, c), False)
        for rate, base, tax in bill.taxes
    ]
    whole = {"de": "gesamt", "fr": "totale"}.get(bill.language, "total")
    return [*rows, (word if "otal" in word else f"{word} {whole}", total, False)]


def _total_sign(sheet: Sheet, currency: str) -> str:
    """Return how totals show their currency: somewhere on the page it has to stand."""
    look = sheet.look
    sign = look.sign if look.sign != "none" else "code" if look.head in ("plain", "box", "band") else "suffix"
    return "prefix" if currency in ("USD", "GBP", "JPY") and sign == "suffix" else sign


def _totals(sheet: Sheet, bill: Bill) -> None:
    look, canvas = sheet.look, sheet.canvas
    rows = _sums(sheet, bill)
    step = look.leading * 1.32
    sheet.need(step * len(rows) + 8)
    x0 = {"left": sheet.left, "wide": sheet.left}.get(look.totals, sheet.left + sheet.room * 0.5)
    x1 = sheet.left + sheet.room * 0.55 if look.totals == "left" else sheet.right
    top = sheet.y
    larger = look.bold._replace(size=look.size * (1.12 if look.totals != "table" else 1))
    for label, text, strong in rows:
        style = larger if strong else look.body
        base = sheet.y + look.size * 1.15
        if strong and look.totals in ("band", "wide"):
            canvas.rect(x0 - 4, sheet.y - 1, x1 + 4, sheet.y + step - 1, fill=look.soft)
        elif strong:
            canvas.line(x0, sheet.y, x1, sheet.y, look.accent, thick=0.8)
        length = canvas.text(x1 - 3, base, text, style, "right")
        used = sheet.fit(x0 + 3, base, label, style, x1 - x0 - length - 14)
        if look.totals == "dotted":
            sheet.dots(x0 + used + 7, x1 - length - 7, base)
        if look.totals == "table":
            canvas.rect(x0, sheet.y, x1, sheet.y + step, edge=(0.7, 0.7, 0.7), thick=0.4)
        sheet.y += step
    if look.totals == "boxed":
        canvas.rect(x0 - 3, top - 2, x1 + 3, sheet.y + 1, edge=look.accent)
    sheet.y += look.leading


def _closing(sheet: Sheet, sender: Sender, bill: Bill) -> None:
    look, rng = sheet.look, sheet.rng
    sheet.need(look.leading * 4)
    if bill.defect != "dates" and rng.random() < 0.8:
        sheet.say(rng.choice(PAY[bill.language]).format(days=bill.days), gap=4)
    if look.foot in ("none", "block") or (look.foot == "line" and look.head == "side"):
        lines = sender.bank() if look.head != "side" else []
        if not lines:
            return
        sheet.need(look.leading * (len(lines) + 2))
        sheet.canvas.text(sheet.left, sheet.y + look.size, sheet.words["bank"], look.bold)
        sheet.y = sheet.canvas.lines(
            sheet.left, sheet.y + look.size + look.leading, lines, look.body, look.leading
        )
    if look.head in ("foot", "left", "centre", "band") and look.foot not in ("columns", "line"):
        lines = sender.taxes()
        if look.head == "foot":
            lines = [in_one(sender.place, sender.place_name), *sender.contact(), *lines]
        sheet.need(look.leading * (len(lines) + 1))
        sheet.y = sheet.canvas.lines(sheet.left, sheet.y + look.leading, lines, look.small, look.leading)
