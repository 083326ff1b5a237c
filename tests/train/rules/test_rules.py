"""Every update rule in a population: the plain loop with it written out, neighbours, divergence, resumption."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ganbench.probes.recorder import Recorder
from ganbench.suite.schema import Setting
from ganbench.train.build import Builder
from ganbench.train.loop import Loop
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from tests.train.plain import PlainLoop, distance
from tests.train.rules.oracles import (
    Consensus,
    Extragradient,
    Lookahead,
    Simultaneous,
    SimultaneousConsensus,
)
from tests.train.settings import CPU, MLP, setting, train

SMOOTH = {**MLP, "activation": "tanh"}
EXTRAGRADIENT: dict[str, Any] = {"schedule": {"order": "extragradient"}}
REUSED: dict[str, Any] = {"schedule": {"order": "extragradient", "extrapolation_samples": "reused"}}
TOGETHER: dict[str, Any] = {"schedule": {"order": "simultaneous"}}
CONSENSUS: dict[str, Any] = {"tricks": [{"name": "consensus", "gamma": 0.3}], "discriminator": SMOOTH}
LOOKAHEAD: dict[str, Any] = {"tricks": [{"name": "lookahead", "k": 7, "alpha": 0.4}]}
R1: dict[str, Any] = {"penalties": [{"name": "r1", "gamma": 0.1}]}


def by(name: str, **hyper: float) -> dict[str, Any]:
    options = {"name": name, "lr": 1e-3, **hyper}
    return {"optimizers": {"generator": options, "discriminator": options}}


RULES: dict[str, tuple[type[PlainLoop], dict[str, Any]]] = {
    "simultaneous": (Simultaneous, TOGETHER),
    "extragradient, adam": (Extragradient, EXTRAGRADIENT),
    "extragradient, sgd": (Extragradient, EXTRAGRADIENT | by("sgd", lr=0.05)),
    "extragradient, momentum": (Extragradient, EXTRAGRADIENT | by("sgd", lr=0.02, momentum=0.5)),
    "extragradient, samples reused": (Extragradient, REUSED),
    "extragradient, r1": (Extragradient, EXTRAGRADIENT | R1),
    "extragradient, clipping": (
        Extragradient,
        EXTRAGRADIENT | {"penalties": ["weight-clipping"], "loss": "wasserstein"},
    ),
    "consensus": (Consensus, CONSENSUS),
    "consensus of relu networks": (Consensus, CONSENSUS | {"discriminator": MLP}),
    "consensus, r1": (Consensus, CONSENSUS | R1),
    "consensus, relativistic": (Consensus, CONSENSUS | {"loss": "relativistic-pairing"}),
    "consensus, simultaneous": (SimultaneousConsensus, CONSENSUS | TOGETHER),
    "lookahead": (Lookahead, LOOKAHEAD),
    "lookahead, two steps of D": (Lookahead, LOOKAHEAD | {"schedule": {"d_steps": 2}}),
    "optimistic sgd": (PlainLoop, by("optimistic-sgd", lr=0.05)),
    "optimistic adam": (PlainLoop, by("optimistic-adam")),
    "optimistic adam, simultaneous": (Simultaneous, by("optimistic-adam") | TOGETHER),
}


def cell(name: str, **changes: Any) -> Setting:
    return setting(**{"steps": 100, **RULES[name][1], **changes})


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_what_the_plain_loop_with_it_written_out_does(name: str) -> None:
    oracle, _ = RULES[name]
    training = train(*[cell(name)] * 3, seeds=[3, 1, 2], probed=False)
    assert distance(training, 1, oracle(cell(name), 1).train(100)) < 1e-9
    bare = setting(steps=100)
    assert distance(training, 1, PlainLoop(bare, 1).train(100)) > 1e-4  # the rule does change something


VARIED: dict[str, list[dict[str, Any]]] = {
    "lr of extragradient": [EXTRAGRADIENT | by("adam", lr=lr) for lr in (1e-3, 5e-3)],
    "lr of optimistic adam": [by("optimistic-adam", lr=lr) for lr in (1e-3, 5e-3)],
    "gamma of consensus": [{"tricks": [{"name": "consensus", "gamma": g}]} for g in (0.1, 1.0)],
    "alpha of lookahead": [{"tricks": [{"name": "lookahead", "alpha": a}]} for a in (0.5, 0.8)],
}
ORACLES = dict(zip(VARIED, (Extragradient, PlainLoop, Consensus, Lookahead), strict=True))


@pytest.mark.parametrize("name", VARIED)
def test_neighbours_may_have_other_values_of_an_option(name: str) -> None:
    cells = [setting(steps=40, **changes) for changes in VARIED[name]]
    training = train(*cells, seeds=[1, 1], probed=False)
    for replica, mine in enumerate(cells):
        assert distance(training, replica, ORACLES[name](mine, 1).train(40)) < 1e-9


SHORT = (
    "extragradient, adam",
    "extragradient, samples reused",
    "consensus",
    "lookahead",
    "optimistic sgd",
    "optimistic adam",
)


@pytest.mark.parametrize("name", SHORT)
def test_a_replica_that_is_not_finite_stands_still_and_changes_nothing_in_its_neighbours(name: str) -> None:
    sound, struck = (Training([cell(name, steps=24)] * 3, [0, 1, 2], CPU) for _ in range(2))
    for training in (sound, struck):
        training.advance(10)
    struck.game.discriminator.stack.flat[1, 0] = torch.nan
    before = {key: tensor[1] for key, tensor in game_of(struck).items() if tensor.dim()}
    for training in (sound, struck):
        training.advance(24)
    assert struck.diverged_at() == [None, 10, None]
    after = game_of(struck)
    for key, tensor in game_of(sound).items():
        if tensor.dim():
            assert torch.equal(tensor[[0, 2]], after[key][[0, 2]]), key
    for key in before.keys() - {"alive", "diverged_at"}:
        torch.testing.assert_close(before[key], after[key][1], rtol=0, atol=0, equal_nan=True, msg=key)


@pytest.mark.parametrize("name", SHORT)
def test_a_rule_resumes_bit_for_bit(name: str) -> None:
    mine = cell(name, precision="float32", steps=90, probes={"geometry": 30})
    through = train(mine, mine)
    resumed = Training([mine] * 2, [0, 1], CPU)
    restore(resumed, state_of(train(mine, mine, steps=66)))
    resumed.advance(90)
    ended = state_of(resumed)["tensors"]
    for key, tensor in state_of(through)["tensors"].items():
        assert torch.equal(tensor, ended[key]), key


@pytest.mark.parametrize("name", SHORT)
def test_probes_change_no_weight_under_a_rule(name: str) -> None:
    mine = cell(name, steps=40)
    probed, blind = (train(mine, mine, probed=flag).game for flag in (True, False))
    looked = train(*[cell(name, steps=40, probes={"geometry": 10})] * 2).game
    for game in (probed, looked):
        assert torch.equal(game.generator.stack.flat, blind.generator.stack.flat)
        assert torch.equal(game.discriminator.stack.flat, blind.discriminator.stack.flat)


def loop(name: str, device: torch.device) -> Loop:
    mine = cell(name, precision="float32", ema={"decay": 0.9})
    builder = Builder([mine] * 2, [0, 1], device)
    return Loop(builder.game(), builder.schedule(), Recorder(200, 2))


@pytest.mark.parametrize("name", SHORT)
def test_the_hot_loop_never_waits_for_the_device(name: str) -> None:
    """Tensors of the meta device have no values: whoever asks for one raises."""
    loop(name, torch.device("meta")).advance(7)


@pytest.mark.parametrize("name", SHORT)
def test_the_state_stays_where_it_is(name: str) -> None:
    """CUDA graphs replay addresses."""
    running = loop(name, CPU)
    game = running.game
    state = [game.alive, game.clock]
    state += [tensor for one in game.tricks.applied for tensor in one.memory.values()]
    for player in (game.generator, game.discriminator):
        state += [player.stack.flat, *player.state.values()]
    before = [tensor.data_ptr() for tensor in state]
    running.advance(30)
    assert [tensor.data_ptr() for tensor in state] == before
