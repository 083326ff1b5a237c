"""A loss for each player: D's half of one and G's of the other, with the facts that still hold."""

from __future__ import annotations

import pytest
import torch

from ganbench import registry
from ganbench.gan.losses import LossPair, joined, loss_of, of_role, options_of
from ganbench.registry import Options


def options(name: str, **more: object) -> Options:
    return registry.entry("loss", name).options(**more)


def pair(discriminator: str, generator: str) -> Options:
    return LossPair.of(options(discriminator), options(generator))


def test_each_player_minimises_its_own_loss() -> None:
    real, fake = torch.randn(2, 3, 7, generator=torch.Generator().manual_seed(0))
    mixed, hinge, other = (
        loss_of(o) for o in (pair("hinge", "minimax"), options("hinge"), options("minimax"))
    )
    assert torch.equal(mixed.discriminator(real, fake), hinge.discriminator(real, fake))
    assert torch.equal(mixed.generator(fake, real), other.generator(fake, real))


def test_what_the_logits_mean_is_ds_and_what_g_reads_is_gs() -> None:
    mixed = loss_of(pair("non-saturating", "least-squares"))
    of_d, of_g = loss_of(options("non-saturating")), loss_of(options("least-squares"))
    assert (mixed.decision, mixed.density_ratio, mixed.targeted) == (0.0, True, of_d.targeted)
    assert (mixed.attenuation, mixed.paired) == (of_g.attenuation, False)
    assert loss_of(pair("hinge", "relativistic-pairing")).paired


@pytest.mark.parametrize(
    ("discriminator", "generator", "expected"),
    [
        ("hinge", "non-saturating", (2.0, 0.6931)),  # both decide at 0
        ("hinge", "relativistic-pairing", (2.0, 0.6931)),  # that of G holds at any level
        ("least-squares", "minimax", (0.25, None)),  # G's is known at 0, D rests at 1/2
        ("wasserstein", "hinge", (0.0, None)),  # D rests at any level
        ("wasserstein", "relativistic-average", (0.0, 1.3863)),
    ],
)
def test_the_equilibrium_is_known_where_gs_level_fits(
    discriminator: str, generator: str, expected: tuple[float, float | None]
) -> None:
    mixed = loss_of(pair(discriminator, generator))
    assert mixed.equilibrium == tuple(pytest.approx(value, abs=1e-4) for value in expected)
    if mixed.decision is not None and expected[1] is not None:
        blind = torch.full((5,), mixed.decision, dtype=torch.float64)
        assert mixed.generator(blind, blind).item() == pytest.approx(expected[1], abs=1e-4)


def test_two_equal_losses_are_one() -> None:
    assert pair("hinge", "hinge") == options("hinge")
    minimax = loss_of(options("minimax"))
    assert joined(minimax, minimax) is minimax


def test_a_pair_knows_the_loss_of_each_player_and_is_named_after_both() -> None:
    both = pair("hinge", "kl")
    assert both.name == "hinge against kl"
    assert of_role(both, "discriminator") == options("hinge")
    assert of_role(both, "generator") == options("kl")
    assert of_role(options("kl"), "generator") == options("kl")


@pytest.mark.parametrize(
    "one", [pair("hinge", "kl"), options("alpha-gan", alpha_d="infinity"), options("hinge")]
)
def test_content_gives_the_options_back(one: Options) -> None:
    content = one.model_dump(mode="json")
    assert "name" not in content or content["name"] == one.name
    assert options_of(content) == one
