"""Who sees the heads of a desk, as its file says; what is not understood is refused, not guessed."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.errors import Trouble
from countersign.settings import anchors
from countersign.settings.anchors import Anchors, StampsFrom, WitnessAt
from countersign.settings.home import Home

WITNESS = WitnessAt(url="https://witness.example:8711/desk", key="witness.example+00000000+BAAA")
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def said(home: Home, text: str) -> Anchors:
    (home.root / anchors.FILE).write_text(text, encoding="utf-8")
    return anchors.load(home)


def test_without_a_file_nobody_sees_them(home: Home) -> None:
    assert anchors.load(home) == Anchors()
    assert said(home, "") == Anchors()
    assert anchors.load(home).every == timedelta(seconds=10)


def test_what_is_written_is_read_back(home: Home) -> None:
    stamps = StampsFrom(name="tsa", url="http://tsa.example/", certificate=PEM, every=timedelta(minutes=90))
    wanted = Anchors(witnesses=(WITNESS,), stamps=(stamps,), every=timedelta(seconds=30))
    (home.root / anchors.FILE).write_bytes(anchors.write(wanted))
    assert anchors.load(home) == wanted


@pytest.mark.parametrize(("text", "seconds"), [("every: 5s", 5), ("every: 2m", 120), ("every: 1h", 3600)])
def test_times_are_said_as_people_say_them(home: Home, text: str, seconds: int) -> None:
    assert said(home, text).every == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "every: 0s",
        "every: -5s",
        "every: 5",
        "every: 1d",
        "every: ٣s",
        "evry: 5s",
        "- a",
        "a: [",
        "witnesses: [{url: 'ftp://x', key: k}]",
        "witnesses: [{url: 'https://', key: k}]",
        "witnesses: [{url: 'https://me:secret@x', key: k}]",
        "witnesses: [{url: 'https://x/?a=b', key: k}]",
        "witnesses: [{url: 'https://x:99999', key: k}]",
        "witnesses: [{url: 'https://x y', key: k}]",
        "witnesses: [{url: 'file:///etc/passwd', key: k}]",
        "witnesses: [{url: 'https://x'}]",
        "stamps: [{name: '../x', url: 'https://x', certificate: c}]",
        "stamps: [{name: x, url: 'https://x'}]",
        "\0",
    ],
)
def test_a_file_that_is_not_understood_is_trouble_that_names_it(home: Home, text: str) -> None:
    with pytest.raises(Trouble, match=r"anchors\.yaml"):
        said(home, text)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_the_file(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    home = Home(tmp_path_factory.getbasetemp())
    (home.root / anchors.FILE).write_bytes(raw)
    try:
        assert anchors.load(home) == Anchors()
    except Trouble as trouble:
        assert "anchors.yaml" in str(trouble)


def test_a_certificate_stands_in_the_file_or_beside_it(home: Home) -> None:
    (home.root / "tsa.pem").write_text(PEM)
    beside = StampsFrom(name="a", url="https://x", certificate="tsa.pem")
    inside = StampsFrom(name="a", url="https://x", certificate=PEM)
    assert anchors.certificate(home, beside) == anchors.certificate(home, inside) == PEM.encode()


def test_a_certificate_that_is_gone_is_trouble(home: Home) -> None:
    with pytest.raises(Trouble, match="certificate of a cannot be read"):
        anchors.certificate(home, StampsFrom(name="a", url="https://x", certificate="gone.pem"))
