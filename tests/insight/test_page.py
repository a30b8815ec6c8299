"""The page of a case says everything once, in order, the same for screen, terminal and paper."""

from datetime import UTC, datetime

import pytest
from tests.insight.cases import ADA, APPROVED, ESCALATED, STEPS, STRAIGHT, told

from countersign.domain.event import Erased, HoldPlaced, Signature
from countersign.domain.proof import CaseProof, Seen
from countersign.insight.explained import Explanation, Kept
from countersign.insight.page import KEPT, Section, moment, numbers, sections

AT = datetime(2026, 11, 20, 21, 49, 40, 250_000, tzinfo=UTC)
PROOF = CaseProof(
    log="l" * 8,
    size=900,
    records=(101, 102, 103, 107),
    checkpoint=110,
    signed_by_person=(107,),
    signed_by_agents=("reader.local@3",),
)


def section(explained: Explanation, title: str) -> Section:
    return next(found for found in sections(explained) if found.title == title)


def pairs(explained: Explanation, title: str) -> dict[str, str]:
    return {line.cells[0]: line.cells[1] for line in section(explained, title).lines}


def proven(proof: CaseProof) -> dict[str, str]:
    return pairs(told(*APPROVED).model_copy(update={"proof": proof}), "How far this is proven")


def test_the_page_of_a_settled_case_has_its_sections_in_order() -> None:
    assert [found.title for found in sections(told(*APPROVED))] == [
        "Who answers for it",
        "What it had to pass",
        "Why a person was asked",
        "The agents, and what each was allowed to do",
        "What was read, and where it stands",
        "The evidence",
        "What happened",
        "How far this is proven",
    ]


def test_a_case_that_has_just_come_in_leaves_out_what_is_not_there_yet() -> None:
    explained = told(STEPS[0])
    assert [found.title for found in sections(explained)] == [
        "Who answers for it",
        "The evidence",
        "What happened",
        "How far this is proven",
    ]
    assert pairs(explained, "Who answers for it")["Policy"] == "none has decided yet"


def test_every_line_has_a_cell_for_every_column() -> None:
    for explained in (told(*APPROVED), told(*STRAIGHT), told(*ESCALATED)):
        for found in sections(explained):
            for line in found.lines:
                assert len(line.cells) == (len(found.columns) or 2), found.title


def test_who_answers_names_owner_policy_mode_signature_and_the_way_to_contest() -> None:
    said = pairs(told(*APPROVED), "Who answers for it")
    assert said["Owner"] == "The team lead (Leo Lead) owns the policy"
    assert "ab" * 32 in said["Policy"]
    assert "record 4" in said["Policy"]
    assert said["Mode"].startswith("autonomous: agents decide inside the guardrails; outcome: posted")
    assert said["Solely automated"] == "No: a person had a part in it"
    assert "meaning: approved; overruled: Possible duplicate" in said["Signed"]
    assert "known by the account of the operating system (record 107)" in said["Signed"]
    assert "c1" in said["To contest it"]


@pytest.mark.parametrize(
    ("authenticated", "said"),
    [
        ("os_account", "known by the account of the operating system"),
        ("password", "known by the password of their key"),
        ("session_password", "known by the password of their key, given earlier at this desk"),
        ("smart_card", "known by smart card"),
    ],
)
def test_how_it_is_known_who_signed_is_told_in_words(authenticated: str, said: str) -> None:
    explained = told(*APPROVED)
    signed = explained.signed[0].model_copy(update={"authenticated": authenticated})
    explained = explained.model_copy(update={"signed": (signed,)})
    assert f"; {said} (record 107)" in pairs(explained, "Who answers for it")["Signed"]


def test_a_line_of_a_field_leads_to_its_field_and_its_place() -> None:
    gross = next(
        line
        for line in section(told(*ESCALATED), "What was read, and where it stands").lines
        if line.field == "gross_total"
    )
    assert gross.place is not None
    assert gross.is_good is False
    assert gross.cells[:6] == (
        "Gross total",
        "118.00",
        "64.0 %",
        "97.0 %",
        "reader.local, text",
        "p. 1: 1,2–3,4",
    )


def test_a_field_that_is_not_on_the_document_stands_below_the_table() -> None:
    found = section(told(*ESCALATED), "What was read, and where it stands")
    assert found.note == "Not on the document: IBAN."


@pytest.mark.parametrize("kept", list(Kept))
def test_what_became_of_the_kept_file_stands_beside_its_hash(kept: Kept) -> None:
    explained = told(*STRAIGHT)
    explained = explained.model_copy(update={"paper": explained.paper.model_copy(update={"kept": kept})})
    said = pairs(explained, "The evidence")
    assert said["Its SHA-256"] == f"{'f' * 64}; the kept file {KEPT[kept]}"
    assert said["Erased, on hold"] == "nothing was erased, and no hold stands"


def test_holds_and_erasures_have_a_section_of_their_own() -> None:
    signature = Signature(name="Ada Muster", at=AT, meaning="legal hold")
    held = told(*APPROVED, (ADA, HoldPlaced(order="matter 7", signature=signature)))
    found = section(held, "Erased and on hold")
    assert found.note == "A hold stands: nothing of the case may be erased."
    assert "matter 7" in found.lines[0].cells[1]
    erased = told(*APPROVED, (ADA, Erased(order="request 12", openings=3, documents=("f" * 64,))))
    assert (
        "Erased 3 sealed contents and 1 document" in section(erased, "Erased and on hold").lines[0].cells[1]
    )


def test_a_proof_without_a_witness_says_that_only_the_desk_vouches() -> None:
    said = proven(PROOF)
    assert said["Checked"].startswith("✓")
    assert said["Records"] == "101–103, 107 of 900 in the log llllllll"
    assert said["Signed"] == (
        "by the desk, over the first 110 records; by the agents reader.local@3; "
        "by a person with a key of their own: 107"
    )
    assert said["Seen outside"].startswith("no outside witness yet")


def test_a_proof_names_the_witness_and_the_time_stamp() -> None:
    seen = Seen(by="witness.example", at=AT, size=120)
    said = proven(PROOF.model_copy(update={"has_witness": True, "witnessed": seen, "stamped": seen}))
    assert said["Seen outside"] == (
        "witnessed at 2026-11-20 21:49:40 UTC by witness.example, who cosigned the first 120 records"
    )
    assert said["Time stamp"].startswith("2026-11-20 21:49:40 UTC by witness.example, as kept here")


def test_records_newer_than_the_last_cosignature_are_not_called_witnessed() -> None:
    assert proven(PROOF.model_copy(update={"has_witness": True}))["Seen outside"].startswith("not yet")


def test_a_flaw_takes_the_place_of_what_holds() -> None:
    said = proven(PROOF.model_copy(update={"flaw": "Record 102: its signature is wrong."}))
    assert said["Checked"] == "✗ Record 102: its signature is wrong."


def test_records_that_wait_for_a_checkpoint_say_so() -> None:
    said = proven(PROOF.model_copy(update={"checkpoint": None, "signed_by_agents": ()}))
    assert said["Signed"].startswith("nothing yet: the newest record waits for the next checkpoint")


@pytest.mark.parametrize(
    ("records", "written"),
    [((), ""), ((7,), "7"), ((7, 8), "7–8"), ((1, 3, 4, 5, 9), "1, 3–5, 9")],
)
def test_runs_of_numbers_are_drawn_together(records: tuple[int, ...], written: str) -> None:
    assert numbers(records) == written


def test_times_are_written_in_utc_to_the_second() -> None:
    assert moment(AT) == "2026-11-20 21:49:40 UTC"
