"""Opens pictures in a page child: PNG, JPEG and TIFF, the right way up, with a size in points."""

import io
from contextlib import suppress

from PIL import Image, ImageOps

from countersign.documents.refuse import Refused
from countersign.domain.document import Aside, MediaType, Opened, Page, PageImage, TextSource
from countersign.settings.limits import Limits

_FORMATS = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG", MediaType.TIFF: "TIFF"}
_LIKELY_DPI = (90, 1300)  # scanners; cameras and screens write 72 or 96 without meaning it
_USUAL_DPI = 150.0
_LEAST_FOR_OCR, _MOST_FOR_OCR = 1000, 3300  # pixels of the longer side
_EXIF, _MOST_TOLD = 0x8769, 20_000  # where a camera's own remarks are; characters
_LONGEST = 17 * 72.0  # points of the longer side where the file does not say: two letter pages

Image.MAX_IMAGE_PIXELS = None  # our own bound is checked before anything is decoded


class PictureFile:
    """A picture file in memory; each frame is a page."""

    def __init__(self, content: bytes, media_type: MediaType, limits: Limits) -> None:
        self._limits = limits
        self._media_type = media_type
        try:
            self._image = Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]])
            self._count = self._frames() if media_type is MediaType.TIFF else 1
        except (OSError, ValueError, SyntaxError) as error:
            raise Refused("unreadable_document", "the picture is damaged") from error

    def opened(self, sha256: str) -> Opened:
        """Return its pages, which hold no words yet; every frame is decoded, so that damage shows now."""
        pages = []
        for number in range(self._count):
            image = self._frame(number)
            width, height = _points(image)
            pages.append(
                Page(number=number, width=round(width, 2), height=round(height, 2), source=TextSource.NONE)
            )
        said = (Aside("metadata", told),) if (told := self._told()) else ()
        return Opened(sha256=sha256, media_type=self._media_type, pages=tuple(pages), asides=said)

    def _told(self) -> str:
        """Return what the file says beside its pixels: remarks, captions, who made it with what."""
        info = self._image.info
        told = [value for key, value in info.items() if isinstance(value, str) or key == "comment"]
        with suppress(Exception):  # remarks that cannot be read are no reason to refuse the picture
            exif = self._image.getexif()
            told += [*exif.values(), *exif.get_ifd(_EXIF).values()]
        texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in told]
        joined = " ".join(text for text in texts if isinstance(text, str))[:_MOST_TOLD]
        return " ".join("".join(c if c.isprintable() else " " for c in joined).split())

    def _frames(self) -> int:
        """Count the pages of a TIFF; those beyond the limit are not counted, for that may take minutes."""
        most = self._limits.max_pages
        for number in range(1, most + 1):
            try:
                self._image.seek(number)
            except EOFError:
                return number
        raise Refused("too_many_pages", f"at most {most:,} pages are allowed, and it has more")

    def picture(self, page: int, dpi: int) -> PageImage:
        """Draw a page."""
        image = self._frame(page)
        width, height = _points(image)
        scale = dpi / 72
        scale *= min(1.0, (self._limits.max_pixels / (width * height * scale * scale)) ** 0.5 * 0.999)
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        drawn = _on_white(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return PageImage(width=drawn.width, height=drawn.height, rgb=drawn.tobytes())

    def grey(self, page: int) -> tuple[int, int, bytes]:
        """Return (width, height, rows) of a page for OCR: its own pixels unless too many or too few."""
        image = _on_white(self._frame(page)).convert("L")
        longer = max(image.size)
        scale = min(_MOST_FOR_OCR, max(_LEAST_FOR_OCR, longer)) / longer
        if scale != 1.0:
            size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
            image = image.resize(size, Image.Resampling.LANCZOS)
        return image.width, image.height, image.tobytes()

    def size(self, page: int) -> tuple[float, float]:
        """Return a page's width and height in points."""
        return _points(self._frame(page))

    def close(self) -> None:
        """Let go of it."""
        self._image.close()

    def _frame(self, number: int) -> Image.Image:
        if not 0 <= number < self._count:
            raise Refused("unreadable_document", f"it has no page {number + 1}")
        try:
            self._image.seek(number)
            pixels = self._image.width * self._image.height
            if pixels > self._limits.max_pixels:
                raise Refused(
                    "too_large", f"{pixels:,} pixels, at most {self._limits.max_pixels:,} are allowed"
                )
            self._image.load()
            return ImageOps.exif_transpose(self._image)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise Refused("unreadable_document", f"page {number + 1} of the picture is damaged") from error


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture in RGB, what is transparent as paper."""
    if image.mode.startswith("I"):  # 16 and 32 bits of grey, which a plain conversion would cut off
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        return paper.convert("RGB")
    return image.convert("RGB")


def _points(image: Image.Image) -> tuple[float, float]:
    dpi = _dpi(image)
    return image.width * 72 / dpi, image.height * 72 / dpi


def _dpi(image: Image.Image) -> float:
    """Return the dots an inch that the file says, where that can be, else what makes a page of usual size."""
    told = image.info.get("dpi", (0, 0))
    lowest, highest = _LIKELY_DPI
    if all(lowest <= float(value) <= highest for value in told) and told[0] == told[1]:
        return float(told[0])
    return max(_USUAL_DPI, max(image.size) * 72 / _LONGEST)
