"""A network cut down to some of its characters says of those what the whole one says."""

import numpy as np
import pytest

from countersign.documents import networks
from countersign.documents.narrow import metadata, narrowed


@pytest.fixture(scope="module")
def whole() -> bytes:
    return (networks.models() / networks.FILES[1]).read_bytes()


def test_what_is_left_answers_as_before(whole: bytes) -> None:
    characters = ["", *metadata(whole)["character"].splitlines(), " "]
    reader = networks.reader()
    kept = [characters.index(text) for text in reader.characters]
    line = np.random.default_rng(5).random((1, 3, 48, 160), dtype=np.float32) * 2 - 1
    few, all_of_them = reader.run(line)[0], networks.Network(whole).run(line)[0][:, kept]
    assert few.shape[1] == len(reader.characters) < len(characters) / 5
    assert np.allclose(few, all_of_them / all_of_them.sum(axis=1, keepdims=True), atol=1e-4)


def test_every_latin_letter_is_left(whole: bytes) -> None:
    known = {text for text in metadata(whole)["character"].splitlines() if networks.is_latin(text)}
    assert known <= set(networks.reader().characters)
    assert {"A", "ß", "€", "9", " ", "Ş"} <= set(networks.reader().characters)


def test_a_network_without_that_layer_is_refused(whole: bytes) -> None:
    with pytest.raises(ValueError, match=r"the network has no nobody\.w"):
        narrowed(whole, ["linear_8.w_0", "nobody.w"], [0, 1])
