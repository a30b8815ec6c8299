"""Every English sentence about holding and erasing a case."""

from countersign.domain.case import CaseFile

LONGEST_ORDER = 200
"""Signs of an order, as the record takes it."""
HOLD = "Place a hold…"
LIFT = "Lift a hold…"
ERASE = "Erase the content…"
ACTS = {"hold": HOLD, "lift": LIFT, "erase": ERASE}
HOLD_TITLE = "Place a hold"
HOLD_ABOUT = "While a hold stands, nothing of this case is erased, not even when its time is over."
HOLD_GO = "Place the hold"
LIFT_TITLE = "Lift a hold"
LIFT_ABOUT = "Once no hold stands, the case is erased when the policy's time for it is over, or by order."
LIFT_GO = "Lift the hold"
ERASE_TITLE = "Erase the content of this case"
ERASE_ABOUT = (
    "The key of its content is destroyed and its documents are deleted; nobody can bring them back here. "
    "Copies made before, such as backups and exports, are not reached."
)
ERASE_GO = "Erase for ever"
GONE = "Gone for ever:"
REMAINS = "Remains on the record:"
REMAINS_LINES = (
    "that the case came in, who decided it, when, and under which policy",
    "hashes and signatures: the record still verifies",
    "that it was erased, when, and by your order",
)
REMAINS_SENTENCE = (
    "The content of this case was erased. What remains shows that it came in, who decided it and when, "
    "and that it was erased."
)
ORDER = "Order or matter, such as a file number"
ORDER_HINT = "It stays on the record for good, so it names no one and tells nothing of the content."
HOLDS = "Holds on this case"
SURE = "I know that this cannot be undone."
HELD_CHIP = "Held"
ERASED_CHIP = "Erased"
HELD = "The case is held. Nothing of it is erased until the hold is lifted."
LIFTED = "The hold is lifted."
ERASED = "The content of the case is erased."


def gone(case: CaseFile) -> tuple[str, ...]:
    """Say what an erasure takes."""
    values = sum(state.reading.answer is not None for state in case.fields)
    documents = len(case.documents)
    pages = f", {case.pages} {'page' if case.pages == 1 else 'pages'}" if case.pages else ""
    return (
        f"{documents} {'document' if documents == 1 else 'documents'} as received{pages}",
        f"{values} values that were read or typed, and {len(case.rows)} line items",
        "names of files, particulars of reasons, notes",
    )


def erased_on(when: str, order: str) -> str:
    """Say why there is nothing to see."""
    return f"The content was erased on {when}, by the order {order}."


def held_by(order: str, by: str) -> str:
    """Say that an order keeps the case."""
    return f"Held by the order {order}, placed by {by}: nothing of it is erased until that is lifted."


def hold_row(order: str, by: str, when: str) -> str:
    """Say which hold stands, by whom and since when."""
    return f"{order} – {by}, {when}"
