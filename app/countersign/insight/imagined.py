"""Pages that nobody drew: words with places, made up for any class.

From them a reader learns how labels and values stand to each other, and not how the documents look that
happen to be at hand.

A class's own labels stand beside made-up values inline, to the left, above, in blocks, tables and sentences;
some fields are left out, and labels of other things bear values of the same types.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from countersign.agents.classifier import classify
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.document import MediaType, Opened, Page, TextSource
from countersign.domain.klass import ClassDef, FieldType
from countersign.insight.chance import Chance
from countersign.insight.imagined_canvas import Canvas, Pair, Told
from countersign.insight.imagined_parties import parties
from countersign.insight.imagined_values import Maker
from countersign.insight.scoring import is_right
from countersign.settings.catalogue import Catalogue

LANGUAGES = ("en", "en", "de", "de", "fr", "es", "it", "nl")
FOLD = "imagined"
"""The layout of all of them: none is ever held out."""
_WEIGHT = 0.4
"""What an imagined page counts, beside one that was drawn."""


class Imagined(NamedTuple):
    """A made-up document and what is true of it."""

    opened: Opened
    values: dict[str, list[str]]
    """Canonical values by field that is present."""


def lessons(catalogue: Catalogue, count: int, seed: int) -> list[Lesson]:
    """Imagine `count` pages of every class of the desk, and make lessons of them."""
    found = []
    for klass in catalogue.classes.values():
        for number in range(count):
            rng = Chance(seed, f"{klass.name}/{number}")
            made = imagine(klass, rng)
            sheet = Sheet(made.opened)
            prepared = Prepared(sheet, klass, classify(sheet, catalogue.classes).language)
            right = {name: _judge(klass, name, values) for name, values in made.values.items()}
            absent = frozenset(field.name for field in klass.fields if field.name not in right)
            found.append(Lesson(prepared, klass, right, absent, FOLD, _WEIGHT))
    return found


def _judge(klass: ClassDef, name: str, values: list[str]) -> Callable[[str], bool]:
    field = next(field for field in klass.fields if field.name == name)
    return lambda value: is_right(field, value, values)


def imagine(klass: ClassDef, rng: Chance) -> Imagined:
    """Make up one document of a class."""
    language = rng.choice(LANGUAGES)
    maker = Maker(klass, language, rng)
    facts = maker.facts()
    page = Canvas(rng)
    rest = [(field, printed) for field, printed in facts if field.type is not FieldType.AMOUNT]
    amounts = [(field, printed) for field, printed in facts if field.type is FieldType.AMOUNT]
    rest = parties(page, maker, rest)
    rest = _title(page, maker, rest)
    told, meta = _split(rng, rest, 0.3 if rng.random() < 0.35 else 0.0)
    meta_pairs = [Pair(maker.label(field), printed) for field, printed in meta]
    meta_pairs += [Pair(*maker.distractor()) for _ in range(rng.randint(1, 6))]
    rng.shuffle(meta_pairs)
    foot, meta_pairs = meta_pairs[: len(meta_pairs) // 4], meta_pairs[len(meta_pairs) // 4 :]
    _pairs(page, meta_pairs)
    _prose(page, maker, told)
    if klass.tables and rng.random() < 0.7:
        _table(page, maker)
    _totals(page, maker, [Pair(maker.label(field), printed) for field, printed in amounts])
    page.y = max(page.y + 10, rng.choice((0.0, 740.0)))
    if rng.random() < 0.4:
        _foot(page, foot)
    else:
        _pairs(page, foot)
    return Imagined(_opened(page), maker.values)


def _split(rng: Chance, facts: Told, share: float) -> tuple[Told, Told]:
    chosen = [rng.random() < share for _ in facts]
    return [f for f, yes in zip(facts, chosen, strict=True) if yes], [
        f for f, yes in zip(facts, chosen, strict=True) if not yes
    ]


def _title(page: Canvas, maker: Maker, facts: Told) -> Told:
    """Write the heading, at times with a number and a date in it, and return what is left to write."""
    rng = page.rng
    words = maker.klass.cues.get(maker.language) or maker.klass.cues.get("en") or (maker.klass.name,)
    if rng.random() > 0.85:
        return facts
    title = rng.choice(words[:3]).upper() if rng.random() < 0.4 else words[0].capitalize()
    number = next((f for f in facts if f[0].name == maker.klass.headline.number), None)
    size = page.size * rng.choice((1.0, 1.4, 1.8, 2.2))
    end = page.put(rng.choice((page.left, 250.0)), title, size=size, bold=rng.random() < 0.7)
    if number and rng.random() < 0.35:
        end = page.put(end + rng.choice((0.0, 0.0, 14.0)), f"{maker.number_sign()} {number[1]}", size=size)
        facts = [f for f in facts if f is not number]
        day = next((f for f in facts if f[0].name == maker.klass.headline.date), None)
        if day and rng.random() < 0.5:
            end = page.put(end + rng.choice((0.0, 14.0)), maker.date_word(), size=size)
            page.put(end + rng.choice((0.0, 14.0)), day[1], size=size)
            facts = [f for f in facts if f is not day]
    page.down(2)
    return facts


def _pairs(page: Canvas, pairs: list[Pair]) -> None:
    """Write labels with their values in one of the ways that documents do."""
    ways = (_inline, _columns, _columns, _strip, _two_columns, _ruled)
    while pairs:
        way = page.rng.choice(ways)
        count = page.rng.randint(2, 6)
        way(page, pairs[:count])
        pairs = pairs[count:]
        page.down(page.rng.choice((0.3, 1.0, 1.5)))


def _inline(page: Canvas, pairs: list[Pair]) -> None:
    x = page.rng.choice((page.left, page.left, 340.0))
    for label, value in pairs:
        page.put(x, f"{page.label(label)} {value}", bold=False)
        page.down()


def _columns(page: Canvas, pairs: list[Pair]) -> None:
    x = page.rng.choice((page.left, page.left, 330.0))
    widest = max(page.width(page.label(label)) for label, _ in pairs)
    gap = widest + page.rng.choice((8.0, 20.0, 60.0))
    to_right = page.rng.random() < 0.3
    for label, value in pairs:
        page.put(x, page.label(label), bold=page.bold_labels)
        if to_right:
            page.put_right(min(page.right, x + gap + 150), value)
        else:
            page.put(x + gap, value.split("\n")[0])
        page.down()


def _strip(page: Canvas, pairs: list[Pair]) -> None:
    """Labels in a row, values below them."""
    pairs = pairs[:4]
    step = (page.right - page.left) / len(pairs)
    if any(page.width(text) > step - 6 for pair in pairs for text in pair):
        _inline(page, pairs)
        return
    for place, pair in enumerate(pairs):
        page.put(page.left + place * step, page.label(pair.label, False), bold=page.bold_labels)
    page.down(page.rng.choice((0.9, 1.1)))
    for place, pair in enumerate(pairs):
        page.put(page.left + place * step, pair.value)
    page.down()


def _two_columns(page: Canvas, pairs: list[Pair]) -> None:
    """Two labels with their values on each line."""
    half = (page.right - page.left) / 2
    for place in range(0, len(pairs), 2):
        for side, (label, value) in enumerate(pairs[place : place + 2]):
            end = page.put(page.left + side * half, page.label(label), bold=page.bold_labels)
            page.put(max(end + 4, page.left + side * half + half * 0.4), value[:26])
        page.down()


def _ruled(page: Canvas, pairs: list[Pair]) -> None:
    """Each label on a line of its own, its value below."""
    for label, value in pairs:
        page.put(page.left, page.label(label, page.rng.random() < 0.5), size=page.size * 0.8)
        page.down(0.9)
        page.put(page.left, value.split("\n")[0])
        page.down(1.2)


def _foot(page: Canvas, pairs: list[Pair]) -> None:
    """Write labels with their values in small print, in columns beside each other."""
    size, top = page.size * page.rng.choice((0.7, 0.8, 0.9)), page.y
    count = page.rng.choice((3, 4))
    step = (page.right - page.left) / count
    for column in range(count):
        page.y = top
        for label, value in pairs[column::count]:
            page.put(page.left + column * step, f"{page.label(label)} {value.splitlines()[0]}", size=size)
            page.y += size * page.lead


def _prose(page: Canvas, maker: Maker, facts: Told) -> None:
    """Write sentences, some with a fact in them."""
    rng = page.rng
    if not facts and rng.random() < 0.6:
        return
    sentences = [maker.sentence(maker.label(field), printed) for field, printed in facts]
    sentences += [maker.filler() for _ in range(rng.randint(1, 4))]
    rng.shuffle(sentences)
    words = " ".join(sentences).split()
    while words:
        line: list[str] = []
        while words and page.left + page.width(" ".join([*line, words[0]])) < page.right:
            line.append(words.pop(0))
        if not line:
            line.append(words.pop(0))
        page.put(page.left, " ".join(line))
        page.down()
    page.down()


def _table(page: Canvas, maker: Maker) -> None:
    """Write lines with amounts that are nothing but lines."""
    rng = page.rng
    table = rng.choice(maker.klass.tables)
    columns = [c for c in table.columns if c.type is not FieldType.NAME][:6]
    if not columns:
        return
    step = (page.right - page.left) / len(columns)
    for place, column in enumerate(columns):
        page.put(
            page.left + place * step, maker.label(column)[: int(step / (0.5 * page.size)) - 1], bold=True
        )
    page.down()
    for _ in range(rng.randint(1, 7)):
        for place, column in enumerate(columns):
            text = maker.in_row(column)[: int(step / (0.5 * page.size)) - 1].strip()
            if column.type in (FieldType.AMOUNT, FieldType.NUMBER):
                page.put_right(page.left + (place + 1) * step - 5, text)
            elif text:
                page.put(page.left + place * step, text)
        page.down()
    page.down(0.5)


def _totals(page: Canvas, maker: Maker, pairs: list[Pair]) -> None:
    """Write the amounts of the whole, other amounts among them."""
    rng = page.rng
    pairs = list(pairs)
    for _ in range(rng.randint(0, 3)):
        label, value = maker.other_amount()
        pairs.insert(rng.randint(0, len(pairs)), Pair(label, value))
    if rng.random() < 0.25:
        _pairs(page, pairs)
        return
    x = rng.choice((page.left, 300.0, 360.0))
    edge = rng.choice((page.right, page.right, x + 200))
    for label, value in pairs:
        page.put(x, page.label(label), bold=page.bold_labels)
        page.put_right(edge, value)
        page.down()


def _opened(page: Canvas) -> Opened:
    words = tuple(word for word in page.words if word.y1 < 838)
    made = Page(number=0, width=595.0, height=842.0, source=TextSource.TEXT_LAYER, words=words)
    text = " ".join(word.text for word in words)
    name = hashlib.sha256(text.encode()).hexdigest()
    return Opened(sha256=name, media_type=MediaType.PDF, pages=(made,))
