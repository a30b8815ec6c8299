"""Blocks that several classes share: logos, letterheads, addressees, footers."""

from collections.abc import Sequence

from maker.ids import spaced
from maker.pdf import Colour, Style, Text, Value, plain, spans, width
from maker.sheet import Sheet, joined
from maker.world import Address, Company


def logo(
    sheet: Sheet, x: float, y: float, size: float, *, soft: Colour | None = None, always: bool = False
) -> None:
    """Draw a made-up mark in a square with its top left corner at (x, y); some looks have none."""
    canvas, look, half = sheet.canvas, sheet.look, size / 2
    colour, soft = look.accent, soft or look.soft
    kind = look.logo % 7 if always else look.logo
    if kind == 0:
        canvas.disc(x + half, y + half, half, colour)
        canvas.disc(x + half * 1.25, y + half * 0.8, half * 0.55, soft)
    elif kind == 1:
        canvas.polygon([(x, y + size), (x + half, y), (x + size, y + size)], colour)
        canvas.polygon(
            [(x + half * 0.7, y + size), (x + half * 1.25, y + half), (x + size * 0.9, y + size)], soft
        )
    elif kind == 2:
        for n in range(3):
            canvas.rect(
                x + n * size / 3, y + size * (2 - n) / 4, x + (n + 0.75) * size / 3, y + size, fill=colour
            )
    elif kind == 3:
        canvas.polygon([(x + half, y), (x + size, y + half), (x + half, y + size), (x, y + half)], colour)
        canvas.disc(x + half, y + half, half * 0.35, soft)
    elif kind == 4:
        canvas.rect(x, y, x + size, y + size, fill=colour)
        canvas.rect(x + size * 0.22, y + size * 0.22, x + size * 0.62, y + size * 0.62, fill=soft)
    elif kind == 5:
        for n in range(4):
            canvas.disc(
                x + size * (0.25 + 0.5 * (n % 2)),
                y + size * (0.25 + 0.5 * (n // 2)),
                size * 0.21,
                colour if n != 2 else soft,
            )
    elif kind == 6:
        canvas.polygon(
            [
                (x, y),
                (x + size, y + size * 0.3),
                (x + size * 0.7, y + size),
                (x + size * 0.15, y + size * 0.75),
            ],
            colour,
        )


def signature(sheet: Sheet, x: float, y: float) -> None:
    """Draw something like a signature that begins at (x, y)."""
    points, at = [(x, y)], x
    for _ in range(12):
        at += sheet.rng.uniform(3, 13)
        points.append((at, y + sheet.rng.uniform(-17, 8)))
    sheet.canvas.curve(points, (0.08, 0.1, 0.43), 0.9)


def initials(name: str) -> str:
    """Return up to two initials."""
    return "".join(word[0] for word in name.split() if word[0].isalpha())[:2].upper()


def parted(place: Address, name: str) -> list[Text]:
    """Return the lines of an address, all of them one value."""
    return [Value(line, name, place.one_line) for line in place.lines] if name else list(place.lines)


def in_one(place: Address, name: str, between: str = ", ") -> Text:
    """Return an address in one line."""
    text = between.join(place.lines)
    return Value(text, name, place.one_line) if name else text


def grouped(number: str, how: int) -> str:
    """Write a VAT id plain, after its country or in groups."""
    if number.startswith("CHE"):
        return f"CHE-{number[3:6]}.{number[6:9]}.{number[9:12]} MWST"
    if how == 0:
        return number
    return (
        f"{number[:2]} {number[2:]}"
        if how == 1
        else f"{number[:2]} {' '.join(number[n : n + 3] for n in range(2, len(number), 3))}"
    )


def iban_value(sheet: Sheet, iban: str) -> Value:
    """Return an IBAN as printed, mostly in groups of four."""
    return Value(spaced(iban) if sheet.rng.random() < 0.85 else iban, "iban", iban)


class Sender:
    """The side that issues the document, under the field names of its class ('' where it is no field)."""

    def __init__(self, sheet: Sheet, company: Company, names: dict[str, str]) -> None:
        """`names` maps name, address, vat, tax, phone, email and iban to field names."""
        self.sheet, self.company = sheet, company
        how = sheet.rng.randrange(3)
        self.name = self._value("name", company.name, company.name, names)
        self.place = company.address
        self.place_name = names.get("address", "")
        self.vat = (
            self._value("vat", grouped(company.vat_id, how), company.vat_id, names)
            if company.vat_id
            else None
        )
        self.tax = self._value("tax", company.tax_number, "".join(company.tax_number.split()), names)
        self.phone = self._value("phone", company.phone, dial(company.phone), names)
        self.email = self._value("email", company.email, company.email, names)
        self.iban: Text | None = None
        if company.iban:
            iban = iban_value(sheet, company.iban)
            self.iban = iban if names.get("iban") else iban.printed

    def _value(self, part: str, printed: str, normalised: str, names: dict[str, str]) -> Text:
        return Value(printed, names[part], normalised) if names.get(part) else printed

    def contact(self) -> list[Text]:
        """Return the lines that say how to reach the sender."""
        words = self.sheet.words
        return [
            (f"{words['phone']} ", *spans(self.phone)),
            (f"{words['email']} ", *spans(self.email)),
            self.company.web,
        ]

    def taxes(self) -> list[Text]:
        """Return the lines with tax identifiers."""
        words = self.sheet.words
        lines: list[Text] = []
        if self.vat:
            lines.append((f"{words['vat_id']} ", *spans(self.vat)))
        if not self.vat or self.company.country in ("DE", "AT"):
            lines.append((f"{words['tax_number']} ", *spans(self.tax)))
        return lines

    def bank(self) -> list[Text]:
        """Return the lines with bank data."""
        words, company = self.sheet.words, self.company
        if self.iban is None:
            return [
                company.bank,
                f"{words['routing']} 0{company.account[:8]}",
                f"{words['account']} {company.account}",
            ]
        return [company.bank, (f"{words['iban']} ", *spans(self.iban)), f"{words['bic']} {company.bic}"]


def dial(printed: str) -> str:
    """Return a phone number as digits, with a leading + if it was printed with one."""
    return ("+" if printed.startswith("+") else "") + "".join(c for c in printed if c.isdigit())


def letterhead(sheet: Sheet, sender: Sender) -> None:
    """Draw the sender at the top (or the side) of the first page and leave `y` below it."""
    draw = {
        "left": _left,
        "right": _right,
        "centre": _centre,
        "band": _band,
        "side": _side,
        "foot": _foot,
        "box": _box,
        "plain": _plain,
        "split": _split,
    }[sheet.look.head]
    draw(sheet, sender)
    sheet.below_head = sheet.y


def _name_style(sheet: Sheet, sender: Sender, room: float, factor: float = 1.75) -> Style:
    style = sheet.look.title(factor)
    length = width(sender.company.name, style)
    return style if length <= room else style._replace(size=style.size * room / length)


def _left(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    logo(sheet, sheet.left, 38, 34)
    x = sheet.left + (44 if look.logo != 7 else 0)
    contact = max(width(plain(line), look.small) for line in sender.contact())
    canvas.text(x, 58, sender.name, _name_style(sheet, sender, min(280.0, sheet.right - x - contact - 14)))
    canvas.text(x, 72, in_one(sender.place, sender.place_name, " · "), look.small)
    bottom = canvas.lines(sheet.right, 48, sender.contact(), look.small, look.leading, align="right")
    sheet.y = max(86, bottom) + 10


def _right(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    canvas.text(sheet.right, 56, sender.name, _name_style(sheet, sender, 300), "right")
    lines = [*parted(sender.place, sender.place_name), *sender.contact(), *sender.taxes()]
    sheet.y = canvas.lines(
        sheet.right, 56 + look.leading * 1.3, lines, look.small, look.leading * 0.9, align="right"
    )
    logo(sheet, sheet.left, 40, 46)


def _centre(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    middle = look.page[0] / 2
    canvas.text(middle, 56, sender.name, _name_style(sheet, sender, sheet.room, 2.0), "center")
    canvas.text(
        middle, 56 + look.leading * 1.2, in_one(sender.place, sender.place_name, ", "), look.body, "center"
    )
    canvas.text(middle, 56 + look.leading * 2.3, joined(sender.contact(), "  |  "), look.small, "center")
    sheet.y = 56 + look.leading * 3
    sheet.rule(thick=1.2)
    sheet.y += 2.4
    sheet.rule(thick=0.4)
    sheet.y += 14


def _band(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    lines = [*parted(sender.place, sender.place_name), *sender.contact()]
    deep = max(82.0, 30 + len(lines) * look.leading * 0.88 + 4)
    canvas.rect(0, 0, look.page[0], deep, fill=look.accent)
    canvas.rect(0, deep, look.page[0], deep + 4, fill=look.soft)
    white = (1.0, 1.0, 1.0)
    style = _name_style(sheet, sender, 270, 1.9)._replace(colour=white)
    canvas.text(sheet.left, 50, sender.name, style)
    light = look.small._replace(colour=white)
    canvas.lines(sheet.right, 30, lines, light, look.leading * 0.88, align="right")
    sheet.y = deep + 22


def _side(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    edge = 150.0
    canvas.rect(0, 0, edge, look.page[1], fill=look.soft)
    canvas.rect(edge - 3, 0, edge, look.page[1], fill=look.accent)
    logo(sheet, 20, 40, 52, soft=(1.0, 1.0, 1.0))
    style = Style(f"{look.head_family}-bold", look.size * 1.15, look.accent)
    y = (
        canvas.lines(
            20, 116, canvas.wrap(_breakable(sender.name), style, edge - 34), style, style.size * 1.25
        )
        + 6
    )
    small = look.small
    for group in (parted(sender.place, sender.place_name), sender.contact(), sender.taxes(), sender.bank()):
        first = len(canvas.places)
        for line in [part for text in group for part in canvas.wrap(text, small, edge - 32)]:
            sheet.fit(20, y, line, small, edge - 32)
            y += look.leading * 0.95
        canvas.join(first)
        y += 9
    sheet.left = edge + 22
    sheet.right = look.page[0] - 36
    sheet.y = 58


def _breakable(name: Text) -> Text:
    """Let a long name break over lines."""
    if not isinstance(name, Value):
        return name
    out: list[Value | str] = []
    for word in name.printed.split():
        out += [name._replace(printed=word), " "]
    return tuple(out[:-1])


def _foot(sheet: Sheet, sender: Sender) -> None:
    canvas = sheet.canvas
    logo(sheet, sheet.right - 40, 36, 40)
    canvas.text(sheet.left, 62, sender.name, _name_style(sheet, sender, 330, 1.6))
    sheet.y = 96


def _box(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    lines = [*parted(sender.place, sender.place_name), joined(sender.contact()[:2], "   "), *sender.taxes()]
    deep = 34 + len(lines) * look.leading
    canvas.rect(sheet.left, 38, sheet.left + 285, 38 + deep, edge=look.accent, thick=1.1)
    canvas.text(sheet.left + 9, 56, sender.name, _name_style(sheet, sender, 265, 1.35))
    first = len(canvas.places)
    for n, line in enumerate(lines):
        sheet.fit(sheet.left + 9, 56 + (n + 1.15) * look.leading, line, look.body, 268)
    canvas.join(first)
    logo(sheet, sheet.right - 52, 44, 46)
    sheet.y = 38 + deep + 14


def _plain(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    canvas.text(sheet.left, 52, sender.name, look.bold._replace(size=look.size * 1.12))
    lines = [*parted(sender.place, sender.place_name), *sender.contact(), *sender.taxes()]
    sheet.y = canvas.lines(sheet.left, 52 + look.leading, lines, look.body, look.leading) + 4


def _split(sheet: Sheet, sender: Sender) -> None:
    look, canvas = sheet.look, sheet.canvas
    canvas.rect(sheet.left, 40, sheet.left + 44, 84, fill=look.accent)
    canvas.text(
        sheet.left + 22,
        70,
        initials(sender.company.name),
        Style(f"{look.head_family}-bold", 22, (1.0, 1.0, 1.0)),
        "center",
    )
    style = _name_style(sheet, sender, 190, 1.3)
    canvas.lines(
        sheet.left + 54, 53, [sender.name, *parted(sender.place, sender.place_name)][:1], style, look.leading
    )
    canvas.lines(
        sheet.left + 54,
        53 + look.leading,
        parted(sender.place, sender.place_name),
        look.small,
        look.leading * 0.9,
    )
    x = sheet.left + sheet.room * 0.56
    sheet.y = canvas.lines(x, 48, [*sender.contact(), *sender.taxes()], look.small, look.leading * 0.92) + 8
    sheet.y = max(sheet.y, 96)
    sheet.rule(look.accent, 0.8)
    sheet.y += 12


def footer(sheet: Sheet, sender: Sender, kind: str) -> float:
    """Draw the sender's particulars at the foot of every page; return its height."""
    look, canvas = sheet.look, sheet.canvas
    if kind == "none":
        return 0.0
    groups: Sequence[list[Text]] = (
        [sender.name, *parted(sender.place, sender.place_name)],
        sender.contact(),
        [
            *sender.taxes(),
            f"{sheet.words['register']} {sender.company.register}",
            f"{sheet.words['manager']} {sender.company.manager}",
        ],
        sender.bank(),
    )
    style = look.small._replace(size=min(7.0, look.size * 0.76))
    top = look.page[1] - 74
    here = canvas.page
    for page in range(len(canvas.pages)):
        canvas.page = page
        canvas.line(sheet.left, top, sheet.right, top, look.accent, thick=0.5)
        if kind == "line":
            whole = in_one(sender.place, sender.place_name)
            text = joined([sender.name, whole, *groups[3], *groups[2][:1]], " · ")
            lines = canvas.wrap(text, style, sheet.room)
            canvas.lines(look.page[0] / 2, top + 11, lines, style, style.size * 1.3, align="center")
            continue
        step = sheet.room / 4
        for n, group in enumerate(groups):
            first = len(canvas.places)
            for row, text in enumerate(group):
                sheet.fit(sheet.left + n * step, top + 11 + row * style.size * 1.3, text, style, step - 7)
            canvas.join(first)
    canvas.page = here
    return 70.0
