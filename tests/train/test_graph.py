"""Iterations as graphs leave what their calls leave, bit for bit; a graph that does not is never believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganbench import registry
from ganbench.gan.tricks.lookahead import LOOKAHEAD
from ganbench.gan.tricks.trick import Trick
from ganbench.probes.spool import InMemory
from ganbench.train.faults import switch_on
from ganbench.train.graph import WARM, Graphs, Program
from ganbench.train.state import restore, state_of
from ganbench.train.training import CHUNK, Training
from tests.train.settings import CPU, MLP, setting
from tests.train.tape_recorder import TapeRecorder
from tests.train.test_game import EVERYTHING, loop

BATCH_NORM = {**MLP, "norm": "batch"}
DROPOUT = {**MLP, "dropout": 0.3}
EMA = {"decay": 0.9, "warmup": True}
SGD = {"generator": {"name": "sgd", "lr": 1e-2}, "discriminator": {"name": "sgd", "lr": 1e-2}}


def graphed(cell: Any, device: TapeRecorder, *, replicas: int = 2, **more: Any) -> Training:
    """A population that is given a device that captures."""
    training = Training([cell] * replicas, list(range(replicas)), CPU, **more)
    training.graphs = Graphs(training.loop, device)
    return training


def plain(cell: Any, *, replicas: int = 2) -> Training:
    return Training([cell] * replicas, list(range(replicas)), CPU)


def differing(one: Training, other: Training) -> list[str]:
    """What is not equal bit for bit of the state, of the windows and of the steps on record."""
    states = state_of(one)["tensors"], state_of(other)["tensors"]
    names = [*"abc"[: one.replicas]]
    tables = [(t.trace.windows(names), t.trace.bursts(names)) for t in (one, other)]
    pairs = [(states[0], states[1]), *zip(*tables, strict=True)]
    assert all(list(first) == list(second) for first, second in pairs)
    return [name for first, second in pairs for name in first if not same(first[name], second[name])]


def same(one: Any, other: Any) -> bool:
    arrays = [np.ascontiguousarray(x) for x in (one, other)]
    return (
        arrays[0].tobytes() == arrays[1].tobytes() if arrays[0].dtype != object else list(one) == list(other)
    )


GAMES: dict[str, dict[str, Any]] = {
    "a lazy penalty, batch norm, dropout, EMA": {
        "penalties": [{"name": "r1", "every": 4}],
        "generator": BATCH_NORM,
        "discriminator": DROPOUT,
        "ema": EMA,
    },
    "several D steps, a penalty in some": {
        "loss": "wasserstein",
        "penalties": [{"name": "wgan-gp", "every": 3}],
        "schedule": {"d_steps": 2, "g_steps": 2},
    },
    "clipping and momentum": {
        "loss": "wasserstein",
        "penalties": ["weight-clipping", "weight-decay"],
        "optimizers": SGD,
    },
    "tricks with memory, draws and a rate": {
        "tricks": ["replay", "label-flips", "learning-rate-decay", {"name": "lookahead", "k": 5}],
    },
    "penalties with memory and draws": {
        "penalties": ["lecam", "consistency", {"name": "dragan", "every": 2}]
    },
    "simultaneous, paired": {"loss": "relativistic-pairing", "schedule": {"order": "simultaneous"}},
    "G first, noise reused": {"schedule": {"order": "generator-first", "generator_noise": "reused"}},
    "extragradient": {"schedule": {"order": "extragradient"}, "optimizers": SGD},
    "the joint field": {"tricks": ["consensus"], "discriminator": DROPOUT, "generator": DROPOUT},
    "unrolled": {"tricks": [{"name": "unrolled-discriminator", "steps": 2}]},
    "labels": {"conditional": {"discriminator": "projection"}},
    "spectral norm": {"discriminator": {**MLP, "norm": "spectral"}},
    "bfloat16": {"precision": "bfloat16"},
    "other features than the data": {"data": {"name": "grid", "std": 0.05}, "probes": {"geometry": 30}},
}


LONG = {"a lazy penalty, batch norm, dropout, EMA": 300, "labels": 200}  # iterations


@pytest.mark.parametrize("name", GAMES)
def test_graphs_leave_what_the_calls_leave_bit_for_bit(name):
    cell = setting(**{"precision": "float32", "steps": 300, **GAMES[name]})
    device = TapeRecorder()
    one, other = plain(cell), graphed(cell, device)
    for training in (one, other):
        training.advance(LONG.get(name, 90) * training.loop.schedule.g_steps)
    assert differing(one, other) == []
    assert other.graphs.strategy == "graphs"
    assert device.replays >= LONG.get(name, 90) - CHUNK
    assert device.warmed == WARM * device.captures


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, 1),
        ({"penalties": [{"name": "r1", "every": 16}]}, 2),
        ({"penalties": [{"name": "r1", "every": 4}, {"name": "r2", "every": 6}]}, 4),
        ({"penalties": [{"name": "r1", "every": 2}], "schedule": {"d_steps": 2}}, 1),
        ({"penalties": [{"name": "r1", "every": 3}], "schedule": {"d_steps": 2}}, 3),
        ({"penalties": [{"name": "r1", "every": 2}], "schedule": {"g_steps": 5}}, 2),
        ({"tricks": [{"name": "lookahead", "k": 5}]}, 2),
        ({"tricks": [{"name": "lookahead", "k": 5}], "penalties": [{"name": "r1", "every": 2}]}, 4),
    ],
)
def test_there_is_one_kind_for_each_pattern_of_branches(changes, kinds):
    loop = plain(setting(**changes)).loop
    assert len({loop.kind(iteration) for iteration in range(240)}) == kinds


def test_lazy_penalties_of_g_are_counted_in_steps_of_g():
    """A penalty on D's samples is no branch of G's steps, one on weights of both players is one of each."""
    loop = plain(setting(schedule={"d_steps": 2}, penalties=[{"name": "r1", "every": 4}, "l2"])).loop
    assert loop.kind(0) == (True, True, False, True, True)
    assert loop.kind(1) == (False, True, False, True, True)


def test_a_replica_that_diverges_leaves_its_graph_at_the_same_step():
    wild = {"name": "sgd", "lr": 1e30}
    sound = setting(precision="float32", optimizers=SGD, ema=EMA)
    cells = [
        sound,
        setting(precision="float32", optimizers={"generator": wild, "discriminator": wild}, ema=EMA),
    ]
    one, other = (Training(cells, [0, 1], CPU) for _ in range(2))
    other.graphs = Graphs(other.loop, TapeRecorder())
    for training in (one, other):
        training.advance(140)
    assert one.diverged_at()[0] is None
    assert one.diverged_at()[1] is not None
    assert differing(one, other) == []


def test_one_that_leaves_within_a_replay_is_recorded_there():
    cell = setting(precision="float32")
    one, other = plain(cell), graphed(cell, TapeRecorder())
    for training in (one, other):
        training.advance(150)
        training.game.generator.stack.flat[1] = torch.nan
        training.stop(0)
        training.advance(200)
    assert other.diverged_at() == [None, 150]
    assert differing(one, other) == []


def test_a_population_goes_on_in_the_middle_with_graphs_of_its_own():
    cell = setting(precision="float32", penalties=[{"name": "r1", "every": 4}], ema=EMA)
    spool, whole = InMemory(), plain(cell)
    first = graphed(cell, TapeRecorder(), spool=spool)
    first.advance(100)
    state = state_of(first)
    second = graphed(cell, TapeRecorder(), spool=InMemory(list(spool.blocks)))
    restore(second, state)
    whole.advance(100)
    for training in (whole, second):
        training.advance(190)
    assert second.graphs.strategy == "graphs"
    assert differing(whole, second) == []


@pytest.mark.parametrize("probed", [True, False])
def test_graphs_are_proved_in_short_chunks_too(probed):
    cell = setting(precision="float32")
    device, one = TapeRecorder(), Training([cell] * 2, [0, 1], CPU, probed=probed)
    other = graphed(cell, device, probed=probed)
    for stop in range(1, 20):
        one.advance(stop)
        other.advance(stop)
    assert (device.warmed, device.captures, device.replays) == (2, 1, 17)
    states = state_of(one)["tensors"], state_of(other)["tensors"]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


SPOILED = {
    "weights": lambda training: training.game.generator.stack.flat[1, 0].add_(1e-7),
    "moments": lambda training: training.game.discriminator.state["steps"].add_(1),
    "who is alive": lambda training: training.game.alive[0].logical_not_(),
    "a NaN": lambda training: training.game.generator.stack.flat[0, 0].fill_(torch.nan),
    "a sign": lambda training: training.game.generator.stack.flat[0, :1].neg_(),
    "the clock": lambda training: training.game.clock.sub_(1),
    "a recorded row": lambda training: training.loop.recorder.tensors()["loss_d"][40].fill_(0),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_graph_that_leaves_something_else_is_dropped_and_nothing_of_it_stays(what):
    cell = setting(precision="float32")
    one = plain(cell)
    other = plain(cell)
    device = TapeRecorder(spoil=lambda: SPOILED[what](other))
    other.graphs = Graphs(other.loop, device)
    for training in (one, other):
        training.advance(200)
    assert other.strategy.startswith(
        "layers / call by call (replayed, a graph left other numbers than its calls: "
    )
    assert differing(one, other) == []
    assert device.captures == 1
    assert device.replays <= CHUNK


def test_the_first_replays_of_a_graph_are_compared_and_later_ones_believed():
    """The proof is of these alone."""
    cell = setting(precision="float32")
    other = plain(cell)
    device = TapeRecorder(spoil=lambda: other.game.generator.stack.flat.add_(device.replays > 150))
    other.graphs = Graphs(other.loop, device)
    other.advance(200)
    assert other.graphs.strategy == "graphs"


class Broken(TapeRecorder):
    def capture(self, calls: Any) -> Any:
        raise RuntimeError("operation not permitted when stream is capturing\nCUDA error")


class BreaksWhenReplayed(TapeRecorder):
    def capture(self, calls: Any) -> Any:
        replay = super().capture(calls)

        def broken() -> None:
            replay()
            if self.replays == 10:
                raise RuntimeError("out of memory")

        return broken


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (Broken(), "operation not permitted when stream is capturing"),
        (BreaksWhenReplayed(), "out of memory"),
    ],
)
def test_what_cannot_be_captured_goes_call_by_call_with_the_reason(device, said):
    cell = setting(precision="float32", ema=EMA)
    one, other = plain(cell), graphed(cell, device)
    for training in (one, other):
        training.advance(150)
    assert other.strategy == f"layers / call by call ({said})"
    assert differing(one, other) == []


@pytest.fixture
def own(monkeypatch):
    """A cell with a trick of a user's own."""
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))

    def cell(trick: Trick) -> Any:
        monkeypatch.setitem(globals(), "OWN", trick)
        registry.register("trick", "own", target=f"{__name__}:OWN", summary="a user's own")
        return setting(precision="float32", tricks=["own"])

    return cell


def looks(gradient: torch.Tensor, weights: torch.Tensor, letter: str, scene: Any) -> torch.Tensor:
    return gradient * 0.5 if gradient.sum().item() > 0 else gradient


def counts() -> Any:
    calls: list[int] = []

    def gradient(gradient: torch.Tensor, weights: torch.Tensor, letter: str, scene: Any) -> torch.Tensor:
        calls.append(1)
        return gradient * (len(calls) % 7)

    return gradient


def test_code_that_looks_at_a_value_goes_call_by_call(own):
    cell = own(Trick(gradient=looks))
    one, other = plain(cell), graphed(cell, TapeRecorder())
    for training in (one, other):
        training.advance(100)
    assert other.graphs.strategy == "call by call (a value was asked for)"
    assert differing(one, other) == []


def test_code_that_counts_its_calls_in_python_is_found_out(own):
    """It would be wrong after a resume as well; here it is enough that no graph of it is believed."""
    other = graphed(own(Trick(gradient=counts())), TapeRecorder())
    other.advance(100)
    assert "left other numbers" in other.graphs.reason


def test_a_trick_between_rounds_that_has_no_interval_goes_call_by_call(own):
    trick = Trick(between=lambda weights, alive, letter, rounds, scene: weights * (1 - 1e-3 * (rounds % 3)))
    cell = own(trick)
    device, one = TapeRecorder(), plain(cell)
    other = graphed(cell, device)
    for training in (one, other):
        training.advance(80)
    assert (
        other.graphs.strategy == "call by call (the trick 'own' does not say every how many rounds it acts)"
    )
    assert (device.warmed, device.captures) == (0, 0)
    assert differing(one, other) == []


def test_every_trick_of_ours_between_rounds_has_an_interval():
    ours = (entry.name for entry in registry.entries("trick"))
    found = [registry.load("trick", registry.entry("trick", name).options(name=name)) for name in ours]
    assert LOOKAHEAD in found
    assert all(trick.every for trick in found if trick.between)


class Drops(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.net(x)
        return found


def drops(options: Any, inputs: int, outputs: int) -> nn.Module:
    return Drops()


def test_a_network_that_is_called_one_replica_at_a_time_goes_call_by_call(monkeypatch):
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    registry.register("network", "drops", target=f"{__name__}:drops", summary="a user's own")
    device = TapeRecorder()
    other = graphed(setting(discriminator="drops"), device)
    other.advance(5)
    assert other.graphs.reason == "the discriminator is called one replica at a time"
    assert device.warmed == 0


MOVES = {
    "a loss": lambda training: switch_on(training, "saturating", 1.0),
    "data": lambda training: switch_on(training, "pool", 4.0),
    "the schedule": lambda training: switch_on(training, "discriminator-steps", 2.0),
    "how a network is called": lambda training: switch_on(training, "codes", 4.0),
    "where moments are": lambda training: training.game.generator.state.update(
        mean=training.game.generator.state["mean"] * 0.5
    ),
    "where a learning rate is": lambda training: training.game.generator.hyper.update(
        lr=training.game.generator.hyper["lr"] * 0.5
    ),
}


@pytest.mark.parametrize("what", MOVES)
def test_other_code_or_other_addresses_want_new_graphs(what):
    cell = setting(precision="float32")
    device, one = TapeRecorder(), plain(cell)
    other = graphed(cell, device)
    for training in (one, other):
        training.advance(130)
        MOVES[what](training)
        training.advance(200)
    assert device.captures == 2
    assert differing(one, other) == []


def test_a_fault_that_is_written_in_place_is_seen_by_the_graphs_there_are():
    cell = setting(precision="float32")
    device, one = TapeRecorder(), plain(cell)
    other = graphed(cell, device)
    for training in (one, other):
        training.advance(130)
        switch_on(training, "rates", 3.0, replicas=[1])
        training.advance(200)
    assert device.captures == 1
    assert differing(one, other) == []


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_is_captured_never_waits_for_the_device(name):
    """Tensors of the meta device have no values: whoever asks for one raises."""
    running = loop(EVERYTHING[name], torch.device("meta"))
    device = TapeRecorder()
    program = Program(running, device)
    kind, iterations = running.kind(0), 0
    while not program.warm:
        if running.kind(running.iteration) == kind:
            program.iterate()
        else:
            running.advance(1)
        iterations += 1
    program.capture()
    program.iterate()
    assert (device.captures, program.replays, running.iteration) == (1, 1, iterations + 1)


def test_without_a_device_that_captures_nothing_of_this_takes_part():
    training = plain(setting())
    assert training.graphs is None
    assert training.strategy == "layers"
