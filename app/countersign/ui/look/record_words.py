"""Every English sentence of the record's screens: its state, its checks, its export."""

RECORD = "The record"
RECORD_UNKNOWN = "Looking at the record…"
RECORD_FINE = "The record is whole."
RECORD_ALARM = "A witness raised the alarm: it knows another record than this one."
RECORD_DAMAGED = "The record is damaged."
RECORD_NOT_CHECKED = "The record has not been checked on this machine yet."
RECORD_CHECKED_LONG_AGO = "The record was whole when it was last checked, and that is long ago."
RECORD_UNSEEN = "The record is whole, but no witness has seen its newest part for more than a day."
RECORD_NO_WITNESS = "The record is whole, but no witness has seen it yet."
CHIP_DAMAGED = "damaged"
CHIP_ALARM = "alarm of a witness"
CHIP_NO_WITNESS = "no witness yet"
NOT_CHECKED = "not checked yet"
NOT_CHECKED_HINT = (
    "A check reads every record from the first to the last and recomputes each hash and each signature. "
    "Nothing is changed by it, and you can go on working meanwhile."
)
DAMAGE_HINT = (
    "Change nothing in the desk's folder and make a copy of it, stop working at this desk, and show this "
    "screen to your administrator and your auditor: a backup, a witness or an export shows what stood there."
)
VERIFY = "Verify now"
VERIFYING = "Checking every record…"
VERIFY_HELD = "Every record was read, and every hash and signature holds."
VERIFY_STOPPED = "The check was stopped. Nothing was noted."
STOP = "Stop"
EXPORT = "Export…"
GO_BACK = "Back"
CARD_RECORDED = "What is recorded"
CARD_RECORDED_ABOUT = (
    "Every document, reading, check, decision and act is a record. "
    "Records are only ever added, never changed or removed."
)
CARD_SEEN = "Who else has seen it"
CARD_SEEN_ABOUT = (
    "A witness keeps the head of the record outside this machine. What no witness has seen yet, "
    "only this machine vouches for."
)
CARD_SIGNS = "Who signs"
CARD_SIGNS_ABOUT = "Agents and people sign what they do with keys of their own; the desk signs the whole."
CARD_CHECKS = "Last checks"
CARD_CHECKS_ABOUT = "What this machine found when it checked the record. An auditor checks an export instead."
ROW_RECORDS = "Records"
ROW_SINCE = "Since"
ROW_LOG = "Name of the log"
ROW_POLICY = "Policy"
ROW_EXPORTS = "Exports"
ROW_UNSEEN = "Not seen yet"
ROW_WITNESS = "Witness"
ROW_STAMP = "Time stamps"
ROW_DESK_KEY = "Desk's key"
ROW_KEPT = "Kept"
ROW_EPOCH = "Key in use"
ROW_PERSON = "People"
ROW_AGENTS = "Agents"
NONE_YET = "None yet"
NEVER_SEEN = "has not answered yet"
NO_WITNESS_HINT = "None yet. The manual says how a second machine or your auditor becomes one."
REVOKED = "revoked"
KEPT = {
    "os_keystore": "in the system's key store",
    "owner_only_file": "in a file that only this account may read",
    "password_sealed_file": "in a file sealed with a password",
}
"""How well a private key is kept, by the record's own word for it."""

# -- export -----------------------------------------------------------------------------------------------
EXPORT_TITLE = "Export for an auditor"
EXPORT_ABOUT = (
    "One zip file that anyone can verify without this desk: the records, their proofs, the documents and a "
    "report. That it was taken out, by whom and what stayed, goes on the record."
)
EXPORT_CASES = "Cases"
EXPORT_ALL = "All that fit below"
EXPORT_RECEIVED = "Received"
EXPORT_FROM = "From"
EXPORT_TO = "To"
EXPORT_CLASS = "Class"
EXPORT_AGENT = "Agent"
EXPORT_PERSON = "Person"
EXPORT_POLICY = "Policy"
ANY = "Any"
ANYONE = "Anyone"
PERIODS = {
    "any": "At any time",
    "this_month": "This month",
    "last_month": "Last month",
    "this_year": "This year",
    "last_year": "Last year",
    "chosen": "From … to …",
}
WITHHOLD = "Keep back"
WITHHOLD_DOCUMENTS = "Documents as received"
WITHHOLD_VALUES = "Personal values and names"
EXPORT_PREVIEW = "What goes in"
PREVIEWING = "Looking at what would go in…"
NO_CASES_FIT = "No case fits. Choose fewer conditions."
GOES_IN = "Goes in"
STAYS = "Stays here"
NOTHING_STAYS = "Nothing is kept back."
MIND = "Mind:"
EXPORT_TARGET = "Save as"
CHOOSE = "Choose…"
ZIP_FILES = "Bundle (*.zip)"
EXPORT_NOW = "Export"
EXPORTING = "Writing the bundle…"
EXPORT_STOPPED = "The export was stopped, and nothing of it was kept."
EXPORT_DONE = "The bundle is ready"
FINGERPRINT_HINT = (
    "Tell the receiver this fingerprint of the desk's key by another way than the file, such as by "
    "telephone. It is what they compare."
)
VERIFY_HINT = (
    "The file README-VERIFY.txt inside says how to verify it: with Python, with OpenSSL, or with a third "
    "party's own program. Each ends in one line."
)
COPY_FINGERPRINT = "Copy fingerprint"
COPIED = "Copied"
SHOW_FOLDER = "Show folder"


def chip(records: str, checked: str, seen: str) -> str:
    """Say in a few words how the record stands."""
    return f"{records} records · {checked} · {seen}"


def checked(when: str) -> str:
    """Say when the record was last checked and found good."""
    return f"checked {when}"


def unseen(records: str) -> str:
    """Say how much of the record no witness has seen."""
    return "all witnessed" if records == "0" else f"{records} without witness"


def unseen_row(records: str, count: int) -> str:
    """Say in a row of the record's screen how much no witness has seen."""
    return "nothing" if count == 0 else "one record" if count == 1 else f"{records} records"


def policy_since(name: str, when: str) -> str:
    """Say which policy decides, and since when."""
    return f"{name}, since {when}"


def checking(percent: int) -> str:
    """Say that a check runs."""
    return f"checking… {percent} %"


def how_far(done: int, total: int) -> str:
    """Say how far a check is."""
    return f"{done:,} of {total:,} records".replace(",", "\N{THIN SPACE}") if total else ""


def good_records(records: str, *, names_one: bool) -> str:
    """Say how far the record is good; the flaw before this may name a record."""
    if records == "0":
        return ""
    return f"The {records} records before it are good." if names_one else f"{records} records are good."


def all_good(records: str, when: str) -> str:
    """Say what a check that held has shown."""
    return (
        f"All {records} records were read on {when}: none was changed, removed, added or moved, "
        "and every signature is by whom it says."
    )


def came_since(records: str, count: int) -> str:
    """Say how much came after the last check."""
    return "One record came since." if count == 1 else f"{records} came since."


def check_held(records: str, *, is_full: bool) -> str:
    """Say what a check found."""
    return f"{records} records hold" + ("" if is_full else ", the newest of them read")


def records_of_cases(records: str, cases: str) -> str:
    """Say how much is recorded."""
    return f"{records}, of {cases} cases"


def oldest_of(when: str) -> str:
    """Say how old the unwitnessed part is."""
    return f"the oldest of {when}"


def saw(records: str, when: str) -> str:
    """Say what someone outside has seen."""
    return f"{records} records on {when}"


def epoch(number: int, since: str) -> str:
    """Say which key signs the heads at present."""
    before = "" if number == 1 else "; the one before is destroyed"
    return f"number {number}, since {since}{before}"


def kept(assurance: str) -> str:
    """Say how well a key is kept."""
    base, own, _ = assurance.partition("+")
    where = KEPT.get(base, base.replace("_", " "))
    return f"{where}, under a password of their own" if own else where


def export_this(name: str) -> str:
    """Offer the case that the person comes from."""
    return f"This one: {name}"


def version(agent: str) -> str:
    """Offer one version of an agent."""
    return f"Only {agent}"


def preview(cases: str, count: int, size: str) -> str:
    """Say how large a bundle would be."""
    return f"{'One case' if count == 1 else f'{cases} cases'}, about {size}"


def between(first: str, last: str) -> str:
    """Say what time a bundle covers."""
    return f"Recorded from {first} to {last}"


def bundle_holds(cases: str, records: str, size: str) -> str:
    """Say what was written."""
    return f"{records} records of {cases} cases in {size}, at"


def exported(file: str) -> str:
    """Say where a bundle lies."""
    return f"The bundle is written to {file}."
