"""Bases are whole settings, and the hard negatives that detectors have to stand are among them."""

from __future__ import annotations

import pytest

from ganbench.suite.schema import Setting
from ganbench.validation.bases import LOOKS, bases

NAMES = sorted(bases())


@pytest.mark.parametrize("name", NAMES)
def test_a_base_is_a_setting_with_every_default_filled_in(name):
    content = bases()[name].content
    assert Setting.model_validate(content).content() == content
    assert bases()[name].name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_base_is_named_for_its_data(name):
    assert bases()[name].content["data"]["name"] == name.partition("/")[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_base_is_looked_at_about_40_times_and_small(name):
    setting = Setting.model_validate(bases()[name].content)
    assert len(setting.evaluated()) in range(LOOKS, LOOKS + 3)
    assert setting.steps <= 4000
    assert setting.batch <= 64
    assert setting.failure
    assert getattr(setting.generator, "width", 1) <= 64


def test_all_data_and_losses_of_the_corpus_are_there():
    contents = [base.content for base in bases().values()]
    assert {c["data"]["name"] for c in contents} == {"dirac", "ring", "grid", "spiral", "moons", "digits"}
    assert {c["loss"]["name"] for c in contents} == {
        *("minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic-pairing")
    }
    for player in ("generator", "discriminator"):
        assert {c[player]["name"] for c in contents} == {"mlp", f"conv-{player}", f"dirac-{player}"}


@pytest.mark.parametrize(
    "why",
    [
        "drifting critic offset",
        "zero hinge loss",
        "label smoothing",
        "lazy R1",
        "clipped weights",
        "clipped gradients",
        "small batches",
        "imbalanced modes",
        "slow but fine",
        "five D steps",
        "two time scales",
        "rates that fall to 0",
        "rates that jump up",
        "bfloat16",
        "convolutions",
        "convolutions and batch norm in D, no penalty",
        "noise before D",
    ],
)
def test_a_hard_negative_is_among_the_bases(why):
    assert any(base.healthy == why for base in bases().values())


def test_hard_negatives_are_what_they_are_called():
    known = {name: base.content for name, base in bases().items()}
    assert known["ring/lazy"]["penalties"][0]["every"] == 16
    assert known["ring/batch-16"]["batch"] == 16
    assert len(set(known["ring/imbalanced"]["data"]["weights"])) > 1
    assert known["ring/five-steps"]["schedule"]["d_steps"] == 5
    assert known["ring/smooth"]["tricks"][0]["real"] < 1
    assert known["ring/bfloat16"]["precision"] == "bfloat16"
    assert known["ring/warm-restarts"]["tricks"][0]["name"] == "warm-restarts"
    rates = known["ring/two-rates"]["optimizers"]
    assert rates["discriminator"]["lr"] > rates["generator"]["lr"]
    assert (
        known["ring/slow"]["optimizers"]["generator"]["lr"]
        < known["ring/minimax+r1"]["optimizers"]["generator"]["lr"]
    )


def test_no_base_has_what_truth_cannot_judge():
    for base in bases().values():
        assert base.content["conditional"] is None
        assert not any(trick["name"] == "packing" for trick in base.content["tricks"])
