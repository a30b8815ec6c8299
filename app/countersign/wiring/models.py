"""The language models of a desk: found in its configuration, given their keys, asked under its policy."""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from countersign.agents.identities import LLM, LLM_LARGE, model_cards
from countersign.agents.llm import ModelTerms
from countersign.agents.llm_client import Heard, Question, Speaker
from countersign.domain.actor import AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.confidence import ppm
from countersign.domain.errors import Trouble
from countersign.domain.plan import Cost
from countersign.policy.evaluate import doubtful, missing
from countersign.policy.language import AgentTerms
from countersign.policy.load import Policy
from countersign.settings import models as settings
from countersign.settings.home import Home
from countersign.settings.models import FILE, Endpoint, Models
from countersign.store import os_keystore

PREFIX = "model-"
"""Stands before the name of an entry in the system's key store."""

_TRIAL = Question(
    "Answer with JSON: the field ready is the word yes.",
    "Are you ready?",
    {
        "type": "object",
        "properties": {"ready": {"type": "string"}},
        "required": ["ready"],
        "additionalProperties": False,
    },
)


class Asking:
    """Who may be asked about a case, and for what."""

    def __init__(
        self,
        speakers: Mapping[str, Speaker],
        cards: tuple[AgentCard, ...] = (),
        policy: Callable[[], Policy] | None = None,
    ) -> None:
        self.speakers = speakers
        self.cards = cards
        self._policy = policy

    def card(self, agent: str) -> AgentCard | None:
        """Return the card of an agent that speaks to a language model, None for any other."""
        return next((card for card in self.cards if card.name == agent), None)

    def under(self, policy: Callable[[], Policy]) -> "Asking":
        """Return the same under a policy."""
        return Asking(self.speakers, self.cards, policy)

    def most(self, agent: str, _case: CaseFile) -> Cost:
        """Return what one question of an agent can cost at most; nothing for one that asks no model."""
        speaker = self.speakers.get(agent)
        if speaker is None:
            return Cost()
        asked, answered = speaker.endpoint.max_input_tokens, speaker.endpoint.max_output_tokens
        return Cost(tokens=asked + answered, money=speaker.endpoint.cost(asked, answered))

    def terms(self, agent: str, case: CaseFile) -> ModelTerms | None:
        """Say for which fields, and how, policy has an agent asked; None where it names no such agent."""
        policy = self._policy() if self._policy is not None else None
        rules = policy.classes.get(case.klass or "") if policy is not None else None
        said = policy.terms.agents.get(agent) if policy is not None else None
        if said is None or rules is None:
            return None
        thresholds = {field.name: ppm(rules.threshold(field.name)) for field in rules.klass.fields}
        low = doubtful(case, rules.klass, thresholds, rules.terms.fields.not_present_counts)
        after = said.when.removeprefix("unresolved_after(").removesuffix(")") if said.when else None
        currency = said.budget.currency
        fields = tuple(dict.fromkeys((*missing(case, rules.required), *low)))
        return ModelTerms(fields, after, said.redact_pii, currency)

    def close(self) -> None:
        """End every question under way."""
        for speaker in self.speakers.values():
            speaker.cut_off()


NO_MODELS = Asking({})


def asking_of(home: Home) -> Asking:
    """Make ready to ask the models configured; nobody is asked yet. Raises Trouble."""
    models = settings.load(home)
    found = ((LLM, models.small), (LLM_LARGE, models.large))
    speakers = {name: speaker_of(endpoint) for name, endpoint in found if endpoint is not None}
    return Asking(speakers, model_cards(models))


def speaker_of(endpoint: Endpoint) -> Speaker:
    """Return who speaks to an endpoint, with its key; raises Trouble where the key is not to be found."""
    return Speaker(endpoint, None if endpoint.key is None else _key(endpoint.key))


def keep_key(name: str, key: str) -> None:
    """Put a key into the operating system's key store; raises Trouble where there is none."""
    if not os_keystore.keep(PREFIX + name, key.encode()):
        raise Trouble(
            "This machine has no key store that is open. Put the key into an environment variable of the "
            f"worker, and write key: variable:NAME into {FILE}."
        )


class Tier(NamedTuple):
    """A language model as configured."""

    name: str
    agent: str
    endpoint: Endpoint


def tiers(models: Models) -> tuple[Tier, ...]:
    """Return the models that are configured, the smaller one first."""
    found = (("small", LLM, models.small), ("large", LLM_LARGE, models.large))
    return tuple(Tier(name, agent, endpoint) for name, agent, endpoint in found if endpoint is not None)


def trouble_with(tier: Tier, terms: AgentTerms | None) -> str:
    """Say why a model would be asked nothing under a policy; empty where nothing is in the way."""
    if terms is None:
        return f"The policy says nothing of {tier.agent}, so it is not asked. Name it under agents."
    budget, paid = terms.budget.currency, tier.endpoint.currency
    if budget is not None and paid is not None and budget != paid:
        return f"Its prices are in {paid}, its budget is in {budget}. Write both in one currency."
    return ""


def try_out(endpoint: Endpoint) -> Heard:
    """Ask a model whether it is ready: one short question that holds nothing of any document."""
    speaker = speaker_of(endpoint)
    heard = speaker.ask(_TRIAL)
    return speaker.ask(_TRIAL) if heard.again else heard


def _key(named: str) -> str:
    kind, _, name = named.partition(":")
    if kind == "variable":
        key = os.environ.get(name, "")
        if not key:
            raise Trouble(
                f"{FILE} takes a key from the variable {name}, which is not set. Set it for the worker."
            )
        return key
    held = os_keystore.fetch(PREFIX + name)
    if held is None:
        raise Trouble(
            f"{FILE} takes a key from the system's key store, which holds none named {name}, or is locked. "
            f"Put it there: countersign models key {name}"
        )
    return held.decode()
