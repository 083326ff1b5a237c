"""Networks called in bfloat16, everything else in float32; TF32 where there is a CUDA device."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganbench.errors import DeviceError
from ganbench.gan.networks.conv import ConvDiscriminator
from ganbench.gan.networks.minibatch import MinibatchDeviation, MinibatchDiscrimination
from ganbench.gan.networks.spectral import SpectralLinear, largest_singular_value
from ganbench.suite.schema import Setting
from ganbench.train.audit import audit
from ganbench.train.judging import logits_of
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from ganbench.train.precision import called_in, products
from ganbench.train.replica import replica_network
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting, train
from tests.train.test_trial import BatchStandardDeviation, Functional, MultiHead, Normalised, Tokens

BF16 = Place(CPU, torch.float32, torch.bfloat16)
FLOAT32 = Place(CPU, torch.float32)
HALF = 2**-8  # of a number in bfloat16: the largest relative error of rounding to it

PLAIN: dict[str, Any] = {"precision": "bfloat16", "batch": 32}
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "r1": {"penalties": ["r1"]},
    "wgan-gp": {"loss": "wasserstein", "penalties": ["wgan-gp"]},
    "batch norm": {"generator": {**MLP, "norm": "batch"}},
    "layer norm": {"discriminator": {**MLP, "norm": "layer"}},
    "spectral": {"discriminator": {**MLP, "norm": "spectral"}, "penalties": ["r1"]},
    "chance": {"discriminator": {**MLP, "dropout": 0.3, "noise": 0.1}},
    "deviation": {"discriminator": {**MLP, "minibatch": "deviation"}},
    "discrimination": {"discriminator": {**MLP, "minibatch": "discrimination", "minibatch_kernels": 4}},
    "unrolled": {"tricks": [{"name": "unrolled-discriminator", "steps": 2}]},
    "features": {"tricks": ["feature-matching"]},
    "ema": {"ema": {"decay": 0.9}},
    "extragradient": {"schedule": {"order": "extragradient"}},
}


def lowered(**changes: Any) -> Setting:
    return setting(**PLAIN | changes)


def weights(training: Training) -> list[Tensor]:
    """Of both players, [R, P] each."""
    return [training.game.generator.stack.flat, training.game.discriminator.stack.flat]


def apart(one: list[Tensor], other: list[Tensor]) -> float:
    """The largest distance of a replica's weights, relative to their norm."""
    pairs = zip(one, other, strict=True)
    return max(float(((a - b).norm(dim=1) / b.norm(dim=1)).max()) for a, b in pairs)


def rounded(x: Any) -> bool:
    """Whether every number is one of bfloat16."""
    x = torch.as_tensor(x)
    return torch.equal(x, x.bfloat16().to(x.dtype))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_stays_near_its_twin_in_float32_and_is_not_the_same(name: str) -> None:
    low, full = (
        train(*[lowered(**SETTINGS[name], precision=precision)] * 2, steps=20)
        for precision in ("bfloat16", "float32")
    )
    assert 0 < apart(weights(low), weights(full)) < 0.05


@pytest.mark.parametrize("name", SETTINGS)
def test_nothing_that_is_kept_is_in_bfloat16(name: str) -> None:
    training = train(*[lowered(**SETTINGS[name])] * 2, steps=3)
    kept = {n: t.dtype for n, t in game_of(training).items() if t.is_floating_point()}
    assert kept == dict.fromkeys(kept, torch.float32)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_replica_is_the_same_among_many_among_few_and_alone(name: str) -> None:
    cell = lowered(**SETTINGS[name])
    many = weights(train(*[cell] * 5, steps=20))
    few, alone = train(*[cell] * 2, seeds=[2, 3], steps=20), train(cell, seeds=[4], steps=20)
    assert apart(weights(few), [flat[2:4] for flat in many]) < HALF
    assert apart([flat[:1] for flat in weights(alone)], [flat[4:] for flat in many]) < HALF


def test_a_replica_that_diverges_is_found_and_its_neighbours_do_not_notice() -> None:
    wild = {"name": "sgd", "lr": 1e30}
    cells = [
        lowered(optimizers={"generator": one, "discriminator": one}) for one in (wild, {**wild, "lr": 0.01})
    ]
    pair = train(*cells, seeds=[1, 2], steps=60)
    calm = train(cells[1], cells[1], seeds=[1, 2], steps=60)
    left, stayed = pair.diverged_at()
    assert left is not None
    assert left < 60
    assert stayed is None
    assert all(torch.equal(a[1], b[1]) for a, b in zip(weights(pair), weights(calm), strict=True))


def test_a_network_answers_in_numbers_of_bfloat16_that_are_float32() -> None:
    modules = [nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)) for _ in range(2)]
    x = torch.randn(2, 16, 2)
    low, full = (Stack(modules, x[0], place=place)(x, training=True)[0] for place in (BF16, FLOAT32))
    assert low.dtype == full.dtype == torch.float32
    assert rounded(low)
    assert not rounded(full)
    torch.testing.assert_close(low, full, rtol=4 * HALF, atol=4 * HALF)


def test_samples_audits_and_judges_see_the_networks_that_train() -> None:
    training = train(lowered(), lowered(), steps=5)
    assert rounded(training.generate(50))
    logits = logits_of(training, 0)
    assert logits is not None
    assert rounded(logits(training.generate(50)[0]))
    assert all((values == values).all() for name, values in audit(training).items() if name == "auc_train")


OWN: dict[str, tuple[nn.Module, tuple[int, ...], str]] = {
    "attention": (Tokens(MultiHead()), (2,), "vmap"),
    "fused attention": (Tokens(Functional()), (2,), "vmap"),
    "own batch norm": (Normalised(), (2,), "vmap"),
    "deviation": (BatchStandardDeviation(), (2,), "vmap"),
    "drawing": (
        nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Softplus(), nn.Linear(8, 1)),
        (2,),
        "sequential",
    ),
    "convolution": (nn.Sequential(nn.Conv1d(1, 3, 2), nn.Flatten(), nn.Linear(21, 1)), (1, 8), "sequential"),
}


@pytest.mark.parametrize("name", OWN)
def test_a_module_of_the_users_is_called_in_bfloat16_and_differentiated_twice(name: str) -> None:
    module, shape, strategy = OWN[name]
    x = torch.randn(2, 16, *shape).requires_grad_()
    stack = Stack([module, module], x[0].detach(), place=BF16, derivatives=2)
    assert stack.choice.strategy == strategy
    out, moved = stack(x, stack.leaves, training=name != "drawing")
    (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    found = torch.autograd.grad(slope.square().sum(), list(stack.leaves.values()), materialize_grads=True)
    assert out.dtype == slope.dtype == torch.float32
    assert all(one.dtype is torch.float32 and one.isfinite().all() for one in found)
    assert any(one.any() for one in found)
    assert all(buffer.dtype is not torch.bfloat16 for buffer in moved.values())


def test_a_convolution_of_ours_is_called_in_bfloat16() -> None:
    digits = {"name": "digits"}
    networks = {
        "generator": {"name": "conv-generator", "width": 4},
        "discriminator": {"name": "conv-discriminator", "width": 4, "norm": "none"},
    }
    cell = lowered(data=digits, penalties=["r1"], **networks, batch=8)
    training = train(cell, cell, steps=2)
    assert isinstance(training.discriminator(0), ConvDiscriminator)
    assert rounded(training.fakes(8))
    assert all(flat.isfinite().all() for flat in weights(training))


def test_sums_over_a_batch_are_those_of_float32() -> None:
    x = torch.randn(64, 6).bfloat16()
    for layer in (MinibatchDeviation(), nn.Sequential(MinibatchDiscrimination(6, 4, 3))):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            low = layer(x)
        assert low.dtype is torch.float32
        torch.testing.assert_close(low, layer(x.float()), rtol=8 * HALF, atol=8 * HALF)
        assert not rounded(low)


def test_batch_norm_keeps_the_statistics_of_what_it_is_given_in_float32() -> None:
    norm = nn.BatchNorm1d(2, momentum=1.0)
    x = 100 + torch.randn(2, 512, 2)
    stack = Stack([nn.Sequential(norm)] * 2, x[0], place=BF16)
    _, moved = stack(x.bfloat16().float(), training=True)
    torch.testing.assert_close(moved["0.running_mean"], x.bfloat16().float().mean(1))
    torch.testing.assert_close(moved["0.running_var"], x.bfloat16().float().var(1))


def test_the_norm_of_a_spectral_layer_is_that_of_float32() -> None:
    layer = SpectralLinear(5, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = largest_singular_value(layer.weight, layer.u)
    assert torch.equal(low, largest_singular_value(layer.weight, layer.u))


def test_a_penalty_in_bfloat16_is_near_that_in_float32() -> None:
    found = []
    for precision in ("bfloat16", "float32"):
        training = train(*[lowered(penalties=["r1"], precision=precision)] * 2, steps=10)
        found.append(training.trace.windows(["0", "1"])["penalty_r1.mean"])
    np.testing.assert_allclose(*found, rtol=0.05)
    assert (found[0] != found[1]).all()


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit() -> None:
    cell = lowered(penalties=["r1"], generator={**MLP, "norm": "batch"})
    whole = train(cell, cell, steps=130)
    first, second = train(cell, cell, steps=70), Training([cell, cell], [0, 1], CPU)
    restore(second, state_of(first))
    second.advance(130)
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(second), strict=True))


def test_an_exported_network_has_the_weights_of_the_run_in_float32() -> None:
    training = train(lowered(), lowered(), steps=5)
    module = replica_network(lowered(), "generator", game_of(training), 1)
    flat = torch.cat([p.detach().reshape(-1) for p in module.parameters()])
    assert torch.equal(flat, training.game.generator.stack.flat[1])


def test_in_the_precision_of_its_weights_a_call_is_left_as_it_is() -> None:
    def forward(x: Tensor) -> Tensor:
        return x

    assert called_in(FLOAT32, forward) is forward


class Mixing(nn.Module):
    """Mixes what torch computes in bfloat16 with what it does not, in an operation that refuses to."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.lerp(self.inside(x), x, 0.5)


def test_a_module_that_cannot_be_called_in_bfloat16_says_so_before_training() -> None:
    x = torch.randn(4, 2)
    Stack([Mixing(), Mixing()], x, place=FLOAT32)
    with pytest.raises(RuntimeError, match="dtype"):
        Stack([Mixing(), Mixing()], x, place=BF16)


def test_tf32_is_refused_where_it_would_be_float32() -> None:
    with pytest.raises(DeviceError, match="precision: tf32: needs a CUDA device") as caught:
        Training([lowered(precision="tf32")], [0], CPU)
    assert "precision: float32" in caught.value.hint


def roundings() -> tuple[str, str]:
    return torch.backends.cuda.matmul.fp32_precision, torch.backends.cudnn.conv.fp32_precision


@pytest.mark.parametrize(
    ("precision", "inside"),
    [("tf32", "tf32"), ("float32", "ieee"), ("float64", "ieee"), ("bfloat16", "ieee")],
)
def test_products_on_a_gpu_are_rounded_as_the_suite_says_whatever_the_process_had(
    precision: Any, inside: str
) -> None:
    before = roundings()
    with products(precision):
        assert roundings() == (inside, inside)
    assert roundings() == before


def test_training_and_sampling_leave_the_rounding_of_the_process_alone() -> None:
    before, seen = roundings(), []
    training = Training([setting(), setting()], [0, 1], CPU)
    training.between_chunks = lambda _: seen.append(roundings())
    training.advance(10)
    training.generate(10)
    audit(training)
    assert seen == [("ieee", "ieee")]
    assert roundings() == before
