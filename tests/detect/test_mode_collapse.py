"""mode-collapse on oracle generators over m of K modes, judged by an optimal discriminator."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganbench.detect import Facts, facts_of_loss, from_steps
from ganbench.detect.diagnose import detector
from ganbench.gan.losses import loss_of, options_of
from ganbench.probes.outputs import output_signals
from ganbench.records import Finding
from tests.detect.runs import healthy

STEPS, BATCH, MODES = 1000, 64, 8
FAR = 12.0  # the logit of what only one of the laws can draw


def signals(m: int, *, junk: float = 0.0, seed: int = 0) -> dict[str, np.ndarray]:
    """Signals of D* where G draws from m of 8 equal modes, and a share `junk` from nowhere."""
    rng = np.random.default_rng(seed)
    inside = np.log(m / MODES / (1 - junk))
    real = np.where(rng.integers(MODES, size=(STEPS, 1, BATCH)) < m, inside, FAR)
    fake = np.where(rng.random((2, STEPS, 1, BATCH)) < junk, -FAR, inside)
    loss = loss_of(options_of({"name": "non-saturating"}))
    found = output_signals(*(torch.from_numpy(x) for x in (real, fake[0], fake[1])), loss=loss)
    return {name: values[:, 0].numpy() for name, values in found.items()}


def judged(m: int, *, junk: float = 0.0) -> Finding:
    """From the log alone."""
    facts = Facts(**facts_of_loss("non-saturating"), batch=BATCH, steps=STEPS)
    return detector("mode-collapse")(from_steps(np.arange(STEPS), signals(m, junk=junk), facts=facts))


@pytest.mark.parametrize("m", [1, 2, 4, 6])
def test_the_coverage_that_an_optimal_discriminator_implies_is_m_of_k(m: int) -> None:
    found = judged(m)
    assert found.status == "fired"
    assert found.value == pytest.approx(m / MODES, abs=0.01)


@pytest.mark.parametrize("m", [7, 8])
def test_all_modes_or_nearly_all_are_no_collapse(m: int) -> None:
    found = judged(m)
    assert (found.status, found.value) == ("clear", pytest.approx(m / MODES, abs=0.01))


@pytest.mark.parametrize("junk", [0.5, 0.9])
def test_junk_beside_the_data_is_no_collapse(junk: float) -> None:
    assert judged(MODES, junk=junk).status == "clear"


def test_two_families_that_agree_are_an_error_and_one_is_a_warning() -> None:
    run = healthy().without_evaluations().with_signals(auc=0.94, implied_coverage=0.125)
    both = run.with_signals(pairwise_distance=1.0)
    assert run.find("mode-collapse").severity == "warn"
    assert both.find("mode-collapse").severity == "error"
    assert len(both.find("mode-collapse").evidence) == 3


@pytest.mark.parametrize(("ratio", "severity"), [(0.2, "error"), (0.6, "warn"), (0.9, None)])
def test_samples_too_close_to_each_other_by_half_are_an_error(ratio: float, severity: str | None) -> None:
    run = healthy().without_evaluations().with_signals(implied_coverage=None, pairwise_distance=1.5 * ratio)
    assert run.find("mode-collapse").severity == severity


@pytest.mark.parametrize(("share", "form"), [(1 / 8, "total"), (2 / 8, "partial"), (7 / 8, "partial")])
def test_counted_modes_say_how_much_is_missing(share: float, form: str) -> None:
    found = healthy().with_evaluations(covered_share=share).find("mode-collapse")
    assert (found.status, found.form, found.severity) == ("fired", form, "error")
    assert found.value == pytest.approx(share)


def test_a_mode_in_twenty_five_may_be_missing() -> None:
    assert healthy().with_evaluations(covered_share=24 / 25).find("mode-collapse").status == "clear"


def test_one_point_beside_the_data_is_a_collapse_though_nothing_lies_on_a_mode() -> None:
    nothing = healthy().with_evaluations(covered_share=0.0, high_quality=0.0)
    assert nothing.find("mode-collapse").status == "clear"
    point = nothing.with_signals(pairwise_distance=0.01)
    found = point.find("mode-collapse")
    assert (found.status, found.form, found.severity) == ("fired", "by distance", "error")
