"""Every English sentence of the screens, in one place, so that they can be translated in one place."""

from countersign.domain.case import Status
from countersign.domain.queue import Order
from countersign.ui.look.marks import Mark

LANGUAGES = ("en",)
"""Languages that these sentences exist in; labels of fields and reasons follow them, so none are mixed."""
APP = "Countersign"

# -- queue ------------------------------------------------------------------------------------------------
TABS: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("To do", (Status.WAITING,)),
    ("Straight through", (Status.STRAIGHT_THROUGH,)),
    ("Done", (Status.APPROVED,)),
    ("Refused", (Status.REJECTED,)),
    ("All", ()),
)
COLUMNS = ("Class", "Counterparty", "Number", "Amount", "Age", "Status", "Why it is here", "File")
STATUS = {
    Status.RECEIVED: "Agents at work",
    Status.WAITING: "Needs a person",
    Status.STRAIGHT_THROUGH: "Straight through",
    Status.APPROVED: "Approved",
    Status.REJECTED: "Refused",
}
ORDERS = {
    Order.OLDEST: "Oldest first",
    Order.NEWEST: "Newest first",
    Order.AMOUNT: "Largest amount",
    Order.COUNTERPARTY: "Counterparty A–Z",
}
ALL_CLASSES = "All classes"
SEARCH = "Search counterparty, number or file"
ADD = "Add documents"
ADD_FILES = "Files…"
ADD_FOLDER = "A folder…"
EMPTY_TITLE = "Nothing here yet"
EMPTY_HINT = "Drop files or folders here, or press Ctrl+O to choose them."
TODO_EMPTY_TITLE = "Nothing needs you"
TODO_EMPTY_HINT = (
    "What the agents cannot finish comes here. Drop files here, or press Ctrl+O, to bring more in."
)
NO_MATCH_TITLE = "No case matches"
NO_MATCH_HINT = "Press Esc in the search box to clear it, or choose another class."
DROP = "Drop to bring in"
QUEUE = "Cases"
CLASS_FILTER = "Class"
ORDER = "Order"
DOCUMENT_FILES = "Documents (*.pdf *.png *.jpg *.jpeg *.tif *.tiff *.eml);;All files (*)"
THEME = "Light or dark"
NOT_CLASSIFIED = "Not classified"
TAKING_IN = "Bringing documents in…"

# -- review -----------------------------------------------------------------------------------------------
BACK = "Back to the cases"
APPROVE = "Approve"
REJECT = "Reject"
PAGE = "Page of the document"
THUMBNAILS = "Pages"
FIELDS = "Fields"
WHY = "Why it is here"
TRACE = "Trace"
HISTORY = "History"
ROWS = "Line items"
SETTLED_ALL = "Every field is settled. Ctrl+Enter approves the case."
NO_NEXT = "That was the last case that needs you here."
READ_ONLY = "Read only"
NOTHING_TO_UNDO = "There is nothing to take back on this case."
PICK_A_WORD = "Type the value, or click its words on the page."
NO_PAGE = "This page cannot be drawn."
DRAWING = "Drawing the page…"
NO_DOCUMENT = "There is no page to show."
MARKS = {
    Mark.BOLT: "read by an agent, above the threshold",
    Mark.HOLLOW: "needs a person",
    Mark.CHECK: "confirmed by a person",
    Mark.PENCIL: "changed by a person",
    Mark.FLAG: "a rule fails",
    Mark.DASH: "not present",
    Mark.HATCH: "illegible",
    Mark.NONE: "not read, not required",
}
NOT_PRESENT = "Not present"
ILLEGIBLE = "Illegible"
EMPTY_VALUE = "–"
NO_FIELDS = "No fields were read."
DRAFT = "Not confirmed yet. Enter keeps it, Esc drops it."
ADD_HINT = "Press F2 to type it, or N if it is not on the document."
MISSING = "Required, and no agent found it. Add it, or press N if it is not there."

# -- reject -----------------------------------------------------------------------------------------------
REJECT_TITLE = "Reject this case"
REJECT_HINT = "Press the digit of the reason. A note is optional."
NOTE = "Note for the record"
CANCEL = "Cancel"
MORE = "More"
EXPLAIN = "Explain this case"
EXPORT = "Export…"
EXPORT_CASE = "Export this case…"
RECORD = "The record"
CLOSE = "Close"

# -- passwords --------------------------------------------------------------------------------------------
YOUR_OWN = "Password"
NEW_ONE = "New password, at least 8 characters"
SAME_AGAIN = "The same once more"
CONTINUE = "Continue"
WRONG = "What was wrong"
TYPE_IT = "Type the password."
NOT_THE_SAME = "The two were not the same. Type both again."
NOT_RIGHT = "That was not the right password. Type it again."
UNLOCK_WHY = "Cancel leaves everything as it is; nothing is locked by a wrong try."
CHOOSE_WHY = (
    "It is asked for at each start. Nobody can open the keys without it, so keep it where you will find it."
)
SIGN_TITLE = "Your password"
SIGN_IN = "Sign in…"
SIGN_IN_WHY = "Your signing key is sealed with your password. Give it to work on cases."
SIGNED_IN_ALREADY = "You need not sign in: your key is open."

# -- keys -------------------------------------------------------------------------------------------------
KEYS_TITLE = "Keys"
KEYS_RECORD = (
    ("V", "Verify now"),
    ("E", "Export"),
    ("Page up / Page down", "Scroll"),
    ("Esc", "Back"),
    ("Ctrl+Shift+D", "Light or dark"),
    ("?", "This sheet"),
)
KEYS_LEARNING = (
    ("F", "Have the desk forget"),
    ("Page up / Page down", "Scroll"),
    ("Esc", "Back"),
    ("Ctrl+Shift+D", "Light or dark"),
    ("?", "This sheet"),
)
KEYS_QUEUE = (
    ("Up / Down", "Move between cases"),
    ("Enter", "Open the case"),
    ("X", "Explain the case on one page"),
    ("M", "More: export, sign in"),
    ("Ctrl+O", "Bring documents in"),
    ("Ctrl+Shift+O", "Bring a folder in"),
    ("Ctrl+F or /", "Search"),
    ("Ctrl+1 … Ctrl+5", "To do, Straight through, Done, Refused, All"),
    ("Ctrl+R", "The record: verify, export, who signs"),
    ("Ctrl+L", "What the desk has learned"),
    ("Ctrl+G", "The agents: who works on what, to what effect"),
    ("Ctrl+Shift+D", "Light or dark"),
    ("?", "This sheet"),
)
KEYS_REVIEW = (
    ("Tab / Shift+Tab", "Next or previous field; never confirms"),
    ("Enter", "Confirm, and go to the next field that needs you"),
    ("1 – 9", "Take another reading"),
    ("F2 / Esc", "Edit / drop the edit, back to the cases"),
    ("Click a word", "Put it into the focused field; Ctrl adds it"),
    ("Drag on the page", "Put the words of a region into the field"),
    ("N / I", "Declare not present / illegible"),
    ("Ctrl+Enter", "Approve the case and open the next"),
    ("R", "Reject, with a reason"),
    ("Ctrl+Z", "Take the last act back"),
    ("Z / F", "Zoom to the field / fit the width"),
    ("Ctrl+wheel, Ctrl+Plus, Ctrl+Minus", "Zoom"),
    ("Space+drag", "Move the page"),
    ("Page up / Page down", "Turn pages"),
    ("Alt+1 … Alt+4", "Why, Trace, History, Line items"),
    ("X", "Explain the case on one page"),
    ("M", "More: export, hold, erase"),
    ("Ctrl+R", "The record: verify, export, who signs"),
    ("Ctrl+Shift+D", "Light or dark"),
    ("?", "This sheet"),
)


def needs(confidence: str, threshold: str) -> str:
    """Say why a value is doubtful."""
    return f"{confidence} sure; the policy asks for {threshold}."


def progress(decided: int, total: int, waiting: int) -> str:
    """Say how far the agents are."""
    return f"{decided} of {total} decided · {waiting} need you"


def stalled(count: int) -> str:
    """Say that documents wait and nobody works."""
    return f"{count} wait for the agents, who are not running."


def agents(working: bool) -> str:
    """Say whether a worker runs."""
    return "Agents running" if working else "Agents not running"


def held_by(person: str) -> str:
    """Say that someone else works on the case."""
    return f"Held by {person}"


def held_by_you(until: str) -> str:
    """Say that the case is the person's own for now."""
    return f"Yours until {until}"


def remaining(waiting: int, done: int) -> str:
    """Say what is left, and what agents and people settled today."""
    return f"{waiting} left · {done} settled today"


def undone(field: str) -> str:
    """Say what was taken back."""
    return f"{field}: taken back, as the agents left it."


def settled_as(status: Status) -> str:
    """Say why nothing can be changed any more."""
    return f"{STATUS[status]} – read only"


def still_needs(field: str, count: int) -> str:
    """Point to the field that keeps a case from being approved."""
    more = "" if count == 1 else f" ({count} fields need you)"
    return f"{field} needs you first{more}."


def page_of(page: int, pages: int) -> str:
    """Say where in the document the view stands."""
    return f"Page {page} of {pages}"
