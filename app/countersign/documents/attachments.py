"""The e-invoice among the files that are embedded in a PDF, and what is odd about them."""

from collections.abc import Iterator
from typing import NamedTuple

import pymupdf

from countersign.documents.einvoice import MOST_BYTES, read_einvoice
from countersign.domain.document import EInvoice

_STANDARD = frozenset(
    {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "cida.xml", "cii.xml", "ubl.xml"}
)
"""Names that the standards give to the file that holds the invoice."""
_MOST_FILES = 200
_BESIDE = "Supplement"
"""AFRelationship (ISO 19005-3) of a file that only goes with the document."""


class Attached(NamedTuple):
    """What the embedded files hold."""

    einvoice: EInvoice | None
    notes: tuple[str, ...]


class _File(NamedTuple):
    name: str
    content: bytes


def read_attached(pdf: pymupdf.Document) -> Attached:
    """Return the e-invoice; of several that differ none can be trusted, unless all but one go with it only.

    A file that has the name of an e-invoice and cannot be read as one is noted: somebody must look.
    """
    notes: list[str] = []
    if pdf.embfile_count() > 0:
        notes.append("embedded_files")
    beside = _beside(pdf)
    read = [(file, read_einvoice(file.content)) for file in _files(pdf)]
    if any(invoice is None and file.name in _STANDARD for file, invoice in read):
        notes.append("einvoice_unreadable")
    found = [(file, invoice) for file, invoice in read if invoice is not None]
    for choice in (found, [pair for pair in found if pair[0].name not in beside]):
        different = {invoice.model_dump_json(): invoice for _, invoice in choice}
        if len(different) == 1:
            return Attached(next(iter(different.values())), tuple(notes))
    if found:
        notes.append("several_einvoices")
    return Attached(None, tuple(notes))


def _files(pdf: pymupdf.Document) -> Iterator[_File]:
    for number in range(min(pdf.embfile_count(), _MOST_FILES)):
        about = pdf.embfile_info(number)
        name = str(about.get("ufilename") or about.get("filename") or about.get("name") or "").lower()
        if name.endswith(".xml") and about.get("length", 0) <= MOST_BYTES:
            yield _File(name, pdf.embfile_get(number))


def _beside(pdf: pymupdf.Document) -> frozenset[str]:
    """Return the names of embedded files that say of themselves that they only go with the document."""
    kind, listed = pdf.xref_get_key(pdf.pdf_catalog(), "AF")
    if kind == "xref":
        listed = pdf.xref_object(int(listed.split()[0]), compressed=True)
    elif kind != "array":
        return frozenset()
    numbers = [int(part) for part in listed.strip("[]").replace("R", " ").split()[::2] if part.isdigit()]
    return frozenset(
        pdf.xref_get_key(number, key)[1].lower()
        for number in numbers[:_MOST_FILES]
        if 0 < number < pdf.xref_length()
        and pdf.xref_get_key(number, "AFRelationship")[1].strip("/") == _BESIDE
        for key in ("F", "UF")
    )
