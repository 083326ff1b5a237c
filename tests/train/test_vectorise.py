"""Three ways to call a population give the same numbers; the choice between them is right, and explained."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.gan.networks.mlp import Maxout
from ganbench.train.noise import Masks, Place
from ganbench.train.population import Stack
from ganbench.train.vectorise import FORWARDS, choose
from tests.train.settings import CPU

R, B = 3, 8
PLACE = Place(CPU, torch.float64)


def plain() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.LeakyReLU(0.2), nn.Linear(6, 3))


def nested() -> nn.Module:
    return nn.Sequential(nn.Sequential(nn.Linear(2, 6), nn.LayerNorm(6)), Maxout(2), nn.Linear(3, 1))


def repeating() -> nn.Module:
    """One activation object in two places."""
    act = nn.Tanh()
    return nn.Sequential(nn.Linear(2, 4), act, nn.Linear(4, 4), act, nn.Linear(4, 1))


def twice() -> nn.Module:
    """One layer, and one batch norm, in two places."""
    layer, norm = nn.Linear(2, 2), nn.BatchNorm1d(2)
    return nn.Sequential(layer, norm, nn.Tanh(), layer, norm)


class Residual(nn.Module):
    """A forward of its own, with batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(2, 2)
        self.norm = nn.BatchNorm1d(2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.inside(x)).relu()


class Noisy(Residual):
    def forward(self, x: Tensor) -> Tensor:
        return self.inside(x + torch.randn_like(x))


class Dropping(Residual):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.inside(x))


class DroppingInside(Residual):
    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(self.inside(x), 0.5, self.training)


class Branching(Residual):
    def forward(self, x: Tensor) -> Tensor:
        out = self.inside(x)
        return out if bool(out.mean() > 0) else -out


class Counting(Residual):
    """Assigns a buffer anew instead of writing into it."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.count = self.count + x.mean()
        return self.inside(x) + self.count


class Sharing(Residual):
    """One layer under two names, and one weight in two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.again = self.inside
        self.other = nn.Linear(2, 2)
        self.other.weight = self.inside.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.other(self.again(self.inside(x).tanh()).tanh())


LAYERED = {"plain": plain, "nested": nested, "repeating": repeating}
NETWORKS = LAYERED | {"twice": twice, "residual": Residual, "counting": Counting, "sharing": Sharing}


def modules(build) -> list[nn.Module]:
    torch.manual_seed(0)
    return [build() for _ in range(R)]


def example() -> Tensor:
    return torch.randn(B, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def stack(build, strategy=None) -> Stack:
    return Stack(modules(build), example(), place=PLACE, strategy=strategy)


def samples() -> Tensor:
    return torch.randn(R, B, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


def masks(step: int = 0, seeds=(1, 2, 3)) -> Masks:
    found = Masks(seeds, role=("dropout", "generator"), place=PLACE)
    found.open("g", step)
    return found


def strategies(name: str) -> list[str]:
    return [s for s in FORWARDS if s != "layers" or name in LAYERED]


def outcome(name: str, strategy: str | None, training: bool) -> dict[str, Tensor]:
    """Outputs, gradients and buffers of one call."""
    found, x = stack(NETWORKS[name], strategy), samples().requires_grad_()
    out, moved = found(x, found.leaves, training=training)
    found.keep(moved, torch.ones(R, dtype=torch.bool))
    slopes = torch.autograd.grad(out.sin().sum(), [x, *found.leaves.values()], materialize_grads=True)
    named = dict(zip(["x", *found.leaves], slopes, strict=True))
    return {"out": out.detach()} | named | {f"buffer {n}": b for n, b in found.buffers.items()}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_second_call_gives_the_same_as_the_first(name):
    for strategy in strategies(name):
        found = stack(NETWORKS[name], strategy)
        first, second = (found(samples(), training=True)[0] for _ in range(2))
        assert torch.equal(first, second)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("name", "strategy"), [(n, s) for n in NETWORKS for s in strategies(n)])
def test_every_strategy_gives_the_numbers_of_the_modules_called_one_by_one(name, strategy, training):
    found, x = outcome(name, strategy, training), samples().requires_grad_()
    for r, module in enumerate(modules(NETWORKS[name])):
        out = module.double().train(training)(x[r])
        names = [n for n, _ in module.named_parameters()]
        wanted = torch.autograd.grad(
            out.sin().sum(), [x, *module.parameters()], materialize_grads=True, allow_unused=True
        )
        expected = {"out": out.detach(), "x": wanted[0][r]} | dict(zip(names, wanted[1:], strict=True))
        expected |= {f"buffer {n}": b.detach() for n, b in module.named_buffers()}
        assert set(expected) == set(found)
        for key, value in expected.items():
            torch.testing.assert_close(found[key][r], value, rtol=1e-10, atol=1e-12, msg=key)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_call_changes_neither_weights_nor_buffers_nor_the_template(name):
    for strategy in strategies(name):
        found = stack(NETWORKS[name], strategy)
        flat, buffers = found.flat.clone(), {n: b.clone() for n, b in found.buffers.items()}
        template = {n: t.clone() for n, t in found.template.state_dict().items()}
        found(samples(), training=True)
        assert torch.equal(found.flat, flat)
        assert all(torch.equal(found.buffers[n], b) for n, b in buffers.items())
        assert all(torch.equal(found.template.state_dict()[n], t) for n, t in template.items())


@pytest.mark.parametrize(
    ("build", "strategy", "reason"),
    [
        (plain, "layers", ""),
        (nested, "layers", ""),
        (repeating, "layers", ""),
        (twice, "vmap", ""),
        (Residual, "vmap", ""),
        (Counting, "vmap", ""),
        (Sharing, "vmap", ""),
        (lambda: nn.Sequential(Residual(), nn.Linear(2, 1)), "vmap", ""),
        (Noisy, "sequential", "random"),
        (Dropping, "sequential", "Dropout draws inside the module"),
        (DroppingInside, "sequential", "random"),
        (Branching, "sequential", "data-dependent control flow"),
        (lambda: nn.BatchNorm1d(2, momentum=None), "sequential", "momentum=None"),
        (
            lambda: nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2, momentum=None)),
            "sequential",
            "momentum=None",
        ),
    ],
)
def test_the_fastest_strategy_that_is_right_is_chosen_with_its_reason(build, strategy, reason):
    choice = choose(build().double(), example())
    assert choice.strategy == strategy
    assert reason in choice.reason
    assert bool(choice.reason) == (strategy == "sequential")


def test_convolutions_go_one_at_a_time_on_a_cpu():
    choice = choose(nn.Conv2d(1, 2, 3), torch.randn(4, 1, 8, 8))
    assert choice.strategy == "sequential"
    assert "convolutions" in choice.reason
    assert "CPU" in choice.reason


def test_a_dropout_that_never_drops_is_no_obstacle():
    class Harmless(Dropping):
        def __init__(self) -> None:
            super().__init__()
            self.drop = nn.Dropout(0.0)

    assert choose(Harmless().double(), example()).strategy == "vmap"


def test_a_subclass_of_a_known_layer_is_not_taken_for_it():
    class Doubled(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return 2 * super().forward(x)

    class Backwards(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            for layer in reversed(self):
                x = layer(x)
            return x

    assert choose(Doubled(2, 2).double(), example()).strategy == "vmap"
    assert choose(Backwards(nn.Linear(2, 2), nn.Tanh()).double(), example()).strategy == "vmap"


@pytest.mark.parametrize("build", [Noisy, Dropping, DroppingInside])
def test_a_module_that_draws_is_reproducible_and_leaves_torchs_random_state_alone(build):
    before = torch.get_rng_state()
    found = stack(build)
    torch.set_rng_state(before)
    out, _ = found(samples(), training=True, masks=masks())
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(99)
    again, _ = found(samples(), training=True, masks=masks())
    assert torch.equal(out, again)
    torch.set_rng_state(before)


@pytest.mark.parametrize("build", [Noisy, Dropping])
def test_the_draws_of_a_module_depend_on_seed_and_step_alone(build):
    found, x = stack(build), samples()
    x[:] = x[1]
    found.flat.copy_(found.flat[1].expand_as(found.flat))
    first, _ = found(x, training=True, masks=masks(seeds=(4, 5, 6)))
    again, _ = found(x, training=True, masks=masks(seeds=(6, 5, 5)))
    later, _ = found(x, training=True, masks=masks(step=1, seeds=(4, 5, 6)))
    assert torch.equal(again[0], first[2])
    assert torch.equal(again[1], again[2])
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, later)


def test_batch_norm_that_averages_over_all_batches_keeps_its_count():
    def build():
        return nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2, momentum=None))

    found = stack(build)
    for _ in range(3):
        _, moved = found(samples(), training=True)
        found.keep(moved, torch.ones(R, dtype=torch.bool))
    for r, module in enumerate(modules(build)):
        for _ in range(3):
            module.double()(samples()[r])
        for name, buffer in module.named_buffers():
            torch.testing.assert_close(found.buffers[name][r], buffer)
