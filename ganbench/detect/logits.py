"""D's outputs over blocks: their spread, and the words for how D ranks."""

from __future__ import annotations

import numpy as np

from ganbench.detect.blocks import Blocks
from ganbench.detect.signals import Floats, Series, Table

MOMENTS = ("real_logit_mean", "real_logit_std", "fake_logit_mean", "fake_logit_std")


def spread(blocks: Blocks) -> Floats:
    """[N], standard deviation of the logits of real and fake samples together, equal parts.

    Var = (s_r^2 + s_f^2) / 2 + (mu_r - mu_f)^2 / 4; a common offset of a critic does not enter.
    """
    return _pooled(*(blocks.mean(name) for name in MOMENTS))


def spread_of_windows(table: Table) -> Floats:
    """[W], the same of each window."""
    series: list[Series] = [table.signals[name] for name in MOMENTS]
    return _pooled(*(one.mean for one in series))


def level(blocks: Blocks) -> Floats:
    """[N], mean logit of real and fake samples together."""
    return np.asarray((blocks.mean("real_logit_mean") + blocks.mean("fake_logit_mean")) / 2)


def _pooled(real: Floats, real_std: Floats, fake: Floats, fake_std: Floats) -> Floats:
    return np.asarray(np.sqrt((real_std**2 + fake_std**2) / 2 + (real - fake) ** 2 / 4))
