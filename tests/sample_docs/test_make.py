"""The sample documents are what their truth says, can be made again, and vary as they should."""

import hashlib
import io
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import facturx
import make
import numpy as np
import pymupdf
import pytest
import stdnum.ch.vat
import stdnum.eu.vat
import stdnum.gb.vat
import stdnum.iban
import stdnum.lei
import yaml
from maker import build
from maker.truth import Made
from PIL import Image

ROOT = Path(__file__).parents[2]
SET = ROOT / "sample_docs"
CLASSES = ("invoice", "claim", "kyb", "contract", "statement")
Truth = dict[str, Any]


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    return [json.loads(line) for line in (SET / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def drawn() -> list[Made]:
    return list(build.born_digital(random.Random))


@pytest.fixture(scope="module")
def new() -> list[Made]:
    return list(make.many(150, seed=11))


def of(truths: list[Truth], folder: str) -> list[Truth]:
    found = [truth for truth in truths if truth["doc"].startswith(f"{folder}/")]
    assert found
    return found


def made_here(truths: list[Truth]) -> list[Truth]:
    return [truth for truth in truths if not truth["doc"].startswith("public/")]


def values(truth: Truth) -> dict[str, str]:
    return {field["name"]: field["normalised"] for field in truth["fields"]}


def spots(truth: Truth) -> Iterator[tuple[str, int, list[float]]]:
    for field in truth["fields"]:
        yield field["printed"], field["page"], field["bbox"]
        for page, *box in field.get("other_boxes", []):
            yield field["printed"], page, box
    for row in truth["line_items"]:
        for cell in row["cells"].values():
            yield cell["printed"], cell["page"], cell["bbox"]


def words_at(words: list[tuple[Any, ...]], box: list[float]) -> str:
    return "".join(
        word[4]
        for word in words
        if min(word[2], box[2]) - max(word[0], box[0]) > 0.5 and box[1] < (word[1] + word[3]) / 2 < box[3]
    )


def letters(text: str) -> str:
    """Return what is left when an address in one line and on two lines are to be the same."""
    return "".join(char for char in text.casefold() if char not in " ,·")


def unread(data: bytes, truth: Truth) -> list[str]:
    """Return the values that are not found in the words at their boxes."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        words = [page.get_text("words") for page in document]
    return [
        f"{truth['doc']}: {printed}"
        for printed, page, box in spots(truth)
        if letters(printed) not in letters(words_at(words[page], box))
    ]


def is_vat_id(number: str) -> bool:
    if number.startswith("CHE"):
        return bool(stdnum.ch.vat.is_valid(number))
    return bool((stdnum.gb.vat if number.startswith("GB") else stdnum.eu.vat).is_valid(number))


# -- the set as it is checked in


def test_the_truth_file_names_every_document_with_the_hash_of_its_bytes(truths: list[Truth]) -> None:
    for truth in truths:
        data = (SET / truth["doc"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (truth["bytes"], truth["sha256"]), truth[
            "doc"
        ]
    kinds = (".pdf", ".png", ".jpg", ".tif", ".eml")
    files = {str(file.relative_to(SET).as_posix()) for file in SET.rglob("*") if file.suffix in kinds}
    assert files == {truth["doc"] for truth in truths}
    assert len(truths) == len(files)


def test_drawing_the_set_again_gives_the_same_bytes_and_truth(truths: list[Truth], drawn: list[Made]) -> None:
    by_name = {truth["doc"]: truth for truth in truths}
    assert len(drawn) > 50
    for made in drawn:
        assert made.data == (SET / made.name).read_bytes(), made.name
        assert json.loads(json.dumps(made.truth)) == by_name[made.name]


def test_mails_and_broken_files_come_out_the_same_again(truths: list[Truth], drawn: list[Made]) -> None:
    by_name = {truth["doc"]: truth for truth in truths}
    odd = [*build.odd_ones(random.Random, {made.name: made for made in drawn})]
    pictures = ("broken/picture-named.pdf",)
    for made in odd:
        if made.name not in pictures:
            assert made.truth["sha256"] == by_name[made.name]["sha256"], made.name
    again, before = made_truth(odd, pictures[0]), by_name[pictures[0]]
    assert again["fields"] == before["fields"]


def made_truth(made: list[Made], name: str) -> Truth:
    truth: Truth = json.loads(json.dumps(next(one.truth for one in made if one.name == name)))
    return truth


def test_scans_and_e_invoices_hold_the_same_values_when_made_again(truths: list[Truth]) -> None:
    by_name = {truth["doc"]: truth for truth in truths}
    for made in (*build.scans(random.Random), *build.einvoices(random.Random)):
        again, before = json.loads(json.dumps(made.truth)), by_name[made.name]
        for key in ("fields", "line_items", "pages", "expect", "expect_reasons"):
            assert again[key] == before[key], made.name


def test_the_set_is_small_enough_to_be_cloned_with_the_code(truths: list[Truth]) -> None:
    assert max(truth["bytes"] for truth in truths) < 1_000_000
    assert sum(truth["bytes"] for truth in truths) < 8_000_000


def test_the_set_covers_classes_languages_currencies_and_layouts(truths: list[Truth]) -> None:
    assert len(truths) >= 60
    classes = Counter(truth["class"] for truth in truths)
    assert all(classes[name] >= 8 for name in CLASSES)
    assert {"en", "de", "fr", "es"} <= {truth["language"] for truth in truths}
    assert {"EUR", "USD", "GBP", "CHF", "JPY", "PLN"} <= {truth.get("currency") for truth in truths}
    digital = [t for t in made_here(truths) if t["doc"].endswith(".pdf") and "scan" not in t and t["class"]]
    assert len({truth["layout"] for truth in digital}) >= 25
    for name in CLASSES:
        assert len({truth["layout"] for truth in digital if truth["class"] == name}) >= 4, name
    assert any(truth["class"] == "statement" and truth["pages"] >= 3 for truth in truths)
    assert any(truth["class"] == "contract" and truth["pages"] >= 3 for truth in truths)
    assert any(truth["class"] == "invoice" and len(truth["line_items"]) > 40 for truth in truths)
    assert {150, 200, 300} <= {truth["scan"]["dpi"] for truth in truths if "scan" in truth}
    assert {"pdf", "png", "jpeg", "tiff"} <= {truth["scan"]["form"] for truth in truths if "scan" in truth}


def test_every_document_names_a_licence_under_which_it_may_be_given_on(truths: list[Truth]) -> None:
    assert {truth["licence"] for truth in truths} == {"CC0-1.0", "MIT"}
    licences = (SET / "public" / "LICENCES.md").read_text(encoding="utf-8")
    for truth in of(truths, "public"):
        project = truth["source"].removeprefix("github.com/").split(":")[0]
        assert Path(truth["doc"]).name in licences
        assert project in licences


def test_fields_and_columns_are_those_of_the_classes(truths: list[Truth]) -> None:
    known: dict[str, tuple[set[str], set[str]]] = {}
    for name in CLASSES:
        held = yaml.safe_load((ROOT / "resources" / "classes" / f"{name}.yaml").read_text(encoding="utf-8"))
        fields = {field["name"] for group in held["groups"] for field in group["fields"]}
        tables = held.get("tables", [])
        known[name] = fields, {column["name"] for table in tables for column in table["columns"]}
    for truth in truths:
        if truth["class"] is None:
            assert not truth["fields"]
            continue
        fields, columns = known[truth["class"]]
        assert {field["name"] for field in truth["fields"]} <= fields, truth["doc"]
        assert {key for row in truth["line_items"] for key in row["cells"]} <= columns, truth["doc"]


def test_reasons_that_truth_expects_are_reasons_that_the_desk_has(truths: list[Truth]) -> None:
    held = yaml.safe_load((ROOT / "resources" / "reasons.yaml").read_text(encoding="utf-8"))
    assert {reason for truth in truths for reason in truth["expect_reasons"]} <= set(held)


# -- what stands on the pages


def test_every_value_of_a_drawn_document_is_in_the_words_at_its_box(drawn: list[Made]) -> None:
    assert [flaw for made in drawn for flaw in unread(made.data, made.truth)] == []


def test_every_value_of_an_e_invoice_is_in_the_words_at_its_box(truths: list[Truth]) -> None:
    for truth in of(truths, "einvoices"):
        assert unread((SET / truth["doc"]).read_bytes(), truth) == []


def test_every_value_of_new_documents_is_in_the_words_at_its_box(new: list[Made]) -> None:
    assert [flaw for made in new for flaw in unread(made.data, made.truth)] == []


def test_no_word_of_a_drawn_document_leaves_its_page(drawn: list[Made], new: list[Made]) -> None:
    for made in (*drawn, *new):
        with pymupdf.open(stream=made.data, filetype="pdf") as document:
            for page in document:
                out = [w[4] for w in page.get_text("words") if w[0] < 0 or w[2] > page.rect.width]
                assert out == [], made.name


def test_scanned_values_have_ink_in_their_boxes(truths: list[Truth]) -> None:
    for truth in of(truths, "scans"):
        with pymupdf.open(SET / truth["doc"]) as document:
            zoom = 2.0 if truth["scan"]["form"] == "pdf" else 1.0
            pages = [_grey(truth, document, number, zoom) for number in range(truth["pages"])]
        for printed, number, box in spots(truth):
            x0, y0, x1, y1 = (round(edge * zoom) for edge in box)
            part = pages[number][max(0, y0) : y1, max(0, x0) : x1]
            assert part.size, (truth["doc"], printed)
            assert float(part.max()) - float(part.min()) > 60, (truth["doc"], printed)


def _grey(truth: Truth, document: pymupdf.Document, number: int, zoom: float) -> Any:
    if truth["scan"]["form"] == "pdf":
        shot = document[number].get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
        return np.frombuffer(shot.samples, np.uint8).reshape(shot.height, shot.width)
    with Image.open(SET / truth["doc"]) as image:
        image.seek(number)
        return np.asarray(image.convert("L"))


def test_a_scanned_pdf_has_no_text_layer(truths: list[Truth]) -> None:
    for truth in of(truths, "scans"):
        if truth["doc"].endswith(".pdf"):
            with pymupdf.open(SET / truth["doc"]) as document:
                assert all(not page.get_text().strip() for page in document)


# -- right unless made wrong


def everything(truths: list[Truth], new: list[Made]) -> list[Truth]:
    return [*made_here(truths), *(made.truth for made in new)]


def test_identifiers_have_right_check_digits_unless_the_flaw_is_that_they_have_not(
    truths: list[Truth], new: list[Made]
) -> None:
    seen = Counter[str]()
    for truth in everything(truths, new):
        for name, value in values(truth).items():
            if name == "iban":
                assert stdnum.iban.is_valid(value) is (truth["defect"] != "iban"), (truth["doc"], value)
            elif name.endswith("vat_id"):
                assert is_vat_id(value), (truth["doc"], value)
            elif name == "lei":
                assert stdnum.lei.is_valid(value), (truth["doc"], value)
            else:
                continue
            seen[name] += 1
    assert min(seen[name] for name in ("iban", "vendor_vat_id", "vat_id", "lei")) > 5


def test_net_and_tax_make_gross_unless_the_flaw_is_that_they_do_not(
    truths: list[Truth], new: list[Made]
) -> None:
    checked = 0
    for truth in everything(truths, new):
        held = values(truth)
        if {"net_total", "tax_total", "gross_total"} <= held.keys():
            adds_up = Decimal(held["net_total"]) + Decimal(held["tax_total"]) == Decimal(held["gross_total"])
            assert adds_up is (truth["defect"] != "sum"), truth["doc"]
            checked += 1
    assert checked > 50


def test_bookings_lead_from_the_opening_to_the_closing_balance_unless_that_is_the_flaw(
    truths: list[Truth], new: list[Made]
) -> None:
    checked = 0
    for truth in everything(truths, new):
        held = values(truth)
        if truth["class"] == "statement" and "scan" not in truth:
            moved = sum(
                (Decimal(row["amount"]) for row in truth["line_items"]), Decimal(held["opening_balance"])
            )
            assert (moved == Decimal(held["closing_balance"])) is (truth["defect"] != "sum"), truth["doc"]
            checked += 1
    assert checked > 20


def test_what_is_claimed_is_the_sum_of_the_items_claimed(truths: list[Truth], new: list[Made]) -> None:
    checked = 0
    for truth in everything(truths, new):
        if truth["class"] == "claim" and truth["line_items"]:
            items = sum(Decimal(row["amount"]) for row in truth["line_items"])
            assert items == Decimal(values(truth)["claimed_amount"]), truth["doc"]
            checked += 1
    assert checked > 10


def test_shares_make_a_hundred_percent_unless_that_is_the_flaw(truths: list[Truth], new: list[Made]) -> None:
    checked = 0
    for truth in everything(truths, new):
        if truth["class"] == "kyb" and truth["line_items"]:
            shares = sum(Decimal(row["share"]) for row in truth["line_items"])
            assert (shares == 100) is (truth["defect"] != "sum"), truth["doc"]
            checked += 1
    assert checked > 10


def test_flawed_documents_are_expected_to_reach_a_person(truths: list[Truth]) -> None:
    by_name = {truth["doc"]: truth for truth in truths}
    assert (
        values(by_name["invoices/invoice-due-before-issue.pdf"])["due_date"]
        < values(by_name["invoices/invoice-due-before-issue.pdf"])["invoice_date"]
    )
    assert "invoice_number" not in values(by_name["invoices/invoice-no-number.pdf"])
    assert "effective_date" not in values(by_name["contracts/contract-no-start-date.pdf"])
    flawed = [
        truth for truth in truths if truth["defect"] in ("sum", "iban", "number", "dates", "xml", "duplicate")
    ]
    assert len(flawed) >= 9
    assert {truth["expect"] for truth in flawed} == {"escalate"}


def test_the_bill_sent_again_is_the_same_bill_in_other_bytes(truths: list[Truth]) -> None:
    again = next(truth for truth in truths if truth["defect"] == "duplicate")
    first = next(truth for truth in truths if truth["doc"] == again["duplicate_of"])
    assert again["sha256"] != first["sha256"]
    for name in ("vendor_name", "invoice_number", "invoice_date", "gross_total"):
        assert values(again)[name] == values(first)[name]


def test_the_copy_has_the_bytes_of_its_original(truths: list[Truth]) -> None:
    hashes = Counter(truth["sha256"] for truth in truths)
    assert [count for count in hashes.values() if count > 1] == [2]


# -- e-invoices, mails, broken ones


def test_the_xml_in_an_e_invoice_is_valid_and_differs_from_the_page_only_where_it_was_made_to(
    truths: list[Truth],
) -> None:
    for truth in of(truths, "einvoices"):
        name, xml = facturx.get_xml_from_pdf((SET / truth["doc"]).read_bytes(), check_xsd=True)
        assert name == "factur-x.xml"
        page, inside = values(truth), truth["xml_values"]
        assert inside["gross_total"].encode() in xml
        differing = {key for key in page.keys() & inside.keys() if page[key] != inside[key]}
        assert bool(differing) is (truth["defect"] == "xml"), truth["doc"]


def test_a_mail_carries_the_documents_that_its_truth_lists(truths: list[Truth]) -> None:
    counts = []
    for truth in of(truths, "mails"):
        mail = message_from_bytes((SET / truth["doc"]).read_bytes(), policy=default)
        attached = [part.get_payload(decode=True) for part in mail.iter_attachments()]
        hashes = [hashlib.sha256(data).hexdigest() for data in attached]
        assert hashes == [each["sha256"] for each in truth["attachments"]]
        counts.append(len(hashes))
    assert sorted(counts) == [0, 1, 2]


def test_broken_files_are_broken_in_the_way_that_truth_says() -> None:
    assert (SET / "broken/empty.pdf").read_bytes() == b""
    with pymupdf.open(SET / "broken/locked.pdf") as locked:
        assert locked.needs_pass
        assert locked.authenticate("lindenhof")
        assert "password" in locked[0].get_text()
    assert (SET / "broken/picture-named.pdf").read_bytes().startswith(b"\x89PNG")
    assert not (SET / "broken/text-named.pdf").read_bytes().startswith(b"%PDF")
    with pymupdf.open(SET / "broken/cut-off.pdf") as cut:
        assert len(cut) == 0


# -- making many


def test_a_seed_makes_the_same_documents_each_time_and_another_seed_others() -> None:
    first, again, other = (list(make.many(10, seed)) for seed in (3, 3, 4))
    assert [made.data for made in first] == [made.data for made in again]
    assert not {made.truth["sha256"] for made in first} & {made.truth["sha256"] for made in other}


def test_new_documents_open_and_take_turns_by_class(new: list[Made]) -> None:
    assert [made.truth["class"] for made in new[:5]] == list(CLASSES)
    for made in new:
        with pymupdf.open(stream=made.data, filetype="pdf") as document:
            assert len(document) == made.truth["pages"]
            assert not document.is_repaired


def test_new_documents_vary_in_look_language_and_flaw(new: list[Made]) -> None:
    assert len({made.truth["layout"] for made in new}) > 60
    assert {made.truth["language"] for made in new} == {"en", "de", "fr", "es"}
    assert len({made.truth["defect"] for made in new}) >= 4
    assert len({made.truth["sha256"] for made in new}) == len(new)


def test_scans_can_be_asked_for() -> None:
    made = list(make.many(4, seed=5, classes=("invoice",), scanned=1.0))
    assert all("scan" in one.truth for one in made)
    pictures = [one for one in made if not one.name.endswith(".pdf")]
    for one in pictures:
        with Image.open(io.BytesIO(one.data)) as image:
            assert min(image.size) > 300


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SET / "make.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_line_writes_documents_with_their_truth(tmp_path: Path) -> None:
    done = run("--count", "6", "--seed", "2", "--out", str(tmp_path), "--classes", "claim,kyb")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["class"] for line in lines] == ["claim", "kyb"] * 3
    for line in lines:
        assert hashlib.sha256((tmp_path / line["doc"]).read_bytes()).hexdigest() == line["sha256"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--count", "2"), "name a folder with --out"),
        (("--count", "2", "--out", "x", "--classes", "invoices"), "there is no class invoices"),
    ],
)
def test_a_wrong_command_line_says_what_to_do_and_writes_nothing(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []
