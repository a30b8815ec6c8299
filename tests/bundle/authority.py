"""What vouches from outside, made on this machine: a seal, a witness, a time-stamp authority."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from countersign.audit import cosign
from countersign.audit.keys import Key

START = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def seeded(*words: str) -> Key:
    return Key(hashlib.sha256("/".join(words).encode()).digest())


WITNESS = seeded("witness")
WITNESS_NAME = "witness.example/one"
WITNESS_VKEY = cosign.vkey(WITNESS_NAME, WITNESS.public, cosign.COSIGNATURE)


@dataclass
class Seal:
    """A P-256 key with its certificate: what seals a bundle."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    def sign(self, content: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        options = [
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.NoCapabilities,
        ]
        return builder.add_signer(self.certificate, self.key, hashes.SHA256()).sign(Encoding.DER, options)


@cache
def seal_of(name: str) -> Seal:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Countersign desk {name}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START - timedelta(days=1))
        .not_valid_after(START + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return Seal(key, certificate)


class Authority:
    """A time-stamp authority of this machine, by openssl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ts.cnf").write_text(_TS_CONFIG)
        (folder / "serial").write_text("01\n")
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem")
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr")
        self._run(
            *("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-out", "tsa.pem", "-days", "3650", "-extfile", "ts.cnf", "-extensions", "stamper"),
        )

    @staticmethod
    def is_here() -> bool:
        return shutil.which("openssl") is not None

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def stamp(self, text: bytes) -> bytes:
        (self.folder / "text").write_bytes(text)
        self._run("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "query.tsq")
        self._run("ts", "-reply", "-queryfile", "query.tsq", "-out", "reply.tsr", "-config", "ts.cnf")
        return (self.folder / "reply.tsr").read_bytes()

    def _run(self, *words: str) -> None:
        extra = ("-subj", f"/CN={words[-1]}", "-config", "ts.cnf") if words[0] == "req" else ()
        subprocess.run(["openssl", *words, *extra], cwd=self.folder, check=True, capture_output=True)


_TS_CONFIG = """
[req]
distinguished_name = name
x509_extensions = ca
prompt = no
[name]
CN = x
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamper]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""
