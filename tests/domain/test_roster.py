"""Who is enrolled, unfolded from the record: the same people under the same keys as verification knows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, to_text
from countersign.audit.staff import Staff
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.event import (
    AgentEnrolled,
    DeskFounded,
    DeskRekeyed,
    Entry,
    EpochBegun,
    Event,
    KeyRevoked,
    PersonEnrolled,
    SignedIn,
    SignInFailed,
)
from countersign.domain.roster import Roster, roster

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = [Key.generate() for _ in range(12)]
DESK = DeskFounded(log="ab12", public_key=to_text(Key.generate().public), assurance="test")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="ab12", role="desk", authenticated="device_key")


def entries(*events: Event) -> list[Entry]:
    return [
        Entry(seq=n, at=START + timedelta(hours=n), actor=SYSTEM, case=None, event=event, digest="")
        for n, event in enumerate(events)
    ]


def person(id: str, key: Key, *roles: Role) -> PersonEnrolled:
    return PersonEnrolled(
        person=id, name=id.title(), roles=roles, public_key=to_text(key.public), assurance="test"
    )


def agent(name: str, key: Key) -> AgentEnrolled:
    card = AgentCard(name=name, version="1", purpose="Reads.", code_digest="00")
    return AgentEnrolled(card=card, public_key=to_text(key.public))


def revoked(kind: ActorKind, id: str, key: Key) -> KeyRevoked:
    return KeyRevoked(holder_kind=kind, holder=id, key=key.key_id, why="a test")


names = st.sampled_from(["ada", "bob"])
keys = st.sampled_from(KEYS)
happenings = st.one_of(
    st.builds(person, names, keys, st.sampled_from(Role)),
    st.builds(agent, names, keys),
    st.builds(lambda key: DeskRekeyed(public_key=to_text(key.public), assurance="test", why="due"), keys),
    st.builds(lambda id, key: revoked(ActorKind.PERSON, id, key), names, keys),
    st.builds(lambda id, key: revoked(ActorKind.AGENT, f"{id}@1", key), names, keys),
    st.builds(SignedIn, person=names),
    st.builds(SignInFailed, person=names),
)


@given(st.lists(happenings, max_size=25))
def test_the_roster_names_the_keys_that_verification_accepts(wanted: list[Event]) -> None:
    staff, kept = Staff(), [DESK]
    staff.enrol(DESK.model_dump(mode="json"))
    for event in wanted:
        try:
            staff.enrol(event.model_dump(mode="json"))
        except Flaw:
            continue  # such a record is never written
        kept.append(event)
    found = roster(entries(*kept))
    assert found.desk is not None
    assert found.desk.public_key == to_text(staff.desk.public)
    for kind, held in ((ActorKind.PERSON, found.people), (ActorKind.AGENT, found.agents)):
        for id in ("ada", "bob", "ada@1", "bob@1"):
            member = staff.member(Actor(kind=kind, id=id, role="", authenticated=""))
            seat = held.get(id)
            may_sign = seat is not None and seat.revoked is None
            assert may_sign == (member is not None)
            if seat is not None and member is not None:
                assert seat.public_key == to_text(member.key.public)
                assert {role.value for role in seat.roles} == member.roles


def test_a_person_has_signed_in_until_they_are_enrolled_anew() -> None:
    ada = person("ada", KEYS[0], Role.APPROVER)
    failed = [SignInFailed(person="ada"), SignInFailed(person="nobody"), SignInFailed(person="ada")]
    seat = roster(entries(DESK, ada, *failed)).people["ada"]
    assert (seat.signed_in_at, seat.failures) == (None, 2)
    seat = roster(entries(DESK, ada, *failed, SignedIn(person="ada"))).people["ada"]
    assert (seat.signed_in_at, seat.failures) == (START + timedelta(hours=5), 0)
    seat = roster(entries(DESK, ada, SignedIn(person="ada"), person("ada", KEYS[1], Role.AUDITOR))).people[
        "ada"
    ]
    assert (seat.signed_in_at, seat.roles, seat.since) == (None, (Role.AUDITOR,), START + timedelta(hours=3))


def test_the_epoch_in_force_is_the_last_that_began() -> None:
    began = [
        EpochBegun(n=n, public_key=to_text(KEYS[n].public), certificate=None, why="first") for n in (1, 2)
    ]
    epoch = roster(entries(DESK, *began)).epoch
    assert epoch is not None
    assert (epoch.n, epoch.since) == (2, START + timedelta(hours=2))


def test_before_the_founding_there_is_nobody() -> None:
    assert roster([]) == Roster()
    assert roster([]).person("ada") is None
