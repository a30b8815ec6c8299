"""Structured invoice data inside a PDF, under the desk's own field names, values normalised.

Reads UN/CEFACT Cross Industry Invoice (Factur-X, ZUGFeRD 1 and 2, XRechnung), its order sibling (Order-X)
and UBL 2 (XRechnung, Peppol). Elements are found by local name: the versions differ in namespaces and in
the names of a few containers only. What is missing or malformed in the file is missing in the answer.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from lxml import etree

from countersign.domain.document import EInvoice
from countersign.domain.numerals import amount, number

MOST_BYTES = 20_000_000
"""A larger attachment is no invoice."""

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
_CII_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")  # qualifier 102; others name no day
_ROOTS = {
    "CrossIndustryInvoice": "factur-x",
    "CrossIndustryDocument": "zugferd",
    "SCRDMCCBDACIOMessageStructure": "order-x",
    "Invoice": "ubl",
    "CreditNote": "ubl",
}
_AT_SELLER, _AT_BUYER = "./*/*/SellerTradeParty", "./*/*/BuyerTradeParty"
_TAX_ID = "SpecifiedTaxRegistration/ID[@schemeID='{}']"
_SUMS = (
    "./*/*/SpecifiedTradeSettlementHeaderMonetarySummation",
    "./*/*/SpecifiedTradeSettlementMonetarySummation",
)
_PARTY_TAX = "PartyTaxScheme[TaxScheme/ID='VAT']/CompanyID"
_SUPPLIER, _CUSTOMER = "./AccountingSupplierParty/Party", "./AccountingCustomerParty/Party"

Element = etree._Element
Paths = dict[str, tuple[str, ...]]

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


def find_einvoices(files: Iterable[bytes]) -> tuple[EInvoice, ...]:
    """Return what the attached files hold of e-invoices; a file that is none is passed over."""
    return tuple(invoice for content in files if (invoice := read_einvoice(content)))


def read_einvoice(content: bytes) -> EInvoice | None:
    """Read an e-invoice; None when the file is none, or declares a document type, as only attackers do."""
    root = _parse(content)
    kind = _ROOTS.get(str(root.tag)) if root is not None else None
    if root is None or kind is None:
        return None
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
    )


def _parse(content: bytes) -> Element | None:
    if len(content) > MOST_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        return None
    for element in root.iter("{*}*"):
        element.tag = etree.QName(element).localname
    return root


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
