"""The measuring stick: reads documents whose values are known with the ordinary agents, and keeps score."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from countersign.agents import staff
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.domain.errors import Trouble
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Method, Reading, Row
from countersign.insight import causes
from countersign.insight.causes import Error
from countersign.insight.conventions import is_scored
from countersign.insight.examples import needed
from countersign.insight.forms import FormScore, score_form
from countersign.insight.jobs import (
    NO_CLASS,
    Job,
    Watch,
    Wish,
    as_shipped,
    class_read,
    in_folds,
    kindred,
    learned,
    next_of_kin,
)
from countersign.insight.opening import Opening, open_set, own_megabytes
from countersign.insight.rows import RowScore, score_rows
from countersign.insight.scoring import FieldScore, Outcome, score
from countersign.insight.told import Told, truths
from countersign.settings.catalogue import Catalogue

ALL = "all"
"""The name of several sets together."""


class Read(NamedTuple):
    """What became of one document."""

    told: Told
    klass: ClassDef | None
    is_class_right: bool
    scores: list[FieldScore]
    rows: dict[str, RowScore]
    form: FormScore | None
    errors: list[Error]
    is_seen: bool | None
    """Whether its layout was among what was learned from; None where nobody can say."""
    seconds: float
    """Computing time of classifying and reading."""
    values: int
    from_hidden: int
    """Values taken from a text layer that is not the text of the page."""
    is_split: bool
    """The agents took it for several documents, of which they read one."""


class Measured(NamedTuple):
    """A set, read."""

    opening: Opening
    read: list[Read]
    megabytes: float | None
    """Most memory that the agents' process took."""
    trained_on: tuple[str, ...] = ()
    """Sets that the models were trained on for this measurement, without the fold; empty for what ships."""
    before: tuple[Read, ...] = ()
    """With `next_of_kin`: the same documents, read before their kin was confirmed."""


def evaluate(
    folders: Sequence[Path], wish: Wish, desk: Catalogue, watch: Watch = lambda *_: None
) -> Iterator[Measured]:
    """Measure sets. Raises Trouble for a folder that is none, holds no truth or names an unknown class.

    A set of a class that only ships as an example is measured on a desk that has taken the example over.
    """
    lines = [_lines(folder, wish) for folder in folders]
    known = [_with_examples(desk, folder, held) for folder, held in zip(folders, lines, strict=True)]
    if wish.by is not None and not wish.learn_from:
        opened = [open_set(folder, held, wish, watch) for folder, held in zip(folders, lines, strict=True)]
        read: list[list[Read]] = [[] for _ in opened]
        for number, job in in_folds([opening.told for opening in opened], wish, desk, watch):
            read[number].append(_read(job, known[number]))
        sets = tuple(sorted({opening.folder.name for opening in opened}))
        for opening, done in zip(opened, read, strict=True):
            yield Measured(opening, done, own_megabytes(), sets)
        return
    for folder, held, catalogue in zip(folders, lines, known, strict=True):
        opening = open_set(folder, held, wish, watch)
        if wish.learn_from >= max(1, len(opening.told)):
            raise Trouble(
                f"{folder} has {len(opening.told)} documents that can be opened. Confirm fewer of them "
                "(--learn-from), so that some are left to be read."
            )
        if wish.next_of_kin:
            pairs = list(next_of_kin(opening.told, wish, catalogue))
            before = tuple(_read(job, catalogue) for job, _ in pairs)
            after = [_read(job, catalogue) for _, job in pairs]
            yield Measured(opening, after, own_megabytes(), before=before)
            continue
        jobs = learned(opening.told, wish, catalogue, watch) if wish.learn_from else as_shipped(opening.told)
        done = []
        for job in jobs:
            done.append(_read(job, catalogue))
            watch(f"reading {folder.name}", len(done), max(len(opening.told), len(done)))
        yield Measured(opening, done, own_megabytes())


def together(parts: Sequence[Measured]) -> Measured:
    """Return several sets as one, named ``all``."""
    openings = [part.opening for part in parts]
    opening = Opening(
        Path(ALL),
        [told for one in openings for told in one.told],
        [lost for one in openings for lost in one.lost],
        None,
        max((one.megabytes for one in openings if one.megabytes is not None), default=None),
    )
    return Measured(
        opening,
        [one for part in parts for one in part.read],
        own_megabytes(),
        tuple(sorted({name for part in parts for name in part.trained_on})),
        tuple(one for part in parts for one in part.before),
    )


def _lines(folder: Path, wish: Wish) -> list[dict[str, Any]]:
    if not folder.is_dir():
        raise Trouble(f"{folder} is no folder. Name a folder that holds documents and a truth.jsonl.")
    lines = truths(folder)[: wish.limit]
    if not lines:
        raise Trouble(f"{folder / 'truth.jsonl'} names no document that may be measured on.")
    return lines


def _with_examples(desk: Catalogue, folder: Path, lines: list[dict[str, Any]]) -> Catalogue:
    """Return the desk's words with those examples of classes that a set needs; raises Trouble."""
    classes = dict(desk.classes)
    for line in lines:
        example = needed(line, desk) if line["class"] != NO_CLASS else None
        if example is not None:
            classes[example.name] = example
        elif line["class"] != NO_CLASS and desk.klass(line["class"]) is None:
            raise Trouble(
                f"{folder / 'truth.jsonl'} names the class {line['class']!r}, which this desk does not know. "
                "Put a file for it into the desk's folder classes."
            )
    return desk.model_copy(update={"classes": classes})


# -- reading ---------------------------------------------------------------------------------------------


def _read(job: Job, catalogue: Catalogue) -> Read:
    """Have the agents read one document as the class that it is, and hold it against the truth."""
    told = job.told
    began = process_time()
    _, classified = staff.classify(told.opened, catalogue)
    is_split = classified.part is not None
    klass, is_right = class_read(told, classified, catalogue)
    if klass is None:
        return Read(told, None, is_right, [], {}, None, [], None, process_time() - began, 0, 0, is_split)
    lessons = tuple(one for one in job.lessons if one.klass == klass.name)
    made = staff.read(told.opened, klass, classified, lessons, job.model)
    seconds = process_time() - began
    readings = _joined([answer.readings for _, answer in made])
    rows = [row for _, answer in made if isinstance(answer.rows, tuple) for row in answer.rows]
    scores = score(klass, readings, told.truth, opened=told.opened)
    scores += _out_of_reach(klass, told, catalogue)
    given = [reading for reading in readings if reading.value is not None]
    wrong = any(not one.is_right for one in scores)
    prepared = Prepared(Sheet(told.opened), klass, classified.language) if wrong else None
    return Read(
        told=told,
        klass=klass,
        is_class_right=is_right,
        scores=scores,
        rows=_score_rows(klass, rows, told),
        form=score_form(rows, told.truth),
        errors=causes.errors(klass, told.truth, scores, prepared) if prepared else [],
        is_seen=job.is_seen,
        seconds=seconds,
        values=len(given),
        from_hidden=sum(_is_from_hidden(reading, told) for reading in given),
        is_split=is_split,
    )


def _out_of_reach(klass: ClassDef, told: Told, catalogue: Catalogue) -> list[FieldScore]:
    """Count as missed what only a kindred class has a field for: the document was read as the wrong one."""
    meant = catalogue.klass(told.truth["class"])
    kin = kindred(meant, catalogue).values() if meant else ()
    known = {field.name for one in kin for field in one.fields} - {field.name for field in klass.fields}
    return [
        FieldScore(klass.name, entry["name"], Outcome.MISSED, 0, expected=str(entry["value"]))
        for entry in told.truth["fields"]
        if entry["name"] in known and is_scored(entry, told.truth)
    ]


def _joined(answers: list[tuple[Reading, ...]]) -> list[Reading]:
    """Let what a later agent says of a field stand for what an earlier one said, as the desk does."""
    by_field: dict[str, list[Reading]] = {}
    for readings in answers:
        fresh: dict[str, list[Reading]] = {}
        for reading in readings:
            fresh.setdefault(reading.field, []).append(reading)
        by_field.update(fresh)
    return [reading for held in by_field.values() for reading in held]


def _score_rows(klass: ClassDef, rows: list[Row], told: Told) -> dict[str, RowScore]:
    """Score the tables of the class; where the truth does not name the table, the likest one is meant."""
    items = told.truth.get("line_items")
    tables = [table for table in klass.tables if not table.of_form]
    if not items or not tables:
        return {}
    language = told.truth.get("language", "en")
    scores = {table.name: score_rows(table, rows, told.truth, language, told.opened) for table in tables}
    if any("table" in item for item in items):
        return scores
    likest = max(scores, key=lambda name: scores[name].cells_right)
    return {likest: scores[likest]}


def _is_from_hidden(reading: Reading, told: Told) -> bool:
    """Say whether a value comes from a text layer of which the truth says that it is not the page's text."""
    return bool(told.truth.get("hidden_text_leak")) and reading.method is Method.TEXT
