"""The blocks of those whom an imagined document names: who wrote it, to whom, and others."""

from countersign.domain.klass import FieldType, Side
from countersign.insight.imagined_canvas import Canvas, Told
from countersign.insight.imagined_values import Maker


def parties(page: Canvas, maker: Maker, facts: Told) -> Told:
    """Write the blocks of issuer and addressee, and return what is left to write."""
    rng = page.rng
    sides: dict[Side, Told] = {Side.ISSUER: [], Side.ADDRESSEE: []}
    rest: Told = []
    for field, printed in facts:
        if field.side and (field.type is FieldType.NAME or rng.random() < 0.6):
            sides[field.side].append((field, printed))
        else:
            rest.append((field, printed))
    order = [Side.ISSUER, Side.ADDRESSEE]
    if rng.random() < 0.25:
        order.reverse()
    way = rng.random()
    if way < 0.25:
        return rest + _window(page, maker, sides[Side.ISSUER], sides[Side.ADDRESSEE])
    if way < 0.55:
        _side_by_side(page, maker, [sides[side] for side in order])
        _third(page, maker, sides[Side.ADDRESSEE])
        return rest
    for side in order:
        labelled = rng.random() < (0.35 if side is Side.ISSUER else 0.6)
        x = rng.choice((page.left, page.left, 330.0))
        for line, bold in _block(maker, sides[side], labelled):
            page.put(x, line, bold=bold, size=page.size + (3 if bold and side is Side.ISSUER else 0))
            page.down()
        page.down(rng.choice((0.7, 1.5)))
    _third(page, maker, sides[Side.ADDRESSEE])
    return rest


def _window(page: Canvas, maker: Maker, issuer: Told, addressee: Told) -> Told:
    """Write the addressee where an envelope has its window, below the sender in small print."""
    rng = page.rng
    names = [printed for field, printed in issuer if field.type is FieldType.NAME]
    own = [printed for field, printed in issuer if field.type is FieldType.ADDRESS]
    if rng.random() < 0.6 or not names:
        x = rng.choice((page.left, 240.0, 360.0))
        for line, bold in _block(maker, issuer, labelled=False):
            page.put(x, line, bold=bold, size=page.size + (3 if bold else 0))
            page.down()
        issuer = []
    page.y = max(page.y + 12, 120.0)
    if names:
        between = rng.choice((" · ", ", ", " | ", " - ", " • "))
        sender = between.join([names[0], *(own[0] if own else maker.address()).split("\n")])
        small = page.size * rng.choice((0.6, 0.7, 0.8))
        page.put(page.left, sender, size=small)
        page.y += small * rng.choice((1.5, 1.8, 2.4))
    for line, bold in _block(maker, addressee, labelled=False):
        page.put(page.left, line, bold=bold)
        page.down()
    page.down(1.5)
    return [fact for fact in issuer if fact[0].type is not FieldType.NAME]


def _third(page: Canvas, maker: Maker, addressee: Told) -> None:
    """Write the block of somebody else at times: where the goods went, who is paid."""
    rng = page.rng
    if rng.random() > 0.3:
        return
    names = [printed for field, printed in addressee if field.type is FieldType.NAME]
    x = rng.choice((page.left, 330.0))
    page.put(x, page.label(maker.other_party(), rng.random() < 0.5), bold=page.bold_labels)
    page.down()
    name = names[0] if names and rng.random() < 0.4 else rng.choice((maker.company, maker.person))()
    for line in (name, *maker.address().split("\n")):
        page.put(x, line)
        page.down()
    page.down()


def _side_by_side(page: Canvas, maker: Maker, sides: list[Told]) -> None:
    """Write both blocks beside each other."""
    top, lowest = page.y, page.y
    labelled = page.rng.random() < 0.7
    for facts, x in zip(sides, (page.left, 320.0), strict=True):
        page.y = top
        for line, bold in _block(maker, facts, labelled):
            page.put(x, line[:46], bold=bold)
            page.down()
        lowest = max(lowest, page.y)
    page.y = lowest
    page.down()


def _block(maker: Maker, facts: Told, labelled: bool) -> list[tuple[str, bool]]:
    """Return the lines of a party's block and which are bold; some are no facts of the class."""
    rng = maker.rng
    names = [(field, printed) for field, printed in facts if field.type is FieldType.NAME]
    others = [(field, printed) for field, printed in facts if field.type is not FieldType.NAME]
    if not names and not others:
        return []
    lines: list[tuple[str, bool]] = []
    inside = rng.random() < 0.4
    if labelled and names:
        lines.append((maker.label(names[0][0]).capitalize() + rng.choice((":", "")), rng.random() < 0.5))
    if labelled and inside and rng.random() < 0.6:
        lines.append((f"{maker.number_word()}: {maker.identifier()}", False))
    for _, printed in names[:1]:
        lines.append((f"{maker.name_word()}: {printed}" if inside else printed, rng.random() < 0.4))
    if rng.random() < 0.3:
        lines.append((maker.person(), False))
    if not any(field.type is FieldType.ADDRESS for field, _ in others):
        lines.extend((line, False) for line in maker.address().split("\n"))
    for field, printed in others:
        if field.type is FieldType.ADDRESS:
            lines.extend((line, False) for line in printed.split("\n"))
        else:
            lines.append((f"{maker.label(field).capitalize()}: {printed}", False))
    if rng.random() < 0.3:
        lines.append((maker.phone(), False))
    return lines
