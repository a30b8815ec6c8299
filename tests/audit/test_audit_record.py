"""Records: what is signed, how large one may be, and what is refused."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit import record
from countersign.audit.canonical import canonical
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, Verifier, from_text, to_text
from countersign.audit.record import App, Link, Place
from countersign.domain.actor import Actor, ActorKind

KEY = Key(b"\x01" * 32)
ADA = Actor(kind=ActorKind.PERSON, id="ada", role="processor", authenticated="os_account")
READER = Actor(kind=ActorKind.AGENT, id="reader@1", role="reader", authenticated="device_key")
DESK = Actor(kind=ActorKind.SYSTEM, id="log", role="desk", authenticated="device_key")
PLACE = Place("log", 7, "ab" * 32, "2026-11-20T08:30:00.250Z", "system", "1763627400250-0000")
LINK = Link("case-1", 2, "cd" * 32)


def make(
    body: dict[str, Any], link: Link | None = LINK, effect: str | None = "run/1", actor: Actor = ADA
) -> bytes:
    return record.write(PLACE, actor, App("0.1.0", "b" * 64), body, link=link, effect=effect, signer=KEY)


WHOLE = make({"kind": "checked", "passed": ["a"], "text": "Zürich"})


def test_a_record_reads_back_as_it_was_built() -> None:
    found = record.read(WHOLE)
    assert (found.actor, found.key, found.place, found.link) == (ADA, KEY.key_id, PLACE, LINK)
    assert (found.app, found.effect) == (App("0.1.0", "b" * 64), "run/1")
    assert found.body == {"kind": "checked", "passed": ["a"], "text": "Zürich"}


def test_the_signature_comes_last_and_covers_the_canonical_record_without_it() -> None:
    members = json.loads(WHOLE)
    assert list(members)[-1] == "signature"
    signature = from_text(members.pop("signature"), 64, "signature")
    assert record.signed_part(WHOLE) == canonical(members)
    assert Verifier(KEY.public).is_signed(signature, canonical(members))


@pytest.mark.parametrize(
    ("actor", "link", "signs"),
    [
        (ADA, LINK, True),
        (ADA, None, True),
        (READER, None, True),
        (DESK, None, True),
        (READER, LINK, False),
        (DESK, LINK, False),
    ],
)
def test_people_sign_each_record_and_the_house_what_is_of_no_case(
    actor: Actor, link: Link | None, signs: bool
) -> None:
    stored = make({"kind": "x"}, link=link, actor=actor)
    assert ("signature" in json.loads(stored)) == signs
    assert (record.read(stored).signature is not None) == signs


@pytest.mark.parametrize(("actor", "link"), [(ADA, LINK), (ADA, None), (READER, None), (DESK, None)])
def test_a_record_whose_signature_was_taken_away_is_refused(actor: Actor, link: Link | None) -> None:
    with pytest.raises(Flaw, match="it is not signed"):
        record.read(record.signed_part(make({"kind": "x"}, link=link, actor=actor)))


def test_a_signature_that_need_not_be_there_is_read_and_must_hold() -> None:
    """Records of agents in a case were signed one by one before checkpoints signed for them."""
    unsigned = make({"kind": "x"}, actor=READER)
    members = {**json.loads(unsigned), "signature": to_text(KEY.sign(unsigned))}
    found = record.read(canonical(members))
    assert found.signature is not None
    assert Verifier(KEY.public).is_signed(found.signature, record.signed_part(canonical(members)))


def test_members_that_do_not_apply_are_absent() -> None:
    members = json.loads(make({"kind": "x"}, link=None, effect=None))
    assert not {"case", "effect"} & members.keys()


def test_the_digest_is_the_plain_sha_256_of_the_bytes() -> None:
    assert record.digest(WHOLE) == hashlib.sha256(WHOLE).hexdigest()


def test_a_record_may_have_65535_bytes_and_not_one_more() -> None:
    room = record.LARGEST - len(make({"kind": "x", "text": ""}))
    assert len(make({"kind": "x", "text": "y" * room})) == 65_535
    assert record.read(make({"kind": "x", "text": "y" * room})).place == PLACE
    with pytest.raises(Flaw, match="65,536 bytes"):
        make({"kind": "x", "text": "y" * (room + 1)})
    with pytest.raises(Flaw, match="65,536 bytes"):
        record.read(b"x" * 65_536)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_breaks_the_signature(at: int, by: int) -> None:
    bent = WHOLE[:at] + bytes([WHOLE[at] ^ by]) + WHOLE[at + 1 :]
    try:
        found = record.read(bent)
    except Flaw:
        return
    assert found.signature is not None
    assert not Verifier(KEY.public).is_signed(found.signature, record.signed_part(bent))


def _with(**changes: Any) -> dict[str, Any]:
    return {**json.loads(WHOLE), **changes}


@pytest.mark.parametrize(
    ("members", "says"),
    [
        (_with(format=2), "later version"),
        (_with(format=True), "later version"),
        (_with(extra=1), "extra"),
        ({name: value for name, value in _with().items() if name != "clock"}, "clock"),
        (_with(seq=-1), "count"),
        (_with(seq="7"), "count"),
        (_with(seq=True), "count"),
        (_with(at="2026-11-20T08:30:00Z"), "at"),
        (_with(at="２026-11-20T08:30:00.250Z"), "at"),
        (_with(previous="AB" * 32), "previous"),
        (_with(hlc="1-1"), "hlc"),
        (_with(actor={"kind": "agent"}), "actor"),
        (_with(actor={**json.loads(WHOLE)["actor"], "kind": "robot"}), "no known kind"),
        (_with(actor={**json.loads(WHOLE)["actor"], "role": None}), "not a text"),
        (_with(body=[]), "event"),
        (_with(body={}), "event"),
        (_with(case={"id": "c", "n": 1}), "case"),
        (_with(case={"id": "", "n": 1, "previous": "ab" * 32}), "no name"),
        (_with(case={"id": "c", "n": -1, "previous": "ab" * 32}), "count"),
        (_with(effect=""), "effect"),
        (_with(signature="AAAA"), "64 bytes"),
        (_with(signature="*" * 88), "base64"),
        (_with(app={"version": "1"}), "app"),
    ],
)
def test_a_record_of_another_form_is_refused_and_the_member_named(members: dict[str, Any], says: str) -> None:
    with pytest.raises(Flaw, match=says):
        record.read(canonical(members))


def test_a_signature_in_another_spelling_of_the_same_bytes_is_refused() -> None:
    text = json.loads(WHOLE)["signature"]
    assert text.endswith("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same = text[:-3] + letters[letters.index(text[-3]) | 1] + "=="
    assert same != text
    with pytest.raises(Flaw, match="canonical base64"):
        record.read(WHOLE.replace(text.encode(), same.encode()))
