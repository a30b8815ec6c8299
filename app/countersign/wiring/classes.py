"""The classes of a desk: those that ship, and those that it adds as files."""

from collections.abc import Iterator
from pathlib import Path

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.klass import ClassDef, FieldDef
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.files import write_whole

LARGEST = 1_000_000
"""Bytes of a class's file; a longer one is surely something else."""


class Added(Frozen):
    """A class that was added, and what a careful person would want to know of it."""

    klass: ClassDef
    file: str
    replaces: bool
    """A class of that name was there."""
    notes: tuple[str, ...]


class Listed(Frozen):
    """A class that the desk knows."""

    klass: ClassDef
    is_own: bool
    """It lies in the desk's own folder."""


def examples() -> list[str]:
    """Return the names of the classes that ship as examples."""
    return sorted(file.stem for file in shipped("resources", "class_examples").glob("*.yaml"))


def example(name: str) -> Path:
    """Return the file of an example; raises Trouble when there is none of that name."""
    if name not in examples():
        raise Trouble(f"There is no example {name!r}. Choose one of: {', '.join(examples())}.")
    return shipped("resources", "class_examples", f"{name}.yaml")


def listed(home: Home) -> list[Listed]:
    """Return the classes of a desk, or of one that is not begun yet."""
    own = {klass.name for klass in map(_read, sorted(home.classes.glob("*.yaml")))}
    return [Listed(klass=k, is_own=k.name in own) for k in catalogue.load(home).classes.values()]


def add(home: Home, file: Path, *, replaces: bool = False) -> Added:
    """Check a class's file and put it among the desk's own; raises Trouble, and nothing is changed."""
    klass = _read(file)
    known = catalogue.load(home)
    _check_labels(klass, file)
    owner = known.klass(klass.name)
    if owner is not None and owner.name != klass.name:
        raise Trouble(f"{klass.name} is the name of a variant of {owner.name}. Choose another.")
    if owner is not None and not replaces:
        raise Trouble(f"The desk knows a class {klass.name}. Choose another name, or say --replace.")
    home.prepare()
    place = home.classes / f"{klass.name}.yaml"
    write_whole(place, file.read_bytes())
    return Added(klass=klass, file=str(place), replaces=owner is not None, notes=tuple(_notes(klass)))


def _read(file: Path) -> ClassDef:
    try:
        if file.stat().st_size > LARGEST:
            raise Trouble(f"{file} is larger than a class can be ({LARGEST:,} bytes). Name another file.")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} cannot be read ({error}). Name a file with a class.") from error
    return catalogue.read_class(text, file.name)


def _check_labels(klass: ClassDef, file: Path) -> None:
    """Every name that people see is there at least in English."""
    columns = [column for table in klass.tables for column in table.columns]
    labelled: list[tuple[str, dict[str, str]]] = [
        (f"the class {klass.name}", klass.label),
        *((f"the group {group.name}", group.label) for group in klass.groups),
        *((f"the table {table.name}", table.label) for table in klass.tables),
        *((f"the field {field.name}", field.label) for field in (*klass.fields, *columns)),
    ]
    for what, label in labelled:
        if not label.get("en", "").strip():
            raise Trouble(f"{file.name}: {what} has no label in English (label: {{en: …}}). Give it one.")


def _notes(klass: ClassDef) -> Iterator[str]:
    if not any(klass.cues.values()):
        yield (
            "It names no words of its own (cues), so its first documents are taken for other classes: "
            "correct the class of a few, and the desk knows the next ones"
        )
    bare = [field.title() for field in klass.fields if _is_bare(field)]
    if bare:
        yield f"No words stand for {', '.join(bare)} (cues): people show the desk where to look"
    yield "No policy speaks of it yet, so every case of it waits for a person"


def _is_bare(field: FieldDef) -> bool:
    return not any(field.cues.values())
