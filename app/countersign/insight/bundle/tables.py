"""The tables of a bundle: every file and column with its type and meaning, in one place.

The CSV files, the index for tax software and the data dictionary are all made from here.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    """ISO 8601, a day."""
    MOMENT = "moment"
    """ISO 8601, UTC, with milliseconds."""


class Column(NamedTuple):
    """A column of a table."""

    name: str
    kind: Kind
    what: str
    places: int = 0
    """Decimal places of a number."""


class Table(NamedTuple):
    """A CSV file."""

    name: str
    title: str
    what: str
    columns: tuple[Column, ...]
    keys: int = 1
    """How many columns, from the left, name a row."""

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.csv"


_T, _N, _D, _M = Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.MOMENT
_CASE = Column("case", _T, "number of the case")
_RECORD = Column("record", _N, "number of the record in the log, from 0")
_STATE = (
    "'disclosed'; 'withheld' when its content stays with the sender; 'erased' when its key is destroyed; "
    "empty when the agents found no value"
)

CASES = Table(
    "cases",
    "Cases",
    "One row for each case, as its records tell it.",
    (
        _CASE,
        Column("received_on", _D, "day on which its first record was made (UTC)"),
        Column("received_at", _M, "when its first record was made"),
        Column(
            "status", _T, "where it stands: received, waiting, straight_through, approved, rejected, mail"
        ),
        Column("class", _T, "kind of case"),
        Column("variant", _T, "kin of the class, such as a receipt among invoices"),
        Column("counterparty", _T, "who made the document"),
        Column("number", _T, "number printed on the document"),
        Column("date", _T, "date printed on the document, ISO 8601"),
        Column("amount", _T, "amount printed on the document, decimal with a point"),
        Column("currency", _T, "ISO 4217"),
        Column("language", _T, "language of the document"),
        Column("policy", _T, "name of the policy that decided"),
        Column("policy_digest", _T, "SHA-256 of the policy's text"),
        Column("mode", _T, "how far the agents went by themselves"),
        Column("route", _T, "what the policy said"),
        Column("reasons", _T, "codes of the reasons, separated by a space"),
        Column("decided_by", _T, "who had the last word: the policy, or a person by printed name"),
        Column("solely_automated", _T, "yes when no person decided (GDPR article 22)"),
        Column("records", _N, "how many records the case has"),
        Column("first_record", _N, "number of its first record"),
        Column("last_record", _N, "number of its last record"),
        Column("holds", _N, "legal holds that stand"),
        Column("erased_at", _M, "when its content was erased, empty when it was not"),
    ),
)
FIELDS = Table(
    "fields",
    "Fields",
    "One row for each field of a case as it counts now.",
    (
        _CASE,
        Column("field", _T, "name of the field"),
        Column("index", _N, "which value, where a field has several, from 0"),
        Column("label", _T, "the field for people"),
        Column("value", _T, "the value in its canonical form"),
        Column("printed", _T, "the words on the page"),
        Column("state", _T, _STATE),
        Column("confidence", _N, "how sure, in parts per million"),
        Column("threshold", _N, "how sure the policy asked to be, in parts per million"),
        Column("method", _T, "how it was read: einvoice, widget, text, ocr, model, person"),
        Column("document", _T, "SHA-256 of the document that it stands on"),
        Column("page", _N, "page of the document, from 1"),
        Column("act", _T, "what a person did with it, empty when none did"),
        Column("agents_said", _T, "what the agents had said, where a person acted"),
    ),
    keys=3,
)
LINES = Table(
    "lines",
    "Lines of tables",
    "One row for each cell of the tables on a document: invoice lines, transactions, losses.",
    (
        _CASE,
        Column("line", _N, "which line, from 1"),
        Column("table", _T, "name of the table"),
        Column("column", _T, "name of the column"),
        Column("value", _T, "the value in its canonical form"),
        Column("confidence", _N, "how sure, in parts per million"),
    ),
    keys=4,
)
EVENTS = Table(
    "events",
    "Events",
    "One row for each record of a case: who did what, when.",
    (
        _RECORD,
        _CASE,
        Column("n", _N, "which record of the case, from 0"),
        Column("day", _D, "day of the record (UTC)"),
        Column("at", _M, "the desk's clock when the record was made"),
        Column("kind", _T, "kind of event"),
        Column("actor_kind", _T, "person, agent or system"),
        Column("actor", _T, "who did it"),
        Column("role", _T, "in which role, or which part of the system"),
        Column("authenticated", _T, "how the desk knew who it was"),
        Column("what", _T, "the event in words"),
        Column("sha256", _T, "hash of the record's bytes"),
    ),
)
CHANGES = Table(
    "changes",
    "Changes by people",
    "One row for each act of a person on a field, with the value before and after.",
    (
        _RECORD,
        _CASE,
        Column("at", _M, "when"),
        Column("person", _T, "id of the person"),
        Column("field", _T, "name of the field"),
        Column("index", _N, "which value, from 0"),
        Column("act", _T, "confirmed, corrected, added, not_present, illegible, reopened"),
        Column("before", _T, "value before"),
        Column("after", _T, "value after"),
        Column("dwell_ms", _N, "how long the person had the field before them, in milliseconds"),
    ),
)
SIGNATURES = Table(
    "signatures",
    "Signatures",
    "One row for each signature of a person: printed name, time and meaning (21 CFR 11.50).",
    (
        _RECORD,
        _CASE,
        Column("day", _D, "day of the signature (UTC)"),
        Column("at", _M, "when it was signed"),
        Column("name", _T, "printed name of the signer"),
        Column("meaning", _T, "what the signature means"),
        Column("person", _T, "id of the signer"),
        Column("role", _T, "in which role"),
        Column("authenticated", _T, "how the desk knew who it was"),
        Column("key", _T, "identity of the key: first 32 hex digits of the SHA-256 of the public key"),
    ),
)
DOCUMENTS = Table(
    "documents",
    "Documents",
    "One row for each receipt of a document: hash at receipt and hash of the file now.",
    (
        _RECORD,
        _CASE,
        Column("received_on", _D, "day of receipt (UTC)"),
        Column("received_at", _M, "when it was received"),
        Column("channel", _T, "how it came in"),
        Column("name", _T, "name of the file as received"),
        Column("media_type", _T, "what its first bytes say it is"),
        Column("bytes", _N, "length as received"),
        Column("sha256_at_receipt", _T, "hash on the record of the receipt"),
        Column("sha256_now", _T, "hash of the file that is in this bundle"),
        Column("state", _T, "'as received', 'withheld' or 'erased'"),
        Column("file", _T, "where it is in this bundle"),
    ),
)
PEOPLE = Table(
    "people",
    "People",
    "One row for each enrolment of a person.",
    (
        _RECORD,
        Column("at", _M, "when"),
        Column("person", _T, "id"),
        Column("name", _T, "printed name"),
        Column("roles", _T, "roles, separated by a space"),
        Column("key", _T, "identity of the person's key"),
        Column("assurance", _T, "how the private key is kept"),
    ),
)
POLICIES = Table(
    "policies",
    "Policies",
    "One row for each activation of a policy that decided a case of this bundle.",
    (
        _RECORD,
        Column("at", _M, "when it was activated"),
        Column("policy", _T, "name"),
        Column("digest", _T, "SHA-256 of its text"),
        Column("file", _T, "where its text is in this bundle"),
    ),
)
AGENTS = Table(
    "agents",
    "Agents",
    "One row for each enrolment of an agent.",
    (
        _RECORD,
        Column("at", _M, "when"),
        Column("agent", _T, "name and version"),
        Column("tier", _N, "what it may do: 0 read only, 1 low-impact, 2 leaves the house, 3 money, 4 keys"),
        Column("purpose", _T, "what it is for"),
        Column("code_digest", _T, "SHA-256 over what decides its behaviour"),
        Column("key", _T, "identity of the agent's key"),
        Column("file", _T, "its card in this bundle"),
    ),
)

GOBD = (CASES, FIELDS, LINES, EVENTS, CHANGES, SIGNATURES, DOCUMENTS, PEOPLE, POLICIES)
"""What stands in data/gdpdu and in its index."""
