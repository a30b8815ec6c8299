"""An authority that time-stamps (RFC 3161), made of openssl and a server on the loopback."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.support.answering import Answering, Reply, answering

from countersign.domain.time import now

_SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/own.pem
signer_key = {folder}/own.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """Its certificates, and how it answers."""

    def __init__(self, folder: Path, name: str = "Stamps") -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        root_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate(f"{name} root", root_key, None, None)
        own = _certificate(name, own_key, root, root_key)
        self.root.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "own.pem").write_bytes(own.public_bytes(Encoding.PEM))
        secret = own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "own.key").write_bytes(secret)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_SETTINGS.format(folder=folder))

    def stamp(self, query: bytes) -> bytes:
        """Answer a request, as openssl does."""
        asked, answer = self.folder / "asked.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        self._openssl("-reply", "-config", self.folder / "tsa.cnf", "-queryfile", asked, "-out", answer)
        return answer.read_bytes()

    def verify(self, text: bytes, token: bytes) -> bool:
        """Tell whether openssl takes a stamp for one of a text."""
        (self.folder / "text").write_bytes(text)
        (self.folder / "token").write_bytes(token)
        where = ("-data", self.folder / "text", "-in", self.folder / "token", "-CAfile", self.root)
        return self._openssl("-verify", *where, check=False) == 0

    def _openssl(self, *arguments: str | Path, check: bool = True) -> int:
        command = [_openssl(), "ts", *map(str, arguments)]
        return subprocess.run(command, check=check, capture_output=True).returncode


@contextmanager
def stamping(authority: Authority) -> Iterator[Answering]:
    """Let an authority answer on the loopback."""

    def reply(query: bytes) -> Reply:
        return 200, "application/timestamp-reply", authority.stamp(query)

    with answering(reply) as found:
        yield found


def _openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("there is no openssl to be an authority")
    return found


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is None:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        built = built.add_extension(usage, critical=True)
    else:
        stamping_only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(stamping_only, critical=True)
    return built.sign(issuer_key or key, hashes.SHA256())
