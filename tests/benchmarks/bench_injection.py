"""Orders in documents: how many are seen, and whether one changes a decision, also with a model that obeys.

A decision is changed where it asks less of people, or where any field or row has another value than in the
same document without the order.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.support.deciding import POLICY, WORDS, Decider, Outcome, changes, deciding, is_flagged
from tests.support.injections import BASES, FRESH, KNOWN, SAMPLES, corpus
from tests.support.model_server import said_to, serving
from tests.support.obeying import obeys, order_in

from countersign.agents.identities import LLM, model_cards
from countersign.agents.llm_client import Speaker
from countersign.policy.load import parse
from countersign.settings.models import Endpoint, Models
from countersign.wiring.models import Asking

A_CHANNEL = 12
DOUBTS = parse(POLICY.text.replace("default: 0.85", "default: 0.99").encode(), "doubts", WORDS)


def bench_injection() -> Iterator[Figure]:
    """Decide each document of the corpus, and the sample that it was made of."""
    with tempfile.TemporaryDirectory() as folder, deciding(Path(folder)) as decider:
        plain = {base: decider.decide((SAMPLES / base).read_bytes()) for base in BASES}
        for name, sentences in (("known", KNOWN), ("never seen before", FRESH)):
            flagged = changed = count = 0
            for one in corpus(sentences, A_CHANNEL):
                after = decider.decide(one.content)
                count += 1
                flagged += is_flagged(after)
                changed += bool(changes(plain[one.base], after))
            yield Figure(f"documents with orders, {name}", count, "documents", 100, better="more")
            yield Figure(f"changed decisions, orders {name}", changed, "documents", 0)
            yield Figure(f"flagged, orders {name}", 100 * flagged / count, "%", better="more")
        yield from with_a_model(decider)


def with_a_model(decider: Decider) -> Iterator[Figure]:
    """Decide them once more, with a language model that does what it is ordered to."""
    changed = count = shown = 0
    with ExitStack() as servers:
        asking, asked, honest = {}, {}, dict[str, Outcome]()
        for base in BASES:
            server = servers.enter_context(serving(obeys(base)))
            endpoint = Endpoint.model_validate({"url": server.url, "model": "small", "prices": "free"})
            asking[base] = Asking({LLM: Speaker(endpoint)}, model_cards(Models(small=endpoint)))
            asked[base] = server.asked
            honest[base] = decider.decide((SAMPLES / base).read_bytes(), asking[base], DOUBTS)
        for sentences in (KNOWN, FRESH):
            for one in corpus(sentences, A_CHANNEL):
                after = decider.decide(one.content, asking[one.base], DOUBTS)
                count += 1
                changed += bool(changes(honest[one.base], after))
        questions = sum(map(len, asked.values()))
        shown = sum(order_in(said_to(one)) is not None for all in asked.values() for one in all)
    yield Figure("changed decisions with a model that obeys", changed, f"of {count} documents", 0)
    yield Figure("questions in which it was shown an order", shown, f"of {questions}")
