"""A results folder gives the job back that made it, or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.errors import InputError, SuiteError, UnknownName
from ganbench.execute.reopen import cell_named, reopened
from ganbench.plugins import Plugins
from ganbench.store.layout import Layout
from tests.execute import line
from tests.execute.example import TEXT


def again(root: Path):
    return reopened(root, plugins=Plugins(None))


def test_suite_tier_and_assignments_are_those_of_the_run(tmp_path: Path) -> None:
    text = f"{line.TEXT}tiers: {{smoke: {{steps: 4}}}}\n"
    sets = ["batch=2", "axes.start.sound.generator.start=0.1", "evaluation={every: 1}"]
    root = line.trained(tmp_path, *sets, text=text, tier="smoke", only=["sound"], seeds=[3])
    job = again(root)
    assert (job.tier, job.suite.assignments) == ("smoke", tuple(sets))
    assert job.identity == "line-v1, tier smoke, " + ", ".join(f"--set {one}" for one in sets)
    content = cell_named(job, "sound").content
    assert (content["steps"], content["batch"], content["generator"]["start"]) == (4, 2, 0.1)


def test_a_cell_may_not_be_trained_yet(tmp_path: Path) -> None:
    root = line.trained(tmp_path, only=["sound"])
    assert cell_named(again(root), "broken").name == "broken"


def test_an_unknown_cell_gets_the_nearest(tmp_path: Path) -> None:
    root = line.trained(tmp_path, only=["sound"])
    with pytest.raises(UnknownName, match="did you mean 'broken'"):
        cell_named(again(root), "brokn")


def test_a_suite_that_has_changed_is_refused_for_the_cells_that_it_changes(tmp_path: Path) -> None:
    root = line.trained(tmp_path)
    suite = Layout(root).suite
    suite.write_text(suite.read_text().replace("start: 2.0", "start: 3.0"))
    job = again(root)
    assert cell_named(job, "broken")
    with pytest.raises(InputError, match="holds runs of cell 'ruined' with other content"):
        cell_named(job, "ruined")


def test_a_folder_without_its_suite_is_refused(tmp_path: Path) -> None:
    root = line.trained(tmp_path, only=["sound"])
    Layout(root).suite.unlink()
    with pytest.raises(InputError, match="does not hold its suite"):
        again(root)


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder"):
        again(tmp_path)


LOSS = "def mine(real, fake):\n    return real.mean() - fake.mean(), fake.mean()\n"


def test_code_of_the_users_is_run_only_where_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(LOSS)
    text = TEXT.replace("[hinge, minimax]", "[hinge, 'own.py:mine']")
    root = line.trained(tmp_path, text=text, seeds=[0])
    with pytest.raises(SuiteError, match="name it with --plugin FILE"):
        again(root)
    job = reopened(root, plugins=Plugins(None, [file]))
    assert cell_named(job, "own.py:mine")

    file.write_text(LOSS + "# changed\n")
    job = reopened(root, plugins=Plugins(None, [file]))
    with pytest.raises(InputError, match="with other content"):
        cell_named(job, "own.py:mine")
