"""What a witness is asked, what it answers, and what is refused on either side."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.support.trees import SmallLog

from countersign.audit import cosign, note
from countersign.audit.cosign import COSIGNATURE, LARGEST_REQUEST, MOST_STEPS, Known
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, Verifier
from countersign.audit.note import ED25519

LOG = SmallLog(key=Key(b"\x01" * 32)).grow(10)
WITNESS = Key(b"\x02" * 32)
NAME = "witness.example/1"
KNOWN = Known(NAME, Verifier(WITNESS.public), COSIGNATURE)
AT = datetime(2026, 11, 20, 8, 30, 7, 900_000, UTC)
HEAD = LOG.head()
TEXT = note.open_note(HEAD).text
LINE = cosign.line(NAME, WITNESS, TEXT, AT)

# The example of c2sp.org/signed-note.
EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_TEXT = b"This is an example message.\n"
EXAMPLE_LINE = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="

# The request that c2sp.org/tlog-witness shows.
SHOWN = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa \
opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()


def cosigned(line: bytes = LINE) -> note.SignedNote:
    return note.open_note(HEAD + line)


# -- keys as text


def test_the_key_of_the_specification_is_read_and_verifies_its_example() -> None:
    known = cosign.read_vkey(EXAMPLE, ED25519)
    raw = base64.b64decode(EXAMPLE_LINE)
    assert known.name == "example.com/foo"
    assert raw[:4] == note.key_hash(known.name, known.key.public)
    assert known.key.is_signed(raw[4:], EXAMPLE_TEXT)
    assert known.text == EXAMPLE


@given(st.binary(min_size=32, max_size=32), st.text("abcdefg./-", min_size=1, max_size=20))
def test_a_key_written_as_text_is_read_back(seed: bytes, name: str) -> None:
    known = Known(name, Verifier(Key(seed).public), COSIGNATURE)
    found = cosign.read_vkey(known.text + "\n", COSIGNATURE)
    assert (found.name, found.key.public, found.kind) == (name, known.key.public, COSIGNATURE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a line"),
        ("witness.example", "not a line"),
        (EXAMPLE.replace("+530d903a", ""), "not a line"),
        (EXAMPLE.replace("530d903a", "530D903A"), "not a line"),
        (EXAMPLE.replace("foo", "fop"), "mistyped"),
        (EXAMPLE.replace("530d903a", "530d903b"), "mistyped"),
        (EXAMPLE[:-1], "not base64"),
        (EXAMPLE + "AAAA", "33 bytes"),
        (cosign.vkey(NAME, WITNESS.public, COSIGNATURE), "not that of a log"),
        (cosign.vkey("x", b"\x01" + b"\0" * 31), "low order"),
    ],
)
def test_a_line_that_is_no_key_of_a_log_is_refused(text: str, why: str) -> None:
    with pytest.raises(Flaw, match=why):
        cosign.read_vkey(text, ED25519)


@given(st.text())
def test_no_text_breaks_the_reading_of_a_key(text: str) -> None:
    with pytest.raises(Flaw):
        cosign.read_vkey(text, COSIGNATURE)


# -- requests


def test_the_request_of_the_specification_is_read() -> None:
    request = cosign.read_request(SHOWN)
    assert (request.old, len(request.proof)) == (20_852_014, 4)
    assert request.note.checkpoint.origin == "example.com/behind-the-sofa"
    assert request.note.checkpoint.size == 20_852_163
    assert len(request.note.lines) == 2


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_request_written_is_read_back(old: int, size: int) -> None:
    old = min(old, size)
    request = cosign.read_request(LOG.request(old, size))
    assert request.old == old
    assert list(request.proof) == LOG.proof(old, size)
    assert request.note.checkpoint.size == size


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((b"old 3", b"old 03"), "old size"),
        ((b"old 3", b"old +3"), "old size"),
        ((b"old 3", b"old 1_0"), "old size"),
        ((b"old 3", "old ٣".encode()), "old size"),
        ((b"old 3", b"old  3"), "old size"),
        ((b"old 3", b"old -1"), "old size"),
        ((b"old 3", b"Old 3"), "old size"),
        ((b"old 3", b"old 99999999999999999"), "old size"),
        ((b"old 3\n", b"old 3\r\n"), "old size"),
        ((b"old 3\n", b"old 3\nAAAA\n"), "32 bytes"),
        ((b"old 3\n", b"old 3\n!!\n"), "not base64"),
        ((b"old 3\n", b"old 3\n\xff\n"), "not base64"),
        ((b"\n\ncountersign", b"\ncountersign"), "base64|signature|old size"),
        ((b"\n10\n", b"\n010\n"), "plain number"),
        ((b"small\n10", b"small\0\n10"), "control"),
    ],
)
def test_a_request_that_is_not_well_formed_is_refused(change: tuple[bytes, bytes], why: str) -> None:
    good = LOG.request(3)
    bad = good.replace(*change, 1)
    assert bad != good
    with pytest.raises(Flaw, match=why):
        cosign.read_request(bad)


def test_a_proof_of_64_steps_is_refused_and_one_of_63_is_read() -> None:
    assert len(cosign.read_request(cosign.write_request(3, [b"x" * 32] * MOST_STEPS, HEAD)).proof) == 63
    with pytest.raises(Flaw, match="more steps"):
        cosign.read_request(cosign.write_request(3, [b"x" * 32] * (MOST_STEPS + 1), HEAD))


def test_a_request_longer_than_any_may_be_is_refused_unread() -> None:
    with pytest.raises(Flaw, match="longer"):
        cosign.read_request(LOG.request(3) + b"x" * LARGEST_REQUEST)


def test_lines_that_other_logs_add_are_signed_along_and_mean_nothing() -> None:
    text = TEXT + b"extension\n"
    signed = text + b"\n" + note.line(LOG.origin, LOG.key, text)
    found = cosign.open_note(signed)
    assert (found.text, found.checkpoint.size) == (text, 10)
    assert cosign.admit(found, [LOG.known]) == signed


@pytest.mark.parametrize("line", [b"a\0b", b"\xff", b"a\rb"])
def test_an_added_line_that_is_no_plain_text_is_refused(line: bytes) -> None:
    text = TEXT + line + b"\n"
    with pytest.raises(Flaw):
        cosign.open_note(text + b"\n" + note.line(LOG.origin, LOG.key, text))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_request(raw: bytes) -> None:
    with pytest.raises(Flaw):
        cosign.read_request(raw)


@given(st.data())
def test_no_change_of_a_request_breaks_its_reading(data: st.DataObject) -> None:
    raw = bytearray(LOG.request(3))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        request = cosign.read_request(bytes(raw))
    except Flaw:
        return
    assert request.note.checkpoint.size >= 0


# -- whose head


def test_a_head_is_admitted_with_the_lines_of_its_log_alone() -> None:
    stranger = Key.generate()
    signed = HEAD + note.line("stranger", stranger, TEXT) + note.line(LOG.origin, stranger, TEXT)
    assert cosign.admit(cosign.open_note(signed), [LOG.known]) == HEAD


def test_either_of_two_keys_of_a_log_admits_its_head() -> None:
    other = Known(LOG.origin, Verifier(Key.generate().public), ED25519)
    assert cosign.admit(cosign.open_note(HEAD), [other, LOG.known]) == HEAD


def test_a_head_signed_by_nobody_known_is_refused() -> None:
    with pytest.raises(Flaw, match="not signed with a key of its log"):
        cosign.admit(cosign.open_note(HEAD), [Known(LOG.origin, Verifier(WITNESS.public), ED25519)])


def test_a_head_is_refused_when_one_of_two_lines_of_known_keys_is_wrong() -> None:
    other = Key.generate()
    wrong = note.line(LOG.origin, other, TEXT + b"x")
    known = Known(LOG.origin, Verifier(other.public), ED25519)
    with pytest.raises(Flaw, match="is wrong"):
        cosign.admit(cosign.open_note(HEAD + wrong), [LOG.known, known])


# -- the witness's signature


def test_a_cosignature_says_when_the_witness_saw_the_head_to_the_second() -> None:
    assert cosign.check(cosigned(), NAME, KNOWN.key) == AT.replace(microsecond=0)


def test_a_cosignature_is_made_as_the_specification_says() -> None:
    raw = base64.b64decode(LINE.split()[-1])
    seconds = int(AT.timestamp())
    message = b"cosignature/v1\ntime %d\n" % seconds + TEXT
    assert raw[:4] == hashlib.sha256(NAME.encode() + b"\n\x04" + WITNESS.public).digest()[:4]
    assert raw[4:12] == seconds.to_bytes(8, "big")
    Ed25519PublicKey.from_public_bytes(WITNESS.public).verify(raw[12:], message)


def test_a_head_whose_witness_line_was_removed_is_not_cosigned() -> None:
    with pytest.raises(Flaw, match="not cosigned by witness"):
        cosign.check(note.open_note(HEAD), NAME, KNOWN.key)


def test_a_line_moved_below_another_head_does_not_hold() -> None:
    fork = LOG.copy(9).grow(10, "another")
    with pytest.raises(Flaw, match="is wrong"):
        cosign.check(note.open_note(fork.head() + LINE), NAME, KNOWN.key)


def test_a_line_of_another_time_does_not_hold() -> None:
    raw = bytearray(base64.b64decode(LINE.split()[-1]))
    raw[11] += 1
    moved = f"— {NAME} {base64.b64encode(bytes(raw)).decode()}\n".encode()
    with pytest.raises(Flaw, match="is wrong"):
        cosign.check(cosigned(moved), NAME, KNOWN.key)


@pytest.mark.parametrize("seconds", [0, 253_402_300_800, 2**63, 2**64 - 1])
def test_a_time_that_no_calendar_has_is_refused_even_if_signed(seconds: int) -> None:
    signature = WITNESS.sign(b"cosignature/v1\ntime %d\n" % seconds + TEXT)
    raw = note.key_hash(NAME, WITNESS.public, COSIGNATURE) + seconds.to_bytes(8, "big") + signature
    line = f"— {NAME} {base64.b64encode(raw).decode()}\n".encode()
    with pytest.raises(Flaw, match="not a time"):
        cosign.check(cosigned(line), NAME, KNOWN.key)


def test_a_plain_signature_of_the_witness_is_no_cosignature() -> None:
    plain = note.line(NAME, WITNESS, TEXT)
    with pytest.raises(Flaw, match="not cosigned"):
        cosign.check(cosigned(plain), NAME, KNOWN.key)


def test_the_lines_of_others_are_left_out_of_an_answer() -> None:
    other = cosign.line("other.example", Key.generate(), TEXT, AT)
    line, at = cosign.check_lines(TEXT, other + LINE, KNOWN)
    assert (line, at) == (LINE, AT.replace(microsecond=0))


@pytest.mark.parametrize(
    "answer", [b"", b"\n", LINE[:-1], LINE + LINE, LINE + b"x\n", b"\xff\n", LINE.replace(b"\n", b"\r\n")]
)
def test_an_answer_that_is_not_lines_of_signatures_is_refused(answer: bytes) -> None:
    with pytest.raises(Flaw):
        cosign.check_lines(TEXT, answer, KNOWN)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_an_answer(answer: bytes) -> None:
    with pytest.raises(Flaw):
        cosign.check_lines(TEXT, answer, KNOWN)
