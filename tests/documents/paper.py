"""Small documents made for the tests of the page children."""

import hashlib
import io
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw, ImageFont


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def pdf(*texts: str, rotate: int = 0, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """Return a PDF with a page a text, 400 × 600 points, its text at 50, 100."""
    document = pymupdf.open()
    for text in texts:
        page = document.new_page(width=400, height=600)
        page.insert_text((50, 100), text, fontsize=12)
        if crop:
            page.set_cropbox(pymupdf.Rect(crop))
        if rotate:
            page.set_rotation(rotate)
    return bytes(document.tobytes())


def drawn(*lines: str, size: tuple[int, int] = (900, 400), height: int = 40) -> Image.Image:
    """Return a picture of lines of text, 60 pixels from the left, 100 pixels apart."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(height)
    for number, line in enumerate(lines):
        pen.text((60, 60 + number * 100), line, fill="black", font=font)
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
