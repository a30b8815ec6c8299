"""The cards of the models that ship: what they are, what they learned from, and how well they do."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from countersign.agents.features import NAMES
from countersign.agents.lessons import PRIOR_FILE as MEMORY
from countersign.agents.model import FILE as READER
from countersign.agents.model import LESSONS_FILE as LESSONS
from countersign.agents.splitter import FILE as SPLITTER
from countersign.agents.tables_trust import FILE as TABLES
from countersign.insight.learned_from import FILE as LEARNED_FROM
from countersign.insight.metrics import Answers, auroc, calibration_error, coverage_at, noise_floor
from countersign.insight.scoring import FieldScore, tally
from countersign.insight.teaching import Taught
from countersign.insight.teaching_tables import TaughtTables
from countersign.insight.told import Told


def of_reader(taught: Taught, told: Sequence[Told], how: str, model: str) -> str:
    """Describe the reader: its data with their licences, and how it reads layouts that it has not seen."""
    return _card(
        READER,
        model,
        told,
        what="The scorers of the agent `reader.local`: for each kind of value (dates, amounts, identifiers, "
        f"names …) small networks of one hidden layer over {len(NAMES)} features of a candidate and of "
        "what stands around it, the weights of 'not present', and logistic models of what answers have "
        "been worth on layouts kept from training: one for the fields of these classes, one for others.",
        how=f"`{how}`, numpy alone; the same documents give the same bytes on the same machine. Beside the "
        "documents it learned from imagined pages of each class: made-up labels and values in places of "
        "chance. A document from the world weighs five times one that we drew.",
        more=[
            "**Measured on layouts kept from training** (three folds by layout family, which neither "
            "networks nor lessons nor the models of worth had seen; doubtful values held back as on a desk; "
            "calibration error beside that of chance alone; share of answers kept at 99 % accuracy):",
            "",
            *_figures(taught),
            "",
        ],
    )


def of_lessons(lessons: dict[str, Any], told: Sequence[Told], how: str, model: str) -> str:
    """Describe what documents of each class have in common."""
    classes = "; ".join(
        f"{name}: {sum(len(field['hashes']) for field in held['fields'].values())} strings"
        for name, held in lessons.items()
    )
    return _card(
        LESSONS,
        model,
        told,
        what="For each class that ships, weights of short strings that say what stands around a value (words "
        "to its left, above it, its shape), by the hash of the string, beside the scores of the reader. "
        f"{classes}. Only strings of three or more documents and two or more layouts are kept, so that "
        "none names a person or a company of a single layout.",
        how=f"`{how}`, on scores of models that had not seen the document.",
        more=[],
    )


def of_splitter(told: Sequence[Told], how: str, model: str) -> str:
    """Describe what tells one document of a file from the next."""
    return _card(
        SPLITTER,
        model,
        told,
        what="The weights by which the agents tell where one document of a file ends and the next begins.",
        how=f"`{how}`: documents of the sets were laid behind one another at random, and it learned to find "
        "the seams.",
        more=[],
    )


def of_tables(taught: TaughtTables, told: Sequence[Told], how: str, model: str) -> str:
    """Describe what the cells of tables are worth."""
    return _card(
        TABLES,
        model,
        [one for one in told if one.truth.get("line_items")],
        what="How far a cell of a table can be trusted: a weight for each named sign, such as 'quantity "
        "times price is the amount', and a table that turns their sum into what it has been worth.",
        how=f"`{how}`. The readers of tables themselves are rules and learn nothing.",
        more=[
            "**Measured on families of layouts kept from learning** (five folds; of a long document some 160 "
            f"cells): {taught.cells:,} cells, {taught.right:.1%} right, calibration error "
            f"{taught.calibration_error:.3f}, AUROC {taught.auroc:.2f}. Wrong cells are so rare here that "
            "the order of doubtful ones is less sure than the mean.",
            "",
        ],
    )


def of_memory(told: Sequence[Told], how: str, model: str) -> str:
    """Describe what the memory of layouts is worth before a class has taught anything."""
    return _card(
        MEMORY,
        model,
        told,
        what="One weight for each kind of thing that stands around a value (words to its left, those above, "
        "its place, its shape …): how much it counts that the same stood around the confirmed value on an "
        "earlier document of the layout. No word and no hash of a word is in it.",
        how=f"`{how}`: each document was read as if one or two others of its layout had been confirmed, and "
        "the reader was heard with a fifth of its scores: it knows little of classes that a desk adds.",
        more=[],
    )


def _card(file: str, model: str, told: Sequence[Told], *, what: str, how: str, more: list[str]) -> str:
    return "\n".join(
        [
            f"# Card of {file}",
            f"**What it is.** {what} Plain JSON; nothing in it is code.",
            "",
            f"**How it was made.** {how}",
            "",
            "**Data.**",
            "",
            *_data(told),
            "",
            "Only parameters are shipped, no document and no text; the first digits of the documents' "
            f"SHA-256 are in `{LEARNED_FROM}`. The classes that ship as examples (`ad_buy`, "
            "`registration`) were never learned from: on them a desk's own learning is tried.",
            "",
            *more,
            f"SHA-256 `{hashlib.sha256(model.encode()).hexdigest()}`",
            "",
        ]
    )


def _data(told: Sequence[Told]) -> list[str]:
    sets: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        sets[one.name].append(one)
    lines = ["| set | documents | sources and licences |", "|---|---|---|"]
    for name, held in sets.items():
        licence = f"; {_LICENCES[name]}" if name in _LICENCES else ""
        lines.append(f"| {name} | {len(held)} | {_sources(held)}{licence} |")
    return lines


_LICENCES = {
    "class_only": "as their projects name them",
    "einvoice": "Apache-2.0, MIT and others, as their projects name them",
    "invoice2data": "MIT",
    "kleister_nda": "public records (EDGAR); its repository names no licence, and nothing of it is shipped",
    "longlist_claims": "MIT",
    "sroie": "ICDAR 2019; the repository's licence (MIT) is of its code, and nothing of it is shipped",
    "statements": "AGPL-3.0",
    "va_claims": "CC0, works of the United States government",
}
"""Under what the public sets stand, by the name of their folder."""


def _sources(held: Sequence[Told]) -> str:
    named = sorted(
        {" ".join(str(one.truth[key]) for key in ("source", "licence") if one.truth.get(key)) for one in held}
    )
    shown = "; ".join(named[:6])
    return shown if len(named) <= 6 else f"{shown} and {len(named) - 6} more, each named in the set"


def _figures(taught: Taught) -> list[str]:
    by_set: dict[tuple[str, str], list[FieldScore]] = defaultdict(list)
    for one, scores in taught.scores:
        for score in scores:
            by_set[one.name, score.klass].append(score)
    lines = [
        "| set, class | micro-F1 | invented | evidence | calibration error (of chance) | AUROC | at 99 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, klass), scores in sorted(by_set.items()):
        told = tally(scores)
        sure = Answers.of([(one.confidence / 1_000_000, one.is_right) for one in scores if one.confidence])
        lines.append(
            f"| {name}, {klass} | {told.f1:.3f} | {100 * told.invented_share:.1f} % "
            f"| {100 * told.evidence_share:.0f} % | {calibration_error(sure):.3f} ({noise_floor(sure):.3f}) "
            f"| {_shown(auroc(sure))} | {100 * coverage_at(sure, 0.99):.0f} % |"
        )
    return lines


def _shown(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.3f}"
