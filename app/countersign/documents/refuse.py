"""How code in a page child declines a document."""

from countersign.domain.document import Refusal


class Refused(Exception):
    """The document cannot be read, for a reason that has a code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.refusal = Refusal(code=code, detail=detail)
