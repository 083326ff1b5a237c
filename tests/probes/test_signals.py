"""The signals of a chunk: all their names, and that each comes from its own row."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.losses import loss_of
from ganbench.probes.signals import RAW, SCALARS, signals

LOSSES = {entry.name: loss_of(entry.options()) for entry in registry.entries("loss")}
T, R, B, F = 20, 2, 6, 2

ALWAYS = {
    *SCALARS,
    "nonfinite",
    "auc",
    "auc_low",
    *(
        f"{kind}_logit_{what}"
        for kind in ("real", "fake", "generator")
        for what in ("mean", "std", "min", "max")
    ),
    *(f"fake_{what}_{k}" for what in ("mean", "std") for k in range(F)),
    "pairwise_distance",
    "duplicate_rate",
    "update_ratio_d",
    "update_ratio_g",
}
POSITIVE = {f"{kind}_logit_positive" for kind in ("real", "fake", "generator")}
RATIOS = {"implied_coverage", "implied_precision", "saturation"}


def rows() -> dict[str, Tensor]:
    rng = torch.Generator().manual_seed(0)
    scalars = {name: torch.rand(T, R, generator=rng) for name in SCALARS}
    logits = {name: torch.randn(T, R, B, generator=rng) for name in RAW}
    return scalars | logits | {"fake": torch.randn(T, R, B, F, generator=rng)}


def found(given: dict[str, Tensor], name: str = "minimax", first: int = 0) -> dict[str, np.ndarray]:
    return signals(given, loss=LOSSES[name], resolution=torch.ones(R), first=first)


@pytest.mark.parametrize(
    ("loss", "more"),
    [
        ("minimax", POSITIVE | RATIOS | {"attenuation"}),
        ("non-saturating", POSITIVE | RATIOS | {"attenuation"}),
        ("least-squares", POSITIVE | {"attenuation"}),
        ("hinge", POSITIVE),
        ("wasserstein", set()),
        ("relativistic-pairing", set()),
    ],
)
def test_the_names_are_these(loss, more):
    assert set(found(rows(), loss)) == ALWAYS | more


def test_every_signal_is_a_float32_number_for_each_step_and_replica():
    for name, values in found(rows()).items():
        assert values.shape == (T, R), name
        assert values.dtype == np.float32, name


def test_scalars_and_penalties_pass_as_they_are():
    given = rows() | {"penalty_r1": torch.rand(T, R), "penalty_wgan-gp": torch.rand(T, R)}
    out = found(given)
    for name in (*SCALARS, "penalty_r1", "penalty_wgan-gp"):
        np.testing.assert_array_equal(out[name], given[name])


@pytest.mark.parametrize("name", [*SCALARS, *RAW])
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_every_number_that_is_not_finite_is_counted(name, value):
    given = rows()
    assert not found(given)["nonfinite"].any()
    given[name][3, 1, ...] = value
    counts = found(given)["nonfinite"]
    assert counts[3, 1] == given[name][3, 1].numel()
    assert counts.sum() == counts[3, 1]


def test_the_samples_of_a_later_chunk_are_looked_at_on_its_own_steps():
    seen = ~np.isnan(found(rows(), first=10)["pairwise_distance"][:, 0])
    assert np.flatnonzero(seen).tolist() == [6]
