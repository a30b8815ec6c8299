"""Says what a file is from its first bytes, whatever its name claims."""

import re

from countersign.domain.document import MediaType

HEAD = 4096
"""Bytes that are enough to tell."""

_PDF_WITHIN = 1024  # readers accept a header this far in (ISO 32000-1, annex H.3.4.1)
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
)
_NO_ELEMENT = re.compile(rb"\s+|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_EINVOICE = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:Invoice|CreditNote|CrossIndustryInvoice|CrossIndustryDocument"
    rb"|SCRDMCCBDACIOMessageStructure)[\s>/]"
)
_HEADER = re.compile(rb"(?:From .*|[!-9;-~]+:[ \t].*|[!-9;-~]+:|[ \t]+\S.*)\r?")
_MAIL_NAMES = {
    *(b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"return-path", b"sender"),
    *(b"mime-version", b"content-type", b"reply-to", b"delivered-to", b"dkim-signature"),
}


def sniff(head: bytes, name: str = "") -> MediaType:
    """Return the media type told by the first `HEAD` bytes; mails and e-invoices by their names as well."""
    for magic, media_type in _PICTURES:
        if head.startswith(magic):
            return media_type
    if b"%PDF-" in head[: _PDF_WITHIN + 5]:
        return MediaType.PDF
    if _is_einvoice(head, name):
        return MediaType.XML
    named_mail = name.lower().endswith(".eml")
    if _mail_headers(head) >= (1 if named_mail else 3):
        return MediaType.MAIL
    return MediaType.OTHER


def _is_einvoice(head: bytes, name: str) -> bool:
    """Tell whether XML begins there whose outermost element is that of an e-invoice, in UTF-8 or UTF-16.

    Where nothing but a long comment is seen, as in the samples of a standard, the name decides.
    """
    is_whole = len(head) < HEAD
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<\x00" in head[:4] or b"\x00<" in head[:4]:
        head = head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"<"):
        return False
    at = 0
    while found := _NO_ELEMENT.match(head, at):
        at = found.end()
    if at == len(head):
        return not is_whole and name.lower().endswith(".xml")
    return bool(_EINVOICE.match(head, at))


def _mail_headers(head: bytes) -> int:
    """Count the well-known headers of a mail that the bytes begin with; 0 when something else comes first."""
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if len(head) >= HEAD:
        lines.pop()  # cut in the middle
    known: set[bytes] = set()
    for line in lines:
        if not line.strip():
            break
        if not _HEADER.fullmatch(line):
            return 0
        name = line.split(b":", 1)[0].lower()
        if name in _MAIL_NAMES:
            known.add(name)
    return len(known)
