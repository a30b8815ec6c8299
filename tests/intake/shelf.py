"""A library and a record for the tests of intake."""

from collections import Counter
from pathlib import Path

from tests.support.memory import MemoryLedger, MemoryLibrary

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.document import Document, MediaType
from countersign.intake.take import Intake
from countersign.settings.limits import Limits

ACTOR = Actor(kind=ActorKind.SYSTEM, id="this-desk", role="intake", authenticated="log_key")
PDF = b"%PDF-1.7 some content"
PNG = b"\x89PNG\r\n\x1a\n some picture"


class KeepingLibrary(MemoryLibrary):
    """A library that shows what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, bytes] = {}

    def keep(self, content: bytes, media_type: MediaType, name: str) -> Document:
        document = super().keep(content, media_type, name)
        self.kept[document.sha256] = content
        return document


class Shelf:
    """Intake with everything around it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.ledger = MemoryLedger()
        self.library = KeepingLibrary()
        self.intake = Intake(self.library, self.ledger, limits or Limits(), ACTOR)

    def kinds(self, case: str) -> list[str]:
        return [entry.event.kind for entry in self.ledger.entries(case)]

    def cases(self) -> tuple[str, ...]:
        return self.ledger.changed_cases(0)

    def count(self) -> Counter[str]:
        return Counter(kind for case in self.cases() for kind in self.kinds(case))


def put(folder: Path, name: str, content: bytes = PDF) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
