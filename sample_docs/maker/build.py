"""Turns plans into documents."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from maker import (
    bill,
    broken,
    claim,
    contract,
    einvoice,
    ids,
    invoice,
    kyb,
    look,
    loss,
    mail,
    plan,
    receipt,
    scan,
    statement,
)
from maker.lexicon import MAILS
from maker.plan import Plan
from maker.sheet import Sheet
from maker.truth import REASONS, Made, sign

RandomFor = Callable[[str], Random]
"""Gives a fresh source of chance for a name, always the same one."""


class Drawn(NamedTuple):
    """A drawn document with its facts."""

    facts: Any
    sheet: Sheet
    truth: dict[str, Any]

    @property
    def data(self) -> bytes:
        """The PDF."""
        return self.sheet.canvas.to_bytes()


def draw(rng: Random, item: Plan) -> Drawn:
    """Make up the facts of a plan and draw them."""
    facts = make_up(rng, item)
    sheet, truth = put(rng, item, facts, look.choose(rng, item.country, **item.look))
    return Drawn(facts, sheet, truth)


def make_up(rng: Random, item: Plan) -> Any:
    """Make up the facts of a document."""
    more: dict[str, Any] = {"defect": item.defect, "lines": item.lines, "small": item.small}
    if item.kind == "statement":
        return statement.make(rng, item.country, kind=item.sort, **more)
    makers: dict[str, Callable[..., Any]] = {
        "invoice": bill.make,
        "receipt": receipt.make,
        "claim": loss.make,
        "kyb": kyb.make,
        "contract": contract.make,
    }
    return makers[item.kind](rng, item.country, **more)


def put(rng: Random, item: Plan, facts: Any, looks: look.Look) -> tuple[Sheet, dict[str, Any]]:
    """Draw facts that are made up already."""
    if item.kind == "invoice":
        return invoice.draw(rng, facts, looks)
    if item.kind == "statement":
        return statement.draw(rng, facts, looks)
    drawers: dict[str, Callable[..., tuple[Sheet, dict[str, Any]]]] = {
        "receipt": receipt.draw,
        "claim": claim.draw,
        "kyb": kyb.draw,
        "contract": contract.draw,
    }
    return drawers[item.kind](rng, facts, looks, item.sort)


def born_digital(random_for: RandomFor) -> Iterator[Made]:
    """Make what is drawn straight to PDF."""
    for item in plan.BORN_DIGITAL:
        drawn = draw(random_for(f"{item.name}/{item.seed}"), item)
        yield sign(f"{item.name}.pdf", drawn.data, drawn.truth)


def scans(random_for: RandomFor) -> Iterator[Made]:
    """Make the scans."""
    for item in plan.SCANS:
        rng = random_for(f"{item.name}/{item.seed}")
        drawn = draw(rng, item)
        form, dpi, skew, noise, blur, quality = item.scan.split()
        scanner = scan.Scanner(form, int(dpi), float(skew), float(noise), float(blur), int(quality))
        if form == "png":
            scanner = scanner._replace(paper=255, shade=0)
        yield scan.scan(sign("", drawn.data, drawn.truth), f"{item.name}.{scan.SUFFIX[form]}", scanner, rng)


def einvoices(random_for: RandomFor) -> Iterator[Made]:
    """Make the e-invoices; in two of them the XML says something else than the page."""
    for item in plan.EINVOICES:
        rng = random_for(f"{item.name}/{item.seed}")
        drawn = draw(rng, item)
        inside = drawn.facts
        if item.differs == "total":
            inside = bill.dearer(inside, 9000)
        if item.differs == "iban":
            inside = inside._replace(vendor=inside.vendor._replace(iban=ids.account(rng, item.country)))
        yield einvoice.embed(drawn.data, drawn.truth, inside, item.profile, f"{item.name}.pdf")


def mails(random_for: RandomFor) -> Iterator[Made]:
    """Make the mails."""
    rng = random_for("mails")

    def attach(name: str, item: Plan) -> Made:
        drawn = draw(rng, item)
        return sign(name, drawn.data, drawn.truth)

    photographed = scan.Scanner("jpeg", 150, -1.4, 7, 0.5, 55)
    bill_of_repair = attach("", Plan("", "invoice", "GB"))
    attached = {
        "one-invoice": [attach("Rechnung.pdf", Plan("", "invoice", "DE"))],
        "claim-with-repair-bill": [
            attach("claim-form.pdf", Plan("", "claim", "GB", sort="form")),
            scan.scan(bill_of_repair, "repair-invoice.jpg", photographed, rng),
        ],
        "nothing-attached": [],
    }
    for name, letter in MAILS.items():
        yield mail.mail(f"mails/{name}.eml", letter, attached[name])


def odd_ones(random_for: RandomFor, made: dict[str, Made]) -> Iterator[Made]:
    """Make what cannot be read, what is not what it says, and what was sent twice."""
    rng = random_for("odd")
    yield sign("broken/empty.pdf", b"", broken.refused("empty_file", "no bytes"))
    cut = broken.cut_off(made["invoices/invoice-12.pdf"].data)
    yield sign("broken/cut-off.pdf", cut, broken.refused("unreadable_document", "cut off in its first page"))
    lines = "BT /F1 12 Tf 60 760 Td (Nobody without the password reads this.) Tj ET"
    yield sign(
        "broken/locked.pdf",
        broken.encrypted(lines, "lindenhof", look.A4),
        broken.refused("encrypted", "needs a password"),
    )
    text = b"Dear Sir or Madam,\n\nthis is a text file that somebody renamed.\n"
    yield sign("broken/text-named.pdf", text, broken.refused("unsupported_format", "a text file named .pdf"))
    drawn = draw(rng, Plan("", "receipt", "GB", sort="bistro"))
    picture = scan.scan(
        sign("", drawn.data, drawn.truth),
        "broken/picture-named.pdf",
        scan.Scanner("png", 200, 0.5, 2, 0.3, 0, 255, 0),
        rng,
    )
    yield picture._replace(truth={**picture.truth, "defect": "a PNG named .pdf"})
    yield _twin(random_for)
    original = made["invoices/invoice-03.pdf"]
    head = {"duplicate_of": original.name, "defect": "the same bytes under another name"}
    yield sign("broken/copy-of-invoice-03.pdf", original.data, {**_bare(original.truth), **head})


def _bare(truth: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in truth.items() if key not in ("doc", "sha256", "bytes")}


def _twin(random_for: RandomFor) -> Made:
    """Draw the bill of invoice-01 anew: same vendor, number and amount in other bytes."""
    item = next(item for item in plan.BORN_DIGITAL if item.name == "invoices/invoice-01")
    facts = make_up(random_for(f"{item.name}/{item.seed}"), item)
    rng = random_for("twin")
    twin = Plan("", "invoice", item.country, look={**item.look, "meta": "strip", "table": "zebra"})
    sheet, truth = put(rng, twin, facts, look.choose(rng, item.country, **twin.look))
    truth |= {"defect": "duplicate", "duplicate_of": f"{item.name}.pdf", "expect": "escalate"}
    truth["expect_reasons"] = [REASONS["duplicate"], *truth["expect_reasons"]]
    return sign("invoices/invoice-sent-again.pdf", sheet.canvas.to_bytes(), truth)


DEFECTS = {
    "invoice": ("sum", "iban", "number", "dates"),
    "claim": ("dates",),
    "kyb": ("sum", "dates"),
    "contract": ("number",),
    "statement": ("sum", "iban"),
    "receipt": (),
}
COUNTRIES = ("DE", "DE", "DE", "GB", "GB", "US", "US", "FR", "FR", "ES", "ES", "AT", "CH", "PL", "JP")
INSURED = ("DE", "DE", "GB", "US", "FR", "ES")


def any_one(rng: Random, klass: str, name: str, scanned: float) -> Made:
    """Make one document of a class, everything about it drawn by chance; some are scanned."""
    kind = "receipt" if klass == "invoice" and rng.random() < 0.15 else klass
    country = rng.choice(INSURED if klass == "claim" else COUNTRIES)
    lines = rng.choice((0, 0, 0, 0, 0, 0, 34, 70)) if kind in ("invoice", "statement") else 0
    defects = DEFECTS[kind]
    defect = rng.choice(defects) if defects and rng.random() < 0.08 else ""
    item = Plan(name, kind, country, defect=defect, lines=lines, small=rng.random() < 0.7)
    drawn = draw(rng, item)
    made = sign(f"{name}.pdf", drawn.data, drawn.truth)
    if rng.random() >= scanned:
        return made
    scanner = scan.any_scanner(rng)
    return scan.scan(made, f"{name}.{scan.SUFFIX[scanner.form]}", scanner, rng)
