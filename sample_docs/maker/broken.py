"""Files that cannot be read, or are not what their names say."""

import hashlib
from typing import Any

PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
"""Filler for short passwords, ISO 32000-1, 7.6.3.3."""


def refused(reason: str, why: str) -> dict[str, Any]:
    """Return the truth of a file that is to be refused."""
    return {
        "class": None,
        "language": None,
        "layout": "broken",
        "source": "made by sample_docs/make.py",
        "licence": "CC0-1.0",
        "pages": 0,
        "defect": why,
        "expect": "refuse",
        "expect_reasons": [reason],
        "fields": [],
        "line_items": [],
    }


def cut_off(data: bytes) -> bytes:
    """Return the first bytes of a PDF as writers make it that put the pages first and the catalogue last."""
    page = data.rindex(b"\nendobj\n", 0, data.index(b"stream")) + len(b"\nendobj\n")
    return data[: data.index(b"1 0 obj")] + data[page : page + 900]


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def encrypted(content: str, password: str, size: tuple[float, float]) -> bytes:
    """Return a one-page PDF that opens with a password alone (standard handler, 40 bit, ISO 32000-1, 7.6)."""
    user = (password.encode() + PADDING)[:32]
    owner = _rc4(_md5(user)[:5], user)
    identity = _md5(content.encode())
    rights = -4
    key = _md5(user + owner + rights.to_bytes(4, "little", signed=True) + identity)[:5]
    sealed = _rc4(_md5(key + (4).to_bytes(3, "little") + b"\0\0")[:10], content.encode("cp1252"))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>".encode(),
        b"<</Length %d>>\nstream\n" % len(sealed) + sealed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Filter/Standard/V 1/R 2/O<{owner.hex()}>/U<{_rc4(key, PADDING).hex()}>/P {rights}>>".encode(),
    ]
    out = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    name = identity.hex()
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R/Encrypt 6 0 R/ID[<{name}><{name}>]>>\n".encode()
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % table
