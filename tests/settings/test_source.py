"""Every YAML file that the program loads goes through one reader, which refuses what would mislead."""

import pytest
import yaml

from countersign.domain.errors import Trouble
from countersign.settings import anchors, catalogue, limits
from countersign.settings.home import Home
from countersign.settings.source import DEEPEST, LARGEST, Source, read

DEEP = {
    "brackets": "a: " + "[" * 5_000 + "]" * 5_000,
    "braces": "{a: " * 5_000 + "}" * 5_000,
    "dashes": "- " * 5_000 + "x",
    "far more than a stack holds": "[" * 400_000 + "]" * 400_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_too_deeply_is_refused_with_its_place(text):
    with pytest.raises(Trouble, match=r"own\.yaml, line 1, column \d+: more than 60 lists"):
        Source(text, "own.yaml")


def test_what_people_nest_is_read():
    assert Source("[" * DEEPEST + "]" * DEEPEST, "own.yaml").data is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: 'a' stands here twice"),
        ("a: {b: 1, b: 2}\n", "line 1, column 11: 'b' stands here twice"),
        ("a: &x [1]\nb: *x\n", "line 2, column 4: this is used again by an alias"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: another document begins here"),
        ("? [a]\n: 1\n", "line 1, column 3: a name is expected here"),
        ("a: !!python/object:os.system x\n", "line 1, column 4: could not determine a constructor"),
        ("a: !!int x\n", "this is not YAML that can be read"),
        ("a: [1\n", "line 2, column 1: did not find expected"),
        ("a: \x00", "this is not YAML that can be read"),
        ("#" * (LARGEST + 1), "larger than such a file can be"),
    ],
)
def test_a_fault_is_told_with_the_place_where_it_stands(text, says):
    with pytest.raises(Trouble) as trouble:
        Source(text, "own.yaml")
    assert str(trouble.value).startswith("own.yaml")
    assert says in str(trouble.value)
    assert str(trouble.value).endswith(("Mend the file or take it away.", "Use another file."))


def test_values_are_those_that_yaml_means():
    text = "a: 1\nb: [2.5, yes, ~, 'x: y', \"1\", ! 7, !!str 7, 2024-01-31]\nc:\n  d: |\n    two\n    lines\n"
    assert Source(text, "own.yaml").data == yaml.safe_load(text)
    assert Source("", "own.yaml").data is None


def test_a_line_is_told_also_of_what_is_missing():
    source = Source("a:\n  b: 1\n  c:\n    - d: 2\n", "own.yaml")
    assert [source.line(path) for path in (("a",), ("a", "c", 0, "d"), ("a", "c", 0, "e"), ("z",))] == [
        1,
        4,
        4,
        1,
    ]


@pytest.mark.parametrize("load", [catalogue.load, limits.load, anchors.load])
def test_no_file_of_a_desk_may_say_a_thing_twice(tmp_path, load):
    home = Home(tmp_path / "desk").prepare()
    for file in (home.classes / "mine.yaml", home.root / "limits.yaml", home.root / "anchors.yaml"):
        file.write_text("every: 10s\nmax_pages: 3\nname: a\nname: b\n", encoding="utf-8")
    with pytest.raises(Trouble, match=r"\.yaml, line 4, column 1: 'name' stands here twice"):
        load(home)


def test_a_file_that_is_no_text_is_trouble_that_names_it(tmp_path):
    (tmp_path / "own.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Trouble, match=r"own\.yaml cannot be read"):
        read(tmp_path / "own.yaml")
