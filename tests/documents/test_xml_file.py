"""Bare e-invoices: drawn as pages, or refused with a reason."""

from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.test_einvoice import CII, UBL

from countersign.documents.attachments import read_attached
from countersign.documents.belief import believed_opened
from countersign.documents.einvoice import MOST_BYTES, NoEInvoice, einvoice_of, parse, read_einvoice
from countersign.documents.pool import Pages
from countersign.documents.refuse import Refused
from countersign.documents.sniff import HEAD, sniff
from countersign.documents.xml_file import XmlFile
from countersign.domain.document import Kind, MediaType, Opened, Refusal
from countersign.settings.limits import Limits

INVOICE = UBL.format(guideline="").encode()
LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9)
)
BOMB = (LAUGHS + "]><Invoice><ID>&j;</ID></Invoice>").encode()
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><Invoice>&f;</Invoice>'


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pool = Pages(1, Limits())
    yield pool
    pool.close()


def test_every_value_stands_on_the_drawn_page() -> None:
    opened = XmlFile(INVOICE, Limits()).opened("a" * 64)
    words = " ".join(word.text for word in opened.pages[0].words)
    assert opened.einvoice is not None
    for value in opened.einvoice.values.values():
        assert value in words
    assert (opened.media_type, opened.notes) == (MediaType.XML, ("drawn_from_data",))
    assert believed_opened(opened, "a" * 64, MediaType.XML, 10) == opened


def test_what_no_field_has_room_for_is_drawn_as_well() -> None:
    content = INVOICE.replace(
        b"</c:ID>", b"</c:ID><Note>Pay to our new bank \xc5\x81\xc3\xb3d\xc5\xba</Note>", 1
    )
    opened = XmlFile(content, Limits()).opened("a" * 64)
    assert "Pay to our new bank Łódź" in " ".join(word.text for word in opened.pages[0].words)


def test_a_long_value_is_drawn_to_its_end() -> None:
    content = INVOICE.replace(b"</c:ID>", b"</c:ID><Note>" + b"word " * 300 + b"end.</Note>", 1)
    words = [word.text for page in XmlFile(content, Limits()).opened("a" * 64).pages for word in page.words]
    assert words.count("word") == 300
    assert "end." in words


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (XXE, "unreadable_document", "document type"),
        (BOMB, "unreadable_document", "document type"),
        (BOMB.decode().encode("utf-16"), "unreadable_document", "document type"),
        (b"<Invoice><ID>7</Invoice>", "unreadable_document", "well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><Invoice/>', "unreadable_document", "well-formed"),
        (
            b'<?xml version="1.0" encoding="utf-8"?><Invoice>\xff\xfe</Invoice>',
            "unreadable_document",
            "well-formed",
        ),
        (b"<Invoice>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Invoice>", "unreadable_document", "well-formed"),
        (b"<html><body>Invoice</body></html>", "unsupported_format", "'html'"),
        (b"<Invoice>" + b" " * MOST_BYTES + b"</Invoice>", "too_large", "20 MB"),
        (b"", "unreadable_document", "well-formed"),
    ],
)
def test_what_is_no_honest_einvoice_is_refused_with_its_reason(content: bytes, code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        XmlFile(content, Limits())
    assert refused.value.refusal.code == code
    assert says in refused.value.refusal.detail


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<Invoice>{text}</Invoice>".encode())
)
def test_no_bytes_make_the_parser_do_anything_but_read_or_refuse(content: bytes) -> None:
    try:
        invoice = einvoice_of(parse(content))
    except NoEInvoice as error:
        assert str(error)
    else:
        assert b"Invoice" in content
        assert invoice.values.keys().isdisjoint({""})


@given(st.integers(0, len(INVOICE) - 1), st.binary(min_size=1, max_size=4))
def test_a_broken_byte_never_crashes_the_reader(at: int, bytes_there: bytes) -> None:
    broken = INVOICE[:at] + bytes_there + INVOICE[at + len(bytes_there) :]
    assert read_einvoice(broken) is None or broken.startswith(b"<")


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (INVOICE, "a.bin", MediaType.XML),
        (b"\xef\xbb\xbf" + INVOICE, "a.xml", MediaType.XML),
        (INVOICE.decode().encode("utf-16"), "a.xml", MediaType.XML),
        (b'<?xml version="1.0"?>\n<!-- made by us -->\n<rsm:CrossIndustryInvoice x="y">', "a", MediaType.XML),
        (b'<?xml version="1.0"?><svg><Invoice/></svg>', "logo.svg", MediaType.OTHER),
        (b"<html><body>Invoice</body></html>", "a.xml", MediaType.OTHER),
        ((b"<!-- " + b"law " * HEAD)[:HEAD], "factur-x.xml", MediaType.XML),
        ((b"<!-- " + b"law " * HEAD)[:HEAD], "page.html", MediaType.OTHER),
    ],
)
def test_an_einvoice_is_told_by_its_outermost_element(head: bytes, name: str, kind: MediaType) -> None:
    assert sniff(head[:HEAD], name) is kind


def test_a_page_child_opens_and_draws_a_bare_einvoice(pages: Pages, tmp_path: Path) -> None:
    file = tmp_path / "invoice.xml"
    file.write_bytes(INVOICE)
    opened = pages.open(file, "b" * 64, MediaType.XML)
    assert isinstance(opened, Opened)
    assert opened.einvoice is not None
    assert not isinstance(pages.render(file, MediaType.XML, 0, 40), Refusal)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", Kind.INVOICE),
        ("381", Kind.CREDIT_NOTE),
        ("384", Kind.CORRECTED_INVOICE),
        ("386", Kind.PREPAYMENT_INVOICE),
        ("389", Kind.INVOICE),
    ],
)
def test_the_type_code_says_what_kind_of_invoice_it_is(code: str, kind: Kind) -> None:
    date = "<ram:IssueDateTime>"
    cii = CII.format(guideline="x").replace(date, f"<ram:TypeCode>{code}</ram:TypeCode>{date}")
    invoice = read_einvoice(cii.encode())
    assert invoice is not None
    assert invoice.kind is kind


def test_a_ubl_credit_note_is_one_by_its_outermost_element() -> None:
    invoice = read_einvoice(b"<CreditNote><ID>7</ID></CreditNote>")
    assert invoice is not None
    assert invoice.kind is Kind.CREDIT_NOTE


def _pdf(*files: tuple[str, bytes]) -> pymupdf.Document:
    document = pymupdf.open()
    document.new_page()
    for name, content in files:
        document.embfile_add(name, content, filename=name)
    return pymupdf.open(stream=document.tobytes())


ONE, OTHER = b"<Invoice><ID>1</ID></Invoice>", b"<Invoice><ID>2</ID></Invoice>"


def test_the_same_einvoice_twice_is_one() -> None:
    attached = read_attached(_pdf(("factur-x.xml", ONE), ("copy.xml", b"\n".join([ONE, b""]))))
    assert attached.einvoice is not None
    assert attached.notes == ("embedded_files",)


def test_of_two_that_differ_none_is_trusted() -> None:
    attached = read_attached(_pdf(("factur-x.xml", ONE), ("second.xml", OTHER)))
    assert attached.einvoice is None
    assert "several_einvoices" in attached.notes


def test_a_file_that_only_goes_with_the_document_does_not_count_against_it() -> None:
    document = _pdf(("factur-x.xml", ONE), ("second.xml", OTHER))
    beside = document.get_new_xref()
    about = "<</Type/Filespec/F(second.xml)/UF(second.xml)/AFRelationship/Supplement>>"
    document.update_object(beside, about)
    document.xref_set_key(document.pdf_catalog(), "AF", f"[{beside} 0 R]")
    attached = read_attached(document)
    assert attached.einvoice is not None
    assert attached.einvoice.values == {"invoice_number": "1"}


def test_an_einvoice_by_name_that_cannot_be_read_is_noted() -> None:
    attached = read_attached(_pdf(("factur-x.xml", XXE)))
    assert attached.einvoice is None
    assert "einvoice_unreadable" in attached.notes


def test_a_file_with_endless_text_is_drawn_only_as_far_as_anyone_would_read() -> None:
    notes = b"<Note>" + b"word " * 40_000 + b"</Note>"
    opened = XmlFile(INVOICE.replace(b"</c:ID>", b"</c:ID>" + notes * 3, 1), Limits()).opened("a" * 64)
    assert len(opened.pages) < 150
    assert opened.pages[-1].words[-1].text == "drawn"


def test_one_endless_word_takes_no_longer_than_opening_may(pages: Pages, tmp_path: Path) -> None:
    file = tmp_path / "endless.xml"
    file.write_bytes(INVOICE.replace(b"</c:ID>", b"</c:ID><Note>" + b"A" * 8_000_000 + b"</Note>", 1))
    opened = pages.open(file, "a" * 64, MediaType.XML)
    assert isinstance(opened, Opened)
    assert opened.pages[-1].words[-1].text == "drawn"


def test_a_file_inside_an_einvoice_is_named_and_its_bytes_are_no_words_of_a_page() -> None:
    inside = b'<Object mimeCode="application/pdf" filename="terms.pdf">' + b"JVBERi0x" * 100 + b"</Object>"
    opened = XmlFile(INVOICE.replace(b"</c:ID>", b"</c:ID>" + inside, 1), Limits()).opened("a" * 64)
    words = " ".join(word.text for page in opened.pages for word in page.words)
    assert "a file of 800 signs, terms.pdf" in words
    assert "JVBERi0x" not in words
