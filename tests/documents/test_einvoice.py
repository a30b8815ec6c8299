"""E-invoices of every flavour, under the desk's own field names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.documents.einvoice import read_einvoice

CII = """<?xml version="1.0"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:r" xmlns:ram="urn:a" xmlns:udt="urn:u">
 <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{guideline}</ram:ID>
 </ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument><ram:ID> R 1 </ram:ID><ram:IssueDateTime>
  <udt:DateTimeString format="102">20260105</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct><ram:Name>Paper  A4</ram:Name>
   </ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
   <ram:ChargeAmount>4.1000</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>8.000</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax>
   <ram:RateApplicablePercent>19.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>
   <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>32.8</ram:LineTotalAmount>
   </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Muster GmbH</ram:Name><ram:PostalTradeAddress>
    <ram:PostcodeCode>12345</ram:PostcodeCode><ram:LineOne>Weg 1</ram:LineOne><ram:CityName>Ort</ram:CityName>
    <ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">201/113/40209</ram:ID></ram:SpecifiedTaxRegistration>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE 123456789</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Käufer AG</ram:Name></ram:BuyerTradeParty>
   <ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-7</ram:IssuerAssignedID>
   </ram:BuyerOrderReferencedDocument>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
   <ram:IBANID>DE02 1203 0000 0000 2020 51</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
   </ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString>20260230</udt:DateTimeString>
   </ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>32.8</ram:TaxBasisTotalAmount>
   <ram:TaxTotalAmount>6.23</ram:TaxTotalAmount><ram:GrandTotalAmount>39.03</ram:GrandTotalAmount>
   <ram:DuePayableAmount>many</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""
UBL = """<Invoice xmlns="urn:i" xmlns:c="urn:c">
 <c:CustomizationID>{guideline}</c:CustomizationID><c:ID>7</c:ID>
 <c:IssueDate>2026-01-05</c:IssueDate><c:DocumentCurrencyCode>USD</c:DocumentCurrencyCode>
 <c:AccountingSupplierParty><c:Party><c:PartyName><c:Name>Azure</c:Name></c:PartyName>
 <c:PartyTaxScheme><c:CompanyID>BE0477472701</c:CompanyID><c:TaxScheme><c:ID>VAT</c:ID></c:TaxScheme>
 </c:PartyTaxScheme></c:Party></c:AccountingSupplierParty>
 <c:LegalMonetaryTotal><c:PayableAmount>279.84</c:PayableAmount></c:LegalMonetaryTotal>
 <c:InvoiceLine><c:InvoicedQuantity>2</c:InvoicedQuantity><c:LineExtensionAmount>5</c:LineExtensionAmount>
 <c:Item><c:Name>Chair</c:Name></c:Item></c:InvoiceLine></Invoice>"""


def test_an_invoice_comes_under_the_names_of_the_desk_with_normalised_values() -> None:
    invoice = read_einvoice(CII.format(guideline="urn:cen.eu:en16931:2017").encode())
    assert invoice is not None
    assert invoice.flavour == "factur-x"
    assert invoice.values == {
        "invoice_number": "R 1",
        "invoice_date": "2026-01-05",
        "vendor_name": "Muster GmbH",
        "vendor_address": "Weg 1, 12345 Ort, DE",
        "vendor_vat_id": "DE123456789",
        "vendor_tax_number": "201/113/40209",
        "buyer_name": "Käufer AG",
        "purchase_order": "PO-7",
        "currency": "EUR",
        "net_total": "32.80",
        "tax_total": "6.23",
        "gross_total": "39.03",
        "iban": "DE02120300000000202051",
    }
    assert invoice.rows == (
        {
            "description": "Paper A4",
            "quantity": "8",
            "unit_price": "4.10",
            "tax_rate": "19",
            "amount": "32.80",
        },
    )


def test_a_malformed_value_is_left_out_and_never_guessed() -> None:
    invoice = read_einvoice(CII.format(guideline="x").encode())
    assert invoice is not None
    assert not invoice.values.keys() & {"due_date", "amount_due"}  # 30 February; "many"


@pytest.mark.parametrize(
    ("template", "guideline", "flavour"),
    [
        (CII, "urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_1.2", "xrechnung"),
        (CII, "urn:cen.eu:en16931:2017#conformant#urn:zugferd.de:2p0:extended", "zugferd"),
        (UBL, "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "peppol"),
        (UBL, "", "ubl"),
    ],
)
def test_the_flavour_is_what_the_file_says(template: str, guideline: str, flavour: str) -> None:
    invoice = read_einvoice(template.format(guideline=guideline).encode())
    assert invoice is not None
    assert invoice.flavour == flavour


def test_ubl_comes_under_the_same_names() -> None:
    invoice = read_einvoice(UBL.format(guideline="").encode())
    assert invoice is not None
    assert invoice.values == {
        "invoice_number": "7",
        "invoice_date": "2026-01-05",
        "vendor_name": "Azure",
        "vendor_vat_id": "BE0477472701",
        "currency": "USD",
        "amount_due": "279.84",
    }
    assert invoice.rows == ({"description": "Chair", "quantity": "2", "amount": "5.00"},)


def test_a_file_with_a_document_type_is_not_read() -> None:
    entity = '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    attack = entity + UBL.format(guideline="").replace(">7<", ">&x;<")
    assert read_einvoice(attack.encode()) is None
    assert read_einvoice(attack.encode("utf-16")) is None


def test_what_is_no_einvoice_is_passed_over() -> None:
    files = [b"", b"<html/>", b"\x00\x01", UBL.format(guideline="").encode()]
    assert [invoice.flavour for file in files if (invoice := read_einvoice(file))] == ["ubl"]


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<Invoice>{text}</Invoice>".encode())
)
def test_no_attachment_makes_the_reader_fail(content: bytes) -> None:
    assert read_einvoice(content) is None or content.startswith(b"<Invoice>")
