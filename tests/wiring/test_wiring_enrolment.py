"""Nothing works that is not enrolled, let in and allowed; a changed agent is another version, and is seen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.memory import MemoryLedger
from tests.support.people import ADA, seated

from countersign.agents import evaluation
from countersign.agents.identities import card, cards
from countersign.domain.actor import AgentCard, Role
from countersign.domain.admissions import admissions
from countersign.domain.case import CaseFile
from countersign.domain.errors import Trouble
from countersign.domain.event import Admission, AgentEnrolled, Draft, Figure, VersionAdmitted
from countersign.domain.versions import SUPERSEDED, versions
from countersign.policy.load import Policy, parse
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.founding import Person, open_store
from countersign.store.store import Store
from countersign.wiring.enrolment import Roll, cards_of, let_in
from countersign.wiring.keys import revoke_agent, rotate_agent
from countersign.workflow.admitting import Admitting, clearly_worse

WORDS = catalogue.load()
TEXT = shipped("resources", "policies", "desk.yaml").read_bytes()
LEAD = Person(id="lea", name="Lea Lead", roles=(Role.TEAM_LEAD, Role.ADMINISTRATOR))


def policy(text: bytes = TEXT) -> Policy:
    return parse(text, "desk.yaml", WORDS)


BY_PERSON = TEXT.replace(b"admission: release", b"admission: person", 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "desk")


@pytest.fixture
def case() -> CaseFile:
    ledger = MemoryLedger()
    return ledger.case(ledger.receive(b"bill")).model_copy(update={"klass": "invoice"})


def changed(held: AgentCard) -> AgentCard:
    return held.model_copy(update={"code_digest": "cd" * 32, "version": "cdcdcdcd"})


def open_with(home: Home, held: tuple[AgentCard, ...], under: Policy | None = None) -> Store:
    store = open_store(home, agents=held, person=LEAD, words=WORDS)
    let_in(store, held, under or policy())
    return store


def roll(store: Store, held: tuple[AgentCard, ...], under: Policy | None = None) -> Callable[..., str | None]:
    return Roll(store, held, lambda: under or policy())


def test_every_agent_of_a_new_desk_is_enrolled_let_in_and_may_work(home: Home, case: CaseFile) -> None:
    with open_with(home, cards()) as store:
        may = roll(store, cards())
        assert [may(held.name, case) for held in cards()] == [None] * len(cards())
        before = store.head()
        let_in(store, cards(), policy())
        assert store.head() == before
        assert store.verify().ok


def test_an_agent_that_was_never_enrolled_may_not_work(home: Home, case: CaseFile) -> None:
    held = cards()
    with open_with(home, held[1:]) as store:
        assert "is not enrolled at this desk" in (roll(store, held)(held[0].name, case) or "")
        assert "no agent reader.old" in (roll(store, held)("reader.old", case) or "")


def test_a_language_model_that_nobody_configured_is_not_held_against_a_case(
    home: Home, case: CaseFile
) -> None:
    with open_with(home, cards()) as store:
        assert roll(store, cards())("reader.llm", case) is None


def test_a_changed_content_hash_is_a_new_version_and_the_old_one_is_shown_as_superseded(
    home: Home, case: CaseFile
) -> None:
    first = card("reader.local")
    open_with(home, (first,)).close()
    with open_with(home, (changed(first),)) as store:
        now, before = versions(store.desk_entries())["reader.local"]
        assert (now.card.id, now.until) == ("reader.local@cdcdcdcd", None)
        assert (before.card.id, before.ended) == (first.id, SUPERSEDED)
        assert now.public_key != before.public_key
        assert roll(store, (changed(first),))("reader.local", case) is None
        assert store.verify().ok
    with open_with(home, (first,)) as store:  # back again: enrolled anew, on the record
        assert [v.until is None for v in versions(store.desk_entries())["reader.local"]] == [
            True,
            False,
            False,
        ]


def test_a_revoked_agent_may_not_work_in_any_version_until_an_administrator_lets_it(
    home: Home, case: CaseFile
) -> None:
    held = (card("reader.local"),)
    open_store(home, agents=held, person=ADA, words=WORDS).close()
    with seated(home) as people:
        let_in(people.store, held, policy())
        may = Roll(people.store, held, policy)
        revoke_agent(people, held[0].id, "it errs")
        may.look()
        said = may("reader.local", case)
        assert said is not None and "was revoked: it errs" in said and "keys rotate --agent" in said
    newer = (changed(held[0]),)
    with open_store(home, agents=newer, words=WORDS) as store:
        let_in(store, newer, policy())
        assert "was revoked: it errs" in (roll(store, newer)("reader.local", case) or "")
    with seated(home) as people:
        rotate_agent(people, held[0].id)
    with open_with(home, newer) as store:
        assert roll(store, newer)("reader.local", case) is None


def test_where_a_person_admits_a_changed_agent_waits_for_one_who_may(home: Home, case: CaseFile) -> None:
    first, under = card("reader.local"), policy(BY_PERSON)
    open_with(home, (first,), under).close()
    held = (changed(first),)
    with open_with(home, held, under) as store:
        may = Roll(store, held, lambda: under)
        assert "waits to be let in: countersign agents admit reader.local" in (
            may("reader.local", case) or ""
        )
        acts = Admitting(store, store.person("nobody", Role.APPROVER), held, ())
        with pytest.raises(Trouble, match="You are not enrolled"):
            acts.admit("reader.local", "looks well")
        acts = Admitting(store, store.person(LEAD.id, Role.TEAM_LEAD), held, ())
        (waiting,) = acts.waiting()
        assert (waiting.agent, waiting.before) == (held[0].id, first.id)
        with pytest.raises(Trouble, match="Say why"):
            acts.admit("reader.local", " ")
        acts.admit("reader.local", "compared on our own cases")
        with pytest.raises(Trouble, match=r"No version of reader\.local waits"):
            acts.admit("reader.local", "again")
        may.look()
        assert may("reader.local", case) is None
        last = admissions(store.desk_entries()).last("reader.local")
        assert last is not None and last.event.how is Admission.PERSON
        assert last.event.signature is not None and last.event.signature.name == "Lea Lead"
        assert store.verify().ok


def test_an_update_is_let_in_with_the_figures_of_its_card_beside_those_of_the_version_before(
    home: Home,
) -> None:
    first = card("reader.local")
    open_with(home, (first,)).close()
    with open_with(home, (changed(first),)) as store:
        one, two = (one.event for one in admissions(store.desk_entries()).held)
        assert one.how is two.how is Admission.RELEASE
        assert one.figures and all(figure.before is None for figure in one.figures)
        assert [figure.f1 for figure in one.figures] == [figure.before for figure in two.figures]
        assert two.before == first.id


def test_an_update_that_is_clearly_worse_than_before_waits_for_a_person(home: Home, case: CaseFile) -> None:
    first = card("reader.local")
    open_with(home, (first,)).close()
    with open_store(home, agents=(changed(first),), words=WORDS) as store:
        event = VersionAdmitted(
            agent=first.id,
            digest="ee" * 32,
            how=Admission.RELEASE,
            figures=(Figure(cases="sroie", klass="receipt", documents=100, f1=990_000),),
            reason="a better one, once",
        )
        store.append([Draft(event=event, actor=store.system("release"))])
        let_in(store, (changed(first),), policy())
        said = roll(store, (changed(first),))("reader.local", case)
        assert said is not None and "waits to be let in" in said


@pytest.mark.parametrize(
    ("documents", "f1", "is_worse"), [(100, 879_999, True), (100, 880_000, False), (19, 100_000, False)]
)
def test_chance_on_a_few_documents_is_not_held_against_an_update(
    documents: int, f1: int, is_worse: bool
) -> None:
    figure = Figure(cases="sroie", klass="receipt", documents=documents, f1=f1, before=900_000)
    assert clearly_worse([figure]) is is_worse


def test_an_agent_works_on_the_classes_of_its_card_alone(home: Home, case: CaseFile) -> None:
    home.prepare()
    (home.root / "agents.yaml").write_text("reader.local:\n  classes: [claim]\n", encoding="utf-8")
    held = cards_of(home)
    with open_with(home, held) as store:
        may = roll(store, held)
        assert may("reader.local", case) == "reader.local may touch claim alone, by the registry of agents"
        assert may("reader.local", case.model_copy(update={"klass": "claim"})) is None
        assert may("classifier.local", case.model_copy(update={"klass": None})) is None


def test_an_agent_does_not_work_above_the_tier_that_the_policy_gives_it(home: Home, case: CaseFile) -> None:
    lower = TEXT.replace(b"reader.local: {tier: 1", b"reader.local: {tier: 0", 1)
    with open_with(home, cards()) as store:
        said = roll(store, cards(), policy(lower))("reader.local", case)
        assert said == "reader.local is of tier 1, and the policy lets it work up to tier 0"


def test_an_enrolment_of_an_older_program_is_still_read() -> None:
    body = {
        "kind": "agent_enrolled",
        "card": {"name": "reader.local", "version": "1", "tier": 1, "purpose": "Reads.", "code_digest": "ab"},
        "public_key": "k",
    }
    held = AgentEnrolled.model_validate(body).card
    assert (held.id, held.owner, held.may_touch("invoice")) == ("reader.local@1", None, True)


def test_the_figures_of_a_model_are_those_that_its_card_shows() -> None:
    text = shipped("resources", "models", "reader_local.md").read_text(encoding="utf-8")
    found = evaluation.read(text, {("sroie", "receipt"): 1})
    receipt = next(figure for figure in found if figure.cases == "sroie")
    assert f"| sroie, receipt | {receipt.f1 / 1_000_000:.3f} |" in text
    assert f"| sroie | {receipt.documents} |" in text
    assert receipt.before == 1
    assert evaluation.figures(card("checker.arithmetic"), {}) == ()
