"""The random tape: a step's numbers depend on seed, role and step, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench import seeding
from ganbench.train.noise import BLOCK, LAWS, Joined, Masks, Place, Tape, normal, uniform
from tests.train.settings import CPU

FLOAT64 = Place(CPU, torch.float64)
FLOAT32 = Place(CPU, torch.float32)
SHAPE = (5, 2)


def tape(*seeds: int, draw=normal, role=("noise", "generator"), place=FLOAT64, shape=SHAPE) -> Tape:
    return Tape(seeds, [draw] * len(seeds), role=role, shape=shape, place=place)


def masks(*seeds: int, role=("dropout", "generator")) -> Masks:
    return Masks(seeds, role=role, place=FLOAT64)


@settings(deadline=None, max_examples=30)
@given(order=st.lists(st.integers(0, 5 * BLOCK), min_size=1, max_size=12))
def test_a_steps_draws_are_the_same_in_any_order_and_from_any_start(order):
    wanted, jumping = tape(1, 2), tape(1, 2)
    everything = {step: wanted.at(step).clone() for step in sorted(set(order))}
    for step in order:
        assert torch.equal(jumping.at(step), everything[step])


@pytest.mark.parametrize("step", [0, 1, BLOCK - 1, BLOCK, 10 * BLOCK + 3])
def test_a_step_is_a_row_of_its_block_of_the_named_stream(step):
    rng = seeding.stream(7, "noise", "generator", block=step // BLOCK)
    block = rng.standard_normal((BLOCK, *SHAPE))
    assert torch.equal(tape(3, 7).at(step)[1], torch.from_numpy(block[step % BLOCK]))


def test_the_block_is_a_constant_of_the_format():
    assert BLOCK == 64


def test_equal_seeds_draw_the_same_in_every_population():
    for step in (0, 100):
        alone = tape(7).at(step)[0]
        assert torch.equal(tape(1, 7, 3).at(step)[1], alone)
        assert torch.equal(tape(7, 7).at(step), torch.stack([alone, alone]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (tape(1), tape(2)),
        (tape(1, role=("noise", "generator")), tape(1, role=("noise", "discriminator"))),
        (tape(1, role=("noise",)), tape(1, role=("data",))),
    ],
)
def test_other_seeds_and_roles_draw_independently(one, other):
    a, b = (torch.stack([t.at(step) for step in range(4 * BLOCK)]).flatten() for t in (one, other))
    assert abs(torch.corrcoef(torch.stack([a, b]))[0, 1].item()) < 5 / len(a) ** 0.5


def test_neighbouring_steps_and_blocks_draw_independently():
    draws = torch.stack([tape(1, shape=(500,)).at(step)[0] for step in (0, 1, BLOCK, 2 * BLOCK)])
    assert (torch.corrcoef(draws) - torch.eye(4)).abs().max() < 5 / 500**0.5


def test_float32_and_float64_runs_see_the_same_noise_up_to_rounding():
    exact, rounded = tape(1, 2).at(70), tape(1, 2, place=FLOAT32).at(70)
    assert rounded.dtype == torch.float32
    assert torch.equal(exact.to(torch.float32), rounded)


def test_replicas_may_draw_from_different_laws():
    both = Tape([1, 1], [normal, uniform], role=("data",), shape=SHAPE, place=FLOAT64)
    assert torch.equal(both.at(3)[0], tape(1, role=("data",)).at(3)[0])
    assert torch.equal(both.at(3)[1], tape(1, role=("data",), draw=uniform).at(3)[0])


def test_a_block_is_drawn_once_for_replicas_that_share_seed_and_law():
    calls = []

    def counted(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        calls.append(shape)
        return rng.random(shape)

    shared = tape(4, 4, 5, draw=counted)
    for step in range(BLOCK):
        shared.at(step)
    assert calls == [(BLOCK, *SHAPE)] * 2


MOMENTS = {"normal": (0.0, 1.0), "uniform": (0.0, 1 / 3), "sphere": (0.0, 1 / 4)}


@pytest.mark.parametrize("law", LAWS)
def test_laws_have_their_mean_and_variance(law):
    draws = LAWS[law](np.random.default_rng(0), (50_000, 4))
    mean, variance = MOMENTS[law]
    assert draws.mean(0) == pytest.approx(mean, abs=0.02)
    assert draws.var(0) == pytest.approx(variance, rel=0.03)


def test_laws_have_their_support():
    rng = np.random.default_rng(0)
    assert np.linalg.norm(LAWS["sphere"](rng, (100, 3)), axis=-1) == pytest.approx(1)
    cube = LAWS["uniform"](rng, (10_000,))
    assert (cube.min(), cube.max()) == pytest.approx((-1, 1), abs=1e-3)
    unit = uniform(rng, (10_000,))
    assert (unit.min(), unit.max()) == pytest.approx((0, 1), abs=1e-3)


def test_masks_depend_on_seed_phase_step_and_position_alone():
    one, other = masks(1, 2), masks(9, 2)
    one.open("d", 3)
    first, second = one.uniform((4,)), one.uniform((4,))
    for _ in range(2):  # opened again, and after other draws
        other.open("g", 70)
        other.uniform((4,))
        other.open("d", 3)
        assert torch.equal(other.uniform((4,))[1], first[1])
        assert torch.equal(other.uniform((4,))[1], second[1])
    assert not torch.equal(first, second)


@pytest.mark.parametrize(("phase", "step"), [("g", 3), ("d", 4), ("d", 3 + BLOCK)])
def test_another_phase_or_step_has_other_masks(phase, step):
    one = masks(1)
    one.open("d", 3)
    first = one.uniform((50,)).clone()
    one.open(phase, step)
    assert not torch.equal(one.uniform((50,)), first)


def test_masks_are_uniform_between_0_and_1():
    one = masks(1)
    one.open("d", 0)
    draws = one.uniform((10_000,))
    assert 0 <= draws.min() < 1e-3
    assert 1 - 1e-3 < draws.max() < 1
    assert draws.mean().item() == pytest.approx(0.5, abs=0.02)


def test_seeds_for_drawing_modules_differ_by_seed_step_and_position():
    one = masks(1, 2)
    found = []
    for step in (0, 1):
        one.open("d", step)
        found += [*one.torch_seeds(), *one.torch_seeds()]
    assert len(set(found)) == 8
    one.open("d", 0)
    assert one.torch_seeds() == found[:2]


def test_a_reader_stands_between_a_tape_and_who_asks_it():
    one = tape(3, 4)
    direct, asked = one.at(70).clone(), []

    def doubled(of, step):
        asked.append((of, step))
        return 2 * of.drawn(step)

    one.read_by(doubled)
    assert torch.equal(one.at(70), 2 * direct)
    assert asked == [(one, 70)]
    one.read_by(None)
    assert torch.equal(one.at(70), direct)


def test_a_reader_of_masks_reads_the_positions_to_come_as_well():
    steps = []
    drawn = masks(0, 1)
    drawn.open("d", 5)
    drawn.uniform((2,))
    drawn.read_by(lambda of, step: (steps.append(step), of.drawn(step))[1])
    drawn.open("d", 6)
    first, second = drawn.uniform((2,)), drawn.normal((3,))
    assert steps == [6, 6]
    drawn.read_by(None)
    drawn.open("d", 6)
    assert torch.equal(drawn.uniform((2,)), first)
    assert torch.equal(drawn.normal((3,)), second)
    assert steps == [6, 6]


def test_a_reader_reads_each_of_tapes_side_by_side():
    side = Joined(tape(1), tape(2))
    asked = []
    side.read_by(lambda of, step: (asked.append(of), of.drawn(step))[1])
    assert side.at(3).shape[-1] == 2 * tape(1).at(3).shape[-1]
    assert len(asked) == 2
