"""Draws reliability diagrams: of the answers that said so much, how many were right.

`countersign evaluate SET… --json | python docs/make_reliability.py` writes a picture a set into docs/images,
plain SVG that is readable on light and on dark paper.
"""

import json
import math
import sys
from html import escape
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
LEFT, TOP, SIDE = 56, 66, 300
FLOOR = TOP + SIDE
HISTOGRAM = 48
WIDTH, HEIGHT = LEFT + SIDE + 28, FLOOR + 48 + HISTOGRAM + 32

LOOKS = {
    "": 'fill="#757d8a" font-size="12"',
    "head": 'fill="#757d8a" font-size="15" font-weight="600"',
    "grid": 'stroke="#8a93a3" stroke-opacity=".22"',
    "frame": 'stroke="#8a93a3" stroke-opacity=".7" fill="none"',
    "ideal": 'stroke="#8a93a3" stroke-dasharray="4 4"',
    "line": 'stroke="#3f86cc" stroke-width="2" fill="none" stroke-linejoin="round"',
    "point": 'fill="#3f86cc"',
    "chance": 'stroke="#3f86cc" stroke-width="1.5" stroke-opacity=".5"',
    "bar": 'fill="#3f86cc" fill-opacity=".6"',
}
"""Middle tones, which stand out from light and dark paper alike."""


def picture(told: dict[str, Any]) -> str:
    """Return the diagram of one set as SVG."""
    sure = told["calibration"]
    auroc = "" if sure["auroc"] is None else f", AUROC {sure['auroc']:.2f}"
    below = f"gap {sure['ece']:.3f}, chance alone {sure['ece_floor']:.3f}{auroc}"
    head = f"{told['set'].replace('_', ' ')}: {sure['answers']:,} answers"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="Inter, system-ui, sans-serif" role="img" '
        f'aria-label="{escape(head)}; {escape(below)}">',
        _text(LEFT, 26, head, "head"),
        _text(LEFT, 46, below),
        *_grid(),
        *_points(sure["bins"]),
        *_histogram(sure["bins"], sure["answers"]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid() -> list[str]:
    parts = []
    for step in range(6):
        share = step / 5
        parts.append(_line(_x(share), TOP, _x(share), FLOOR, "grid"))
        parts.append(_line(LEFT, _y(share), LEFT + SIDE, _y(share), "grid"))
        parts.append(_text(_x(share), FLOOR + 18, f"{share:.0%}", anchor="middle"))
        parts.append(_text(LEFT - 8, _y(share) + 4, f"{share:.0%}", anchor="end"))
    parts.append(f'<rect {LOOKS["frame"]} x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>')
    parts.append(_line(_x(0), _y(0), _x(1), _y(1), "ideal"))
    parts.append(_text(LEFT + 8, TOP + 18, "were right"))
    parts.append(_text(LEFT + SIDE, FLOOR + 36, "said to be right", anchor="end"))
    return parts


def _points(bins: list[dict[str, Any]]) -> list[str]:
    """Draw each bin where it says it is and where it was, with what chance explains (Wilson, 95 %)."""
    parts = []
    for one in bins:
        low, high = _wilson(one["right"], one["answers"])
        parts.append(_line(_x(one["said"]), _y(low), _x(one["said"]), _y(high), "chance"))
    path = " ".join(f"{_x(one['said']):.1f},{_y(one['right']):.1f}" for one in bins)
    parts.append(f'<polyline {LOOKS["line"]} points="{path}"/>')
    parts += [
        f'<circle {LOOKS["point"]} cx="{_x(one["said"]):.1f}" cy="{_y(one["right"]):.1f}" r="4">'
        f"<title>{one['answers']:,}: said {one['said']:.1%}, right {one['right']:.1%}</title></circle>"
        for one in bins
    ]
    return parts


def _histogram(bins: list[dict[str, Any]], answers: int) -> list[str]:
    """Draw how many answers each bin has, by the place of the bin."""
    base = FLOOR + 48 + HISTOGRAM
    parts = [_line(LEFT, base, LEFT + SIDE, base, "frame")]
    for one in bins:
        place = min(int(one["said"] * 10), 9)
        height = HISTOGRAM * one["answers"] / max(answers, 1)
        parts.append(
            f'<rect {LOOKS["bar"]} x="{LEFT + place * SIDE / 10 + 2:.1f}" y="{base - height:.1f}" '
            f'width="{SIDE / 10 - 4:.1f}" height="{height:.1f}"/>'
        )
    parts.append(_text(LEFT, base + 18, "share of the answers"))
    return parts


def _wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def _x(share: float) -> float:
    return LEFT + SIDE * share


def _y(share: float) -> float:
    return FLOOR - SIDE * share


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> str:
    return f'<line {LOOKS[kind]} x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text {LOOKS[kind]} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def main() -> None:
    """Read one JSON object a line; write one picture a set."""
    IMAGES.mkdir(exist_ok=True)
    for line in sys.stdin:
        if line.strip():
            told = json.loads(line)
            file = IMAGES / f"reliability-{told['set']}.svg"
            file.write_text(picture(told), encoding="utf-8")
            sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
