"""Looks at real trainings: they change nothing, and see what was put in."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from scipy.stats import norm

from ganbench.data import RingOptions
from ganbench.data.mixtures import ring
from ganbench.errors import UsageError
from ganbench.train import faults
from ganbench.train.state import game_of
from ganbench.train.training import Training
from ganbench.validation import probe, twin
from ganbench.validation.observer import DRAWS, FRESH, Observer
from ganbench.validation.target import Target
from ganbench.validation.truth import KINDS, Witness, judged
from tests.train.settings import CPU, MLP, dirac, setting

RING = {"name": "ring", "radius": 2.0, "std": 0.05}
LAW = ring(RingOptions(**RING))
SHORT = {"data": RING, "steps": 60, "precision": "float32"}
LINEAR = {"name": "mlp", "width": 4, "depth": 1}


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Shorter looks at the end, in tests that do not turn on them."""
    monkeypatch.setattr(probe, "STEPS", 50)
    monkeypatch.setattr(twin, "SWAPPED_STEPS", 5)


def training_of(*seeds, **changes):
    one = setting(**{**SHORT, **changes})
    return Training([one] * len(seeds), list(seeds), CPU)


def witnessed(training, *, at, onset=None, fault="none", dose=1.0, seed=5):
    """Look at these steps and at the last; the fault is switched on at its onset."""
    witness = Witness(training, seed=seed)
    for step in sorted({*at, training.steps}):
        training.advance(step)
        witness.look()
        if step == onset:
            faults.switch_on(training, fault, dose)
            witness.look()
    return witness


def equal(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


WATCHED = {
    "adam": {},
    "penalty and fixed points": {"penalties": ["r1"], "data": RING | {"points": 50}},
    "batch norm and an average": {"generator": MLP | {"norm": "batch"}, "ema": {"decay": 0.9}},
    "spectral norm and dropout": {"discriminator": MLP | {"norm": "spectral", "dropout": 0.2}},
    "minibatch layer": {"discriminator": MLP | {"minibatch": "deviation"}},
    "memory and noise": {"tricks": ["lookahead", "instance-noise"]},
    "a range": {"data_range": "tanh"},
}


@pytest.mark.parametrize("changes", WATCHED.values(), ids=WATCHED)
def test_a_look_changes_nothing_now_or_later(changes):
    seen, alone = training_of(0, 1, **changes), training_of(0, 1, **changes)
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002  # the global one is what is looked at
    witness = Witness(seen, seed=5)
    for step in (0, 3, 30, 60):
        seen.advance(step)
        alone.advance(step)
        before, tape = game_of(seen), copy.copy(vars(seen.game.tapes.real))
        witness.look()
        assert equal(game_of(seen), before)
        assert vars(seen.game.tapes.real) == tape or step == 0
    witness.labels(onset=None, fault="none")
    assert equal(game_of(seen), game_of(alone))
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002  # the global one is what is looked at
    np.testing.assert_equal(seen.trace.state(), alone.trace.state())


def test_labels_do_not_depend_on_neighbours():
    alone = witnessed(training_of(3), at=range(0, 60, 6)).courses()[0]
    beside = witnessed(training_of(1, 3, 4), at=range(0, 60, 6)).courses()[1]
    for name, one in alone.look._asdict().items():
        np.testing.assert_allclose(one, getattr(beside.look, name), rtol=1e-5, atol=1e-6, err_msg=name)
    np.testing.assert_array_equal(alone.look.counts, beside.look.counts)
    np.testing.assert_array_equal(alone.end.counts, beside.end.counts)
    assert alone.end.probe_area == pytest.approx(beside.end.probe_area, abs=1e-6)
    assert alone.end.own_move == pytest.approx(beside.end.own_move, rel=1e-4)


def test_a_seed_gives_the_same_labels_again_and_every_run_all_of_them():
    first, again = (
        witnessed(training_of(3, 4), at=range(0, 60, 6)).labels(onset=None, fault="none") for _ in range(2)
    )
    assert first == again
    assert [tuple(found) for found in first] == [KINDS] * 2


def test_runs_with_other_data_share_a_population():
    other = setting(**SHORT | {"data": {"name": "grid", "std": 0.05}})
    training = Training([setting(**SHORT), other], [0, 1], CPU)
    ring_run, grid_run = witnessed(training, at=range(0, 60, 6)).courses()
    assert ring_run.look.counts.shape[1] == len(ring_run.weights) == 8
    assert grid_run.look.counts.shape[1] == len(grid_run.weights) == 25


CONV = {"name": "conv-discriminator", "width": 4}


@pytest.mark.parametrize("discriminator", [MLP, CONV], ids=["mlp", "conv"])
def test_images_are_seen_by_their_classes(discriminator):
    g = MLP | {"output": "tanh"}
    training = training_of(0, 1, data={"name": "digits"}, generator=g, discriminator=discriminator, steps=40)
    witness = witnessed(training, at=range(0, 40, 2))
    for course in witness.courses():
        found = judged(course, onset=None, fault="none")
        assert course.weights == pytest.approx(np.full(10, 0.1), abs=0.03)
        # After 40 steps G makes nothing like digits, and any D can tell.
        assert course.end.probe_area > 0.95
        assert (found["failed"].state, found["convergence"].state) == ("present", "absent")
        assert "unknown" not in {label.state for kind, label in found.items() if kind != "in-mode-collapse"}


class Oracle:
    """Stands in for `Observer.generate`: draws of these modes of the ring, whatever z."""

    def __init__(self, modes):
        self.modes = np.array(modes)

    def __call__(self, observed, game, noise):
        rng = np.random.default_rng(noise.shape[1])
        mode = rng.choice(self.modes, noise.shape[:2])
        x = LAW.means[mode] + 0.05 * rng.standard_normal((*mode.shape, 2))
        return torch.from_numpy(x).to(noise)


@pytest.mark.parametrize("modes", [[0], [0, 4], [1, 2, 3, 4, 5, 6], list(range(8))])
def test_an_oracle_over_m_of_8_modes_is_seen_through(monkeypatch, modes):
    monkeypatch.setattr(probe, "STEPS", 400)
    monkeypatch.setattr(Observer, "generate", lambda self, game, noise: Oracle(modes)(self, game, noise))
    witness = witnessed(training_of(0, 1), at=range(0, 60, 6))
    for course in witness.courses():
        found = judged(course, onset=None, fault="none")
        assert course.end.counts.sum() == pytest.approx(10_000, rel=1e-3)
        assert course.end.counts[modes] / 10_000 == pytest.approx(1 / len(modes), abs=0.02)
        # The best D of a model on c of the data: 1 - c / 2.
        assert course.end.probe_area == pytest.approx(1 - len(modes) / 16, abs=0.04)
        assert course.look.spread == pytest.approx(1, abs=0.1)
        collapsed = "absent" if len(modes) == 8 else "present"
        assert found["mode-collapse"].state == found["failed"].state == collapsed
        assert found["mode-hopping"].state == "absent"


def linear_d(training, *, slope, bias=0.0):
    """D's logit becomes slope x_1 + bias, by two opposite rectifiers."""
    flat = training.game.discriminator.stack
    flat.flat.zero_()
    named = dict(flat.weights)
    first, second = (name for name in named if name.endswith("weight"))
    named[first][:, 0, 0], named[first][:, 1, 0] = 1, -1
    # leaky rectifiers: f(t) - f(-t) = (1 + .2) t
    named[second][:, 0, 0], named[second][:, 0, 1] = slope / 1.2, -slope / 1.2
    named[next(name for name in list(named)[::-1] if name.endswith("bias"))][:] = bias


def shifted(observed, game, noise, *, by):
    """Draws of N((by, 0), I)."""
    x = np.random.default_rng(noise.shape[1]).standard_normal((*noise.shape[:2], 2)) + np.array([by, 0.0])
    return torch.from_numpy(x).to(noise)


def looked(training, seed=5):
    targets = [Target(dataset, seed) for dataset in training.datasets]
    return Observer(training, targets, seed=seed).look()


GAUSSIAN = {"data": {"name": "mixture", "means": [[0.0, 0.0]], "std": 1.0}, "discriminator": LINEAR}


@pytest.mark.parametrize("by", [-1.0, 0.0, 0.5, 2.0])
def test_a_d_of_known_area_is_measured(monkeypatch, by):
    monkeypatch.setattr(Observer, "generate", lambda self, game, noise: shifted(self, game, noise, by=by))
    training = training_of(0, 1, **GAUSSIAN)
    linear_d(training, slope=-1.0)
    assert looked(training).area == pytest.approx(norm.cdf(by / np.sqrt(2)), abs=0.02)


def test_a_d_that_compares_samples_sees_each_kind_apart(monkeypatch):
    training = training_of(0, 1, discriminator=MLP | {"minibatch": "deviation"}, batch=64)
    found = []
    for by in (0.0, 100.0):
        monkeypatch.setattr(
            Observer, "generate", lambda self, game, noise, by=by: shifted(self, game, noise, by=by)
        )
        found.append(looked(training))
    # What G makes changes nothing of what D says of points that never change.
    assert found[0].logit_scale.tolist() == found[1].logit_scale.tolist()
    assert found[0].area.tolist() != found[1].area.tolist()


def test_a_constant_d_tells_nothing_and_leans():
    training = training_of(0, 1, **GAUSSIAN)
    linear_d(training, slope=0.0, bias=0.7)
    found = looked(training)
    assert found.area.tolist() == found.area_known.tolist() == [0.5, 0.5]
    assert found.real_side.tolist() == found.fake_side.tolist() == [1, 1]
    assert found.lean == pytest.approx(0.7)
    assert found.logit_scale.tolist() == found.logit_spread.tolist() == [0, 0]
    blind = (np.log1p(np.exp(-0.7)) + np.log1p(np.exp(0.7))) / (2 * np.log(2))
    assert found.excess == pytest.approx(blind)


def test_a_critic_has_no_sides_and_no_level():
    found = looked(training_of(0, 1, loss="wasserstein"))
    assert np.isnan([found.real_side, found.fake_side, found.lean, found.excess]).all()


def test_the_distance_is_in_units_of_the_data_whatever_the_range():
    own, squeezed = (looked(training_of(0, 1, data_range=to)) for to in ("own", "tanh"))
    # Fresh generators put everything near the middle of their range: all of the data's deviation away.
    assert squeezed.distance == pytest.approx(own.distance, rel=0.3)
    assert own.distance == pytest.approx(0.9, abs=0.1)


def test_a_d_that_knows_its_points_is_seen_to():
    # x_1 alone tells a training set of one point at the far right from fresh draws.
    training = training_of(0, 1, **GAUSSIAN)
    faults.switch_on(training, "pool", 1)
    linear_d(training, slope=1.0)
    targets = [Target(dataset, 5) for dataset in training.datasets]
    found = Observer(training, targets, seed=5).look()
    shown = np.array([float(training.game.tapes.real.at(0)[replica, 0, 0]) for replica in range(2)])
    fakes = Observer(training, targets, seed=5)
    made = fakes.generate(training.game, fakes.noise(DRAWS, 0))[:, :FRESH, 0].double().numpy()
    assert found.area_known == pytest.approx((made < shown[:, None]).mean(axis=1), abs=1e-6)


def test_a_collapsed_g_is_seen():
    training = training_of(0, 1)
    witness = Witness(training, seed=5)
    for step in range(0, 61, 6):
        training.advance(step)
        training.game.generator.stack.flat.zero_()
        training.game.generator.stack.flat[:, -2:] = torch.tensor([2.0, 0.0])  # the last bias: the first mode
        witness.look()
    for course in witness.courses():
        found = judged(course, onset=None, fault="none")
        assert course.end.counts.tolist() == [10_000, *[0] * 7]
        assert (found["mode-collapse"].state, found["mode-collapse"].value) == ("present", 0.875)
        assert found["in-mode-collapse"].state == "present"


@pytest.mark.parametrize(
    ("fault", "frozen"), [("generator-rate", "same_g"), ("discriminator-rate", "same_d")]
)
def test_a_frozen_player_is_seen_since_it_froze(fault, frozen):
    witness = witnessed(training_of(0, 1), at=range(0, 60, 6), onset=30, fault=fault, dose=0.0)
    course = witness.courses()[0]
    np.testing.assert_array_equal(getattr(course.look, frozen)[course.step > 30], True)
    np.testing.assert_array_equal(getattr(course.look, frozen)[course.step < 30], False)
    found = judged(course, onset=30, fault=fault)["frozen-network"]
    assert (found.state, found.onset) == ("present", 30)


def test_weights_that_are_not_finite_are_seen_in_that_run_alone():
    training = training_of(0, 1)
    witness = Witness(training, seed=5)
    for step in range(0, 61, 6):
        training.advance(step)
        if step == 30:
            training.game.generator.stack.flat[1, 0] = torch.nan
        witness.look()
    well, ill = witness.labels(onset=None, fault="none")
    assert well["non-finite"].state == "absent"
    assert (ill["non-finite"].state, ill["non-finite"].onset) == ("present", 30)
    assert (ill["failed"].state, ill["convergence"].state) == ("present", "absent")
    assert well["failed"].state != "unknown"


def test_the_jump_is_what_the_next_step_does():
    training = training_of(0, 1)
    training.advance(10)
    watching = Observer(training, [Target(d, 5) for d in training.datasets], seed=5)
    before = watching.sample(training.game)
    jump = watching.look().jump
    training.advance(11)
    moved = (watching.sample(training.game) - before).double().square().mean(1).sqrt()
    assert jump == pytest.approx(moved.numpy())


def test_steps_that_are_too_large_are_an_explosion():
    witness = witnessed(training_of(0, 1), at=range(0, 60, 6), onset=30, fault="rates", dose=3000.0)
    for found in witness.labels(onset=30, fault="rates"):
        assert (found["exploding-gradient"].state, found["exploding-gradient"].onset) == ("present", 30)


DIRAC = {
    "a minimax orbit": ({}, "limit-cycle"),
    "a bilinear orbit": ({"loss": "wasserstein"}, "limit-cycle"),
    "R1": ({"penalties": [{"name": "r1", "gamma": 0.3}]}, "convergence"),
    "extragradient": ({"loss": "wasserstein", "schedule": {"order": "extragradient"}}, "convergence"),
}


@pytest.mark.parametrize(("changes", "kind"), DIRAC.values(), ids=DIRAC)
def test_the_dirac_gan_cycles_or_converges_as_its_closed_forms_say(changes, kind):
    training = Training([dirac(**changes)] * 2, [0, 1], CPU)
    witness = witnessed(training, at=range(0, 500, 50))
    course = witness.courses()[0]
    found = judged(course, onset=None, fault="none")
    other = {"limit-cycle", "convergence"} - {kind}
    assert found[kind].state == "present"
    assert [found[one].state for one in other] == ["absent"]
    assert found["failed"].state == ("present" if kind == "limit-cycle" else "absent")
    if not changes:
        assert course.end.orbit.radius == pytest.approx(1.41, abs=0.03)
        assert course.end.radius == pytest.approx(1)


def test_the_last_steps_are_watched_one_by_one():
    training = Training([dirac()] * 2, [0, 1], CPU)
    witness = witnessed(training, at=[0, 100, 240, 260, 480])
    turns = 240 * np.arctan(0.1 / np.sqrt(1 - 0.1**2 / 4)) / (2 * np.pi)  # about h / 2 a step
    assert witness.courses()[0].end.orbit.turns == pytest.approx(turns, rel=0.15)


@pytest.mark.parametrize(
    "changes",
    [{"conditional": {}}, {"tricks": [{"name": "packing", "samples": 2}]}],
)
def test_runs_with_labels_or_packs_are_refused(changes):
    with pytest.raises(UsageError, match="single samples without labels"):
        Witness(training_of(0, 1, **changes), seed=5)
