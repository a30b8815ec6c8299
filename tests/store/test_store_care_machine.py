"""Whatever is held, lifted, reviewed, erased and rebuilt in whatever order, the rules of custody hold."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.store.erasing import care_of, put
from tests.store.killing import views
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.domain.case import CaseFile, unfold
from countersign.domain.errors import Trouble
from countersign.domain.sealed import ERASED
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store import schema
from countersign.store.founding import open_store

WORDS = catalogue.load()
CASES = st.sampled_from(["one", "two", "three"])
ORDERS = st.sampled_from(["matter 1", "matter 2"])


class Custody(RuleBasedStateMachine):
    """Three cases, two of the same bytes; one of them waits for a person at first."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="countersign-custody-"))
        self.home = Home(self.root / "home")
        self.store = open_store(self.home, agents=[CARD], person=ADA, words=WORDS)
        self.care = care_of(self.store)
        self.holds: dict[str, list[str]] = {"one": [], "two": [], "three": []}
        self.waits = {"three"}
        self.erased: set[str] = set()
        self.documents: dict[str, str] = {}

    @initialize()
    def bring_cases_in(self) -> None:
        self.documents["one"] = put(self.store, "one", invoice(1, vendor="Vendor one"), content=b"same")
        self.documents["two"] = put(self.store, "two", invoice(2, vendor="Vendor two"), content=b"same")
        self.store.append(story("three", invoice(3, vendor="Vendor three")))

    def _case(self, case: str) -> CaseFile:
        file = unfold(self.store.entries(case))
        assert file is not None
        return file

    @rule(case=CASES, order=ORDERS)
    def hold(self, case: str, order: str) -> None:
        is_free = case not in self.erased and order not in self.holds[case]
        try:
            self.care.hold(case, order)
        except Trouble:
            assert not is_free
        else:
            assert is_free
            self.holds[case].append(order)

    @rule(case=CASES, order=ORDERS)
    def lift(self, case: str, order: str) -> None:
        try:
            self.care.lift(case, order)
        except Trouble:
            assert case in self.erased or order not in self.holds[case]
        else:
            self.holds[case].remove(order)

    @rule(case=CASES)
    def erase(self, case: str) -> None:
        is_free = case not in self.erased | self.waits and not self.holds[case]
        try:
            self.care.erase(case, "GDPR-7")
        except Trouble:
            assert not is_free
        else:
            assert is_free
            self.erased.add(case)

    @rule(case=CASES)
    def review(self, case: str) -> None:
        with suppress(Trouble):
            self.store.append(review(case))
            assert case not in self.erased
            self.waits.discard(case)

    @rule()
    def rebuild(self) -> None:
        before = views(self.home)
        self.store.rebuild()
        assert views(self.home) == before

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = open_store(self.home, agents=[CARD], person=ADA, words=WORDS)
        self.care = care_of(self.store)

    @invariant()
    def holds_and_erasures_are_what_was_granted(self) -> None:
        if not self.documents:
            return
        names = [column.name for column in schema.cases.columns]
        found = [dict(zip(names, row, strict=True)) for row in views(self.home)["cases"]]
        rows = {row["id"]: row for row in found}
        for case, holds in self.holds.items():
            file = self._case(case)
            assert [hold.order for hold in file.holds] == holds
            assert rows[case]["holds"] == len(holds)
            assert (
                (file.erasure is not None) == (case in self.erased) == (rows[case]["erased_at"] is not None)
            )
            value = file.value("vendor_name")
            assert value == (ERASED if case in self.erased else f"Vendor {case}")

    @invariant()
    def a_document_is_there_as_long_as_a_case_needs_it(self) -> None:
        for document in set(self.documents.values()):
            try:
                self.store.library.path(document)
            except Trouble:
                assert self.erased >= {"one", "two"}
            else:
                assert not self.erased >= {"one", "two"}

    def teardown(self) -> None:
        verdict = self.store.verify()
        assert verdict.ok, verdict.flaw
        assert verdict.erased == len(self.erased)
        self.store.close()
        shutil.rmtree(self.root)


TestCustody = Custody.TestCase
TestCustody.settings = settings(
    max_examples=8, stateful_step_count=15, suppress_health_check=list(HealthCheck), deadline=None
)
