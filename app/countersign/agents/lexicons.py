"""The word lists that ship with the desk, read once: what labels, names, languages and orders look like."""

from functools import lru_cache
from typing import Any

from countersign.agents.sheet import pieces
from countersign.domain.values import country_names
from countersign.settings import source
from countersign.settings.resources import shipped


def _file(name: str) -> Any:
    return source.read(shipped("resources", "lexicons", name)).data


def phrase(text: str) -> tuple[str, ...]:
    """Return the folded pieces of a phrase of a lexicon."""
    return tuple(piece for word in text.split() for piece in pieces(word))


@lru_cache(maxsize=1)
def distractors() -> frozenset[tuple[str, ...]]:
    """Return labels that name no field of any class, in pieces."""
    return frozenset(phrase(label) for labels in _file("labels.yaml").values() for label in labels)


@lru_cache(maxsize=1)
def distractor_labels() -> dict[str, tuple[str, ...]]:
    """Return labels that name no field of any class as people write them, by language."""
    return {language: tuple(map(str, labels)) for language, labels in _file("labels.yaml").items()}


@lru_cache(maxsize=1)
def imagined_words() -> dict[str, dict[str, list[str]]]:
    """Return the words of which pages are imagined in training, by kind and language."""
    held: dict[str, dict[str, list[str]]] = _file("imagined.yaml")
    return held


@lru_cache(maxsize=1)
def stop_words() -> dict[str, frozenset[str]]:
    """Return the small words of each language, folded."""
    return {language: frozenset(words) for language, words in _file("words.yaml").items()}


@lru_cache(maxsize=1)
def all_stop_words() -> frozenset[str]:
    """Return the small words of all languages."""
    return frozenset().union(*stop_words().values())


@lru_cache(maxsize=1)
def form_words() -> frozenset[str]:
    """Return the words that forms print and people seldom fill in, of all languages, folded."""
    return frozenset().union(*_file("forms.yaml").values())


@lru_cache(maxsize=1)
def name_words() -> dict[str, frozenset[str]]:
    """Return the word lists by which names, addresses and headings are told apart."""
    return {kind: frozenset(words) for kind, words in _file("names.yaml").items()}


@lru_cache(maxsize=1)
def sums() -> frozenset[tuple[str, ...]]:
    """Return what stands in the place of a row's text where a table sums up or carries over, in pieces."""
    return frozenset(phrase(text) for texts in _file("tables.yaml")["sums"].values() for text in texts)


@lru_cache(maxsize=1)
def carried() -> frozenset[tuple[str, ...]]:
    """Return what stands beside a sum that is carried from page to page, after which a table goes on."""
    return frozenset(phrase(text) for texts in _file("tables.yaml")["carried"].values() for text in texts)


@lru_cache(maxsize=1)
def orders() -> dict[str, tuple[str, ...]]:
    """Return the words by which a document tries to give orders: `phrases`, and pairs that stand near by."""
    return {kind: tuple(words) for kind, words in _file("instructions.yaml").items()}


def squeezed(word: str) -> str:
    """Return the folded letters and digits of a word: ``Baden-Württemberg,`` gives ``badenwurttemberg``."""
    return "".join(pieces(word))


@lru_cache(maxsize=1)
def places() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return states and countries, squeezed word by word, under their first word, the longest first."""
    texts = [text for kind in _file("places.yaml").values() for text in kind]
    texts += [name for name in country_names() if len(name) > 3]
    by_first: dict[str, set[tuple[str, ...]]] = {}
    for text in texts:
        words = tuple(part for part in map(squeezed, text.split()) if part)
        if words:
            by_first.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(held, key=lambda w: (-len(w), w))) for first, held in by_first.items()}
