"""The index of the CSV files for tax software, in the form of the German tax offices (GoBD, access Z3)."""

from collections.abc import Iterator
from html import escape

from countersign.insight.bundle.tables import Column, Kind, Table

DTD_NAME = "gdpdu-01-09-2004.dtd"
"""The name under which tax software looks for the document type beside the index."""

DTD = """\
<!-- The elements that this index uses, each with content that the full document type admits, too. -->
<!ELEMENT DataSet (Version, DataSupplier, Media)>
<!ELEMENT Version (#PCDATA)>
<!ELEMENT DataSupplier (Name, Location, Comment)>
<!ELEMENT Location (#PCDATA)>
<!ELEMENT Comment (#PCDATA)>
<!ELEMENT Media (Name, Table+)>
<!ELEMENT Table (URL, Name, Description, Validity, UTF8, DecimalSymbol, DigitGroupingSymbol, Range,
 VariableLength)>
<!ELEMENT URL (#PCDATA)>
<!ELEMENT Name (#PCDATA)>
<!ELEMENT Description (#PCDATA)>
<!ELEMENT Validity (Range, Format)>
<!ELEMENT Range (From, To?)>
<!ELEMENT From (#PCDATA)>
<!ELEMENT To (#PCDATA)>
<!ELEMENT Format (#PCDATA)>
<!ELEMENT UTF8 EMPTY>
<!ELEMENT DecimalSymbol (#PCDATA)>
<!ELEMENT DigitGroupingSymbol (#PCDATA)>
<!ELEMENT VariableLength (ColumnDelimiter, RecordDelimiter, TextEncapsulator, VariablePrimaryKey+,
 VariableColumn*)>
<!ELEMENT ColumnDelimiter (#PCDATA)>
<!ELEMENT RecordDelimiter (#PCDATA)>
<!ELEMENT TextEncapsulator (#PCDATA)>
<!ELEMENT VariablePrimaryKey (Name, Description, (Numeric | AlphaNumeric | Date))>
<!ELEMENT VariableColumn (Name, Description, (Numeric | AlphaNumeric | Date))>
<!ELEMENT Numeric (Accuracy?)>
<!ELEMENT Accuracy (#PCDATA)>
<!ELEMENT AlphaNumeric EMPTY>
<!ELEMENT Date (Format)>
"""


def index(tables: tuple[Table, ...], log: str, first: str, last: str) -> bytes:
    """Return index.xml for tables whose rows lie between two days (ISO 8601)."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<!DOCTYPE DataSet SYSTEM "{DTD_NAME}">\n',
        "<DataSet>\n <Version>1.0</Version>\n",
        f" <DataSupplier><Name>Countersign desk {escape(log)}</Name><Location></Location>",
        "<Comment>Exported with the signed record that it is taken from</Comment></DataSupplier>\n",
        " <Media>\n  <Name>data/gdpdu</Name>\n",
    ]
    for table in tables:
        parts += _table(table, first, last)
    parts.append(" </Media>\n</DataSet>\n")
    return "".join(parts).encode()


def _table(table: Table, first: str, last: str) -> Iterator[str]:
    yield f"  <Table>\n   <URL>{escape(table.file)}</URL>\n"
    yield f"   <Name>{escape(table.title)}</Name>\n   <Description>{escape(table.what)}</Description>\n"
    yield f"   <Validity><Range><From>{first}</From><To>{last}</To></Range>"
    yield "<Format>YYYY-MM-DD</Format></Validity>\n"
    yield "   <UTF8/>\n   <DecimalSymbol>.</DecimalSymbol>\n"
    yield "   <DigitGroupingSymbol>,</DigitGroupingSymbol>\n"
    yield "   <Range><From>2</From></Range>\n"  # the first line holds the names of the columns
    yield "   <VariableLength>\n    <ColumnDelimiter>;</ColumnDelimiter>\n"
    yield "    <RecordDelimiter>&#13;&#10;</RecordDelimiter>\n"
    yield "    <TextEncapsulator>&quot;</TextEncapsulator>\n"
    for at, column in enumerate(table.columns):
        element = "VariablePrimaryKey" if at < table.keys else "VariableColumn"
        yield f"    <{element}><Name>{escape(column.name)}</Name>"
        yield f"<Description>{escape(column.what)}</Description>{_type(column)}</{element}>\n"
    yield "   </VariableLength>\n  </Table>\n"


def _type(column: Column) -> str:
    match column.kind:
        case Kind.NUMBER:
            return f"<Numeric><Accuracy>{column.places}</Accuracy></Numeric>"
        case Kind.DATE:
            return "<Date><Format>YYYY-MM-DD</Format></Date>"
        case _:
            return "<AlphaNumeric/>"
