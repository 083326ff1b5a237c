"""The judge: perfect samplers, oracles that cover m of K modes, broken generators, floors and repeatability."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench import registry
from ganbench.errors import UnknownName, UsageError
from ganbench.metrics import density
from ganbench.metrics.battery import Judge, blind

RNG = np.random.default_rng
N = 2500


@pytest.fixture(scope="module")
def ring(build):
    return build("ring", std=0.05)


@pytest.fixture(scope="module")
def judge(ring):
    return Judge(ring, N)


@pytest.fixture(scope="module")
def digits_judge(build):
    return Judge(build("digits"), 1000)


def over_modes(law, covered: int, n: int = N) -> np.ndarray:
    """Exact samples of the first `covered` modes."""
    mode = RNG(7).integers(covered, size=n)
    return law.means[mode] + law.std[mode] * RNG(8).standard_normal((n, law.means.shape[1]))


def test_a_perfect_sampler_is_at_its_floors_and_ceilings(ring, judge):
    values, floors = judge.evaluate(ring.held_out(RNG(0), N).x, blind, final=True), judge.floors()
    assert values["covered_modes"] == values["covered_modes_3"] == floors["covered_modes"] == 8
    assert values["covered_share"] == floors["covered_share"] == 1
    assert values["high_quality"] == pytest.approx(floors["high_quality"], abs=0.008)
    assert values["reverse_kl"] < 4 * floors["reverse_kl"]
    assert values["in_mode_std"] == pytest.approx(1, abs=0.03)
    assert values["sliced_wasserstein"] < 3 * floors["sliced_wasserstein"]
    assert values["exact_wasserstein"] < 3 * floors["exact_wasserstein"]
    assert values["neighbour_auc"] == pytest.approx(0.5, abs=0.06)
    assert values["value_function"] == pytest.approx(-math.log(4))
    assert values["discriminator_error"] == pytest.approx(floors["discriminator_error"], abs=0.02)


def test_floors_are_closed_forms_where_there_is_one_and_measured_where_not(judge):
    floors = judge.floors()
    assert tuple(floors) == judge.names
    assert floors["high_quality"] == pytest.approx(1 - math.exp(-9 / 2))
    assert floors["reverse_kl"] == 7 / (2 * N)
    assert floors["neighbour_auc"] == 0.5
    assert floors["in_mode_std"] == pytest.approx(1, abs=0.02)
    assert 0 < floors["sliced_wasserstein"] < 0.05
    assert 0 < floors["discriminator_error"] < 0.1


def test_the_floor_of_a_small_training_set_is_that_of_the_law_behind_it(build):
    judge = Judge(build("ring", std=0.05, points=3), N, metrics=["covered_modes", "sliced_wasserstein"])
    floors = judge.floors()
    assert floors["covered_modes"] == 8
    assert floors["sliced_wasserstein"] < 0.05


def test_samples_far_from_every_mode_still_count_in_the_reverse_kl(ring, judge):
    values = judge.evaluate(np.tile([50.0, 0.0], (N, 1)))
    assert values["reverse_kl"] == pytest.approx(math.log(8))
    assert values["high_quality"] == values["covered_modes"] == 0


@pytest.mark.parametrize("covered", [1, 3, 6, 8])
def test_an_oracle_over_m_of_k_modes_is_told(ring, judge, covered):
    samples = over_modes(ring, covered)
    values = judge.evaluate(samples)
    assert values["covered_modes"] == covered
    assert values["covered_share"] == covered / 8
    assert values["reverse_kl"] == pytest.approx(math.log(8 / covered), abs=0.01)
    assert values["neighbour_auc"] == pytest.approx(1 - covered / 16, abs=0.06)  # the best D can do no more
    assert values["high_quality"] == pytest.approx(0.989, abs=0.01)
    assert np.count_nonzero(judge.histogram(samples)) == covered


def test_fewer_modes_are_farther_in_every_transport_distance(ring):
    names = ["sliced_wasserstein", "sliced_wasserstein_2", "exact_wasserstein", "energy_distance"]
    judge = Judge(ring, 600, metrics=names)
    values = [judge.evaluate(over_modes(ring, covered, 600), final=True) for covered in (1, 3, 8)]
    for name in names:
        one, three, all_of_them = (value[name] for value in values)
        assert one > three > all_of_them


def test_the_histogram_counts_high_quality_samples_of_each_mode(ring, judge):
    samples = np.tile(ring.means[2], (N, 1))
    samples[:10] = ring.means[5]
    samples[10:15] = 99
    np.testing.assert_array_equal(judge.histogram(samples), [0, 0, N - 15, 0, 0, 10, 0, 0])


def test_two_samples_cover_a_mode_but_not_by_the_stricter_count(ring, judge):
    samples = np.tile(ring.means[0], (N, 1))
    samples[:2] = ring.means[1]
    values = judge.evaluate(samples)
    assert (values["covered_modes"], values["covered_modes_3"]) == (2, 1)


def test_in_mode_collapse_has_too_much_quality_and_too_little_std(ring, judge):
    x, label = ring.held_out(RNG(0), N)
    values = judge.evaluate(ring.means[label] + 0.1 * (x - ring.means[label]))
    assert values["high_quality"] == 1 > judge.floors()["high_quality"]
    assert values["in_mode_std"] == pytest.approx(0.1, abs=0.01)


def test_unequal_weights_are_the_measure_of_balance(build):
    law = build("ring", std=0.05, weights=[9, 1, 1, 1, 1, 1, 1, 1])
    judge = Judge(law, N, metrics=["reverse_kl"])
    own, uniform = law.held_out(RNG(0), N).x, over_modes(law, 8)
    assert judge.evaluate(own)["reverse_kl"] < 0.01
    expected = sum(math.log(1 / 8 / w) / 8 for w in law.weights)
    assert judge.evaluate(uniform)["reverse_kl"] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
def test_broken_samples_are_of_no_quality_and_break_nothing_else(ring, judge, bad):
    samples = ring.held_out(RNG(0), N).x
    whole = judge.evaluate(samples, blind, final=True)
    samples[:500, 0] = bad
    values = judge.evaluate(samples, blind, final=True)
    assert values["high_quality"] == pytest.approx(0.8 * whole["high_quality"], abs=0.01)
    assert values["covered_modes"] == 8
    assert values["in_mode_std"] == pytest.approx(1, abs=0.03)
    assert not values["sliced_wasserstein"] < 1e100
    assert not values["exact_wasserstein"] < 1e100
    assert judge.histogram(samples).sum() == round(values["high_quality"] * N)


@pytest.mark.parametrize("name", ["ring", "grid", "moons", "dirac", "digits", "veegan-1200"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_generator_of_nothing_but_nan_is_answered(build, name, bad):
    data = build(name)
    judge = Judge(data, 50)
    values = judge.evaluate(np.full((50, *data.shape), bad), blind, final=True)
    assert values.get("covered_modes", 0) == values.get("high_quality", 0) == 0
    assert all(
        math.isnan(values[key]) for key in ("reverse_kl", "distance") if key in values and bad is np.nan
    )


def test_an_evaluation_is_a_function_of_samples_and_seed(ring, judge):
    samples = ring.held_out(RNG(3), N).x
    first = judge.evaluate(samples, blind, final=True)
    assert judge.evaluate(samples, blind, final=True) == first
    assert Judge(ring, N).evaluate(samples, blind, final=True) == first
    other = Judge(ring, N, seed=1).evaluate(samples, blind, final=True)
    assert other["covered_modes"] == first["covered_modes"]
    assert other["sliced_wasserstein"] != first["sliced_wasserstein"]


def test_the_samples_are_not_changed_and_may_be_float32(ring, judge):
    samples = ring.held_out(RNG(3), N).x.astype(np.float32)
    before = samples.copy()
    values = judge.evaluate(samples, blind, final=True)
    np.testing.assert_array_equal(samples, before)
    assert values["reverse_kl"] == judge.evaluate(samples.astype(float))["reverse_kl"]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_samples_does_not_matter_to_what_uses_all_of_them(ring, seed):
    judge = Judge(
        ring,
        300,
        metrics=["covered_modes", "high_quality", "reverse_kl", "in_mode_std", "sliced_wasserstein"],
    )
    samples = ring.held_out(RNG(seed), 300).x + RNG(seed).normal(scale=0.1, size=(300, 2))
    shuffled = samples[RNG(seed + 1).permutation(300)]
    assert judge.evaluate(shuffled) == pytest.approx(judge.evaluate(samples), rel=1e-12, nan_ok=True)


def test_the_exact_distance_is_measured_at_the_end_only_and_can_be_left_out(ring, judge):
    samples = ring.held_out(RNG(0), N).x
    assert "exact_wasserstein" not in judge.evaluate(samples)
    assert "exact_wasserstein" in judge.evaluate(samples, final=True)
    assert "exact_wasserstein" not in Judge(ring, N, exact_samples=0).evaluate(samples, final=True)


def test_every_other_default_metric_is_always_there(ring, judge):
    assert set(judge.evaluate(ring.held_out(RNG(0), N).x)) == set(ring.default_metrics) - {
        "exact_wasserstein"
    }


def test_without_a_discriminator_its_metrics_are_undefined(ring, judge):
    values = judge.evaluate(ring.held_out(RNG(0), N).x)
    assert math.isnan(values["value_function"])
    assert math.isnan(values["discriminator_error"])


def test_the_discriminator_sees_real_and_fake_apart_in_the_shape_of_the_data(ring, judge):
    seen = []
    samples = ring.held_out(RNG(0), N).x
    judge.evaluate(samples, lambda x: seen.append(x) or np.zeros(len(x)))
    assert [x.shape for x in seen] == [(N, 2), (N, 2)]
    np.testing.assert_array_equal(seen[0], judge.reference.real)
    np.testing.assert_array_equal(seen[1], samples)


def test_the_optimal_discriminator_is_nearer_to_itself_than_a_blind_one(ring, judge):
    samples = over_modes(ring, 4)
    angle = 2 * np.pi / 8

    def optimal(x: np.ndarray) -> np.ndarray:
        """ln(p_data / p_model): p_model is twice p_data on modes 0 to 3 and nothing on the others."""
        covered = np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi)
        return np.where((covered < 3.5 * angle) | (covered > 7.5 * angle), -math.log(2), 40.0)

    best, none = judge.evaluate(samples, optimal), judge.evaluate(samples, blind)
    assert best["discriminator_error"] < 0.08
    # |1/2 - 1/3| on all of the fake and half of the real samples, |1/2 - 1| on the other real ones.
    assert none["discriminator_error"] == pytest.approx(1 / 4, abs=0.03)
    assert best["value_function"] == pytest.approx(0.5 * math.log(1 / 3) + math.log(2 / 3), abs=0.03)


def test_the_density_of_the_model_is_not_estimated_from_the_points_it_is_asked_at(ring, judge, monkeypatch):
    asked = []
    estimate = density.log_density_by_neighbours

    def spy(at: np.ndarray, sample: np.ndarray, *, neighbours: int) -> np.ndarray:
        asked.append((at, sample))
        return estimate(at, sample, neighbours=neighbours)

    monkeypatch.setattr(density, "log_density_by_neighbours", spy)
    judge.evaluate(ring.held_out(RNG(0), N).x, blind)
    ((at, sample),) = asked
    assert (len(at), len(sample)) == (512, N - 256)
    assert not np.isin(at, sample).any()


def test_known_modes_are_needed_for_coverage(build):
    with pytest.raises(UsageError, match="'covered_modes' needs data with known modes") as caught:
        Judge(build("dirac"), 10, metrics=["distance", "covered_modes"])
    assert "distance" in caught.value.hint
    assert Judge(build("dirac"), 10).histogram(np.zeros((10, 1))) is None


def test_bad_requests_are_refused(ring, judge):
    with pytest.raises(UnknownName, match="did you mean 'covered_modes'"):
        Judge(ring, N, metrics=["covered_mode"])
    with pytest.raises(UsageError, match=r"evaluation\.samples is 1"):
        Judge(ring, 1)
    with pytest.raises(ValueError, match=r"samples are \(10, 2\), expected \(2500, 2\)"):
        judge.evaluate(np.zeros((10, 2)))


def test_the_distance_of_a_dirac_generator_is_that_of_its_parameter(build):
    judge = Judge(build("dirac", dim=2), 4)
    assert judge.evaluate(np.tile([3.0, -4.0], (4, 1))) == {"distance": 5}
    assert judge.floors() == {"distance": 0}


def test_moons_have_two_modes_and_no_in_mode_std(build):
    data = build("moons")
    judge = Judge(data, N, metrics=[*data.default_metrics, "in_mode_std"])
    x, label = data.held_out(RNG(0), N)
    values = judge.evaluate(x, blind)
    assert (values["covered_modes"], values["covered_share"]) == (2, 1)
    assert values["high_quality"] == pytest.approx(judge.floors()["high_quality"], abs=0.005)
    assert math.isnan(values["in_mode_std"])
    one_moon = x[np.resize(np.flatnonzero(label == 0), N)]
    assert judge.evaluate(one_moon)["reverse_kl"] == pytest.approx(math.log(2))


def test_a_discriminator_has_no_optimal_density_above_two_dimensions(build):
    values = Judge(build("mixture", means=[[0, 0, 0]], std=1.0), 50).evaluate(np.zeros((50, 3)), blind)
    assert math.isnan(values["discriminator_error"])
    assert values["value_function"] == pytest.approx(-math.log(4))


def test_real_digits_cover_ten_classes_at_their_floors(build, digits_judge):
    values, floors = digits_judge.evaluate(build("digits").train(RNG(0), 1000).x), digits_judge.floors()
    assert values["covered_modes"] == floors["covered_modes"] == 10
    assert values["covered_share"] == 1
    assert values["reverse_kl"] < 4 * floors["reverse_kl"]
    assert floors["high_quality"] == 0.99
    assert values["sliced_wasserstein"] < 2 * floors["sliced_wasserstein"]
    assert values["energy_distance"] < 0.1
    assert digits_judge.held_out_accuracy > 0.97


@pytest.mark.parametrize("part", ["train", "held_out"])
def test_real_digits_are_not_told_from_real_ones_though_few_are_drawn_again_and_again(
    build, digits_judge, part
):
    """297 held-out images are drawn a thousand times: one that is known and asked about would be told at once."""
    found = [digits_judge.evaluate(getattr(build("digits"), part)(RNG(i), 1000).x) for i in range(6)]
    assert np.mean([values["neighbour_auc"] for values in found]) == pytest.approx(0.5, abs=0.04)


def test_blurred_digits_are_told_although_their_classes_are_covered(build, digits_judge):
    x = build("digits").train(RNG(0), 1000).x
    blurred = (x + build("digits").train(RNG(1), 1000).x) / 2
    assert digits_judge.evaluate(blurred)["neighbour_auc"] > 0.9


def test_a_generator_of_four_digits_covers_four_classes(build, digits_judge):
    train = build("digits").labelled[0]
    four = train.x[np.resize(np.flatnonzero(train.label < 4), 1000)]
    values = digits_judge.evaluate(four)
    assert (values["covered_modes"], values["covered_share"]) == (4, 0.4)
    assert values["energy_distance"] > 3 * digits_judge.floors()["energy_distance"]
    np.testing.assert_array_equal(digits_judge.histogram(four)[4:], 0)


def test_a_class_with_less_than_one_sample_in_a_hundred_is_not_covered(build, digits_judge):
    train = build("digits").labelled[0]
    zeros, ones = (np.flatnonzero(train.label == digit) for digit in (0, 1))
    for count, covered in ((9, 1), (10, 2)):
        samples = train.x[np.concatenate([np.resize(ones, count), np.resize(zeros, 1000 - count)])]
        assert digits_judge.evaluate(samples)["covered_modes"] == covered


def test_noise_covers_no_class_of_digits(digits_judge):
    values = digits_judge.evaluate(RNG(0).uniform(-1, 1, (1000, 64)))
    assert values["covered_modes"] == values["high_quality"] == 0


def test_data_with_known_modes_have_no_classifier(judge):
    assert judge.held_out_accuracy is None


@pytest.mark.parametrize("entry", list(registry.entries("metric")), ids=lambda entry: entry.name)
def test_every_registered_metric_answers_a_number_and_says_its_direction(ring, entry):
    words = ("higher is better", "lower is better", "nearer to 1/2 is better", "1 is right", "at equilibrium")
    assert any(word in entry.summary for word in words)
    judge = Judge(ring, 40, metrics=[entry.name], exact_samples=20)
    x, label = ring.held_out(RNG(0), 40)
    (value,) = judge.evaluate(x, blind, asked=label, final=True).values()
    assert isinstance(value, float)
    assert math.isfinite(value)
