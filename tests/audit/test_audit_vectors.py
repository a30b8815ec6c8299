"""The cryptography of the record, held to vectors that others published."""

import json
from base64 import b64decode
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from tests.support import vectors

from countersign.audit.canonical import canonical, parse
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier
from countersign.audit.merkle import check_consistency, check_inclusion

MERKLE = "transparency-dev-merkle"


def _merkle(kind: str) -> list[dict[str, Any]]:
    files = sorted((vectors.folder(MERKLE) / "testdata" / kind).rglob("*.json"))
    return [{"file": file.name, **json.loads(file.read_text())} for file in files]


def _steps(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(step) for step in case["proof"] or []]


def _is_proven(case: dict[str, Any]) -> bool:
    try:
        if "leafIdx" in case:
            leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
            check_inclusion(leaf, case["leafIdx"], case["treeSize"], _steps(case), root)
        else:
            roots = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
            check_consistency(case["size1"], case["size2"], _steps(case), *roots)
    except Flaw:
        return False
    return True


def test_the_merkle_proofs_of_transparency_dev_hold_or_fail_as_published() -> None:
    cases = [*_merkle("inclusion"), *_merkle("consistency")]
    wrong = [case["file"] for case in cases if _is_proven(case) is case["wantErr"]]
    assert wrong == []
    vectors.expect(MERKLE, len(cases), whole=196)


def test_the_ed25519_signatures_of_wycheproof_hold_or_fail_as_published() -> None:
    tests = vectors.wycheproof("ed25519_test")
    for group, case in tests:
        key = Verifier(bytes.fromhex(group["publicKey"]["pk"]))
        signature = bytes.fromhex(case["sig"])
        holds = len(signature) == 64 and key.is_signed(signature, bytes.fromhex(case["msg"]))
        assert holds is (case["result"] == "valid"), case["comment"]
    vectors.expect("wycheproof", len(tests), whole=151)


def test_the_ed25519_edge_cases_of_cctv_are_refused_by_key_or_by_signature() -> None:
    """A key that is weak or has two spellings is refused as a key; of the rest, only RFC 8032's own hold."""
    cases = json.loads((vectors.folder("cctv") / "ed25519" / "ed25519vectors.json").read_text())
    for case in cases:
        flags = set(case["flags"] or [])
        weak_key = flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
        try:
            key = Verifier(bytes.fromhex(case["key"]))
        except Flaw:
            assert weak_key, case["number"]
            continue
        assert not weak_key, case["number"]
        wrong = flags & {"non_canonical_R", "low_order_residue"}
        holds = key.is_signed(bytes.fromhex(case["sig"]), case["msg"].encode())
        assert holds is not bool(wrong), case["number"]
    vectors.expect("cctv", len(cases), whole=914)


def test_the_p_256_signatures_of_wycheproof_hold_or_fail_as_published() -> None:
    tests = vectors.wycheproof("ecdsa_secp256r1_sha256_test")
    for group, case in tests:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        try:
            key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]), ec.ECDSA(SHA256()))
            holds = True
        except InvalidSignature:
            holds = False
        assert holds is (case["result"] == "valid"), case["comment"]
    vectors.expect("wycheproof", len(tests), whole=484)


def test_the_sealing_cipher_opens_what_wycheproof_says_it_should() -> None:
    """Only the sizes that sealed content uses are ours: 256-bit keys, 96-bit nonces, 128-bit tags."""
    tests = vectors.wycheproof("aes_gcm_test")
    tried = 0
    for group, case in tests:
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        key, nonce, aad, sealed, tag = (bytes.fromhex(case[n]) for n in ("key", "iv", "aad", "ct", "tag"))
        try:
            plain = AESGCM(key).decrypt(nonce, sealed + tag, aad)
            assert (case["result"], plain.hex()) == ("valid", case["msg"]), case["comment"]
        except InvalidTag:
            assert case["result"] == "invalid", case["comment"]
        tried += 1
    vectors.expect("wycheproof", tried, whole=66)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_files_of_rfc_8785_come_out_to_the_byte(name: str) -> None:
    """Records hold objects without fractions, so two of the six are the library's alone."""
    folder = vectors.folder("jcs") / "testdata"
    text, due = (folder / where / f"{name}.json" for where in ("input", "output"))
    whole = json.loads(text.read_bytes())
    assert rfc8785.dumps(whole) == due.read_bytes()
    if name not in ("arrays", "values"):
        whole = json.loads(text.read_bytes(), parse_float=lambda digits: int(float(digits)))  # one says 56.0
        assert canonical(whole) == due.read_bytes()


def test_every_file_of_the_json_suite_that_is_no_json_is_refused() -> None:
    files = sorted((vectors.folder("JSONTestSuite") / "test_parsing").glob("n_*.json"))
    for file in files:
        with pytest.raises(Flaw):
            parse(file.read_bytes())
    vectors.expect("JSONTestSuite", len(files), whole=188)


def test_objects_of_the_json_suite_are_read_unless_a_record_may_not_hold_them() -> None:
    read = 0
    for file in sorted((vectors.folder("JSONTestSuite") / "test_parsing").glob("y_object*.json")):
        try:
            assert parse(file.read_bytes()) == json.loads(file.read_bytes())
            read += 1
        except Flaw as flaw:
            assert any(word in str(flaw) for word in ("twice", "fraction", "beyond")), file
    assert read > 8
