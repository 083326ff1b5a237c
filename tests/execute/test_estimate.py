"""What a setting takes: parameters exactly, work and memory within a factor."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ganbench import registry
from ganbench.execute.estimate import bytes_per_replica, disk_per_replica, parameters, work_per_step
from ganbench.execute.plane import BYTES
from ganbench.suite.schema import Setting
from tests.suite.example import setting
from tests.train.settings import train

CHECKOUT = Path(__file__).parents[2]


def mlp(**options: object) -> dict[str, object]:
    return {"name": "mlp", **options}


def counted(given: Setting) -> int:
    """By building both networks."""
    generator = registry.load("network", given.generator)(given.generator, given.latent.dim, 2)
    discriminator = registry.load("network", given.discriminator)(given.discriminator, 2, 1)
    return sum(p.numel() for network in (generator, discriminator) for p in network.parameters())


@pytest.mark.parametrize("width", [1, 16, 128])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_parameters_are_those_of_the_networks(width: int, depth: int) -> None:
    given = setting(generator=mlp(width=width, depth=depth), discriminator=mlp(width=2 * width, depth=depth))
    assert parameters(given) == counted(given)


def test_maxout_has_a_matrix_for_each_piece() -> None:
    given = setting(discriminator=mlp(width=8, depth=3, maxout=5))
    assert parameters(given) == counted(given)


def test_the_dirac_gan_has_two_parameters_and_costs_next_to_nothing() -> None:
    given = setting(
        data="dirac", generator="dirac-generator", discriminator="dirac-discriminator", latent={"dim": 1}
    )
    assert work_per_step(given) < work_per_step(setting()) / 10


def test_work_is_proportional_to_the_batch() -> None:
    assert work_per_step(setting(batch=64)) == pytest.approx(8 * work_per_step(setting(batch=8)))


def test_more_critic_steps_cost_more_and_more_generator_steps_less_for_each() -> None:
    once, often = setting(), setting(schedule={"d_steps": 5})
    assert 2 < work_per_step(often) / work_per_step(once) < 5
    assert work_per_step(setting(schedule={"g_steps": 2})) < work_per_step(once)


def test_a_penalty_costs_and_a_lazy_one_costs_less() -> None:
    def penalised(every: int) -> float:
        return work_per_step(setting(penalties=[{"name": "r1", "gamma": 1.0, "every": every}]))

    assert work_per_step(setting()) < penalised(16) < penalised(1)


def test_clipping_weights_costs_no_gradient() -> None:
    clipped = setting(penalties=[{"name": "weight-clipping", "limit": 0.01}])
    assert work_per_step(clipped) == work_per_step(setting())


@pytest.mark.parametrize(
    "larger",
    [
        {"batch": 64},
        {"generator": mlp(width=512)},
        {"evaluation": {"every": 10, "samples": 5000}},
        {"precision": "float64"},
    ],
)
def test_what_is_larger_takes_more_memory(larger: dict[str, object]) -> None:
    assert bytes_per_replica(setting(**larger)) > bytes_per_replica(setting())


def test_memory_is_bounded_whatever_the_number_of_steps() -> None:
    short, long = (setting(steps=steps, evaluation={"every": steps, "samples": 9}) for steps in (10, 10**7))
    assert bytes_per_replica(short) == bytes_per_replica(long)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("penalties", [[], ["wgan-gp"]])
def test_the_tapes_of_dropout_are_counted(
    player: str, depth: int, precision: str, penalties: list[str]
) -> None:
    def sized(dropout: float) -> Setting:
        networks = {
            name: mlp(width=32, depth=depth, dropout=dropout * (name == player))
            for name in ("generator", "discriminator")
        }
        return setting(precision=precision, penalties=penalties, **networks)

    training = train(sized(0.5), steps=1)
    players = (training.game.generator, training.game.discriminator)
    tapes = [tape._block for player in players for tape in player.masks._tapes.values()]
    # A population of one is trained as two.
    kept = sum(block.numel() * block.element_size() for block in tapes) / 2
    drawn = 2 * max(block.numel() * 8 for block in tapes) / 2
    counted = bytes_per_replica(sized(0.5)) - bytes_per_replica(sized(0))
    assert kept + drawn <= counted <= 2 * (kept + drawn)


MEASURE = """
import json, resource, sys
from ganbench.execute.estimate import bytes_per_replica
from ganbench.execute.host import prepare
from tests.suite.example import setting

prepare(1)
from tests.train.settings import train

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

mlp = {"name": "mlp", "width": 64, "depth": 2}
given = setting(generator=mlp, discriminator=mlp, batch=64, evaluation={"every": 70, "samples": 2500})
train(*[given] * 2, steps=2)  # so that what is loaded on first use is not counted
before = resident()
training = train(*[given] * 64, steps=70)
training.generate(2500)
# Not ru_maxrss: a child starts with that of the process that made it.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak = int(status["VmHWM"].split()[0]) * 1024
print(json.dumps([64 * bytes_per_replica(given), peak - before]))
"""


def test_the_estimate_for_64_replicas_is_within_a_factor_of_three_of_what_they_take() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    estimated, grown = json.loads(answer.stdout)
    assert grown / 3 < estimated < 3 * grown


def test_steps_that_a_generator_looks_ahead_cost_work_and_memory() -> None:
    plain, ahead = setting(), setting(tricks=[{"name": "unrolled-discriminator", "steps": 5}])
    assert 3 < work_per_step(ahead) / work_per_step(plain) < 10
    assert bytes_per_replica(ahead) > bytes_per_replica(plain)


def test_a_pool_of_past_samples_takes_its_memory() -> None:
    """Half of 8 samples, 1000 places for each, 2 numbers of 4 bytes; and how far it is filled."""
    plain, pooled = setting(), setting(tricks=[{"name": "replay", "size": 1000}])
    assert bytes_per_replica(pooled) - bytes_per_replica(plain) == 4 * (4 * 1000 * 2 + 1)


def test_a_mean_of_past_weights_takes_as_much_as_they_do() -> None:
    plain, averaged = setting(), setting(tricks=["historical-averaging"])
    assert bytes_per_replica(averaged) - bytes_per_replica(plain) == 4 * (parameters(plain) + 2)


def test_a_step_that_looks_ahead_takes_twice_the_work() -> None:
    ahead = setting(schedule={"order": "extragradient"})
    assert work_per_step(ahead) == 2 * work_per_step(setting())


def test_a_look_at_the_joint_field_in_every_pass_is_most_of_the_work() -> None:
    bent = setting(tricks=["consensus"])
    assert 4 < work_per_step(bent) / work_per_step(setting()) < 10
    assert work_per_step(setting(tricks=["lookahead"])) == work_per_step(setting())


def test_slow_weights_take_as_much_as_the_fast_ones() -> None:
    plain, slow = setting(), setting(tricks=["lookahead"])
    assert bytes_per_replica(slow) - bytes_per_replica(plain) == 4 * parameters(plain)


def test_samples_in_the_plane_take_four_looks_on_the_disk_and_others_none() -> None:
    plane = setting(data={"name": "mixture", "means": [[0.0, 0.0]], "std": 0.1})
    space = setting(data={"name": "mixture", "means": [[0.0, 0.0, 0.0]], "std": 0.1})
    number, moments = 4, 3
    weights = 4 * number * moments * (parameters(space) - parameters(plane))
    assert disk_per_replica(plane) - disk_per_replica(space) + weights == 4 * BYTES
