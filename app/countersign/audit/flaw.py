"""What is wrong with bytes that claim to be part of a record."""


class Flaw(ValueError):
    """The bytes are not what a record must be; the message is one plain sentence without a full stop."""
