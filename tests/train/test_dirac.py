"""The closed forms of the Dirac-GAN and the bilinear game hold through the ordinary training loop."""

from __future__ import annotations

import math

import pytest

from ganbench.train.field import joint_weights
from tests.train.settings import dirac, train

R1_03 = [{"name": "r1", "gamma": 0.3}]
R1_1 = [{"name": "r1", "gamma": 1.0}]

# loss, penalties: end norm of (theta, psi) when simultaneous, G first, D first (Mescheder et al. 2018,
# recomputed in float64 as h = 0.2, 500 steps from (1, 1)).
FIELDS = {
    "minimax": ("minimax", [], (3.097, 1.421, 1.413)),
    "non-saturating": ("non-saturating", [], (0.6402, 0.2839, 0.2706)),
    "wasserstein": ("wasserstein", [], (2.564e4, 1.398, 1.434)),
    "r1 0.3": ("minimax", R1_03, (2.64e-6, 2.30e-7, 2.38e-7)),
    "r1 1": ("minimax", R1_1, (9.53e-22, 7.48e-17, 8.49e-17)),
    "non-saturating r1": ("non-saturating", R1_03, (2.21e-6, 1.50e-7, 1.64e-7)),
}
ORDERS = ("simultaneous", "generator-first", "discriminator-first")
DIGITS = 0.5e-2  # the table has three to four digits; ours are compared to its last one


def end_norm(*settings) -> list[float]:
    training = train(*settings)
    joint = joint_weights(training.game)[: len(settings)]
    return joint.norm(dim=1).tolist()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("field", FIELDS)
def test_end_norms_are_those_of_the_closed_forms(field, order):
    loss, penalties, norms = FIELDS[field]
    (norm,) = end_norm(dirac(loss=loss, penalties=penalties, schedule={"order": order}))
    gamma = penalties[0]["gamma"] if penalties else 0.0
    assert norm == pytest.approx(norms[ORDERS.index(order)], rel=DIGITS)
    assert norm == pytest.approx(recursion(loss, gamma, order), rel=1e-3)


def recursion(loss: str, gamma: float, order: str, h: float = 0.2, steps: int = 500) -> float:
    """The fields of Mescheder et al. written out: theta descends, psi ascends."""
    of_d = {"wasserstein": lambda _: 1.0}.get(loss, lambda u: sigmoid(-u))
    of_g = {"wasserstein": lambda _: 1.0, "non-saturating": sigmoid}.get(loss, lambda u: sigmoid(-u))

    def move_g(theta: float, psi: float) -> float:
        return theta - h * psi * of_g(psi * theta)

    def move_d(theta: float, psi: float) -> float:
        return psi + h * (theta * of_d(psi * theta) - gamma * psi)

    theta, psi = 1.0, 1.0
    for _ in range(steps):
        if order == "simultaneous":
            theta, psi = move_g(theta, psi), move_d(theta, psi)
        elif order == "generator-first":
            theta = move_g(theta, psi)
            psi = move_d(theta, psi)
        else:
            psi = move_d(theta, psi)
            theta = move_g(theta, psi)
    return math.hypot(theta, psi)


def sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


# Heavy-ball momentum of either sign on the bilinear game, h = 0.1, 2000 steps from (1, 1) (Gidel et al. 2019).
MOMENTUM = {
    ("generator-first", -0.5): 0.0705,
    ("generator-first", -0.3): 0.0917,
    ("generator-first", 0.0): 1.367,
    ("generator-first", 0.3): 2.8e7,
    ("simultaneous", -0.5): 6.26,
    ("simultaneous", -0.3): 34.5,
    ("simultaneous", 0.0): 2.96e4,
}


@pytest.mark.parametrize(("order", "beta"), MOMENTUM)
def test_momentum_of_either_sign_on_the_bilinear_game(order, beta):
    sgd = {"name": "sgd", "lr": 0.1, "momentum": beta}
    cell = dirac(
        loss="wasserstein",
        schedule={"order": order},
        optimizers={"generator": sgd, "discriminator": sgd},
        steps=2000,
    )
    assert end_norm(cell) == pytest.approx([MOMENTUM[order, beta]], rel=1e-2)


def test_wgan_with_clipping_does_not_converge():
    clip = dirac(loss="wasserstein", penalties=[{"name": "weight-clipping", "limit": 0.5}])
    assert min(end_norm(clip)) > 0.1


def test_wgan_gp_does_not_converge():
    penalised = dirac(loss="wasserstein", penalties=[{"name": "wgan-gp", "weight": 1.0}])
    assert min(end_norm(penalised)) > 0.1


def test_cells_that_differ_in_a_penalty_weight_share_a_population():
    weak, strong = (dirac(penalties=[{"name": "r1", "gamma": g}]) for g in (0.3, 1.0))
    together = end_norm(weak, strong)
    assert together == [*end_norm(weak), *end_norm(strong)]
