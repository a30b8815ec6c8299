"""Time stamps of authorities, held against the fixtures of rfc3161-client (trailofbits, Apache-2.0)."""

import base64
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support import vectors

from countersign.audit import timestamp
from countersign.audit.flaw import Flaw

FIXTURES = vectors.folder("rfc3161-fixtures") / "test" / "fixtures"
GOOD = {
    "identrust/issue-104.tsr": "2025-03-11T08:52:08+00:00",  # the authority's certificate is not the first
    "sigstage/response-no-embedded-cert.tsr": "2025-06-18T08:13:02+00:00",
    "sigstage/response-sha256.tsr": "2025-05-09T11:58:55+00:00",
    "sigstage/response-sha384.tsr": "2025-05-09T11:58:55+00:00",
    "sigstage/response-sha512.tsr": "2025-05-09T11:58:56+00:00",
    "sigstore.mock/response-expired.tsr": "2023-02-01T00:00:00+00:00",  # valid when it was stamped
    "test_tsa/response.tsr": "2024-10-08T15:40:32+00:00",
    "test_tsa/response-injected-certs.tsr": "2024-10-08T15:40:32+00:00",  # they convince nobody
}
BAD = {
    "sigstage/response-invalid-signature.tsr": "its signature is wrong",
    "test_tsa/other_response.tsr": "does not lead to the root",  # the same name, another root
}


@cache
def chain(folder: str) -> bytes:
    raw = (FIXTURES / folder / "ts_chain.pem").read_bytes()
    if raw.startswith(b"-----BEGIN") or b"-----BEGIN" in raw:
        return raw
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(raw) + b"-----END CERTIFICATE-----\n"


def stamped(name: str) -> tuple[bytes, bytes, bytes]:
    folder = name.partition("/")[0]
    payload = FIXTURES / folder / "payload"
    text = payload.read_bytes() if payload.exists() else b"hello"
    return (FIXTURES / name).read_bytes(), text, chain(folder)


def test_every_fixture_is_tried() -> None:
    found = {file.relative_to(FIXTURES).as_posix() for file in FIXTURES.rglob("*.tsr")}
    assert found == GOOD.keys() | BAD.keys()
    assert len(found) == 10


@pytest.mark.parametrize("name", GOOD)
def test_a_good_stamp_says_when(name: str) -> None:
    assert timestamp.check(*stamped(name)).isoformat() == GOOD[name]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_stamp_of_another_text_is_refused(name: str) -> None:
    token, text, certificates = stamped(name)
    with pytest.raises(Flaw, match="of another text"):
        timestamp.check(token, text + b"!", certificates)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_stamp_that_answers_another_request_is_refused(name: str) -> None:
    with pytest.raises(Flaw, match="another request"):
        timestamp.check(*stamped(name), nonce=7)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_stamp_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(Flaw, match=BAD[name]):
        timestamp.check(*stamped(name))


def test_a_stamp_is_refused_under_the_root_of_another_authority() -> None:
    token, text, _ = stamped("sigstage/response-sha256.tsr")
    with pytest.raises(Flaw, match="does not lead to the root"):
        timestamp.check(token, text, chain("test_tsa"))


def test_the_certificate_of_the_authority_without_its_root_is_refused() -> None:
    token, text, certificates = stamped("test_tsa/response.tsr")
    first = certificates[: certificates.index(b"-----END CERTIFICATE-----") + 25]
    with pytest.raises(Flaw, match="do not include the root"):
        timestamp.check(token, text, first)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@example(274, 1)  # a certificate of a version that is none
@example(2, 1)
@given(st.integers(0, 1270), st.integers(1, 255))
def test_no_flipped_byte_of_a_stamp_goes_unseen_or_breaks_the_check(at: int, bits: int) -> None:
    token, text, certificates = stamped("sigstage/response-sha256.tsr")
    raw = bytearray(token)
    raw[at] ^= bits
    try:
        when = timestamp.check(bytes(raw), text, certificates)
    except Flaw:
        return
    # What is left are bytes that no signature covers: the status text, or certificates that are not used.
    assert when.isoformat() == GOOD["sigstage/response-sha256.tsr"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_check_of_a_stamp(raw: bytes) -> None:
    with pytest.raises(Flaw):
        timestamp.check(raw, b"hello", chain("sigstage"))


def test_a_stamp_longer_than_any_may_be_is_refused_unread() -> None:
    with pytest.raises(Flaw, match="longer"):
        timestamp.check(b"0" * (timestamp.LARGEST_ANSWER + 1), b"hello", chain("sigstage"))


@pytest.mark.parametrize(
    "pem", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_text_without_a_sound_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(Flaw, match="certificate"):
        timestamp.read_certificates(pem)


def test_two_requests_for_the_same_head_bear_different_numbers() -> None:
    first, second = timestamp.ask(b"head\n"), timestamp.ask(b"head\n")
    assert first.nonce != second.nonce
    assert first.body != second.body
