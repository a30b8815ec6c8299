"""The measuring stick on a few of the samples, read by the agents as they ship."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countersign.domain.errors import Trouble
from countersign.insight import learned_from
from countersign.insight.causes import Cause
from countersign.insight.evaluate import evaluate, together
from countersign.insight.folds import By
from countersign.insight.jobs import Wish
from countersign.insight.report import errors, report
from countersign.insight.told import Way
from countersign.settings.catalogue import load

SAMPLES = Path(__file__).parents[2] / "sample_docs"
COUNTS = ("right", "wrong", "missed", "invented")
CHOSEN = ("invoices/invoice-03.pdf", "statements/statement-01.pdf", "einvoices/e-invoice-01.pdf")


def put(folder: Path, lines: list[dict[str, Any]]) -> Path:
    for line in lines:
        (folder / line["doc"]).parent.mkdir(parents=True, exist_ok=True)
        (folder / line["doc"]).write_bytes((SAMPLES / line["doc"]).read_bytes())
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    held = map(json.loads, (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return [line for line in held if line["doc"] in CHOSEN]


@pytest.fixture(scope="module")
def samples(lines: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("samples"), lines)


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("kept")


def figures(folder: Path, wish: Wish) -> dict[str, Any]:
    (measured,) = evaluate([folder], wish, load())
    return report(measured, wish)


def test_every_figure_of_a_set_is_plain_data_under_stable_keys(samples: Path, keep: Path) -> None:
    told = figures(samples, Wish(Way(stripped=True, keep=keep)))
    assert json.loads(json.dumps(told)) == told
    assert (told["documents"], told["not_opened"], told["class_right"]) == (3, {}, 1.0)
    assert told["all"]["right"] + told["all"]["wrong"] + told["all"]["missed"] == sum(
        held["right"] + held["wrong"] + held["missed"] for held in told["classes"].values()
    )
    assert told["all"]["f1"] > 0.85
    assert told["tables"]["line_items"]["records_there"] > 0
    assert told["calibration"]["answers"] > 20
    assert set(told) >= {"seen", "unseen", "per_document_mean", "causes", "cost", "form_fields", "how"}


def test_embedded_data_is_read_unless_it_is_stripped(samples: Path, keep: Path) -> None:
    lines = [json.loads(line) for line in (samples / "truth.jsonl").read_text("utf-8").splitlines()]
    assert any("e-invoice" in line["doc"] for line in lines)
    stripped, whole = ([one] for one in (Way(stripped=True, keep=keep), Way(stripped=False, keep=keep)))
    for way, has in ((stripped[0], False), (whole[0], True)):
        (measured,) = evaluate([samples], Wish(way), load())
        assert any(one.opened.einvoice for one in measured.opening.told) is has


def test_kept_documents_are_not_opened_again(samples: Path, keep: Path, tmp_path: Path) -> None:
    before = figures(samples, Wish(Way(keep=keep)))
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "truth.jsonl").write_bytes((samples / "truth.jsonl").read_bytes())
    assert figures(moved, Wish(Way(keep=keep)))["all"] == before["all"]


def test_a_wrong_truth_shows_as_an_error_with_its_cause(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    line = next(one for one in lines if one["doc"] == CHOSEN[1])
    fields = [dict(entry) for entry in line["fields"]]
    entry = next(e for e in fields if e["name"] == "closing_balance")
    entry.update(value="987654.32", normalised="987654.32", printed="987654.32")
    folder = put(tmp_path, [{**line, "fields": fields}])
    wish = Wish(Way(keep=keep))
    (measured,) = evaluate([folder], wish, load())
    found = [one for one in errors(measured, 99) if one["field"] == "closing_balance"]
    assert [one["cause"] for one in found] == [Cause.NOT_ON_PAGE]
    assert report(measured, wish)["causes"][Cause.NOT_ON_PAGE.value] == 1


def test_what_is_confirmed_is_not_read_and_layouts_are_told_apart(samples: Path, keep: Path) -> None:
    told = figures(samples, Wish(Way(keep=keep), learn_from=1, seeds=2))
    assert told["readings"] == 2 * (3 - 1)
    assert told["how"]["learn_from"] == 1
    unseen = figures(samples, Wish(Way(keep=keep), By.LAYOUT, learn_from=1, seeds=1))
    assert unseen["seen"] is None
    assert unseen["unseen"]["readings"] == unseen["readings"] == 3


def test_a_draw_is_the_same_every_time(samples: Path, keep: Path) -> None:
    wish = Wish(Way(keep=keep), learn_from=1, seeds=1)
    one, other = (evaluate([samples], wish, load()) for _ in range(2))
    assert [r.told.truth["doc"] for m in one for r in m.read] == [
        r.told.truth["doc"] for m in other for r in m.read
    ]


def test_a_set_that_cannot_be_measured_is_refused_with_what_to_do(
    tmp_path: Path, lines: list[dict[str, Any]]
) -> None:
    def said(folder: Path) -> str:
        with pytest.raises(Trouble) as caught:
            next(evaluate([folder], Wish(), load()))
        return str(caught.value)

    assert "is no folder" in said(tmp_path / "gone")
    assert "holds no truth.jsonl" in said(tmp_path)
    (tmp_path / "truth.jsonl").write_text("{", encoding="utf-8")
    assert "cannot be read" in said(tmp_path)
    (tmp_path / "truth.jsonl").write_text("", encoding="utf-8")
    assert "names no document" in said(tmp_path)
    put(tmp_path, [{**lines[0], "class": "spaceship"}])
    assert "names the class 'spaceship'" in said(tmp_path)


def test_next_of_kin_reads_each_second_document_before_and_after_its_kin_was_confirmed(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    chosen = [{**line, "layout": "invoice/same"} for line in lines if line["class"] == "invoice"]
    folder = put(tmp_path, chosen)
    wish = Wish(Way(keep=keep), next_of_kin=True, seeds=2)
    (measured,) = evaluate([folder], wish, load())
    assert [r.told.truth["doc"] for r in measured.before] == [r.told.truth["doc"] for r in measured.read]
    told = report(measured, wish)["next_of_kin"]
    assert (told["pairs"], told["layouts"]) == (2, 1)


def test_documents_that_are_held_out_are_measured_and_no_model_claims_to_know_them(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    folder = put(tmp_path, [{**line, "split": "held_out"} for line in lines])
    told = figures(folder, Wish(Way(keep=keep)))
    assert told["documents"] == 3
    assert told["how"]["shipped_model_knows"] == 0


def test_documents_that_the_shipped_models_learned_from_are_known_by_their_hashes_whatever_the_folder(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = frozenset(learned_from.to_data([lines[0]["sha256"], "0" * 64])["documents"])
    folder = put(tmp_path / "renamed", lines[:1])
    for told, count in ((known, 1), (frozenset[str](), 0), (None, None)):
        monkeypatch.setattr(learned_from, "_known", lambda told=told: told)
        assert figures(folder, Wish(Way(keep=keep)))["how"]["shipped_model_knows"] == count


def test_a_field_with_nothing_to_read_and_nothing_read_has_no_f1(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    folder = put(tmp_path, [line for line in lines if line["doc"] == CHOSEN[0]])
    fields = figures(folder, Wish(Way(keep=keep)))["classes"]["invoice"]["fields"]
    idle = {name for name, held in fields.items() if not sum(held[k] for k in COUNTS)}
    assert idle
    assert {name for name, held in fields.items() if held["f1"] is None} == idle


def test_documents_of_the_same_name_in_two_sets_are_two(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    wish = Wish(Way(keep=keep))
    one, two = (put(tmp_path / name, lines[:1]) for name in ("one", "two"))
    parts = list(evaluate([one, two], wish, load()))
    told = report(together(parts), wish)
    assert (told["documents"], told["readings"]) == (2, 2)


def test_values_from_a_text_layer_that_is_not_the_pages_text_are_counted(
    lines: list[dict[str, Any]], tmp_path: Path, keep: Path
) -> None:
    folder = put(tmp_path, [{**line, "hidden_text_leak": line["doc"] == CHOSEN[0]} for line in lines])
    told = figures(folder, Wish(Way(keep=keep)))["from_hidden_text"]
    assert told["documents"] == 1
    assert told["from_hidden_text"] == told["values"] > 5
