import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.agents import local
from countersign.documents.pool import Pages
from countersign.domain.errors import Trouble
from countersign.insight.scoring import score, tally
from countersign.insight.teaching import fold_of, teach
from countersign.insight.told import Told, documents
from countersign.settings.catalogue import load
from countersign.settings.limits import Limits

SAMPLES = Path(__file__).parents[2] / "sample_docs"
CHOSEN = ("invoices/invoice-03.pdf", "statements/statement-01.pdf", "einvoices/e-invoice-01.pdf")


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    pages = Pages(1, Limits())
    yield pages
    pages.close()


@pytest.fixture(scope="module")
def told(pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """Three of the samples, in a folder of their own."""
    folder = tmp_path_factory.mktemp("told")
    lines = (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["doc"] in CHOSEN]
    assert len(kept) == len(CHOSEN)
    for name in CHOSEN:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    (folder / "truth.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return list(documents(folder, pages))


def test_documents_come_opened_and_without_their_embedded_data(told: list[Told]) -> None:
    assert {one.truth["doc"] for one in told} == set(CHOSEN)
    assert all(one.opened.pages[0].words and one.opened.einvoice is None for one in told)
    assert all(one.is_complete for one in told)


def test_what_was_taught_reads_what_it_was_taught(told: list[Told]) -> None:
    taught = teach(told, load(), folds=2)
    assert {one.truth["doc"] for one, _ in taught.scores} == set(CHOSEN)
    assert set(taught.model["groups"]) >= {"date", "amount", "name", "name_many"}


def test_the_shipped_model_reads_most_of_the_samples_fields(told: list[Told]) -> None:
    catalogue = load()
    scores = []
    for one in told:
        klass = catalogue.klass(one.truth["class"])
        assert klass is not None
        made = local.read_document(one.opened, klass, one.truth["language"])
        scores += score(klass, made.readings, one.truth)
    assert tally(scores).f1 > 0.85


def test_a_layout_is_always_in_the_same_fold() -> None:
    assert [fold_of("invoice/plain", 3) for _ in range(3)] == [fold_of("invoice/plain", 3)] * 3
    assert {fold_of(f"layout-{number}", 3) for number in range(40)} == {0, 1, 2}


def test_a_folder_without_truth_is_refused_with_what_to_do(tmp_path: Path, pages: Pages) -> None:
    with pytest.raises(Trouble, match=r"holds no truth\.jsonl"):
        next(iter(documents(tmp_path, pages)))
