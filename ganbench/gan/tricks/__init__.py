"""Tricks: small changes to a training step, each a switch in a suite. This package imports no torch.

A trick is a `Trick` object in a file of this package, with its options and its registration beside it.
"""

from ganbench.gan.tricks import (
    averaging,
    balancing,
    clipping,
    consensus,
    decay,
    features,
    labels,
    lookahead,
    noise,
    packing,
    replay,
    restarts,
    top_k,
    unrolling,
)

__all__ = [
    "averaging",
    "balancing",
    "clipping",
    "consensus",
    "decay",
    "features",
    "labels",
    "lookahead",
    "noise",
    "packing",
    "replay",
    "restarts",
    "top_k",
    "unrolling",
]
