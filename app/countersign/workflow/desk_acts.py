"""The acts that a screen may ask for in the name of the person who sits at the desk."""

from typing import Protocol

from countersign.domain.case import CaseFile
from countersign.domain.reading import Evidence


class Acts(Protocol):
    """The acts of the person at this desk; each returns the case as it then stands, or raises Trouble."""

    def claim(self, case: str) -> CaseFile:
        """Hold the case for a while; refused while another person holds it."""

    def release(self, case: str) -> CaseFile:
        """Let the case go."""

    def confirm(self, case: str, field: str, index: int = 0, dwell_ms: int = 0) -> CaseFile:
        """Confirm a field's value as right."""

    def correct(
        self,
        case: str,
        field: str,
        value: str,
        *,
        index: int = 0,
        evidence: Evidence | None = None,
        printed: str = "",
        dwell_ms: int = 0,
    ) -> CaseFile:
        """Put another value in (typed, picked from the page or from the alternatives), or add a missed field.

        The value may be as people write it; it is normalised by the field's type. Raises Trouble, naming what
        is wrong with it, when it cannot be.
        """

    def declare(
        self, case: str, field: str, index: int = 0, illegible: bool = False, dwell_ms: int = 0
    ) -> CaseFile:
        """Declare a field not present on the document, or illegible."""

    def reopen(self, case: str, field: str, index: int = 0) -> CaseFile:
        """Take the act on a field back: it stands as the agents left it."""

    def correct_class(self, case: str, klass: str) -> CaseFile:
        """Say that the case is of another class; the agents then read it anew as such."""

    def approve(self, case: str, password: str | None = None) -> CaseFile:
        """Countersign the case; raises Trouble, naming the field, while one still needs a person.

        Raises NeedsPassword where the policy wants the person's password for this and none is given.
        """

    def reject(self, case: str, code: str, note: str = "", password: str | None = None) -> CaseFile:
        """Refuse the case, with a reason code; wants a password where approving it would."""
