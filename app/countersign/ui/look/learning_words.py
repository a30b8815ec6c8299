"""Every English sentence about what the desk has learned, and about forgetting it."""

LEARNING = "Learning"
ABOUT = (
    "What people approve teaches the desk. The places of values are known at once; what is fitted in the "
    "background is used only where it reads documents held back better than before."
)
GO_BACK = "Back (Esc)"
FORGET = "Forget…"
EMPTY = "Nothing is learned yet"
EMPTY_HINT = (
    "Open a case, put its fields right and approve it. The next document of its kind is read with what you "
    "confirmed. A case that goes straight through teaches nothing, because nobody looked at it."
)
CURVE = "How well documents held back are read, by approved cases"
NO_CURVE = "The curve begins with the third approved case."
ROW_APPROVED = "Approved cases"
ROW_IN_USE = "In use"
ROW_LAST = "Last tried"
ROW_NEXT = "Tried again at"
ROW_FORGOTTEN = "Forgotten"
NOT_YET = "not yet"
ALL_FORGOTTEN = "All that it was taught is forgotten; with the next approved case it begins anew."
SHOWN_FORGOTTEN = 3

FORGET_TITLE = "Have the desk forget"
FORGET_ABOUT = (
    "What these cases taught is let go at once, and the rest is learned anew. The cases themselves stay as "
    "they are, and that it was forgotten stays on the record."
)
FORGET_WHAT = "What is to be forgotten"
FORGET_CASE = "What one case taught"
FORGET_PARTY = "What the cases of one counterparty taught"
FORGET_CLASS = "All that was learned about the class"
CASE_NUMBER = "Number of the case"
PARTY_NAME = "Name of the counterparty"
REASON = "Why"
REASON_HINT = "It stays on the record for good, so it names no one."
LONGEST_REASON = 200
FORGET_GO = "Forget it"

CLASS_ACT = "Another class…"
CLASS_TITLE = "This is another kind of case"
CLASS_ABOUT = "The agents read the document anew as a case of that class; what was read so far is put aside."
CLASS_GO = "Read it anew"
CLASS_LIST = "Classes"
CLASS_DONE = "The agents read the document anew."


def cases(count: int) -> str:
    """Count cases."""
    return f"{count:,} {'case' if count == 1 else 'cases'}"


def forgotten(count: int) -> str:
    """Say that it is done."""
    return f"Forgotten: what {cases(count)} taught. The rest is learned anew in the background."


def forgotten_row(count: int, by: str, when: str, reason: str) -> str:
    """Say what was forgotten, by whom, when and why."""
    return f"{cases(count)}, by {by}, {when}: {reason}"


def headline(first: str | None, now: str | None, documents: int) -> str:
    """Say in one line how far learning has come."""
    if now is None:
        return "Its places are remembered; the next document of the same layout is read with them."
    if first is None or first == now:
        return f"Documents like these are read at {now}, after {cases(documents)}."
    return f"Documents like these were read at {first}; after {cases(documents)}, at {now}."


def in_use(documents: int | None, since: int, approved: int) -> str:
    """Say what the reader uses."""
    if documents is None:
        return f"the places of {cases(approved)}" if approved else "nothing"
    later = f", and the places of {since:,} since" if since > 0 else ""
    return f"lessons of {cases(documents)}{later}"


def tried(when: str, before: str, after: str, *, is_admitted: bool) -> str:
    """Say how the last round went."""
    outcome = "in use since" if is_admitted else "not better, so nothing changed"
    return f"{when}: {after} after {before}; {outcome}"


def next_at(count: int, approved: int) -> str:
    """Say when lessons are fitted again."""
    return cases(count) if count > approved else "now, in the background"


def point(documents: int, share: str) -> str:
    """Say what a point of the curve means."""
    return f"after {cases(documents)}: {share}"
