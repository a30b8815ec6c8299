#!/usr/bin/env python3
"""Check a Countersign bundle with nothing but Python 3.9 or later: no network, nothing to install.

    python3 verify.py BUNDLE.zip [--key FINGERPRINT] [--witness VKEY]...

BUNDLE is the zip file, or the folder that it was unpacked into. The last line is `VERIFIED ...` (exit 0) or
`NOT VERIFIED: ` and the first thing that is wrong (exit 1); a wrong call ends with 2. Nothing from the bundle
is ever run. This file shares no code with the program that wrote the bundle, so that a fault of one is not a
fault of both.

Formats: BagIt 1.0 (RFC 8493), JSON in canonical form (RFC 8785), Ed25519 (RFC 8032), Merkle tree and proofs
(RFC 6962, RFC 9162), signed notes, checkpoints and cosignatures (c2sp.org), CMS (RFC 5652), time stamps
(RFC 3161).
"""

import argparse
import base64
import binascii
import hashlib
import io
import json
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib


class Wrong(Exception):
    """The first thing that is wrong, as one plain sentence without a full stop."""


# -- Ed25519, strictly: canonical points and numbers, no key of low or mixed order ---------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
D2 = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def ed_decode(raw):
    """Read a point of the curve in its one canonical form; None when it is none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(raw) != 32 or y >= P:
        return None
    squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - squared) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


def ed_add(p, q):
    """Add two points in extended coordinates."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = p[3] * q[3] * D2 % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_table(x, y):
    """List the multiples 1 to 15 of a point and of its every 16th power: 64 rows, ready to be added up."""
    points, base = [], (x, y, 1, x * y % P)
    for _ in range(64):
        power = base
        for _ in range(15):
            points.append(power)
            power = ed_add(power, base)
        base = power
    products, product = [], 1
    for point in points:
        products.append(product)
        product = product * point[2] % P
    inverse, entries = pow(product, -1, P), []
    for point, before in zip(reversed(points), reversed(products)):
        z = inverse * before % P
        inverse = inverse * point[2] % P
        x, y = point[0] * z % P, point[1] * z % P
        entries.append((y + x, y - x, D2 * x * y % P))
    entries.reverse()
    return [entries[at : at + 15] for at in range(0, len(entries), 15)]


def ed_sum(total, table, factor):
    """Add a multiple of a table's point to a point."""
    x, y, z, t = total
    for row in table:
        digit = factor & 15
        factor >>= 4
        if digit:
            plus, minus, product = row[digit - 1]
            a = (y - x) * minus % P
            b = (y + x) * plus % P
            c = t * product % P
            d = z + z
            e, f, g, h = b - a, d - c, d + c, b + a
            x, y, z, t = e * f % P, g * h % P, f * g % P, e * h % P
    return x, y, z, t


NOTHING = (0, 1, 1, 0)
BASE = ed_table(*ed_decode(b"\x58" + b"\x66" * 31))


class Key:
    """An Ed25519 public key; raises Wrong when it is weak or not canonical."""

    def __init__(self, raw):
        point = ed_decode(raw)
        if point is None:
            raise Wrong("a public key is not a canonical point of the curve")
        self.raw = raw
        self.id = hashlib.sha256(raw).hexdigest()[:32]
        self._minus = P - point[0], point[1]
        self._table, self._uses = None, 0
        x, y, z, _ = self._times(L, NOTHING)
        if x or y != z or point == (0, 1):
            raise Wrong("a public key is of low or mixed order")

    def _times(self, factor, total):
        """Subtract a multiple of the key's point from a point; a key that signs often gets a table."""
        self._uses += 1
        if self._uses > 5 and self._table is None:
            self._table = ed_table(*self._minus)
        if self._table is not None:
            return ed_sum(total, self._table, factor)
        x, y = self._minus
        power = x, y, 1, x * y % P
        while factor:
            if factor & 1:
                total = ed_add(total, power)
            power = ed_add(power, power)
            factor >>= 1
        return total

    def signed(self, signature, message):
        """Tell whether this key signed the message."""
        s = int.from_bytes(signature[32:], "little")
        if len(signature) != 64 or s >= L:
            return False
        digest = hashlib.sha512(signature[:32] + self.raw + message).digest()
        total = ed_sum(NOTHING, BASE, s)
        x, y, z, _ = self._times(int.from_bytes(digest, "little") % L, total)
        inverse = pow(z, -1, P)
        found = (y * inverse % P) | (x * inverse % P & 1) << 255
        return found.to_bytes(32, "little") == signature[:32]


# -- ECDSA over P-256 ----------------------------------------------------------------------------------------

Q = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def p256_add(p, q):
    """Add two points; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % Q == 0:
            return None
        slope = (3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, Q) % Q
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, Q) % Q
    x = (slope * slope - p[0] - q[0]) % Q
    return x, (slope * (p[0] - x) - p[1]) % Q


def p256_signed(point, r, s, digest):
    """Tell whether the key at a point signed a SHA-256 digest with (r, s)."""
    x, y = point
    if not (0 <= x < Q and 0 <= y < Q) or (y * y - x * x * x + 3 * x - B) % Q:
        return False
    if not (0 < r < ORDER and 0 < s < ORDER):
        return False
    inverse = pow(s, -1, ORDER)
    u, v = int.from_bytes(digest, "big") * inverse % ORDER, r * inverse % ORDER
    sums = (None, GENERATOR, point, p256_add(GENERATOR, point))
    total = None
    for bit in range(255, -1, -1):
        total = p256_add(total, total)
        total = p256_add(total, sums[(u >> bit & 1) | (v >> bit & 1) << 1])
    return total is not None and total[0] % ORDER == r


# -- DER, strictly -------------------------------------------------------------------------------------------


class Der:
    """One element of a DER encoding: definite, shortest lengths only."""

    def __init__(self, raw, at=0, end=None, what="the DER"):
        self.what, self.start = what, at
        end = len(raw) if end is None else end
        if end - at < 2 or raw[at] & 31 == 31:
            raise Wrong(what + " cannot be read")
        self.raw, self.tag, length, at = raw, raw[at], raw[at + 1], at + 2
        if length > 127:
            count = length & 127
            digits = raw[at : min(at + count, end)]
            length, at = int.from_bytes(digits, "big"), at + count
            if not 1 <= count <= 4 or len(digits) != count or digits[0] == 0 or length < 128:
                raise Wrong(what + " has a length that is not in DER")
        self.body, self.end = at, at + length
        if self.end > end:
            raise Wrong(what + " is cut short")

    @classmethod
    def whole(cls, raw, what):
        """Read the one element that the bytes are."""
        found = cls(raw, 0, None, what)
        if found.end != len(raw):
            raise Wrong(what + " is followed by something else")
        return found

    @property
    def content(self):
        """The bytes inside."""
        return self.raw[self.body : self.end]

    @property
    def bytes(self):
        """The bytes of the whole element."""
        return self.raw[self.start : self.end]

    def parts(self, tag=None):
        """List the elements inside, checking the tag of this one."""
        if tag is not None and self.tag != tag:
            raise Wrong(self.what + " is not made as it must be")
        found, at = [], self.body
        while at < self.end:
            found.append(Der(self.raw, at, self.end, self.what))
            at = found[-1].end
        return found

    def number(self):
        """Return a positive integer in its shortest form."""
        raw = self.content
        if self.tag != 2 or not raw or raw[0] > 127 or (len(raw) > 1 and raw[0] == 0 and raw[1] < 128):
            raise Wrong(self.what + " holds a number that is not in DER")
        return int.from_bytes(raw, "big")


def oid(text):
    """Write the content of an object identifier."""
    first, second, *rest = map(int, text.split("."))
    raw = b""
    for number in [40 * first + second, *rest]:
        digits = [number & 127]
        while number > 127:
            number >>= 7
            digits.append(number & 127 | 128)
        raw += bytes(reversed(digits))
    return raw


SIGNED_DATA, DATA = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.7.1")
CONTENT_TYPE, MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
TST_INFO = oid("1.2.840.113549.1.9.16.1.4")
EC_KEY, P_256 = oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")
ECDSA_SHA256, SHA_256 = oid("1.2.840.10045.4.3.2"), oid("2.16.840.1.101.3.4.2.1")
HASHES = {
    SHA_256: "sha256",
    oid("2.16.840.1.101.3.4.2.2"): "sha384",
    oid("2.16.840.1.101.3.4.2.3"): "sha512",
}


class Cms:
    """A CMS signed-data message with one signer, taken apart; nothing of it is believed yet."""

    def __init__(self, raw, what):
        kind, wrapped = exactly(Der.whole(raw, what).parts(0x30), 2)
        if kind.content != SIGNED_DATA:
            raise Wrong(what + " is no signed message")
        parts = exactly(wrapped.parts(0xA0), 1)[0].parts(0x30)
        inner = parts[2].parts(0x30)
        self.kind = inner[0].content
        self.content = exactly(inner[1].parts(0xA0), 1)[0].content if len(inner) > 1 else None
        self.certificates = [part.bytes for part in parts[3].parts()] if parts[3].tag == 0xA0 else []
        signer = exactly(parts[-1].parts(0x31), 1)[0].parts(0x30)
        self.signer_name = signer[1]
        self.hash = signer[2].parts(0x30)[0].content
        self.attributes, self.signed_bytes = {}, None
        if signer[3].tag == 0xA0:
            for attribute in signer[3].parts():
                name, values = exactly(attribute.parts(0x30), 2)
                if name.content in self.attributes:
                    raise Wrong(what + " says one thing twice")
                self.attributes[name.content] = exactly(values.parts(0x31), 1)[0].content
            self.signed_bytes = b"\x31" + signer[3].bytes[1:]
            del signer[3]
        self.algorithm, self.signature = signer[3].parts(0x30)[0].content, signer[4].content
        self.what = what

    def check_digest(self, content):
        """Check that the signer speaks of this content."""
        if self.attributes.get(CONTENT_TYPE) != self.kind:
            raise Wrong(self.what + " signs another kind of content")
        if self.attributes.get(MESSAGE_DIGEST) != hashlib.new(HASHES[self.hash], content).digest():
            raise Wrong(self.what + " signs another content")


def exactly(parts, count):
    """Return the parts when there are exactly so many."""
    if len(parts) != count:
        raise Wrong("a signed message is not made as it must be")
    return parts


def ecdsa_numbers(raw, what):
    """Return the two numbers of an ECDSA signature."""
    r, s = exactly(Der.whole(raw, what).parts(0x30), 2)
    return r.number(), s.number()


def check_seal(raw, content):
    """Check a detached CMS signature by ECDSA over P-256; returns the certificate of its signer, DER."""
    what = "the seal of the bundle (tagmanifest-sha256.txt.p7s)"
    cms = Cms(raw, what)
    if len(cms.certificates) != 1 or cms.kind != DATA or cms.content is not None:
        raise Wrong(what + " does not bear exactly one certificate beside one detached signature")
    if cms.hash != SHA_256 or cms.algorithm != ECDSA_SHA256:
        raise Wrong(what + " is not made with ECDSA and SHA-256")
    message = content
    if cms.signed_bytes is not None:
        cms.check_digest(content)
        message = cms.signed_bytes
    certificate = Der.whole(cms.certificates[0], "the certificate of the seal")
    fields = certificate.parts(0x30)[0].parts(0x30)
    fields = fields[1:] if fields[0].tag == 0xA0 else fields
    if cms.signer_name.tag == 0x30 and [part.bytes for part in cms.signer_name.parts()] != [
        fields[2].bytes,
        fields[0].bytes,
    ]:
        raise Wrong(what + " is signed under another certificate than it bears")
    algorithm, key = exactly(fields[5].parts(0x30), 2)
    if [part.content for part in algorithm.parts(0x30)] != [EC_KEY, P_256] or key.content[:2] != b"\0\4":
        raise Wrong("the certificate of the seal does not hold a P-256 key")
    if len(key.content) != 66:
        raise Wrong("the certificate of the seal does not hold a P-256 key")
    point = int.from_bytes(key.content[2:34], "big"), int.from_bytes(key.content[34:], "big")
    if not p256_signed(point, *ecdsa_numbers(cms.signature, what), sha256(message)):
        raise Wrong(what + " bears a wrong signature")
    return cms.certificates[0]


def stamped(raw, text, what):
    """Check that a time stamp is of a text; returns its time. The authority's signature is not checked."""
    parts = Der.whole(raw, what).parts(0x30)
    if parts and parts[0].tag == 0x30:  # an answer: its status, then the token
        if exactly(parts, 2)[0].parts()[0].number() > 1:
            raise Wrong(what + " is a refusal")
        raw = parts[1].bytes
    cms = Cms(raw, what)
    if cms.kind != TST_INFO or cms.content is None or cms.hash not in HASHES:
        raise Wrong(what + " is no time stamp")
    cms.check_digest(cms.content)
    info = Der.whole(cms.content, what).parts(0x30)
    algorithm, imprint = exactly(info[2].parts(0x30), 2)
    name = HASHES.get(algorithm.parts(0x30)[0].content)
    if name is None or hashlib.new(name, text).digest() != imprint.content:
        raise Wrong(what + " is of another text than the checkpoint it is named after")
    time = re.match(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", info[4].content.decode("ascii", "replace"))
    if info[4].tag != 0x18 or not time:
        raise Wrong(what + " names no time")
    return "{}-{}-{} {}:{}:{} UTC".format(*time.groups())


# -- JSON, strictly ------------------------------------------------------------------------------------------

MOST = 2**53 - 1
DEEPEST = 64


def _object(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Wrong("it has a member twice")
    return value


def _integer(digits):
    if len(digits) > 17 or not -MOST <= int(digits) <= MOST or digits == "-0":
        raise Wrong("it holds a number that is not a plain integer below 2^53")
    return int(digits)


def _no_number(digits):
    raise Wrong("it holds %s, which is no integer" % digits[:20])


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
)
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def depth(text):
    """Return how deep a JSON text may nest at most, whatever stands in its strings."""
    deepest = level = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}]', "", text, flags=re.DOTALL):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def parse(raw):
    """Read one JSON object; raises Wrong for all that is not strict."""
    try:
        text = raw.decode("utf-8")
        if text.count("[") + text.count("{") > DEEPEST and depth(text) > DEEPEST:
            raise Wrong("it nests too deep")
        value = DECODER.decode(text)
        ENCODER.encode(value).encode("utf-8")
    except UnicodeError:
        raise Wrong("it is not UTF-8, or holds half of a character") from None
    except (ValueError, RecursionError):
        raise Wrong("it is not JSON") from None
    if not isinstance(value, dict):
        raise Wrong("it is not a JSON object")
    return value


def ordered(value):
    """Order the members by UTF-16 units, as RFC 8785 asks; it differs from the default beyond U+FFFF."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value, key=lambda n: n.encode("utf-16-be"))}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def parse_canonical(raw):
    """Read a JSON object that stands in the canonical form of RFC 8785."""
    value = parse(raw)
    text = ENCODER.encode(value)
    if not text.isascii() and max(text) > "\uffff":
        text = json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":"))
    if text.encode("utf-8") != raw:
        raise Wrong("its bytes are not in the canonical form of RFC 8785")
    return value


def base64_of(text, length, what):
    """Read base64 in its one canonical form, of a length (None: any)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Wrong(what + " is not base64") from None
    if length not in (None, len(raw)) or base64.b64encode(raw).decode("ascii") != text:
        raise Wrong(what + " is not in canonical base64")
    return raw


HEX = re.compile(r"[0-9a-f]{64}\Z")


def hex_of(text, what):
    """Read 32 bytes in hex."""
    if not (isinstance(text, str) and HEX.match(text)):
        raise Wrong(what + " is not 64 hex digits")
    return bytes.fromhex(text)


# -- the tree ------------------------------------------------------------------------------------------------


def sha256(raw):
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(raw).digest()


def node(left, right):
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree, as the roots of the perfect subtrees that make it up, the largest first."""

    def __init__(self, size, peaks):
        self.size, self.peaks = size, peaks
        if bin(size).count("1") != len(peaks):
            raise Wrong("completeness.json: the peaks do not fit the beginning of the range")

    def append(self, leaf):
        """Add a leaf."""
        size = self.size
        while size & 1:
            leaf = node(self.peaks.pop(), leaf)
            size >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        """Return the root."""
        root = None
        for peak in reversed(self.peaks):
            root = peak if root is None else node(peak, root)
        return sha256(b"") if root is None else root


def included(leaf, index, size, proof):
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Wrong("a tree of %d leaves has no leaf %d" % (size, index))
    at, last = index, size - 1
    for step in proof:
        if last == 0:
            raise Wrong("the proof is too long")
        if at & 1 or at == last:
            leaf = node(step, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = node(leaf, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Wrong("the proof is too short")
    return leaf


def check_consistency(old, size, proof, old_root, root):
    """Check that a tree goes on from an older one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        raise Wrong("the log does not go on from %d to %d records" % (old, size))
    if old == size:
        if proof or old_root != root:
            raise Wrong("two checkpoints over %d records differ" % size)
        return
    steps = ([old_root] if old & (old - 1) == 0 else []) + proof
    if not steps:
        raise Wrong("the consistency proof is too short")
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise Wrong("the consistency proof is too long")
        if at & 1 or at == last:
            before, after = node(step, before), node(step, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Wrong("the consistency proof is too short")
    if before != old_root or after != root:
        raise Wrong("the consistency proof leads to another root")


# -- checkpoints ---------------------------------------------------------------------------------------------

SIZE = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")
PLAIN, COSIGNATURE = b"\x01", b"\x04"


def key_hash(name, raw, kind=PLAIN):
    """Return the four bytes by which a note names a key."""
    return sha256(name.encode("utf-8") + b"\n" + kind + raw)[:4]


class Note:
    """A checkpoint with its signature lines, not checked yet."""

    def __init__(self, raw, what):
        self.what = what
        text = raw.decode("utf-8", "surrogateescape")
        if len(raw) > 65536 or any((sign < " " and sign != "\n") or sign == "\x7f" for sign in text):
            raise Wrong(what + " is too long or holds a control character")
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise Wrong(what + " is not UTF-8")
        head, gap, tail = text.rpartition("\n\n")
        lines = head.split("\n")
        if not gap or not tail.endswith("\n") or len(lines) != 3 or not SIZE.match(lines[1]):
            raise Wrong(what + " is not origin, size, root and signatures")
        self.text, self.origin, self.size = (head + "\n").encode("utf-8"), lines[0], int(lines[1])
        self.root = base64_of(lines[2], 32, "the root in " + what)
        self.lines = {}
        for line in tail[:-1].split("\n"):
            match = LINE.match(line)
            signature = base64_of(match.group(2), None, "a signature of " + what) if match else b""
            if not match or len(signature) < 5 or len(self.lines) > 99:
                raise Wrong(what + " has a line that is no signature")
            signer = match.group(1), signature[:4]
            if signer in self.lines:
                raise Wrong(what + " bears two signatures of one signer")
            self.lines[signer] = signature[4:]

    def check(self, name, key):
        """Check that it bears the signature of a key under a name."""
        signature = self.lines.get((name, key_hash(name, key.raw)))
        if signature is None:
            raise Wrong("%s lacks the line of %s" % (self.what, name))
        if not key.signed(signature, self.text):
            raise Wrong("%s bears a wrong signature of %s" % (self.what, name))

    def check_witness(self, name, key):
        """Check that a witness cosigned it; returns the time in seconds since 1970."""
        signature = self.lines.get((name, key_hash(name, key.raw, COSIGNATURE)))
        if signature is None:
            raise Wrong("%s lacks the line of the witness %s" % (self.what, name))
        seconds = int.from_bytes(signature[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % seconds + self.text
        if len(signature) != 72 or not key.signed(signature[8:], message):
            raise Wrong("%s bears a wrong signature of the witness %s" % (self.what, name))
        return seconds


def witness_of(vkey):
    """Read the key of a witness from its one line: name, number, and key, joined by plus signs."""
    match = re.match(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\Z", vkey.strip())
    raw = base64_of(match.group(3), 33, "the key of a witness") if match else b""
    if (
        not match
        or raw[:1] != COSIGNATURE
        or key_hash(match.group(1), raw[1:], raw[:1]).hex() != match.group(2)
    ):
        raise Wrong("%s is not the key of a witness" % vkey[:60])
    return match.group(1), Key(raw[1:])


# -- who may sign what ---------------------------------------------------------------------------------------

AGENT_ACTS = {"classified", "reading_made", "checked", "agent_failed"}
PERSON_ACTS = {"claimed", "field_reviewed", "case_approved", "case_rejected", "hold_placed", "hold_lifted"}
PERSON_ACTS |= {"lesson_forgotten", "class_corrected", "plan_proposed", "prioritised"}
ENROLMENTS = {"desk_founded", "desk_rekeyed", "key_revoked", "person_enrolled", "agent_enrolled"}
KINDS = AGENT_ACTS | PERSON_ACTS | ENROLMENTS
KINDS |= {"policy_activated", "epoch_begun", "signed_in", "sign_in_failed", "clock_jumped", "logging_failed"}
KINDS |= {"keys_restored", "exported", "document_received", "document_received_again", "mail_taken_apart"}
KINDS |= {"document_opened", "document_refused", "decided", "released", "erased", "lessons_learned"}
KINDS |= {"work_stopped", "work_resumed", "plan_activated", "plan_chosen", "steps_taken", "spend_reserved"}
KINDS |= {"budget_reached", "version_admitted"}
LEADING = {"administrator", "team_lead"}
OVERSIGHT = LEADING | {"auditor"}
DECIDING = {"processor", "approver", "team_lead"}
ROLES = {
    "person_enrolled": {"administrator"},
    "agent_enrolled": LEADING | {"agent_owner"},
    "desk_rekeyed": {"administrator"},
    "key_revoked": {"administrator"},
    "epoch_begun": set(),
    "clock_jumped": set(),
    "logging_failed": set(),
    "keys_restored": set(),
    "sign_in_failed": set(),
    "decided": set(),
    "policy_activated": LEADING,
    "exported": OVERSIGHT,
    "lessons_learned": set(),
    "lesson_forgotten": LEADING | {"agent_owner", "model_steward"},
    "work_resumed": LEADING | {"agent_owner"},
    "plan_proposed": LEADING | {"agent_owner", "model_steward"},
    "plan_activated": LEADING | {"agent_owner"},
    "version_admitted": LEADING | {"agent_owner", "model_steward"},
    "plan_chosen": set(),
    "steps_taken": set(),
    "spend_reserved": set(),
    "budget_reached": set(),
    "prioritised": DECIDING,
    "hold_placed": OVERSIGHT,
    "hold_lifted": OVERSIGHT,
    "erased": {"administrator"},
    "claimed": DECIDING,
    "field_reviewed": DECIDING,
    "class_corrected": DECIDING,
    "case_approved": DECIDING,
    "case_rejected": DECIDING,
}
BY_ONESELF = frozenset({"claimed", "released", "signed_in"})


class Staff:
    """Whoever the log enrolled so far, and the epoch in force."""

    def __init__(self, log):
        self.log = log
        self.by_key = {}
        self.current = {}
        self.desk_keys = []
        self.epoch = None
        self.recovered = 0

    def key_of(self, actor, body):
        """Return the key that a record of this actor must be signed with."""
        kind = body["kind"]
        member = self.by_key.get(actor["key"])
        who = self.log if actor["kind"] == "system" else actor["id"]
        if member is None or self.current.get((actor["kind"], who)) is not member:
            raise Wrong("its key is not the one of the %s %s at that time" % (actor["kind"], actor["id"]))
        if actor["kind"] == "person" and actor["role"] not in member["roles"]:
            raise Wrong("%s signs in the role %s, which was not given" % (actor["id"], actor["role"]))
        if kind in PERSON_ACTS and actor["kind"] != "person":
            raise Wrong("only a person may do what it says (%s)" % kind)
        if actor["kind"] == "agent" and kind in KINDS and kind not in AGENT_ACTS:
            raise Wrong("no agent may do what it says (%s)" % kind)
        if actor["kind"] == "person" and kind in ROLES and actor["role"] not in ROLES[kind]:
            raise Wrong("the role %s may not do what it says (%s)" % (actor["role"], kind))
        signature, is_person = body.get("signature"), actor["kind"] == "person"
        if kind in KINDS and isinstance(signature, dict):
            if not is_person or signature.get("name") != member["name"]:
                raise Wrong("its signature bears another name than that of %s" % actor["id"])
        if is_person and kind in BY_ONESELF and body.get("person") != actor["id"]:
            raise Wrong("it names another person than %s, who signs it" % actor["id"])
        if kind == "plan_activated":
            proposer = body.get("proposed_by")
            if (proposer in (None, member["name"])) if is_person else (proposer is not None):
                raise Wrong("it makes a plan active that one person proposed and no second person adopted")
        if kind == "version_admitted" and is_person != (body.get("how") == "person"):
            raise Wrong("it says that a version was admitted by %s" % body.get("how"))
        return member["key"]

    def take(self, record):
        """Take in an enrolment, a revocation or an epoch."""
        body, kind = record["body"], record["body"]["kind"]
        if kind == "key_revoked":
            holder = body["holder_kind"], body["holder"]
            member = self.current.pop(holder, None)
            if body["holder_kind"] == "system" or member is None or member["key"].id != body["key"]:
                raise Wrong("it revokes a key that is not in use")
        elif kind == "epoch_begun":
            self._begin_epoch(record)
        elif kind in ENROLMENTS:
            self._enrol(body)

    def _enrol(self, body):
        kind, who = "system", self.log
        if body["kind"] == "person_enrolled":
            kind, who = "person", body["person"]
        elif body["kind"] == "agent_enrolled":
            kind, who = "agent", "%s@%s" % (body["card"]["name"], body["card"]["version"])
        key = Key(base64_of(body["public_key"], 32, "its public key"))
        if key.id in self.by_key:
            raise Wrong("its key was enrolled before")
        roles = body.get("roles", [])
        if not (isinstance(roles, list) and all(isinstance(role, str) for role in roles)):
            raise Wrong("its roles are not a list of texts")
        name = body["name"] if kind == "person" else ""
        member = {"kind": kind, "id": who, "key": key, "roles": roles, "name": name}
        self.by_key[key.id] = self.current[kind, who] = member
        if kind == "system":
            self.desk_keys.append(key)

    def _begin_epoch(self, record):
        body, (before, last) = record["body"], self.epoch or (0, None)
        n, public, why = body["n"], body["public_key"], body["why"]
        if type(n) is not int or n <= before or (why == "first" and n != 1):
            raise Wrong("it begins epoch %s after epoch %d" % (n, before))
        if last and n == before + 1 and why != "recovered":
            text = "countersign/epoch/v1\n%s\n%d\n%d\n%s\n%s"
            text %= (record["log"], n, record["seq"], record["previous"], public)
            if not last.signed(base64_of(body["certificate"], 64, "its certificate"), text.encode("utf-8")):
                raise Wrong("its epoch is not certified by the key of the epoch before")
        self.recovered += why == "recovered"
        self.epoch = n, Key(base64_of(public, 32, "its public key"))
        if self.epoch[1].id in self.by_key:
            raise Wrong("the key of its epoch is in use already")


# -- records -------------------------------------------------------------------------------------------------

NEEDED = {"actor", "app", "at", "body", "clock", "format", "hlc", "log", "previous", "seq"}
ALLOWED = NEEDED | {"case", "effect", "signature"}
AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")
HLC = re.compile(r"[0-9]{13}-[0-9]{4}\Z")
SIGNATURE_BYTES = len(',"signature":""') + 88


def read_record(raw):
    """Read a record, checking its form."""
    if len(raw) > 65535:
        raise Wrong("it is longer than a record may be")
    record = parse_canonical(raw)
    actor, body, case = record.get("actor"), record.get("body"), record.get("case")
    good = NEEDED <= record.keys() <= ALLOWED and record["format"] == 1 and type(record["format"]) is int
    good = good and type(record["seq"]) is int and record["seq"] >= 0
    texts = ("at", "clock", "hlc", "log", "previous")
    good = good and all(isinstance(record[name], str) and record[name] for name in texts)
    good = good and AT.match(record["at"]) and HLC.match(record["hlc"]) and HEX.match(record["previous"])
    good = good and isinstance(actor, dict) and actor.keys() == {"authenticated", "id", "key", "kind", "role"}
    good = good and all(isinstance(value, str) for value in actor.values())
    good = good and actor["kind"] in ("person", "agent", "system")
    good = good and isinstance(record["app"], dict) and record["app"].keys() == {"build", "version"}
    good = good and isinstance(body, dict) and isinstance(body.get("kind"), str)
    if good and "case" in record:
        good = isinstance(case, dict) and case.keys() == {"id", "n", "previous"}
        good = (
            good and isinstance(case["id"], str) and case["id"] and type(case["n"]) is int and case["n"] >= 0
        )
        good = good and isinstance(case["previous"], str) and HEX.match(case["previous"])
    if not good:
        raise Wrong("its members are not those of a record of format 1")
    if "signature" not in record and (case is None or actor["kind"] == "person"):
        raise Wrong("it is not signed")
    return record


def commitments(value):
    """Yield every commitment in the body of a record."""
    if isinstance(value, dict):
        if value.keys() == {"commitment"} and isinstance(value["commitment"], str):
            yield value["commitment"]
        else:
            for inner in value.values():
                yield from commitments(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from commitments(inner)


# -- files ---------------------------------------------------------------------------------------------------

RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(\.|\Z)", re.IGNORECASE)
MOST_FILES = 2_000_000
DEEPEST_FOLDER = 12
BIG = 100 << 20
MOST_RATIO = 200


def check_name(name):
    """Check that a path stays inside the bundle on every system, and has one spelling."""
    shown = ascii(name)[:120]
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        raise Wrong("the file name %s holds a control character" % shown)
    if "\\" in name or ":" in name or name.startswith(("/", "~")):
        raise Wrong("the file name %s leads out of the bundle" % shown)
    if unicodedata.normalize("NFC", name) != name:
        raise Wrong("the file name %s has a second spelling" % shown)
    parts = name.split("/")
    if len(parts) > DEEPEST_FOLDER:
        raise Wrong("the file %s lies too deep" % shown)
    for part in parts:
        if part in ("", ".", ".."):
            raise Wrong("the file name %s leads out of the bundle" % shown)
        if part[-1] in ". " or RESERVED.match(part) or re.search(r"~[0-9]", part) or len(part) > 200:
            raise Wrong("the file name %s means something else on other systems" % shown)


class Files:
    """The files of a bundle by name; sizes are known before anything is read."""

    def __init__(self):
        self.sizes = {}

    def chunks(self, name):
        """Yield the content of a file."""
        raise NotImplementedError

    def close(self):
        """Let go of what is open."""

    def read(self, name, most=1 << 31):
        """Return the content of a file."""
        if name not in self.sizes:
            raise Wrong("the file %s is missing" % name)
        if self.sizes[name] > most:
            raise Wrong("the file %s is larger than it may be" % name)
        return b"".join(self.chunks(name))

    def digest(self, name):
        """Return the SHA-256 of a file, hex."""
        found = hashlib.sha256()
        for chunk in self.chunks(name):
            found.update(chunk)
        return found.hexdigest()

    def _check_names(self):
        folded = {}
        for name in self.sizes:
            check_name(name)
            for depth_ in range(1, name.count("/") + 2):
                part = "/".join(name.split("/")[:depth_])
                if folded.setdefault(part.casefold(), part) != part:
                    raise Wrong(
                        "the names %s and %s are one on some systems" % (folded[part.casefold()], part)
                    )
                if depth_ <= name.count("/") and part in self.sizes:
                    raise Wrong("the file %s is also a folder" % part)


class Folder(Files):
    """A bundle that was unpacked."""

    def __init__(self, root):
        super().__init__()
        if not os.path.exists(os.path.join(root, "bagit.txt")):
            inside = os.listdir(root)
            if len(inside) != 1 or not os.path.isdir(os.path.join(root, inside[0])):
                raise Wrong("the folder holds no bagit.txt, and not one folder alone")
            root = os.path.join(root, inside[0])
        self.root = root
        self._walk("")
        self._check_names()

    def _walk(self, under):
        with os.scandir(os.path.join(self.root, under)) as entries:
            for entry in entries:
                name = under + entry.name
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    self._walk(name + "/")
                elif stat.S_ISREG(mode):
                    self.sizes[name] = entry.stat(follow_symlinks=False).st_size
                else:
                    raise Wrong("%s is a link or no plain file" % ascii(name))

    def chunks(self, name):
        """Yield the content of a file."""
        with open(os.path.join(self.root, *name.split("/")), "rb") as file:
            while True:
                chunk = file.read(1 << 20)
                if not chunk:
                    return
                yield chunk


class Zip(Files):
    """A bundle as a zip file: every byte of it accounted for before anything is unpacked."""

    def __init__(self, path):
        super().__init__()
        self._file = open(path, "rb")
        try:
            self._read_directory()
        except BaseException:
            self._file.close()
            raise

    def close(self):
        """Let the file go."""
        self._file.close()

    def _read_directory(self):
        self._file.seek(0, os.SEEK_END)
        length = self._file.tell()
        self._file.seek(max(0, length - 22))
        end = self._file.read(22)
        if end[:4] != b"PK\x05\x06" or end[-2:] != b"\0\0":
            raise Wrong("the zip file does not end where its directory does")
        try:
            archive = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise Wrong("the zip file cannot be read") from None
        entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
        if len(entries) > MOST_FILES:
            raise Wrong("the zip file holds more files than it may")
        self._places = {}
        total, at, tops = 0, 0, set()
        for entry in entries:
            total += entry.file_size
            if total > BIG and total > MOST_RATIO * length:
                raise Wrong("the zip file is a bomb: it unpacks to more than %d times its size" % MOST_RATIO)
            at = self._take(entry, at, tops)
        if at != archive.start_dir:
            raise Wrong("the zip file hides bytes between its files and its directory")
        if len(tops) != 1:
            raise Wrong("the zip file does not hold one folder alone")
        self._check_names()

    def _take(self, entry, at, tops):
        name = entry.orig_filename
        top, slash, inner = name.partition("/")
        shown = ascii(name)[:120]
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.flag_bits & 0x2041:
            raise Wrong("the file %s is encrypted" % shown)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > name.endswith("/"):
            raise Wrong("the file %s is a link or no plain file" % shown)
        if not slash or top in ("", ".", "..", "~") or "\\" in top or ":" in top:
            raise Wrong("the file name %s leads out of the bundle" % shown)
        check_name(top)
        tops.add(top)
        start, end = self._place(entry, at, shown)
        if inner.endswith("/") or not inner:
            if inner:
                check_name(inner[:-1])
            if entry.file_size:
                raise Wrong("the folder %s has a content" % shown)
        elif inner in self.sizes:
            raise Wrong("the zip file holds %s twice" % shown)
        else:
            self.sizes[inner] = entry.file_size
            self._places[inner] = start, entry
        return end

    def _place(self, entry, at, shown):
        """Check the header beside the file against the directory; returns where its bytes start and end."""
        self._file.seek(entry.header_offset)
        header = self._file.read(30)
        if entry.header_offset != at or header[:4] != b"PK\x03\x04" or len(header) != 30:
            raise Wrong("the zip file hides bytes before %s, or its files overlap" % shown)
        flags, method, crc, packed, size, named, extra = struct.unpack("<6xHH4xLLLHH", header)
        raw = self._file.read(named)
        extras = self._file.read(extra)
        encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
        sizes = (entry.CRC, entry.compress_size, entry.file_size)
        told = (crc, packed, size)
        wide = extras_of(extras).get(1, b"")
        if packed == size == 0xFFFFFFFF and len(wide) >= 16:
            told = (crc, *reversed(struct.unpack("<QQ", wide[:16])))
        is_late = flags & 8
        if not is_late and told != sizes:
            raise Wrong("the zip file tells two sizes of %s" % shown)
        if raw != entry.orig_filename.encode(encoding, "replace") or method != entry.compress_type:
            raise Wrong("the zip file has two names for %s" % shown)
        if (
            flags & 0x809 != entry.flag_bits & 0x809
            or method not in (0, 8)
            or 0x7075 in extras_of(extras + entry.extra)
        ):
            raise Wrong("the zip file keeps %s in an odd way" % shown)
        start = at + 30 + named + extra
        end = start + entry.compress_size
        if is_late:
            self._file.seek(end)
            late = self._file.read(4) == b"PK\x07\x08"
            end += (4 if late else 0) + (20 if wide else 12)
        return start, end

    def chunks(self, name):
        """Yield the content of a file, unpacked, exactly as long as it says."""
        start, entry = self._places[name]
        unpacker = zlib.decompressobj(-15) if entry.compress_type else None
        self._file.seek(start)
        left, size, crc = entry.compress_size, 0, 0
        pending = b""
        while True:
            if not pending and left:
                pending = self._file.read(min(left, 1 << 20))
                left -= len(pending)
                if not pending:
                    raise Wrong("the zip file is cut short")
                position = self._file.tell()
            chunk = pending
            if unpacker is not None:
                chunk = self._unpack(unpacker, pending, name)
                pending = unpacker.unconsumed_tail
            else:
                pending = b""
            size += len(chunk)
            if size > entry.file_size:
                raise Wrong("the file %s is longer than the zip file says" % name)
            crc = zlib.crc32(chunk, crc)
            if chunk:
                yield chunk
                self._file.seek(position)
            elif not left and not pending:
                break
            if unpacker is not None and unpacker.eof:
                break
        bad_end = unpacker is not None and (not unpacker.eof or unpacker.unused_data or left)
        if size != entry.file_size or crc != entry.CRC or bad_end:
            raise Wrong("the file %s is not as long as the zip file says, or damaged" % name)

    @staticmethod
    def _unpack(unpacker, packed, name):
        try:
            return unpacker.decompress(packed, 1 << 20)
        except zlib.error:
            raise Wrong("the file %s cannot be unpacked" % name) from None


def extras_of(raw):
    """Take the extra fields of a zip entry apart."""
    found = {}
    while len(raw) >= 4:
        kind, length = struct.unpack("<HH", raw[:4])
        found[kind] = raw[4 : 4 + length]
        raw = raw[4 + length :]
    return found


def open_bundle(path):
    """Open a bundle, whichever form it has."""
    return Folder(path) if os.path.isdir(path) else Zip(path)


# -- the bag -------------------------------------------------------------------------------------------------

MANIFEST, TAGS, SEAL = "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"


def read_manifest(files, name):
    """Return the digests that a manifest lists, by file."""
    listed = {}
    try:
        text = files.read(name).decode("utf-8")
    except UnicodeError:
        raise Wrong(name + " is not UTF-8") from None
    if text and not text.endswith("\n"):
        raise Wrong(name + " is cut short")
    for line in text.split("\n")[:-1]:
        match = re.match(r"([0-9a-f]{64}) [ *]?([^ ].*)\Z", line)
        if not match or "%" in line:
            raise Wrong("%s has a line that is no digest and name: %s" % (name, ascii(line)[:100]))
        if match.group(2) in listed:
            raise Wrong("%s lists %s twice" % (name, match.group(2)))
        check_name(match.group(2))
        listed[match.group(2)] = match.group(1)
    return listed


def check_bag(files):
    """Check the declaration and both manifests, both ways; returns the digests of the payload."""
    if files.read("bagit.txt", 1000) != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        raise Wrong("bagit.txt does not declare BagIt 1.0 in UTF-8")
    payload, tags = read_manifest(files, MANIFEST), read_manifest(files, TAGS)
    there = set(files.sizes)
    for listed, name, beside in (
        (tags, TAGS, {file for file in there if not file.startswith("data/")} - {TAGS, SEAL}),
        (payload, MANIFEST, {file for file in there if file.startswith("data/")}),
    ):
        missing, extra = sorted(set(listed) - beside), sorted(beside - set(listed))
        if missing:
            raise Wrong("the file %s, which %s lists, is missing" % (missing[0], name))
        if extra:
            raise Wrong("the file %s is not listed in %s" % (extra[0], name))
        for file in sorted(listed):
            if files.digest(file) != listed[file]:
                raise Wrong("the file %s was changed: its SHA-256 is not that of %s" % (file, name))
    if "fetch.txt" in there or MANIFEST not in tags or "bagit.txt" not in tags:
        raise Wrong("the bundle asks for files from elsewhere, or its tag manifest is not whole")
    check_oxum(files, payload)
    return payload


def check_oxum(files, payload):
    """Check the counts in bag-info.txt, where they stand."""
    if "bag-info.txt" not in files.sizes:
        return
    text = files.read("bag-info.txt", 1 << 20).decode("utf-8", "replace")
    wanted = "%d.%d" % (sum(files.sizes[name] for name in payload), len(payload))
    if any(found != wanted for found in re.findall(r"^Payload-Oxum: *(\S+)", text, re.MULTILINE)):
        raise Wrong("bag-info.txt counts other files than there are")


# -- the whole -----------------------------------------------------------------------------------------------


def lines_of(files, name):
    """Yield the lines of a file with their numbers."""
    raw = files.read(name)
    if raw and not raw.endswith(b"\n"):
        raise Wrong(name + " is cut short")
    for number, line in enumerate(io.BytesIO(raw), 1):
        yield number, line[:-1]


def json_of(files, name):
    """Read a JSON file of the bundle."""
    try:
        return parse(files.read(name, 1 << 28))
    except Wrong as wrong:
        raise Wrong("%s: %s" % (name, wrong)) from None


class Check:
    """Everything about one bundle, in the order of trust: record, seal, manifests, content."""

    def __init__(self, files):
        self.files = files
        self.signatures = 0
        self.cases = {}
        self.sealed = {}
        self.documents = {}
        self.mails = set()
        self.erased_documents = set()
        self.erased_cases = set()
        self.policies = set()
        self.outside = {}
        self.disclosed = 0
        self.exported = None
        self.unsigned_by = {}
        self.last_of_case = {}

    def run(self):
        """Check all of it."""
        self.payload = check_bag(self.files)
        self._find_log()
        self._read_range()
        self._read_checkpoints()
        self._take_records()
        self._check_cases()
        self._check_proofs()
        self._check_seal()
        self._check_keys()
        self._check_openings()
        self._check_content()
        self._check_stamps()

    # -- the record

    def _find_log(self):
        logs = {name.split("/")[2] for name in self.payload if name.startswith("data/log/")}
        if len(logs) != 1:
            raise Wrong("the bundle does not hold exactly one log")
        self.log = logs.pop()
        self.place = "data/log/%s/" % self.log
        self.origin = "countersign/" + self.log
        self.staff = Staff(self.log)
        self.head = Note(self.files.read(self.place + "checkpoint", 65536), "the checkpoint")
        if self.head.origin != self.origin:
            raise Wrong("the checkpoint belongs to another log")

    def _read_range(self):
        told = json_of(self.files, "data/completeness.json")
        if not {"log", "size", "range", "cases"} <= told.keys() or not isinstance(told["range"], dict):
            raise Wrong("completeness.json lacks what it must say")
        span = told["range"]
        self.told_cases = told["cases"]
        if told["log"] != self.log or told["size"] != self.head.size or type(told["size"]) is not int:
            raise Wrong("completeness.json speaks of another log or size than the checkpoint")
        self.first, self.until = span.get("first"), span.get("until")
        if type(self.first) is not int or type(self.until) is not int:
            raise Wrong("completeness.json names no range")
        if not 0 <= self.first < self.until <= self.head.size:
            raise Wrong("completeness.json names a range that is not in the log")
        if span.get("leaves") != self.place + "leaves.txt":
            raise Wrong("completeness.json names another file of leaves")
        if not (isinstance(self.told_cases, dict) and self.told_cases):
            raise Wrong("completeness.json names no case")
        self.consistency = [hex_of(step, "a step of the consistency proof") for step in span["consistency"]]
        self.tree = Tree(self.first, [hex_of(peak, "a peak of the tree") for peak in span["peaks"]])
        leaves = self.files.read(self.place + "leaves.txt").split(b"\n")
        if leaves.pop() != b"" or len(leaves) != self.until - self.first:
            raise Wrong("leaves.txt does not hold one leaf for each record of the range")
        self.leaves = [hex_of(leaf.decode("ascii", "replace"), "a leaf of the tree") for leaf in leaves]

    def _read_checkpoints(self):
        name = self.place + "checkpoints.txt"
        texts = self.files.read(name).split(b"=====\n")
        if texts.pop() != b"" or not texts:
            raise Wrong("checkpoints.txt is empty or cut short")
        self.checkpoints = []
        last = self.first
        for number, text in enumerate(texts, 1):
            note = Note(text, "checkpoint %d of checkpoints.txt" % number)
            if note.origin != self.origin or not last < note.size <= self.until:
                raise Wrong(note.what + " is of another log, or not in the range and in order")
            last = note.size
            self.checkpoints.append(note)
        if last != self.until:
            raise Wrong("the range does not end at a checkpoint")
        last = self.checkpoints[-1]
        check_consistency(self.until, self.head.size, self.consistency, last.root, self.head.root)
        self._read_later()

    def _read_later(self):
        """Read the checkpoints between the range and the newest that witnesses or authorities spoke of."""
        self.later = {}
        for name in self.payload:
            match = re.match(re.escape(self.place) + r"later/([0-9]{1,16})\.checkpoint\Z", name)
            if not match:
                continue
            note = Note(self.files.read(name, 65536), "checkpoint " + match.group(1))
            told = json_of(self.files, name[: -len("checkpoint")] + "json")
            if note.origin != self.origin or str(note.size) != match.group(1) or note.size <= self.until:
                raise Wrong(note.what + " is of another log or size than its name says")
            if told.get("size") != note.size or told.get("until") != self.head.size:
                raise Wrong(note.what + " comes with the proof of another")
            steps = [hex_of(step, "a step of the consistency proof") for step in told["consistency"]]
            check_consistency(note.size, self.head.size, steps, note.root, self.head.root)
            self.later[note.size] = note

    def _take_records(self):
        waiting = self.checkpoints + [self.later[size] for size in sorted(self.later)]
        waiting.reverse()
        self.last_seq, self.last_digest, self.last_hlc = -1, "0" * 64, ""
        for number, raw in lines_of(self.files, self.place + "records.jsonl"):
            try:
                record = read_record(raw)
                while waiting and waiting[-1].size <= record["seq"]:
                    self._check_checkpoint(waiting.pop())
                self._take(record, raw)
            except (Wrong, KeyError, TypeError, AttributeError) as wrong:
                if isinstance(wrong, Wrong) and str(wrong).startswith("checkpoint "):
                    raise
                what = wrong if isinstance(wrong, Wrong) else "its event is not well formed (%s)" % wrong
                seq = re.search(rb'"seq":([0-9]{1,16})[,}]', raw)
                named = "record " + seq.group(1).decode() if seq else "the record"
                raise Wrong("%s (records.jsonl, line %d): %s" % (named, number, what)) from None
        for note in reversed(waiting):
            self._check_checkpoint(note)
        self._check_lines(self.head)

    def _take(self, record, raw):
        seq, kind, case = record["seq"], record["body"]["kind"], record.get("case")
        if record["log"] != self.log:
            raise Wrong("it belongs to another log")
        if seq <= self.last_seq:
            raise Wrong("it comes after record %d: repeated or out of order" % self.last_seq)
        if seq >= self.head.size:
            raise Wrong("it lies beyond the checkpoint, which counts %d records" % self.head.size)
        if self.last_seq < 0 and (seq != 0 or kind != "desk_founded"):
            raise Wrong("the founding of the desk does not come first")
        digest = hashlib.sha256(raw).hexdigest()
        if seq == self.last_seq + 1 and record["previous"] != self.last_digest:
            raise Wrong("it does not follow the record before it (the hash differs)")
        if record["hlc"] <= self.last_hlc:
            raise Wrong("its logical clock goes backwards")
        leaf = sha256(b"\x00" + raw)
        if self.first <= seq < self.until:
            if self.leaves[seq - self.first] != leaf:
                raise Wrong("it is not the record that the log holds in this place")
        elif case is not None:
            raise Wrong("it lies outside of the range that completeness.json names")
        self.outside[seq] = leaf
        self._check_signature(record, raw)
        self._remember(record, digest)
        self.staff.take(record)
        self.last_seq, self.last_digest, self.last_hlc = seq, digest, record["hlc"]
        self.disclosed += 1

    def _check_signature(self, record, raw):
        actor, kind = record["actor"], record["body"]["kind"]
        if record["seq"] == 0:
            self.staff.take(record)
            key = self.staff.desk_keys[0]
            if record["body"]["log"] != self.log or actor["kind"] != "system" or actor["key"] != key.id:
                raise Wrong("it is not signed with the key that it founds the desk with")
            self.staff = Staff(self.log)
        elif kind == "desk_founded":
            raise Wrong("it founds the desk a second time")
        else:
            key = self.staff.key_of(actor, record["body"])
        if "signature" in record:
            self.signatures += 1
            signature = base64_of(record["signature"], 64, "its signature")
            if not key.signed(signature, raw[: -SIGNATURE_BYTES - 1] + b"}"):
                raise Wrong("its signature is wrong")
        elif actor["kind"] == "agent":
            self.unsigned_by[key.id] = self.staff.by_key[key.id]

    def _remember(self, record, digest):
        seq, body, kind, case = record["seq"], record["body"], record["body"]["kind"], record.get("case")
        if kind == "exported":
            self.exported = record
        if kind == "policy_activated" or kind == "decided":
            self.policies.add(body["digest"])
        if case is None:
            return
        n, before = self.cases.get(case["id"], (-1, "0" * 64))
        if case["n"] != n + 1:
            raise Wrong(
                "it is number %d of its case, where %d was due: a record is withheld" % (case["n"], n + 1)
            )
        if case["previous"] != before:
            raise Wrong("it does not follow the record before it in its case (the hash differs)")
        if case["id"] not in self.told_cases:
            raise Wrong("it is of a case that completeness.json does not name")
        self.cases[case["id"]] = case["n"], digest
        self.last_of_case[case["id"]] = seq
        found = tuple(commitments(body))
        if found:
            self.sealed[seq] = set(found), case["id"]
        if kind == "document_received":
            self.documents.setdefault(body["sha256"], (body["length"], set()))[1].add(case["id"])
        elif kind == "mail_taken_apart":
            self.mails.add(body["sha256"])
        elif kind == "erased":
            self.erased_cases.add(case["id"])
            self.erased_documents.update(body["documents"])

    def _check_checkpoint(self, note):
        if note.size > self.until:
            self._check_lines(note)
            return
        for leaf in self.leaves[self.tree.size - self.first : note.size - self.first]:
            self.tree.append(leaf)
        if self.tree.root() != note.root:
            raise Wrong("%s has another root than the leaves of the range" % note.what)
        self._check_lines(note)
        for member in self.unsigned_by.values():
            note.check("%s/agent/%s" % (self.origin, member["id"]), member["key"])
            self.signatures += 1
        self.unsigned_by = {}

    def _check_lines(self, note):
        """Check the lines of the desk and of the epoch in force when the checkpoint was made."""
        if not self.staff.desk_keys:
            raise Wrong("records.jsonl does not hold the founding of the desk")
        note.check(self.origin, self.staff.desk_keys[-1])
        epoch = "%s/epoch/" % self.origin
        names = {name for name, _ in note.lines if name.startswith(epoch)}
        if self.staff.epoch is not None:
            in_force = epoch + str(self.staff.epoch[0])
            note.check(in_force, self.staff.epoch[1])
            names.discard(in_force)
        if names:
            raise Wrong("%s is signed by an epoch that was not in force" % note.what)
        self.signatures += 2

    # -- proofs, counts, seal

    def _check_proofs(self):
        proven = set()
        for number, raw in lines_of(self.files, "data/proof/inclusion.jsonl"):
            where = "inclusion.jsonl, line %d: " % number
            try:
                told = parse(raw)
                seq, size, hashes = told["seq"], told["size"], told["hashes"]
                if type(seq) is not int or type(size) is not int or size != self.head.size or seq in proven:
                    raise Wrong("it is not the one proof of a record under the checkpoint")
                if seq not in self.outside:
                    if not 0 <= seq < size:
                        raise Wrong("a log of %d records has no record %d" % (size, seq))
                    raise Wrong("it is of record %d, which is not in the bundle" % seq)
                steps = [base64_of(step, 32, "a step of the proof") for step in hashes]
                if included(self.outside[seq], seq, size, steps) != self.head.root:
                    raise Wrong("the proof does not lead from record %d to the checkpoint" % seq)
            except Wrong as wrong:
                raise Wrong(where + str(wrong)) from None
            except (KeyError, TypeError):
                raise Wrong(where + "it is not a proof") from None
            proven.add(seq)
        needed = {seq for seq in self.outside if not self.first <= seq < self.until}
        needed.update(self.last_of_case.values())
        if needed - proven:
            raise Wrong("inclusion.jsonl lacks the proof of record %d" % min(needed - proven))

    def _check_cases(self):
        for case, count in self.told_cases.items():
            found = self.cases.get(case, (-1, ""))[0] + 1
            if type(count) is not int or count != found or not count:
                raise Wrong(
                    "the case %s has %d records here, where completeness.json counts %s"
                    % (case, found, count)
                )
        seqs = self.last_of_case.values()
        firsts = min(seq for seq in self.outside if self.first <= seq)
        last_before = self.checkpoints[-2].size if len(self.checkpoints) > 1 else self.first
        if firsts != self.first or last_before > max(seqs):
            raise Wrong("the range of completeness.json is not that of the cases")

    def _check_seal(self):
        if self.exported is None:
            raise Wrong("records.jsonl does not hold the record of this export")
        self.certificate = check_seal(self.files.read(SEAL, 1 << 20), self.files.read(TAGS))
        pin = hashlib.sha256(self.certificate).hexdigest()
        if self.exported["body"]["certificate"] != pin:
            raise Wrong("the seal is made with another certificate than the record of the export names")
        if self.exported["body"]["cases"] != len(self.cases):
            raise Wrong("the record of the export counts other cases than there are")
        pem = self.files.read("data/certificate.pem", 1 << 16).decode("ascii", "replace")
        lines = pem.strip().split("\n")
        middle = "".join(lines[1:-1]).replace("\r", "")
        if lines[0].strip() != "-----BEGIN CERTIFICATE-----" or lines[-1] != "-----END CERTIFICATE-----":
            raise Wrong("certificate.pem cannot be read")
        if base64_of(middle, None, "certificate.pem") != self.certificate:
            raise Wrong("certificate.pem is not the certificate of the seal")

    def _check_keys(self):
        told = json_of(self.files, self.place + "keys.json")
        desk = self.staff.desk_keys[-1]
        print_ = hashlib.sha256(desk.raw).hexdigest()
        same = told.get("log") == self.log
        same = same and told.get("desk_key") == base64.b64encode(desk.raw).decode("ascii")
        same = same and matches(str(told.get("fingerprint")), print_)
        same = same and told.get("certificate_sha256") == hashlib.sha256(self.certificate).hexdigest()
        if not same:
            raise Wrong("keys.json says something else than the records")
        self.witnesses = []
        for witness in told.get("witnesses", []):
            name, key = witness["name"], Key(base64_of(witness["key"], 32, "the key of a witness"))
            self.witnesses.append((name, key.raw, self.head.check_witness(name, key)))

    def check_witness(self, vkey):
        """Check that a witness whose key was given from outside cosigned the checkpoint."""
        name, key = witness_of(vkey)
        seen = [
            size
            for size, note in self.later.items()
            if (name, key_hash(name, key.raw, COSIGNATURE)) in note.lines
        ]
        if seen and (name, key_hash(name, key.raw, COSIGNATURE)) not in self.head.lines:
            self.later[max(seen)].check_witness(name, key)
            return "%s, over %d records" % (name, max(seen))
        self.head.check_witness(name, key)
        return "%s, over all %d records" % (name, self.head.size)

    # -- content

    def _check_openings(self):
        self.openings, last, opened = 0, -1, set()
        for number, raw in lines_of(self.files, "data/openings.jsonl"):
            where = "openings.jsonl, line %d: " % number
            try:
                told = parse(raw)
                seq = told["seq"]
                if type(seq) is not int or seq <= last or seq not in self.sealed:
                    raise Wrong("it is not of a record in the bundle, in order, that commits to content")
                last = seq
                for opening in told["openings"]:
                    salt = hex_of(opening["salt"], "its salt")
                    digest = sha256(
                        b"countersign/commitment/v1\n" + salt + sha256(opening["content"].encode("utf-8"))
                    )
                    if digest.hex() != opening["commitment"] or digest.hex() not in self.sealed[seq][0]:
                        raise Wrong("an opening is not what record %d commits to" % seq)
                    if (seq, digest) in opened:
                        raise Wrong("an opening of record %d is given twice" % seq)
                    opened.add((seq, digest))
                    self.openings += 1
            except Wrong as wrong:
                raise Wrong(where + str(wrong)) from None
            except (KeyError, TypeError, AttributeError):
                raise Wrong(where + "it is not an opening") from None
        self.withheld = list(self.exported["body"].get("withheld", []))
        for seq, (promised, case) in self.sealed.items():
            there = sum((seq, bytes.fromhex(one)) in opened for one in promised if HEX.match(one))
            if there < len(promised) and "values" not in self.withheld and case not in self.erased_cases:
                raise Wrong(
                    "content of record %d is withheld, and the record of the export says nothing is" % seq
                )

    def _check_content(self):
        self.evidence = set()
        for name, digest in self.payload.items():
            stem = name.rpartition("/")[2].partition(".")[0]
            if name.startswith("data/evidence/"):
                if stem not in self.documents or stem != digest or name.count("/") != 2:
                    raise Wrong("the document %s is not one that the records name" % name)
                if self.files.sizes[name] != self.documents[stem][0]:
                    raise Wrong("the document %s has another length than the record says" % name)
                self.evidence.add(stem)
            elif name.startswith("data/mail/") and (stem not in self.mails or stem != digest):
                raise Wrong("the mail %s is not one that the records name" % name)
            elif name.startswith("data/policies/") and (stem not in self.policies or stem != digest):
                raise Wrong("the policy %s is not one that the records name" % name)
        missing = {
            sha256_
            for sha256_, (_, cases) in self.documents.items()
            if sha256_ not in self.evidence | self.erased_documents and not cases <= self.erased_cases
        }
        if missing and "documents" not in self.withheld:
            raise Wrong("the document %s is missing, and the record does not say why" % min(missing))

    def _check_stamps(self):
        notes = {note.size: note for note in [*self.checkpoints, *self.later.values(), self.head]}
        self.stamps = []
        for name in sorted(self.payload):
            if not (name.startswith("data/anchor/") or name.endswith(".tsr")):
                continue
            match = re.match(r"data/(?:anchor|log/[^/]+/later)/([0-9]{1,16})-([^/]+)\.tsr\Z", name)
            if not match or int(match.group(1)) not in notes:
                raise Wrong("%s is not a time stamp of a checkpoint in the bundle" % name)
            text = notes[int(match.group(1))].text
            time = stamped(self.files.read(name, 1 << 20), text, "the time stamp " + name)
            self.stamps.append((match.group(2), int(match.group(1)), time))


# -- what is told --------------------------------------------------------------------------------------------


def matches(told, fingerprint):
    """Tell whether what was told is the fingerprint, or its first half at least, in any grouping."""
    plain = re.sub(r"[\s:-]", "", told.lower()).replace("sha256", "")
    return len(plain) >= 32 and fingerprint.startswith(plain)


def report(check):
    """Return what a reader should know, a line each."""
    files = check.files
    yield "Bundle     %d files, %d bytes, each as listed and sealed" % (
        len(files.sizes),
        sum(files.sizes.values()),
    )
    yield "Record     %d records of %d cases in the log %s, %d signatures" % (
        check.disclosed,
        len(check.cases),
        check.log,
        check.signatures,
    )
    yield "Log        %d records; %d of them counted one by one, from %d to %d, under %d checkpoints" % (
        check.head.size,
        check.until - check.first,
        check.first,
        check.until - 1,
        len(check.checkpoints),
    )
    closed = ", ".join(check.withheld) or "nothing"
    yield "Content    %d openings, %d documents; withheld: %s" % (check.openings, len(check.evidence), closed)
    for name, _, seconds in check.witnesses:
        yield "Witness    %s saw this head (%d seconds after 1970); compare its key" % (name, seconds)
    for authority, size, time in check.stamps:
        yield "Time       %s stamped %d records at %s; its signature was not checked here" % (
            authority,
            size,
            time,
        )
    if check.staff.recovered:
        yield "Note       %d epochs began without the key before them (it was lost)" % check.staff.recovered
    own = check.files.sizes.get("verify.py") and check.files.digest("verify.py")
    try:
        with open(__file__, "rb") as here:
            if own and own != hashlib.sha256(here.read()).hexdigest():
                yield "Note       the verify.py in the bundle is another than the one that runs now"
    except (OSError, NameError):
        pass


def verify(path, key=None, witnesses=()):
    """Check a bundle; returns the lines to tell, the last of them the verdict, and the exit status."""
    files = None
    try:
        files = open_bundle(path)
        check = Check(files)
        check.run()
        prints = [hashlib.sha256(desk.raw).hexdigest() for desk in check.staff.desk_keys]
        # A key between the first and the last was only named by others here: it need not have signed anything.
        if key is not None and not any(matches(key, one) for one in (prints[0], prints[-1])):
            raise Wrong("the desk that signed it has the key %s, not the one given" % prints[-1])
        lines = list(report(check))
        lines += [
            "Witness    %s: the key given signed for it" % check.check_witness(vkey) for vkey in witnesses
        ]
        known = "as given" if key is not None else "compare this with what the desk told you"
        what = "%d records of %d cases" % (check.disclosed, len(check.cases))
        return [*lines, "VERIFIED %s; desk key %s (%s)" % (what, prints[-1], known)], 0
    except Wrong as wrong:
        return ["NOT VERIFIED: %s" % wrong], 1
    except Exception as error:  # whatever a bundle does to this program, it is not verified
        return ["NOT VERIFIED: the bundle cannot be read (%s: %s)" % (type(error).__name__, error)], 1
    finally:
        if files is not None:
            files.close()


def plain(line):
    """Take out what a terminal would obey: names in a bundle are a stranger's text."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def main(arguments=None):
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Check a Countersign bundle.")
    parser.add_argument("bundle", metavar="BUNDLE", help="the zip file, or the folder it was unpacked into")
    parser.add_argument("--key", metavar="FINGERPRINT", help="SHA-256 of the desk's key, told by another way")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[], help="key of a witness")
    options = parser.parse_args(arguments)
    if not os.path.exists(options.bundle):
        parser.error("there is no %s" % options.bundle)
    lines, status = verify(options.bundle, options.key, options.witness)
    text = "".join(plain(line) + "\n" for line in lines)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
