"""What the labels of a set can say: which of them are left out, and when silence means that nothing is there.

Every rule follows from a set's own description or from what a truth line itself says, never from a file.
"""

from collections.abc import Mapping
from typing import Any

from countersign.domain.klass import ClassDef, FieldType

Truth = Mapping[str, Any]
"""A line of a truth.jsonl."""

_OURS = "made by"
_NOT_MALAYSIAN = frozenset({FieldType.IBAN, FieldType.BIC, FieldType.VAT_ID})


def is_scored(entry: Truth, truth: Truth) -> bool:
    """Say whether one label is held against the reading.

    A label marked `suspect` is not. One that was not found on the page is a wrong label, a word that the
    text layer has wrong or a longer print, and is left out; but Kleister's annotators rewrote what they
    read ("three (3) years" is "3 years"), so there a label that is not found as it stands is still right.
    """
    if entry.get("suspect"):
        return False
    return entry.get("verified_in_text_layer") is not False or _is_kleister(truth)


def absent_fields(klass: ClassDef, truth: Truth) -> frozenset[str]:
    """Return the fields of the class for which a document is known to have no value.

    A field that is another one's unless the page says otherwise is never among them.
    """
    return unprinted_fields(klass, truth) - {name for name, _ in klass.else_same}


def unprinted_fields(klass: ClassDef, truth: Truth) -> frozenset[str]:
    """Return the fields of the class that are known not to be printed on the document.

    A truth that leaves a field out mostly says nothing: nobody labelled it. It means absence where we drew
    the document, where the benchmark says so (Kleister), where VRDU's annotators left a field of their form
    empty, and for kinds of value that the papers of a country do not carry (Malaysian receipts: no IBAN,
    BIC or European VAT ID).
    """
    named = {entry["name"] for entry in truth["fields"]}
    missing = {field.name for field in klass.fields} - named
    if is_ours(truth):
        return frozenset(missing)
    if _is_kleister(truth):
        return frozenset(missing & {"effective_date", "term", "jurisdiction", "party"})
    annotated = truth.get("vrdu_annotation")
    if annotated:
        return frozenset(name for name in missing if annotated.get(name) == "")
    if "SROIE" in str(truth.get("source", "")):
        return frozenset(f.name for f in klass.fields if f.type in _NOT_MALAYSIAN and f.name in missing)
    return frozenset()


def is_free(truth: Truth) -> bool:
    """Say whether a document may be learned from: what is held out is for measuring alone."""
    return bool(truth.get("split", "dev") == "dev")


def is_ours(truth: Truth) -> bool:
    """Say whether our own generator drew the document: then every value on it is in the truth."""
    return str(truth.get("source", "")).startswith(_OURS)


def layout(truth: Truth) -> str:
    """Name the layout's family; a document whose layout has no name is a family of its own."""
    named = truth.get("layout") or truth.get("template") or truth.get("form") or truth.get("vendor_key")
    if named is None:
        return str(truth["doc"])
    return str(named).split("-")[0] if is_ours(truth) else str(named)


def vendor(truth: Truth) -> str:
    """Name whoever made the document, as far as the truth tells; else the document is its own."""
    for key in ("vendor_key", "station"):
        if truth.get(key):
            return str(truth[key]).casefold()
    values = {entry["name"]: str(entry["value"]) for entry in truth["fields"]}
    for name in ("vendor_name", "registrant_name", "carrier_name", "bank_name", "company_name"):
        if name in values:
            return "".join(values[name].casefold().split())
    return str(truth.get("form") or truth["doc"])


def _is_kleister(truth: Truth) -> bool:
    return "kleister" in str(truth.get("source", "")).casefold()
