"""Which of the example classes a document with known values needs to be read as."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from countersign.domain.klass import ClassDef
from countersign.settings.catalogue import Catalogue, examples


def needed(line: Mapping[str, Any], desk: Catalogue) -> ClassDef | None:
    """Return the example that the truth speaks of; None where the desk's own classes will do.

    A truth may name the wider class that the example is one of: then it names fields that none but the
    example has.
    """
    name = line["class"]
    if desk.klass(name) is None:
        return _examples().get(name)
    fields = {entry["name"] for entry in line["fields"]}
    known = _known(fields, [one for one in desk.classes.values() if name in (one.name, one.kin)])
    kindred = [one for one in _examples().values() if one.kin == name and one.name not in desk.classes]
    best = max(kindred, key=lambda one: _known(fields, [one]), default=None)
    return best if best is not None and _known(fields, [best]) > known else None


@lru_cache(maxsize=1)
def _examples() -> dict[str, ClassDef]:
    return examples()  # read once: a set has many documents


def _known(fields: set[str], classes: list[ClassDef]) -> int:
    return len(fields & {field.name for one in classes for field in one.fields})
