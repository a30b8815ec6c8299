"""The two palettes of the desk, light and dark; every text colour holds 4.5:1 on its ground."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a colour says; a mark by shape always says the same beside it."""

    SURE = "sure"
    DOUBT = "doubt"
    POOR = "poor"
    PERSON = "person"
    QUIET = "quiet"


@dataclass(frozen=True)
class Colours:
    """One palette, as ``#rrggbb``."""

    window: str
    surface: str
    raised: str
    hover: str
    line: str
    edge: str
    """Outline of something that can be typed into; 3:1 on `surface`."""
    text: str
    muted: str
    accent: str
    accent_strong: str
    on_accent: str
    accent_soft: str
    sure: str
    sure_soft: str
    doubt: str
    doubt_soft: str
    poor: str
    poor_soft: str
    person: str
    person_soft: str
    scroll: str
    desk: str
    """What lies behind the pages."""

    def ink(self, tone: Tone) -> str:
        """Return the colour that a tone is written in."""
        inks = {
            Tone.SURE: self.sure,
            Tone.DOUBT: self.doubt,
            Tone.POOR: self.poor,
            Tone.PERSON: self.person,
        }
        return inks.get(tone, self.muted)

    def ground(self, tone: Tone) -> str:
        """Return the soft colour that a tone is written on."""
        grounds = {
            Tone.SURE: self.sure_soft,
            Tone.DOUBT: self.doubt_soft,
            Tone.POOR: self.poor_soft,
            Tone.PERSON: self.person_soft,
        }
        return grounds.get(tone, self.hover)


LIGHT = Colours(
    window="#f7f7f8",
    surface="#ffffff",
    raised="#ffffff",
    hover="#f1f1f4",
    line="#e4e4e9",
    edge="#8a8d98",
    text="#16171b",
    muted="#5b5e69",
    accent="#4550d2",
    accent_strong="#3640b4",
    on_accent="#ffffff",
    accent_soft="#ecedfb",
    sure="#0a7053",
    sure_soft="#e1f3ec",
    doubt="#8a5200",
    doubt_soft="#fbf0db",
    poor="#b92a3b",
    poor_soft="#fce9eb",
    person="#255bbf",
    person_soft="#e6eefb",
    scroll="#c3c5cd",
    desk="#e9e9ed",
)

DARK = Colours(
    window="#101114",
    surface="#17181c",
    raised="#1f2025",
    hover="#24262c",
    line="#2a2c32",
    edge="#70737e",
    text="#ededf0",
    muted="#a3a6b1",
    accent="#98a0ff",
    accent_strong="#b3b9ff",
    on_accent="#0f1024",
    accent_soft="#272a4d",
    sure="#54c99d",
    sure_soft="#15332a",
    doubt="#e9b055",
    doubt_soft="#392c13",
    poor="#ff8d95",
    poor_soft="#44222a",
    person="#86b4ff",
    person_soft="#1b2d4a",
    scroll="#3d4048",
    desk="#0b0c0e",
)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, by the formula of WCAG 2.2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
