"""The policy that decides at present: found in a file, made active on the record, read back from there."""

import threading
from time import monotonic

from countersign.agents.identities import names
from countersign.domain.event import Draft, PolicyActivated
from countersign.policy.budget import Budget
from countersign.policy.load import Policy, find, load, parse
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.store import Store

LOOK_EVERY = 1.0
"""Seconds after which the record is asked again which policy is active."""


def policy_of(home: Home, catalogue: Catalogue) -> Policy:
    """Load the desk's policy, before anything is opened or recorded; raises Trouble."""
    return load(find(home), catalogue, names())


def activate(policy: Policy, store: Store) -> None:
    """Put the policy on the record where it is not the active one."""
    active = _active(store)
    if active is None or active.digest != policy.digest:
        event = PolicyActivated(policy=policy.name, digest=policy.digest, text=policy.text)
        follows = active.digest[:16] if active else "first"
        effect = f"policy/{store.head()}/{follows}/{policy.digest[:16]}"
        store.append([Draft(event=event, actor=store.system("policy"), effect=effect)])


class Rulebook:
    """Gives the active policy, also when another process activates one; safe from any thread."""

    def __init__(self, policy: Policy, store: Store, catalogue: Catalogue) -> None:
        self._policy = policy
        self._store = store
        self._catalogue = catalogue
        self._classes = catalogue.classes
        self._looked = monotonic()
        self._lock = threading.Lock()

    def __call__(self) -> Policy:
        """Return the active policy, as the record had it at most a second ago."""
        with self._lock:
            if monotonic() - self._looked > LOOK_EVERY:
                self._looked = monotonic()
                active = _active(self._store)
                if active is not None and active.digest != self._policy.digest:
                    self._policy = parse(active.text.encode(), "the active policy", self._catalogue)
            if self._classes is not self._catalogue.classes:  # some were added, with which it was tried
                self._classes = self._catalogue.classes
                self._policy = parse(self._policy.text.encode(), "the active policy", self._catalogue)
            return self._policy

    def budget(self, agent: str) -> Budget | None:
        """Return what an agent may spend, None where nothing bounds it."""
        terms = self().terms.agents.get(agent)
        return None if terms is None else terms.budget

    def at_once(self, agent: str) -> int | None:
        """Return how many cases an agent may work on at the same time, None where nothing bounds them."""
        terms = self().terms.agents.get(agent)
        return None if terms is None else terms.at_once


def _active(store: Store) -> PolicyActivated | None:
    events = (entry.event for entry in reversed(store.desk_entries(("policy_activated",))))
    return next((event for event in events if isinstance(event, PolicyActivated)), None)
