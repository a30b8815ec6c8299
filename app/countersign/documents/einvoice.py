"""Structured invoice data inside a PDF, under the desk's own field names, values normalised.

Reads UN/CEFACT Cross Industry Invoice (Factur-X, ZUGFeRD 1 and 2, XRechnung), its order sibling (Order-X)
and UBL 2 (XRechnung, Peppol). Elements are found by local name: the versions differ in namespaces and in
the names of a few containers only. What is missing or malformed in the file is missing in the answer.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from lxml import etree

from countersign.domain.document import EInvoice, Kind
from countersign.domain.numerals import amount, number

MOST_BYTES = 20_000_000
"""A larger attachment is no invoice."""

Element = etree._Element
Paths = dict[str, tuple[str, ...]]

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
_CII_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")  # qualifier 102; others name no day
_ROOTS = {
    "CrossIndustryInvoice": "factur-x",
    "CrossIndustryDocument": "zugferd",
    "SCRDMCCBDACIOMessageStructure": "order-x",
    "Invoice": "ubl",
    "CreditNote": "ubl",
}
_DOCTYPE = "<!DOCTYPE"
_TYPES: Paths = {
    "cii": ("./ExchangedDocument/TypeCode", "./HeaderExchangedDocument/TypeCode"),
    "ubl": ("./InvoiceTypeCode", "./CreditNoteTypeCode"),
}
_KINDS = {
    **dict.fromkeys(
        ("81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"), Kind.CREDIT_NOTE
    ),
    "384": Kind.CORRECTED_INVOICE,
    "386": Kind.PREPAYMENT_INVOICE,
}
"""By code of UNTDID 1001; all others are plain invoices to a desk."""
_AT_SELLER, _AT_BUYER = "./*/*/SellerTradeParty", "./*/*/BuyerTradeParty"
_TAX_ID = "SpecifiedTaxRegistration/ID[@schemeID='{}']"
_SUMS = (
    "./*/*/SpecifiedTradeSettlementHeaderMonetarySummation",
    "./*/*/SpecifiedTradeSettlementMonetarySummation",
)
_PARTY_TAX = "PartyTaxScheme[TaxScheme/ID='VAT']/CompanyID"
_SUPPLIER, _CUSTOMER = "./AccountingSupplierParty/Party", "./AccountingCustomerParty/Party"

_CII: Paths = {
    "invoice_number": ("./ExchangedDocument/ID", "./HeaderExchangedDocument/ID"),
    "invoice_date": (
        "./ExchangedDocument/IssueDateTime/DateTimeString",
        "./HeaderExchangedDocument/IssueDateTime/DateTimeString",
    ),
    "due_date": ("./*/*/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",),
    "vendor_name": (f"{_AT_SELLER}/Name",),
    "vendor_vat_id": (f"{_AT_SELLER}/{_TAX_ID.format('VA')}",),
    "vendor_tax_number": (f"{_AT_SELLER}/{_TAX_ID.format('FC')}",),
    "buyer_name": (f"{_AT_BUYER}/Name",),
    "buyer_vat_id": (f"{_AT_BUYER}/{_TAX_ID.format('VA')}",),
    "purchase_order": (
        "./*/*/BuyerOrderReferencedDocument/IssuerAssignedID",
        "./*/*/BuyerOrderReferencedDocument/ID",
    ),
    "currency": ("./*/*/InvoiceCurrencyCode", "./*/*/OrderCurrencyCode"),
    "net_total": tuple(f"{sums}/TaxBasisTotalAmount" for sums in _SUMS),
    "tax_total": tuple(f"{sums}/TaxTotalAmount" for sums in _SUMS),
    "gross_total": tuple(f"{sums}/GrandTotalAmount" for sums in _SUMS),
    "amount_due": tuple(f"{sums}/DuePayableAmount" for sums in _SUMS),
    "iban": ("./*/*/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID",),
}
_CII_ADDRESS = (
    f"{_AT_SELLER}/PostalTradeAddress",
    ("LineOne", "LineTwo", "LineThree"),
    ("PostcodeCode", "CityName"),
    "CountryID",
)
_CII_LINES = ("./*/IncludedSupplyChainTradeLineItem",)
_CII_ROW: Paths = {
    "description": ("./SpecifiedTradeProduct/Name", "./SpecifiedTradeProduct/Description"),
    "quantity": ("./*/BilledQuantity", "./*/RequestedQuantity"),
    "unit_price": ("./*/NetPriceProductTradePrice/ChargeAmount",),
    "tax_rate": ("./*/ApplicableTradeTax/RateApplicablePercent", "./*/ApplicableTradeTax/ApplicablePercent"),
    "amount": (
        "./*/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
        "./*/SpecifiedTradeSettlementMonetarySummation/LineTotalAmount",
    ),
}
_UBL: Paths = {
    "invoice_number": ("./ID",),
    "invoice_date": ("./IssueDate",),
    "due_date": ("./DueDate", "./PaymentMeans/PaymentDueDate"),
    "vendor_name": (f"{_SUPPLIER}/PartyLegalEntity/RegistrationName", f"{_SUPPLIER}/PartyName/Name"),
    "vendor_vat_id": (f"{_SUPPLIER}/{_PARTY_TAX}",),
    "vendor_tax_number": (f"{_SUPPLIER}/PartyTaxScheme[TaxScheme/ID='FC']/CompanyID",),
    "buyer_name": (f"{_CUSTOMER}/PartyLegalEntity/RegistrationName", f"{_CUSTOMER}/PartyName/Name"),
    "buyer_vat_id": (f"{_CUSTOMER}/{_PARTY_TAX}",),
    "purchase_order": ("./OrderReference/ID",),
    "currency": ("./DocumentCurrencyCode",),
    "net_total": ("./LegalMonetaryTotal/TaxExclusiveAmount",),
    "tax_total": ("./TaxTotal/TaxAmount",),
    "gross_total": ("./LegalMonetaryTotal/TaxInclusiveAmount",),
    "amount_due": ("./LegalMonetaryTotal/PayableAmount",),
    "iban": ("./PaymentMeans/PayeeFinancialAccount/ID",),
}
_UBL_ADDRESS = (
    f"{_SUPPLIER}/PostalAddress",
    ("StreetName", "AdditionalStreetName"),
    ("PostalZone", "CityName"),
    "Country/IdentificationCode",
)
_UBL_LINES = ("./InvoiceLine", "./CreditNoteLine")
_UBL_ROW: Paths = {
    "description": ("./Item/Name", "./Item/Description"),
    "quantity": ("./InvoicedQuantity", "./CreditedQuantity"),
    "unit_price": ("./Price/PriceAmount",),
    "tax_rate": ("./Item/ClassifiedTaxCategory/Percent",),
    "amount": ("./LineExtensionAmount",),
}


class NoEInvoice(ValueError):
    """A file holds no e-invoice that can be read; the message says why, in words for people."""

    def __init__(self, why: str, code: str = "unreadable_document") -> None:
        super().__init__(why)
        self.code = code
        """What the document is refused for."""


def read_einvoice(content: bytes) -> EInvoice | None:
    """Read an e-invoice; None when the file is none."""
    try:
        return einvoice_of(parse(content))
    except NoEInvoice:
        return None


def einvoice_of(root: Element) -> EInvoice:
    """Return the values of a parsed e-invoice; raises NoEInvoice."""
    name = str(root.tag)
    kind = _ROOTS.get(name)
    if kind is None:
        why = f"it is XML, but no e-invoice: its outermost element is {name[:40]!r}"
        raise NoEInvoice(why, "unsupported_format")
    is_ubl = kind == "ubl"
    values = _values(root, _UBL if is_ubl else _CII)
    if address := _address(root, *(_UBL_ADDRESS if is_ubl else _CII_ADDRESS)):
        values["vendor_address"] = address
    if kind == "order-x":  # the number of an order names no invoice
        values["purchase_order"] = values.pop("invoice_number", "")
    lines = [line for path in (_UBL_LINES if is_ubl else _CII_LINES) for line in _found(root, path)]
    rows = tuple(row for line in lines if (row := _values(line, _UBL_ROW if is_ubl else _CII_ROW)))
    return EInvoice(
        flavour=_flavour(root, kind),
        values={name: value for name, value in values.items() if value},
        rows=rows,
        kind=_kind(root, kind),
    )


def parse(content: bytes) -> Element:
    """Parse XML that a stranger made, its names without namespaces; raises NoEInvoice.

    A document type is refused before the parser sees it: no e-invoice has one, and only by it can a file
    reach for other files or grow in memory.
    """
    if len(content) > MOST_BYTES:
        raise NoEInvoice(f"e-invoices may have {MOST_BYTES // 1_000_000} MB", "too_large")
    if any(_DOCTYPE.encode(encoding) in content for encoding in ("ascii", "utf-16-le", "utf-16-be")):
        raise NoEInvoice("it declares a document type, as no e-invoice does")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NoEInvoice(f"it is not well-formed XML ({str(error)[:120]})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoEInvoice("it declares a document type, as no e-invoice does")
    for element in root.iter("{*}*"):
        element.tag = etree.QName(element).localname
    return root


def _kind(root: Element, found: str) -> Kind:
    if found == "order-x":
        return Kind.ORDER
    code = _first(root, _TYPES["ubl" if found == "ubl" else "cii"])
    return _KINDS.get(code, Kind.CREDIT_NOTE if root.tag == "CreditNote" else Kind.INVOICE)


def _flavour(root: Element, kind: str) -> str:
    guideline = _first(
        root, (".//GuidelineSpecifiedDocumentContextParameter/ID", "./CustomizationID")
    ).lower()
    named = next((name for name in ("xrechnung", "zugferd", "peppol") if name in guideline), None)
    return named or kind


def _values(element: Element, paths: Paths) -> dict[str, str]:
    found = {name: _NORMAL.get(name, _text)(_first(element, places)) for name, places in paths.items()}
    return {name: value for name, value in found.items() if value}


def _first(element: Element, paths: Iterable[str]) -> str:
    """Return the text of the first element that has any."""
    texts = (
        text for path in paths for found in _found(element, path) if (text := (found.text or "").strip())
    )
    return next(texts, "")


def _found(element: Element, path: str) -> list[Element]:
    found = element.xpath(path)
    return [one for one in found if isinstance(one, Element)] if isinstance(found, list) else []


def _address(root: Element, path: str, street: tuple[str, ...], city: tuple[str, ...], country: str) -> str:
    place = root.find(path)
    if place is None:
        return ""
    lines = [_first(place, (f"./{name}",)) for name in street]
    town = " ".join(filter(None, (_first(place, (f"./{name}",)) for name in city)))
    return ", ".join(_text(line) for line in (*lines, town, _first(place, (f"./{country}",))) if line)


def _text(text: str) -> str:
    return " ".join(text.split())


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _date(text: str) -> str:
    parts = _CII_DATE.fullmatch(text)
    iso = "-".join(parts.groups()) if parts else text[:10]
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        return ""


def _decimal(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: write(text) if _DECIMAL.fullmatch(text) else ""


_NORMAL: dict[str, Callable[[str], str]] = {
    "invoice_date": _date,
    "due_date": _date,
    "vendor_vat_id": _compact,
    "buyer_vat_id": _compact,
    "iban": _compact,
    "currency": _compact,
    "quantity": _decimal(number),
    "tax_rate": _decimal(number),
    **dict.fromkeys(
        ("net_total", "tax_total", "gross_total", "amount_due", "unit_price", "amount"), _decimal(amount)
    ),
}
