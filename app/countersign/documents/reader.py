"""What a page child does with a request: keeps the document at hand and passes it to the one who can."""

from typing import Protocol

from countersign.documents.frames import Reply, Request
from countersign.documents.pdf import PdfFile
from countersign.documents.refuse import Refused
from countersign.domain.document import MediaType, Opened, Page, PageImage
from countersign.settings.limits import Limits


class File(Protocol):
    """A document in memory."""

    def opened(self, sha256: str) -> Opened:
        """Return everything an agent may look at; raises Refused."""

    def picture(self, page: int, dpi: int) -> PageImage:
        """Draw a page; raises Refused."""

    def grey(self, page: int) -> tuple[int, int, bytes]:
        """Return (width, height, rows) of a page in grey, as large as OCR wants it; raises Refused."""

    def size(self, page: int) -> tuple[float, float]:
        """Return a page's width and height in points."""

    def close(self) -> None:
        """Let go of it."""


class Reader:
    """Answers requests, one after the other, about the document that came last."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._file: File | None = None

    def answer(self, request: Request, blob: bytes) -> tuple[Reply, bytes]:
        """Do what is asked; whatever a library raises is the caller's to turn into a refusal."""
        try:
            file = self._document(request, blob)
            if request.do == "open":
                return Reply(opened=file.opened(request.sha256)), b""
            if request.do == "render":
                image = file.picture(request.page, request.dpi)
                return Reply(width=image.width, height=image.height), image.rgb
            return Reply(page=self._recognised(file, request.page)), b""
        except Refused as refused:
            return Reply(refusal=refused.refusal), b""

    def _document(self, request: Request, blob: bytes) -> File:
        if not request.holds:
            if self._file:
                self._file.close()
            self._file = None
            self._file = self._load(request, blob)
        if self._file is None:
            raise Refused("unreadable_document", "it could not be opened before")
        return self._file

    def _load(self, request: Request, blob: bytes) -> File:
        if request.media_type == MediaType.PDF:
            return PdfFile(blob, self._limits, is_flat=request.flat)
        if request.media_type == MediaType.XML:
            from countersign.documents.xml_file import XmlFile

            return XmlFile(blob, self._limits)
        from countersign.documents.pictures import PictureFile

        return PictureFile(blob, MediaType(request.media_type), self._limits)

    def _recognised(self, file: File, number: int) -> Page:
        from countersign.documents.ocr import recognise

        return recognise(number, file.size(number), file.grey(number))
