"""Which files are documents, and which plainly are not."""

from pathlib import PurePath

from countersign.domain.document import MediaType

READABLE = "PDF, PNG, JPEG, TIFF, e-invoices (.xml) and mails (.eml)"
"""What the desk reads, in words for people."""

_NAMED_AS_DOCUMENT = {
    *(".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".eml"),
    *(".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".pages", ".msg"),
    *(".heic", ".heif", ".webp", ".gif", ".bmp", ".jp2", ".djvu", ".xps", ".ps", ".eps"),
    *(".zip", ".7z", ".rar", ".p7m", ".xml"),
}
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")


def is_document(media_type: MediaType, name: str) -> bool:
    """Tell whether someone would miss it: it is one by its bytes, or its name says so.

    A Word file or an archive is a document that the desk cannot read: it becomes a case with that reason.
    """
    return media_type is not MediaType.OTHER or PurePath(name).suffix.lower() in _NAMED_AS_DOCUMENT


def is_passing(name: str) -> bool:
    """Tell whether a file is hidden or still being written by its maker, who will rename it."""
    return name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED) or name == "Thumbs.db"
