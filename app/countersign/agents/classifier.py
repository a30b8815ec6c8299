"""Says what kind of case a document is, in which language, by the words that classes name as their own."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from time import perf_counter

from countersign.agents.labels import lexicon
from countersign.agents.lexicons import phrase, stop_words
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.domain.confidence import ppm
from countersign.domain.event import Classified
from countersign.domain.klass import ClassDef

_PAGES = 3
"""Pages that are looked at; a document says early what it is."""
_KNOWN = 4.0
"""What a document counts that is like those which people approved, where no cue of any class is found."""
_FAMILIAR = 0.3
"""Likeness that counts as a reason."""
_SAYS_MORE = 3
"""Labels of fields that only the wider class has, from which on a document is not of the narrow one."""
_NO_WORDS = ("no words that tell the class",)
Cues = dict[str, list[tuple[tuple[str, ...], str]]]
"""By first piece: (all pieces, what they tell)."""

_HELD: dict[int, tuple[object, Cues, Cues, Cues]] = {}


def classify(
    sheet: Sheet, classes: Mapping[str, ClassDef], learned: Mapping[str, float] | None = None
) -> Classified:
    """Tell class, variant and language; a document that no class fits gets a low confidence.

    `learned` is how much it is like documents of each class that people approved (see familiar).
    """
    begun = perf_counter()
    titles, labels, variants = _cues(classes)
    runs = [run for run in sheet.runs if run.page < _PAGES]
    parts = [(run, [piece for word in run.words for piece in pieces(word.text)]) for run in runs[:600]]
    language = _language(Counter(piece for _, found in parts for piece in found))
    scores: dict[str, float] = defaultdict(float)
    heads: dict[str, str] = {}
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for run, found in parts:
        for told, parts_found in _matches(found, titles):
            weight = _weight(len(parts_found))
            if run.page == 0:
                weight = _prominence(sheet, run, len(parts_found), len(found))
            if parts_found in seen[told]:
                weight *= 0.2
            seen[told].add(parts_found)
            scores[told] += weight
            if weight >= 2.0:
                heads.setdefault(told, " ".join(parts_found))
        for told, parts_found in _matches(found, labels):
            if parts_found not in seen[f"label {told}"]:
                seen[f"label {told}"].add(parts_found)
                scores[told] += 0.25 * min(len(parts_found), 3)
    loudest = max(scores.values(), default=0.0)
    for klass, likeness in (learned or {}).items():
        scores[klass] += likeness * (_KNOWN + 1.5 * loudest)  # people's word outweighs any cue
    name, confidence = _best(scores, classes)
    variant = _variant(parts, variants, classes[name]) if name in classes else None
    if variant is not None and variant in classes and classes[variant].kin == name:
        says_more = _beyond(parts, classes[name], classes[variant]) >= _SAYS_MORE
        name, variant = (name, None) if says_more else (variant, None)
    why = _why(name, heads, len(seen[f"label {name}"]))
    if (learned or {}).get(name, 0.0) >= _FAMILIAR:
        why = (*(why if why != _NO_WORDS else ()), "it is like documents that people approved as this class")
    return Classified(
        klass=name,
        variant=variant,
        language=language,
        confidence=ppm(confidence),
        why=why,
        milliseconds=round((perf_counter() - begun) * 1000),
    )


def class_scores(sheet: Sheet, page: int, classes: Mapping[str, ClassDef]) -> tuple[dict[str, float], int]:
    """Return how loudly a page names each class in a heading, and how many labels of classes stand on it."""
    titles, labels, _ = _cues(classes)
    weights: dict[str, float] = {}
    named: set[tuple[str, ...]] = set()
    for line in sheet.by_page.get(page, ())[:120]:
        for run in sheet.lines[line]:
            found = [piece for word in run.words for piece in pieces(word.text)]
            for told, parts in _matches(found, titles):
                weight = _prominence(sheet, run, len(parts), len(found))
                weights[told] = max(weights.get(told, 0.0), weight)
            named.update(parts for _, parts in _matches(found, labels))
    return weights, len(named)


def _cues(classes: Mapping[str, ClassDef]) -> tuple[Cues, Cues, Cues]:
    held = _HELD.get(id(classes))
    if held is not None and held[0] is classes:
        return held[1:]
    titles: Cues = defaultdict(list)
    labels: Cues = defaultdict(list)
    variants: Cues = defaultdict(list)
    owners: Counter[tuple[str, ...]] = Counter()
    for klass in classes.values():
        texts = [klass.name.replace("_", " "), *klass.label.values()]
        texts += [cue for cues in klass.cues.values() for cue in cues]
        _put(titles, texts, klass.name)
        for variant, by_language in klass.variant_cues.items():
            _put(variants, [cue for cues in by_language.values() for cue in cues], variant)
        for parts in {
            entry[0] for entries in lexicon(klass).phrases.values() for entry in entries if entry[1]
        }:
            owners[parts] += 1
    for klass in classes.values():
        for entries in lexicon(klass).phrases.values():
            for parts, fields, _ in entries:
                if fields and owners[parts] == 1 and sum(map(len, parts)) > 3:
                    labels[parts[0]].append((parts, klass.name))
    for cues in (titles, labels, variants):
        for entries_of in cues.values():
            entries_of.sort(key=lambda entry: -len(entry[0]))
    if len(_HELD) > 16:
        _HELD.clear()
    _HELD[id(classes)] = (classes, titles, labels, variants)
    return titles, labels, variants


def _put(cues: Cues, texts: list[str], told: str) -> None:
    for parts in {phrase(text) for text in texts}:
        if parts:
            cues[parts[0]].append((parts, told))


def _matches(found: list[str], cues: Cues) -> list[tuple[str, tuple[str, ...]]]:
    told = []
    at = 0
    while at < len(found):
        length = 1
        for parts, name in cues.get(found[at], ()):
            if tuple(found[at : at + len(parts)]) == parts and len(parts) >= length:
                told.append((name, parts))
                length = len(parts)
        at += length
    return told


def _weight(cue: int) -> float:
    return 0.4 + 0.3 * min(cue - 1, 3)


def _prominence(sheet: Sheet, run: Run, cue: int, words: int) -> float:
    """Weigh a cue, more in a heading: large or bold, near the top, on its own."""
    weight = _weight(cue)
    ratio = run.size / max(sheet.size, 1.0)
    if words <= cue + 3:
        top = run.y0 < 0.35 * sheet.heights[run.page]
        if ratio > 1.25:
            weight += 2.0 * min(ratio, 2.5)
        elif top and (run.bold or run.text.isupper()):
            weight += 1.5
    return weight


def _best(scores: dict[str, float], classes: Mapping[str, ClassDef]) -> tuple[str, float]:
    ranked = sorted(((scores.get(name, 0.0), name) for name in classes), reverse=True)
    if not ranked or ranked[0][0] <= 0.0:
        return (ranked[-1][1] if ranked else "unknown"), 0.0
    best, name = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    lead = (best - second) / (best + second)
    return name, 1.0 / (1.0 + math.exp(-(6.0 * lead + 0.55 * min(best, 8.0) - 3.2)))


def _why(name: str, heads: dict[str, str], labels: int) -> tuple[str, ...]:
    why = []
    if name in heads:
        why.append(f"headed “{heads[name]}”")
    if labels:
        why.append(
            f"{labels} labels that only this class has" if labels > 1 else "a label that only this class has"
        )
    return tuple(why) or _NO_WORDS


def _variant(parts: list[tuple[Run, list[str]]], variants: Cues, klass: ClassDef) -> str | None:
    """Tell the variant: it needs several different cues of its own, more of them on a page full of words."""
    told: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for _, found in parts:
        for variant, cue in _matches(found, variants):
            told[variant].add(cue)
    known = [(len(cues), variant) for variant, cues in told.items() if variant in klass.variants]
    count, variant = max(known, default=(0, ""))
    words = sum(len(found) for _, found in parts)
    return variant if count >= (2 if words < 260 else 4) else None


def _beyond(parts: list[tuple[Run, list[str]]], wide: ClassDef, narrow: ClassDef) -> int:
    """Count fields that the narrow class does not have and that a label on the pages names for sure."""
    known = {field.name for field in narrow.fields}
    more = {index for index, field in enumerate(wide.fields) if field.name not in known}
    labels: Cues = {
        first: [(pieces_of, str(*fields)) for pieces_of, fields, _ in entries if len(fields) == 1]
        for first, entries in lexicon(wide).phrases.items()
    }
    named = {int(told) for _, found in parts for told, _ in _matches(found, labels)}
    return len(named & more)


def _language(counts: Counter[str]) -> str:
    scores = {
        language: sum(min(counts[word], 6) * (1.0 if len(word) > 2 else 0.6) for word in words)
        for language, words in stop_words().items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > 0 else "en"
