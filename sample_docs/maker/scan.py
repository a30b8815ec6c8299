"""Scans: pages as pictures, crooked, noisy and blurred, with the truth's boxes moved to where things went."""

import io
import math
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

from maker.pdf import Canvas
from maker.truth import Made, sign

SUFFIX = {"pdf": "pdf", "png": "png", "jpeg": "jpg", "tiff": "tif"}


class Scanner(NamedTuple):
    """How a page was scanned: dots an inch, degrees, grey levels, pixels, quality of JPEG."""

    form: str = "pdf"
    dpi: int = 200
    skew: float = 0.8
    noise: float = 6.0
    blur: float = 0.5
    quality: int = 60
    paper: int = 248
    shade: int = 14
    """How much darker the paper is at one edge."""


def any_scanner(rng: Random) -> Scanner:
    """Return a scanner with settings as offices have them."""
    return Scanner(
        form=rng.choice(("pdf", "pdf", "pdf", "jpeg", "png", "tiff")),
        dpi=rng.choice((150, 200, 200, 240, 300)),
        skew=round(rng.uniform(-2.2, 2.2), 2),
        noise=round(rng.uniform(2, 11), 1),
        blur=round(rng.uniform(0.2, 0.9), 2),
        quality=rng.randint(42, 80),
        paper=rng.randint(236, 253),
        shade=rng.randint(0, 24),
    )


def scan(made: Made, name: str, scanner: Scanner, rng: Random) -> Made:
    """Return a scan of a born-digital PDF, with its truth."""
    with pymupdf.open(stream=made.data, filetype="pdf") as document:
        pages = [_page(page, scanner, rng) for page in document]
        sizes = [(page.rect.width, page.rect.height) for page in document]
    if scanner.form in ("png", "jpeg"):
        pages, sizes = pages[:1], sizes[:1]
    data = _pdf(pages, sizes, scanner) if scanner.form == "pdf" else _picture(pages, scanner)
    unit = 1.0 if scanner.form == "pdf" else scanner.dpi / 72
    truth = {key: value for key, value in made.truth.items() if key not in ("doc", "sha256", "bytes")}
    truth["pages"] = len(pages)
    truth["scan"] = {**scanner._asdict(), "unit": "points" if scanner.form == "pdf" else "pixels"}
    truth["fields"] = _moved(made.truth["fields"], sizes, scanner.skew, unit)
    truth["line_items"] = _moved_rows(made.truth["line_items"], sizes, scanner.skew, unit)
    return sign(name, data, truth)


def _page(page: pymupdf.Page, scanner: Scanner, rng: Random) -> Image.Image:
    picture = page.get_pixmap(dpi=scanner.dpi, colorspace=pymupdf.csGRAY, alpha=False)
    image = Image.frombytes("L", (picture.width, picture.height), picture.samples)
    image = image.rotate(scanner.skew, Image.Resampling.BICUBIC, fillcolor=255)
    if scanner.blur:
        image = image.filter(ImageFilter.GaussianBlur(scanner.blur))
    grey = np.asarray(image, dtype=np.float32) * (scanner.paper - 14) / 255 + 14
    grey -= np.linspace(0, scanner.shade, grey.shape[1], dtype=np.float32)[None, :]
    chance = np.random.default_rng(rng.randrange(2**32))
    grey += chance.standard_normal(grey.shape, dtype=np.float32) * np.float32(scanner.noise)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _pdf(pages: list[Image.Image], sizes: list[tuple[float, float]], scanner: Scanner) -> bytes:
    canvas = Canvas(sizes[0])
    for number, image in enumerate(pages):
        if number:
            canvas.width, canvas.height = sizes[number]
            canvas.turn()
        out = io.BytesIO()
        image.save(out, "JPEG", quality=scanner.quality)
        canvas.picture(out.getvalue(), image.size)
    return canvas.to_bytes()


def _picture(pages: list[Image.Image], scanner: Scanner) -> bytes:
    """Write PNG with 16 levels of grey, JPEG, or TIFF in black and white, as fax and office scanners do."""
    out = io.BytesIO()
    dpi = (scanner.dpi, scanner.dpi)
    if scanner.form == "jpeg":
        pages[0].save(out, "JPEG", quality=scanner.quality, dpi=dpi)
    elif scanner.form == "png":
        pages[0].point(lambda grey: min(255, (grey + 8) // 17 * 17)).save(out, "PNG", optimize=True, dpi=dpi)
    else:
        black = [page.point(lambda grey: 255 if grey > 150 else 0).convert("1") for page in pages]
        black[0].save(out, "TIFF", save_all=True, append_images=black[1:], compression="group4", dpi=dpi)
    return out.getvalue()


def turned(box: list[float], size: tuple[float, float], skew: float, unit: float) -> list[float]:
    """Return where a box goes when its page is turned by `skew` degrees around its middle."""
    angle = math.radians(skew)
    cx, cy = size[0] / 2, size[1] / 2
    corners = [(x - cx, y - cy) for x in (box[0], box[2]) for y in (box[1], box[3])]
    spots = [
        (cx + x * math.cos(angle) + y * math.sin(angle), cy - x * math.sin(angle) + y * math.cos(angle))
        for x, y in corners
    ]
    xs, ys = [x * unit for x, _ in spots], [y * unit for _, y in spots]
    return [round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2)]


def _moved(
    fields: list[dict[str, Any]], sizes: list[tuple[float, float]], skew: float, unit: float
) -> list[dict[str, Any]]:
    moved = []
    for field in fields:
        if field["page"] >= len(sizes):
            continue
        at = {**field, "bbox": turned(field["bbox"], sizes[field["page"]], skew, unit)}
        others = [o for o in field.get("other_boxes", []) if o[0] < len(sizes)]
        if "other_boxes" in field:
            at["other_boxes"] = [[o[0], *turned(o[1:], sizes[o[0]], skew, unit)] for o in others]
            at["occurrences"] = 1 + len(others)
        moved.append(at)
    return moved


def _moved_rows(
    rows: list[dict[str, Any]], sizes: list[tuple[float, float]], skew: float, unit: float
) -> list[dict[str, Any]]:
    moved = []
    for row in rows:
        if row["page"] >= len(sizes):
            continue
        cells = {
            name: {**cell, "bbox": turned(cell["bbox"], sizes[cell["page"]], skew, unit)}
            for name, cell in row["cells"].items()
        }
        moved.append({**row, "cells": cells, "bbox": turned(row["bbox"], sizes[row["page"]], skew, unit)})
    return moved
