"""The tab of the agents' steps shows each in order, also those that said nothing, with time and reason."""

from tests.insight.cases import CATALOGUE, record
from tests.insight.test_trace import STORY

from countersign.domain.case import unfold
from countersign.insight.tell import Teller
from countersign.ui.models.story import trace_table


def rows(language: str = "en") -> list[tuple[str, ...]]:
    entries = tuple(record(*STORY, first=101))
    return list(trace_table(entries, Teller(CATALOGUE, language, unfold(entries))).rows)


def test_a_step_that_said_nothing_is_shown_with_its_time_and_reason() -> None:
    assert ("reader.widgets", "Read form: had nothing to do: no form on its pages", "10 ms") in rows()


def test_a_step_that_failed_is_shown_with_its_reason_and_what_it_dropped() -> None:
    (model,) = (row for row in rows() if row[0] == "reader.llm")
    assert model[1].startswith(
        "Read model: failed, after 3 rounds: Could not read model: Agent went in circles"
    )
    assert "dropped: IBAN (it does not stand on the page)" in model[1]
    assert model[2] == "500 ms"


def test_steps_stand_in_order_with_those_of_the_system() -> None:
    who = [row[0] for row in rows()]
    assert (who[0], who[-1]) == ("documents", "policy")


def test_reasons_are_told_in_the_language_of_the_desk() -> None:
    assert any("Agent drehte sich im Kreis" in row[1] for row in rows("de"))
