"""A suite that names code of its own: where problems are shown, when code runs, and what a cell is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.errors import PluginError
from ganbench.plugins import Plugins
from ganbench.suite.expand import expand
from ganbench.suite.load import load
from ganbench.suite.schema import Setting
from ganbench.suite.suite import Suite
from tests.plugins.example import GOOD, written
from tests.suite.example import BASE, problems, suite

OWN = BASE.replace("loss: hinge", 'loss: "mine.py:scaled"')
SCALED = (
    "def scaled(real, fake, *, scale: float = 1.0):\n    return scale * (fake - real).mean(), -fake.mean()\n"
)


def ids(loaded: Suite) -> set[str]:
    return {run.cell.id for run in expand(loaded)}


def test_a_plug_in_is_a_component_with_defaults_and_the_hash_of_its_content(tmp_path: Path) -> None:
    written(tmp_path, SCALED)
    content = expand(suite(tmp_path, base=OWN))[0].cell.content["loss"]
    assert content["name"] == "mine.py:scaled"
    assert content["scale"] == 1.0
    assert len(content["source"]) == 12


def test_a_stored_cell_is_read_again_with_the_content_that_it_had(tmp_path: Path) -> None:
    written(tmp_path, SCALED)
    run = expand(suite(tmp_path, base=OWN))[0]
    written(tmp_path, SCALED + "# changed\n")
    expand(suite(tmp_path, base=OWN))
    assert Setting.model_validate(run.cell.content).content() == run.cell.content


def test_changed_code_is_another_cell(tmp_path: Path) -> None:
    written(tmp_path, SCALED)
    before = ids(suite(tmp_path, base=OWN))
    written(tmp_path, SCALED + "\n# changed\n")
    assert ids(suite(tmp_path, base=OWN)).isdisjoint(before)


def test_where_the_file_lies_makes_no_other_cell(tmp_path: Path) -> None:
    found = []
    for folder in ("a", "b"):
        written(tmp_path / folder / "losses", SCALED)
        found.append(ids(suite(tmp_path / folder, base=OWN.replace("mine.py", "losses/mine.py"))))
    written(tmp_path, SCALED)
    found.append(ids(suite(tmp_path, base=OWN)))
    assert found[0] == found[1] == found[2]


def test_two_suites_with_other_code_of_one_name_do_not_mix(tmp_path: Path) -> None:
    loaded = []
    for folder, text in (("a", SCALED), ("b", SCALED.replace("-fake", "-2 * fake"))):
        written(tmp_path / folder, text)
        loaded.append(suite(tmp_path / folder, base=OWN))
    before = [ids(one) for one in loaded]
    assert before[0].isdisjoint(before[1])
    assert [ids(one) for one in loaded] == before


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ('{name: "mine.py:scaled", scale: high}', "toy.yaml:6:39: scale is 'high', expected a number"),
        (
            '{name: "mine.py:scaled", scal: 1}',
            "toy.yaml:6:32: unknown option 'scal' of loss 'mine.py:scaled'",
        ),
        ('"absent.py:scaled"', "absent.py: no such file"),
        ('"../mine.py:scaled"', "outside the folder of the suite"),
        ('"os:system"', "Python's own library"),
        ('{name: "mine.py:scaled", source: "0123456789ab"}', "another content"),
    ],
)
def test_problems_are_shown_at_their_place(tmp_path: Path, loss: str, said: str) -> None:
    written(tmp_path, SCALED)
    (problem,) = problems(tmp_path, base=BASE.replace("loss: hinge", f"loss: {loss}"))
    assert problem.startswith("toy.yaml:6:")
    assert said in problem


def test_no_code_is_run_before_all_else_is_right(tmp_path: Path) -> None:
    written(tmp_path, "raise RuntimeError\n")
    (problem,) = problems(tmp_path, base=OWN.replace("steps: 100", "steps: 0"))
    assert "steps is 0" in problem


def test_code_that_raises_shows_its_own_line(tmp_path: Path) -> None:
    written(tmp_path, "x = 1\nraise RuntimeError('no')\n")
    with pytest.raises(PluginError, match=r"^mine.py:2: RuntimeError: no"):
        suite(tmp_path, base=OWN)


def test_what_does_not_go_together_is_refused_of_plug_ins_too(tmp_path: Path) -> None:
    written(tmp_path, SCALED)
    (problem,) = problems(tmp_path, "tricks: [label-smoothing]", base=OWN)
    assert "needs a loss that gives D targets, mine.py:scaled has none" in problem


def test_a_loss_of_ones_own_can_be_that_of_one_player(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    base = BASE.replace("loss: hinge", 'loss: {discriminator: hinge, generator: "mine.py:pairing"}')
    content = expand(suite(tmp_path, base=base))[0].cell.content["loss"]
    assert content["generator"]["name"] == "mine.py:pairing"


def test_set_may_name_a_file_that_the_command_line_names(tmp_path: Path) -> None:
    path = written(tmp_path / "elsewhere", SCALED)
    (tmp_path / "toy.yaml").write_text(BASE)
    with pytest.raises(Exception, match="no such file"):
        load(tmp_path / "toy.yaml", ["loss=mine.py:scaled"])
    loaded = load(tmp_path / "toy.yaml", ["loss=mine.py:scaled"], plugins=Plugins(tmp_path, [path]))
    assert expand(loaded)[0].cell.content["loss"]["scale"] == 1.0
