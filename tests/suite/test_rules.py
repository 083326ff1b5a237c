"""Update rules in a suite: what goes together, and the reason where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suite.example import BASE, problems

EXTRAGRADIENT = "schedule: {order: extragradient}"


@pytest.mark.parametrize("steps", ["d_steps: 2", "g_steps: 2"])
def test_extragradient_moves_each_player_once(tmp_path: Path, steps: str) -> None:
    (found,) = problems(tmp_path, f"schedule: {{order: extragradient, {steps}}}")
    assert "order extragradient needs d_steps 1 and g_steps 1: both players move at once" in found
    assert steps.replace(":", " is") in found


@pytest.mark.parametrize("penalty", ["r1", "wgan-gp"])
def test_a_lazy_penalty_would_be_in_one_of_two_gradients(tmp_path: Path, penalty: str) -> None:
    lazy = f"{EXTRAGRADIENT}\npenalties: [{{name: {penalty}, every: 4}}]"
    (found,) = problems(tmp_path, lazy)
    assert f"order extragradient needs every: 1 of penalty '{penalty}'" in found
    assert problems(tmp_path, lazy.replace("every: 4", "every: 1")) == []


@pytest.mark.parametrize("name", ["optimistic-sgd", "optimistic-adam"])
def test_an_extrapolation_is_not_taken_back_twice(tmp_path: Path, name: str) -> None:
    base = BASE.replace("generator: adam", f"generator: {name}")
    assert base != BASE
    (found,) = problems(tmp_path, EXTRAGRADIENT, base=base)
    assert f"order extragradient needs another optimizer of the generator: {name} takes" in found
    assert problems(tmp_path, "schedule: {order: simultaneous}", base=base) == []


@pytest.mark.parametrize("order", ["discriminator-first", "generator-first", "simultaneous"])
def test_samples_of_an_extrapolation_need_one(tmp_path: Path, order: str) -> None:
    (found,) = problems(tmp_path, f"schedule: {{order: {order}, extrapolation_samples: reused}}")
    assert "extrapolation_samples reused needs order: extragradient, no other order extrapolates" in found


def test_extragradient_goes_with_reused_samples_noise_and_every_trick_of_the_rules(tmp_path: Path) -> None:
    schedule = "schedule: {order: extragradient, extrapolation_samples: reused, generator_noise: reused}"
    assert problems(tmp_path, f"{schedule}\ntricks: [consensus, lookahead]") == []


def test_lookahead_goes_back_at_least_once(tmp_path: Path) -> None:
    """The suite has 100 steps."""
    assert problems(tmp_path, "tricks: [{name: lookahead, k: 100}]") == []
    (found,) = problems(tmp_path, "tricks: [{name: lookahead, k: 101}]")
    assert "trick 'lookahead' never goes back: k is 101, a run has 100 rounds" in found
    rounds = "schedule: {g_steps: 4}\ntricks: [{name: lookahead, k: 26}]"
    (found,) = problems(tmp_path, rounds)
    assert "k is 26, a run has 25 rounds" in found


@pytest.mark.parametrize(
    ("trick", "what"),
    [
        ("{name: consensus, gamma: 0}", "gamma is 0, expected a number above 0"),
        ("{name: lookahead, k: 0}", "k is 0, expected an integer of at least 1"),
        ("{name: lookahead, alpha: 1}", "alpha is 1, expected a number above 0 and below 1"),
        ("{name: lookahead, alpha: 0}", "alpha is 0, expected a number above 0 and below 1"),
    ],
)
def test_values_that_would_change_nothing_are_refused(tmp_path: Path, trick: str, what: str) -> None:
    (found,) = problems(tmp_path, f"tricks: [{trick}]")
    assert what in found
