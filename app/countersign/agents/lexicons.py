"""The word lists that ship with the desk, read once: what labels, names, languages and orders look like."""

from functools import lru_cache
from typing import Any

from countersign.agents.sheet import pieces
from countersign.settings import plain_yaml
from countersign.settings.resources import shipped


def _file(name: str) -> Any:
    return plain_yaml.parse(shipped("resources", "lexicons", name).read_text(encoding="utf-8"))


def phrase(text: str) -> tuple[str, ...]:
    """Return the folded pieces of a phrase of a lexicon."""
    return tuple(piece for word in text.split() for piece in pieces(word))


@lru_cache(maxsize=1)
def distractors() -> frozenset[tuple[str, ...]]:
    """Return labels that name no field of any class, in pieces."""
    return frozenset(phrase(label) for labels in _file("labels.yaml").values() for label in labels)


@lru_cache(maxsize=1)
def stop_words() -> dict[str, frozenset[str]]:
    """Return the small words of each language, folded."""
    return {language: frozenset(words) for language, words in _file("words.yaml").items()}


@lru_cache(maxsize=1)
def all_stop_words() -> frozenset[str]:
    """Return the small words of all languages."""
    return frozenset().union(*stop_words().values())


@lru_cache(maxsize=1)
def name_words() -> dict[str, frozenset[str]]:
    """Return the word lists by which names, addresses and headings are told apart."""
    return {kind: frozenset(words) for kind, words in _file("names.yaml").items()}


@lru_cache(maxsize=1)
def orders() -> tuple[str, ...]:
    """Return the phrases by which a document tries to give orders."""
    return tuple(_file("instructions.yaml"))
