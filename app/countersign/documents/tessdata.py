"""Where Tesseract's language data lies on this machine; loads no library, so that anyone may ask."""

import os
from pathlib import Path

LANGUAGES = ("eng", "deu", "fra", "spa")
"""Read together, those that are there; the first must be."""

_USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tesseract-ocr/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def tessdata() -> Path | None:
    """Return the folder with Tesseract's language data, None where it is not installed."""
    named = os.environ.get("TESSDATA_PREFIX")
    places = [Path(place) for place in ((named,) if named else ()) + _USUAL_PLACES]
    return next((place for place in places if (place / f"{LANGUAGES[0]}.traineddata").is_file()), None)


def languages(folder: Path) -> tuple[str, ...]:
    """Return those of `LANGUAGES` that a folder has data for."""
    return tuple(name for name in LANGUAGES if (folder / f"{name}.traineddata").is_file())
