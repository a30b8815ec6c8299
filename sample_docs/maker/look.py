"""How one document looks: many small independent choices."""

from random import Random
from typing import Any, NamedTuple

from maker.pdf import Colour, Style

A4, LETTER = (595.28, 841.89), (612.0, 792.0)
INKS: tuple[tuple[Colour, Colour], ...] = (
    ((0.07, 0.24, 0.42), (0.89, 0.93, 0.97)),
    ((0.53, 0.1, 0.13), (0.97, 0.91, 0.9)),
    ((0.08, 0.37, 0.25), (0.89, 0.95, 0.91)),
    ((0.2, 0.2, 0.22), (0.93, 0.93, 0.93)),
    ((0.36, 0.2, 0.47), (0.94, 0.91, 0.96)),
    ((0.75, 0.36, 0.05), (0.99, 0.94, 0.87)),
    ((0.0, 0.42, 0.5), (0.88, 0.95, 0.96)),
    ((0.42, 0.3, 0.14), (0.96, 0.93, 0.87)),
    ((0.1, 0.33, 0.72), (0.9, 0.94, 1.0)),
    ((0.0, 0.0, 0.0), (0.95, 0.95, 0.95)),
)
HEADS = ("left", "right", "centre", "band", "side", "foot", "box", "plain", "split")
METAS = ("right", "strip", "grid", "left", "subject", "dotted", "above", "table")
TABLES = ("ruled", "zebra", "grid", "bare", "filled", "boxed", "lines")
TOTALS = ("right", "boxed", "wide", "dotted", "table", "band", "left")
FEET = ("columns", "line", "none", "columns", "block")


class Look(NamedTuple):
    """The choices of one document."""

    page: tuple[float, float]
    family: str
    head_family: str
    size: float
    stretch: float
    accent: Colour
    soft: Colour
    margin: float
    head: str
    meta: str
    table: str
    totals: str
    foot: str
    logo: int
    colon: str
    upper: bool
    bold_labels: bool
    sign: str
    buyer: str

    @property
    def name(self) -> str:
        """The layout family, as truth names it."""
        return f"{self.head}-{self.meta}-{self.table}-{self.totals}"

    @property
    def body(self) -> Style:
        """Plain text."""
        return Style(self.family, self.size, (0.1, 0.1, 0.1), self.stretch)

    @property
    def bold(self) -> Style:
        """Emphasised text."""
        return Style(f"{self.family}-bold", self.size, (0.05, 0.05, 0.05), self.stretch)

    @property
    def small(self) -> Style:
        """Small print."""
        return Style(self.family, self.size * 0.82, (0.3, 0.3, 0.3), self.stretch)

    @property
    def label(self) -> Style:
        """Names of things."""
        if self.bold_labels:
            return self.bold
        return Style(self.family, self.size, (0.35, 0.35, 0.38), self.stretch)

    @property
    def leading(self) -> float:
        """From line to line."""
        return self.size * 1.36

    def title(self, factor: float = 2.0) -> Style:
        """Return the style of a heading."""
        return Style(f"{self.head_family}-bold", self.size * factor, self.accent, 1.0)


def choose(rng: Random, country: str, **fixed: Any) -> Look:
    """Choose a look; `fixed` holds choices made already."""
    accent, soft = rng.choice(INKS)
    family = rng.choice(("sans", "sans", "sans", "sans", "serif", "serif", "mono"))
    head_family = rng.choice((family, family, "sans", "serif"))
    signs = (
        ("none", "suffix", "suffix", "code")
        if country not in ("GB", "US", "JP")
        else ("prefix", "prefix", "none", "code-first")
    )
    look = Look(
        page=LETTER if country == "US" else A4,
        family=family,
        head_family=head_family,
        size=rng.choice((8.0, 8.5, 9.0, 9.0, 9.5, 10.0)) - (0.5 if family == "mono" else 0.0),
        stretch=0.86 if family == "mono" else rng.choice((1.0, 1.0, 1.0, 0.9, 0.94, 1.04)),
        accent=accent,
        soft=soft,
        margin=rng.choice((42.0, 50.0, 57.0, 64.0, 71.0)),
        head=rng.choice(HEADS),
        meta=rng.choice(METAS),
        table=rng.choice(TABLES),
        totals=rng.choice(TOTALS),
        foot=rng.choice(FEET),
        logo=rng.randrange(8),
        colon=rng.choice((":", ":", "", " :" if country == "FR" else ":")),
        upper=rng.random() < 0.12,
        bold_labels=rng.random() < 0.3,
        sign=rng.choice(signs),
        buyer=rng.choice(("window", "window", "columns", "right", "boxed")),
    )
    return look._replace(**fixed) if fixed else look
