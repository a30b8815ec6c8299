"""`process` tells what became of every file, and fails when what was named cannot be read."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from countersign.cli import process
from countersign.domain.event import Route
from countersign.domain.reason import Reason
from countersign.intake.report import Item, Outcome
from countersign.settings.home import Home
from countersign.wiring.batch import CaseOutcome

REFUSED = Reason(code="encrypted", detail="")


def taken(path: str, case: str) -> Item:
    return Item(path=path, outcome=Outcome.TAKEN, case=case, sha256="a" * 64)


def ended(case: str, route: Route = Route.STRAIGHT_THROUGH, *reasons: Reason) -> CaseOutcome:
    return CaseOutcome(
        case=case, name=case, klass="invoice", variant=None, route=route, reasons=reasons, seconds=0.25
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def run(
        paths: Sequence[str], items: Sequence[Item], outcomes: Sequence[CaseOutcome], as_json: bool = False
    ) -> int:
        def told(home: Home, paths: Sequence[Path], on_item: Callable[[Item], None]) -> Iterator[CaseOutcome]:
            for item in items:
                on_item(item)
            yield from outcomes

        monkeypatch.setattr(process.batch, "process", told)
        return process.run(Home(tmp_path), [Path(path) for path in paths], as_json)

    return run


def test_every_file_is_in_the_table_with_class_route_reasons_and_totals(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    items = [taken("in/a.pdf", "c-1"), taken("in/b.pdf", "c-2")]
    escalated = ended("c-2", Route.ESCALATE, Reason(code="below_threshold", fields=("iban",)))
    assert run(["in"], items, [escalated, ended("c-1")]) == 0
    text = capsys.readouterr().out
    first, second = (next(line for line in text.splitlines() if name in line) for name in ("a.pdf", "b.pdf"))
    assert first.split() == ["in/a.pdf", "c-1", "invoice", "straight", "through", "0.2"]
    assert "Doubtful field" in second
    assert "2 documents in" in text
    assert "a minute" in text


def test_a_refused_file_inside_a_folder_does_not_fail_the_run(run: Callable[..., int]) -> None:
    items = [taken("in/a.pdf", "c-1"), taken("in/b.pdf", "c-2")]
    assert run(["in"], items, [ended("c-1"), ended("c-2", Route.REFUSE, REFUSED)]) == 0


def test_a_refused_file_that_was_named_fails_with_its_advice(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    items = [taken("a.pdf", "c-1"), taken("b.pdf", "c-2")]
    assert run(["a.pdf", "b.pdf"], items, [ended("c-1"), ended("c-2", Route.REFUSE, REFUSED)]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("countersign: b.pdf: ")
    assert "a.pdf" not in complaint


def test_a_folder_of_which_nothing_can_be_read_fails(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    items = [
        taken("in/a.pdf", "c-1"),
        Item(path="in/notes.txt", outcome=Outcome.SET_ASIDE, reason="no document"),
    ]
    assert run(["in"], items, [ended("c-1", Route.REFUSE, REFUSED)]) == 1
    assert "in: " in capsys.readouterr().err


def test_a_mail_counts_as_read_when_one_of_its_attachments_is(run: Callable[..., int]) -> None:
    items = [taken("m.eml/a.pdf", "c-1"), taken("m.eml/b.pdf", "c-2")]
    assert run(["m.eml"], items, [ended("c-1", Route.REFUSE, REFUSED), ended("c-2", Route.ESCALATE)]) == 0


def test_what_is_set_aside_is_named_with_its_reason_and_never_left_out(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    aside = [Item(path=f"in/{n}.txt", outcome=Outcome.SET_ASIDE, reason="no document") for n in range(7)]
    run(["in"], [taken("in/a.pdf", "c-1"), *aside], [ended("c-1")])
    assert (
        "Set aside, no document: in/0.txt, in/1.txt, in/2.txt, in/3.txt and 3 more" in capsys.readouterr().out
    )
    run(["in"], [taken("in/a.pdf", "c-1"), *aside], [ended("c-1")], as_json=True)
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["file"] for record in records if "set_aside" in record and "file" in record] == [
        item.path for item in aside
    ]


def test_the_same_bytes_again_are_told_once_a_file_and_not_counted_as_work(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    again = Item(path="copy.pdf", outcome=Outcome.AGAIN, case="c-1", sha256="a" * 64)
    run(["a.pdf", "copy.pdf"], [taken("a.pdf", "c-1"), again], [ended("c-1")], as_json=True)
    first, second, totals = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["file"], first["again"], second["file"], second["again"]) == (
        "a.pdf",
        False,
        "copy.pdf",
        True,
    )
    assert (totals["documents"], totals["straight_through"], totals["known_already"]) == (1, 1, 0)


def test_a_desk_that_knew_everything_already_claims_no_speed(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    again = Item(path="copy.pdf", outcome=Outcome.AGAIN, case="c-1", sha256="a" * 64)
    assert run(["copy.pdf"], [again], [ended("c-1")]) == 0
    text = capsys.readouterr().out
    assert "1 of them known already" in text
    assert "a minute" not in text
