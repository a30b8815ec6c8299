"""The two networks that come with the rapidocr wheel, run directly: one finds lines, one reads them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_FINDER = "PP-OCRv6_det_small.onnx"
_READER = "PP-OCRv6_rec_small.onnx"
FILES = (_FINDER, _READER)
"""The models' names in the wheel."""


@cache
def finder() -> "Network":
    """Return the network that marks where text is, loaded once."""
    return Network(_FINDER)


@cache
def reader() -> "Network":
    """Return the network that reads a line, loaded once."""
    return Network(_READER)


class Network:
    """A network in a file of the wheel, on one thread: the desk reads several pages at once."""

    def __init__(self, name: str) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # every size of a page would leave its own peak behind
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(models() / name), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def run(self, rows: Floats) -> Floats:
        """Return its answer to one input."""
        return np.asarray(self._session.run(None, {self._input: rows})[0], dtype=np.float32)

    @property
    def characters(self) -> list[str]:
        """The characters that it knows, in its order."""
        told: str = self._session.get_modelmeta().custom_metadata_map["character"]
        return told.splitlines()


def models() -> Path:
    """Return the folder of the models; asking where the package lies costs less than loading it.

    Raises FileNotFoundError when the package is not installed.
    """
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package rapidocr is not installed")
    return Path(spec.submodule_search_locations[0]) / "models"
