"""The tables of the Dirac-GAN and the bilinear game for every update rule, through the ordinary training loop.

h = 0.2 and 500 rounds from (1, 1) unless said; end norms of (theta, psi) recomputed in float64 for this project.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from ganbench.suite.schema import Setting
from ganbench.train.build import Builder
from ganbench.train.field import joint_weights
from tests.train.settings import CPU, dirac, train

DIGITS = 0.5e-2  # the tables have three to four digits
Point = tuple[float, float]


def end_norms(*settings: Setting) -> list[float]:
    training = train(*settings, probed=False)
    return joint_weights(training.game)[: len(settings)].norm(dim=1).tolist()


def both(**options: Any) -> dict[str, Any]:
    return {"optimizers": {"generator": options, "discriminator": options}}


def sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


def field(loss: str, gamma: float) -> Callable[[float, float], Point]:
    """(d theta / dt, d psi / dt) of Mescheder et al. 2018, with R1."""
    of_d = {"wasserstein": lambda _: 1.0}.get(loss, lambda u: sigmoid(-u))
    of_g = {"wasserstein": lambda _: 1.0, "non-saturating": sigmoid}.get(loss, lambda u: sigmoid(-u))

    def v(theta: float, psi: float) -> Point:
        u = theta * psi
        return -psi * of_g(u), theta * of_d(u) - gamma * psi

    return v


# loss, gamma of R1, end norm under extragradient.
EXTRAGRADIENT = {
    "minimax": ("minimax", 0.0, 0.1221),
    "non-saturating": ("non-saturating", 0.0, 0.0479),
    "wasserstein": ("wasserstein", 0.0, 7.93e-5),
    "r1 0.3": ("minimax", 0.3, 3.44e-8),
    "r1 1": ("minimax", 1.0, 1.30e-19),
    "non-saturating r1 0.3": ("non-saturating", 0.3, 3.20e-8),
}


@pytest.mark.parametrize("name", EXTRAGRADIENT)
def test_extragradient_has_the_end_norms_of_the_table_and_of_its_recursion(name: str) -> None:
    loss, gamma, norm = EXTRAGRADIENT[name]
    penalties = [{"name": "r1", "gamma": gamma}] if gamma else []
    (found,) = end_norms(dirac(loss=loss, penalties=penalties, schedule={"order": "extragradient"}))
    assert found == pytest.approx(norm, rel=DIGITS)
    v, here = field(loss, gamma), (1.0, 1.0)
    for _ in range(500):
        ahead = step(here, v(*here))
        here = step(here, v(*ahead))
    assert found == pytest.approx(math.hypot(*here), rel=1e-9)


def step(at: Point, v: Point, h: float = 0.2) -> Point:
    return at[0] + h * v[0], at[1] + h * v[1]


def test_extragradient_shrinks_the_bilinear_game_by_its_eigenvalue() -> None:
    """|lambda|^2 = 1 - h^2 + h^4, in one population for two h."""
    rates = (0.2, 0.5)
    order = {"order": "extragradient"}
    cells = [dirac(loss="wasserstein", schedule=order, **both(name="sgd", lr=h)) for h in rates]
    expected = [math.sqrt(2) * (1 - h**2 + h**4) ** 250 for h in rates]
    assert end_norms(*cells) == pytest.approx(expected, rel=1e-9)


# order: end norm of the minimax field with consensus, gamma 1.
CONSENSUS = {
    "simultaneous": 2.58e-10,
    "generator-first": 1.72e-11,
    "discriminator-first": 1.79e-11,
    "extragradient": 3.25e-12,
}


def consensus(gamma: float, **changes: Any) -> Setting:
    return dirac(tricks=[{"name": "consensus", "gamma": gamma}], **changes)


def consensual(gamma: float) -> Callable[[float, float], Point]:
    """v - gamma grad(||v||^2 / 2) of the minimax field, with ||v||^2 = (theta^2 + psi^2) f'(u)^2."""
    bare = field("minimax", 0.0)

    def v(theta: float, psi: float) -> Point:
        slope = sigmoid(-theta * psi)
        bend = -(theta**2 + psi**2) * slope * slope * (1 - slope)  # (theta^2 + psi^2) f' f''
        pull = theta * slope**2 + bend * psi, psi * slope**2 + bend * theta
        a, b = bare(theta, psi)
        return a - gamma * pull[0], b - gamma * pull[1]

    return v


def play(v: Callable[[float, float], Point], order: str) -> float:
    here = (1.0, 1.0)
    for _ in range(500):
        if order == "extragradient":
            here = step(here, v(*step(here, v(*here))))
        elif order == "simultaneous":
            here = step(here, v(*here))
        else:
            for player in (0, 1) if order == "generator-first" else (1, 0):
                moved = step(here, v(*here))
                here = (moved[0], here[1]) if player == 0 else (here[0], moved[1])
    return math.hypot(*here)


@pytest.mark.parametrize("order", CONSENSUS)
def test_consensus_has_the_end_norms_of_the_table_and_of_its_recursion(order: str) -> None:
    cells = [consensus(gamma, schedule={"order": order}) for gamma in (1.0, 0.2)]
    found = end_norms(*cells)
    assert found[0] == pytest.approx(CONSENSUS[order], rel=DIGITS)
    assert found == pytest.approx([play(consensual(gamma), order) for gamma in (1.0, 0.2)], rel=1e-9)


def test_consensus_beside_another_gamma_is_as_alone() -> None:
    weak, strong = consensus(0.2, steps=100), consensus(1.0, steps=100)
    assert end_norms(weak, strong) == [*end_norms(weak), *end_norms(strong)]


@pytest.mark.parametrize("loss", ["minimax", "non-saturating", "relativistic-pairing"])
@pytest.mark.parametrize("gamma", [0.5, 1.0, 4.0])
def test_eigenvalues_of_the_consensus_field_are_those_of_the_table(loss: str, gamma: float) -> None:
    """-gamma/4 +- i/2, Mescheder et al. 2018."""
    assert spectrum(consensus(gamma, loss=loss)) == pytest.approx(
        [complex(-gamma / 4, -0.5), complex(-gamma / 4, 0.5)], abs=1e-12
    )


@pytest.mark.parametrize("gamma", [0.5, 1.0])
def test_consensus_turns_the_bilinear_game_inwards(gamma: float) -> None:
    """J = [[0, -1], [1, 0]], J - gamma J^T J = J - gamma."""
    found = spectrum(consensus(gamma, loss="wasserstein"))
    assert found == pytest.approx([complex(-gamma, -1), complex(-gamma, 1)], abs=1e-12)


def spectrum(cell: Setting) -> list[complex]:
    """The two eigenvalues at (0, 0), lower one first."""
    builder = Builder([cell] * 2, [0, 1], CPU)
    game = builder.game()
    for player in (game.generator, game.discriminator):
        player.stack.flat.zero_()
    found = builder.geometer(game).look()
    values = [complex(found[f"eigenvalue_{k}_real"][0], found[f"eigenvalue_{k}_imag"][0]) for k in range(2)]
    return sorted(values, key=lambda value: value.imag)


def test_consensus_is_stable_up_to_the_step_size_that_its_eigenvalues_allow() -> None:
    """h < -2 Re(mu) / |mu|^2 = 1.6 for mu = -1/4 + i/2; a little below and above, in one population."""
    near = {"generator": {"name": "dirac-generator", "start": 1e-3}}
    near |= {"discriminator": {"name": "dirac-discriminator", "start": 1e-3}}
    cells = [
        consensus(1.0, schedule={"order": "simultaneous"}, steps=200, **near, **both(name="sgd", lr=h))
        for h in (1.5, 1.7)
    ]
    below, above = end_norms(*cells)
    assert below < 1e-4 < 1e-2 < above


# k: end norm on the bilinear game by simultaneous steps, h = 0.1, alpha 0.5, 2000 fast steps.
LOOKAHEAD = {1: 17.2, 5: 7.5e-4, 10: 1.2e-9, 20: 9.5e-25}


@pytest.mark.parametrize("k", LOOKAHEAD)
def test_lookahead_has_the_end_norms_of_the_table_and_of_its_closed_form(k: int) -> None:
    """A cycle is 1 - alpha + alpha (1 + i h)^k in the plane of theta + i psi; two alpha in one population."""
    alphas = (0.5, 0.8)
    cells = [
        dirac(
            loss="wasserstein",
            tricks=[{"name": "lookahead", "k": k, "alpha": alpha}],
            schedule={"order": "simultaneous"},
            steps=2000,
            **both(name="sgd", lr=0.1),
        )
        for alpha in alphas
    ]
    found = end_norms(*cells)
    assert found[0] == pytest.approx(LOOKAHEAD[k], rel=1e-2)
    cycles = [abs(1 - alpha + alpha * (1 + 0.1j) ** k) for alpha in alphas]
    assert found == pytest.approx([math.sqrt(2) * rate ** (2000 // k) for rate in cycles], rel=1e-9)


@pytest.mark.parametrize("name", ["optimistic-sgd", "sgd"])
def test_optimistic_steps_shrink_the_bilinear_game_where_plain_ones_widen_it(name: str) -> None:
    """z' = z + h i z; optimistic z' = z + h (2 i z - i z_before), lambda^2 = (1 + 2 i h) lambda - i h."""
    rates = (0.1, 0.3, 0.55)
    cells = [
        dirac(
            loss="wasserstein",
            schedule={"order": "simultaneous"},
            steps=200,
            **both(name=name, lr=h),
        )
        for h in rates
    ]
    training = train(*cells, steps=100, probed=False)
    halfway = joint_weights(training.game).norm(dim=1)
    training.advance(200)
    growth = (joint_weights(training.game).norm(dim=1) / halfway) ** (1 / 100)
    expected = [optimistic_rate(h) if name == "optimistic-sgd" else abs(1 + 1j * h) for h in rates]
    assert growth.tolist() == pytest.approx(expected, rel=1e-6)
    assert all((rate < 1) == (name == "optimistic-sgd") for rate in expected)


def optimistic_rate(h: float) -> float:
    half = (1 + 2j * h) / 2
    root = cmath.sqrt(half**2 - 1j * h)
    return max(abs(half + root), abs(half - root))


def test_optimistic_steps_diverge_beyond_one_over_root_three() -> None:
    assert optimistic_rate(1 / math.sqrt(3)) == pytest.approx(1)
    cell = dirac(
        loss="wasserstein",
        schedule={"order": "simultaneous"},
        steps=200,
        **both(name="optimistic-sgd", lr=0.65),
    )
    assert end_norms(cell)[0] > 10


def test_negative_momentum_and_a_plain_neighbour_in_one_population() -> None:
    """Gidel et al. 2019: beta -0.5 converges where G and D alternate, 0 circles."""
    cells = [
        dirac(
            loss="wasserstein",
            schedule={"order": "generator-first"},
            steps=2000,
            **both(name="sgd", lr=0.1, momentum=beta),
        )
        for beta in (-0.5, -0.3, 0.0)
    ]
    assert end_norms(*cells) == pytest.approx([0.0705, 0.0917, 1.367], rel=DIGITS)


def test_extragradient_and_lookahead_go_together() -> None:
    """Chavdarova et al. 2021: a cycle of extragradient steps, 1 - h^2 + i h each, then back."""
    cell = dirac(
        loss="wasserstein",
        tricks=[{"name": "lookahead", "k": 5, "alpha": 0.5}],
        schedule={"order": "extragradient"},
        steps=100,
    )
    rate = abs(0.5 + 0.5 * (1 - 0.04 + 0.2j) ** 5)
    assert end_norms(cell) == pytest.approx([math.sqrt(2) * rate**20], rel=1e-9)


def test_a_diverging_neighbour_leaves_and_keeps_its_slow_weights() -> None:
    """h = 1e200 overflows in the second round; lookahead would have gone back in the fifth."""
    cells = [
        dirac(
            loss="wasserstein",
            tricks=[{"name": "lookahead", "k": 5}],
            schedule={"order": "simultaneous"},
            steps=20,
            **both(name="sgd", lr=h),
        )
        for h in (0.1, 1e200)
    ]
    training = train(*cells, probed=False)
    first, second = training.diverged_at()
    assert first is None
    assert second is not None
    assert 0 < second < 5
    slow = training.game.tricks.applied[0].memory
    assert torch.equal(slow["g"][1], torch.ones(1, dtype=torch.float64))
    assert torch.equal(slow["d"][1], torch.ones(1, dtype=torch.float64))
    rate = abs(0.5 + 0.5 * (1 + 0.1j) ** 5)
    assert joint_weights(training.game)[0].norm().item() == pytest.approx(math.sqrt(2) * rate**4)
