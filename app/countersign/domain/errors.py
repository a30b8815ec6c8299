"""Trouble that a person can mend; every other exception is a bug of ours."""


class Trouble(Exception):
    """The world is not as the desk needs it; the message is one sentence that says what to do."""


class NeedsPassword(Trouble):
    """It is for the person to prove, with their password, that it is they who act: ask, and try again."""
