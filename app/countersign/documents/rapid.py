"""The thorough engine: RapidOCR on onnxruntime; its models come with it, so it is always there."""

from functools import cache
from typing import Any

import numpy as np
import rapidocr

from countersign.documents.seen import Seen, spread
from countersign.documents.straighten import Grey

_SETTINGS = {
    "Global.use_cls": False,  # else it turns long lines upside down
    "Global.log_level": "critical",
    "Rec.rec_batch_num": 1,  # wider batches pad every line to the longest: slower on one core
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}

_GAP = 1.2  # heights of a line between two pieces of it

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


@cache
def engine() -> "Rapid":
    """Return the engine, loaded once."""
    return Rapid()


class Rapid:
    """Reads pages at some 2 to 6 s, single lines at 40 ms.

    The library keeps what one call chose for the next: every call says everything.
    """

    def __init__(self) -> None:
        self._ocr = rapidocr.RapidOCR(params=_SETTINGS)

    def read(self, grey: Grey) -> list[Seen]:
        """Read the words of a picture, boxes in its pixels."""
        found = self._ocr(_three_channels(grey), use_det=True, use_rec=True, return_word_box=True)
        if getattr(found, "boxes", None) is None or not found.txts:
            return []  # an answer of another type, when it finds nothing
        boxes = [_around(corners) for corners in found.boxes]
        order = _lines(boxes)
        pieces = zip(boxes, found.txts, found.scores, found.word_results, strict=True)
        words = [word for number, piece in zip(order, pieces, strict=True) for word in _words(number, *piece)]
        return sorted(words, key=lambda word: (word.line, word.x0))

    def read_line(self, grey: Grey) -> tuple[str, int]:
        """Read a picture of a single line: (text, percent)."""
        found = self._ocr(_three_channels(grey), use_det=False, use_rec=True, return_word_box=False)
        if not getattr(found, "txts", None):
            return "", 0
        return found.txts[0].strip(), round(found.scores[0] * 100)


def _words(line: int, box: Box, text: str, score: float, words: Any) -> list[Seen]:
    """Return the words of a piece of text, with the boxes that the engine tells, else with fair shares."""
    parts = text.split()
    if [word[0] for word in words] == parts:
        return [
            Seen(part, *_around(word[2]), line, min(100, round(word[1] * 100)))
            for part, word in zip(parts, words, strict=True)
        ]
    return spread(text, box, line, round(score * 100))


def _lines(boxes: list[Box]) -> list[int]:
    """Return for each piece of text the number of its line; pieces close beside each other are of one."""
    heads: dict[int, int] = {}
    for n in sorted(range(len(boxes)), key=lambda n: boxes[n][0]):
        before = [m for m in heads if _follows(boxes[m], boxes[n])]
        heads[n] = heads[max(before, key=lambda m: boxes[m][2])] if before else n
    tops = sorted(set(heads.values()), key=lambda n: (boxes[n][1], boxes[n][0]))
    return [tops.index(heads[n]) for n in range(len(boxes))]


def _follows(left: Box, right: Box) -> bool:
    height = min(left[3] - left[1], right[3] - right[1])
    beside = min(left[3], right[3]) - max(left[1], right[1])
    return beside > height / 2 and -height / 2 < right[0] - left[2] < _GAP * height


def _around(corners: Any) -> Box:
    points = np.asarray(corners, dtype=np.float64)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _three_channels(grey: Grey) -> Grey:
    return np.dstack([grey, grey, grey])
