"""Account statements: bank and credit card, with balance column, with debit and credit, with signs behind."""

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from maker import ids
from maker.blocks import Sender, footer, iban_value, letterhead
from maker.formats import DATES, DIGITS, Hand, decimal
from maker.lexicon import BOOKINGS, INCOMING
from maker.look import Look
from maker.names import CURRENCY, LANGUAGE, STEMS, TOWNS
from maker.pdf import Text, Value, identifier
from maker.sheet import Column, Sheet
from maker.truth import describe, expectation
from maker.world import Company, Person, company, person, slug

KINDS = ("balance", "columns", "behind", "card")


class Statement(NamedTuple):
    """A statement before it is drawn; amounts in minor units."""

    bank: Company
    holder: Person | Company
    iban: str | None
    account: str
    number: int
    start: date
    end: date
    day: date
    due: date
    opening: int
    bookings: tuple[tuple[date, str, int], ...]
    closing: int
    currency: str
    country: str
    defect: str
    kind: str


def make(
    rng: Random, country: str, *, defect: str = "", lines: int = 0, small: bool = True, kind: str = ""
) -> Statement:
    """Make up a statement; in one with the defect 'sum' the bookings do not lead to the closing balance."""
    kind = kind or rng.choice(KINDS)
    start = date(2023 + rng.randrange(3), rng.randint(1, 12), 1)
    end = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    language, currency = LANGUAGE[country], CURRENCY[country]
    bank = company(rng, country)
    site = f"{slug(bank.bank)}.example"
    bank = bank._replace(name=bank.bank, web=f"www.{site}", email=f"service@{site}")
    count = lines or rng.choice((6, 9, 12, 16, 22, 40))
    days = sorted(rng.randrange((end - start).days + 1) for _ in range(count))
    usual = (0, 0, 0, 0, 0, 0, 8, 3, 10) if kind == "card" else (0, 0, 0, 0, 1, 1, 1, 3, 4, 4, 6, 7, 7, 8)
    kinds = [rng.choice(usual) for _ in days]
    if kind != "card":
        kinds[rng.randrange(count)] = 5
        kinds[0] = 2
    bookings = tuple(
        (start + timedelta(days=n), *_booking(rng, country, language, small, what))
        for n, what in zip(days, kinds, strict=True)
    )
    opening = rng.randint(12_000, 900_000) * (1 if DIGITS.get(currency, 2) else 10)
    closing = opening + sum(amount for _, _, amount in bookings)
    if defect == "sum":
        closing += rng.choice((-1, 1)) * rng.randint(500, 90_000)
    iban = ids.account(rng, country)
    if defect == "iban" and iban:
        iban = ids.broken(iban)
    return Statement(
        bank=bank,
        holder=company(rng, country) if rng.random() < 0.3 else person(rng, country),
        iban=iban,
        account=(iban or ids.digits(rng, 10))[-10:],
        number=rng.randint(1, 12),
        start=start,
        end=end,
        day=end + timedelta(days=rng.randint(0, 4)),
        due=end + timedelta(days=rng.choice((10, 14, 21))),
        opening=opening,
        bookings=bookings,
        closing=closing,
        currency=currency,
        country=country,
        defect=defect,
        kind=kind,
    )


def _booking(rng: Random, country: str, language: str, small: bool, kind: int) -> tuple[str, int]:
    shop = f"{rng.choice(STEMS[country if country in STEMS else 'DE'])}"
    text = BOOKINGS[language][kind].format(
        shop=shop, town=rng.choice(TOWNS[country]), who=person(rng, country).name, n=rng.randint(1000, 99999)
    )
    top = {5: 380_000, 2: 120_000, 9: 900, 10: 900}.get(kind, 24_000)
    amount = rng.randint(290, top * (1 if small else 4))
    if country == "JP":
        amount //= 10
    return text, amount if kind in INCOMING else -amount


def draw(rng: Random, facts: Statement, look: Look) -> tuple[Sheet, dict[str, Any]]:
    """Draw a statement and say what is true of it."""
    language = LANGUAGE[facts.country]
    kind = facts.kind
    if look.head in ("side", "plain"):
        look = look._replace(head="left")
    sheet = Sheet(
        rng,
        look,
        Hand(language, facts.country, rng.choice([f for f in DATES[facts.country] if "mon" not in f])),
    )
    sheet.bottom = look.page[1] - (88 if look.foot in ("columns", "line") else 48)
    sender = Sender(sheet, facts.bank._replace(iban=None), {"name": "bank_name"})
    letterhead(sheet, sender)
    title = sheet.words["card_statement" if kind == "card" else "statement"]
    _head(sheet, facts, title, kind)
    sheet.on_turn = lambda: _running_head(sheet, facts, title)
    _bookings(sheet, facts, kind)
    _closing(sheet, facts, kind)
    if look.foot in ("columns", "line"):
        footer(sheet, sender, look.foot)
    sheet.number_pages()
    return sheet, describe(
        sheet.canvas,
        "statement",
        language,
        f"statement/{kind}-{look.head}-{look.table}",
        currency=facts.currency,
        defect=facts.defect or None,
        **expectation("statement", defect=facts.defect),
    )


def _head(sheet: Sheet, facts: Statement, title: str, kind: str) -> None:
    look, canvas, words, rng = sheet.look, sheet.canvas, sheet.words, sheet.rng
    holder = Value(facts.holder.name, "account_holder", facts.holder.name)
    top = max(sheet.y + 8, 112.0)
    canvas.lines(sheet.left, top + look.size, [holder, *facts.holder.address.lines], look.body, look.leading)
    number = identifier(facts.account, "account_number")
    rows: list[tuple[str, Text]] = [(words["st_date"], sheet.day(facts.day, "statement_date"))]
    if facts.iban and kind != "card" and rng.random() < 0.8:
        rows.append((words["iban"], iban_value(sheet, facts.iban)))
    if len(rows) == 1 or kind == "card" or rng.random() < 0.5:
        rows.append((words["acc_no"], number))
    start, end = sheet.day(facts.start, "period_start"), sheet.day(facts.end, "period_end")
    if rng.random() < 0.6:
        rows.append((words["st_period"], (start, " - ", end)))
    else:
        rows += [(words["from_day"], start), (words["to_day"], end)]
    if rng.random() < 0.5:
        rows.append((words["st_no"], f"{facts.number}/{facts.end.year}"))
    if kind == "card":
        rows.append((words["due_date"], sheet.day(facts.due, "due_date")))
        rows.append((words["limit"], sheet.hand.amount(500_000, facts.currency)))
    if look.meta in ("strip", "grid", "table"):
        sheet.y = top + look.leading * 6
        canvas.text(sheet.left, sheet.y, title, look.title(1.7))
        sheet.y += look.leading * 0.8
        sheet.strip(rows, look.meta)
    else:
        x = sheet.left + sheet.room * 0.5
        y = sheet.pairs(rows, x, sheet.right, top + look.size, rng.choice(("list", "flush")))
        sheet.y = max(y, top + look.leading * 6) + 4
        canvas.text(sheet.left, sheet.y + look.size, title, look.title(1.7))
        sheet.y += look.leading * 2


def _running_head(sheet: Sheet, facts: Statement, title: str) -> None:
    sheet.canvas.text(sheet.left, 38, f"{facts.bank.name} · {title}", sheet.look.small)
    sheet.canvas.text(
        sheet.right,
        38,
        Value(facts.holder.name, "account_holder", facts.holder.name),
        sheet.look.small,
        "right",
    )
    sheet.y = 52


def _signed(sheet: Sheet, minor: int, currency: str, kind: str) -> str:
    printed = sheet.hand.amount(abs(minor), currency)
    if kind == "behind":
        marks = {"de": (" H", " S"), "en": (" CR", " DR")}.get(sheet.hand.language, ("+", "-"))
        return printed + (marks[0] if minor >= 0 else marks[1])
    return sheet.hand.amount(minor, currency)


def _bookings(sheet: Sheet, facts: Statement, kind: str) -> None:
    words, look, rng, currency = sheet.words, sheet.look, sheet.rng, facts.currency
    opening = Value(
        _signed(sheet, facts.opening, currency, kind), "opening_balance", decimal(facts.opening, currency)
    )
    code = Value(currency, "currency", currency)
    valued = kind != "card" and rng.random() < 0.4
    running = kind == "balance" or (kind == "columns" and rng.random() < 0.6)
    columns = [Column(words["date"], 1.35)]
    if valued:
        columns.append(Column(words["value_day"], 1.3))
    columns.append(Column(words["text"], 4.6))
    named = words["sum"]
    if kind == "columns":
        columns += [Column(words["debit"], 1.35, "right"), Column(words["credit"], 1.35, "right")]
    else:
        columns.append(Column(named.format(c=currency), 1.5, "right"))
    if running:
        columns.append(Column(words["balance"], 1.45, "right"))
    sheet.canvas.text(
        sheet.left, sheet.y + look.size, (words["opening"] + " ", sheet.hand.day(facts.start)), look.body
    )
    sheet.canvas.text(sheet.right - 3, sheet.y + look.size, (opening, " ", code), look.bold, "right")
    sheet.y += look.leading * 1.7
    rows: list[list[Text]] = []
    balance = facts.opening
    for n, (day, text, minor) in enumerate(facts.bookings):
        balance += minor
        row: list[Text] = [sheet.day(day, "date")._replace(table="transactions", row=n)]
        if valued:
            row.append(sheet.hand.day(day + timedelta(days=rng.choice((0, 0, 1)))))
        row.append(Value(text, "description", text, "transactions", n))
        amount = Value(
            _signed(sheet, minor, currency, kind), "amount", decimal(minor, currency), "transactions", n
        )
        if kind == "columns":
            amount = amount._replace(printed=sheet.hand.amount(abs(minor), currency))
            row += ["", amount] if minor > 0 else [amount, ""]
        else:
            row.append(amount)
        if running:
            row.append(
                Value(
                    _signed(sheet, balance, currency, kind),
                    "balance",
                    decimal(balance, currency),
                    "transactions",
                    n,
                )
            )
        rows.append(row)

    def carried(n: int) -> Text:
        return sheet.hand.amount(facts.opening + sum(b[2] for b in facts.bookings[:n]), currency)

    sheet.table(columns, rows, look.table, carried if rng.random() < 0.6 else None)
    sheet.y += look.leading * 0.6


def _closing(sheet: Sheet, facts: Statement, kind: str) -> None:
    words, look, currency = sheet.words, sheet.look, facts.currency
    rows: list[tuple[str, Text, bool]] = []
    if sheet.rng.random() < 0.5:
        ins = sum(b[2] for b in facts.bookings if b[2] > 0)
        outs = sum(b[2] for b in facts.bookings if b[2] < 0)
        rows += [
            (words["money_in"], sheet.hand.amount(ins, currency), False),
            (words["money_out"], sheet.hand.amount(outs, currency), False),
        ]
    closing = Value(
        _signed(sheet, facts.closing, currency, kind), "closing_balance", decimal(facts.closing, currency)
    )
    end = f"{words['closing']} {sheet.hand.day(facts.end)}" if sheet.rng.random() < 0.5 else words["closing"]
    rows.append((end, (closing, " ", Value(currency, "currency", currency)), True))
    if kind == "card":
        rows.append(
            (words["min_pay"], sheet.hand.amount(max(2500, abs(facts.closing) // 20), currency), False)
        )
    sheet.need(look.leading * (1.4 * len(rows) + 1))
    for label, text, strong in rows:
        style = look.bold._replace(size=look.size * 1.1) if strong else look.body
        if strong:
            sheet.canvas.rect(sheet.left, sheet.y, sheet.right, sheet.y + look.leading * 1.4, fill=look.soft)
        sheet.canvas.text(sheet.left + 3, sheet.y + look.size * 1.2, label, style)
        sheet.canvas.text(sheet.right - 3, sheet.y + look.size * 1.2, text, style, "right")
        sheet.y += look.leading * 1.45
