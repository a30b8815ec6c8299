"""Forty cases as a real desk would hold them: five classes, all states, evidence, doubts and findings."""

from dataclasses import dataclass, field
from random import Random

from tests.support.small_paper import Paper

from countersign.domain.confidence import ppm
from countersign.domain.geometry import Box
from countersign.domain.reading import Alternative, Answer, Cell, Evidence, Method, Reading, Row
from countersign.domain.reason import Reason

COMPANIES = (
    ("Nordwind Logistik GmbH", "Hafenstraße 14, 20457 Hamburg", "DE811569869", "EUR", "de"),
    ("Hartwell & Pryce Ltd", "22 Cannon Street, London EC4N 6JJ", "GB220430231", "GBP", "en"),
    ("Ateliers Beaumont SARL", "8 rue des Forges, 69002 Lyon", "FR40303265045", "EUR", "fr"),
    ("Cooperativa La Serena", "Calle Mayor 31, 41001 Sevilla", "ESB58378431", "EUR", "es"),
    ("Blue Mesa Instruments Inc", "1180 Cedar Ave, Boulder CO 80302", "US841203377", "USD", "en"),
    ("Wiesmüller Präzision KG", "Industriering 5, 72762 Reutlingen", "DE136695976", "EUR", "de"),
    ("Fjord Kjemi AS", "Strandgata 40, 5004 Bergen", "NO974760673", "NOK", "en"),
    ("Lacombe Conseil SAS", "17 avenue Foch, 33000 Bordeaux", "FR61954506077", "EUR", "fr"),
)
GOODS = (
    "Euro pallets, heat treated",
    "Forwarding Hamburg to Lyon",
    "Calibration of pressure gauges",
    "Consulting, senior, per day",
    "Stainless fittings DN25",
    "Service contract, quarterly",
)
Place = tuple[str, str]


@dataclass
class Sheet:
    """A document with what the agents read on it."""

    klass: str
    language: str
    papers: list[Paper] = field(default_factory=lambda: [Paper()])
    readings: list[Reading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    alternatives: dict[str, tuple[Alternative, ...]] = field(default_factory=dict)
    findings: list[Reason] = field(default_factory=list)
    document: str = ""

    def read(self, name: str, value: str, printed: str, box: Box, sure: float) -> None:
        """Have an agent read a field."""
        self.readings.append(
            Reading(
                field=name,
                index=sum(r.field == name for r in self.readings),
                answer=Answer(value=value, printed=printed),
                confidence=ppm(sure),
                method=Method.TEXT,
                evidence=Evidence(document=self.document, page=0, box=box),
            )
        )


def _pairs(sheet: Sheet, pairs: list[tuple[str, str, str, str]], x: float, y: float, dice: Random) -> float:
    paper = sheet.papers[0]
    for label, name, value, printed in pairs:
        paper.write(label, x, y, 8.5)
        box = paper.write(printed, x + 104, y, 9)
        sheet.read(name, value, printed, box, dice.uniform(0.955, 0.999))
        y += 16
    return y


def _head(sheet: Sheet, name_field: str, name: str, address: str, title: str) -> None:
    paper = sheet.papers[0]
    box = paper.write(name, 56, 70, 16, bold=True)
    if name_field:
        sheet.read(name_field, name, name, box, 0.991)
    paper.write(address, 56, 88, 8.5)
    paper.write(title, 56, 176, 19, bold=True)
    paper.rule(56, 539, 192)


def _money(amount: int, language: str) -> tuple[str, str]:
    value = f"{amount // 100}.{amount % 100:02d}"
    grouped = f"{amount // 100:,}.{amount % 100:02d}"
    if language != "en":
        grouped = grouped.replace(",", "~").replace(".", ",").replace("~", ".")
    return value, grouped


def _table(sheet: Sheet, dice: Random, top: float) -> int:
    """Write line items; return the net total in cents."""
    paper = sheet.papers[0]
    for text, x in (("Description", 56), ("Quantity", 322), ("Unit price", 398), ("Amount", 505)):
        paper.write(text, x, top, 8.5, bold=True)
    paper.rule(56, 539, top + 6)
    total, y = 0, top + 24
    for goods in dice.sample(GOODS, dice.randint(3, 6)):
        count, price = dice.randint(1, 24), dice.randint(900, 48_000)
        amount = count * price
        total += amount
        price_value, price_printed = _money(price, sheet.language)
        value, printed = _money(amount, sheet.language)
        placed = (
            ("description", goods, goods, paper.write(goods, 56, y)),
            ("quantity", str(count), str(count), paper.write_right(str(count), 356, y)),
            ("unit_price", price_value, price_printed, paper.write_right(price_printed, 440, y)),
            ("amount", value, printed, paper.write_right(printed, 539, y)),
        )
        sheet.rows.append(
            Row(
                table="line_items",
                cells=tuple(
                    Cell(
                        column=column,
                        answer=Answer(value=content, printed=on_page),
                        confidence=ppm(dice.uniform(0.93, 0.999)),
                        evidence=Evidence(document=sheet.document, page=0, box=box),
                    )
                    for column, content, on_page, box in placed
                ),
            )
        )
        y += 18
    paper.rule(56, 539, y)
    return total


def invoice(number: int, document: str) -> Sheet:
    """An invoice of one to three pages; every third has something that a person must settle."""
    dice = Random(number)
    name, address, vat, currency, language = COMPANIES[number % len(COMPANIES)]
    sheet = Sheet("invoice", language, document=document)
    sheet.papers = [Paper(tint=dice.choice(("#20304a", "#0d5c4a", "#6b2d3c"))) for _ in range(1 + number % 3)]
    paper = sheet.papers[0]
    _head(sheet, "vendor_name", name, address, "Rechnung" if language == "de" else "Invoice")
    paper.write("Kestrel Trading GmbH", 56, 122, 9)
    paper.write("Lindenallee 9, 60322 Frankfurt am Main", 56, 135, 9)
    code = f"{dice.choice(('RE', 'INV', 'F'))}-2026-{1000 + number * 37}"
    day = 3 + number % 25
    pairs = [
        ("Invoice number", "invoice_number", code, code),
        ("Invoice date", "invoice_date", f"2026-10-{day:02d}", f"{day:02d}.10.2026"),
        ("Due date", "due_date", f"2026-11-{day:02d}", f"{day:02d}.11.2026"),
        ("VAT ID", "vendor_vat_id", vat, vat),
    ]
    _pairs(sheet, pairs, 330, 108, dice)
    net = _table(sheet, dice, 226)
    rate = 19 if language == "de" else 20
    tax = round(net * rate / 100)
    y = 420.0
    for label, field_name, amount in (
        ("Net", "net_total", net),
        (f"VAT {rate} %", "tax_total", tax),
        ("Total", "gross_total", net + tax),
    ):
        value, printed = _money(amount, language)
        paper.write(label, 380, y, 9, bold=label == "Total")
        box = paper.write_right(printed, 505, y, 9, bold=label == "Total")
        sheet.read(field_name, value, printed, box, dice.uniform(0.96, 0.998))
        if label == "Total":
            sheet.read("currency", currency, currency, paper.write_right(currency, 539, y, 9), 0.985)
        y += 17
    paper.rule(56, 539, 760)
    iban = "DE89370400440532013000" if number % 2 else "DE02120300000000202051"
    grouped = " ".join(iban[at : at + 4] for at in range(0, 22, 4))
    paper.write("IBAN", 56, 780, 8)
    sheet.read("iban", iban, grouped, paper.write(grouped, 86, 780, 8), 0.994)
    for extra in sheet.papers[1:]:
        extra.write("Terms of delivery and payment", 56, 80, 14, bold=True)
        for at in range(30):
            extra.write("Goods remain our property until they are paid for in full.", 56, 112 + at * 20, 9)
    _doubt(sheet, number, code, net, tax)
    return sheet


def _doubt(sheet: Sheet, number: int, code: str, net: int, tax: int) -> None:
    """Let the agents doubt something on some of the sheets."""
    by_name = {reading.field: at for at, reading in enumerate(sheet.readings)}
    if number % 3 == 0:
        at = by_name["invoice_number"]
        sheet.readings[at] = sheet.readings[at].model_copy(update={"confidence": ppm(0.71)})
        there = sheet.readings[at].evidence
        sheet.alternatives["invoice_number"] = (
            Alternative(
                answer=Answer(value=code[:-1], printed=code[:-1]), confidence=ppm(0.19), evidence=there
            ),
            Alternative(answer=Answer(value=f"{code}A", printed=code), confidence=ppm(0.06), evidence=there),
        )
    if number % 4 == 0:
        value, printed = _money(net + tax + 900, sheet.language)
        at = by_name["gross_total"]
        old = sheet.readings[at]
        sheet.alternatives["gross_total"] = (
            Alternative(
                answer=old.answer if isinstance(old.answer, Answer) else Answer(value=""),
                confidence=ppm(0.38),
                evidence=old.evidence,
            ),
        )
        sheet.readings[at] = old.model_copy(
            update={"answer": Answer(value=value, printed=printed), "confidence": ppm(0.58)}
        )
        sheet.findings.append(
            Reason(code="totals_disagree", fields=("gross_total",), detail="net and tax give another total")
        )
    if number % 6 == 0:
        del sheet.readings[by_name["invoice_date"]]


def claim(number: int, document: str) -> Sheet:
    """An insurance claim on a form."""
    dice = Random(number)
    sheet = Sheet("claim", "en", document=document)
    _head(sheet, "", "Meridian Mutual", "4 Harbour Row, Leeds LS1 4AP", "Notice of loss")
    value, printed = _money(dice.randint(20_000, 900_000), "en")
    people = ("Aoife Brennan", "Jonas Keller", "Marta Ruiz", "Priya Nair")
    person = people[number % 4]
    pairs = [
        ("Claimant", "claimant_name", person, person),
        ("Claim number", "claim_number", f"C-{70000 + number}", f"C-{70000 + number}"),
        ("Policy number", "policy_number", f"HH-{4400 + number}-B", f"HH-{4400 + number}-B"),
        ("Date of loss", "date_of_loss", "2026-10-30", "30 October 2026"),
        ("Kind of loss", "loss_type", "Water damage", "Water damage"),
        ("Amount claimed", "claimed_amount", value, printed),
        ("Currency", "currency", "GBP", "GBP"),
    ]
    _pairs(sheet, pairs, 56, 230, dice)
    if number % 2:
        at = next(i for i, r in enumerate(sheet.readings) if r.field == "date_of_loss")
        sheet.readings[at] = sheet.readings[at].model_copy(update={"confidence": ppm(0.8)})
    return sheet


def contract(number: int, document: str) -> Sheet:
    """A contract between two parties."""
    sheet = Sheet("contract", "en", document=document)
    _head(sheet, "party", COMPANIES[number % 8][0], COMPANIES[number % 8][1], "Framework agreement")
    other = COMPANIES[(number + 3) % 8][0]
    sheet.read("party", other, other, sheet.papers[0].write(other, 56, 240, 11, bold=True), 0.97)
    pairs = [
        ("Effective", "effective_date", "2026-12-01", "1 December 2026"),
        ("Term", "term", "P24M", "24 months"),
        ("Notice", "notice_period", "P3M", "three months"),
        ("Governing law", "jurisdiction", "England and Wales", "England and Wales"),
    ]
    _pairs(sheet, pairs, 56, 280, Random(number))
    return sheet


def statement(number: int, document: str) -> Sheet:
    """A bank statement."""
    sheet = Sheet("statement", "de", document=document)
    _head(sheet, "bank_name", "Hansebank AG", "Jungfernstieg 2, 20354 Hamburg", "Kontoauszug")
    pairs = [
        ("Kontoinhaber", "account_holder", "Kestrel Trading GmbH", "Kestrel Trading GmbH"),
        ("Kontonummer", "account_number", f"20260{number}", f"20260{number}"),
        ("Auszug vom", "statement_date", "2026-10-31", "31.10.2026"),
        ("Währung", "currency", "EUR", "EUR"),
        ("Endsaldo", "closing_balance", "-1204.55", "1.204,55-"),
    ]
    _pairs(sheet, pairs, 56, 230, Random(number))
    return sheet


def kyb(number: int, document: str) -> Sheet:
    """A register extract."""
    name, address, vat, _, language = COMPANIES[number % 8]
    sheet = Sheet("kyb", language, document=document)
    _head(sheet, "company_name", name, address, "Handelsregister B")
    pairs = [
        ("Sitz", "registered_address", address, address),
        ("Nummer", "registration_number", f"HRB {9000 + number}", f"HRB {9000 + number}"),
        ("Eingetragen", "registration_date", "2011-05-17", "17.05.2011"),
        ("VAT ID", "vat_id", vat, vat),
        ("Director", "director", "Greta Lindqvist", "Greta Lindqvist"),
    ]
    _pairs(sheet, pairs, 56, 230, Random(number))
    return sheet
