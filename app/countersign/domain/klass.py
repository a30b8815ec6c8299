"""Classes: the kinds of case a desk knows, each a file of data (resources/classes, or the desk's own)."""

from enum import StrEnum

from pydantic import Field, model_validator

from countersign.domain.base import Frozen

Label = dict[str, str]
"""A text for people by language code: at least ``en``."""


class FieldType(StrEnum):
    """What a field's value is, which decides how it is read, checked, shown and normalised."""

    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    CURRENCY = "currency"
    IDENTIFIER = "identifier"
    IBAN = "iban"
    BIC = "bic"
    VAT_ID = "vat_id"
    COUNTRY = "country"
    EMAIL = "email"
    PHONE = "phone"
    DURATION = "duration"


class Side(StrEnum):
    """Whose data a field holds, which decides where on a document to look for it."""

    ISSUER = "issuer"
    """Who made the document: its letterhead, its bank data, the foot of its pages."""
    ADDRESSEE = "addressee"
    """Whom the document is for: the address window, 'bill to'."""


class FieldDef(Frozen):
    """A named slot of a class."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType
    label: Label
    required: bool = False
    many: bool = False
    cues: dict[str, tuple[str, ...]] = {}
    """Words that stand beside the value on documents, by language; lower case."""
    side: Side | None = None
    past: bool = False
    """A day that has been, such as one of birth: it cannot lie in the future."""
    one_of: dict[str, tuple[str, ...]] = {}
    """The few words that the value is one of, by language; lower case. Empty where it may be anything."""
    beside: str | None = None
    """A column behind whose value this one may stand with no label of its own: ``L23A9442 (MO)``."""

    def title(self, language: str = "en") -> str:
        """Return the label in a language, else in English, else the bare name."""
        return self.label.get(language) or self.label.get("en") or self.name


class FieldGroup(Frozen):
    """Fields that stand together on the screen, in order."""

    name: str
    label: Label
    fields: tuple[FieldDef, ...]


class Nested(Frozen):
    """Amounts by kind and measure; the column of kind ``bi`` and measure ``paid`` is named ``bi_paid``."""

    kinds: dict[str, tuple[str, ...]]
    """Words that head each kind; lower case."""
    measures: dict[str, tuple[str, ...]]
    """Words that head each measure; lower case."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All names of columns."""
        return tuple(f"{kind}_{measure}" for kind in self.kinds for measure in self.measures)


class TableDef(Frozen):
    """A table that documents of the class carry: invoice lines, transactions, losses."""

    name: str
    label: Label
    columns: tuple[FieldDef, ...]
    adds_up_to: tuple[str, ...] = ()
    """Head fields of which one is the sum of the column `amount`."""
    of_form: bool = False
    """Its rows are the filled fields of a form (columns `label` and `value`), not lines of a table."""
    leads: tuple[str, str] | None = None
    """A balance before and one after: head fields of which the column `amount` is the difference."""
    counted_by: str | None = None
    """The head field that says how many rows there are."""
    nested: Nested | None = None
    """Amounts that each row carries in a small table, or in words, of its own."""


class Headline(Frozen):
    """Which fields stand for the case in a queue."""

    counterparty: str
    amount: str | None = None
    currency: str | None = None
    date: str | None = None
    number: str | None = None


class ClassDef(Frozen):
    """A kind of case."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    kin: str | None = None
    """The wider class that it is one of: a benefit claim is a claim."""
    groups: tuple[FieldGroup, ...]
    tables: tuple[TableDef, ...] = ()
    variants: tuple[str, ...] = ()
    """Kin that is read as this class: a receipt is an invoice."""
    headline: Headline
    cues: dict[str, tuple[str, ...]] = {}
    """Words that tell the class, by language; lower case."""
    variant_cues: dict[str, dict[str, tuple[str, ...]]] = {}
    """Words that tell a variant, by variant and language; lower case."""
    sums: tuple[tuple[str, ...], ...] = ()
    """Amount fields of which the last is the sum of those before."""
    in_order: tuple[tuple[str, ...], ...] = ()
    """Date fields none of which may lie before the one to its left."""
    retold: tuple[tuple[str, str], ...] = ()
    """A date field and a text that tells it again, such as when a loss happened and what happened."""
    else_same: tuple[tuple[str, str], ...] = ()
    """A field and the one whose value it has where a document names no own: what is due is the total."""

    @property
    def fields(self) -> tuple[FieldDef, ...]:
        """All head fields in screen order."""
        return tuple(field for group in self.groups for field in group.fields)

    def field(self, name: str) -> FieldDef | None:
        """Return a head field by its name."""
        return next((field for field in self.fields if field.name == name), None)

    @model_validator(mode="after")
    def _names_are_known_and_unique(self) -> "ClassDef":
        names = [field.name for field in self.fields]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise ValueError(f"the class {self.name} names a field twice: {', '.join(doubles)}")
        for role, name in self.headline.model_dump(exclude_none=True).items():
            if name not in names:
                raise ValueError(f"the class {self.name} has no field {name!r}, named as headline {role}")
        relations = (*self.sums, *self.in_order, *self.retold, *self.else_same)
        related = [name for group in relations for name in group]
        related += [name for table in self.tables for name in (*table.adds_up_to, *(table.leads or ()))]
        related += [table.counted_by for table in self.tables if table.counted_by]
        for name in related:
            if name not in names:
                raise ValueError(f"the class {self.name} has no field {name!r}, which its checks name")
        for table in self.tables:
            columns = {column.name for column in table.columns}
            for name in (*(c.beside for c in table.columns), *(table.nested.columns if table.nested else ())):
                if name and name not in columns:
                    raise ValueError(f"the table {table.name} of {self.name} has no column {name!r}")
        return self
