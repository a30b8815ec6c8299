"""Confidence: the calibrated probability that a value is right, in parts per million."""

from typing import Annotated

from annotated_types import Ge, Le

MILLION = 1_000_000

Ppm = Annotated[int, Ge(0), Le(MILLION)]
"""A probability as an integer, because records hold no floats."""


def ppm(probability: float) -> int:
    """Turn a probability of 0 to 1 into parts per million; what lies outside is cut to the ends."""
    return round(min(1.0, max(0.0, probability)) * MILLION)


def percent(confidence: int) -> str:
    """Write a confidence for people: ``98.2 %``, never rounded up to 100."""
    tenths = min(confidence * 1000 // MILLION, 999) if confidence < MILLION else 1000
    return f"{tenths // 10}.{tenths % 10} %" if tenths < 1000 else "100 %"
