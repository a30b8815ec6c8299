"""E-invoices: the same bill as Cross Industry Invoice XML (EN 16931), embedded with the factur-x library."""

import logging
import re
from typing import Any
from xml.sax.saxutils import escape

import facturx

from maker.bill import Bill
from maker.formats import decimal, scaled
from maker.truth import Made, sign
from maker.world import Company

PROFILES = {
    "en16931": "urn:cen.eu:en16931:2017",
    "basic": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
}
UNITS = {"h": "HUR", "Std.": "HUR", "day": "DAY", "d": "DAY", "j": "DAY", "Tag": "DAY"}
DAY = re.compile(rb"(D:|D\\072)\d{14}")
"""A date as PDF has it, its colon written out or as an octal escape."""
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def xml(bill: Bill, profile: str) -> str:
    """Return a bill as XML of a profile, valid against its schema."""
    lines = "".join(_line(bill, number, profile) for number in range(1, len(bill.items) + 1))
    order = _tag("ram:BuyerOrderReferencedDocument", _tag("ram:IssuerAssignedID", bill.order))
    buyer = bill.buyer
    agreement = _tag(
        "ram:ApplicableHeaderTradeAgreement",
        _tag("ram:SellerTradeParty", _party(bill.vendor)),
        _tag("ram:BuyerTradeParty", _party(buyer) if isinstance(buyer, Company) else _person(bill)),
        order,
    )
    delivery = _tag(
        "ram:ApplicableHeaderTradeDelivery",
        _tag("ram:ActualDeliverySupplyChainEvent", _tag("ram:OccurrenceDateTime", _day(bill.delivered))),
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rsm:CrossIndustryInvoice'
        ' xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
        ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'
        ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
        + _tag(
            "rsm:ExchangedDocumentContext",
            _tag("ram:GuidelineSpecifiedDocumentContextParameter", _tag("ram:ID", PROFILES[profile])),
        )
        + _tag(
            "rsm:ExchangedDocument",
            _tag("ram:ID", str(bill.number)),
            _tag("ram:TypeCode", "380"),
            _tag("ram:IssueDateTime", _day(bill.day)),
        )
        + _tag("rsm:SupplyChainTradeTransaction", lines, agreement, delivery, _settlement(bill))
        + "</rsm:CrossIndustryInvoice>\n"
    )


def _tag(name: str, *content: str, **attributes: str) -> str:
    inner = "".join(part if part.startswith("<") else escape(part) for part in content)
    marks = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{marks}>{inner}</{name}>"


def _day(day: Any) -> str:
    return _tag("udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def _place(lines: tuple[str, ...], town: str, country: str) -> str:
    code = " ".join(word for word in lines[-1].split() if any(c.isdigit() for c in word)) or "0"
    return _tag(
        "ram:PostalTradeAddress",
        _tag("ram:PostcodeCode", code),
        _tag("ram:LineOne", lines[0]),
        _tag("ram:CityName", town),
        _tag("ram:CountryID", country),
    )


def _party(company: Company) -> str:
    place = _place(company.address.lines, company.address.town, company.country)
    vat = (
        _tag("ram:SpecifiedTaxRegistration", _tag("ram:ID", company.vat_id, schemeID="VA"))
        if company.vat_id
        else ""
    )
    return _tag("ram:Name", company.name) + place + vat


def _person(bill: Bill) -> str:
    place = bill.buyer.address
    return _tag("ram:Name", bill.buyer.name) + _place(place.lines, place.town, place.country)


def _line(bill: Bill, number: int, profile: str) -> str:
    item, c = bill.items[number - 1], bill.currency
    unit = UNITS.get(item.unit, "C62")
    price = _tag("ram:ChargeAmount", decimal(item.price, c))
    seller_id = _tag("ram:SellerAssignedID", item.code) if profile == "en16931" else ""
    return _tag(
        "ram:IncludedSupplyChainTradeLineItem",
        _tag("ram:AssociatedDocumentLineDocument", _tag("ram:LineID", str(number))),
        _tag("ram:SpecifiedTradeProduct", seller_id, _tag("ram:Name", item.description)),
        _tag("ram:SpecifiedLineTradeAgreement", _tag("ram:NetPriceProductTradePrice", price)),
        _tag(
            "ram:SpecifiedLineTradeDelivery",
            _tag("ram:BilledQuantity", scaled(item.quantity, 2), unitCode=unit),
        ),
        _tag(
            "ram:SpecifiedLineTradeSettlement",
            _tag(
                "ram:ApplicableTradeTax",
                _tag("ram:TypeCode", "VAT"),
                _tag("ram:CategoryCode", "S"),
                _tag("ram:RateApplicablePercent", scaled(item.rate, 2)),
            ),
            _tag(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                _tag("ram:LineTotalAmount", decimal(item.amount, c)),
            ),
        ),
    )


def _settlement(bill: Bill) -> str:
    c = bill.currency
    account = (
        _tag("ram:PayeePartyCreditorFinancialAccount", _tag("ram:IBANID", bill.vendor.iban))
        if bill.vendor.iban
        else ""
    )
    taxes = "".join(
        _tag(
            "ram:ApplicableTradeTax",
            _tag("ram:CalculatedAmount", decimal(tax, c)),
            _tag("ram:TypeCode", "VAT"),
            _tag("ram:BasisAmount", decimal(base, c)),
            _tag("ram:CategoryCode", "S"),
            _tag("ram:RateApplicablePercent", scaled(rate, 2)),
        )
        for rate, base, tax in bill.taxes
    )
    main = bill.taxes[0][0]
    extras = ""
    for amount, charge in ((bill.discount, "false"), (bill.shipping, "true")):
        if amount:
            category = _tag(
                "ram:CategoryTradeTax",
                _tag("ram:TypeCode", "VAT"),
                _tag("ram:CategoryCode", "S"),
                _tag("ram:RateApplicablePercent", scaled(main, 2)),
            )
            extras += _tag(
                "ram:SpecifiedTradeAllowanceCharge",
                _tag("ram:ChargeIndicator", _tag("udt:Indicator", charge)),
                _tag("ram:ActualAmount", decimal(amount, c)),
                _tag("ram:Reason", "Freight" if charge == "true" else "Discount"),
                category,
            )
    sums = [
        _tag("ram:LineTotalAmount", decimal(sum(item.amount for item in bill.items), c)),
        _tag("ram:ChargeTotalAmount", decimal(bill.shipping, c)),
        _tag("ram:AllowanceTotalAmount", decimal(bill.discount, c)),
        _tag("ram:TaxBasisTotalAmount", decimal(bill.net, c)),
        _tag("ram:TaxTotalAmount", decimal(bill.tax, c), currencyID=c),
        _tag("ram:GrandTotalAmount", decimal(bill.gross, c)),
        _tag("ram:TotalPrepaidAmount", decimal(bill.paid, c)),
        _tag("ram:DuePayableAmount", decimal(bill.due_amount, c)),
    ]
    return _tag(
        "ram:ApplicableHeaderTradeSettlement",
        _tag("ram:InvoiceCurrencyCode", c),
        _tag(
            "ram:SpecifiedTradeSettlementPaymentMeans",
            _tag("ram:TypeCode", "58" if account else "30"),
            account,
        ),
        taxes,
        extras,
        _tag("ram:SpecifiedTradePaymentTerms", _tag("ram:DueDateDateTime", _day(bill.due))),
        _tag("ram:SpecifiedTradeSettlementHeaderMonetarySummation", *sums),
    )


def embed(page: bytes, truth: dict[str, Any], bill: Bill, profile: str, name: str) -> Made:
    """Return an e-invoice: the drawn page with the bill's XML inside. The bill may differ from the page."""
    logging.getLogger("factur-x").setLevel(logging.ERROR)
    data = facturx.generate_from_binary(
        page,
        xml(bill, profile).encode(),
        flavor="factur-x",
        level=profile,
        check_xsd=True,
        xmp_compression=False,
        pdf_metadata={"author": bill.vendor.name, "title": "", "subject": "", "keywords": ""},
        lang=bill.language,
    )
    truth = {**truth, "einvoice": f"factur-x {profile}", "xml_values": values(bill)}
    return sign(name, _settled(data, f"{bill.day:%Y%m%d}".encode()), truth)


def values(bill: Bill) -> dict[str, str]:
    """Return the head fields that the XML holds."""
    c = bill.currency
    held = {
        "vendor_name": bill.vendor.name,
        "vendor_vat_id": bill.vendor.vat_id,
        "buyer_name": bill.buyer.name,
        "invoice_number": "".join(str(bill.number).split()),
        "invoice_date": bill.day.isoformat(),
        "due_date": bill.due.isoformat(),
        "purchase_order": "".join(bill.order.split()),
        "currency": c,
        "net_total": decimal(bill.net, c),
        "tax_total": decimal(bill.tax, c),
        "gross_total": decimal(bill.gross, c),
        "amount_due": decimal(bill.due_amount, c),
        "iban": bill.vendor.iban,
    }
    return {key: value for key, value in held.items() if value}


def _settled(data: bytes, day: bytes) -> bytes:
    """Put the bill's day in place of the clock's, so that the same bill gives the same bytes."""
    data = DAY.sub(rb"\g<1>" + day + b"080000", data)
    moment = b"%s-%s-%sT08:00:00+00:00" % (day[:4], day[4:6], day[6:])
    return MOMENT.sub(moment, data)
