"""The examples run as they stand, and their code passes the battery."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.plugins import Plugins
from ganbench.store.reader import load_results
from ganbench.suite.expand import expand
from ganbench.suite.load import load

EXAMPLES = Path(__file__).parents[1] / "examples"
SUITES = sorted(EXAMPLES.glob("*.yaml"))


def test_there_is_one_for_a_loss_a_gan_and_data() -> None:
    assert [path.stem for path in SUITES] == ["my_data", "my_gan", "my_loss"]
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == ["my_data", "my_gan", "my_loss"]


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_the_smoke_tier_runs_to_the_end(suite: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    assert (
        main(["run", str(suite), "--tier", "smoke", "--seeds", "0", "--out", str(out), "--workers", "1"]) == 0
    )
    frame = load_results(out)
    assert set(frame["status"]) <= {"healthy", "failed"}
    assert set(frame["strategy"]) <= {"layers", "vmap / layers", "layers / vmap", "vmap"}


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_every_plug_in_of_an_example_passes_the_battery(suite: Path) -> None:
    plugins = Plugins(EXAMPLES)
    expand(load(suite, plugins=plugins))
    assert plugins.plugs
    for plug in plugins.plugs:
        file, _, name = plug.code.name.partition(":")
        assert main(["check-plugin", f"{EXAMPLES / file}:{name}", "--kind", plug.kind]) == 0


def test_a_new_loss_takes_fewer_than_fifteen_lines() -> None:
    assert len((EXAMPLES / "my_loss.py").read_text().splitlines()) < 15


def test_a_loss_of_ones_own_is_compared_with_reference_losses_on_ring_and_grid() -> None:
    cells = {run.cell.name for run in expand(load(EXAMPLES / "my_loss.yaml"))}
    assert {"ring/mine", "grid/mine", "ring/non-saturating", "grid/hinge"} <= cells
