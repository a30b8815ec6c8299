"""Phrases in which the record is told: what its codes mean in people's words."""

from countersign.domain.event import Act, Route

ROUTES = {
    Route.STRAIGHT_THROUGH: "straight through",
    Route.ESCALATE: "to a person",
    Route.REFUSE: "refused",
}
ACTS = {
    Act.CONFIRMED: "Confirmed",
    Act.CORRECTED: "Corrected",
    Act.ADDED: "Added",
    Act.NOT_PRESENT: "Declared not present:",
    Act.ILLEGIBLE: "Declared illegible:",
    Act.REOPENED: "Took back",
}
RULES = {
    "fields.thresholds": "How sure the agents must be",
    "fields.required": "What must be on the document",
    "sure_of_class": "How sure the class must be",
    "checkers": "What the checkers found",
    "auto_approve_if": "Passes without a person if",
    "require_human_if": "Needs a person if",
    "mode": "Mode",
    "reserve_for_people": "Kept for people, share",
}
"""What the names of rules in a policy mean; a condition follows as the policy has it."""

KEPT = {
    "os_keystore": "the operating system's key store",
    "password_sealed_file": "a file sealed with a password",
    "owner_only_file": "a file that only its owner may read",
}
LEARNED = {
    "grown": "enough new ones were confirmed",
    "shrunk": "some were erased or forgotten",
    "changed": "the class or the reader is another",
    "asked": "a person asked for it",
}
_NO_CHANGE, _NONE_LEFT = "nothing changes", "no lessons are in force"
UNLEARNED = {"grown": _NO_CHANGE, "asked": _NO_CHANGE, "shrunk": _NONE_LEFT, "changed": _NONE_LEFT}
"""What becomes of a round that was lost: where the lessons in force could not stay, none are left."""
AFTER_EPOCH = {
    "first": "",
    "due": "; the key before is destroyed",
    "recovered": "; the key before was lost, so the desk's own key alone vouches for it",
}
