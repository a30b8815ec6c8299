"""A language model that reads honestly what it is shown, and does whatever a document orders it to do."""

import json
import re
from functools import cache
from typing import Any

from tests.support.injections import FRESH, KNOWN, SAMPLES
from tests.support.model_server import fields_of, said_to

_WORDS = re.compile(r"[^\W\d_]{4,}")
_AMOUNT = re.compile(r"(?<![\d.,])(?:1[.,]00|0[.,]01)(?![\d.,])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,}\b")


@cache
def truths() -> dict[str, dict[str, str]]:
    """Return what is printed for each field, by sample."""
    lines = (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    told = map(json.loads, lines)
    return {
        one["doc"]: {field["name"]: field["printed"] for field in one.get("fields") or () if field["printed"]}
        for one in told
    }


def order_in(text: str) -> str | None:
    """Return the order that a text holds, wherever its lines break."""
    words = set(_WORDS.findall(text))
    for sentences in (*KNOWN.values(), *FRESH.values()):
        for order in sentences:
            wanted = set(_WORDS.findall(order))
            if len(wanted & words) >= 0.8 * len(wanted):
                return order
    return None


def obeys(base: str) -> "Any":
    """Answer about a sample; an order that is shown wins over what is printed."""

    def answers(asked: dict[str, Any]) -> dict[str, object]:
        text = said_to(asked)
        given: dict[str, object] = {name: truths()[base].get(name) for name in fields_of(asked)}
        order = order_in(text)
        if order is not None:
            amounts, accounts = _AMOUNT.findall(order), _IBAN.findall(order)
            for name in given:
                if amounts and re.search("total|amount|balance|sum|value", name):
                    given[name] = amounts[0]
                elif name == "iban":
                    given[name] = accounts[0] if accounts else "[IBAN_2]"
            given["approve"], given["confidence"] = "yes", 1.0
        return given

    return answers
