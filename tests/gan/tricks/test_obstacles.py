"""Tricks that would mean nothing are refused with the reason, at their place in the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suite.example import BASE, problems

REFUSED = {
    "needs a loss that gives D targets, hinge has none": (
        "flipped-generator-labels",
        "label-smoothing",
        "label-flips",
    ),
    "changes nothing without a bound": ("{name: loss-balancing, discriminator: null}",),
    "with the law exponential never ends at 0": ("{name: learning-rate-decay, law: exponential}",),
    "keeps the whole batch of 8": ("{name: top-k, share: 0.99}",),
    "of 8 it would be 0": ("{name: replay, share: 0.01}",),
    "of 8 it would be 8": ("{name: replay, share: 0.99}",),
    "share is 1.0, expected a number above 0 and below 1": ("{name: replay, share: 1.0}",),
    "probability is 0.5, expected a number above 0 and below 0.5": ("{name: label-flips, probability: 0.5}",),
    "final is 1.0, expected a number of at least 0 and below 1": ("{name: learning-rate-decay, final: 1.0}",),
}


@pytest.mark.parametrize(("reason", "trick"), [(r, t) for r, tricks in REFUSED.items() for t in tricks])
def test_it_is_refused_with_the_reason(tmp_path: Path, reason: str, trick: str) -> None:
    (found,) = problems(tmp_path, f"tricks: [{trick}]")
    assert reason in found
    assert found.startswith("toy.yaml:")


TARGETS = {
    "real: [1.2, 0.7]": "real: the range [1.2, 0.7] ends before it begins",
    "real: [0.9, 1.3]": "real: 1.1 is the mean target, expected one in [0, 1]",
    "real: 1.2": "real: 1.2 is the mean target, expected one in [0, 1]",
    "fake: [-0.5, 0.1]": "fake: -0.2 is the mean target, expected one in [0, 1]",
    "real: [0.9]": "real is a list, expected a number or a list of 2",
    "real: text": "real is 'text', expected a number or a list of 2",
    "{real: 1.0, fake: 0.0}": "trick 'label-smoothing' changes nothing with the targets 1 and 0",
    "{real: 0.5, fake: 0.5}": "asks D to call generated samples real: real is 0.5, fake 0.5 in the mean",
    "{real: [0.2, 0.4], fake: 0.9}": "real is 0.3, fake 0.9 in the mean",
}


@pytest.mark.parametrize("options", TARGETS)
def test_targets_that_cannot_be_are_refused(tmp_path: Path, options: str) -> None:
    base = BASE.replace("loss: hinge", "loss: minimax", 1)
    (found,) = problems(tmp_path, f"tricks: [{{name: label-smoothing, {options.strip('{}')}}}]", base=base)
    assert TARGETS[options] in found


@pytest.mark.parametrize(
    "options", ["real: [0.7, 1.2]", "real: [0.7, 1.3]", "real: [0.7, 1.2], fake: [0, 0.3]"]
)
def test_the_ranges_of_the_folklore_are_fine(tmp_path: Path, options: str) -> None:
    base = BASE.replace("loss: hinge", "loss: minimax", 1)
    assert problems(tmp_path, f"tricks: [{{name: label-smoothing, {options}}}]", base=base) == []


@pytest.mark.parametrize("loss", ["non-saturating", "least-squares"])
def test_flipping_the_labels_of_a_generator_that_asks_for_real_ones_is_refused(
    tmp_path: Path, loss: str
) -> None:
    base = BASE.replace("loss: hinge", f"loss: {loss}", 1)
    (found,) = problems(tmp_path, "tricks: [flipped-generator-labels]", base=base)
    assert f"changes nothing: the generator of {loss} asks for the label of real samples already" in found


def test_the_best_samples_are_those_of_losses_that_judge_each_alone(tmp_path: Path) -> None:
    base = BASE.replace("loss: hinge", "loss: relativistic-pairing", 1)
    (found,) = problems(tmp_path, "tricks: [top-k]", base=base)
    assert (
        "needs a loss of G that looks at each generated sample alone, relativistic-pairing compares" in found
    )


def test_a_level_that_means_nothing_is_no_bound(tmp_path: Path) -> None:
    base = BASE.replace("loss: hinge", "loss: wasserstein", 1)
    (found,) = problems(
        tmp_path, "tricks: [{name: loss-balancing, discriminator: -1, generator: 0.5}]", base=base
    )
    assert (
        "bounds the loss of the generator, whose level means nothing, or is not known, with wasserstein"
        in found
    )


BOUNDS = {
    ("least-squares", "loss-balancing"): "the discriminator at 0.7, and where D is blind it is 0.25",
    ("kl", "loss-balancing"): "the discriminator at 0.7, and where D is blind it is 0 with kl",
    (
        "wasserstein",
        "loss-balancing",
    ): "the discriminator at 0.7, and where D is blind it is 0 with wasserstein",
    ("relativistic-pairing", "loss-balancing"): "at 0.7, and where D is blind it is 0.6931",
    (
        "minimax",
        "{name: loss-balancing, discriminator: null, generator: 0.0}",
    ): "the generator at 0, and where D is blind it is -0.6931",
    (
        "{discriminator: least-squares, generator: non-saturating}",
        "loss-balancing",
    ): "the discriminator at 0.7, and where D is blind it is 0.25",
    (
        "non-saturating",
        "{name: loss-balancing, discriminator: 1.0}, {name: label-smoothing, real: 0.2}",
    ): "the discriminator at 1, and where D is blind it is 0.6502",
    ("non-saturating", "{name: loss-balancing, generator: 0.5}, feature-matching"): (
        "the loss of the generator, whose level means nothing, or is not known, with non-saturating and "
        "feature-matching"
    ),
}


@pytest.mark.parametrize(("loss", "tricks"), BOUNDS)
def test_a_player_that_would_wait_from_the_first_step_on_is_refused(
    tmp_path: Path, loss: str, tricks: str
) -> None:
    base = BASE.replace("loss: hinge", f"loss: {loss}", 1)
    (found,) = problems(tmp_path, f"tricks: [{tricks}]", base=base)
    assert BOUNDS[loss, tricks] in found


@pytest.mark.parametrize("loss", ["minimax", "non-saturating", "hinge", "relativistic-average"])
def test_a_bound_below_the_blind_level_is_fine(tmp_path: Path, loss: str) -> None:
    base = BASE.replace("loss: hinge", f"loss: {loss}", 1)
    assert problems(tmp_path, "tricks: [loss-balancing]", base=base) == []


AHEAD = {
    "gradient-clipping": True,
    "{name: gradient-clipping, of: generator}": False,
    "historical-averaging": True,
    "{name: historical-averaging, of: generator}": False,
    "consensus": True,
    "replay": True,
    "loss-balancing": True,
    "{name: loss-balancing, discriminator: null, generator: -1}": False,
    "instance-noise": False,
    "learning-rate-decay": False,
    "warm-restarts": False,
}


@pytest.mark.parametrize("trick", AHEAD)
def test_steps_that_another_trick_changes_are_not_unrolled(tmp_path: Path, trick: str) -> None:
    found = problems(tmp_path, f"tricks: [unrolled-discriminator, {trick}]")
    reasons = [f"they would not be those that D takes with {trick}" in one for one in found]
    assert reasons == ([True] if AHEAD[trick] else [])


TOGETHER = {
    (
        "tricks: [historical-averaging]",
        "schedule: {order: extragradient}",
    ): "half of those under order: extragradient are extrapolated points",
    (
        "tricks: [replay]",
        "schedule: {order: extragradient, extrapolation_samples: reused}",
    ): "trick 'replay' shows D other samples in each half of a step",
    ("tricks: [replay, consensus]",): "no part of the field that 'consensus' looks at",
    (
        "tricks: [{name: packing, samples: 4}, {name: top-k, share: 0.9}]",
    ): "keeps the whole batch of 2, in packs",
    ("tricks: [{name: packing, samples: 8}, top-k]",): "keeps the whole batch of 1, in packs",
    (
        "tricks: [{name: packing, samples: 4}, {name: replay, share: 0.25}]",
    ): "replays whole packs: 2 of 8 samples are no whole number of packs of 4",
    ("tricks: [{name: replay, share: 0.4}, packing]",): "3 of 8 samples are no whole number of packs of 2",
    (
        "loss: {discriminator: hinge, generator: wasserstein}",
        "tricks: [feature-matching]",
    ): "replaces the loss of G, and wasserstein was given for it: give both players the loss hinge",
}


@pytest.mark.parametrize("lines", TOGETHER)
def test_tricks_that_mean_nothing_beside_each_other_are_refused(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    base = BASE.replace("loss: hinge\n", "") if lines[0].startswith("loss") else BASE
    (found,) = problems(tmp_path, *lines, base=base)
    assert TOGETHER[lines] in found


def test_features_are_those_of_a_hidden_layer(tmp_path: Path) -> None:
    base = BASE.replace("data: ring", "data: dirac").replace(": mlp", ": dirac-generator", 1)
    base = base.replace("discriminator: mlp", "discriminator: dirac-discriminator").replace(
        "dim: 2", "dim: 1"
    )
    (found,) = problems(tmp_path, "tricks: [feature-matching]", base=base)
    assert "needs a discriminator with a hidden layer, dirac-discriminator has none" in found


def test_the_loss_of_the_generator_is_replaced_once(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "tricks: [feature-matching, top-k]")
    assert found.endswith("trick 'top-k' replaces the loss of G, which 'feature-matching' does already")


@pytest.mark.parametrize("optimizer", ["optimistic-adam", "optimistic-sgd"])
def test_steps_that_cannot_be_differentiated_are_not_unrolled(tmp_path: Path, optimizer: str) -> None:
    base = BASE.replace("discriminator: adam}", f"discriminator: {optimizer}}}", 1)
    (found,) = problems(tmp_path, "tricks: [unrolled-discriminator]", base=base)
    assert f"which it can with sgd, adam, rmsprop; the discriminator has {optimizer}" in found


@pytest.mark.parametrize("penalty", ["r1", "weight-clipping"])
def test_steps_with_penalties_are_not_unrolled(tmp_path: Path, penalty: str) -> None:
    (found,) = problems(tmp_path, f"penalties: [{penalty}]", "tricks: [unrolled-discriminator]")
    assert f"they would not be those that D takes with {penalty}" in found


def test_penalties_on_the_generator_do_not_touch_the_steps_ahead(tmp_path: Path) -> None:
    penalty = "penalties: [{name: weight-decay, of: generator}]"
    assert problems(tmp_path, penalty, "tricks: [unrolled-discriminator]") == []
