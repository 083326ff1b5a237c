"""Penalties on weights and projections of them, replica by replica and matrix by matrix."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganbench import registry
from ganbench.gan.penalties import Penalty, Projection, WeightPenalty
from ganbench.gan.penalties.weights import L2, ORTHOGONAL, WEIGHT_CLIPPING, WEIGHT_DECAY
from tests.gan.penalties.scene import R, scene, vector

WEIGHT = {"weight": vector(1.0, 0.1, 3.0)}


def weights(seed: int = 0) -> dict[str, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    shapes = {"in.weight": (4, 2), "in.bias": (4,), "conv.weight": (3, 4, 2, 2), "out.weight": (1, 3)}
    return {
        name: torch.randn(R, *shape, dtype=torch.float64, generator=rng) for name, shape in shapes.items()
    }


def units(seed: int = 0) -> dict[str, Tensor]:
    """The matrices, as `Stack.units` gives them."""
    return {name: w.flatten(2) for name, w in weights(seed).items() if w.dim() > 2}


FORMS = {
    "off-diagonal": lambda gram: ((gram * (1 - torch.eye(len(gram)))) ** 2).sum(),
    "full": lambda gram: ((gram - torch.eye(len(gram))) ** 2).sum(),
    "absolute": lambda gram: (gram - torch.eye(len(gram))).abs().sum(),
}


@pytest.mark.parametrize("form", FORMS)
def test_orthogonal_sums_its_form_over_the_matrices(form: str) -> None:
    held = units()
    found = ORTHOGONAL.value(held, scene("orthogonal", WEIGHT, form=form))
    for r in range(R):
        matrices = [w[r] for w in held.values()]
        expected = WEIGHT["weight"][r] * sum(FORMS[form](w @ w.T) for w in matrices)
        assert found[r].item() == pytest.approx(expected.item())


@pytest.mark.parametrize(
    ("form", "length", "expected"), [("off-diagonal", 3.0, 0), ("full", 1.0, 0), ("full", 3.0, 256)]
)
def test_rows_at_right_angles_cost_nothing_and_their_length_only_where_it_counts(
    form: str, length: float, expected: float
) -> None:
    """Four rows of length 3: W W^T = 9 I, and 4 (9 - 1)^2 = 256."""
    rng = torch.Generator().manual_seed(1)
    rows = torch.linalg.qr(torch.randn(R, 6, 6, dtype=torch.float64, generator=rng)).Q[:, :4] * length
    found = ORTHOGONAL.value({"w": rows}, scene("orthogonal", {"weight": vector(1, 1, 1)}, form=form))
    assert found.tolist() == pytest.approx([expected] * R, rel=1e-9, abs=1e-20)


def test_l2_is_half_the_squared_norm_of_everything_and_its_slope_the_weights() -> None:
    held = {name: w.requires_grad_() for name, w in weights().items()}
    value = L2.value(held, scene("l2", WEIGHT))
    flat = torch.cat([w.detach().reshape(R, -1) for w in held.values()], dim=1)
    torch.testing.assert_close(value.detach(), WEIGHT["weight"] / 2 * flat.norm(dim=1) ** 2)
    slopes = torch.autograd.grad(value.sum(), list(held.values()))
    torch.testing.assert_close(
        torch.cat([s.reshape(R, -1) for s in slopes], dim=1), WEIGHT["weight"][:, None] * flat
    )


@pytest.mark.parametrize(("penalty", "name"), [(L2, "l2"), (ORTHOGONAL, "orthogonal")])
def test_a_lost_replica_does_not_reach_its_neighbours(penalty: WeightPenalty, name: str) -> None:
    sound, struck = (units() if penalty.units else weights() for _ in range(2))
    struck["in.weight"][1] = torch.nan
    one, other = (penalty.value(held, scene(name, WEIGHT)) for held in (sound, struck))
    assert torch.equal(one[[0, 2]], other[[0, 2]])
    assert other[1].isnan()


def test_decay_shrinks_by_learning_rate_times_rate_in_place() -> None:
    flat = torch.ones(R, 4, dtype=torch.float64)
    address = flat.data_ptr()
    WEIGHT_DECAY.before(flat, lr=vector(0.1, 0.2, 0.5)[:, None], values={"rate": vector(0.0, 0.5, 1.0)})
    assert flat[:, 0].tolist() == pytest.approx([1.0, 0.9, 0.5])
    assert flat.data_ptr() == address


def test_clipping_keeps_every_replica_within_its_own_limit() -> None:
    flat = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4).clone()
    before, address = flat.clone(), flat.data_ptr()
    limits = vector(0.8, 0.1, 5.0)
    WEIGHT_CLIPPING.after(flat, values={"limit": limits})
    assert flat.abs().amax(1).tolist() == pytest.approx([0.8, 0.1, 1.0])
    assert torch.equal(flat, before.minimum(limits[:, None]).maximum(-limits[:, None]))
    assert flat.data_ptr() == address


def test_clipping_leaves_a_lost_replica_lost() -> None:
    flat = torch.tensor([[torch.nan, 2.0], [2.0, -2.0]])
    WEIGHT_CLIPPING.after(flat, values={"limit": torch.tensor([1.0, 0.5])})
    assert flat.nan_to_num(9).tolist() == [[9, 1], [0.5, -0.5]]


def test_what_is_registered_is_a_penalty_of_logits_a_penalty_of_weights_or_a_projection() -> None:
    kinds = {entry.name: type(entry.load()) for entry in registry.entries("penalty")}
    assert kinds == {
        **dict.fromkeys(("r1", "r2", "wgan-gp", "dragan", "lecam", "consistency"), Penalty),
        **dict.fromkeys(("l2", "orthogonal"), WeightPenalty),
        **dict.fromkeys(("weight-clipping", "weight-decay"), Projection),
    }


@pytest.mark.parametrize(("of", "letters"), [("both", "gd"), ("generator", "g"), ("discriminator", "d")])
@pytest.mark.parametrize("name", ["l2", "orthogonal", "weight-decay"])
def test_options_say_whose_weights(name: str, of: str, letters: str) -> None:
    options = registry.entry("penalty", name).options(of=of)
    assert [letter for letter in "gd" if options.holds(letter)] == list(letters)
