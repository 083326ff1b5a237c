"""The options of data sets, as a suite may write them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from ganbench import registry

NAMES = ["digits", "dirac", "grid", "line", "mixture", "moons", "ring", "spiral", "veegan-1200"]


def options(name: str, **values: object) -> registry.Options:
    return registry.entry("dataset", name).options(name=name, **values)


def test_the_registered_data_sets_are_these():
    assert [entry.name for entry in registry.entries("dataset")] == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name != "mixture"])
def test_a_name_alone_is_enough_and_the_defaults_are_complete(name):
    dumped = options(name).model_dump(mode="json")
    assert registry.entry("dataset", name).options.model_validate(dumped) == options(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "mixture"])
def test_every_option_has_a_description_or_a_plain_name(name):
    fields = registry.entry("dataset", name).options.model_fields
    assert all(field.description for key, field in fields.items() if key != "name")


def test_lists_become_tuples_so_that_options_are_hashable():
    assert (
        len({options("mixture", means=[[0, 1]], std=[0.5]), options("mixture", means=[(0, 1)], std=(0.5,))})
        == 1
    )


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("ring", {"modes": 8, "weights": [1, 2]}, "weights has 2 entries, expected 8, one for each mode"),
        ("grid", {"side": 2, "weights": [1]}, "weights has 1 entries, expected 4"),
        ("mixture", {"means": [[0, 1], [2]], "std": 1}, "means have 1 to 2 coordinates"),
        ("mixture", {"means": [[0], [1]], "std": [1, 1, 1]}, "std has 3 entries, expected 2"),
    ],
)
def test_lists_that_do_not_fit_the_modes_are_refused(name, values, said):
    with pytest.raises(ValidationError, match=said):
        options(name, **values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ring", {"modes": 0}),
        ("ring", {"std": 0}),
        ("ring", {"weights": [0] * 8}),
        ("ring", {"points": 0}),
        ("grid", {"side": 0}),
        ("grid", {"scale": -1}),
        ("moons", {"std": 0.001}),
        ("dirac", {"dim": 0}),
        ("digits", {"margin": 1.5}),
        ("mixture", {"means": [], "std": 1}),
        ("mixture", {"means": [[]], "std": 1}),
        ("mixture", {"means": [[0]], "std": 1, "radius": 0}),
        ("spiral", {"turn": 3}),
    ],
)
def test_values_out_of_range_and_unknown_keys_are_refused(name, values):
    with pytest.raises(ValidationError):
        options(name, **values)


def test_options_are_known_without_scipy_scikit_learn_or_torch():
    code = (
        "import sys; from ganbench import registry; list(registry.entries('dataset'));"
        "list(registry.entries('metric'));"
        "sys.exit(any(name in sys.modules for name in ('torch', 'scipy', 'sklearn', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
