"""What a file is, is told by its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.documents.sniff import HEAD, sniff
from countersign.domain.document import MediaType

PNG = b"\x89PNG\r\n\x1a\n"
MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Invoice\r\n\r\nHello"


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.pdf", MediaType.PDF),
        (b"\x00" * 1000 + b"%PDF-1.4", "a.bin", MediaType.PDF),
        (b"\x00" * 1100 + b"%PDF-1.4", "a.pdf", MediaType.OTHER),
        (PNG, "invoice.pdf", MediaType.PNG),
        (b"\xff\xd8\xff\xe0", "a", MediaType.JPEG),
        (b"II*\x00", "a.tif", MediaType.TIFF),
        (b"MM\x00*", "a.tif", MediaType.TIFF),
        (MAIL, "no-name", MediaType.MAIL),
        (b"Subject: Invoice\n\nHello", "x.eml", MediaType.MAIL),
        (b"Subject: Invoice\n\nHello", "x.txt", MediaType.OTHER),
        (b"Received: from a\r\n\tby b\r\nFrom: a\r\nDate: now\r\n", "x", MediaType.MAIL),
        (b"Dear Sir,\nFrom: here\nTo: there\nDate: today\n", "x.eml", MediaType.OTHER),
        (b"name: invoice\nlabel: x\n", "invoice.yaml", MediaType.OTHER),
        (b"", "empty.pdf", MediaType.OTHER),
        (b"PK\x03\x04", "a.docx", MediaType.OTHER),
    ],
)
def test_the_first_bytes_tell_the_kind_whatever_the_name_says(
    head: bytes, name: str, kind: MediaType
) -> None:
    assert sniff(head, name) is kind


@given(st.binary(max_size=HEAD), st.text(max_size=20))
def test_every_file_is_of_some_kind(head: bytes, name: str) -> None:
    assert isinstance(sniff(head, name), MediaType)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_name_makes_a_picture_anything_else(rest: bytes, name: str) -> None:
    assert sniff(PNG + rest, name) is MediaType.PNG


@given(st.binary(max_size=1000).filter(lambda b: not b.startswith((b"\xff\xd8\xff", b"II", b"MM", PNG))))
def test_a_pdf_header_counts_anywhere_in_the_first_kilobyte(before: bytes) -> None:
    assert sniff(before + b"%PDF-1.7") is MediaType.PDF
