import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.agents import local
from countersign.documents.pool import Pages
from countersign.domain.document import MediaType, Opened, Page, Refusal, TextSource, Word
from countersign.domain.errors import Trouble
from countersign.insight.scoring import score, tally
from countersign.insight.teaching import fold_of, teach
from countersign.insight.told import Told, Way, documents, open_told, truths
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
    taught = teach(told, load(), folds=2, pages=1)
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


def test_what_is_held_out_is_never_learned_from(tmp_path: Path, pages: Pages) -> None:
    lines = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    line = next(line for line in lines if line["doc"] == CHOSEN[0])
    (tmp_path / "truth.jsonl").write_text(json.dumps({**line, "split": "held_out"}) + "\n", encoding="utf-8")
    assert list(documents(tmp_path, pages)) == []


class _Paper:
    """Page children that see other words in the picture than in the text layer."""

    def open(self, document: Path, sha256: str, media_type: MediaType, *, flat: bool = False) -> Opened:
        pages = tuple(_page(number, "layer", TextSource.TEXT_LAYER) for number in range(2))
        return Opened(sha256=sha256, media_type=media_type, pages=pages)

    def recognise(self, document: Path, media_type: MediaType, page: int) -> Page | Refusal:
        return _page(page, "picture", TextSource.OCR) if page == 0 else Refusal(code="unreadable_document")


def _page(number: int, word: str, source: TextSource) -> Page:
    words = (Word(word, 0, 0, 9, 9, 0),)
    return Page(number=number, width=360, height=720, source=source, words=words)


@pytest.fixture
def paper(tmp_path: Path) -> tuple[Path, dict[str, object]]:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    return tmp_path, {"doc": "a.pdf", "sha256": "ab" * 32, "class": "invoice", "fields": []}


def test_from_pixels_no_word_of_the_text_layer_is_seen(paper: tuple[Path, dict[str, object]]) -> None:
    folder, truth = paper
    layer, picture = (open_told(folder, truth, _Paper(), Way(pixels=pixels)) for pixels in (False, True))
    assert [word.text for page in layer.opened.pages for word in page.words] == ["layer", "layer"]
    assert [word.text for page in picture.opened.pages for word in page.words] == ["picture"]


def test_what_was_kept_of_one_way_does_not_stand_for_another(
    paper: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    folder, truth = paper
    for pixels, words in ((False, 2), (True, 1), (False, 2)):
        told = open_told(folder, truth, _Paper(), Way(pixels=pixels, keep=tmp_path / "kept"))
        assert sum(len(page.words) for page in told.opened.pages) == words


def test_boxes_in_pixels_of_a_picture_become_points_of_its_page(
    paper: tuple[Path, dict[str, object]],
) -> None:
    folder, truth = paper
    entry = {"name": "gross_total", "bbox": [100, 200, 300, 220], "other_boxes": [[0, 10, 20, 30, 40]]}
    told = open_told(folder, {**truth, "image_size": [720, 1440], "fields": [entry]}, _Paper(), Way())
    (field,) = told.truth["fields"]
    assert field["bbox"] == [50, 100, 150, 110]
    assert field["other_boxes"] == [[0, 5, 10, 15, 20]]


def _line(in_line: dict[str, object] | None = None, **in_field: object) -> str:
    """Write a line of a set with one field, which is sound but for what is named."""
    entry = {"name": "iban", "value": "x", "page": 0, "bbox": [1, 2, 3, 4], **in_field}
    line = {"doc": "a.pdf", "class": "invoice", "sha256": "a", "fields": [entry], **(in_line or {})}
    return json.dumps(line)


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        '"doc"',
        '{"doc": 5, "class": "invoice", "sha256": "a", "fields": []}',
        '{"doc": "a.pdf", "class": "invoice", "fields": []}',
        '{"doc": "a.pdf", "class": "invoice", "sha256": "a"}',
        '{"doc": "a.pdf", "class": "invoice", "sha256": "a", "fields": "none"}',
        '{"doc": "a.pdf", "class": "invoice", "sha256": "a", "fields": [{"name": "iban"}]}',
        '{"doc": "a.pdf"',
        '{"doc": "a.pdf", "sha256": "a", "fields": []}',
        _line(bbox=[1, 2]),
        _line(bbox=[1, 2, 3, "4"]),
        _line(bbox=[9, 2, 3, 4]),
        _line(bbox=[1, 2, 3, float("nan")]),
        _line(page=None),
        _line(page=-1),
        _line(other_boxes=[[1, 2, 3, 4]]),
        _line(other_boxes="none"),
        _line(in_line={"form_fields": [{"bbox": [1, 2, 3, 4]}]}),
        _line(in_line={"line_items": ["Paper"]}),
        _line(in_line={"image_size": [0, 10]}),
        _line(in_line={"scan": {"unit": "pixels"}}),
    ],
)
def test_a_line_that_tells_no_truth_is_named(tmp_path: Path, line: str) -> None:
    good = '{"doc": "a.pdf", "class": "invoice", "sha256": "a", "fields": []}'
    (tmp_path / "truth.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(Trouble, match="line 2"):
        truths(tmp_path)


def test_a_box_that_is_none_is_told_with_its_file_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text(_line() + "\n" + _line(bbox=[1, 2]) + "\n", encoding="utf-8")
    with pytest.raises(Trouble) as trouble:
        truths(tmp_path)
    said = str(trouble.value)
    assert said.startswith(f"{tmp_path / 'truth.jsonl'}, line 2, has a field 'iban' whose 'bbox' is not four")
    assert said.endswith("Mend the line.")


def test_a_line_without_a_class_is_left_out(tmp_path: Path) -> None:
    lines = [_line(), _line(in_line={"class": None})]
    (tmp_path / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert len(truths(tmp_path)) == 1
