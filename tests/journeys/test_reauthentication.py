"""A signature that the policy wants a password for, from the document to the verified record."""

from pathlib import Path

import pytest
from tests.journeys.desks import invoice, work_until_idle
from tests.support.people import CHEAP, Answers

from countersign.domain.case import Status
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import CaseApproved
from countersign.domain.queue import QueueQuery
from countersign.settings.home import Home
from countersign.store import sealing
from countersign.wiring.desk import Desk, open_desk
from countersign.wiring.people import people

POLICY = """
policy: strict
owner: role:team_lead
classes:
  invoice:
    mode: human_in_the_loop
    fields: {required: [], thresholds: {default: 0.0}}
    approvals:
      - {if: gross_total > 100.0, role: approver, reauthenticate: true}
"""
RIGHT, WRONG = "correct horse", "wrong horse"


def story(desk: Desk, case: str) -> list[tuple[str, str]]:
    return [(entry.event.kind, entry.actor.authenticated) for entry in desk.history(case)][-2:]


def test_an_approval_over_the_line_is_signed_under_a_password_given_for_it(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "STRONG", CHEAP)
    (home.policies / "strict.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "bill.pdf").write_bytes(invoice(7))
    desk = open_desk(home, with_worker=False)
    desk.bring_in([tmp_path / "bill.pdf"], "test")
    me = desk.person.id
    desk.close()
    work_until_idle(home)

    desk = open_desk(home, with_worker=False)
    case = desk.page(QueueQuery()).rows[0].id
    desk.acts.confirm(case, "gross_total")
    with pytest.raises(Trouble, match="countersign people password"):
        desk.acts.approve(case)
    desk.close()

    home.ask = Answers(RIGHT)
    with people(home) as opened:
        assert opened.set_password().assurance == "owner_only_file+password"

    home.ask = Answers(None)  # whoever declines to sign in may look
    desk = open_desk(home, with_worker=False)
    assert desk.must_sign_in()
    assert desk.case(case).status is Status.WAITING
    with pytest.raises(NeedsPassword, match="Sign in"):
        desk.acts.confirm(case, "gross_total")
    with pytest.raises(Trouble, match="not your password"):
        desk.sign_in(WRONG)
    desk.sign_in(RIGHT)
    desk.acts.confirm(case, "gross_total")
    desk.close()

    home.ask = Answers(RIGHT)  # asked for when the desk opens
    desk = open_desk(home, with_worker=False)
    assert not desk.must_sign_in()
    desk.acts.release(case)
    assert story(desk, case)[-1] == ("released", "session_password")
    with pytest.raises(NeedsPassword, match=r"gross_total > 100\.0"):
        desk.acts.approve(case)
    with pytest.raises(Trouble, match="not your password"):
        desk.acts.approve(case, WRONG)
    desk.acts.approve(case, RIGHT)
    assert story(desk, case)[-1] == ("case_approved", "password")
    approved = desk.history(case)[-1].event
    assert isinstance(approved, CaseApproved)
    assert approved.signature.name == desk.person_name
    assert approved.signature.meaning == "approved"
    desk.close()

    with people(home) as opened:
        kinds = [entry.event.kind for entry in opened.store.desk_entries()]
        assert kinds.count("sign_in_failed") == 2
        assert kinds.count("signed_in") == 2
        assert opened.roster().people[me].failures == 1
        assert opened.store.verify().ok
