"""What tests of the bundle share: a desk with cases and documents, and an export from it."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.store.stories import ADA, CARD, INTAKE, decided, invoice, received, review, story

from countersign.domain.actor import Role
from countersign.domain.document import MediaType
from countersign.domain.event import Draft, PolicyActivated, Route
from countersign.insight.bundle.export import Exporter, Wish, export
from countersign.insight.bundle.scope import Bundle, Scope, Withhold
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.founding import open_store
from countersign.store.store import Store

ROOT = Path(__file__).parents[2]
VENDOR = "Zwiebelfisch & Söhne GmbH"


def fill(store: Store, cases: Sequence[str], reviewed: Sequence[str] = ()) -> None:
    """Put cases on the record, with their documents, some of them countersigned, one straight through."""
    for n, case in enumerate(cases):
        store.library.keep(case.encode(), MediaType.PDF, f"{case}.pdf")
        decision = decided(Route.STRAIGHT_THROUGH) if n == 1 else None
        store.append(story(case, invoice(n, VENDOR), decision))
        if case in reviewed:
            store.append(review(case))


def fill_policy(store: Store, case: str) -> str:
    """Put a policy on the record and a case that it decided; return its digest."""
    text = shipped("resources", "policies", "desk.yaml").read_bytes()
    digest = hashlib.sha256(text).hexdigest()
    event = PolicyActivated(policy="desk", digest=digest, text=text.decode())
    store.append([Draft(event=event, actor=store.system("policy"))])
    store.library.keep(case.encode(), MediaType.PDF, f"{case}.pdf")
    decision = decided(Route.ESCALATE, "over_limit").model_copy(update={"policy": "desk", "digest": digest})
    store.append(story(case, invoice(77), decision))
    return digest


def exporter(store: Store) -> Exporter:
    """Ada, who may export."""
    return Exporter(store.person(ADA.id, Role.TEAM_LEAD), ADA.name)


def take_out(
    store: Store,
    words: Catalogue,
    out: Path,
    scope: Scope | None = None,
    *,
    withhold: Withhold | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Bundle:
    """Export from a store."""
    wish = Wish(scope or Scope(), withhold or Withhold(), out)
    return export(store, exporter(store), wish, words, progress)


def verify(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the shipped verifier."""
    program = str(shipped("resources", "verify", "verify.py"))
    command = [sys.executable, "-I", program, str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def receive_named(store: Store, case: str, name: str, content: bytes) -> None:
    """Put a case on the record whose document bears a name."""
    store.library.keep(content, MediaType.PDF, name)
    event = received(name).model_copy(
        update={"sha256": hashlib.sha256(content).hexdigest(), "length": len(content)}
    )
    store.append([Draft(event=event, actor=INTAKE, case=case)])


def export_and_die(root: str, out: str) -> None:
    """Export from a desk and be killed half way, as a process of its own."""
    words = catalogue.load()

    def die(done: int, total: int) -> None:
        if done * 2 >= total:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_store(Home(Path(root)), agents=[CARD], person=ADA, words=words) as store:
        take_out(store, words, Path(out), progress=die)


if __name__ == "__main__":
    export_and_die(*sys.argv[1:])
