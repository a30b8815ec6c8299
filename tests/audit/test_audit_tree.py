"""The Merkle tree of RFC 6962 and the checkpoints over it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit import note
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, Verifier
from countersign.audit.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of
from countersign.audit.note import Checkpoint

KEY = Key(b"\x02" * 32)
VERIFIER = Verifier(KEY.public)
POINT = Checkpoint("countersign/log", 42, bytes(range(32)))

# Leaves and roots that implementations of RFC 6962 test themselves against.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_are_those_that_others_compute() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES]
    frontier = Frontier()
    assert frontier.root() == root_of([]) == EMPTY_ROOT
    for n, root in enumerate(ROOTS, start=1):
        frontier.append(leaves[n - 1])
        assert frontier.root().hex() == root_of(leaves[:n]).hex() == root


@given(st.lists(st.binary(max_size=3), max_size=70))
def test_the_frontier_has_the_root_of_the_definition_at_every_size(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for n, leaf in enumerate(leaves, start=1):
        frontier = Frontier.unpack(frontier.size, frontier.pack())
        frontier.append(leaf)
        assert frontier.root() == root_of(leaves[:n])


@pytest.mark.parametrize(
    ("size", "packed"), [(1, b""), (0, b"x" * 32), (3, b"x" * 32), (1, b"x" * 31), (-1, b"x" * 32)]
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(Flaw, match="does not fit"):
        Frontier.unpack(size, packed)


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


# -- checkpoints -----------------------------------------------------------------------------------


def test_a_checkpoint_reads_back_as_it_was_signed() -> None:
    assert note.read(note.write(POINT, [(POINT.origin, KEY)]), POINT.origin, VERIFIER).checkpoint == POINT


def test_a_checkpoint_has_the_form_of_a_signed_note() -> None:
    text, signature = note.write(POINT, [(POINT.origin, KEY)]).decode().split("\n\n")
    assert text.split("\n") == [POINT.origin, "42", base64.b64encode(POINT.root).decode()]
    dash, name, blob = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("—", POINT.origin)
    raw = base64.b64decode(blob)
    assert raw[:4] == note.key_hash(POINT.origin, KEY.public)
    assert VERIFIER.is_signed(raw[4:], (text + "\n").encode())


def test_lines_of_witnesses_may_stand_beside_ours() -> None:
    cosigned = note.write(POINT, [(POINT.origin, KEY)]) + "— witness.example/w AAAAAAECAwQ=\n".encode()
    assert note.read(cosigned, POINT.origin, VERIFIER).checkpoint == POINT


WHOLE = note.write(POINT, [(POINT.origin, KEY)])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(at: int, by: int) -> None:
    with pytest.raises(Flaw):
        note.read(WHOLE[:at] + bytes([WHOLE[at] ^ by]) + WHOLE[at + 1 :], POINT.origin, VERIFIER)


def _signed(text: str) -> bytes:
    blob = base64.b64encode(note.key_hash(POINT.origin, KEY.public) + KEY.sign(text.encode())).decode()
    return f"{text}\n— {POINT.origin} {blob}\n".encode()


ROOT = base64.b64encode(POINT.root).decode()


@pytest.mark.parametrize(
    "size", ["042", "+42", "4_2", " 42", "42 ", "-1", "４２", "", "1e3", "0x2a", "9" * 17]
)
def test_a_lenient_size_is_refused_even_when_signed(size: str) -> None:
    with pytest.raises(Flaw, match="plain number"):
        note.read(_signed(f"{POINT.origin}\n{size}\n{ROOT}\n"), POINT.origin, VERIFIER)


@pytest.mark.parametrize(
    ("untrusted", "says"),
    [
        (WHOLE.replace(b"\n", b"\r\n"), "control character"),
        (WHOLE[:-1], "does not end"),
        (WHOLE + b"\n", "no signature"),
        (WHOLE.replace(b"42", b"4\x002"), "control character"),
        (WHOLE + WHOLE.split(b"\n\n")[1], "two signatures"),
        (WHOLE.split(b"\n\n")[0] + b"\n\n", "no signature"),
        (b"", "no signature"),
        (_signed(f"other/log\n42\n{ROOT}\n"), "another log"),
        (_signed(f"{POINT.origin}\n42\n{ROOT}\nextension\n"), "origin, size and root"),
        (_signed(f"{POINT.origin}\n42\n{ROOT[:-4]}\n"), "32 bytes"),
        (_signed(f"{POINT.origin}\n42\n"), "origin, size and root"),
        (note.write(POINT, [(POINT.origin, Key(b"\x03" * 32))]), "not signed with the key"),
        (b"x" * 70_000, "longer"),
        (b"\xff\n\n", "UTF-8"),
    ],
)
def test_a_note_of_another_form_is_refused(untrusted: bytes, says: str) -> None:
    with pytest.raises(Flaw, match=says):
        note.read(untrusted, POINT.origin, VERIFIER)
