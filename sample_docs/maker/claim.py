"""Draws insurance claims: as form, letter, web printout, report, in columns or as plain text."""

from collections.abc import Callable
from random import Random
from typing import Any

from maker.blocks import dial, iban_value, logo, parted, signature
from maker.formats import DATES, Hand, decimal
from maker.lexicon import LETTERS
from maker.look import Look
from maker.loss import Claim
from maker.names import LANGUAGE
from maker.pdf import Text, Value, identifier, spans
from maker.sheet import Column, Sheet
from maker.texts import fill
from maker.truth import describe, expectation

KINDS = ("form", "letter", "web", "report", "columns", "plain")


class Facts:
    """The values of a claim as this document prints them."""

    def __init__(self, sheet: Sheet, claim: Claim) -> None:
        """Write each value once."""
        who, rng = claim.claimant, sheet.rng
        self.claim = claim
        last_first = sheet.hand.language == "de" and rng.random() < 0.15
        self.name = Value(f"{who.last}, {who.first}" if last_first else who.name, "claimant_name", who.name)
        self.address = Value(who.address.one_line, "claimant_address", who.address.one_line)
        self.lines = parted(who.address, "claimant_address")
        self.born = sheet.day(who.born, "claimant_date_of_birth")
        self.phone = Value(who.phone, "phone", dial(who.phone))
        self.email = Value(who.email, "email", who.email)
        self.insurer = Value(claim.insurer, "carrier_name", claim.insurer)
        self.number = identifier(claim.number, "claim_number")
        self.policy = identifier(claim.policy, "policy_number")
        self.lost = sheet.day(claim.lost, "date_of_loss")
        self.reported = sheet.day(claim.reported, "date_reported")
        self.kind = Value(claim.kind, "loss_type", claim.kind)
        story = claim.story.format(day=sheet.hand.day(claim.told))
        self.story = Value(story, "loss_description", story)
        self.total = sheet.money(
            claim.total,
            claim.currency,
            "claimed_amount",
            sheet.look.sign if sheet.look.sign != "none" else "code",
        )
        self.iban: Text | None = iban_value(sheet, claim.iban) if claim.iban else None


def draw(rng: Random, claim: Claim, look: Look, kind: str = "") -> tuple[Sheet, dict[str, Any]]:
    """Draw a claim and say what is true of it."""
    language = LANGUAGE[claim.country]
    hand = Hand(language, claim.country, rng.choice(DATES[claim.country]))
    kind = kind or rng.choice(KINDS)
    if kind == "plain":
        look = look._replace(family="mono", stretch=0.9, size=9.0, bold_labels=False, colon=":")
    sheet = Sheet(rng, look, hand)
    draw_it: dict[str, Callable[[Sheet, Facts], None]] = {
        "form": _form,
        "letter": _letter,
        "web": _web,
        "report": _report,
        "columns": _columns,
        "plain": _plain,
    }
    draw_it[kind](sheet, Facts(sheet, claim))
    if len(sheet.canvas.pages) > 1:
        sheet.number_pages()
    return sheet, describe(
        sheet.canvas,
        "claim",
        language,
        f"claim/{kind}",
        currency=claim.currency,
        defect=claim.defect or None,
        **expectation("claim", claim.total / 100, claim.defect),
    )


def _items(sheet: Sheet, facts: Facts) -> None:
    claim, words = facts.claim, sheet.words
    dated = sheet.rng.random() < 0.7
    columns = [
        Column(words["thing"], 4.0),
        Column(words["bought"], 1.5),
        Column(words["worth"], 1.5, "right"),
    ]
    rows: list[list[Text]] = []
    for n, (thing, bought, amount) in enumerate(claim.items):
        cells: list[Text] = [
            Value(thing, "description", thing, "losses", n),
            sheet.day(bought, "date")._replace(table="losses", row=n),
            Value(
                sheet.hand.amount(amount, claim.currency),
                "amount",
                decimal(amount, claim.currency),
                "losses",
                n,
            ),
        ]
        rows.append(cells if dated else [cells[0], cells[2]])
    sheet.table(columns if dated else [columns[0], columns[2]], rows, sheet.look.table)
    sheet.y += sheet.look.leading * 0.6


def _total(sheet: Sheet, facts: Facts) -> None:
    look = sheet.look
    sheet.need(look.leading * 2)
    style = look.bold._replace(size=look.size * 1.1)
    length = sheet.canvas.text(sheet.right - 3, sheet.y + look.size * 1.2, facts.total, style, "right")
    sheet.canvas.text(
        sheet.right - 14 - length, sheet.y + look.size * 1.2, sheet.words["claimed"], style, "right"
    )
    sheet.y += look.leading * 2


def _sign(sheet: Sheet, facts: Facts) -> None:
    look = sheet.look
    sheet.need(look.leading * 6)
    sheet.say(sheet.words["declare"], look.small, gap=26)
    signature(sheet, sheet.left + 6, sheet.y)
    sheet.canvas.line(sheet.left, sheet.y + 6, sheet.left + 190, sheet.y + 6, (0.3, 0.3, 0.3), thick=0.5)
    sheet.canvas.text(sheet.left, sheet.y + 6 + look.leading, sheet.words["signed"], look.small)
    sheet.y += look.leading * 2.4


def _heading(sheet: Sheet, facts: Facts) -> None:
    look, canvas = sheet.look, sheet.canvas
    logo(sheet, sheet.left, 36, 36)
    canvas.text(
        sheet.left + (46 if look.logo != 7 else 0),
        52,
        facts.insurer,
        look.bold._replace(size=look.size * 1.2),
    )
    canvas.text(sheet.left + (46 if look.logo != 7 else 0), 70, sheet.words["claim"], look.title(1.7))
    sheet.y = 92


def _form(sheet: Sheet, facts: Facts) -> None:
    words = sheet.words
    _heading(sheet, facts)
    bar = sheet.rng.choice(("bar", "bar", "soft"))
    sheet.cells(
        [
            (words["claim_no"], facts.number, 1),
            (words["policy_no"], facts.policy, 1),
            (words["reported"], facts.reported, 1),
        ]
    )
    sheet.y += 8
    sheet.section(words["sec_person"], bar)
    sheet.cells([(words["claimant"], facts.name, 2), (words["born"], facts.born, 1)])
    sheet.cells([(words["address"], facts.address, 1)])
    sheet.cells([(words["phone_c"], facts.phone, 1), (words["email_c"], facts.email, 1.4)])
    sheet.y += 8
    sheet.section(words["sec_loss"], bar)
    sheet.cells([(words["loss_date"], facts.lost, 1), (words["loss_type"], facts.kind, 2)])
    sheet.cells([(words["what"], facts.story, 1)], lines=5)
    sheet.cells([(words["police"], _tick(sheet), 1), (words["witness"], _tick(sheet), 1)])
    sheet.y += 8
    sheet.section(words["sec_money"], bar)
    sheet.y += 3
    _items(sheet, facts)
    row: list[tuple[str, Text, float]] = [(words["claimed"], facts.total, 1)]
    if facts.iban:
        row.append((words["payout"], facts.iban, 1.7))
    sheet.cells(row)
    sheet.y += 12
    _sign(sheet, facts)


def _tick(sheet: Sheet) -> Text:
    yes = sheet.rng.random() < 0.4
    return f"[{'x' if yes else ' '}] {sheet.words['yes']}    [{' ' if yes else 'x'}] {sheet.words['no']}"


def _web(sheet: Sheet, facts: Facts) -> None:
    words, claim, look = sheet.words, facts.claim, sheet.look
    canvas = sheet.canvas
    canvas.rect(0, 0, look.page[0], 54, fill=look.accent)
    canvas.text(sheet.left, 34, facts.insurer, look.title(1.5)._replace(colour=(1.0, 1.0, 1.0)))
    sheet.y = 74
    canvas.text(sheet.left, sheet.y + 12, words["claim"], look.title(1.8))
    sheet.y += 30
    rows: list[tuple[str, Text]] = [
        (words["claim_no"], facts.number),
        (words["policy_no"], facts.policy),
        (words["period"], f"{sheet.hand.day(claim.cover[0])} - {sheet.hand.day(claim.cover[1])}"),
        (words["reported"], facts.reported),
        (words["claimant"], facts.name),
        (words["born"], facts.born),
        (words["address"], facts.address),
        (words["phone_c"], facts.phone),
        (words["email_c"], facts.email),
        (words["loss_date"], facts.lost),
        (words["loss_type"], facts.kind),
        (words["what"], facts.story),
        (words["claimed"], facts.total),
    ]
    if facts.iban:
        rows.append((words["payout"], facts.iban))
    if sheet.rng.random() < 0.5:
        rows = rows[4:9] + rows[:4] + rows[9:]
    for n, (label, text) in enumerate(rows):
        lines = canvas.wrap(text, look.body, sheet.room * 0.62)
        deep = look.leading * (len(lines) + 0.5)
        sheet.need(deep)
        if n % 2 == 0:
            canvas.rect(sheet.left, sheet.y, sheet.right, sheet.y + deep, fill=look.soft)
        sheet.fit(sheet.left + 5, sheet.y + look.size * 1.25, label, look.bold, sheet.room * 0.34)
        canvas.lines(
            sheet.left + sheet.room * 0.36, sheet.y + look.size * 1.25, lines, look.body, look.leading
        )
        sheet.y += deep
    sheet.y += 14
    if len(claim.items) > 1:
        sheet.section(words["items"], "plain")
        _items(sheet, facts)


def _report(sheet: Sheet, facts: Facts) -> None:
    words, claim, look = sheet.words, facts.claim, sheet.look
    _heading(sheet, facts)
    kind = sheet.rng.choice(("line", "soft"))
    style = sheet.rng.choice(("dotted", "list"))
    edge = sheet.left + sheet.room * (0.8 if style == "list" else 0.9)
    for title, rows in (
        (
            "sec_person",
            [
                (words["claimant"], facts.name),
                (words["address"], facts.address),
                (words["born"], facts.born),
                (words["phone_c"], facts.phone),
            ],
        ),
        (
            "sec_loss",
            [
                (words["claim_no"], facts.number),
                (words["policy_no"], facts.policy),
                (words["loss_date"], facts.lost),
                (words["reported"], facts.reported),
                (words["loss_type"], facts.kind),
            ],
        ),
    ):
        sheet.section(words[title], kind)
        sheet.y = sheet.pairs(rows, sheet.left, edge, sheet.y + look.size, style) + 4
    sheet.section(words["what"], kind)
    sheet.say(facts.story, gap=8)
    sheet.section(words["items"], kind)
    _items(sheet, facts)
    _total(sheet, facts)
    last: list[tuple[str, Text]] = []
    if claim.excess:
        last.append((words["excess"], sheet.money(claim.excess, claim.currency)))
    if facts.iban:
        last.append((words["payout"], facts.iban))
    sheet.need(look.leading * 3)
    sheet.y = sheet.pairs(last, sheet.left, edge, sheet.y + look.size) + 8
    _sign(sheet, facts)


def _columns(sheet: Sheet, facts: Facts) -> None:
    words, look = sheet.words, sheet.look
    canvas = sheet.canvas
    middle = sheet.left + sheet.room / 2
    canvas.text(look.page[0] / 2, 54, facts.insurer, look.title(1.35), "center")
    canvas.text(
        look.page[0] / 2, 74, words["claim"].upper(), look.bold._replace(size=look.size * 1.4), "center"
    )
    sheet.y = 86
    sheet.rule(thick=1.4)
    y = sheet.y + 20
    style = sheet.rng.choice(("above", "list"))
    a = sheet.pairs(
        [
            (words["claimant"], facts.name),
            (words["address"], facts.address),
            (words["born"], facts.born),
            (words["email_c"], facts.email),
        ],
        sheet.left,
        middle - 12,
        y,
        style,
    )
    b = sheet.pairs(
        [
            (words["claim_no"], facts.number),
            (words["policy_no"], facts.policy),
            (words["loss_date"], facts.lost),
            (words["reported"], facts.reported),
        ],
        middle + 12,
        sheet.right,
        y,
        style,
    )
    canvas.line(middle, y - 12, middle, max(a, b) - 8, (0.7, 0.7, 0.7), thick=0.5)
    sheet.y = max(a, b) + 2
    sheet.rule(thick=0.5)
    sheet.y += 10
    sheet.say((f"{words['loss_type']}: ", facts.kind), gap=4)
    sheet.say(facts.story, gap=10)
    _items(sheet, facts)
    _total(sheet, facts)
    if facts.iban:
        sheet.say((f"{words['payout']}: ", *spans(facts.iban)), gap=10)
    _sign(sheet, facts)


def _letter(sheet: Sheet, facts: Facts) -> None:
    claim, look = facts.claim, sheet.look
    canvas = sheet.canvas
    canvas.lines(
        sheet.right,
        56,
        [facts.name, *facts.lines, facts.phone, facts.email],
        look.body,
        look.leading,
        align="right",
    )
    sheet.y = (
        canvas.lines(sheet.left, 136, [facts.insurer, sheet.words["claim"]], look.body, look.leading) + 14
    )
    canvas.text(sheet.right, sheet.y + look.size, facts.reported, look.body, "right")
    sheet.y += look.leading * 2
    letter = LETTERS[sheet.hand.language]
    parts = {
        "number": facts.number,
        "policy": facts.policy,
        "lost": facts.lost,
        "kind": facts.kind,
        "story": facts.story,
        "total": facts.total,
        "iban": facts.iban or "",
        "born": facts.born,
        "name": facts.name,
    }
    sheet.say(fill(letter["subject"], parts), look.bold._replace(size=look.size * 1.1), gap=8)
    sheet.say(letter["hello"], gap=6)
    sheet.say(fill(letter["opening"], parts), gap=6)
    sheet.say(facts.story, gap=6)
    sheet.say(fill(letter["claim"], parts), gap=8)
    if len(claim.items) > 1:
        _items(sheet, facts)
    if facts.iban:
        sheet.say(fill(letter["pay"], parts), gap=8)
    sheet.say(letter["bye"], gap=30)
    sheet.say(claim.claimant.name)


def _plain(sheet: Sheet, facts: Facts) -> None:
    words, claim = sheet.words, facts.claim
    sheet.say(words["claim"].upper(), sheet.look.bold, gap=2)
    sheet.say("=" * len(words["claim"]), gap=8)
    rows: list[tuple[str, Text]] = [
        ("insurer", facts.insurer),
        ("claim_no", facts.number),
        ("policy_no", facts.policy),
        ("claimant", facts.name),
        ("address", facts.address),
        ("phone_c", facts.phone),
        ("email_c", facts.email),
        ("loss_date", facts.lost),
        ("reported", facts.reported),
        ("loss_type", facts.kind),
        ("claimed", facts.total),
    ]
    if facts.iban:
        rows.append(("payout", facts.iban))
    sheet.y = (
        sheet.pairs([(words[key], text) for key, text in rows], sheet.left, sheet.right, sheet.y + 10) + 8
    )
    sheet.say(words["what"].upper(), sheet.look.bold, gap=2)
    sheet.say(facts.story, gap=10)
    if len(claim.items) > 1:
        _items(sheet, facts)
