"""Values that do not go together are refused with the reason, at the one written last."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.metrics import direction
from tests.suite.example import BASE, problems


@pytest.mark.parametrize("penalty", ["r1", "r2", "wgan-gp", "dragan"])
def test_a_gradient_penalty_needs_samples_with_gradients_of_their_own(tmp_path: Path, penalty: str) -> None:
    base = BASE.replace("discriminator: mlp", "discriminator: {name: mlp, norm: batch}", 1)
    (found,) = problems(tmp_path, f"penalties: [{penalty}]", base=base)
    assert found.startswith(f"toy.yaml:13:13: penalty '{penalty}' needs a discriminator without norm: batch")


def test_weights_that_are_normalised_are_not_clipped(tmp_path: Path) -> None:
    base = BASE.replace("discriminator: mlp", "discriminator: {name: mlp, norm: spectral}", 1)
    (found,) = problems(tmp_path, "penalties: [weight-clipping]", base=base)
    assert "penalty 'weight-clipping' needs a discriminator without norm: spectral" in found


@pytest.mark.parametrize(
    ("norm", "penalty"),
    [("batch", "weight-clipping"), ("layer", "r1"), ("none", "wgan-gp"), ("spectral", "r1")],
)
def test_other_pairs_of_norm_and_penalty_are_fine(tmp_path: Path, norm: str, penalty: str) -> None:
    base = BASE.replace("discriminator: mlp", f"discriminator: {{name: mlp, norm: {norm}}}", 1)
    assert problems(tmp_path, f"penalties: [{penalty}]", base=base) == []


def test_batch_norm_in_the_generator_is_fine(tmp_path: Path) -> None:
    base = BASE.replace("generator: mlp", "generator: {name: mlp, norm: batch}", 1)
    assert problems(tmp_path, "penalties: [r1]", base=base) == []


@pytest.mark.parametrize("loss", ["wasserstein", "hinge", "relativistic-pairing"])
def test_smoothing_needs_a_loss_with_targets(tmp_path: Path, loss: str) -> None:
    base = BASE.replace("loss: hinge", f"loss: {loss}", 1)
    (found,) = problems(tmp_path, "tricks: [label-smoothing]", base=base)
    assert f"trick 'label-smoothing' needs a loss that gives D targets, {loss} has none" in found


def test_a_trick_is_given_once(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "tricks: [gradient-clipping, {name: gradient-clipping, norm: 2.0}]")
    assert found.endswith("trick 'gradient-clipping' is given more than once")


@pytest.mark.parametrize("steps", ["d_steps: 2", "g_steps: 2"])
def test_players_that_move_at_once_move_once(tmp_path: Path, steps: str) -> None:
    (found,) = problems(tmp_path, f"schedule: {{order: simultaneous, {steps}}}")
    assert found.startswith("toy.yaml:13:42: order simultaneous needs d_steps 1 and g_steps 1")
    assert steps.replace(":", " is") in found


@pytest.mark.parametrize("steps", ["d_steps: 2", "g_steps: 2"])
def test_noise_is_reused_only_where_it_is_clear_whose(tmp_path: Path, steps: str) -> None:
    (found,) = problems(tmp_path, f"schedule: {{generator_noise: reused, {steps}}}")
    assert "generator_noise reused needs d_steps 1 and g_steps 1" in found


def test_reused_noise_and_simultaneous_moves_go_together(tmp_path: Path) -> None:
    assert problems(tmp_path, "schedule: {generator_noise: reused, order: simultaneous}") == []


def test_the_steps_are_whole_rounds(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "schedule: {g_steps: 3}")
    assert found == "toy.yaml:13:21: steps is 100, expected a multiple of g_steps 3"
    assert problems(tmp_path, "schedule: {g_steps: 4}") == []


@pytest.mark.parametrize("of", ["ema", "both"])
def test_an_evaluation_of_the_ema_needs_one(tmp_path: Path, of: str) -> None:
    base = BASE.replace("{every: 10}", f"{{every: 10, of: {of}}}")
    assert problems(tmp_path, base=base) == [
        f"toy.yaml:12:29: evaluation of: {of} needs ema, such as ema: {{decay: 0.999}}"
    ]
    assert problems(tmp_path, "ema: {decay: 0.9}", base=base) == []


def test_a_penalty_is_given_once(tmp_path: Path) -> None:
    assert problems(tmp_path, "penalties: [r1, r2, {name: r1, gamma: 2}]") == [
        "toy.yaml:13:13: penalty 'r1' is given more than once"
    ]


def test_metrics_are_known(tmp_path: Path) -> None:
    base = BASE.replace("{every: 10}", "{every: 10, metrics: [reverse_kl, high_qualty]}")
    assert problems(tmp_path, base=base) == [
        "toy.yaml:12:47: unknown metric 'high_qualty', did you mean 'high_quality'?"
    ]


def test_a_criterion_speaks_of_a_metric_that_is_evaluated(tmp_path: Path) -> None:
    criterion = "failure: [{metric: high_quality, below: 0.5}]"
    assert problems(tmp_path, criterion) == []
    base = BASE.replace("{every: 10}", "{every: 10, metrics: [reverse_kl]}")
    (found,) = problems(tmp_path, criterion, base=base)
    assert "metric 'high_quality' is not evaluated here, expected one of: reverse_kl" in found


def test_a_criterion_is_checked_against_the_metrics_of_the_data_set(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "failure: [{metric: distance, above: 1}]")
    assert "metric 'distance' is not evaluated here" in found
    dirac = BASE.replace("data: ring", "data: dirac")
    assert problems(tmp_path, "failure: [{metric: distance, above: 1}]", base=dirac) == []


def test_a_criterion_that_no_run_can_meet_is_refused(tmp_path: Path) -> None:
    met = "failure: [{metric: high_quality, below: 0.5, for: 5, after: 0.5}]"
    assert problems(tmp_path, met) == []
    (found,) = problems(tmp_path, met.replace("for: 5", "for: 6"))
    assert "needs 6 evaluations, but only 5 are judged" in found
    (found,) = problems(tmp_path, met, sets=("evaluation.every=500",))
    assert found.startswith(
        "--set evaluation.every: the criterion 'high_quality below 0.5' needs 5 evaluations"
    )


def test_a_criterion_has_one_bound(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "failure: [{metric: covered_share, below: 0.5, drawdown: 0.2}]")
    assert "the criterion for covered_share needs exactly one of below, above and drawdown" in found


def test_a_drawdown_is_checked_like_every_criterion(tmp_path: Path) -> None:
    assert problems(tmp_path, "failure: [{metric: covered_share, drawdown: 0.2}]") == []
    (found,) = problems(tmp_path, "failure: [{metric: covered_shar, drawdown: 0.2}]")
    assert "metric 'covered_shar' is not evaluated here, did you mean 'covered_share'?" in found
    (found,) = problems(tmp_path, "failure: [{metric: covered_share, drawdown: -1}]")
    assert "drawdown is -1, expected a number of at least 0 or null" in found


def test_a_drawdown_needs_a_metric_with_a_direction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(direction.IDEAL, "covered_share")
    (found,) = problems(tmp_path, "failure: [{metric: covered_share, drawdown: 0.2}]")
    assert found.startswith("toy.yaml:13:20: metric 'covered_share' has no better and worse, ")
    assert problems(tmp_path, "failure: [{metric: covered_share, below: 0.2}]") == []


def test_a_drawdown_needs_an_evaluation_before(tmp_path: Path) -> None:
    once = ("evaluation.every=100",)
    assert problems(tmp_path, "failure: [{metric: covered_share, below: 0.2}]", sets=once) == []
    (found,) = problems(tmp_path, "failure: [{metric: covered_share, drawdown: 0.2}]", sets=once)
    assert "'covered_share drawdown above 0.2' needs 1 evaluations, but only 0 are judged" in found
    warm = "failure: [{metric: covered_share, drawdown: 0.2, after: 0.9}]"
    assert problems(tmp_path, warm) == []


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_batch_norm_needs_more_than_one_sample(tmp_path: Path, player: str) -> None:
    base = BASE.replace(f"{player}: mlp", f"{player}: {{name: mlp, norm: batch}}", 1)
    assert problems(tmp_path, base=base.replace("batch: 8", "batch: 2")) == []
    (found,) = problems(tmp_path, base=base.replace("batch: 8", "batch: 1"))
    assert found == (
        f"toy.yaml:9:8: norm: batch of the {player} needs a batch of at least 2: one sample has no variance"
    )


@pytest.mark.parametrize("norm", ["none", "layer"])
def test_a_batch_of_one_sample_is_fine_without_batch_norm(tmp_path: Path, norm: str) -> None:
    base = BASE.replace("discriminator: mlp", f"discriminator: {{name: mlp, norm: {norm}}}", 1)
    assert problems(tmp_path, base=base.replace("batch: 8", "batch: 1")) == []


def test_an_interval_beyond_the_end_is_fine(tmp_path: Path) -> None:
    assert problems(tmp_path, base=BASE.replace("every: 10", "every: 1000")) == []
