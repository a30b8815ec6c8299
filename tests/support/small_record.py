"""The record of the small desk: as long as it is told, checked in steps that a test can hold up."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from countersign.domain.errors import Trouble
from countersign.domain.standing import Check, Custody, Rules, Signer, Stamp, Standing, Witness
from countersign.domain.time import now
from countersign.insight.bundle.scope import Bundle, Part, Preview, Scope, Withhold

STEPS = 20


class SmallRecord:
    """What `RecordPort` promises, with a flaw, a witness or trouble where a test wants one."""

    def __init__(self, length: Callable[[], int]) -> None:
        self.length = length
        self.flaw: str | None = None
        self.trouble: str | None = None
        self.witnessed = 0
        self.witness: Witness | None = None
        self.checks: list[Check] = []
        self.asked = 0
        self.previewed: list[tuple[Scope, Withhold]] = []
        self.exported: list[tuple[Scope, Withhold]] = []
        self.go_on = threading.Event()
        """A check waits here at its first step; set unless a test clears it."""
        self.go_on.set()
        self.ended = threading.Event()
        """Set when a check came to its end, of whatever kind."""

    def see(self, name: str = "auditor") -> None:
        """A witness sees all there is."""
        self.witnessed = self.length()
        self.witness = Witness(name=name, at=now(), records=self.witnessed)

    def standing(self) -> Standing:
        self.asked += 1
        unseen = self.length() - self.witnessed
        return Standing(
            records=self.length(),
            unseen=unseen,
            unseen_since=now().replace(microsecond=0, second=0) - timedelta(hours=1) if unseen else None,
            has_witness=self.witness is not None,
            last=self.checks[-1] if self.checks else None,
        )

    def custody(self) -> Custody:
        return Custody(
            log="desk/petra-laptop",
            founded_at=now() - timedelta(days=40),
            records=self.length(),
            cases=40,
            fingerprint="3f9a1c0b" * 8,
            kept="os_keystore",
            epoch=3,
            epoch_since=now() - timedelta(hours=5),
            people=(Signer(id="petra", name="Petra Sommer", does="processor", kept="os_keystore"),),
            agents=(Signer(id="reader.local@1", name="reader.local", does="reads fields", kept=""),),
            policies=(Rules(name="desk-default", digest="ab" * 32, at=now() - timedelta(days=3)),),
            exports=2,
            witnesses=(self.witness,) if self.witness else (),
            stamps=(Stamp(authority="tsa.example", at=now(), records=90),),
            checks=tuple(reversed(self.checks)),
        )

    def preview(self, scope: Scope, withhold: Withhold) -> Preview:
        self.previewed.append((scope, withhold))
        cases = 0 if scope.klass == "kyb" else len(scope.case) or 40
        parts = [Part(name="Records", count=6 * cases, why="Every step of the cases, byte for byte")]
        kept = []
        for name, is_kept in (("Documents", withhold.documents), ("Values", withhold.values)):
            (kept if is_kept else parts).append(Part(name=name, count=cases, why=f"{name} of the cases"))
        return Preview(
            cases=cases,
            records=6 * cases,
            documents=0 if withhold.documents else cases,
            bytes_estimate=81_000 * cases,
            first=now() - timedelta(days=2),
            last=now(),
            goes_in=tuple(parts),
            withheld=tuple(kept),
            warnings=() if withhold.values else ("Personal values of 40 people leave the house.",),
        )

    def export(
        self, scope: Scope, withhold: Withhold, out: Path, progress: Callable[[int, int], None]
    ) -> Bundle:
        for step in range(STEPS + 1):
            progress(step, STEPS)
            assert self.go_on.wait(20)
        if self.trouble:
            raise Trouble(self.trouble)
        out.write_bytes(b"PK")
        self.exported.append((scope, withhold))
        return Bundle(path=out, bytes=3_400_000, cases=40, records=240, fingerprint="3f9a1c0b" * 8)

    def verify(self, progress: Callable[[int, int], None]) -> Check:
        self.ended.clear()
        try:
            return self._verify(progress)
        finally:
            self.ended.set()

    def _verify(self, progress: Callable[[int, int], None]) -> Check:
        total = self.length()
        for step in range(STEPS + 1):
            progress(total * step // STEPS, total)
            assert self.go_on.wait(20)
        if self.trouble:
            raise Trouble(self.trouble)
        good = 76 if self.flaw else total
        self.checks.append(Check(at=now(), records=good, ok=self.flaw is None, flaw=self.flaw))
        return self.checks[-1]
