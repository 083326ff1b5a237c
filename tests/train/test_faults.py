"""Each fault does what its sentence says on the next step, to the chosen replicas alone, and is seen in the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench.errors import UnknownName, UsageError
from ganbench.train.audit import audit
from ganbench.train.faults import FAULTS, faulty, switch_on
from ganbench.train.faulty.play import ALONE
from ganbench.train.judging import judges
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, dirac, setting, train

SGD = {"name": "sgd", "lr": 0.05}
ADAM = {"name": "adam", "lr": 2e-3}
PLAIN = {"generator": SGD, "discriminator": SGD}
DOSES = {
    "momentum": 0.9,
    "discriminator-steps": 5,
    "head-start": 3,
    "pool": 8,
    "modes": 2,
    "codes": 2,
    "saturating": 1,
    "nan-weights": 3,
}
IN_SOME = sorted(name for name, fault in FAULTS.items() if fault.change and not fault.whole)


def started(steps: int = 4, *, replicas: int = 3, **changes: Any) -> Training:
    """A population on a ring, after some steps; with a penalty and with clipped weights, so that all faults fit."""
    bounded = [{"name": "r1", "gamma": 0.5}, {"name": "weight-clipping", "limit": 0.5}]
    one = setting(**{"penalties": bounded, **changes})
    return train(*[one] * replicas, steps=steps)


def weights(training: Training) -> Tensor:
    """Of both players, [R, P]: a copy."""
    game = training.game
    return torch.cat([game.generator.stack.flat, game.discriminator.stack.flat], dim=1).clone()


def moves(training: Training, letter: str) -> Tensor:
    """What the next iteration adds to the weights of a player, [R, P]."""
    game = training.game
    stack = (game.generator if letter == "g" else game.discriminator).stack
    before = stack.flat.clone()
    training.loop.advance(1)
    return stack.flat - before


def sampled(training: Training, step: int) -> Tensor:
    return training.game.tapes.real.at(step)


@pytest.mark.parametrize("name", IN_SOME)
def test_other_replicas_stay_what_they_are_bit_for_bit(name):
    plain, faulted = started(), started()
    switch_on(faulted, name, DOSES.get(name, 7.0), replicas=[1])
    for training in (plain, faulted):
        training.advance(12)
    others = [0, 2]
    assert torch.equal(weights(plain)[others], weights(faulted)[others])
    assert not torch.equal(weights(plain)[1], weights(faulted)[1])
    made = [training.generate(50)[others] for training in (plain, faulted)]
    assert np.array_equal(*made)
    assert [faulted.diverged_at()[r] for r in others] == [None, None]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_says_what_it_does_and_what_it_can_provoke(name):
    fault = FAULTS[name]
    assert fault.does.endswith(".")
    assert fault.meant
    assert (fault.change is None) == (fault.content is not None)


def test_a_name_that_nobody_knows_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'spike'"):
        switch_on(started(0), "spik", 1.0)
    with pytest.raises(UnknownName):
        faulty({}, "nothing", 1.0)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("penalty-weight", {"penalties": []}, "no penalty"),
        ("clip-bound", {"penalties": []}, "clips no weights"),
        ("momentum", {"optimizers": {"generator": "rmsprop", "discriminator": "rmsprop"}}, "no momentum"),
        ("discriminator-steps", {"schedule": {"d_steps": 5}}, "from 5 on"),
        ("spike", {"tricks": ["label-smoothing"]}, "targets of D"),
        ("generator-steps", {}, "from the first step"),
        ("modes", {"conditional": {}}, "labels of the data"),
    ],
)
def test_a_fault_that_a_game_cannot_have_is_refused(name, changes, said):
    with pytest.raises(UsageError, match=said) as caught:
        switch_on(started(0, **changes), name, 2.0)
    assert caught.value.where == f"fault '{name}'"
    assert caught.value.hint


def test_a_fault_of_the_schedule_is_one_of_all_replicas():
    training = started(0)
    with pytest.raises(UsageError, match="whole population"):
        switch_on(training, "discriminator-steps", 5, replicas=[0])
    switch_on(training, "discriminator-steps", 5, replicas=[0, 1, 2])
    assert training.loop.schedule.d_steps == 5


def test_data_without_labels_have_no_first_labels():
    with pytest.raises(UsageError, match="no labels"):
        switch_on(train(dirac(), steps=0), "modes", 1)


def test_labels_that_nobody_has_are_refused():
    with pytest.raises(UsageError, match="below 0"):
        switch_on(started(0), "modes", 0)


@pytest.mark.parametrize(
    ("name", "players"), [("generator-rate", "g"), ("discriminator-rate", "d"), ("rates", "gd")]
)
def test_a_rate_multiplies_the_move_of_its_player(name, players):
    for letter in "gd":
        plain, faulted = (
            started(schedule={"order": "simultaneous"}, optimizers=PLAIN, penalties=[]) for _ in "ab"
        )
        switch_on(faulted, name, 3.0)
        expected = moves(plain, letter) * (3.0 if letter in players else 1.0)
        torch.testing.assert_close(moves(faulted, letter), expected, rtol=1e-12, atol=1e-15)


def test_a_rate_of_0_leaves_a_player_where_it_is():
    training = started()
    switch_on(training, "generator-rate", 0.0)
    assert not moves(training, "g").any()
    assert moves(training, "d").any()


def test_momentum_is_that_of_the_dose():
    """b <- m b + g, w <- w - lr b: the second move of constant gradients is 1 + m times the first."""
    bilinear = dirac(loss="wasserstein", schedule={"order": "simultaneous"})
    training = train(bilinear, steps=1)
    theta, psi = (stack.flat.clone() for stack in _stacks(training))
    switch_on(training, "momentum", 0.5)
    # L_G = -l(theta) = psi theta, L_D = l(theta) - l(0) = -psi theta; the first step was from (1, 1).
    moved = moves(training, "g")
    torch.testing.assert_close(moved, -0.2 * (0.5 * torch.ones_like(psi) + psi))
    assert float(theta[0, 0]) == pytest.approx(0.8)


def _stacks(training: Training) -> tuple[Any, Any]:
    return training.game.generator.stack, training.game.discriminator.stack


def test_the_weight_of_a_penalty_multiplies_its_gradient():
    """R1 of the Dirac-GAN is gamma/2 psi^2: without a loss of its own at theta = 0, D moves by -lr gamma psi."""
    one = dirac(
        loss="wasserstein",
        penalties=[{"name": "r1", "gamma": 0.3}],
        generator={"name": "dirac-generator", "start": 0.0},
        schedule={"order": "simultaneous"},
    )
    training = train(one, steps=0)
    switch_on(training, "penalty-weight", 4.0)
    moved = moves(training, "d")
    torch.testing.assert_close(moved, torch.full_like(moved, -0.2 * 4.0 * 0.3))


def test_the_bound_of_clipping_is_multiplied():
    training = started(optimizers=PLAIN | {"discriminator": {"name": "sgd", "lr": 50.0}})
    switch_on(training, "clip-bound", 0.1)
    training.loop.advance(1)
    assert float(training.game.discriminator.stack.flat.abs().max()) == pytest.approx(0.05)


def test_d_takes_as_many_steps_as_the_dose_says():
    training = started()
    before = training.game.discriminator.state["steps"].clone()
    switch_on(training, "discriminator-steps", 6)
    training.loop.advance(2)
    assert ((training.game.discriminator.state["steps"] - before) == 12).all()
    assert training.step == 6


def test_generator_steps_are_in_the_content():
    content = setting().content()
    changed = faulty(content, "generator-steps", 5)
    assert changed["schedule"]["g_steps"] == 5
    assert content["schedule"]["g_steps"] == 1
    assert faulty(content, "spike", 5) == content


def test_a_head_start_moves_d_alone():
    plain, training = started(), started()
    g = training.game.generator.stack.flat.clone()
    switch_on(training, "head-start", 40)
    assert torch.equal(training.game.generator.stack.flat, g)
    assert (training.game.discriminator.state["steps"] == 44).all()
    assert training.step == plain.step
    assert training.game.alive.all()


def test_a_replica_that_left_stays_away_through_a_head_start():
    training = started()
    training.game.alive[0] = False
    before = weights(training)[0]
    switch_on(training, "head-start", 3, replicas=[0, 1])
    assert training.game.alive.tolist() == [False, True, True]
    assert torch.equal(weights(training)[0], before)


def test_a_displaced_generator_is_so_many_deviations_off_and_d_knows_it():
    training = started(
        optimizers={"generator": SGD, "discriminator": {"name": "adam", "lr": 1e-3}}, penalties=[]
    )
    before = training.generate(2000)
    switch_on(training, "displacement", 3.0)
    spread = np.sqrt((1 + 2 * 0.05**2) / 2)  # of a ring of radius 1: cos^2 and the noise
    moved = training.generate(2000) - before
    np.testing.assert_allclose(moved, 3.0 * spread, rtol=0.03)
    assert (training.game.discriminator.state["steps"] == 4 + ALONE).all()


def test_a_pool_has_so_many_samples_and_audits_see_it():
    training = started(batch=64)
    switch_on(training, "pool", 16)
    for r in range(3):
        seen = {tuple(x) for step in range(5, 9) for x in sampled(training, step)[r].tolist()}
        assert len(seen) == 16
        audited = {tuple(x) for x in training.shown[r].train(np.random.default_rng(1), 500).x.tolist()}
        assert audited == seen
        assert len({tuple(x) for x in training.shown[r].held_out(np.random.default_rng(1), 500).x}) == 500


def test_pools_are_the_seeds_own():
    training = started(batch=64)
    switch_on(training, "pool", 4)
    first, second = (training.shown[r].train(np.random.default_rng(1), 50).x for r in (0, 1))
    assert not np.isin(first, second).any()


def test_real_samples_are_of_the_first_modes():
    training = started(batch=64)
    switch_on(training, "modes", 3)
    law = training.datasets[0].law
    assert law is not None
    for r in range(3):
        mode, _ = law.assign(sampled(training, 9)[r].numpy())
        assert set(mode) == {0, 1, 2}
    drawn = training.shown[0].train(np.random.default_rng(2), 1000)
    assert len(drawn.x) == 1000
    np.testing.assert_allclose(np.bincount(drawn.label) / 1000, 1 / 3, atol=0.06)


def test_narrowed_samples_have_the_spread_of_the_dose():
    training = started(batch=64)
    switch_on(training, "narrow", 0.25)
    drawn = training.shown[0].train(np.random.default_rng(3), 8000)
    law = training.datasets[0].law
    assert law is not None
    mode, distance = law.assign(drawn.x)
    assert np.array_equal(mode, drawn.label)
    assert np.sqrt((distance**2).mean() / 2) == pytest.approx(0.25, rel=0.05)


def test_a_generator_of_few_codes_has_as_many_outputs():
    training = started()
    switch_on(training, "codes", 4, replicas=[0, 2])
    made = training.generate(400)
    assert [len(np.unique(one.round(9), axis=0)) for one in made] == [4, 400, 4]
    stack = training.game.generator.stack.copy()
    z = training.place.tensor(np.random.default_rng(0).standard_normal((3, 200, 2)))
    assert len(stack(z, training=False)[0][0].round(decimals=9).unique(dim=0)) == 4


def _gradients(training: Training, scaled: str, dose: float) -> tuple[Tensor, Tensor]:
    """Of D's loss by the logits of real samples and of fakes, with a fault."""
    switch_on(training, scaled, dose)
    return _slopes(training)


def _slopes(training: Training) -> tuple[Tensor, Tensor]:
    real, fake = _logits(training)
    loss = training.game.loss.discriminator(real, fake)
    return torch.autograd.grad(loss.sum(), (real, fake))


def _logits(training: Training) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(4)
    real, fake = (
        training.place.tensor(rng.standard_normal((training.game.replicas, 8))).requires_grad_() for _ in "ab"
    )
    return real, fake


@pytest.mark.parametrize(
    "loss", ["non-saturating", "least-squares", "hinge", "wasserstein", "relativistic-pairing"]
)
def test_a_term_of_d_is_multiplied_in_its_gradient_alone(loss):
    of_real, of_fake = _slopes(started(0, loss=loss))
    real, fake = _gradients(started(0, loss=loss), "real-term", 0.25)
    torch.testing.assert_close(real, 0.25 * of_real)
    torch.testing.assert_close(fake, of_fake)
    real, fake = _gradients(started(0, loss=loss), "fake-term", 20.0)
    torch.testing.assert_close(real, of_real)
    torch.testing.assert_close(fake, 20.0 * of_fake)


def test_the_value_of_a_term_stays():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "fake-term", 20.0)
    logits = _logits(plain)
    assert torch.equal(plain.game.loss.discriminator(*logits), faulted.game.loss.discriminator(*logits))


def test_labels_are_swapped_for_d_alone():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "swapped-labels", 1, replicas=[1])
    real, fake = _logits(plain)
    found, swapped = faulted.game.loss.discriminator(real, fake), plain.game.loss.discriminator(fake, real)
    assert torch.equal(found[1], swapped[1])
    assert torch.equal(found[[0, 2]], plain.game.loss.discriminator(real, fake)[[0, 2]])
    assert torch.equal(plain.game.loss.generator(fake, real), faulted.game.loss.generator(fake, real))


def test_a_spike_is_one_iteration_long():
    plain, faulted = (started(optimizers=PLAIN, penalties=[], schedule={"d_steps": 2}) for _ in "ab")
    g = [t.game.generator.stack.flat.clone() for t in (plain, faulted)]
    assert torch.equal(*g)
    switch_on(faulted, "spike", 1000.0)
    first = [moves(t, "d").norm(dim=1) for t in (plain, faulted)]
    assert (first[1] > 100 * first[0]).all()
    real, fake = _logits(plain)
    values = [t.game.loss.discriminator(real, fake) for t in (plain, faulted)]
    assert torch.equal(*values)


def test_d_under_one_optimiser_minimises_the_loss_of_g():
    plain, faulted = started(0), started(0)
    switch_on(faulted, "shared-loss", 1)
    real, fake = _logits(plain)
    assert torch.equal(faulted.game.loss.discriminator(real, fake), plain.game.loss.generator(fake, real))


def test_a_second_sigmoid_bounds_both_losses():
    """softplus(-sigmoid(l)) + softplus(sigmoid(l)) of any logits is within ln(1 + e) + ln 2 and 2 ln(1 + e^-1)."""
    training = started(0)
    switch_on(training, "double-sigmoid", 1)
    real, fake = _logits(training)
    value = training.game.loss.discriminator(real.abs() + 50, -fake.abs() - 50)
    torch.testing.assert_close(value, torch.full_like(value, np.log1p(np.exp(-1)) + np.log(2)))
    of_g = training.game.loss.generator(-fake.abs() - 50, real)
    torch.testing.assert_close(of_g, torch.full_like(of_g, np.log(2)))


def test_a_share_of_the_loss_of_g_is_that_of_minimax():
    plain, half, saturated = (started(0) for _ in "abc")
    minimax = started(0, loss="minimax")
    switch_on(half, "saturating", 0.5)
    switch_on(saturated, "saturating", 1.0)
    real, fake = _logits(plain)
    own, other = (t.game.loss.generator(fake, real) for t in (plain, minimax))
    torch.testing.assert_close(half.game.loss.generator(fake, real), (own + other) / 2)
    torch.testing.assert_close(saturated.game.loss.generator(fake, real), other)


def test_dead_units_say_the_same_of_everything():
    training = started()
    switch_on(training, "dead-units", 100.0, replicas=[0])
    x = torch.from_numpy(np.random.default_rng(5).standard_normal((50, 2)))
    spread = [float(training.discriminator(r)(x).detach().std()) for r in (0, 1)]
    assert spread[0] == 0
    assert spread[1] > 0


def test_the_dirac_gan_has_no_hidden_layer():
    with pytest.raises(UsageError, match="no hidden layer"):
        switch_on(train(dirac(), steps=0), "dead-units", 1)


@pytest.mark.parametrize("dose", [0.0, 10.0])
def test_a_gain_multiplies_what_a_network_says(dose):
    plain, faulted = started(), started()
    switch_on(faulted, "discriminator-gain", dose)
    switch_on(faulted, "generator-gain", dose)
    x = torch.from_numpy(np.random.default_rng(6).standard_normal((50, 2)))
    said = [t.discriminator(0)(x) for t in (plain, faulted)]
    torch.testing.assert_close(said[1], dose * said[0])
    np.testing.assert_allclose(faulted.generate(20), dose * plain.generate(20), atol=1e-12)


def test_weights_that_are_no_number_end_a_run():
    training = started()
    switch_on(training, "nan-weights", 1, replicas=[2])
    training.advance(8)
    assert training.diverged_at() == [None, None, 4]


def test_the_draws_of_a_fault_are_of_the_seed_alone():
    alone, beside = started(0, replicas=2), started(0, replicas=3)
    for training in (alone, beside):
        switch_on(training, "pool", 4)
        switch_on(training, "codes", 3)
    assert torch.equal(sampled(alone, 3), sampled(beside, 3)[:2])
    made = [training.generate(30)[:2] for training in (alone, beside)]
    np.testing.assert_allclose(*made, rtol=1e-12)


# What a strong dose does to a run


def grown(fault: str, dose: float, **changes: Any) -> Training:
    """Two runs on a ring, with a fault from the middle to the end."""
    one = setting(
        **{
            "data": {"name": "ring", "std": 0.1, "radius": 2.0, "modes": 4},
            "generator": MLP | {"width": 32},
            "discriminator": MLP | {"width": 32},
            "penalties": [{"name": "r1", "gamma": 0.1}],
            "optimizers": {"generator": ADAM, "discriminator": ADAM},
            "batch": 32,
            "steps": 1200,
            "precision": "float32",
            "evaluation": {"every": 1200, "samples": 1000},
            **changes,
        }
    )
    training = Training([one] * 2, [0, 1], CPU)
    training.advance(600)
    switch_on(training, fault, dose)
    training.advance(1200)
    return training


def measured(training: Training) -> dict[str, np.ndarray]:
    judged = judges(training.settings, training)
    made = training.generate(1000)
    found = [judged[r].evaluate(made[r], None, asked=None, final=False) for r in range(2)]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def windows(training: Training, signal: str) -> np.ndarray:
    """Means of the last fifth of the windows, [R]."""
    found = training.trace.windows(["0", "1"])
    means = np.asarray(found[f"{signal}.mean"]).reshape(2, -1)
    return means[:, -means.shape[1] // 5 :].mean(axis=1)


def test_missing_modes_are_missing_in_what_g_makes():
    training = grown("modes", 1)
    histogram = [
        judge.histogram(x)
        for judge, x in zip(judges(training.settings, training), training.generate(1000), strict=False)
    ]
    shares = np.array(histogram) / np.sum(histogram, axis=1, keepdims=True)
    assert (shares[:, 0] > 0.9).all()


def test_few_codes_leave_few_samples():
    assert (measured(grown("codes", 1))["covered_modes"] <= 1).all()


def test_a_huge_penalty_makes_d_blind():
    training = grown("penalty-weight", 1e4)
    assert (np.abs(windows(training, "auc") - 0.5) < 0.25).all()
    assert (windows(training, "real_logit_std") < 0.05).all()


def test_a_displaced_generator_that_hardly_moves_is_told_from_the_data():
    assert (
        windows(
            grown(
                "displacement",
                5.0,
                optimizers={
                    "generator": {"name": "sgd", "lr": 1e-6},
                    "discriminator": {"name": "adam", "lr": 2e-3},
                },
            ),
            "auc",
        )
        > 0.99
    ).all()


def test_a_huge_rate_throws_g_far_out():
    calm, wild = (np.abs(t.generate(500)).max() for t in (grown("rates", 1.0), grown("rates", 300.0)))
    assert not wild < 10 * calm  # or not a number


def test_a_small_pool_is_known_by_heart():
    """D tells its pool from fakes better than it tells data that it has not seen."""
    known, fresh = (audit(grown("pool", 8))[name] for name in ("auc_train", "auc_held_out"))
    assert (known - fresh > 0.05).all()


def test_fakes_that_d_hardly_learns_from_are_called_real():
    training = grown("fake-term", 0.01)
    assert (windows(training, "real_logit_positive") > 0.95).all()
    assert (windows(training, "fake_logit_positive") > 0.95).all()


def test_narrowed_modes_are_narrow_in_what_g_makes():
    wide = {"name": "ring", "std": 0.3, "radius": 2.0, "modes": 4}
    plain, narrow = (measured(grown("narrow", dose, data=wide))["in_mode_std"] for dose in (1.0, 0.1))
    assert (narrow < 0.8 * plain).all()


def test_a_generator_without_a_rate_stays_where_it_was():
    frozen = grown("generator-rate", 0.0)
    assert (windows(frozen, "update_norm_g") == 0).all()
    assert (windows(frozen, "update_norm_d") > 0).all()
