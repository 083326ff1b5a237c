"""Random streams from named parts.

A stream depends on exactly the parts it is named by and on nothing else: seed 7 draws the same data
and the same noise in every cell, alone or beside others, on every machine.
"""

from __future__ import annotations

import hashlib

import numpy as np

INITIALISATION = "initialisation"
DATA = "data"
NOISE = "noise"
LABELS = "labels"
DROPOUT = "dropout"
INTERPOLATION = "interpolation"
EVALUATION = "evaluation"
GEOMETRY = "geometry"
TRAINING_SET = "training-set"
PENALTY = "penalty"
TRICK = "trick"


def key(seed: int, role: str, *parts: str | int) -> int:
    """128 bits that name the stream of `role` (and further parts) under `seed`."""
    text = "\x1f".join([str(seed), role, *map(str, parts)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")


def stream(seed: int, role: str, *parts: str | int, block: int = 0) -> np.random.Generator:
    """A numpy generator over Philox 4x64, at the start of `block`.

    Blocks of one stream never overlap: the block number is the third of the four counter words, so
    each holds 2^128 draws. Any block can be opened without the ones before it.
    """
    return np.random.Generator(np.random.Philox(key=key(seed, role, *parts), counter=[0, 0, block, 0]))


def torch_seed(seed: int, role: str, *parts: str | int) -> int:
    """A seed of 63 bits for code that draws from torch's own generator."""
    return key(seed, role, *parts) >> 65
