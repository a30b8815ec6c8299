"""The classes and reasons that a desk knows: those that ship, and those that it adds as files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason, ReasonText
from countersign.settings import faults, plain_yaml
from countersign.settings.home import Home
from countersign.settings.resources import shipped

Model = TypeVar("Model", bound=Frozen)


class Catalogue(Frozen):
    """What the desk has words for."""

    classes: dict[str, ClassDef]
    reasons: dict[str, ReasonText]

    def klass(self, name: str | None) -> ClassDef | None:
        """Return a class by its name or by the name of a variant."""
        if name is None:
            return None
        if name in self.classes:
            return self.classes[name]
        return next((c for c in self.classes.values() if name in c.variants), None)

    def say(self, reason: Reason, language: str = "en") -> tuple[str, str]:
        """Return (chip, sentence of advice) of a reason; an unknown code speaks for itself."""
        text = self.reasons.get(reason.code)
        detail = reason.detail or ", ".join(reason.fields)
        if text is None:
            return reason.code.replace("_", " "), detail
        label = text.label.get(language, text.label["en"])
        advice = text.advice.get(language, text.advice["en"])
        detail = detail.rstrip(".")
        return label, advice.replace("{detail}" if detail else " ({detail})", detail)


def load(home: Home | None = None) -> Catalogue:
    """Read the shipped classes and reasons, then the desk's own, which may replace shipped ones by name."""
    folders = [shipped("resources", "classes"), *([home.classes] if home else [])]
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    classes = {klass.name: klass for klass in map(_class, files)}
    reasons_file = shipped("resources", "reasons.yaml")
    reasons = {code: _parse(ReasonText, text, reasons_file) for code, text in _yaml(reasons_file).items()}
    return Catalogue(classes=classes, reasons=reasons)


def examples() -> dict[str, ClassDef]:
    """Read the classes that ship as examples: no desk knows them until it copies them to its own."""
    files = sorted(shipped("resources", "class_examples").glob("*.yaml"))
    return {klass.name: klass for klass in map(_class, files)}


def read_class(text: str, name: str) -> ClassDef:
    """Read a class from the text of a file; raises Trouble that names the lines where it is wrong."""
    try:
        data = plain_yaml.parse(text)
    except yaml.YAMLError as error:
        where = faults.marked(error)
        raise Trouble(f"{name} cannot be read: {where}. Mend the file or take it away.") from error
    if not isinstance(data, dict):
        raise Trouble(f"{name} must hold names and values. Mend the file or take it away.")
    try:
        return ClassDef.model_validate(data)
    except ValidationError as error:
        raise Trouble(f"{name}: {faults.told(error, text)}. Mend the file or take it away.") from error


def _class(file: Path) -> ClassDef:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file.name} cannot be read: {error}. Mend the file or take it away.") from error
    return read_class(text, file.name)


def _yaml(file: Path) -> Mapping[str, object]:
    try:
        data = plain_yaml.parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Trouble(f"{file.name} cannot be read: {error}. Mend the file or take it away.") from error
    if not isinstance(data, dict):
        raise Trouble(f"{file.name} must hold names and values. Mend the file or take it away.")
    return data


def _parse(model: type[Model], data: object, file: Path) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Trouble(f"{file.name}: {_plainly(error)} Mend the file or take it away.") from error


def _plainly(error: ValidationError) -> str:
    lines: Iterable[str] = (
        f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}" for fault in error.errors()
    )
    return "; ".join(lines) + "."
