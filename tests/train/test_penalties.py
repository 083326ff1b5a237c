"""Penalties in a population against the plain loop with each penalty written out, replica by replica."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganbench import seeding
from ganbench.suite.populations import program
from ganbench.train.build import Builder
from ganbench.train.state import restore, state_of
from ganbench.train.training import Training
from tests.train.plain import PlainLoop, distance
from tests.train.settings import CPU, MLP, setting, train


class Written(PlainLoop):
    """`of_d` is added to D's loss, `of_g` to that of G."""

    def _penalty(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        return self.of_d(penalty, real, fake, step)

    def g_loss(self, fake: Tensor, real: Tensor | None, step: int) -> Tensor:
        return super().g_loss(fake, real, step) + sum(self.of_g(p) for p in self.setting.penalties)

    def of_d(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        return torch.zeros(())

    def of_g(self, penalty: Any) -> Tensor:
        return torch.zeros(())

    def draw(self, name: str, step: int, *shape: int) -> Tensor:
        rng = seeding.stream(self.seed, "penalty", name, "d", 0, block=step // 64)
        return torch.from_numpy(rng.standard_normal((64, *shape))[step % 64]).to(self.dtype)


class Dragan(Written):
    def of_d(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        if step % penalty.every:
            return torch.zeros(())
        width = penalty.spread * float(real.detach().numpy().std())
        x = (real.detach() + width * self.draw("dragan", step, *real.shape)).requires_grad_()
        slopes = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)[0].norm(dim=1)
        return penalty.every * penalty.weight * ((slopes - penalty.target) ** 2).mean()


class LeCam(Written):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.means: tuple[float, float] | None = None

    def of_d(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        real, fake = self.d(real), self.d(fake)
        now = real.mean().item(), fake.mean().item()
        held = self.means or now
        self.means = tuple(
            penalty.decay * h + (1 - penalty.decay) * n for h, n in zip(held, now, strict=True)
        )
        apart = ((real - self.means[1]) ** 2).mean() + ((fake - self.means[0]) ** 2).mean()
        return penalty.weight * apart


class Consistent(Written):
    def of_d(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        if step % penalty.every:
            return torch.zeros(())
        moved = real + penalty.std * self.draw("consistency", step, *real.shape)
        return penalty.every * penalty.weight * ((self.d(real) - self.d(moved)) ** 2).mean()


class Weighed(Written):
    """Penalties on weights of either player."""

    def of_d(self, penalty: Any, real: Tensor, fake: Tensor, step: int) -> Tensor:
        return self.of(penalty, self.d) if penalty.holds("d") else torch.zeros(())

    def of_g(self, penalty: Any) -> Tensor:
        return self.of(penalty, self.g) if penalty.holds("g") else torch.zeros(())


class L2(Weighed):
    def of(self, penalty: Any, network: nn.Module) -> Tensor:
        return penalty.weight / 2 * sum((p**2).sum() for p in network.parameters())


class Orthogonal(Weighed):
    def of(self, penalty: Any, network: nn.Module) -> Tensor:
        total = torch.zeros(())
        for weight in (p for p in network.parameters() if p.dim() > 1):
            gram, one = weight @ weight.T, torch.eye(len(weight))
            if penalty.form == "off-diagonal":
                total = total + ((gram - torch.diag(gram.diag())) ** 2).sum()
            else:
                total = total + (
                    (gram - one).abs().sum() if penalty.form == "absolute" else (gram - one).norm() ** 2
                )
        return penalty.weight * total


class Decayed(Written):
    """torch's own AdamW for the players that are meant."""

    def _optimizer(self, role: str, network: nn.Module) -> torch.optim.Optimizer:
        (penalty,) = self.setting.penalties
        if not penalty.holds(role[0]):
            return super()._optimizer(role, network)
        o = getattr(self.setting.optimizers, role)
        return torch.optim.AdamW(
            network.parameters(), lr=o.lr, betas=(o.beta1, o.beta2), eps=o.eps, weight_decay=penalty.rate
        )


CELLS: dict[str, tuple[type[PlainLoop], dict[str, Any], dict[str, Any]]] = {
    "0-gp": (PlainLoop, {"name": "wgan-gp", "target": 0.0, "weight": 1.0}, {}),
    "dragan": (Dragan, {"name": "dragan"}, {}),
    "lazy dragan": (Dragan, {"name": "dragan", "every": 3, "spread": 2.0}, {"schedule": {"d_steps": 2}}),
    "lecam": (LeCam, {"name": "lecam", "decay": 0.9}, {}),
    "lecam, hinge": (LeCam, {"name": "lecam"}, {"loss": "hinge", "schedule": {"d_steps": 2}}),
    "consistency": (Consistent, {"name": "consistency", "std": 0.3}, {}),
    "lazy consistency": (Consistent, {"name": "consistency", "every": 4}, {"loss": "hinge"}),
    "l2": (L2, {"name": "l2", "weight": 0.1}, {}),
    "l2 of D": (L2, {"name": "l2", "weight": 0.1, "of": "discriminator"}, {}),
    "orthogonal": (Orthogonal, {"name": "orthogonal", "weight": 0.1}, {}),
    "orthogonal, full": (Orthogonal, {"name": "orthogonal", "weight": 0.1, "form": "full", "of": "both"}, {}),
    "orthogonal, absolute": (
        Orthogonal,
        {"name": "orthogonal", "weight": 0.01, "form": "absolute", "of": "discriminator"},
        {},
    ),
    "decay": (Decayed, {"name": "weight-decay", "rate": 1.0}, {}),
    "decay of G": (Decayed, {"name": "weight-decay", "rate": 1.0, "of": "generator"}, {}),
}


def flats(training: Training) -> tuple[Tensor, Tensor]:
    return training.game.generator.stack.flat, training.game.discriminator.stack.flat


@pytest.mark.parametrize("name", CELLS)
def test_a_penalty_is_what_the_plain_loop_with_it_written_out_does(name: str) -> None:
    oracle, penalty, changes = CELLS[name]
    cell = setting(penalties=[penalty], steps=100, **changes)
    training = train(*[cell] * 3, seeds=[3, 1, 2])
    assert distance(training, 1, oracle(cell, 1).train(100)) < 1e-9
    without = setting(steps=100, **changes)
    assert distance(training, 1, PlainLoop(without, 1).train(100)) > 1e-6  # it does change something


NEIGHBOURS = {
    "dragan": (Dragan, [{"weight": 10.0, "spread": 0.5}, {"weight": 1.0, "spread": 3.0, "target": 0.5}]),
    "lecam": (LeCam, [{"weight": 0.3}, {"weight": 5.0, "decay": 0.5}]),
    "consistency": (Consistent, [{"weight": 10.0}, {"weight": 1.0, "std": 1.0}]),
    "l2": (L2, [{"weight": 0.1}, {"weight": 1.0}]),
    "orthogonal": (Orthogonal, [{"weight": 0.1}, {"weight": 1.0}]),
    "weight-decay": (Decayed, [{"rate": 0.1}, {"rate": 5.0}]),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours_may_have_other_options_and_share_a_program(name: str) -> None:
    oracle, options = NEIGHBOURS[name]
    cells = [setting(penalties=[{"name": name, **some}], steps=40) for some in options]
    assert program(cells[0]) == program(cells[1])
    training = train(*cells, seeds=[1, 1])
    for replica, cell in enumerate(cells):
        assert distance(training, replica, oracle(cell, 1).train(40)) < 1e-9


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_replica_that_is_lost_changes_nothing_in_its_neighbours(name: str) -> None:
    cell = setting(penalties=[name], steps=40)
    sound, struck = (Training([cell] * 3, [0, 1, 2], CPU) for _ in range(2))
    struck.game.discriminator.stack.flat[1, 0] = torch.nan
    for training in (sound, struck):
        training.advance(40)
    assert struck.diverged_at() == [None, 0, None]
    for one, other in zip(flats(sound), flats(struck), strict=True):
        assert torch.equal(one[[0, 2]], other[[0, 2]])


def test_a_replica_that_left_is_not_decayed() -> None:
    cell = setting(penalties=[{"name": "weight-decay", "rate": 1.0}], steps=10)
    training = Training([cell] * 3, [0, 1, 2], CPU)
    before = [flat[1].clone() for flat in flats(training)]
    training.game.alive[1] = False
    training.advance(10)
    for flat, held in zip(flats(training), before, strict=True):
        assert torch.equal(flat[1], held)
        assert not torch.equal(flat[0], held)


@pytest.mark.parametrize("name", ["lecam", "dragan", "consistency"])
def test_what_draws_and_what_remembers_resumes_bit_for_bit_through_a_file(name: str) -> None:
    cell = setting(penalties=[name], precision="float32", steps=150)
    through, resumed = train(cell, cell), Training([cell] * 2, [0, 1], CPU)
    buffer = io.BytesIO()
    torch.save(state_of(train(cell, cell, steps=70)), buffer)
    buffer.seek(0)
    restore(resumed, torch.load(buffer, weights_only=True))
    resumed.advance(150)
    assert all(torch.equal(*pair) for pair in zip(flats(through), flats(resumed), strict=True))


def test_the_memory_of_a_penalty_never_moves() -> None:
    training = Training([setting(penalties=["lecam"])] * 2, [0, 1], CPU)
    (term,) = training.game.penalties.terms
    before = {name: tensor.data_ptr() for name, tensor in term.memory.items()}
    training.advance(20)
    assert {name: tensor.data_ptr() for name, tensor in term.memory.items()} == before
    assert term.memory["updates"].tolist() == [20, 20]


@pytest.mark.parametrize("name", ["lecam", "dragan", "consistency", "orthogonal"])
def test_looking_at_the_geometry_changes_nothing(name: str) -> None:
    looked, blind = (
        train(setting(penalties=[name], probes={"geometry": every}), seeds=[0], steps=40) for every in (20, 0)
    )
    assert all(torch.equal(*pair) for pair in zip(flats(looked), flats(blind), strict=True))


def test_two_looks_at_one_point_see_the_same_penalties() -> None:
    builder = Builder([setting(penalties=["lecam", "dragan", "consistency"])] * 2, [0, 1], CPU)
    geometer = builder.geometer(builder.game())
    first, second = geometer.look(), geometer.look()
    assert torch.equal(first["eigenvalue_0_real"], second["eigenvalue_0_real"])


def test_the_trace_has_each_penalty_apart_and_those_of_weights_by_player() -> None:
    penalties = [{"name": "dragan", "every": 2}, "lecam", {"name": "l2", "of": "both"}, "orthogonal"]
    bursts = train(setting(penalties=penalties, steps=20)).trace.bursts(["a"])
    found = {name for name in bursts if name.startswith("penalty_")}
    assert found == {
        "penalty_dragan",
        "penalty_lecam",
        "penalty_l2_d",
        "penalty_l2_g",
        "penalty_orthogonal_g",
    }
    assert torch.from_numpy(bursts["penalty_dragan"]).isnan().sum() == 10


def test_a_penalty_is_not_in_the_loss_on_record() -> None:
    plain, heavy = (
        train(setting(penalties=[{"name": "l2", "weight": weight}]), steps=1).trace.bursts(["a"])
        for weight in (0.0, 100.0)
    )
    for name in ("loss_d", "loss_g"):
        assert plain[name][0] == pytest.approx(heavy[name][0], rel=1e-2)
    assert heavy["penalty_l2_d"][0] > 100


@pytest.mark.parametrize(
    ("penalties", "steps"),
    [
        ([], 0),
        (["r1"], 1),
        ([{"name": "consistency", "every": 2}], 0.5),
        (["lecam", "l2", "weight-decay"], 0),
    ],
)
def test_a_penalty_that_asks_d_again_costs_a_gradient(penalties: list[Any], steps: float) -> None:
    training = train(setting(penalties=penalties), seeds=[0], steps=20)
    assert training.counters(0)["gradient_evaluations"] == 40 + 20 * steps


@pytest.mark.parametrize("name", ["lecam", "consistency", "l2", "orthogonal", "weight-decay"])
def test_penalties_without_a_gradient_by_the_sample_go_with_batch_norm(name: str) -> None:
    norm = {**MLP, "norm": "batch"}
    training = train(setting(penalties=[name], discriminator=norm), steps=20)
    assert training.diverged_at() == [None]


def test_penalties_leave_the_batch_norm_buffers_alone() -> None:
    norm = {**MLP, "norm": "batch"}
    with_it, without = (
        train(setting(penalties=penalties, discriminator=norm), seeds=[0], steps=1)
        for penalties in ([{"name": "consistency", "weight": 0.0}], [])
    )
    for name, buffer in with_it.game.discriminator.stack.buffers.items():
        assert torch.equal(buffer, without.game.discriminator.stack.buffers[name])


OFF = {
    "r1": "gamma",
    "wgan-gp": "weight",
    "lecam": "weight",
    "consistency": "weight",
    "l2": "weight",
    "weight-decay": "rate",
}


@pytest.mark.parametrize("name", OFF)
def test_a_weight_of_0_switches_a_penalty_off(name: str) -> None:
    off, without = (train(setting(penalties=given)) for given in ([{"name": name, OFF[name]: 0.0}], []))
    for one, other in zip(
        (off.game.generator.stack, off.game.discriminator.stack),
        (without.game.generator.stack, without.game.discriminator.stack),
        strict=True,
    ):
        torch.testing.assert_close(one.flat, other.flat, rtol=1e-9, atol=1e-12)
