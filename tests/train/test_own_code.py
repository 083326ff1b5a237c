"""Components of the registry, written as a user would: the same training, in a population with vectors of options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.errors import PluginError
from ganbench.plugins import Plugins
from ganbench.registry import finding
from ganbench.suite.populations import program
from ganbench.suite.schema import Setting
from ganbench.train.training import Training
from tests.plugins.example import GOOD, written
from tests.train.settings import BASE

CPU = torch.device("cpu")
STEPS = 100


def own(folder: Path, text: str = GOOD, **changes: Any) -> Setting:
    """A setting that names code of `mine.py`."""
    written(folder, text)
    with finding(Plugins(folder).entry):
        return Setting.model_validate(BASE | changes)


def trained(settings: list[Setting], seeds: list[int], steps: int = STEPS) -> Training:
    training = Training(settings, seeds, CPU)
    training.advance(steps)
    return training


def distance(one: Training, other: Training) -> float:
    """The largest relative difference of a replica's weights."""
    pairs = zip(
        (one.game.generator.stack.flat, one.game.discriminator.stack.flat),
        (other.game.generator.stack.flat, other.game.discriminator.stack.flat),
        strict=True,
    )
    return max(float(((a - b).norm(dim=1) / b.norm(dim=1)).max()) for a, b in pairs)


SGD = {"name": "sgd", "lr": 0.05, "momentum": 0.3}
HEAVY = {"name": "mine.py:heavy_ball", "lr": 0.05, "momentum": 0.3}
PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "loss": ({"loss": "mine.py:non_saturating"}, {"loss": "non-saturating"}),
    "paired loss": ({"loss": "mine.py:pairing"}, {"loss": "relativistic-pairing"}),
    "loss one by one": ({"loss": "mine.py:branching"}, {"loss": "non-saturating"}),
    "penalty": (
        {"penalties": [{"name": "mine.py:r1", "gamma": 2.0, "every": 4}]},
        {"penalties": [{"name": "r1", "gamma": 2.0, "every": 4}]},
    ),
    "trick": (
        {"tricks": [{"name": "mine.py:clipping", "norm": 0.1}]},
        {"tricks": [{"name": "gradient-clipping", "norm": 0.1}]},
    ),
    "optimizer": (
        {"optimizers": {"generator": HEAVY, "discriminator": HEAVY}},
        {"optimizers": {"generator": SGD, "discriminator": SGD}},
    ),
    "network": ({"generator": "mine.py:mlp"}, {"generator": {"name": "mlp", "width": 16}}),
}


@pytest.mark.parametrize("what", PAIRS)
def test_it_trains_as_the_registered_one_does(tmp_path: Path, what: str) -> None:
    mine, registered = PAIRS[what]
    seeds = [0, 1, 2]
    of_user = trained([own(tmp_path, **mine)] * 3, seeds)
    assert distance(of_user, trained([Setting.model_validate(BASE | registered)] * 3, seeds)) < 1e-9


@pytest.mark.parametrize("what", PAIRS)
def test_a_replica_is_the_same_among_others_and_alone(tmp_path: Path, what: str) -> None:
    setting = own(tmp_path, **PAIRS[what][0])
    together, alone = trained([setting] * 3, [0, 1, 2], 20), trained([setting], [1], 20)
    flats = (t.game.generator.stack.flat for t in (together, alone))
    one, other = (flat[index] for flat, index in zip(flats, (1, 0), strict=True))
    assert float((one - other).norm() / other.norm()) < 1e-9


def test_why_a_loss_is_called_one_replica_at_a_time_is_on_record(tmp_path: Path) -> None:
    training = Training([own(tmp_path, loss="mine.py:branching")], [0], CPU)
    assert training.strategy.startswith("layers / loss: sequential (vmap: ")


def test_why_a_penalty_is_called_one_replica_at_a_time_is_on_record(tmp_path: Path) -> None:
    text = "def odd(real_logits):\n    return real_logits.mean() if bool(real_logits.detach().isfinite().all()) else 0 * real_logits.sum()\n"
    training = trained([own(tmp_path, text, penalties=["mine.py:odd"])], [0], 1)
    assert training.strategy.startswith("layers / penalty odd: sequential (vmap: ")


VARYING = """\
from typing import Annotated
from torch.nn.functional import softplus
from ganbench.registry import PER_REPLICA


def scaled(real, fake, *, scale: Annotated[float, PER_REPLICA] = 1.0):
    return scale * (softplus(-real).mean() + softplus(fake).mean()), scale * softplus(-fake).mean()
"""


def test_marked_options_are_a_vector_over_one_population(tmp_path: Path) -> None:
    settings = [
        own(tmp_path, VARYING, loss={"name": "mine.py:scaled", "scale": scale}) for scale in (0.5, 1.0, 4.0)
    ]
    assert len({program(setting) for setting in settings}) == 1
    together = trained(settings, [3, 3, 3], 20)
    for replica, setting in enumerate(settings):
        alone = trained([setting], [3], 20).game.discriminator.stack.flat[0]
        mine = together.game.discriminator.stack.flat[replica]
        assert float((mine - alone).norm() / alone.norm()) < 1e-9


@pytest.mark.parametrize(
    ("body", "paired"),
    [
        ("-fake.mean()", False),
        ("(real - fake).mean()", True),
        ("(real.detach().mean() - fake).square().mean()", True),
        ("-fake.mean() + 0 * real.mean()", True),
    ],
)
def test_real_logits_are_there_in_the_step_of_g_where_its_loss_needs_them(tmp_path, body, paired) -> None:
    text = f"def loss(real, fake):\n    return (fake - real).mean(), {body}\n"
    training = Training([own(tmp_path, text, loss="mine.py:loss")], [0], CPU)
    assert training.game.loss.paired == paired


def test_draws_of_a_trick_do_not_depend_on_where_its_file_lies(tmp_path: Path) -> None:
    text = (
        "from ganbench.gan.tricks.trick import Trick\n\n"
        "noise = Trick(seen=lambda x, scene: x + scene.draws.normal(tuple(x.shape[1:])))\n"
    )
    flats = []
    for folder in ("a", "b/c"):
        written(tmp_path / folder, text)
        with finding(Plugins(tmp_path).entry):
            setting = Setting.model_validate(BASE | {"tricks": [f"{folder}/mine.py:noise"]})
        flats.append(trained([setting], [0], 5).game.discriminator.stack.flat)
    assert torch.equal(*flats)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def step(gradient, *, rate=0.1):\n    return -rate * gradient\n", "has no number 'lr'"),
        ("def step(gradient, m, *, lr=0.1):\n    return -lr * gradient\n", "gave 0 tensors after the change"),
        ("def step(*, lr=0.1):\n    return lr\n", "begins with the gradient"),
    ],
)
def test_an_optimizer_that_cannot_step_says_so(tmp_path: Path, text: str, said: str) -> None:
    step = "mine.py:step"
    with pytest.raises(PluginError, match=said):
        trained([own(tmp_path, text, optimizers={"generator": step, "discriminator": step})], [0], 1)


def test_a_penalty_that_asks_for_what_is_not_there_says_what_is(tmp_path: Path) -> None:
    text = "def p(weights):\n    return weights.sum()\n"
    with pytest.raises(PluginError, match=r"asks for 'weights'.*real_gradient"):
        own(tmp_path, text, penalties=["mine.py:p"])
