"""Each kind of event is told once, in words of its own, whatever stands in it."""

import pytest
from tests.support.words import SHA, START, entries, reading, received

from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.case import unfold
from countersign.domain.event import (
    KINDS,
    Act,
    Admission,
    AgentEnrolled,
    AgentFailed,
    BudgetReached,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    ClockJumped,
    Decided,
    DeskFounded,
    DeskRekeyed,
    DocumentOpened,
    DocumentReceivedAgain,
    DocumentRefused,
    EpochBegun,
    Erased,
    Event,
    Exported,
    FieldReviewed,
    Figure,
    HoldLifted,
    HoldPlaced,
    How,
    KeyRevoked,
    KeysRestored,
    LessonForgotten,
    LessonsLearned,
    LessonsUsed,
    LoggingFailed,
    MailTakenApart,
    Mode,
    PersonEnrolled,
    PlanActivated,
    PlanChosen,
    PlanProposed,
    PolicyActivated,
    Prioritised,
    ReadingMade,
    Released,
    Route,
    Rule,
    Scope,
    Signature,
    SignedIn,
    SignInFailed,
    SpendReserved,
    StepsTaken,
    Unknown,
    VersionAdmitted,
    WorkResumed,
    WorkStopped,
    parse,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.reason import Reason
from countersign.insight.tell import Teller, author, counted, named, tell
from countersign.settings.catalogue import load

CATALOGUE = load()
SIGNED = Signature(name="Ada Muster", at=START, meaning="approved")
CARD = AgentCard(name="reader.local", version="3", purpose="Reads fields.", code_digest="cd" * 32)
CLASSIFIED = Classified(
    klass="invoice",
    variant="receipt",
    language="de",
    confidence=990_000,
    why=("headed “rechnung”",),
    milliseconds=2,
)
REFUSED = Reason(code="unreadable_document", detail="torn")
STEPS = (
    StepTaken(
        step="read_page",
        layer=Layer.EXECUTE,
        by="agent:reader.local",
        end=StepEnd.DONE,
        began=0,
        cost=Cost(milliseconds=900),
    ),
    StepTaken(
        step="read_form",
        layer=Layer.EXECUTE,
        by="agent:reader.widgets",
        end=StepEnd.NOTHING,
        began=1,
        cost=Cost(milliseconds=2),
    ),
    StepTaken(
        step="read_model",
        layer=Layer.EXECUTE,
        by="agent:reader.llm",
        end=StepEnd.FAILED,
        began=900,
        cost=Cost(milliseconds=600, tokens=1200, money=4100),
    ),
)
TOLD: list[tuple[Event, str]] = [
    (
        DeskFounded(log="l", public_key="k", assurance="owner_only_file"),
        "a file that only its owner may read",
    ),
    (
        PersonEnrolled(person="ada", name="Ada", roles=(Role.TEAM_LEAD,), public_key="k", assurance="x"),
        "Enrolled Ada as team lead",
    ),
    (AgentEnrolled(card=CARD, public_key="k"), "Enrolled the agent reader.local@3, tier 1: Reads fields."),
    (PolicyActivated(policy="desk", digest="ab" * 32, text="t"), "Activated the policy desk (abababababab)"),
    (
        EpochBegun(n=3, public_key="k", certificate=None, why="recovered"),
        "Began key epoch 3; the key before was lost",
    ),
    (
        DeskRekeyed(public_key="k", assurance="os_keystore", why="stolen"),
        "operating system's key store: stolen",
    ),
    (
        KeyRevoked(holder_kind=ActorKind.AGENT, holder="reader.local@3", key="k", why="retired"),
        "Revoked the key of the agent reader.local@3: retired",
    ),
    (SignedIn(person="ada"), "ada signed in"),
    (SignInFailed(person="ada"), "tried to sign in as ada and could not"),
    (ClockJumped(milliseconds=-90_000), "set back by 0:01:30"),
    (LoggingFailed(since=START, refused=1, why="disk full"), "1 act was refused: disk full"),
    (KeysRestored(assurance="owner_only_file"), "back from a recovery file"),
    (
        Exported(scope={"case": "c-1"}, cases=1, withheld=("values",), certificate="c", signature=SIGNED),
        "Exported 1 case (case c-1), without values; signed by Ada Muster",
    ),
    (
        LessonsLearned(
            klass="invoice",
            documents=12,
            until=400,
            why="grown",
            held_back=7,
            f1_before=810_000,
            f1_after=904_000,
            is_admitted=True,
            digest="ab" * 32,
        ),
        "Learned Invoice from 12 documents (enough new ones were confirmed): 7 documents held back, "
        "read at 90.4 % after 81.0 %, so lessons abababababab are in force",
    ),
    (
        LessonsLearned(
            klass="invoice",
            documents=2,
            until=500,
            why="shrunk",
            held_back=0,
            f1_before=0,
            f1_after=0,
            is_admitted=False,
        ),
        "Learned Invoice from 2 documents (some were erased or forgotten): 0 documents held back, "
        "read at 0.0 % after 0.0 %, so no lessons are in force",
    ),
    (
        LessonForgotten(
            klass="invoice", cases=("c-1", "c-2"), chosen_by="counterparty", reason="wrong", signature=SIGNED
        ),
        "forget what 2 cases of Invoice had taught it, chosen by counterparty: wrong; signed by Ada Muster",
    ),
    (
        WorkStopped(scope=Scope.CLASS, name="claim", how=How.PAUSE, reason="new form", signature=SIGNED),
        "Paused the class Claim: new form; signed by Ada Muster",
    ),
    (
        WorkResumed(scope=Scope.ALL, reason="all is well"),
        "Let all agents go on: all is well; by an administrator's file",
    ),
    (
        PlanProposed(plan="invoice", digest="ab" * 32, text="t", reason="a person checks", signature=SIGNED),
        "Proposed the plan invoice (abababababab): a person checks; signed by Ada Muster",
    ),
    (
        PlanActivated(plan="invoice", digest="ab" * 32, text="t", proposed_by="Bo Lind", signature=SIGNED),
        "plan invoice (abababababab) active: proposed by Bo Lind, adopted and signed by Ada Muster",
    ),
    (
        VersionAdmitted(
            agent="reader.local@4ec82679",
            digest="ab" * 32,
            before="reader.local@1",
            how=Admission.RELEASE,
            figures=(Figure(cases="sroie", klass="receipt", documents=100, f1=850_000, before=860_000),),
            reason="it ships with the program",
        ),
        "reader.local@4ec82679 work after reader.local@1: it ships with the program; measured on 1 sets of "
        "documents, worse than before on sroie, receipt",
    ),
    (
        BudgetReached(
            agent="reader.llm", what="money_per_day", share=800_000, limit=5_000_000, day="2026-01-05"
        ),
        "reader.llm has spent at least 80.0 % of its money a day of 2026-01-05",
    ),
    (PlanChosen(run=2, plan="claim", digest="ab" * 32), "Follows the plan claim (abababababab) for run 2"),
    (
        StepsTaken(run=1, steps=STEPS),
        "Took 3 steps in 1.5 s for 1,200 tokens and 0.0041 in money; read form had nothing to do; "
        "read model failed",
    ),
    (
        SpendReserved(agent="reader.llm", step="read_model", day="2026-01-05", tokens=8000, money=0),
        "Set aside for reader.llm at read model: at most 8,000 tokens",
    ),
    (Prioritised(priority=5, reason="the vendor waits"), "forward (priority 5): the vendor waits"),
    (received("bill.pdf"), "Received bill.pdf (1 kB) by command line"),
    (DocumentReceivedAgain(sha256=SHA, channel="mail", name="copy.pdf"), "came in again as copy.pdf by mail"),
    (
        MailTakenApart(sha256=SHA, subject="s", sender="a", taken=("x",), set_aside=("y", "z")),
        "1 attachment taken, 2 set aside",
    ),
    (
        DocumentOpened(
            sha256=SHA,
            pages=2,
            text_pages=1,
            ocr_pages=1,
            hidden_words=3,
            notes=("javascript",),
            milliseconds=4,
        ),
        "1 with text, 1 read from the picture; 3 words that no eye can see left out; javascript",
    ),
    (DocumentRefused(sha256=SHA, reason=REFUSED), "Could not read the document: Unreadable"),
    (CLASSIFIED, "Invoice (receipt), 99.0 % sure: headed “rechnung”"),
    (
        ReadingMade(
            klass="invoice",
            readings=(reading("iban", "x"), reading("due_date", None)),
            milliseconds=1,
            lessons=LessonsUsed(documents=12, digest="ab" * 32),
        ),
        "Read 1 field, with lessons abababababab of 12 confirmed documents",
    ),
    (
        Checked(passed=("sums",), findings=(Reason(code="totals_disagree"),), milliseconds=1),
        "1 check held; found: Totals disagree",
    ),
    (AgentFailed(step="read", reason=Reason(code="agent_failed")), "Could not read: Agent failed"),
    (
        Decided(
            policy="desk",
            digest="ab" * 32,
            mode=Mode.AUTONOMOUS,
            route=Route.ESCALATE,
            reasons=(Reason(code="over_limit"),),
            rules=(),
            thresholds={},
        ),
        "Decided: to a person by desk – Over the limit",
    ),
    (Claimed(person="ada", until=START), "Took the case"),
    (Released(person="ada"), "Let the case go"),
    (FieldReviewed(field="gross_total", act=Act.CORRECTED, before=None, after=None), "Corrected Gross total"),
    (ClassCorrected(klass="claim", before="invoice"), "of the class Claim, not of Invoice; the agents read"),
    (
        CaseApproved(signature=SIGNED, overrides=("possible_duplicate",)),
        "Approved and signed by Ada Muster, over 1 open reason",
    ),
    (CaseRejected(signature=SIGNED, reason=Reason(code="other", detail="why")), "Other reason – why"),
    (HoldPlaced(order="matter 7", signature=SIGNED), "Placed a legal hold (matter 7), signed by Ada Muster"),
    (
        HoldLifted(order="matter 7", signature=SIGNED),
        "Lifted the legal hold (matter 7), signed by Ada Muster",
    ),
    (
        Erased(order="retention", openings=4, documents=(SHA,)),
        "Erased 4 sealed contents and 1 document (order: retention), by the desk under its policy",
    ),
]


def teller() -> Teller:
    return Teller(CATALOGUE, "en", unfold(entries(received(), CLASSIFIED)))


@pytest.mark.parametrize(("event", "said"), TOLD, ids=[event.kind for event, _ in TOLD])
def test_an_event_is_told_with_its_particulars(event: Event, said: str) -> None:
    assert said in tell(event, teller())


def test_every_kind_of_event_has_words_of_its_own() -> None:
    assert {event.kind for event, _ in TOLD} == KINDS
    plain = {tell.dispatch(object)}
    assert [event.kind for event, _ in TOLD if tell.dispatch(type(event)) in plain] == []


def test_an_event_of_a_newer_version_says_so_and_names_its_kind() -> None:
    event = parse({"kind": "robot_promoted", "level": 7})
    assert isinstance(event, Unknown)
    assert tell(event, teller()) == "An event of a newer version: robot promoted"


def test_erased_content_is_told_as_erased() -> None:
    erased = ReadingMade.model_validate(
        {
            "klass": "invoice",
            "readings": [{**reading("iban", "x").model_dump(), "answer": {"commitment": "ab" * 32}}],
            "rows": {"commitment": "cd" * 32},
            "milliseconds": 1,
        }
    )
    assert tell(erased, teller()) == "Read 1 field"
    assert "Received ⊘ erased" in tell(received("⊘ erased"), teller())


def test_without_a_case_the_names_of_fields_are_written_as_words() -> None:
    event = FieldReviewed(field="gross_total", act=Act.CONFIRMED, before=None, after=None)
    assert tell(event, Teller(CATALOGUE)) == "Confirmed gross total"


def test_a_field_is_named_in_the_language_of_the_reader() -> None:
    event = FieldReviewed(field="gross_total", act=Act.CONFIRMED, before=None, after=None)
    german = Teller(CATALOGUE, "de", unfold(entries(received(), CLASSIFIED)))
    assert tell(event, german) == "Confirmed Brutto"


def test_rules_are_told_in_words_of_the_desk() -> None:
    said = teller().rule(Rule(rule="fields.thresholds", said="below: gross_total needs 0.99"))
    assert said == ("How sure the agents must be", "below: Gross total needs 0.99")
    assert teller().rule(Rule(rule="checkers", said="totals_disagree"))[1] == "Totals disagree"


def test_names_of_fields_in_a_rule_become_their_labels() -> None:
    klass = CATALOGUE.klass("invoice")
    said = named("(gross_total <= 2000.0 && vendor.known) with due total_x", klass, "en")
    assert said == "(Gross total <= 2000.0 && vendor.known) with due total_x"
    assert named("gross_total", None, "en") == "gross_total"


def test_the_system_is_named_by_its_part_and_an_agent_by_its_identity() -> None:
    system = Actor(kind=ActorKind.SYSTEM, id="ab" * 16, role="intake", authenticated="device_key")
    agent = Actor(kind=ActorKind.AGENT, id="reader.local@1", role="r", authenticated="device_key")
    assert (author(system), author(agent)) == ("desk, intake", "reader.local@1")


def test_one_thing_is_counted_as_one() -> None:
    assert (counted(1, "page", "pages"), counted(2000, "page", "pages")) == ("1 page", "2,000 pages")
