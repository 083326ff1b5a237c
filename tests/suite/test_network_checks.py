"""Options of networks and the range of the data that do not go together are refused, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suite.example import problems

REFUSED = {
    ("generator.dropout_at=always",): "dropout_at always needs a dropout above 0",
    (
        "discriminator.dropout=0.5",
        "discriminator.dropout_at=always",
    ): "dropout_at: always of the discriminator",
    ("generator.minibatch=deviation",): "minibatch of the generator: what a sample is would depend",
    ("discriminator.minibatch_group=4",): "minibatch_group needs minibatch deviation",
    (
        "discriminator.minibatch=deviation",
        "discriminator.minibatch_group=3",
    ): "minibatch_group is 3, and of 8 samples that D sees in a step no whole number of groups",
    (
        "discriminator.minibatch=deviation",
        "discriminator.minibatch_group=4",
        "tricks=[{name: packing, samples: 4}]",
    ): "minibatch_group is 4, and of 2 samples",
    (
        "discriminator.minibatch=discrimination",
        "batch=1",
    ): "needs a batch of at least 2: one sample has no others",
    (
        "discriminator.minibatch=deviation",
        "tricks=[{name: packing, samples: 8}]",
    ): "needs a batch of at least 2: one sample has no others",
    ("discriminator.norm=batch", "tricks=[{name: packing, samples: 8}]"): "one sample has no variance",
    ("generator.output=tanh",): "output tanh of the generator reaches values between -1 and 1, the data lie "
    "between -1.05 and 1.05: say data_range: tanh, or output: linear",
    ("generator.output=sigmoid",): "reaches values between 0 and 1, the data lie between -1.05 and 1.05",
    (
        "generator.output=sigmoid",
        "data_range=tanh",
    ): "the data lie between -0.95 and 0.95: say data_range: sigmoid",
    ("generator.output=sigmoid", "data=digits"): "the data lie between -0.95 and 0.95",
    ("data_range=tanh", "data=dirac"): "data_range tanh needs data with an extent, dirac is a single point",
    ("generator.slope=0.3",): "slope needs activation leaky-relu",
    ("discriminator.maxout=3", "discriminator.activation=tanh"): "activation needs maxout 1",
    ("discriminator.minibatch_kernels=7",): "minibatch_kernels needs minibatch discrimination",
    (
        "discriminator.minibatch=deviation",
        "discriminator.minibatch_dim=7",
    ): "minibatch_dim needs minibatch discrimination",
    (
        "schedule.batches=joint",
    ): "batches: joint changes nothing: the discriminator looks at each sample alone",
    (
        "discriminator.norm=spectral",
        "penalties=[{name: l2, of: discriminator}]",
    ): "penalty 'l2' needs a discriminator without norm: spectral",
    (
        "discriminator.norm=spectral",
        "penalties=[weight-decay]",
    ): "penalty 'weight-decay' needs a discriminator without norm: spectral",
    (
        "generator.norm=spectral",
        "penalties=[orthogonal]",
    ): "penalty 'orthogonal' needs a generator without norm: spectral",
    ("data_range=unit",): "unknown data_range 'unit', expected one of: own, sigmoid, tanh",
}


@pytest.mark.parametrize("sets", REFUSED)
def test_it_is_refused_with_the_reason(tmp_path: Path, sets: tuple[str, ...]) -> None:
    (found,) = problems(tmp_path, sets=sets)
    assert REFUSED[sets] in found


FINE: list[tuple[str, ...]] = [
    ("generator.output=tanh", "data_range=tanh"),
    ("generator.output=tanh", "data_range=sigmoid"),
    ("generator.output=sigmoid", "data_range=sigmoid"),
    ("generator.output=linear", "data_range=tanh"),
    ("discriminator.activation=leaky-relu", "discriminator.slope=0.3"),
    ("discriminator.minibatch=discrimination", "discriminator.minibatch_kernels=7"),
    ("discriminator.minibatch=deviation", "schedule.batches=joint"),
    ("discriminator.norm=batch", "schedule.batches=joint"),
    ("discriminator.norm=spectral", "penalties=[{name: l2, of: generator}]"),
    ("generator.output=tanh", "data=digits"),
    ("generator.output=tanh", "data={name: digits, margin: 1.0}"),
    ("generator.output=tanh", "data={name: ring, radius: 0.8}"),
    ("discriminator.minibatch=deviation", "discriminator.minibatch_group=4", "penalties=[r1]"),
    ("discriminator.minibatch=discrimination", "tricks=[{name: packing, samples: 4}]"),
    ("generator.dropout=0.5", "generator.dropout_at=always"),
]


@pytest.mark.parametrize("sets", FINE)
def test_what_goes_together_is_let_through(tmp_path: Path, sets: tuple[str, ...]) -> None:
    assert problems(tmp_path, sets=sets) == []
