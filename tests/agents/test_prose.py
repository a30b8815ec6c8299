"""What running text and short lines offer as names, texts, places, addresses and spans of time."""

import pytest
from tests.agents.paper_words import opened, page

from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.domain.klass import ClassDef
from countersign.settings.catalogue import load

_AGREEMENT = (
    "THIS SECRECY AGREEMENT is made as of October 9, 2013",
    "by and between {first} (the “Company”) and {second}",
    "(“Recipient”), who intend to share confidential information and agree",
    "as follows in the numbered sections of this agreement and",
)


@pytest.fixture(scope="module")
def classes() -> dict[str, ClassDef]:
    return load().classes


def offered(klass: ClassDef, field: str, *lines: str, language: str = "en") -> set[str]:
    """The values that the lines of a page offer for a field."""
    paper = opened(page(*((60.0, 60.0 + 14 * n, line) for n, line in enumerate(lines))))
    prepared = Prepared(Sheet(paper), klass, language)
    definition = klass.field(field)
    assert definition is not None
    return {candidate.value for candidate in prepared.candidates(definition)[0]}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Acme Widgets, Inc., a Delaware corporation", "Robert J. Lee, III"),
        ("Orbis Corporation of America", "R.T.W. Advising LLC"),
        ("Linden Hauser & Sons Limited", "Nordlys ASA"),
        ("The Bella-Nova Company", "Joan Farrow"),
        ("Zenith Incorporated", "Gregory P. Haller"),
        ("Poziomka Meble Sp. z o.o.", "Alpenglühn Druckerei e.K."),
        ("Open Joint Stock Company “Sever-Telecom”", "Matériaux Vent d'Ouest EURL"),
    ],
)
def test_both_parties_of_a_preamble_are_offered(
    classes: dict[str, ClassDef], first: str, second: str
) -> None:
    lines = [line.format(first=first, second=second) for line in _AGREEMENT]
    names = offered(classes["contract"], "party", *lines)
    plain = first.removesuffix(", a Delaware corporation").rstrip(",").rstrip("”")
    assert {plain, second} <= {name.rstrip("”") for name in names}


def test_words_that_the_document_writes_small_are_no_names(classes: dict[str, ClassDef]) -> None:
    lines = [line.format(first="Acme Inc.", second="Bo Ray") for line in _AGREEMENT]
    more = ("Confidential Information is information that one party shares under this agreement",)
    assert "Confidential Information" not in offered(classes["contract"], "party", *lines, *more)


def test_a_degree_is_no_part_of_a_name(classes: dict[str, ClassDef]) -> None:
    lines = [line.format(first="Acme Inc.", second="Gregory P. Haller, M.D., Ph.D") for line in _AGREEMENT]
    names = offered(classes["contract"], "party", *lines)
    assert "Gregory P. Haller" in names
    assert not any(name.endswith(("M.D.", "Ph.D")) for name in names)


@pytest.mark.parametrize(
    "line", ["Name: Harry T. Oat", "/s/ Harry T. Oat", "EMPLOYEE: Harry T. Oat", "Harry T. Oat (“Employee”)"]
)
def test_a_signature_offers_the_name_alone(classes: dict[str, ClassDef], line: str) -> None:
    assert "Harry T. Oat" in offered(classes["contract"], "party", line)


@pytest.mark.parametrize(
    ("clause", "place"),
    [
        ("shall be governed by Kansas law, without regard to its choice of law principles, and", "Kansas"),
        ("IN ACCORDANCE WITH THE LAWS OF THE STATE OF TEXAS APPLICABLE TO AGREEMENTS MADE THERE", "TEXAS"),
        ("in accordance with the laws of the New York State. If required by the context, both", "New York"),
        ("in accordance with the laws of England and Wales and the courts", "England and Wales"),
    ],
)
def test_a_state_or_country_is_offered_by_its_name(
    classes: dict[str, ClassDef], clause: str, place: str
) -> None:
    assert place in offered(classes["contract"], "jurisdiction", "This agreement " + clause)


@pytest.mark.parametrize(
    ("clause", "span"),
    [
        ("will terminate on the third anniversary of the date hereof", "3 years"),
        ("will terminate on the 2nd anniversary of the date hereof", "2 years"),
        ("remains in effect for a period of eighteen (18) months", "18 months"),
    ],
)
def test_spans_of_time_are_read_from_words(classes: dict[str, ClassDef], clause: str, span: str) -> None:
    assert span in offered(classes["contract"], "term", "This agreement " + clause)


def test_a_numbered_paragraph_is_read_from_its_first_line() -> None:
    paper = opened(
        page(
            (60, 60, "4."),
            (96, 60, "Governing Law. This agreement is governed by the laws of"),
            (60, 74, "the State of Ohio without regard to its conflict of laws."),
        )
    )
    texts = [passage.text for passage in Sheet(paper).passages]
    assert any("the laws of the State of Ohio" in text for text in texts)


def test_a_line_that_holds_the_word_it_is_told_by_is_offered_whole(classes: dict[str, ClassDef]) -> None:
    assert "Amtsgericht Lindenau" in offered(
        classes["kyb"], "register_court", "Amtsgericht Lindenau", "HRB 5889", language="de"
    )


def test_every_line_below_a_label_offers_its_name(classes: dict[str, ClassDef]) -> None:
    lines = ("Directors", "Marta Sosnowy, born 2001", "Irena Kalinowska, born 1962")
    assert {"Marta Sosnowy", "Irena Kalinowska"} <= offered(classes["kyb"], "director", *lines)


def test_a_town_of_several_words_stays_whole_in_running_text(classes: dict[str, ClassDef]) -> None:
    text = "dass die Firma Ohnesorge mit Sitz Röntgenring 30 a, 86224 Lindenau am See unter der Nummer"
    assert "Röntgenring 30 a, 86224 Lindenau am See" in offered(
        classes["kyb"], "registered_address", text, language="de"
    )
