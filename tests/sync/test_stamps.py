"""Heads stamped by an authority that openssl plays: what is kept is what openssl, too, takes for a stamp."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.anchored import copied, grow, opened, tokens
from tests.support.answering import Answering, answering
from tests.support.authority import Authority, stamping

from countersign.audit import timestamp
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.sync.anchor import Outcome, Told, ask_authority

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="there is no openssl to be an authority"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A desk with some records, to be copied."""
    found = Home(tmp_path_factory.mktemp("filled") / "home")
    grow(found, 5)
    return found


@pytest.fixture
def home(filled: Home, tmp_path: Path) -> Home:
    return copied(filled, tmp_path / "home")


@pytest.fixture
def stamps(authority: Authority) -> Iterator[Answering]:
    with stamping(authority) as found:
        yield found


def show(home: Home, url: str, certificates: bytes) -> Told:
    with opened(home) as store:
        return ask_authority(store, "here", url, certificates)


def test_a_head_is_stamped_and_openssl_agrees(home: Home, stamps: Answering, authority: Authority) -> None:
    before = now().replace(microsecond=0)
    told = show(home, stamps.url, authority.root.read_bytes())
    assert (told.outcome, told.why) == (Outcome.ANCHORED, "")
    assert told.at is not None
    assert before <= told.at <= now()
    with opened(home) as store:
        head = store.newest()
        (stamp,) = store.stamps()
    ((size, name, token),) = tokens(home)
    assert head is not None
    assert (size, name, stamp.records, stamp.at) == (head.size, "here", head.size, told.at)
    assert stamps.asked[0][:2] == ("/", "application/timestamp-query")
    assert authority.verify(head.text, token)
    assert not authority.verify(head.text + b"x", token)


def test_certificates_in_any_order_are_accepted(home: Home, tmp_path: Path) -> None:
    for n in range(6):  # openssl sends them as configured; by chance every other pair is in DER's order
        folder = tmp_path / str(n)
        folder.mkdir()
        authority = Authority(folder)
        asked = timestamp.ask(b"head\n")
        token = authority.stamp(asked.body)
        assert timestamp.check(token, b"head\n", authority.root.read_bytes(), asked.nonce) <= now()


def test_a_head_is_stamped_once(home: Home, stamps: Answering, authority: Authority) -> None:
    certificates = authority.root.read_bytes()
    show(home, stamps.url, certificates)
    assert show(home, stamps.url, certificates).outcome is Outcome.NOTHING_NEW
    grow(home, 2)
    assert show(home, stamps.url, certificates).outcome is Outcome.ANCHORED
    assert len(stamps.asked) == 2


def test_the_stamp_of_another_authority_is_not_kept(home: Home, stamps: Answering, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    told = show(home, stamps.url, Authority(other).root.read_bytes())
    assert told.outcome is Outcome.FAILED
    assert "does not lead to the root" in told.why
    assert tokens(home) == []


def test_an_answer_to_an_earlier_request_is_not_kept(home: Home, authority: Authority) -> None:
    with opened(home) as store:
        head = store.newest()
    assert head is not None
    earlier = authority.stamp(timestamp.ask(head.text).body)
    with answering(lambda _: (200, "application/timestamp-reply", earlier)) as replaying:
        told = show(home, replaying.url, authority.root.read_bytes())
    assert (told.outcome, "another request" in told.why) == (Outcome.FAILED, True)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ((200, "text/html", b"<html>"), "cannot be read"),
        ((503, "text/plain", b""), "status 503"),
        ((200, "application/timestamp-reply", b"0" * 200_000), "more than it should"),
    ],
)
def test_an_answer_that_is_no_stamp_is_told_and_not_kept(
    home: Home, authority: Authority, reply: tuple[int, str, bytes], why: str
) -> None:
    with answering(lambda _: reply) as odd:
        told = show(home, odd.url, authority.root.read_bytes())
    assert (told.outcome, why in told.why) == (Outcome.FAILED, True)
    assert tokens(home) == []


def test_a_refusal_by_the_authority_says_its_reason(home: Home, authority: Authority) -> None:
    refusal = authority.stamp(b"0\x03\x02\x01\x01")
    with answering(lambda _: (200, "application/timestamp-reply", refusal)) as refusing:
        told = show(home, refusing.url, authority.root.read_bytes())
    assert told.outcome is Outcome.FAILED
    assert "refused the time stamp" in told.why


def test_a_stamp_does_not_shrink_the_unwitnessed_window(
    home: Home, stamps: Answering, authority: Authority
) -> None:
    show(home, stamps.url, authority.root.read_bytes())
    with opened(home) as store:
        window = store.window([])
    assert window.records == window.size > 0
