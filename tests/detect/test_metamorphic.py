"""What must not change a verdict, and what must: units, maps of D, sizes, strides, names."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import KINDS, diagnose_table
from ganbench.detect.nulls import auc_std
from ganbench.detect.signals import Table
from tests.detect.pathologies import HEALTHY, RUNS
from tests.detect.runs import Synthetic, critic, healthy, since

EVERYTHING = {**RUNS, **{f"healthy {name}": run for name, run in HEALTHY.items()}}
LOGITS = [f"{side}_logit_mean" for side in ("real", "fake", "generator")]


def verdicts(table: Table) -> dict[str, tuple[str, str | None]]:
    return {one.kind: (one.status, one.severity) for one in diagnose_table(table)}


def fired(table: Table) -> set[str]:
    return {one.kind for one in diagnose_table(table) if one.status == "fired"}


def same(run: Synthetic, other: Table) -> None:
    assert verdicts(other) == verdicts(run.table())


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_order_of_the_columns(name: str) -> None:
    run = EVERYTHING[name]()
    turned = Synthetic(
        dict(reversed(run.signals.items())), dict(reversed(run.evaluations.items())), run.facts
    )
    same(run, turned.table())


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("shift", [1, 10_000])
def test_steps_numbered_from_elsewhere(name: str, shift: int) -> None:
    run = EVERYTHING[name]().with_facts(diverged_at=None)
    table = run.table()
    moved = Table(
        table.first + shift,
        table.last + shift,
        table.signals,
        table.facts,
        tuple(type(burst)(burst.step + shift, burst.values) for burst in table.bursts),
        type(table.evaluations)(
            table.evaluations.step + shift, table.evaluations.values, table.evaluations.histogram
        ),
    )
    assert verdicts(moved) == verdicts(table)


@pytest.mark.parametrize("name", [name for name in EVERYTHING if name != "gradient-spike"])
@pytest.mark.parametrize("stride", [2, 5])
def test_a_log_of_every_second_or_fifth_step(name: str, stride: int) -> None:
    run = EVERYTHING[name]()
    assert fired(run.table(stride=stride)) == fired(run.table())


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("window", [8, 20])
def test_the_length_of_a_window(name: str, window: int) -> None:
    run = EVERYTHING[name]()
    assert fired(run.table(window=window)) == fired(run.table())


@pytest.mark.parametrize("name", EVERYTHING)
def test_single_precision(name: str) -> None:
    run = EVERYTHING[name]()
    rounded = run.with_signals(
        **{name: values.astype(np.float32).astype(float) for name, values in run.signals.items()}
    )
    same(run, rounded.table())


@pytest.mark.parametrize(
    "name", [name for name in EVERYTHING if name not in ("vanishing-gradient", "frozen-network")]
)
@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_gradients_in_another_unit(name: str, factor: float) -> None:
    """A loss times c has gradients times c; Adam's updates stay."""
    run = EVERYTHING[name]()
    scaled = {n: values * factor for n, values in run.signals.items() if n.startswith("gradient_norm")}
    same(run, run.with_signals(**scaled).table())


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_data_in_another_unit(name: str, factor: float) -> None:
    run = EVERYTHING[name]()
    features = ("fake_mean", "fake_std", "pairwise_distance")
    scaled = {n: values * factor for n, values in run.signals.items() if n.startswith(features)}
    floors = run.facts.floors | {"sliced_wasserstein": run.facts.floors["sliced_wasserstein"] * factor}
    other = run.with_signals(**scaled).with_facts(
        real_std=(factor, factor), real_pairwise=1.5 * factor, floors=floors
    )
    same(
        run, other.with_evaluations(sliced_wasserstein=run.evaluations["sliced_wasserstein"] * factor).table()
    )


@pytest.mark.parametrize("offset", [1e3, -1e3])
def test_the_level_of_a_critic(offset: float) -> None:
    """Only differences between a critic's outputs mean anything; its loss of G moves with the level."""
    runs = [critic(), critic().with_signals(auc=since(2000, 1.0)), blind_critic(), runaway_critic()]
    for run in runs:
        moved = {name: run.signals[name] + offset for name in LOGITS}
        same(run, run.with_signals(**moved, loss_g=run.signals["loss_g"] - offset).table())


def blind_critic() -> Synthetic:
    quiet = np.where(np.arange(4000) >= 2000, 1e-4, 0.3)
    flat = dict.fromkeys(LOGITS, 0.0) | {name.replace("mean", "std"): quiet for name in LOGITS}
    bad = np.where(np.arange(1, 21) > 10, 0.1, 0.9)
    return critic().with_signals(**flat, loss_d=0.0, loss_g=0.0).with_evaluations(high_quality=bad)


def runaway_critic() -> Synthetic:
    growth = 2 ** (np.maximum(0, np.arange(4000) - 2000) / 200)
    wide = {name.replace("mean", "std"): 0.3 * growth for name in LOGITS}
    return critic().with_signals(**wide)


def test_a_blind_critic_and_a_runaway_critic_are_found_without_any_unit() -> None:
    assert "blind-discriminator" in fired(blind_critic().table())
    assert "diverging-discriminator" in fired(runaway_critic().table())


@pytest.mark.parametrize("steep", [0.1, 10.0])
@pytest.mark.parametrize("kind", ["generator-dominance", "discriminator-dominance"])
def test_a_monotone_map_of_a_critic(kind: str, steep: float) -> None:
    """AUC does not change under a monotone map, and these two see nothing else of D."""
    run = RUNS[kind]().with_facts(
        density_ratio=False, decision=None, loss="wasserstein", equilibrium=(0.0, None)
    )
    run = run.with_signals(**dict.fromkeys(("implied_coverage", "attenuation")))
    mapped = {name: np.sinh(steep * run.signals[name]) for name in LOGITS}
    (ours,), (theirs,) = (
        diagnose_table(one.table(), kinds=[kind]) for one in (run, run.with_signals(**mapped))
    )
    assert ours == theirs


@pytest.mark.parametrize("name", ["limit-cycle", "mode-hopping", "generator-dominance", "convergence"])
def test_twice_the_batch(name: str) -> None:
    """Noise is smaller by sqrt(2), and so is its null."""
    run = RUNS[name]()
    auc = 0.55 + (healthy().signals["auc"] - 0.55) / np.sqrt(2)
    means = {
        f"fake_mean_{k}": run.signals[f"fake_mean_{k}"]
        - healthy().signals[f"fake_mean_{k}"] * (1 - np.sqrt(0.5))
        for k in range(2)
    }
    larger = run.with_signals(**means).with_facts(batch=128)
    if name == "convergence":
        larger = larger.with_signals(auc=auc, auc_low=(auc < 0.5 - 4 * auc_std(128, 128)).astype(float))
    assert fired(larger.table()) == fired(run.table())


def test_swapping_the_features_swaps_nothing() -> None:
    run = RUNS["limit-cycle"]()
    swapped = run.with_signals(fake_mean_0=run.signals["fake_mean_1"], fake_mean_1=run.signals["fake_mean_0"])
    same(run, swapped.table())


def mirrored(run: Synthetic) -> Synthetic:
    """Real for fake."""
    auc = 1 - run.signals["auc"]
    low = (auc < 0.5 - 4 * auc_std(64, 64)).astype(float)
    return run.with_signals(auc=auc, auc_low=low)


def test_real_for_fake_turns_one_dominance_into_the_other() -> None:
    strong = healthy().with_signals(auc=since(2000, 0.998), auc_low=0.0)
    assert "discriminator-dominance" in fired(strong.table())
    assert "generator-dominance" in fired(mirrored(strong).table())
    assert "discriminator-dominance" not in fired(mirrored(strong).table())


def reversed_in_time(run: Synthetic) -> Synthetic:
    evaluations = {name: values[::-1] for name, values in run.evaluations.items() if name != "step"}
    turned = {name: values[::-1] for name, values in run.signals.items()}
    return run.with_signals(**turned).with_evaluations(**evaluations)


@pytest.mark.parametrize("kind", ["blind-discriminator", "mode-collapse", "diverging-discriminator"])
def test_time_reversed_has_another_onset(kind: str) -> None:
    forwards, backwards = RUNS[kind](), reversed_in_time(RUNS[kind]())
    assert (forwards.find(kind).onset or 0) > 1900
    assert (backwards.find(kind).onset or 0) < 900


def test_a_late_collapse_backwards_is_learning() -> None:
    assert RUNS["late-collapse"]().find("late-collapse").status == "fired"
    assert reversed_in_time(RUNS["late-collapse"]()).find("late-collapse").status == "clear"


def test_there_is_something_to_keep() -> None:
    assert {kind for kind in KINDS if kind in fired(RUNS[kind]().table())} >= {*KINDS} - {"convergence"}
