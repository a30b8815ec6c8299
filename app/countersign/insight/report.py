"""What was measured, as one plain object a set: for machines as it is, for people as tables."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from countersign.insight import conventions, learned_from, metrics
from countersign.insight.evaluate import Measured, Read
from countersign.insight.forms import FormScore
from countersign.insight.jobs import Wish
from countersign.insight.rows import RowScore
from countersign.insight.scoring import FieldScore, Tally, answers, tally

COVERAGES = (0.7, 0.8, 0.9)
ACCURACY = 0.99
_COUNTS = ("right", "given", "there")


def report(measured: Measured, wish: Wish) -> dict[str, Any]:
    """Return every figure of one set under stable keys; None stands for what cannot be said."""
    read, opening = measured.read, measured.opening
    scores = [one for held in read for one in held.scores]
    return {
        "set": opening.folder.name,
        "documents": len({_document(held) for held in read}),
        "readings": len(read),
        "pages": sum(len(one.opened.pages) for one in opening.told),
        "not_opened": dict(Counter(f"{one.code}: {one.detail}" for one in opening.lost)),
        "how": _how(measured, wish),
        "class_right": _share(sum(held.is_class_right for held in read), len(read)),
        "taken_apart": sum(held.is_split for held in read),
        "all": figures(scores),
        "seen": _part(read, is_seen=True),
        "unseen": _part(read, is_seen=False),
        "per_document_mean": _mean([tally(held.scores).f1 for held in read if held.scores]),
        "classes": _classes(scores),
        "all_tables": _all_rows(read),
        "tables": {name: _rows(held) for name, held in sorted(_tables(read).items()) if held.records_there},
        "fields_of_no_class": _unknown(read),
        "form_fields": _form([held.form for held in read if held.form is not None]),
        "calibration": calibration(answers(scores)),
        "calibration_values": calibration(answers(scores, values_only=True)),
        "from_hidden_text": _hidden(read),
        "next_of_kin": _next(measured),
        "causes": _causes(read),
        "cost": _cost(measured),
    }


def _document(read: Read) -> tuple[str, ...]:
    """Tell documents apart: those of several sets may have the same name."""
    return read.told.name, read.told.truth["doc"], read.told.truth["sha256"]


def errors(measured: Measured, most: int) -> list[dict[str, Any]]:
    """Return the first errors, for the terminal alone: they hold what stands on the documents."""
    held = [error for one in measured.read for error in one.errors]
    return [error._asdict() for error in held[:most]]


def _how(measured: Measured, wish: Wish) -> dict[str, Any]:
    return {
        "folds": wish.by.value if wish.by else None,
        "learn_from": wish.learn_from or None,
        "seeds": wish.seeds if wish.learn_from or wish.next_of_kin else None,
        "pixels": wish.way.pixels,
        "strip_attachments": wish.way.stripped,
        "flatten": wish.way.flat,
        "trained_on": list(measured.trained_on),
        "samples": wish.samples if measured.trained_on else None,
        "shipped_model_knows": None if measured.trained_on else _known(measured),
    }


def _known(measured: Measured) -> int | None:
    """Return how many of the documents the shipped model learned from; None where nothing tells."""
    return learned_from.count(one.truth["sha256"] for one in measured.opening.told)


# -- fields ----------------------------------------------------------------------------------------------


def figures(scores: Sequence[FieldScore]) -> dict[str, Any]:
    """Return counts and shares of field scores."""
    held = tally(scores)
    return {
        "f1": _f1(held.right, held.given, held.there),
        "f1_exact": _f1(held.exact, held.given, held.there),
        "right": held.right,
        "wrong": held.wrong,
        "missed": held.missed,
        "invented": held.invented,
        "silent": held.silent,
        "invented_share": _share(held.invented, held.invented + held.silent),
        **_evidence(held),
    }


def _evidence(held: Tally) -> dict[str, Any]:
    return {
        "evidence_known": held.evidence_known,
        "evidence_hit": _share(held.evidence_hits, held.evidence_known),
        "evidence_part": _share(held.part_hits, held.evidence_known),
        "evidence_inside": _share(held.inside, held.evidence_known),
        "evidence_spelled": _share(held.spelled, held.right),
    }


def _part(read: Sequence[Read], *, is_seen: bool) -> dict[str, Any] | None:
    held = [one for one in read if one.is_seen is is_seen]
    if not held:
        return None
    return {
        "readings": len(held),
        **figures([score for one in held for score in one.scores]),
        "per_document_mean": _mean([tally(one.scores).f1 for one in held if one.scores]),
    }


def _classes(scores: Sequence[FieldScore]) -> dict[str, Any]:
    classes: dict[str, Any] = {}
    for name in sorted({score.klass for score in scores}):
        inside = [score for score in scores if score.klass == name]
        fields = list(dict.fromkeys(score.field for score in inside))
        classes[name] = {
            **figures(inside),
            "fields": {field: figures([s for s in inside if s.field == field]) for field in fields},
        }
    return classes


# -- tables and forms ------------------------------------------------------------------------------------


def _unknown(read: Sequence[Read]) -> dict[str, int]:
    """Count labels for which the class that was read has no field: they are not scored."""
    counted: Counter[str] = Counter()
    for one in read:
        if one.klass is not None:
            scored = {score.field for score in one.scores} | {field.name for field in one.klass.fields}
            counted.update(e["name"] for e in one.told.truth["fields"] if e["name"] not in scored)
    return dict(sorted(counted.items()))


def _tables(read: Sequence[Read]) -> dict[str, RowScore]:
    tables: dict[str, RowScore] = {}
    for one in read:
        for name, score in one.rows.items():
            tables[name] = tables.get(name, RowScore()).plus(score)
    return tables


def _all_rows(read: Sequence[Read]) -> dict[str, Any] | None:
    held = RowScore()
    for one in _tables(read).values():
        held = held.plus(one)
    return _rows(held) if held.records_there else None


def _rows(held: RowScore) -> dict[str, Any]:
    return {
        "cells_f1": _f1(held.cells_right, held.cells_given, held.cells_there),
        "cells_right": held.cells_right,
        "cells_given": held.cells_given,
        "cells_there": held.cells_there,
        "records_f1": _f1(held.records_right, held.records_given, held.records_there),
        "records_right": held.records_right,
        "records_given": held.records_given,
        "records_there": held.records_there,
        "columns_unread": sorted(held.unread_columns),
        "columns": {
            name: {"f1": _f1(*counts), **dict(zip(_COUNTS, counts, strict=True))}
            for name, *counts in held.columns
        },
        "evidence_spelled": _share(held.cells_spelled, held.cells_right),
        "calibration": calibration(metrics.Answers.of([(ppm / 1e6, right) for ppm, right in held.said])),
    }


def _form(scores: Sequence[FormScore]) -> dict[str, Any] | None:
    if not scores:
        return None
    held = FormScore()
    for score in scores:
        held = held.plus(score)
    return {
        "f1": _f1(held.right, held.given, held.there),
        "f1_exact": _f1(held.exact, held.given, held.there),
        **held._asdict(),
    }


# -- confidence, causes, cost ----------------------------------------------------------------------------


def calibration(said: metrics.Answers) -> dict[str, Any]:
    """Return how far the confidences hold."""
    return {
        "answers": int(said.said.size),
        "ece": round(metrics.calibration_error(said), 4),
        "ece_floor": round(metrics.noise_floor(said), 4),
        "auroc": _rounded(metrics.auroc(said)),
        "accuracy_at": {str(share): _rounded(metrics.accuracy_at(said, share)) for share in COVERAGES},
        "coverage_at_99": round(metrics.coverage_at(said, ACCURACY), 4),
        "bins": [
            {"answers": one.answers, "said": round(one.said, 4), "right": round(one.right, 4)}
            for one in metrics.bins(said)
        ],
    }


def _hidden(read: Sequence[Read]) -> dict[str, Any] | None:
    """Return what was taken from invisible text, on documents of which the truth says that they have some."""
    held = [one for one in read if one.told.truth.get("hidden_text_leak")]
    if not held:
        return None
    return {
        "documents": len(held),
        "values": sum(one.values for one in held),
        "from_hidden_text": sum(one.from_hidden for one in held),
    }


def _next(measured: Measured) -> dict[str, Any] | None:
    """Return the errors on a document before and after another one of its layout was confirmed."""
    if not measured.before:
        return None
    before = tally(one for held in measured.before for one in held.scores)
    after = tally(one for held in measured.read for one in held.scores)
    return {
        "pairs": len(measured.before),
        "layouts": len({(one.told.name, conventions.layout(one.told.truth)) for one in measured.before}),
        "errors_before": before.wrong + before.missed + before.invented,
        "errors_after": after.wrong + after.missed + after.invented,
        "f1_before": _f1(before.right, before.given, before.there),
        "f1_after": _f1(after.right, after.given, after.there),
    }


def _causes(read: Sequence[Read]) -> dict[str, int]:
    counted = Counter(error.cause.value for one in read for error in one.errors)
    return dict(counted.most_common())


def _cost(measured: Measured) -> dict[str, Any]:
    opening = measured.opening
    opened = sum(len(one.opened.pages) for one in opening.told)
    read = sum(len(one.told.opened.pages) for one in measured.read)
    spent = sum(one.seconds for one in measured.read)
    return {
        "opening_seconds_per_page": _rounded(opening.seconds / opened)
        if opening.seconds is not None and opened
        else None,
        "reading_seconds_per_page": _rounded(spent / read) if read else None,
        "page_child_megabytes": _rounded(opening.megabytes, 0),
        "agents_megabytes": _rounded(measured.megabytes, 0),
    }


def _f1(right: int, given: int, there: int) -> float | None:
    """Return F1; None where there was nothing to read and nothing was said."""
    return round(metrics.f1(right, given, there), 4) if given + there else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _rounded(value: float | None, places: int = 4) -> float | None:
    return None if value is None else round(value, places)
