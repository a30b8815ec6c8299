"""The two networks that come with the rapidocr wheel, run directly: one finds lines, one reads them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countersign.documents.narrow import metadata, narrowed

Floats = NDArray[np.float32]

_FINDER = "PP-OCRv6_det_small.onnx"
_READER = "PP-OCRv6_rec_small.onnx"
FILES = (_FINDER, _READER)
"""The models' names in the wheel."""

_LAST_LAYER = ("linear_8.w_0", "linear_8.b_0")
"""Of the reader: the tensors that score characters."""
_LATER = "–—‘’“”„†•…′″‹›€™₤№Șșțț"
_LIKE_BOXES = "口日田目回国四西一二三上下工土士王十干千川山月门由甲申中本米司冈事书"
"""Signs for which the network takes frames, rules and tick boxes; who knows none makes letters of them."""


@cache
def finder() -> "Network":
    """Return the network that marks where text is, loaded once."""
    return Network(str(models() / _FINDER), arena=True)


@cache
def reader() -> "CharacterNetwork":
    """Return the network that reads a line, loaded once."""
    model = (models() / _READER).read_bytes()
    characters = ["", *metadata(model)["character"].splitlines(), " "]
    kept = [place for place, text in enumerate(characters) if place == 0 or _may_stand(text)]
    return CharacterNetwork(narrowed(model, _LAST_LAYER, kept), [characters[place] for place in kept])


def is_latin(text: str) -> bool:
    """Tell a character that documents in Latin print hold."""
    return len(text) == 1 and (ord(text) < 0x180 or text in _LATER)


def _may_stand(text: str) -> bool:
    """Tell a character that is on such pages, letter or not: Latin, Greek, Cyrillic, signs, arrows, boxes."""
    return len(text) == 1 and (ord(text) < 0x2700 or "！" <= text <= "？" or text in _LIKE_BOXES)


class Network:
    """A network on one thread: the desk reads several pages at once."""

    def __init__(self, model: str | bytes, *, arena: bool = False) -> None:
        """Take a model, or the file of one; with an arena, memory is laid out for large pictures."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Every picture has a size of its own: a plan for each, or a peak kept from each, would pile up.
        options.enable_mem_pattern = False
        options.enable_cpu_mem_arena = arena
        self._session: Any = onnxruntime.InferenceSession(
            model,
            options,
            providers=[("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})],
        )
        self._input = self._session.get_inputs()[0].name
        self._once = onnxruntime.RunOptions()
        if arena:
            self._once.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, rows: Floats) -> Floats:
        """Return its answer to one input."""
        return np.asarray(self._session.run(None, {self._input: rows}, self._once)[0], dtype=np.float32)


class CharacterNetwork(Network):
    """A network whose answer has a column for each of its characters, the first for none."""

    def __init__(self, model: bytes, characters: list[str]) -> None:
        super().__init__(model)
        self.characters = characters


def models() -> Path:
    """Return the folder of the models; asking where the package lies costs less than loading it.

    Raises FileNotFoundError when the package is not installed.
    """
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package rapidocr is not installed")
    return Path(spec.submodule_search_locations[0]) / "models"
