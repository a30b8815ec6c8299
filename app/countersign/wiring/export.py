"""Exports cases from a desk: in whose name, shown to which witnesses, and what would go in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from countersign.domain.actor import Actor, Role
from countersign.domain.errors import Trouble
from countersign.domain.roster import roster
from countersign.insight.bundle.scope import Bundle, Preview, Scope, Withhold
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import is_begun, no_desk, open_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.anchors import anchor, known_witnesses
from countersign.wiring.care import Records
from countersign.wiring.people import Door

Progress = Callable[[int, int], None]

MAY_EXPORT = (Role.AUDITOR, Role.TEAM_LEAD, Role.ADMINISTRATOR)


def exporter(store: Store) -> tuple[Actor, str]:
    """Return whoever sits here in a role that may export, and their printed name; raises Trouble."""
    me = whoever_sits_here().id
    found = roster(store.desk_entries()).person(me)
    role = next((role for role in MAY_EXPORT if found and role in found.roles), None)
    if found is None or role is None:
        raise Trouble(
            "Only an auditor, a team lead or an administrator may take cases out of the house, and you are "
            "none of them here. Ask one."
        )
    return Door(store).as_signed_in(store.person(me, role)), found.name


def _show(home: Home) -> None:
    """Have the newest head witnessed; who does not answer holds nothing up, and the report says so."""
    with suppress(Trouble):
        anchor(home)


class Exports:
    """Exports from one desk."""

    def __init__(self, home: Home, store: Store, words: Catalogue) -> None:
        """Export from a store that is open; `exports` opens one."""
        self._home = home
        self._store = store
        self._words = words

    def named(self, cases: list[str]) -> tuple[str, ...]:
        """Return the numbers of cases, each named by number, file, counterparty or printed number."""
        records = Records(self._words, self._store)
        return tuple(records.case(name)[0].case or name for name in cases)

    def preview(self, scope: Scope, withhold: Withhold) -> Preview:
        """Say what a bundle would hold; nothing is recorded. Raises Trouble."""
        from countersign.insight.bundle.preview import preview  # half a tenth that no start need spend

        return preview(self._store, scope, withhold)

    def export(self, scope: Scope, withhold: Withhold, out: Path, progress: Progress) -> Bundle:
        """Record the export in the name of whoever sits here, then write the bundle; raises Trouble."""
        from countersign.insight.bundle.export import Exporter, Wish, export

        Door(self._store).open_session(whoever_sits_here().id, self._home.ask)
        known = known_witnesses(self._home)
        wish = Wish(scope, withhold, out, witnesses=known, has_seen=partial(_show, self._home))
        return export(self._store, Exporter(*exporter(self._store)), wish, self._words, progress)


@contextmanager
def exports(home: Home) -> Iterator[Exports]:
    """Open a desk to export from it; raises Trouble when there is no desk."""
    if not is_begun(home):
        raise no_desk(home)
    words = catalogue.load(home)
    with open_store(home, words=words) as store:
        yield Exports(home, store, words)
