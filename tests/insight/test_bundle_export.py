"""A bundle, written and read back: complete, proven, openable; what is withheld or erased is said as such."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pymupdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from tests.store.erasing import care_of
from tests.store.stories import ADA, CARD, INTAKE, received, review, story
from tests.support.bag_reader import Bagged
from tests.support.exporting import (
    VENDOR,
    exporter,
    fill,
    fill_policy,
    receive_named,
    take_out,
    verify,
)

from countersign.audit import note, record
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import DocumentReceivedAgain, Draft, Exported, MailTakenApart
from countersign.domain.sealed import ERASED
from countersign.insight.bundle import seal as seals
from countersign.insight.bundle.preview import preview
from countersign.insight.bundle.scope import Bundle, Scope, Withhold
from countersign.insight.bundle.seal import Seal, seal_of
from countersign.insight.bundle.tables import GOBD
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store

PERSONAL = ("Zwiebelfisch", "DE123456789", "DE89370400440532013000", "RE-2026", "191.00", "Screws", "a.pdf")


@pytest.fixture(scope="module")
def words() -> Catalogue:
    """The shipped classes, read once."""
    return catalogue.load()


@pytest.fixture
def store(tmp_path: Path, words: Catalogue) -> Iterator[Store]:
    """A founded store with a person and an agent."""
    with open_store(Home(tmp_path / "home"), agents=[CARD], person=ADA, words=words) as opened:
        yield opened


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, words: Catalogue
) -> tuple[Bundle, Bagged, list[tuple[int, int]]]:
    """A bundle of four of six cases, with the progress that was told meanwhile."""
    folder = tmp_path_factory.mktemp("bundle")
    told: list[tuple[int, int]] = []
    with open_store(Home(folder / "home"), agents=[CARD], person=ADA, words=words) as store:
        fill(store, ["before", "other"])
        fill(store, ["a", "b", "c"], reviewed=["a"])
        digest = fill_policy(store, "ruled")
        store.append(story("after", {}))
        scope = Scope(case=("a", "b", "c", "ruled"))
        bundle = take_out(store, words, folder / "x.zip", scope, progress=lambda *step: told.append(step))
    assert digest
    return bundle, Bagged(bundle.path), told


@pytest.fixture(scope="module")
def bag(made: tuple[Bundle, Bagged, list[tuple[int, int]]]) -> Bagged:
    return made[1]


# -- what is in it ----------------------------------------------------------------------------------------


def test_every_record_of_the_cases_is_there_word_for_word_and_proven(
    made: tuple[Bundle, Bagged, list[tuple[int, int]]], bag: Bagged
) -> None:
    bag.check_proofs()
    assert bag.json("data/completeness.json")["cases"] == {"a": 10, "b": 7, "c": 7, "ruled": 7}
    assert made[0].records == len(bag.records)
    assert made[0].cases == 4


def test_of_other_cases_only_the_hashes_are_there(bag: Bagged) -> None:
    told = bag.json("data/completeness.json")
    for raw in bag.records.values():
        assert (found := record.read(raw).link) is None or found.case in told["cases"]
    span = told["range"]
    inside = sum(span["first"] <= seq < span["until"] for seq in bag.records)
    assert told["withheld"]["records_of_others"] == span["until"] - span["first"] - inside


def test_the_record_of_the_export_itself_is_there_under_the_head(bag: Bagged) -> None:
    (event,) = bag.bodies("exported")
    assert event["scope"] == {"case": "a, b, c, ruled"}
    assert event["cases"] == 4
    assert event["signature"]["name"] == ADA.name
    last = max(bag.records)
    assert json.loads(bag.records[last])["body"] == event
    assert bag.head().checkpoint.size == last + 1


def test_the_desks_records_are_those_that_say_whom_to_believe(bag: Bagged) -> None:
    kinds = [json.loads(raw)["body"]["kind"] for raw in bag.records.values() if b'"case":{' not in raw]
    assert sorted(kinds) == [
        "agent_enrolled",
        "desk_founded",
        "epoch_begun",
        "exported",
        "person_enrolled",
        "policy_activated",
    ]


def test_all_content_of_the_cases_can_be_opened(bag: Bagged) -> None:
    opened = bag.openings()
    promised = sum(raw.count(b'{"commitment":"') for raw in bag.records.values())
    assert len(opened) == promised
    assert any(VENDOR in content for content in opened.values())


def test_documents_are_there_as_received_under_their_hashes(bag: Bagged) -> None:
    papers = {name: raw for name, raw in bag.files.items() if name.startswith("data/evidence/")}
    assert sorted(papers.values()) == [b"a", b"b", b"c", b"ruled"]
    for name, raw in papers.items():
        assert name == f"data/evidence/{hashlib.sha256(raw).hexdigest()}.pdf"
    for row in bag.table("data/gdpdu/documents.csv"):
        assert row["sha256_at_receipt"] == row["sha256_now"]
        assert row["state"] == "as received"
        assert bag.files[row["file"]] == row["case"].encode()


def test_the_policy_that_decided_is_there_under_its_digest(bag: Bagged) -> None:
    (name,) = [name for name in bag.files if name.startswith("data/policies/")]
    digest = hashlib.sha256(bag.files[name]).hexdigest()
    assert name == f"data/policies/{digest}.yaml"
    (row,) = bag.table("data/gdpdu/policies.csv")
    assert (row["digest"], row["file"]) == (digest, name)
    ruled = next(row for row in bag.table("data/gdpdu/cases.csv") if row["case"] == "ruled")
    assert ruled["policy_digest"] == digest


def test_agents_are_there_with_their_cards(bag: Bagged) -> None:
    (row,) = bag.table("data/models/agents.csv")
    assert row["agent"] == CARD.id
    card = bag.json(row["file"])
    assert (card["name"], card["code_digest"]) == (CARD.name, CARD.code_digest)


# -- the seal ----------------------------------------------------------------------------------------------


def test_stock_openssl_checks_the_seal_over_the_tag_manifest(bag: Bagged, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here")
    for name in ("tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"):
        (tmp_path / name).write_bytes(bag.files[name])
    command = [openssl, "cms", "-verify", "-binary", "-inform", "DER", "-noverify"]
    command += ["-content", "tagmanifest-sha256.txt", "-in", "tagmanifest-sha256.txt.p7s", "-out", "out"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert (tmp_path / "out").read_bytes() == bag.files["tagmanifest-sha256.txt"]
    (tmp_path / "tagmanifest-sha256.txt").write_bytes(bag.files["tagmanifest-sha256.txt"] + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_record_of_the_export_names_the_certificate(bag: Bagged) -> None:
    certificate = x509.load_pem_x509_certificate(bag.files["data/certificate.pem"])
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    assert bag.bodies("exported")[0]["certificate"] == digest
    assert bag.json(f"{bag.place}/keys.json")["certificate_sha256"] == digest


def test_the_seal_is_kept_from_one_export_to_the_next_until_its_certificate_nears_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seal_of(store)
    assert seal_of(store).sha256 == first.sha256
    later = seals.now() + timedelta(days=3630)
    monkeypatch.setattr(seals, "now", lambda: later)
    assert seal_of(store).sha256 != first.sha256


def test_the_key_of_the_seal_lies_sealed_and_a_changed_one_is_trouble(store: Store, tmp_path: Path) -> None:
    packed = seal_of(store).pack()
    (file,) = (tmp_path / "home" / "keys").glob("*.secret")
    assert packed[2:40] not in file.read_bytes()
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(Trouble, match="Put that folder back"):
        seal_of(store)
    with pytest.raises(Trouble, match="damaged"):
        Seal.unpack(packed[:-9])


# -- for people and their programs --------------------------------------------------------------------------


def test_the_verifier_that_ships_says_verified(made: tuple[Bundle, Bagged, list[tuple[int, int]]]) -> None:
    done = verify(made[0].path, "--key", made[0].fingerprint)
    assert done.stdout.splitlines()[-1].startswith("VERIFIED "), done.stdout + done.stderr
    assert done.returncode == 0


def test_the_index_is_valid_and_names_every_csv_file_beside_it(bag: Bagged) -> None:
    tree = etree.fromstring(bag.files["data/gdpdu/index.xml"])
    (form,) = [raw for name, raw in bag.files.items() if name.endswith(".dtd")]
    assert etree.DTD(io.BytesIO(form)).validate(tree)
    beside = {name.rpartition("/")[2] for name in bag.files if re.match(r"data/gdpdu/.*\.csv", name)}
    assert {url.text for url in tree.iter("URL")} == beside
    for table in tree.iter("Table"):
        heads = bag.text(f"data/gdpdu/{table.findtext('URL')}").splitlines()[0].split(";")
        assert heads == [name.text for name in table.find("VariableLength").iter("Name")]


def test_the_dictionary_explains_every_file_of_the_bundle(bag: Bagged) -> None:
    rows = list(csv.reader(io.StringIO(bag.text("data/dictionary.csv"), newline=""), delimiter=";"))[1:]
    known = [_pattern(row[0]) for row in rows]
    unexplained = [name for name in bag.files if not any(pattern.fullmatch(name) for pattern in known)]
    assert unexplained == []


def _pattern(named: str) -> re.Pattern[str]:
    wild = {"LOG": "[0-9a-f]{32}", "SHA256": "[0-9a-f]{64}", "DIGEST": "[0-9a-f]{64}", "SIZE": "[0-9]+"}
    pattern = re.escape(named).replace(r"\*", "[^/]+")
    for name, sign in wild.items():
        pattern = re.sub(rf"(?<![A-Za-z]){name}(?![A-Za-z])", sign, pattern)
    return re.compile(pattern)


def test_the_tables_tell_what_the_records_say(bag: Bagged) -> None:
    cases = {row["case"]: row for row in bag.table("data/gdpdu/cases.csv")}
    assert list(cases) == ["a", "b", "c", "ruled"]  # in the order in which they came in
    assert cases["a"]["status"] == "approved"
    assert cases["a"]["decided_by"] == ADA.name
    assert cases["a"]["solely_automated"] == "no"
    assert cases["b"]["status"] == "straight_through"
    assert cases["b"]["solely_automated"] == "yes"
    assert cases["c"]["solely_automated"] == ""
    assert (cases["a"]["counterparty"], cases["a"]["amount"]) == (VENDOR, "191.00")
    (change,) = bag.table("data/gdpdu/changes.csv")
    assert (change["before"], change["after"], change["act"]) == ("119.00", "191.00", "corrected")
    (signature,) = bag.table("data/gdpdu/signatures.csv")
    assert (signature["name"], signature["meaning"]) == (ADA.name, "approved")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", signature["at"])
    assert signature["key"] == json.loads(bag.records[int(signature["record"])])["actor"]["key"]
    fields = {row["field"]: row for row in bag.table("data/gdpdu/fields.csv") if row["case"] == "a"}
    assert (fields["gross_total"]["value"], fields["gross_total"]["agents_said"]) == ("191.00", "119.00")
    assert fields["iban"]["state"] == "disclosed"
    assert len(bag.table("data/gdpdu/lines.csv")) == 4 * 10
    events = bag.table("data/gdpdu/events.csv")
    assert {int(row["record"]): row["sha256"] for row in events} == {
        seq: record.digest(raw) for seq, raw in bag.records.items() if b'"case":{' in raw
    }


def pages(bag: Bagged) -> str:
    """Return the words of the report, a space between any two."""
    with pymupdf.open("pdf", bag.files["data/report.pdf"]) as document:
        return " ".join(" ".join(page.get_text() for page in document).split())


def test_the_report_says_who_decided_why_and_what_is_proven(bag: Bagged) -> None:
    said = pages(bag)
    assert f"exported by {ADA.name}" in said
    assert "What this bundle proves" in said
    assert "What it cannot prove" in said
    assert "No witness outside has seen any head of this log" in said
    assert f"{ADA.name} (processor) countersigned the case" in said
    assert "meaning: approved" in said
    assert "Over the limit" in said
    assert VENDOR in said


def test_the_report_holds_the_law_and_a_certification_with_hashes(bag: Bagged) -> None:
    said = pages(bag)
    for rule in ("EU AI Act", "GDPR", "PCAOB AS 1105.10A", "21 CFR 11.10(e)", "GoBD", "Rev. Proc. 98-25"):
        assert rule in said
    for rule in ("HIPAA 164.312(b)", "NYDFS 500.06", "DORA", "902(13)", "902(14)"):
        assert rule in said
    bare = said.replace(" ", "")
    assert hashlib.sha256(bag.files[f"{bag.place}/records.jsonl"]).hexdigest() in bare
    assert bag.head().checkpoint.root.hex() in bare
    assert bag.bodies("exported")[0]["certificate"] in bare
    assert "qualified" not in said.lower()


def test_progress_grows_to_its_end(made: tuple[Bundle, Bagged, list[tuple[int, int]]]) -> None:
    steps = made[2]
    assert steps == sorted(steps)
    assert len({total for _, total in steps}) == 1
    assert steps[-1][0] == steps[-1][1]


# -- what stays in the house --------------------------------------------------------------------------------


def test_no_personal_value_is_anywhere_in_a_bundle_that_withholds_them_and_it_verifies(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a", "b"], reviewed=["a"])
    care_of(store).hold("b", "matter 7")
    bundle = take_out(store, words, tmp_path / "x.zip", withhold=Withhold(values=True, documents=True))
    bag = Bagged(bundle.path)
    bag.check_proofs()
    assert bag.files["data/openings.jsonl"] == b""
    whole = b"\n".join(bag.files.values()).decode("utf-8", "replace") + pages(bag)
    assert not [value for value in PERSONAL if value in whole]
    assert ERASED not in whole
    assert "[withheld]" in pages(bag)
    assert "Placed a legal hold (matter 7)" in pages(bag)
    assert "not at hand" not in pages(bag)  # what is withheld is not missing
    assert {row["state"] for row in bag.table("data/gdpdu/fields.csv")} == {"withheld"}
    assert {row["value"] for row in bag.table("data/gdpdu/fields.csv")} == {"[withheld]"}
    assert {row["state"] for row in bag.table("data/gdpdu/documents.csv")} == {"withheld"}
    assert not [name for name in bag.files if name.startswith("data/evidence/")]
    assert bag.bodies("exported")[0]["withheld"] == ["documents", "values"]
    done = verify(bundle.path)
    assert done.stdout.splitlines()[-1].startswith("VERIFIED "), done.stdout


def test_documents_can_be_withheld_alone_and_need_not_be_there_then(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    store.append(story("gone", {"vendor_name": VENDOR}))  # its file was never kept
    bundle = take_out(store, words, tmp_path / "x.zip", withhold=Withhold(documents=True))
    bag = Bagged(bundle.path)
    assert bag.openings()
    assert bag.json("data/completeness.json")["withheld"]["documents"] == 1
    assert verify(bundle.path).returncode == 0


def test_erased_content_is_said_as_erased_and_the_bundle_verifies(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a", "b"], reviewed=["a", "b"])
    care_of(store).erase("a", "GDPR-7")
    bundle = take_out(store, words, tmp_path / "x.zip")
    bag = Bagged(bundle.path)
    bag.check_proofs()
    states = {(row["case"], row["state"]) for row in bag.table("data/gdpdu/fields.csv")}
    assert states == {("a", "erased"), ("b", "disclosed")}
    papers = {row["case"]: row["state"] for row in bag.table("data/gdpdu/documents.csv")}
    assert papers == {"a": "erased", "b": "as received"}
    cases = {row["case"]: row["erased_at"] for row in bag.table("data/gdpdu/cases.csv")}
    assert cases["a"]
    assert not cases["b"]
    assert bag.json("data/completeness.json")["withheld"]["erased_openings"] > 10
    assert "[erased]" in pages(bag)
    assert "the key is destroyed" in pages(bag)
    assert ERASED not in b"\n".join(bag.files.values()).decode("utf-8", "replace")
    assert verify(bundle.path).returncode == 0


def test_sealed_content_that_is_gone_without_an_erasure_is_trouble(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a"])
    with store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM openings")
    with pytest.raises(Trouble, match="no erasure is on record"):
        take_out(store, words, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*x.zip*"))


# -- what goes wrong ---------------------------------------------------------------------------------------


def test_a_choice_of_nothing_is_trouble_and_leaves_no_record(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a"])
    before = store.head()
    with pytest.raises(Trouble, match="There are no cases with class claim"):
        take_out(store, words, tmp_path / "x.zip", Scope(klass="claim"))
    assert store.head() == before
    assert preview(store, Scope(klass="claim"), Withhold()).cases == 0


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda file: file.unlink(), "is gone"),
        (lambda file: file.write_bytes(b"b"), "is not what was received"),
        (lambda file: file.write_bytes(b"longer"), "is not what was received"),
    ],
)
def test_a_document_that_is_gone_or_changed_is_named_and_nothing_is_written(
    store: Store,
    words: Catalogue,
    tmp_path: Path,
    damage: Callable[[Path], object],
    what: str,
) -> None:
    fill(store, ["a"])
    damage(store.library.path(hashlib.sha256(b"a").hexdigest()))
    with pytest.raises(Trouble, match=rf"a\.pdf of case a .*{what}.*withhold the documents"):
        take_out(store, words, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*x.zip*"))


@pytest.mark.parametrize("cases", [2, 40])  # of 40, the leaves are kept apart from the records
def test_a_record_that_was_changed_is_trouble_and_nothing_is_written(
    store: Store, words: Catalogue, tmp_path: Path, cases: int
) -> None:
    fill(store, [f"c{n}" for n in range(cases)])
    with store._database.writing() as connection:
        change = """UPDATE records SET bytes = CAST(
            replace(CAST(bytes AS TEXT), '"milliseconds":8', '"milliseconds":9') AS BLOB
        ) WHERE seq = 5"""
        assert connection.exec_driver_sql(change).rowcount == 1
    with pytest.raises(Trouble, match="Run `countersign verify`"):
        take_out(store, words, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*x.zip*"))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("x.pdf", "ends in .zip"),
        ("nowhere/x.zip", "There is no folder"),
        ("home/desk.sqlite", "ends in .zip"),
    ],
)
def test_a_bad_place_is_refused_before_anything_is_recorded(
    store: Store, words: Catalogue, tmp_path: Path, name: str, what: str
) -> None:
    fill(store, ["a"])
    before = store.head()
    with pytest.raises(Trouble, match=what):
        take_out(store, words, tmp_path / name)
    (tmp_path / "there.zip").write_bytes(b"theirs")
    with pytest.raises(Trouble, match="is there already"):
        take_out(store, words, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_bytes() == b"theirs"
    assert store.head() == before


def test_the_record_says_that_it_went_out_before_the_first_byte_is_written(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a"])

    def stop(_done: int, _total: int) -> None:
        raise Trouble("Stopped.")

    with pytest.raises(Trouble, match="Stopped"):
        take_out(store, words, tmp_path / "x.zip", progress=stop)
    assert not list(tmp_path.glob("*x.zip*"))
    assert isinstance(store.desk_entries()[-1].event, Exported)


def test_names_of_documents_never_reach_a_path_and_are_no_formula(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    names = ["../../etc/passwd", "=cmd|'/C calc'!A0", "a\x00b\n\x1b[31m.pdf", "\u202efdp.exe", "C:\\nul.pdf"]
    for n, name in enumerate(names):
        receive_named(store, f"case-{n}", name, str(n).encode())
    bundle = take_out(store, words, tmp_path / "x.zip")
    bag = Bagged(bundle.path)
    allowed = re.compile(r"[A-Za-z0-9._@/-]+")
    assert all(allowed.fullmatch(name) and ".." not in name for name in bag.order)
    shown = [row["name"] for row in bag.table("data/gdpdu/documents.csv")]
    assert shown == ["../../etc/passwd", "'=cmd|'/C calc'!A0", "a�b �[31m.pdf", "�fdp.exe", "C:\\nul.pdf"]
    kept = set(bag.openings().values())
    assert {json.dumps(name, ensure_ascii=False) for name in names} <= kept  # the exact names, as content
    assert verify(bundle.path).returncode == 0


def test_a_mail_that_was_taken_apart_goes_out_beside_its_attachment(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    store.library.keep(b"From: x", MediaType.MAIL, "m.eml")
    store.library.keep(b"bill", MediaType.PDF, "bill.pdf")
    digest = hashlib.sha256(b"From: x").hexdigest()
    apart = MailTakenApart(
        sha256=digest,
        subject="Your bill",
        sender="x",
        taken=(hashlib.sha256(b"bill").hexdigest(),),
        set_aside=("logo.png: a picture",),
    )
    bill = received().model_copy(update={"within": digest})
    again = DocumentReceivedAgain(sha256=bill.sha256, channel="test", name="again.pdf")
    store.append([Draft(event=bill, actor=INTAKE, case="bill")])
    store.append([Draft(event=apart, actor=INTAKE, case="mail")])
    store.append([Draft(event=again, actor=INTAKE, case="bill")])
    bundle = take_out(store, words, tmp_path / "x.zip")
    bag = Bagged(bundle.path)
    assert bag.files[f"data/mail/{digest}.eml"] == b"From: x"
    assert [row["status"] for row in bag.table("data/gdpdu/cases.csv")] == ["received", "mail"]
    assert [row["name"] for row in bag.table("data/gdpdu/documents.csv")] == [
        "bill.pdf",
        "again.pdf",
        "Your bill",
    ]
    assert len([name for name in bag.files if name.startswith("data/evidence/")]) == 1
    assert "A mail that was taken apart" in pages(bag)
    assert verify(bundle.path).returncode == 0


# -- the same again, and more --------------------------------------------------------------------------------


def test_two_exports_of_the_same_cases_differ_only_in_what_tells_of_the_export(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["b", "a"], reviewed=["a"])
    scope = Scope(case=("a", "b"))
    one, two = (Bagged(take_out(store, words, tmp_path / f"{n}.zip", scope).path) for n in (1, 2))
    bare = [[name.partition("/")[2] for name in found.order] for found in (one, two)]
    assert bare[0] == bare[1]
    differ = {name for name in one.files if one.files[name] != two.files[name]}
    of_export = {"checkpoint", "records.jsonl", "report.pdf", "inclusion.jsonl", "completeness.json"}
    of_bag = {"bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"}
    assert {name.rpartition("/")[2] for name in differ} <= of_export | of_bag


def test_a_later_record_of_a_case_is_in_the_next_bundle(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a"])
    before = Bagged(take_out(store, words, tmp_path / "1.zip").path)
    store.append(review("a"))
    after = Bagged(take_out(store, words, tmp_path / "2.zip").path)
    after.check_proofs()
    assert before.json("data/completeness.json")["cases"] == {"a": 7}
    assert after.json("data/completeness.json")["cases"] == {"a": 10}
    assert len(after.bodies("exported")) == 1  # the export before is no part of this one


def test_the_lines_of_witnesses_stand_on_the_heads_they_saw(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a"], reviewed=["a"])
    with store.snapshot() as snapshot:
        seen = snapshot.size()
    line = "— witness.example " + base64.b64encode(b"\x01\x02\x03\x04" + bytes(72)).decode()
    with store._database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO cosignatures VALUES (?, 'w', ?, 1)", (seen, line))
        connection.exec_driver_sql("INSERT INTO stamps VALUES (?, '../t s:a', x'3000', 1)", (seen,))
    held = preview(store, Scope(), Withhold())
    assert not any("No witness" in warning for warning in held.warnings)
    bag = Bagged(take_out(store, words, tmp_path / "x.zip").path)
    signed = [one for one in bag.notes() if one.checkpoint.size == seen]
    assert ("witness.example", b"\x01\x02\x03\x04") in signed[0].lines
    assert f"data/anchor/{seen}-t_s_a.tsr" in bag.files
    assert "have no witness" in pages(bag)


def test_a_later_head_that_a_witness_saw_comes_along_with_its_proof(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    from countersign.audit.merkle import check_consistency

    fill(store, ["a", "later"], reviewed=["a", "later"])
    with store.snapshot() as snapshot:
        seen = snapshot.size()
    with store._database.writing() as connection:
        line = "— w " + base64.b64encode(b"\x01\x02\x03\x04" + bytes(72)).decode()
        connection.exec_driver_sql("INSERT INTO cosignatures VALUES (?, 'w', ?, 1)", (seen, line))
    bundle = take_out(store, words, tmp_path / "x.zip", Scope(case=("a",)))
    bag = Bagged(bundle.path)
    later = note.open_note(bag.files[f"{bag.place}/later/{seen}.checkpoint"])
    told = bag.json(f"{bag.place}/later/{seen}.json")
    head = bag.head().checkpoint
    steps = list(map(bytes.fromhex, told["consistency"]))
    check_consistency(seen, head.size, steps, later.checkpoint.root, head.root)
    assert verify(bundle.path).returncode == 0


def test_a_preview_tells_what_a_bundle_will_hold_and_records_nothing(
    store: Store, words: Catalogue, tmp_path: Path
) -> None:
    fill(store, ["a", "b"], reviewed=["a"])
    before = store.head()
    held = preview(store, Scope(), Withhold(values=True))
    assert store.head() == before
    assert (held.cases, held.records, held.documents) == (2, 17, 2)
    assert {part.name for part in held.withheld} == {"values"}
    assert any("Withhold the documents, too" in warning for warning in held.warnings)
    assert any("No witness" in warning for warning in held.warnings)
    bundle = take_out(store, words, tmp_path / "x.zip", withhold=Withhold(values=True))
    bag = Bagged(bundle.path)
    inside = sum(b'"case":{' in raw for raw in bag.records.values())
    assert (inside, len(bag.table("data/gdpdu/documents.csv"))) == (held.records, held.documents)
    assert bundle.bytes / 3 < held.bytes_estimate < bundle.bytes * 3


def test_every_table_of_the_bundle_is_described(bag: Bagged) -> None:
    assert {f"data/gdpdu/{table.file}" for table in GOBD} <= bag.files.keys()


def test_the_person_who_exports_is_named_in_their_role(store: Store, bag: Bagged) -> None:
    assert exporter(store).actor.role == "team_lead"
    last = json.loads(bag.records[max(bag.records)])
    assert (last["actor"]["kind"], last["actor"]["role"]) == ("person", "team_lead")
