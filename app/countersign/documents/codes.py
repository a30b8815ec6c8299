"""QR codes: what they say is text of the document like any other, only that no eye can read it."""

from typing import TYPE_CHECKING

import pymupdf

from countersign.documents.layer import Layer

if TYPE_CHECKING:  # what looks at pixels takes a fifth of a second to load, and most pages need none
    from countersign.documents.straighten import Grey

MOST = 8_000
"""Characters that a code can hold, with some to spare."""
_SIDES = 600, 300  # pixels of a square that may be a code; what is not seen in one size may be in another
_QUIET = 0.2  # of its side, the white around a code
_CHANGES = 8  # from dark to light or back in one row; the smallest code has more in nearly all of its rows
_BUSY = 0.2  # share of rows, and of columns; the code may have wide white around it
_SQUARES = 8  # squares looked at a page
_PAGE_DPI = 150
_MOST_PIXELS = 3500  # of the longer side
_SCAN_SHARE = 0.5  # a page with this much picture is looked at as a whole


def of_page(page: pymupdf.Page, layer: Layer) -> list[str]:
    """Return what the QR codes on a page with text say; only what could be one is drawn and looked at."""
    if layer.picture_share >= _SCAN_SHARE:
        scale = min(_PAGE_DPI / 72, _MOST_PIXELS / max(layer.width, layer.height))
        return read(_drawn(page, page.rect, scale))
    found: dict[str, None] = {}
    for box in layer.squares[:_SQUARES]:
        edge = _QUIET * (box[2] - box[0])
        clip = pymupdf.Rect(box[0] - edge, box[1] - edge, box[2] + edge, box[3] + edge) & page.rect
        if clip.is_empty:
            continue
        for side in _SIDES:
            drawn = _drawn(page, clip, side / (box[2] - box[0]))
            said = read(drawn) if may_be_code(drawn) else []
            found.update(dict.fromkeys(said))
            if said:
                break
    return list(found)


def may_be_code(grey: "Grey") -> bool:
    """Say whether a picture changes from dark to light as often as a code does; logos do not."""
    import numpy as np

    dark = grey < (int(grey.min()) + int(grey.max())) // 2
    along = (dark[:, 1:] != dark[:, :-1]).sum(axis=1)
    down = (dark[1:] != dark[:-1]).sum(axis=0)
    return all(float(np.mean(changes >= _CHANGES)) >= _BUSY for changes in (along, down))


def read(grey: "Grey") -> list[str]:
    """Return what the QR codes in a picture say."""
    import cv2

    try:
        texts = cv2.QRCodeDetector().detectAndDecodeMulti(grey)[1]
    except cv2.error:
        return []  # what it cannot make sense of is no code
    return [text for text in texts or () if text]


def _drawn(page: pymupdf.Page, clip: pymupdf.Rect, scale: float) -> "Grey":
    import numpy as np

    pixels = page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale), clip=clip, colorspace=pymupdf.csGRAY, alpha=False
    )
    rows = np.frombuffer(pixels.samples, dtype=np.uint8)
    return rows.reshape(pixels.height, pixels.stride)[:, : pixels.width].copy()
