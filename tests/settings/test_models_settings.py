"""models.yaml: which language models a desk may ask, what they cost, and no key in it."""

from pathlib import Path

import pytest

from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.settings.models import Endpoint, Models, Prices, load

WHOLE = """\
small: {url: "http://127.0.0.1:11434/v1", model: "qwen3:8b", prices: free}
large:
  url: https://models.example.com/v1
  model: large-3
  key: variable:EXAMPLE_KEY
  prices: {currency: EUR, input: 2.50, output: 10.00}
  timeout: 30s
  max_output_tokens: 500
  answers: text
"""


def told(folder: Path, text: str) -> Models:
    (folder / "models.yaml").write_text(text, encoding="utf-8")
    return load(Home(folder))


def test_without_the_file_there_is_no_model(tmp_path: Path) -> None:
    assert load(Home(tmp_path)) == Models(small=None, large=None)


def test_each_tier_is_taken_as_it_is_written(tmp_path: Path) -> None:
    found = told(tmp_path, WHOLE)
    assert found.small is not None
    assert found.large is not None
    assert (found.small.model, found.small.currency, found.small.cost(10**6, 10**6)) == ("qwen3:8b", None, 0)
    assert (found.large.key, found.large.currency) == ("variable:EXAMPLE_KEY", "EUR")
    assert found.large.timeout.total_seconds() == 30


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("key: sk-12345", "a key never stands here"),
        ("key: 'variable:'", "key"),
        ("prices: cheap", "prices"),
        ("url: ftp://x/v1", "an address begins with"),
        ("url: http://me:secret@x/v1", "no password"),
        ("timeout: soon", "write a time"),
        ("max_output_tokens: 0", "greater than or equal to 50"),
        ("temperature: 2", "is not known here"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_repeats_no_key(tmp_path: Path, line: str, said: str) -> None:
    name = line.partition(":")[0]
    lines = [
        one for one in ("url: http://x/v1", "model: m", "prices: free") if not one.startswith(name + ":")
    ]
    text = "small:\n" + "".join(f"  {one}\n" for one in (*lines, line))
    with pytest.raises(Trouble) as trouble:
        told(tmp_path, text)
    assert said in str(trouble.value)
    assert "line" in str(trouble.value)
    assert "sk-12345" not in str(trouble.value)
    assert "secret" not in str(trouble.value)


def test_what_it_costs_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="prices is missing"):
        told(tmp_path, "small: {url: 'http://x/v1', model: m}")


def test_costs_are_millionths_of_the_currency_rounded_up() -> None:
    prices = Prices(currency="EUR", input="0.15", output="0.60")
    endpoint = Endpoint(url="http://x/v1", model="m", prices=prices)
    assert endpoint.cost(1_000_000, 0) == 150_000
    assert endpoint.cost(1, 0) == 1
    assert endpoint.cost(1000, 100) == 150 + 60
