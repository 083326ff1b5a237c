"""Networks of a user's own: attention, distances, second derivatives, and samples that see each other."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.attention import SDPBackend, sdpa_kernel

from ganbench import registry
from ganbench.errors import UsageError
from ganbench.registry import Options
from ganbench.train.noise import Place
from ganbench.train.population import Stack
from ganbench.train.training import Training
from ganbench.train.trial import attention_written_out, couples_samples, lacks_second_derivative
from ganbench.train.vectorise import choose
from tests.train.settings import CPU, MLP, setting

R, B = 3, 6
PLACE = Place(CPU, torch.float64)


class Tokens(nn.Module):
    """A sample of `inputs` numbers as so many tokens of 4 channels, through `mixing`, to logits."""

    def __init__(self, mixing: nn.Module, inputs: int = 2) -> None:
        super().__init__()
        self.embed = nn.Linear(1, 4)
        self.place = nn.Parameter(torch.randn(inputs, 4))
        self.mixing = mixing
        self.last = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.mixing(self.embed(x.unsqueeze(-1)) + self.place).mean(1))


class MultiHead(nn.Module):
    def __init__(self, dropout: float = 0.0, *, need_weights: bool = False) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True, dropout=dropout)
        self.need_weights = need_weights

    def forward(self, t: Tensor) -> Tensor:
        return self.attention(t, t, t, need_weights=self.need_weights)[0]


class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(4, 12)

    def forward(self, t: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(*self.inside(t).unsqueeze(1).chunk(3, -1)).squeeze(1)


class Distances(nn.Module):
    """Of a sample from centres that are learned."""

    def __init__(self, p: float = 2.0) -> None:
        super().__init__()
        self.p = p
        self.centres = nn.Parameter(torch.randn(5, 2))
        self.last = nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.cdist(x, self.centres, p=self.p))


class BatchStandardDeviation(nn.Module):
    """Beside each sample the spread of its batch (Karras et al. 2018)."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.last = nn.Linear(2, 4), nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.inside(x).tanh()
        spread = hidden.std(0).mean().expand(len(x), 1)
        return self.last(torch.cat([hidden, spread], 1))


class Neighbours(nn.Module):
    """The mean distance of a sample from the others of its batch."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        mapped = self.inside(x)
        return (mapped.unsqueeze(1) - mapped).square().sum(-1).mean(1, keepdim=True)


class Normalised(nn.Module):
    """Batch norm in a forward of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.norm = nn.Linear(2, 4), nn.BatchNorm1d(4)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.inside(x)).tanh().sum(1, keepdim=True)


class CubeOnce(torch.autograd.Function):
    """x^3 with a gradient that cannot be differentiated."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    @once_differentiable
    def backward(ctx, slope):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * slope


class CubeOnceUnderVmap(torch.autograd.Function):
    """x^3, whose batching rule is the cube above."""

    @staticmethod
    def forward(x):
        return x**3

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, slope):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * slope

    @staticmethod
    def vmap(info, in_dims, x):
        return CubeOnce.apply(x), in_dims[0]


class Cubic(nn.Module):
    def __init__(self, cube: type[torch.autograd.Function] = CubeOnce) -> None:
        super().__init__()
        self.inside, self.cube = nn.Linear(2, 1), cube

    def forward(self, x: Tensor) -> Tensor:
        return self.cube.apply(self.inside(x))


ATTENTION = {
    "multi-head": lambda: Tokens(MultiHead()),
    "multi-head with weights": lambda: Tokens(MultiHead(need_weights=True)),
    "encoder layer": lambda: Tokens(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)),
    "functional": lambda: Tokens(Functional()),
}
DISTANCES = {f"cdist {p:g}": (lambda p=p: Distances(p)) for p in (1.0, 2.0, 3.0)}
VECTORISED = ATTENTION | DISTANCES
DROPPING = {
    "multi-head with dropout": lambda: Tokens(MultiHead(0.1)),
    "encoder layer with dropout": lambda: Tokens(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)),
}


def modules(build) -> list[nn.Module]:
    torch.manual_seed(0)
    return [build().double() for _ in range(R)]


def samples(*shape: int) -> Tensor:
    return torch.randn(*shape, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


def slopes(out: Tensor, x: Tensor, weights: list[Tensor]) -> list[Tensor]:
    """Of a gradient penalty, in every weight."""
    (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    return list(torch.autograd.grad(slope.square().sum(), weights, materialize_grads=True))


@pytest.mark.parametrize("name", VECTORISED)
def test_attention_and_distances_are_vectorised_with_second_derivatives(name):
    """Warnings are errors here: an operation without a batching rule would warn."""
    built, x = modules(VECTORISED[name]), samples(R, B).requires_grad_()
    stack = Stack(built, samples(B), place=PLACE, derivatives=2)
    assert stack.choice.strategy == "vmap", stack.choice.reason
    assert not stack.coupled
    out, _ = stack(x, stack.leaves, training=True)
    found = slopes(out, x, list(stack.leaves.values()))
    for r, module in enumerate(built):
        mine = x[r].detach().requires_grad_()
        with sdpa_kernel(SDPBackend.MATH):
            alone = module(mine)
        torch.testing.assert_close(out[r], alone)
        torch.testing.assert_close([s[r] for s in found], slopes(alone, mine, list(module.parameters())))


@pytest.mark.parametrize("name", VECTORISED)
def test_evaluations_are_vectorised_without_a_warning_too(name):
    built, x = modules(VECTORISED[name]), samples(R, B)
    stack = Stack(built, samples(B), place=PLACE)
    with torch.no_grad():
        out, _ = stack(x, training=False)
        for r, module in enumerate(built):
            torch.testing.assert_close(out[r], module.eval()(x[r]))


@pytest.mark.parametrize("name", DROPPING)
def test_attention_with_dropout_runs_one_replica_at_a_time_and_has_second_derivatives(name):
    stack = Stack(modules(DROPPING[name]), samples(B), place=PLACE, derivatives=2)
    assert stack.choice.strategy == "sequential"
    assert "random" in stack.choice.reason or "Dropout draws inside the module" in stack.choice.reason
    x = samples(R, B).requires_grad_()
    out, _ = stack(x, stack.leaves, training=True)
    assert all(slope.isfinite().all() for slope in slopes(out, x, list(stack.leaves.values())))


@pytest.mark.parametrize("name", ["multi-head", "encoder layer", "functional"])
def test_torchs_fused_attention_has_no_second_derivative(name):
    """Why it is off. Where this fails, torch has learned it, and attention may be fused again."""
    (module, *_), x = modules(ATTENTION[name]), samples(B).requires_grad_()
    with pytest.raises(RuntimeError, match="is not implemented"):
        slopes(module(x), x, list(module.parameters()))
    with attention_written_out():
        out = module(x)
    assert len(slopes(out, x, list(module.parameters()))) > 0


def test_the_fast_path_is_on_again_afterwards():
    class Stopped(RuntimeError): ...

    before = torch.backends.mha.get_fastpath_enabled()
    with attention_written_out():
        assert not torch.backends.mha.get_fastpath_enabled()
    with pytest.raises(Stopped), attention_written_out():
        raise Stopped
    assert torch.backends.mha.get_fastpath_enabled() == before
    assert torch.backends.cuda.flash_sdp_enabled()


def test_a_gradient_that_cannot_be_differentiated_is_told_in_torchs_words():
    (net, *_), x = modules(Cubic), samples(B)

    def call(weights, x):
        return torch.func.functional_call(net, weights, (x,))

    assert "once_differentiable" in lacks_second_derivative(call, dict(net.named_parameters()), x)


@pytest.mark.parametrize("build", [lambda: nn.Linear(2, 1), lambda: nn.Flatten(), Neighbours])
def test_constant_gradients_can_be_differentiated(build):
    net, x = build().double(), samples(B)

    def call(weights, x):
        return torch.func.functional_call(net, weights, (x,))

    assert lacks_second_derivative(call, dict(net.named_parameters()), x) == ""


def test_what_cannot_be_differentiated_twice_is_refused_where_that_is_needed_only():
    example = samples(B)
    assert choose(Cubic().double(), example).strategy == "sequential"
    with pytest.raises(
        UsageError, match="network Cubic: its gradient cannot be differentiated again"
    ) as caught:
        choose(Cubic().double(), example, derivatives=2)
    assert "gradient penalties and probes.geometry" in caught.value.hint


@pytest.mark.parametrize("derivatives", [1, 2])
def test_what_vmap_alone_cannot_differentiate_twice_runs_one_replica_at_a_time(derivatives):
    """Also where nothing is differentiated twice: the choice does not depend on probes."""
    found = choose(Cubic(CubeOnceUnderVmap).double(), samples(B), derivatives=derivatives)
    assert found.strategy == "sequential"
    assert found.reason.startswith("vmap: ")
    assert "once_differentiable" in found.reason


@pytest.mark.parametrize(
    ("build", "coupled"),
    [
        (lambda: nn.Linear(2, 1), False),
        (nn.Flatten, False),
        (lambda: Tokens(MultiHead()), False),
        (lambda: nn.LayerNorm(2), False),
        (lambda: nn.Dropout(0.5), False),
        (lambda: nn.BatchNorm1d(2), True),
        (Normalised, True),
        (BatchStandardDeviation, True),
        (Neighbours, True),
    ],
)
def test_samples_that_see_each_other_are_told(build, coupled):
    net = build().double()
    state = copy.deepcopy(net.state_dict())
    assert couples_samples(net, samples(B)) == coupled
    assert all(torch.equal(net.state_dict()[name], tensor) for name, tensor in state.items())


def test_a_network_that_does_not_look_at_its_input_couples_nothing_and_has_derivatives():
    class Constant(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.ones(len(x), 1)

    assert not couples_samples(Constant(), samples(B))
    assert lacks_second_derivative(lambda weights, x: torch.ones(len(x), 1), {}, samples(B)) == ""


@pytest.mark.parametrize("strategy", [None, "sequential"])
def test_a_network_that_writes_to_its_input_writes_to_a_copy(strategy):
    class Writing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = nn.Linear(2, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.inside(x.mul_(2)).tanh()

    built, x = modules(Writing), samples(R, B).requires_grad_()
    stack = Stack(built, samples(B), place=PLACE, derivatives=2, strategy=strategy)
    assert stack.choice.strategy == (strategy or "vmap")
    out, _ = stack(x, stack.leaves, training=True)
    found = slopes(out, x, list(stack.leaves.values()))
    assert torch.equal(x, samples(R, B))
    for r, module in enumerate(built):
        mine = samples(R, B)[r].requires_grad_()
        alone = module(mine.clone())
        torch.testing.assert_close([s[r] for s in found], slopes(alone, mine, list(module.parameters())))


NETWORKS = {
    "attention": lambda: Tokens(Functional()),
    "normalised": Normalised,
    "spread": BatchStandardDeviation,
    "cubic": Cubic,
}


def build(options: Options, inputs: int, outputs: int) -> nn.Module:
    return NETWORKS[options.name]()


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    """Discriminators of a user's own, by name."""
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    for name in NETWORKS:
        target = f"{__name__}:build"
        registry.register("network", name, target=target, summary="a user's own")


PENALTIES = ["r1", "r2", "wgan-gp"]


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_discriminator_with_attention_trains_under_gradient_penalties(penalty):
    cell = setting(
        discriminator="attention", penalties=[penalty], probes={"geometry": 3}, precision="float32"
    )
    training = Training([cell] * 2, [0, 1], CPU)
    assert training.strategy == "layers / vmap"
    before = training.game.discriminator.stack.flat.clone()
    training.advance(6)
    assert training.diverged_at() == [None, None]
    assert (training.game.discriminator.stack.flat != before).any(1).all()
    assert len(training.geometry) == 2


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_gradient_penalty_is_refused_where_batch_norm_couples_the_samples(penalty):
    with pytest.raises(
        UsageError, match=f"penalty '{penalty}': needs a discriminator without batch norm"
    ) as caught:
        Training([setting(discriminator="normalised", penalties=[penalty])], [0], CPU)
    assert "Normalised has batch norm" in str(caught.value)


def test_batch_norm_without_a_gradient_penalty_is_fine():
    training = Training([setting(discriminator="normalised", penalties=["weight-clipping"])] * 2, [0, 1], CPU)
    training.advance(2)
    assert training.game.discriminator.stack.coupled


def test_samples_that_see_each_other_otherwise_meet_real_and_fake_in_separate_batches():
    """As the plain loop: D(real) and D(fake) of the module itself."""
    cell = setting(discriminator="spread", penalties=["r1"])
    training = Training([cell] * 2, [0, 1], CPU)
    module = training.game.discriminator.stack.module(1)
    real = training.game.tapes.real.at(0)[1]
    training.advance(1)
    expected = module(real).mean().item()
    windows = training.trace.bursts(["a", "b"])
    found = windows["real_logit_mean"][(windows["run_id"] == "b") & (windows["step"] == 0)]
    assert found[0] == pytest.approx(expected, rel=1e-6)


def test_a_second_derivative_that_is_missing_is_refused_before_training():
    for needs in ({"penalties": ["r1"]}, {"probes": {"geometry": 5}}):
        with pytest.raises(UsageError, match="network Cubic"):
            Training([setting(discriminator="cubic", **needs)], [0], CPU)
    training = Training([setting(discriminator="cubic", generator=MLP)], [0], CPU)
    training.advance(2)
    assert "sequential" in training.strategy
