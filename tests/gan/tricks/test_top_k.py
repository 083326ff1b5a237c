"""Which samples teach the generator."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench import registry
from ganbench.gan.tricks.trick import Answers
from tests.gan.tricks.scenes import scene

LOSS = registry.entry("loss", "non-saturating").load()


def slope(logits: torch.Tensor, progress: float, *options: dict[str, float]) -> torch.Tensor:
    """d loss / d logit of every sample, [R, B]."""
    trick, where = scene("top-k", *options, progress=progress)
    assert trick.generator_loss is not None
    logits = logits.clone().requires_grad_()
    loss = trick.generator_loss(Answers(logits, logits, lambda: (logits, logits)), LOSS, where)
    (found,) = torch.autograd.grad(loss.sum(), logits)
    return found


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=12, unique=True),
    st.floats(0.05, 0.95),
    st.floats(0, 0.999),
)
def test_the_k_highest_logits_share_the_gradient_and_the_others_get_none(values, share, progress) -> None:
    logits = torch.tensor([values], dtype=torch.float64)
    k = max(1, round(share ** min(1.0, progress / 0.5) * len(values)))
    found = slope(logits, progress, {"share": share})[0]
    best = logits[0].argsort(descending=True)[:k]
    assert set(found.nonzero()[:, 0].tolist()) == set(best.tolist())
    expected = -(-logits[0, best]).sigmoid() / k
    torch.testing.assert_close(found[best], expected, rtol=1e-9, atol=1e-15)


def test_equal_logits_are_kept_in_their_order() -> None:
    found = slope(torch.zeros(1, 4, dtype=torch.float64), 0.9, {"share": 0.5})
    assert (found != 0).tolist() == [[True, True, False, False]]


def test_the_whole_batch_teaches_at_first_and_its_share_from_then_on() -> None:
    logits = torch.randn(1, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    kept = [int((slope(logits, p, {"share": 0.25, "until": 0.5}) != 0).sum()) for p in (0, 0.25, 0.5, 0.99)]
    assert kept == [64, 32, 16, 16]


def test_each_replica_keeps_its_own_share() -> None:
    logits = torch.randn(2, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = slope(logits, 0.9, {"share": 0.2}, {"share": 0.7})
    assert (found != 0).sum(1).tolist() == [2, 7]
