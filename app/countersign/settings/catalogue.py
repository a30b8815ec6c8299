"""The classes and reasons that a desk knows: those that ship, and those that it adds as files."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, RootModel, ValidationError

from countersign.domain.errors import Trouble
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason, ReasonText
from countersign.settings import faults, source
from countersign.settings.home import Home
from countersign.settings.resources import shipped

Model = TypeVar("Model", bound=BaseModel)

_Reasons = RootModel[dict[str, ReasonText]]


class Catalogue(BaseModel):
    """What the desk has words for; its classes may become others while a desk is open."""

    classes: dict[str, ClassDef]
    reasons: dict[str, ReasonText]

    def klass(self, name: str | None) -> ClassDef | None:
        """Return a class by its name or by the name of a variant."""
        if name is None:
            return None
        if name in self.classes:
            return self.classes[name]
        return next((c for c in self.classes.values() if name in c.variants), None)

    def take(self, other: "Catalogue") -> None:
        """Know the classes of another catalogue from now on; whoever goes through the old ones finishes."""
        self.classes = other.classes

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
    reasons = _validated(_Reasons, source.read(shipped("resources", "reasons.yaml")))
    return Catalogue(classes=classes, reasons=reasons.root)


def examples() -> dict[str, ClassDef]:
    """Read the classes that ship as examples: no desk knows them until it copies them to its own."""
    files = sorted(shipped("resources", "class_examples").glob("*.yaml"))
    return {klass.name: klass for klass in map(_class, files)}


def read_class(text: str, name: str) -> ClassDef:
    """Read a class from the text of a file; raises Trouble that names the lines where it is wrong."""
    return _validated(ClassDef, source.Source(text, name))


def _class(file: Path) -> ClassDef:
    return _validated(ClassDef, source.read(file))


def _validated(model: type[Model], text: source.Source) -> Model:
    if not isinstance(text.data, dict):
        raise Trouble(f"{text.name} must hold names and values. {source.MEND}")
    try:
        return model.model_validate(text.data)
    except ValidationError as error:
        raise Trouble(f"{text.name}: {faults.told(error, text)}. {source.MEND}") from error
