"""QR codes are looked for only in pictures that change from dark to light as often as one does."""

import cv2
import numpy as np
import pytest

from countersign.documents import codes
from countersign.documents.straighten import Grey


def code(text: str, pixels: int, margin: float) -> Grey:
    modules = np.asarray(cv2.QRCodeEncoder.create().encode(text), dtype=np.uint8)
    large = np.kron(modules, np.ones((pixels, pixels), dtype=np.uint8))
    return np.pad(large, round(margin * len(large)), constant_values=255)


@pytest.mark.parametrize("text", ["a", "https://example.com/pay?amount=1200", "pay at once " * 20])
@pytest.mark.parametrize("margin", [0.12, 0.6])
@pytest.mark.parametrize("angle", [0, 20])
def test_what_may_be_a_code_is_looked_at(text: str, margin: float, angle: int) -> None:
    picture = code(text, 8, margin)
    middle = (len(picture) / 2, len(picture) / 2)
    turn = cv2.getRotationMatrix2D(middle, angle, 0.8)
    turned = cv2.warpAffine(picture, turn, picture.shape, borderValue=(255,))
    assert codes.may_be_code(np.asarray(cv2.blur(turned, (5, 5)), dtype=np.uint8))


def test_a_code_says_its_text() -> None:
    assert codes.read(code("https://example.com/pay?amount=1200", 8, 0.12)) == [
        "https://example.com/pay?amount=1200"
    ]


def test_a_logo_is_not_looked_at() -> None:
    logo = np.full((400, 400), 255, dtype=np.uint8)
    cv2.circle(logo, (200, 200), 150, (0,), 20)
    cv2.putText(logo, "AW", (120, 230), cv2.FONT_HERSHEY_SIMPLEX, 3, (0,), 12)
    assert not codes.may_be_code(logo)
    assert not codes.may_be_code(np.full((400, 400), 255, dtype=np.uint8))
