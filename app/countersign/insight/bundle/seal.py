"""The key that signs bundles: ECDSA P-256 with a certificate of the desk's own, for any system to check.

The certificate vouches for nothing by itself: the record of the export names it by its hash.
"""

import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs7,
)

from countersign.domain.errors import Trouble
from countersign.domain.time import now
from countersign.store.store import Store

_NAME = "bundle-seal"
_LASTS = timedelta(days=3650)
_RENEWED = timedelta(days=30)
"""How long before its end a certificate is replaced."""


class Seal:
    """The key and its certificate."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._certificate = certificate

    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate (DER), hex."""
        return hashlib.sha256(self._certificate.public_bytes(Encoding.DER)).hexdigest()

    @property
    def pem(self) -> bytes:
        """The certificate for people and programs to read."""
        return self._certificate.public_bytes(Encoding.PEM)

    @property
    def is_fresh(self) -> bool:
        """True while the certificate holds for some time yet."""
        return now() + _RENEWED < self._certificate.not_valid_after_utc

    def sign(self, content: bytes) -> bytes:
        """Return a detached CMS signature (RFC 5652), DER, with the certificate in it."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self._certificate, self._key, SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)

    def pack(self) -> bytes:
        """Return key and certificate as bytes to be kept sealed."""
        key = self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return len(key).to_bytes(2, "big") + key + self._certificate.public_bytes(Encoding.DER)

    @classmethod
    def unpack(cls, packed: bytes) -> "Seal":
        """Read back what `pack` gave; raises Trouble."""
        end = 2 + int.from_bytes(packed[:2], "big")
        try:
            key = load_der_private_key(packed[2:end], None)
            certificate = x509.load_der_x509_certificate(packed[end:])
        except ValueError as error:
            raise _damaged() from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _damaged()
        return cls(key, certificate)

    @classmethod
    def make(cls, log: str) -> "Seal":
        """Make a new key with a certificate that it signs itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Countersign desk {log}")])
        begins = now().replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins - timedelta(days=1))
            .not_valid_after(begins + _LASTS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_SIGNS_ONLY, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(key, builder.sign(key, SHA256()))


_SIGNS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _damaged() -> Trouble:
    return Trouble("The key that signs bundles is damaged. Put the desk's keys back from a backup.")


def seal_of(store: Store) -> Seal:
    """Return the seal of a desk; the first export makes it, and one near the end of its life replaces it."""
    kept = store.keys.secret(_NAME)
    seal = Seal.unpack(kept) if kept is not None else None
    if seal is None or not seal.is_fresh:
        seal = Seal.make(store.log)
        store.keys.keep_secret(_NAME, seal.pack())
    return seal
