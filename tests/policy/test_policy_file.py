"""A policy file is taken whole or refused with its place."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.identities import names
from countersign.domain.errors import Trouble
from countersign.policy.budget import Bound
from countersign.policy.load import find, load, parse
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped

KNOWN = catalogue.load()
SHIPPED = shipped("resources", "policies", "desk.yaml")

AGENTS = (*names(), "poster.erp")

FULL = """\
policy: invoices
owner: role:team_lead            # who answers for it
classes:
  invoice:
    mode: autonomous
    outcome: posted
    quality_bar: 0.99
    fields:
      required: [vendor_name, invoice_number, invoice_date, currency, gross_total]
      thresholds: {default: 0.97, iban: 0.995}
    auto_approve_if: gross_total <= 2000.0 && vendor.known
    require_human_if:
      - {rule: vendor.age_days < 90, reason: new_vendor}
      - {rule: duplicate.score >= 0.8, reason: possible_duplicate}
      - {rule: price_deviation > 0.02, reason: price_mismatch}
    approvals:
      - {if: gross_total > 10000.0, people: 2, role: approver}
    reserve_for_people: 0.02
    sampling: {rate: 0.05, at_least_per_week: 30, blind: true}
    sla: {target: 4h, at_risk: 3h, then: role:team_lead}
agents:
  reader.local:   {tier: 1, budget: {documents_per_day: 20000, seconds_per_document: 20, steps_per_case: 12}}
  reader.llm:     {tier: 1, budget: {money_per_day: "5.00 EUR", tokens_per_case: 8000, steps_per_case: 6}, \
when: unresolved_after(reader.local), redact_pii: true}
  poster.erp:     {tier: 3, tools: [erp.post_bill], approvals: per_class}
retention: {events: 10y, documents: 10y, traces: 400d}
"""


def refusal(text: str) -> str:
    with pytest.raises(Trouble) as caught:
        parse(text.encode(), "own.yaml", KNOWN)
    return str(caught.value)


def test_the_whole_language_of_the_design_loads() -> None:
    policy = parse(FULL.encode(), "own.yaml", KNOWN)
    assert policy.name == "invoices"
    assert policy.digest == sha256(FULL.encode()).hexdigest()
    rules = policy.classes["invoice"]
    assert rules.threshold("iban") == 0.995
    assert rules.threshold("due_date") == 0.97
    assert [reason for _, reason in rules.require_human] == [
        "new_vendor",
        "possible_duplicate",
        "price_mismatch",
    ]


def test_the_shipped_policy_speaks_about_every_shipped_class() -> None:
    assert set(load(SHIPPED, KNOWN).classes) == set(KNOWN.classes)


def test_the_shipped_policy_gives_only_reasons_that_the_desk_has_words_for() -> None:
    policy = load(SHIPPED, KNOWN)
    given_reasons = {reason for rules in policy.classes.values() for _, reason in rules.require_human}
    assert given_reasons <= set(KNOWN.reasons)


@pytest.mark.parametrize(
    ("right", "wrong", "place", "why"),
    [
        ("gross_total <= 2000.0", "gros_total <= 2000.0", "line 11, column 22", "perhaps 'gross_total'"),
        ("&& vendor.known", "&& vendor.knwn", "line 11, column 47", "no field or fact 'vendor.knwn'"),
        ("gross_total <= 2000.0", "gross_total <= 2000", "line 11, column 34", "with a point"),
        ("vendor.age_days < 90", "vendor.age_days", "line 13, column 16", "must be true or false"),
        ("> 10000.0, people", "> , people", "line 17, column 27", "Syntax error"),
        ("iban: 0.995", "ibann: 0.995", "line 10, column 35", "no field 'ibann'"),
        ("[vendor_name,", "[vendor_nam,", "line 9, column 18", "no field 'vendor_nam'"),
        ("  invoice:", "  invoise:", "line 4, column 3", "no class 'invoise'"),
        ("default: 0.97", "default: 1.97", "line 10, column 29", "less than or equal to 1"),
        ("default: 0.97", "default: .nan", "line 10, column 29", "finite"),
        ("mode: autonomous", "mode: automatic", "line 5, column 11", "human_in_the_loop"),
        ("quality_bar", "qualty_bar", "line 7, column 5", "no such name"),
        ("target: 4h", "target: 4 hours", "line 20, column 19", "length of time"),
        ("owner: role:team_lead", "owner: role:boss", "line 2, column 8", "role of the desk"),
        ("policy: invoices", "policy: invoices\npolicy: more", "line 2, column 1", "twice"),
        ("policy: invoices", "policy: [invoices", "line 2, column 6", "expected"),
        ("0.02\n    sampling", "&x 0.02\n    quality: *x\n    sampling", "line 19, column 14", "alias"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_column_and_reason(
    right: str, wrong: str, place: str, why: str
) -> None:
    assert FULL.count(right) >= 1
    said = refusal(FULL.replace(right, wrong, 1))
    assert said.startswith(f"own.yaml, {place}: ")
    assert why in said
    assert said.endswith("The active policy stays.")


def test_a_condition_in_quotes_is_pointed_at_inside_its_quotes() -> None:
    text = FULL.replace("gross_total <= 2000.0 && vendor.known", '"gross_totl <= 2000.0"')
    assert "line 11, column 23" in refusal(text)


def test_a_name_inside_a_string_of_a_condition_is_no_field() -> None:
    text = FULL.replace("gross_total <= 2000.0 && vendor.known", "currency == 'gros_total'")
    assert parse(text.encode(), "own.yaml", KNOWN).classes["invoice"].auto_approve is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"just words", b"- a\n- list", b"\xff\xfe\x00", b"a: !!python/object:os.system x", b"[" * 5000],
)
def test_what_is_no_policy_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(Trouble, match=r"own\.yaml, line"):
        parse(content, "own.yaml", KNOWN)


def test_a_file_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read"):
        load(tmp_path / "none.yaml", KNOWN)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_policy_or_trouble(content: bytes) -> None:
    try:
        policy = parse(content, "own.yaml", KNOWN)
    except Trouble as trouble:
        assert str(trouble).startswith("own.yaml, line")
    else:
        assert policy.digest == sha256(content).hexdigest()


@given(st.text(alphabet="gros_tal.vendknw0123 <>=&|!()'\"[]{}+-*/,:\n", max_size=60))
def test_any_condition_is_compiled_or_trouble(condition: str) -> None:
    quoted = "'" + condition.replace("'", "''") + "'"
    text = FULL.replace("gross_total <= 2000.0 && vendor.known", quoted)
    try:
        policy = parse(text.encode(), "own.yaml", KNOWN)
    except Trouble as trouble:
        assert "own.yaml, line" in str(trouble)
    else:
        assert policy.classes["invoice"].auto_approve is not None


def test_a_desk_without_a_policy_of_its_own_has_the_shipped_one(tmp_path: Path) -> None:
    assert find(Home(tmp_path).prepare()) == SHIPPED


def test_one_file_in_the_policies_folder_decides_alone(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    own = home.policies / "ours.yaml"
    own.write_text(FULL)
    assert find(home) == own


def test_two_files_in_the_policies_folder_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    for name in ("a.yaml", "b.yaml"):
        (home.policies / name).write_text(FULL)
    with pytest.raises(Trouble, match=r"a\.yaml, b\.yaml"):
        find(home)


@pytest.mark.parametrize(
    ("right", "wrong", "place", "why"),
    [
        ("reader.local:   {", "reader.locl:   {", "line 22, column 3", "there is no agent 'reader.locl'"),
        ("after(reader.local)", "after(reader.locl)", "line 23, column 114", "'reader.locl' to come after"),
        ("documents_per_day: 20000", "documents_per_day: 0", "line 22, column 57", "greater than 0"),
        ("documents_per_day: 20000", "documents_a_day: 1", "line 22, column 38", "no such name"),
        ('"5.00 EUR"', "5 EUR", "line 23, column 53", "write money as 5.00 EUR"),
        ('"5.00 EUR"', "0.00 EUR", "line 23, column 53", "a budget of nothing"),
        ('"5.00 EUR"', '"5.00 EUR", money_per_case: "1.00 USD"', "line 23, column 54", "another currency"),
        (
            "seconds_per_document: 20",
            "seconds_per_document: 20, seconds_per_case: 3",
            "line 22",
            "older name",
        ),
    ],
)
def test_a_budget_or_an_agent_that_cannot_be_is_refused_with_its_line(
    right: str, wrong: str, place: str, why: str
) -> None:
    assert right in FULL
    with pytest.raises(Trouble) as caught:
        parse(FULL.replace(right, wrong, 1).encode(), "own.yaml", KNOWN, AGENTS)
    said = str(caught.value)
    assert said.startswith(f"own.yaml, {place}"), said
    assert why in said


def test_budgets_are_counted_in_millionths_and_milliseconds_under_old_names_and_new() -> None:
    policy = parse(FULL.encode(), "own.yaml", KNOWN, AGENTS)
    assert policy.terms.currency == "EUR"
    assert policy.terms.agents["reader.local"].budget.bounds == {
        Bound.SECONDS_PER_CASE: 20_000,
        Bound.STEPS_PER_CASE: 12,
        Bound.DOCUMENTS_PER_DAY: 20_000,
    }
    assert policy.terms.agents["reader.llm"].budget.bounds[Bound.MONEY_PER_DAY] == 5_000_000
