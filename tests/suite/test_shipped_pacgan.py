"""The suites of PacGAN's published protocol, number by number."""

from __future__ import annotations

import pytest

from ganbench.suite.expand import expand
from ganbench.suite.find import shipped
from ganbench.suite.load import load
from tests.suite.contents import contents, differences

PACGAN = {
    "mog-ring-pacgan": {"name": "ring", "modes": 8, "radius": 1.0, "std": 0.01},
    "mog-grid-pacgan": {"name": "grid", "side": 5, "spacing": 2.0, "std": 0.05},
}


@pytest.mark.parametrize("name", PACGAN)
def test_pacgan_has_the_published_protocol(name: str) -> None:
    full = load(shipped()[name])
    found = contents(name, "full")
    assert list(found) == ["gan", "pacgan2", "pacgan3", "pacgan4"]
    assert {run.seed for run in expand(full, tier="full")} == set(range(10))
    for m, content in enumerate(found.values(), 1):
        assert content["data"].items() >= {**PACGAN[name], "points": 100_000}.items()
        assert content["data"]["weights"] is None
        assert content["generator"].items() >= {
            "name": "mlp", "width": 400, "depth": 4, "activation": "relu", "norm": "batch",
            "maxout": 1, "output": "linear", "init": "normal", "init_std": 0.02,
        }.items()  # fmt: skip
        assert content["discriminator"].items() >= {
            "name": "mlp", "width": 200, "depth": 3, "norm": "none", "maxout": 5, "init": "normal", "init_std": 0.02,
        }.items()  # fmt: skip
        assert content["latent"] == {"law": "normal", "dim": 2}
        assert content["loss"]["name"] == "non-saturating"
        for adam in content["optimizers"].values():
            assert [adam[key] for key in ("name", "lr", "beta1", "beta2")] == ["adam", 1e-4, 0.8, 0.999]
        assert content["schedule"]["order"] == "simultaneous"
        assert content["schedule"]["generator_noise"] == "reused"
        assert (content["batch"], content["steps"]) == (100 * m, 400_000)
        assert content["evaluation"]["samples"] == 2500
        assert content["tricks"] == ([] if m == 1 else [{"name": "packing", "samples": m}])


@pytest.mark.parametrize("name", PACGAN)
def test_pacgan_cuts_its_standard_tier_in_length_and_seeds_alone(name: str) -> None:
    full, standard = contents(name, "full"), contents(name)
    for cell, content in standard.items():
        assert differences(content, full[cell]) == {"steps", "evaluation.every"}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("mog-ring-pacgan", {"GAN": "6.3 0.5 98.2 0.2 0.45 0.09", "PacGAN2": "7.9 0.1 95.6 2.0 0.07 0.03",
                             "PacGAN3": "7.8 0.1 97.7 0.3 0.10 0.02", "PacGAN4": "7.8 0.1 95.9 1.4 0.07 0.02"}),
        ("mog-grid-pacgan", {"GAN": "17.3 0.8 94.8 0.7 0.70 0.07", "PacGAN2": "23.8 0.7 91.3 0.8 0.13 0.04",
                             "PacGAN3": "24.6 0.4 94.2 0.4 0.06 0.02", "PacGAN4": "24.8 0.2 93.6 0.6 0.04 0.01"}),
    ],
)  # fmt: skip
def test_pacgan_shows_the_published_table_as_context(name: str, rows: dict[str, str]) -> None:
    text = load(shipped()[name]).text
    assert "mean +- standard error" in text
    lines = [
        line.removeprefix("#").replace("+-", "").split()
        for line in text.splitlines()
        if line.startswith("#  ")
    ]
    assert {line[0]: " ".join(line[1:]) for line in lines if line[0] in rows} == rows
