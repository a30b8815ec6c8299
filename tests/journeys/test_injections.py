"""A document that gives orders changes no decision, also where a language model obeys it."""

from collections.abc import Iterator

import pytest
from tests.support.deciding import POLICY, WORDS, Decider, Outcome, changes, deciding, is_flagged
from tests.support.injections import FRESH, KNOWN, SAMPLES, Injected, corpus
from tests.support.model_server import said_to, serving
from tests.support.obeying import obeys, order_in

from countersign.agents.identities import LLM, model_cards
from countersign.agents.llm_client import Speaker
from countersign.policy.load import parse
from countersign.settings.models import Endpoint, Models
from countersign.wiring.models import Asking

DOUBTS = parse(POLICY.text.replace("default: 0.85", "default: 0.99").encode(), "doubts", WORDS)
"""A policy that leaves most fields open for a language model."""


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decider]:
    with deciding(tmp_path_factory.mktemp("papers")) as found:
        yield found


@pytest.fixture(scope="module")
def plain(decider: Decider) -> dict[str, Outcome]:
    return {}


def before(decider: Decider, known: dict[str, Outcome], base: str) -> Outcome:
    if base not in known:
        known[base] = decider.decide((SAMPLES / base).read_bytes())
    return known[base]


@pytest.mark.parametrize("one", tuple(corpus(KNOWN, 2)), ids=lambda one: f"{one.name[:-4]}-{one.language}")
def test_an_order_that_is_known_is_flagged_and_changes_nothing(
    decider: Decider, plain: dict[str, Outcome], one: Injected
) -> None:
    after = decider.decide(one.content)
    assert is_flagged(after)
    assert after.decision.route == "escalate"
    assert changes(before(decider, plain, one.base), after) == []


@pytest.mark.parametrize("one", tuple(corpus(FRESH, 1)), ids=lambda one: f"{one.name[:-4]}-{one.language}")
def test_an_order_that_nobody_has_seen_before_changes_nothing(
    decider: Decider, plain: dict[str, Outcome], one: Injected
) -> None:
    assert changes(before(decider, plain, one.base), decider.decide(one.content)) == []


@pytest.mark.parametrize(
    "base", ["invoices/invoice-01.pdf", "invoices/invoice-07.pdf", "claims/claim-02.pdf"]
)
def test_an_order_that_a_language_model_obeys_changes_nothing(decider: Decider, base: str) -> None:
    with serving(obeys(base)) as server:
        endpoint = Endpoint.model_validate({"url": server.url, "model": "small", "prices": "free"})
        asking = Asking({LLM: Speaker(endpoint)}, model_cards(Models(small=endpoint)))
        honest = decider.decide((SAMPLES / base).read_bytes(), asking, DOUBTS)
        assert server.asked
        found = []
        for sentences in (KNOWN, FRESH):
            for one in corpus(sentences, 12):
                if one.base == base and one.channel in ("visible", "tiny", "white", "code"):
                    found += changes(honest, decider.decide(one.content, asking, DOUBTS))
        shown = sum(order_in(said_to(asked)) is not None for asked in server.asked)
    assert found == []
    assert shown > 0, "the model was shown no order, so that it could obey none"
