"""The fast engine: Tesseract, where its language data is installed."""

import os
import sys
from functools import cache
from pathlib import Path

import numpy as np

from countersign.documents.seen import Seen
from countersign.documents.straighten import Grey
from countersign.documents.tessdata import languages, tessdata


@cache
def engine() -> "Tesseract | None":
    """Return the engine, None where it or its data is missing."""
    folder = tessdata()
    if folder is None or sys.platform != "linux":
        return None
    return Tesseract(folder)


class Tesseract:
    """Reads pages at some 0.3 to 0.8 s."""

    def __init__(self, folder: Path) -> None:
        import tesserocr

        self._level = tesserocr.RIL
        self._api = tesserocr.PyTessBaseAPI(
            path=str(folder),  # without a path it hangs
            lang="+".join(languages(folder)),
            psm=tesserocr.PSM.AUTO,
            oem=tesserocr.OEM.LSTM_ONLY,
        )
        self._api.SetVariable("debug_file", os.devnull)

    def read(self, grey: Grey) -> list[Seen]:
        """Read the words of a picture, boxes in its pixels."""
        height, width = grey.shape
        self._api.SetImageBytes(np.ascontiguousarray(grey).tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(200)
        try:
            self._api.Recognize()
            return self._words()
        finally:
            self._api.Clear()

    def _words(self) -> list[Seen]:
        words: list[Seen] = []
        place = self._api.GetIterator()
        if place is None:
            return words
        line = -1
        while True:
            if place.IsAtBeginningOf(self._level.TEXTLINE):
                line += 1
            box = place.BoundingBox(self._level.WORD)
            if box and not place.Empty(self._level.WORD):
                text = place.GetUTF8Text(self._level.WORD).strip()
                confidence = round(place.Confidence(self._level.WORD))
                if text:
                    left, top, right, bottom = box
                    words.append(Seen(text, left, top, right, bottom, max(line, 0), confidence))
            if not place.Next(self._level.WORD):
                return words
