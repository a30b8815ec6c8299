import pytest

from countersign.domain.errors import Trouble
from countersign.domain.reason import Reason
from countersign.settings import catalogue, limits
from countersign.settings.home import VARIABLE, Home, find

OWN = """
name: parking_fine
label: {en: Parking fine, de: Strafzettel}
headline: {counterparty: city, amount: fine}
groups:
  - name: all
    label: {en: All, de: Alles}
    fields:
      - {name: city, type: name, label: {en: City, de: Stadt}, required: true}
      - {name: fine, type: amount, label: {en: Fine, de: Betrag}}
"""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "desk").prepare()


def test_five_classes_ship_with_labels_in_english_and_german():
    classes = catalogue.load().classes
    assert {"invoice", "claim", "kyb", "contract", "statement"} <= classes.keys()
    for klass in classes.values():
        columns = [column for table in klass.tables for column in table.columns]
        for labelled in (klass, *klass.groups, *klass.fields, *klass.tables, *columns):
            assert {"en", "de"} <= labelled.label.keys(), labelled


def test_every_shipped_reason_speaks_english_and_german():
    for code, text in catalogue.load().reasons.items():
        assert {"en", "de"} <= text.label.keys() & text.advice.keys(), code


def test_a_receipt_is_a_class_of_its_own_and_kin_of_the_invoice():
    receipt = catalogue.load().klass("receipt")
    assert (receipt.name, receipt.kin) == ("receipt", "invoice")


def test_a_desk_adds_a_class_by_adding_a_file(home):
    (home.classes / "parking_fine.yaml").write_text(OWN, encoding="utf-8")
    assert catalogue.load(home).klass("parking_fine").field("fine").title("de") == "Betrag"


def test_limits_of_the_environment_give_way_to_the_file_of_the_desk(home, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_LIMITS_MAX_PAGES", "9")
    assert limits.load(home).max_pages == 9
    (home.root / "limits.yaml").write_text("max_pages: 7\n")
    assert limits.load(home).max_pages == 7


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OWN.replace("required:", "requierd:"), "requierd"),
        (OWN.replace("counterparty: city", "counterparty: town"), "'town'"),
        (OWN.replace("name: fine,", "name: city,"), "names a field twice: city"),
        (OWN.replace("{en: All", "[en: All"), "line 7, column 31"),
        (
            OWN.replace("name: fine,", "name: fine, name: due,"),
            "line 10, column 22: 'name' stands here twice",
        ),
        ("just text", "names and values"),
    ],
)
def test_a_faulty_class_file_is_named_with_its_fault(home, fault, says):
    (home.classes / "mine.yaml").write_text(fault, encoding="utf-8")
    with pytest.raises(Trouble, match=r"mine\.yaml") as trouble:
        catalogue.load(home)
    assert says in str(trouble.value)


def test_a_reason_says_what_to_do_with_its_particulars():
    words = catalogue.load()
    assert words.say(Reason(code="field_missing", fields=("iban",)))[0]
    assert words.say(Reason(code="no_such_code", detail="x")) == ("no such code", "x")


def test_the_home_is_the_option_then_the_variable_then_the_platforms(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "b"))
    assert find(tmp_path / "a").root == tmp_path / "a"
    assert find().root == tmp_path / "b"
    monkeypatch.delenv(VARIABLE)
    assert "countersign" in str(find().root)


def test_a_home_that_cannot_be_made_is_trouble_that_names_it(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="--home"):
        Home(tmp_path / "file" / "desk").prepare()


def test_limits_come_from_the_file_of_the_desk(home):
    assert limits.load(home).max_pages == 1000
    (home.root / "limits.yaml").write_text("max_pages: 7\n")
    assert limits.load(home).max_pages == 7


@pytest.mark.parametrize("text", ["max_page: 7", "max_pages: many", "[", "- 1"])
def test_faulty_limits_are_trouble_that_names_the_file(home, text):
    (home.root / "limits.yaml").write_text(text)
    with pytest.raises(Trouble, match=r"limits\.yaml"):
        limits.load(home)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_reason_without_particulars_shows_no_empty_brackets(language):
    words = catalogue.load()
    for code in words.reasons:
        assert "()" not in words.say(Reason(code=code), language)[1]
    reason = Reason(code="mail_without_document", detail="only a picture.")
    assert "(only a picture)" in words.say(reason, language)[1]
