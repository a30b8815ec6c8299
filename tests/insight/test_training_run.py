import json
from pathlib import Path

import pytest

from countersign.agents.context import SPACES
from countersign.agents.model import FILE, LESSONS_FILE, Model
from countersign.agents.tables_trust import Trust
from countersign.domain.errors import Trouble
from countersign.insight import training_run
from countersign.insight.training_run import Wanted
from countersign.settings.catalogue import load
from countersign.settings.resources import shipped


def run(wanted: Wanted) -> dict[str, str]:
    return training_run.train(wanted, load(), lambda line: None)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return run(Wanted((), samples=10, seed=3, imagined=1))


def test_samples_alone_are_enough_to_train_a_reader(made: dict[str, str]) -> None:
    model = Model({**json.loads(made[FILE]), "lessons": json.loads(made[LESSONS_FILE])})
    assert model.groups["date"].hidden.shape[1] > 0
    assert json.loads(made[FILE])["sets"] == ["samples"]


def test_the_same_input_gives_the_same_bytes(made: dict[str, str]) -> None:
    assert run(Wanted((), samples=10, seed=3, imagined=1)) == made


def test_training_makes_every_model_that_ships(tmp_path: Path) -> None:
    samples = Path(__file__).parents[2] / "sample_docs"
    truths = map(json.loads, (samples / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    lines = []
    for truth in [one for one in truths if one["doc"].startswith("invoices/")][:3]:
        name = Path(truth["doc"]).name
        (tmp_path / name).write_bytes((samples / truth["doc"]).read_bytes())
        lines.append(json.dumps({**truth, "doc": name}))
    (tmp_path / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = run(Wanted((tmp_path,), samples=14, seed=3, imagined=1))
    assert files.keys() == {file.name for file in shipped("resources", "models").iterdir()}
    assert json.loads(files["memory.json"])["same"].keys() == set(SPACES)
    assert Trust(**{k: v for k, v in json.loads(files["tables.json"]).items() if k != "sets"}).weights


def test_a_card_names_the_command_the_data_and_the_hash(made: dict[str, str]) -> None:
    card = made["reader_local.md"]
    assert "countersign train --samples 10 --imagined 1 --seed 3" in card
    assert "| samples | 10 |" in card
    assert "SHA-256" in card


def test_nothing_to_learn_from_is_said_so() -> None:
    with pytest.raises(Trouble, match="nothing to learn from"):
        run(Wanted((), samples=0))


def test_a_set_kept_for_trials_is_refused(tmp_path: Path) -> None:
    samples = Path(__file__).parents[2] / "sample_docs"
    lines = (samples / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truth = next(one for one in map(json.loads, lines) if one["doc"] == "invoices/invoice-03.pdf")
    (tmp_path / "one.pdf").write_bytes((samples / truth["doc"]).read_bytes())
    told = json.dumps({**truth, "doc": "one.pdf", "class": "ad_buy"})
    (tmp_path / "truth.jsonl").write_text(told + "\n", encoding="utf-8")
    with pytest.raises(Trouble, match="ad_buy"):
        run(Wanted((tmp_path,), samples=0))
