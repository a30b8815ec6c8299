"""A desk asks the language models that its configuration names, under its policy, as enrolled agents."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.deciding import POLICY
from tests.support.words import reading

from countersign.agents import identities
from countersign.agents.identities import LLM, LLM_LARGE, cards, model_cards, names
from countersign.domain.case import CaseFile, FieldState, Status
from countersign.domain.errors import Trouble
from countersign.domain.reading import Reading
from countersign.settings.home import Home
from countersign.settings.models import Endpoint, Models
from countersign.store import os_keystore
from countersign.wiring.models import NO_MODELS, asking_of, keep_key, speaker_of, tiers, trouble_with

SMALL = 'small: {url: "http://127.0.0.1:9/v1", model: m, prices: free}\n'


def invoice_case(*readings: Reading) -> CaseFile:
    moment = datetime(2026, 4, 1, tzinfo=UTC)
    return CaseFile(
        id="c-1",
        status=Status.RECEIVED,
        received_at=moment,
        updated_at=moment,
        documents=(),
        klass="invoice",
        fields=tuple(FieldState(reading=one) for one in readings),
    )


def endpoint(**more: object) -> Endpoint:
    return Endpoint.model_validate({"url": "http://127.0.0.1:9/v1", "model": "m", "prices": "free", **more})


def test_nothing_is_enrolled_and_nobody_is_asked_until_a_model_is_configured(tmp_path: Path) -> None:
    asking = asking_of(Home(tmp_path))
    assert (dict(asking.speakers), asking.cards) == ({}, ())
    assert {LLM, LLM_LARGE} <= set(names())
    assert not {LLM, LLM_LARGE} & {card.name for card in cards()}
    assert NO_MODELS.card(LLM) is None


def test_a_model_configured_is_an_agent_with_a_card(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(SMALL, encoding="utf-8")
    asking = asking_of(Home(tmp_path))
    (card,) = asking.cards
    assert card.name == LLM
    assert asking.card(LLM) == card
    assert set(asking.speakers) == {LLM}


def test_another_model_or_address_is_another_digest_and_another_price_is_not() -> None:
    def digest(one: Endpoint) -> str:
        return model_cards(Models(small=one))[0].code_digest

    first = digest(endpoint())
    assert digest(endpoint(model="n")) != first
    assert digest(endpoint(url="http://127.0.0.1:10/v1")) != first
    assert digest(endpoint(timeout="5s", key="variable:X")) == first
    assert identities.card("reader.local").code_digest != first


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "secret")
    assert speaker_of(endpoint(key="variable:A_KEY"))._key == "secret"
    monkeypatch.delenv("A_KEY")
    with pytest.raises(Trouble, match="A_KEY, which is not set"):
        speaker_of(endpoint(key="variable:A_KEY"))


def test_a_key_comes_from_the_systems_key_store(monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, bytes] = {}
    monkeypatch.setattr(os_keystore, "keep", lambda name, secret: held.update({name: secret}) is None)
    monkeypatch.setattr(os_keystore, "fetch", held.get)
    with pytest.raises(Trouble, match="countersign models key here"):
        speaker_of(endpoint(key="key_store:here"))
    keep_key("here", "secret")
    assert speaker_of(endpoint(key="key_store:here"))._key == "secret"


def test_without_a_key_store_a_key_is_not_kept_anywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os_keystore, "keep", lambda name, secret: False)
    with pytest.raises(Trouble, match="no key store that is open"):
        keep_key("here", "secret")


def test_what_stands_in_the_way_of_a_model_is_told() -> None:
    priced = endpoint(prices={"currency": "USD", "input": 1, "output": 1})
    (tier,) = tiers(Models(large=priced))
    assert "says nothing of reader.llm_large" in trouble_with(tier, None)
    terms = POLICY.terms.agents[LLM_LARGE]
    assert "one currency" in trouble_with(tier, terms)
    (tier,) = tiers(Models(large=endpoint()))
    assert trouble_with(tier, terms) == ""


def test_policy_says_what_a_model_is_asked_for_and_how() -> None:
    asking = NO_MODELS.under(lambda: POLICY)
    doubtful = reading("gross_total", "1.00", confidence=700_000)
    sure = [reading(name, "x") for name in ("vendor_name", "invoice_number", "invoice_date")]
    terms = asking.terms(LLM, invoice_case(doubtful, *sure, reading("due_date", None)))
    assert terms is not None
    assert set(terms.fields) == {"currency", "gross_total"}, "what is missing or doubtful, nothing else"
    assert (terms.after, terms.redacts, terms.currency) == ("reader.local", True, "EUR")
    large = asking.terms(LLM_LARGE, invoice_case(*sure))
    assert large is not None
    assert large.after == "reader.llm"
    assert asking.terms("reader.strange", invoice_case()) is None
    assert NO_MODELS.terms(LLM, invoice_case()) is None


def test_the_library_is_not_loaded_before_somebody_is_asked() -> None:
    script = (
        "import sys, countersign.wiring.room, countersign.wiring.desk, countersign.cli.app\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('pydantic_ai', 'openai', 'httpx2')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
