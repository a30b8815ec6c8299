"""The whole of training: opens sets and samples, teaches what ships with the desk, writes its cards."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from countersign.agents.learning import memory_worth
from countersign.agents.lessons import PRIOR_FILE as MEMORY
from countersign.agents.model import FILE as READER
from countersign.agents.model import LESSONS_FILE as LESSONS
from countersign.agents.model import Model
from countersign.agents.splitter import FILE as SPLITTER
from countersign.agents.tables_trust import FILE as TABLES
from countersign.agents.training import Lesson
from countersign.documents.pool import Pages
from countersign.domain.errors import Trouble
from countersign.insight import cards, learned_from, teaching
from countersign.insight.examples import needed
from countersign.insight.teaching_split import teach_splitter
from countersign.insight.teaching_tables import table_lessons, teach_tables
from countersign.insight.told import Told, Way, documents, open_all, truths
from countersign.settings.catalogue import Catalogue, examples
from countersign.settings.limits import Limits
from countersign.settings.resources import shipped

SAMPLES = "samples"
PICTURES = "samples as pictures"
_A_PICTURE_EVERY = 16
"""One picture for so many samples: recognising takes seconds, and scans only differ by what OCR doubts."""
_FEWEST_FAMILIES = 5
"""Families of layouts with tables from which on it can be learned what a cell is worth."""
Say = Callable[[str], None]


class Wanted(NamedTuple):
    """What to train from."""

    sets: tuple[Path, ...]
    """Folders with a truth.jsonl."""
    samples: int = 700
    seed: int = 101
    keep: Path | None = None
    """Where opened documents are kept for the next run."""
    imagined: int = teaching.IMAGINED
    """Pages to imagine of each class."""


def train(wanted: Wanted, catalogue: Catalogue, say: Say) -> dict[str, str]:
    """Train everything that ships; return the files by name, the same for the same input.

    Raises Trouble when a set cannot be read, or holds documents of a class that is kept for trials.
    """
    told = opened(wanted, catalogue, say)
    if not told:
        raise Trouble("There is nothing to learn from. Name a set with known values, or ask for samples.")
    say(f"learning from {len(told)} documents")
    how = " ".join(
        ["countersign train", *(one.name for one in wanted.sets),
         f"--samples {wanted.samples} --imagined {wanted.imagined} --seed {wanted.seed}"]
    )  # fmt: skip
    taught = teaching.teach(told, catalogue, seed=wanted.seed, pages=wanted.imagined)
    lessons = taught.model.pop("lessons")
    files = {READER: _json(taught.model), LESSONS: _json(lessons)}
    files[_card_of(READER)] = cards.of_reader(taught, told, how, files[READER])
    files[_card_of(LESSONS)] = cards.of_lessons(lessons, told, how, files[LESSONS])
    real = [one for one in told if one.name != SAMPLES]
    if real:
        say("learning where one document ends and the next begins")
        files[SPLITTER] = _json(teach_splitter(real, catalogue.classes, seed=wanted.seed))
        files[_card_of(SPLITTER)] = cards.of_splitter(real, how, files[SPLITTER])
        say("learning what the cells of tables are worth")
    scanned = pictures(wanted, say)
    tables = table_lessons([*told, *scanned], catalogue)
    if len({lesson.family for lesson in tables}) >= _FEWEST_FAMILIES:
        of_tables = teach_tables(tables)
        files[TABLES] = _json({"sets": _names(told), **of_tables.trust.to_data()})
        files[_card_of(TABLES)] = cards.of_tables(of_tables, [*told, *scanned], how, files[TABLES])
    say("learning what the memory of a layout is worth")
    reader = Model({**taught.model, "lessons": {}})
    files[MEMORY] = _json(memory_worth(_by_class(told, catalogue), reader))
    files[_card_of(MEMORY)] = cards.of_memory(told, how, files[MEMORY])
    files[learned_from.FILE] = _json(learned_from.to_data(one.opened.sha256 for one in (*told, *scanned)))
    return files


def _names(told: Sequence[Told]) -> list[str]:
    return sorted({one.name for one in told if one.truth.get("line_items")})


def _by_class(told: Sequence[Told], catalogue: Catalogue) -> list[list[Lesson]]:
    """Return the lessons of each class; of samples every other one is enough."""
    drawn = [one for one in told if one.name == SAMPLES]
    found: dict[str, list[Lesson]] = defaultdict(list)
    for one in (*(one for one in told if one.name != SAMPLES), *drawn[::2]):
        lesson = teaching.lesson_of(one, catalogue)
        if lesson is not None:
            found[lesson.klass.name].append(lesson)
    return list(found.values())


def opened(wanted: Wanted, catalogue: Catalogue, say: Say) -> Sequence[Told]:
    """Open all documents of the sets, and the samples, whose class the desk knows."""
    found: list[Told] = []
    kept_for_trials = frozenset(examples())
    pages = Pages(2, Limits())
    try:
        with tempfile.TemporaryDirectory() as made:
            folders = [*wanted.sets]
            if wanted.samples:
                say(f"drawing {wanted.samples} samples")
                folders.append(_drawn(Path(made) / SAMPLES, wanted))
            for folder in folders:
                say(f"opening {folder.name}")
                left_out = 0
                for one in documents(folder, pages, Way(keep=wanted.keep)):
                    _refuse_trials(one, kept_for_trials)
                    if catalogue.klass(one.truth["class"]) is None:
                        continue
                    if needed(one.truth, catalogue) is None:
                        found.append(one)
                    else:
                        left_out += 1
                if left_out:
                    say(f"left out {left_out} that only a class among the examples fits")
    finally:
        pages.close()
    return found


def pictures(wanted: Wanted, say: Say) -> list[Told]:
    """Draw some of the samples again and read them from their pictures, as scans are."""
    count = wanted.samples // _A_PICTURE_EVERY
    if not count:
        return []
    say(f"recognising {count} samples from their pictures")
    pages = Pages(2, Limits())
    try:
        with tempfile.TemporaryDirectory() as made:
            folder = _drawn(Path(made) / PICTURES, wanted._replace(samples=count))
            way = Way(pixels=True, keep=wanted.keep)
            return [one for one in open_all(folder, truths(folder), pages, way) if isinstance(one, Told)]
    finally:
        pages.close()


def _refuse_trials(one: Told, kept_for_trials: frozenset[str]) -> None:
    if one.truth["class"] in kept_for_trials:
        raise Trouble(
            f"{one.name} holds documents of the class {one.truth['class']}, on which a desk's own learning "
            "is tried. Leave it out: what ships must not have seen it."
        )


def _drawn(folder: Path, wanted: Wanted) -> Path:
    """Draw samples with the generator of the source."""
    maker = shipped("sample_docs", "make.py")
    if not maker.exists():
        raise Trouble("The generator of samples is part of the source only. Train from a checkout.")
    command = [sys.executable, str(maker), "--count", str(wanted.samples)]
    command += ["--seed", str(wanted.seed), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"The samples could not be drawn: {done.stderr.strip()[-300:]}")
    return folder


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n"


def _card_of(file: str) -> str:
    return Path(file).with_suffix(".md").name
