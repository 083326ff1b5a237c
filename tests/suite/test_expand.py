"""Cells, runs and hashes: the product in order, and what a hash depends on."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import UsageError
from ganbench.suite.expand import cell_hash, cells, evaluation_hash, expand, variants
from ganbench.suite.schema import Setting
from ganbench.suite.suite import Suite
from tests.suite.example import content, setting, suite

VALUES = {
    "loss": ["hinge", "minimax", "wasserstein", "least-squares"],
    "batch": ["4", "8", "16"],
    "latent.dim": ["1", "2", "3", "5"],
    "precision": ["float32", "float64", "bfloat16", "tf32"],
}


@st.composite
def products(draw: st.DrawFn) -> dict[str, list[str]]:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, unique=True))
    return {name: draw(st.lists(st.sampled_from(VALUES[name]), min_size=1, unique=True)) for name in names}


def axes_line(axes: dict[str, list[str]]) -> str:
    return "axes: {" + ", ".join(f"{name}: [{', '.join(values)}]" for name, values in axes.items()) + "}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suites")


@given(axes=products(), data=st.data())
def test_the_cells_are_the_product_less_exclusions_and_included_ones(
    folder: Path, axes: dict[str, list[str]], data: st.DataObject
) -> None:
    points = list(itertools.product(*axes.values()))
    left_out = data.draw(st.lists(st.sampled_from(points), unique=True, max_size=len(points) - 1))
    excluded = ", ".join(
        "{" + ", ".join(f"{n}: {v}" for n, v in zip(axes, p, strict=True)) + "}" for p in left_out
    )
    made = suite(
        folder, axes_line(axes), f"exclude: [{excluded}]", "include: [{name: extra, set: {batch: 99}}]"
    )
    found = list(cells(made))
    assert [cell.name for cell in found] == ["/".join(p) for p in points if p not in left_out] + ["extra"]
    assert len({cell.id for cell in found}) == len(found)


@given(axes=products())
def test_the_coordinates_name_the_values_of_the_content(folder: Path, axes: dict[str, list[str]]) -> None:
    for cell in cells(suite(folder, axes_line(axes))):
        assert list(cell.coordinates) == list(axes)
        for name, label in cell.coordinates.items():
            value: Any = cell.content
            for part in name.split("."):
                value = value[part]
            assert label == str(value["name"] if isinstance(value, dict) else value)


def test_runs_are_cells_in_order_each_with_every_seed(tmp_path: Path) -> None:
    runs = expand(suite(tmp_path, "axes: {batch: [4, 8]}"))
    assert [(run.cell.name, run.seed) for run in runs] == [("4", 0), ("4", 1), ("8", 0), ("8", 1)]
    assert runs[1].id == f"{runs[1].cell.id}-1"


def test_given_seeds_replace_those_of_the_suite(tmp_path: Path) -> None:
    assert [run.seed for run in expand(suite(tmp_path), seeds=[7, 3])] == [7, 3]


def test_tiers_change_steps_and_seeds(tmp_path: Path) -> None:
    made = suite(tmp_path, "tiers: {smoke: {steps: 20, seeds: [5]}, full: {seeds: 0-9}}")
    assert [run.cell.content["steps"] for run in expand(made, tier="smoke")] == [20]
    assert [run.seed for run in expand(made, tier="smoke")] == [5]
    assert len(expand(made, tier="full")) == 10
    assert len(expand(made)) == 2


def test_a_tier_gives_way_to_an_axis(tmp_path: Path) -> None:
    made = suite(tmp_path, "tiers: {smoke: {batch: 2}}", "axes: {a: {x: {batch: 4}, y: {}}}")
    assert [cell.content["batch"] for cell in cells(made, tier="smoke")] == [4, 2]


def test_an_unknown_tier_is_refused_with_the_nearest(tmp_path: Path) -> None:
    made = suite(tmp_path, "tiers: {smoke: {steps: 10}}")
    with pytest.raises(UsageError, match="unknown tier 'smok', did you mean 'smoke'"):
        expand(made, tier="smok")
    with pytest.raises(UsageError, match="unknown tier 'full', expected one of: smoke, standard"):
        expand(made, tier="full")


def test_another_component_in_an_axis_does_not_inherit_options(tmp_path: Path) -> None:
    axes = "axes: {data: [{name: ring, radius: 3}, {name: grid}, line]}"
    made = suite(tmp_path, axes)
    ring, grid, line = (cell.content["data"] for cell in cells(made))
    assert ring["radius"] == 3.0
    assert "radius" not in grid
    assert line["name"] == "line"


def test_cells_are_made_one_by_one(tmp_path: Path) -> None:
    made = suite(tmp_path, "axes: {batch: [4, 8]}")
    assert next(iter(cells(made))).name == "4"
    assert next(iter(variants(made))).coordinates == {"batch": "4"}


def test_a_hash_is_twelve_hex_digits_that_never_change() -> None:
    fixed = {"a": 1, "data": {"name": "ring"}, "evaluation": {}, "failure": [], "probes": {}}
    assert cell_hash(fixed) == "19ea3ddacbdf"
    assert evaluation_hash(fixed) == "9c202f82bbc5"


def test_the_cell_hash_does_not_depend_on_name_tier_or_seeds(tmp_path: Path) -> None:
    def only_id(made: Suite, tier: str = "standard") -> str:
        return next(iter(cells(made, tier=tier))).id

    plain = only_id(suite(tmp_path))
    assert plain == only_id(suite(tmp_path, "axes: {anything: {called: {batch: 8}, other: {batch: 9}}}"))
    assert plain == only_id(suite(tmp_path, "tiers: {smoke: {seeds: 3-5}}"), "smoke")
    assert plain == only_id(suite(tmp_path, "question: why?", sets=("suite=abc", "version=abc-v9")))
    assert plain == only_id(suite(tmp_path, "probes: {windows: 7}"))
    assert plain == only_id(suite(tmp_path, "schedule: {d_steps: 1}", sets=("optimizers.generator.lr=2e-4",)))


@pytest.mark.parametrize(
    "change",
    [{"steps": 200}, {"batch": 9}, {"loss": "minimax"}, {"penalties": ["r1"]}, {"schedule": {"d_steps": 2}},
     {"precision": "float64"}, {"precision": "bfloat16"}, {"precision": "tf32"}, {"evaluation": {"every": 20}}, {"ema": {"decay": 0.9}}, {"data": "grid"}],
)  # fmt: skip
def test_the_cell_hash_depends_on_all_other_content(change: dict[str, Any]) -> None:
    assert cell_hash(setting().content()) != cell_hash(setting(**change).content())


def test_the_evaluation_hash_depends_on_data_evaluation_and_failure_only() -> None:
    plain = evaluation_hash(setting().content())
    same = [{"steps": 200}, {"loss": "minimax"}, {"batch": 9}, {"probes": {"windows": 7}}]
    criterion = {"metric": "high_quality", "below": 0.5}
    other = [{"data": "grid"}, {"evaluation": {"every": 20}}, {"failure": [criterion]}]
    assert {evaluation_hash(setting(**change).content()) for change in same} == {plain}
    assert len({evaluation_hash(setting(**change).content()) for change in other} | {plain}) == 4


def test_the_order_of_keys_does_not_change_a_hash() -> None:
    turned = dict(reversed(list(content().items())))
    assert cell_hash(Setting.model_validate(turned).content()) == cell_hash(setting().content())


def test_a_configuration_error_imports_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("suite: wrong\nversion: wrong-v1\ndata: ring\nloss: hindge\n")
    code = (
        "import sys\nimport ganbench.suite.expand, ganbench.suite.populations\n"
        "from ganbench.errors import SuiteError\nfrom ganbench.suite.load import load\n"
        "try:\n    load(sys.argv[1])\nexcept SuiteError as error:\n    print(error)\n"
        "print([name for name in ('torch', 'pandas', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "unknown loss 'hindge', did you mean 'hinge'?" in done.stdout
    assert done.stdout.endswith("[]\n")
