"""Time stamps of a head by an authority (RFC 3161): asked for, and checked against its certificate."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from countersign.audit.flaw import Flaw

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST_ANSWER = 100_000
"""Bytes of the longest answer that is read; one with a long chain of certificates has some 10,000."""

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_GRANTED = 0
_CERTIFICATES = 0xA0
"""The tag of the certificates in signed data (RFC 5652, section 5.1)."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request to an authority, and the number by which its answer is known as the answer to this one."""

    body: bytes
    nonce: int


def ask(text: bytes) -> Question:
    """Ask for a time stamp of a head: of its text, by SHA-256."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    built = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    if built.nonce is None:
        raise AssertionError("a request for a time stamp is made with a number of its own")
    return Question(built.as_bytes(), built.nonce)


def check(untrusted: bytes, text: bytes, certificates: bytes, nonce: int | None = None) -> datetime:
    """Return when an authority stamped a text; raises Flaw when the answer does not say so.

    `certificates` (PEM) hold the root that the authority's certificate leads to; those between, and the
    authority's own, may stand there too, and must where its answers leave them out. They must have been
    valid at the time of the stamp, not today.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    known = read_certificates(certificates)
    roots = [one for one in known if one.subject == one.issuer]
    own = [one for one in known if _may_stamp(one)]
    if len(untrusted) > LARGEST_ANSWER:
        raise Flaw("the time stamp is longer than one may be")
    builder = VerifierBuilder(
        roots=roots,
        intermediates=[one for one in known if one not in roots],
        tsa_certificate=own[0] if len(own) == 1 else None,
        nonce=nonce,
    )
    try:
        answer = decode_timestamp_response(_in_order(untrusted))
        if answer.status != _GRANTED:
            raise Flaw(f"the authority refused the time stamp{_reasons(answer.status_string)}")
        builder.build().verify_message(answer, text)
        return answer.tst_info.gen_time.astimezone(UTC)
    except Flaw:
        raise
    except VerificationError as error:
        raise Flaw(f"the time stamp does not hold: {_plainly(str(error))}") from error
    except Exception as error:  # the parsers below have a family of errors for each layer of the format
        raise Flaw("the time stamp cannot be read") from error


# -- the order of certificates ---------------------------------------------------------------------------


def _in_order(untrusted: bytes) -> bytes:
    """Put the certificates of an answer in the order that DER asks for, which openssl does not do.

    No signature covers their order, and the strict reader below refuses any other. Bytes that are not built
    like an answer come back as they are.
    """
    try:
        token = _children(untrusted, *_inside(untrusted, 0))[1]
        content = _children(untrusted, *_inside(untrusted, token[0]))[1]
        data = _children(untrusted, *_inside(untrusted, content[0]))[0]
        certificates = _children(untrusted, *_inside(untrusted, data[0]))[3]
        if untrusted[certificates[0]] != _CERTIFICATES:
            return untrusted
        start, end = _inside(untrusted, certificates[0])
        ordered = sorted(untrusted[low:high] for low, high in _children(untrusted, start, end))
    except IndexError:
        return untrusted
    return untrusted[:start] + b"".join(ordered) + untrusted[end:]


def _children(raw: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Return where each element begins and ends that lies side by side in a stretch."""
    found = []
    while start < end:
        after = _inside(raw, start)[1]
        found.append((start, after))
        start = after
    if start != end:
        raise IndexError("an element reaches beyond what holds it")
    return found


def _inside(raw: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the element at a place begins and ends; raises IndexError."""
    length, start = raw[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(raw[start : start + count], "big")
        start += count
    if start + length > len(raw):
        raise IndexError("an element reaches beyond the end")
    return start, start + length


# -- certificates ----------------------------------------------------------------------------------------


def read_certificates(pem: bytes) -> "list[Certificate]":
    """Read certificates from PEM; raises Flaw when one is broken, or there is no root among them."""
    from cryptography.x509 import load_pem_x509_certificate

    try:
        found = [load_pem_x509_certificate(block) for block in _PEM.findall(pem)]
    except ValueError as error:
        raise Flaw("a certificate of the authority cannot be read") from error
    if not found:
        raise Flaw("there is no certificate in PEM text")
    if not any(one.subject == one.issuer for one in found):
        raise Flaw("the certificates of the authority do not include the root that they lead to")
    return found


def _may_stamp(certificate: "Certificate") -> bool:
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
        authority = certificate.subject != certificate.issuer
    except (ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage and (authority or not _signs_others(certificate))


def _signs_others(certificate: "Certificate") -> bool:
    from cryptography.x509 import BasicConstraints, ExtensionNotFound

    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False


def _reasons(told: list[str]) -> str:
    return f" ({', '.join(told)[:200]})" if told else ""


def _plainly(text: str) -> str:
    """Say what the libraries below say to programmers."""
    for theirs, ours in _WORDS.items():
        if theirs in text:
            return ours
    return text.partition(": ErrorStack")[0].rstrip(".")


_WORDS = {
    "Mismatch between messages": "it is of another text",
    "Nonce mismatch": "it answers another request",
    "Certificates neither found": "the certificate that signed it is not at hand",
    "does not match the one in": "another certificate signed it than the one configured",
    "certificate verify error": "its certificate does not lead to the root that is configured",
    "signer certificate not found": "the certificate that signed it is not at hand",
    "signature failure": "its signature is wrong",
}
