"""docs/losses.md says what the registry and the losses say."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import logsigmoid

from ganbench import registry
from ganbench.gan.losses import loss_of
from tests.docs import catalogue
from tests.docs.page import read, rows, section

PAGE = read("docs/losses.md")
LOSSES = rows(section(PAGE, "## The losses"))


def number(value: float | None) -> str:
    return "any" if value is None else f"{value:.4g}"


def test_every_loss_is_there_with_its_formula_equilibrium_and_source() -> None:
    assert list(catalogue.losses()) == LOSSES


@pytest.mark.parametrize("row", LOSSES, ids=lambda row: row[0])
def test_the_equilibrium_is_what_a_blind_discriminator_loses(row: tuple[str, ...]) -> None:
    loss = loss_of(registry.entry("loss", row[0]).options())
    blind = torch.full((5,), loss.decision or 0.0, dtype=torch.float64)
    found = (loss.discriminator(blind, blind), loss.generator(blind, blind))
    for value, text in zip(found, row[2].split(", "), strict=True):
        assert text in ("any", number(abs(float(value)) if value == 0 else float(value)))


def test_every_penalty_is_there() -> None:
    assert rows(section(PAGE, "## Penalties")) == list(catalogue.described("penalty"))


def test_the_notation_with_flipped_labels_is_the_non_saturating_pair() -> None:
    """With p = P(fake) = sigmoid(-l): L_G = -ln(1 - p), L_D = -ln(1 - p(real)) - ln p(fake)."""
    real, fake = torch.randn(2, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    loss = registry.entry("loss", "non-saturating").load()
    theirs_g = -(1 - (-fake).sigmoid()).log().mean()
    theirs_d = -(1 - (-real).sigmoid()).log().mean() - (-fake).sigmoid().log().mean()
    torch.testing.assert_close(loss.generator(fake, real), theirs_g)
    torch.testing.assert_close(loss.discriminator(real, fake), theirs_d)


def test_the_notation_with_halves_is_half_of_ours() -> None:
    real, fake = torch.randn(2, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    minimax, heuristic = (registry.entry("loss", name).load() for name in ("minimax", "non-saturating"))
    of_d = -0.5 * logsigmoid(real).mean() - 0.5 * logsigmoid(-fake).mean()
    torch.testing.assert_close(of_d, minimax.discriminator(real, fake) / 2)
    torch.testing.assert_close(-0.5 * logsigmoid(fake).mean(), heuristic.generator(fake, real) / 2)


def test_the_page_gives_the_published_levels() -> None:
    assert f"{2 * math.log(2):.4f}" in PAGE
    assert f"{2 * math.log(2):.3f}" in PAGE
    assert f"{math.log(2):.3f}" in PAGE
