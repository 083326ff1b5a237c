"""The key `conditional`: what it takes, what is refused, who trains together."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ganbench.execute.estimate import bytes_per_replica, parameters
from ganbench.suite.datasets import measured
from ganbench.suite.expand import expand
from ganbench.suite.populations import program
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import sizes
from ganbench.train.networks import network
from tests.suite.example import BASE, problems, suite
from tests.train.settings import setting

WAYS = ("concatenation", "projection", "auxiliary")


def conditional(way: str = "concatenation", **changes: object) -> Setting:
    return setting(**{"conditional": {"discriminator": way}, **changes})


def test_by_default_nobody_is_told_labels_and_d_takes_them_as_inputs() -> None:
    assert setting().conditional is None
    told = setting(conditional={}).conditional
    assert told is not None
    assert (told.discriminator, told.weight) == ("concatenation", 1.0)


@pytest.mark.parametrize("way", WAYS)
def test_the_content_of_a_cell_gives_the_same_setting_back(way: str) -> None:
    assert Setting.model_validate(conditional(way).content()) == conditional(way)


@pytest.mark.parametrize(
    ("way", "of_g", "of_d"),
    [("concatenation", (10, 2), (10, 1)), ("projection", (10, 2), (10, 1)), ("auxiliary", (10, 2), (2, 9))],
)
def test_networks_have_the_inputs_and_outputs_that_labels_take(
    way: str, of_g: tuple[int, int], of_d: tuple[int, int]
) -> None:
    one = conditional(way)
    assert (sizes(one, "generator"), sizes(one, "discriminator")) == (of_g, of_d)
    assert network(one, "discriminator").training


@pytest.mark.parametrize(
    ("line", "base", "said"),
    [
        (
            "conditional: {}",
            ("data: ring", "data: {name: ring, modes: 1}"),
            "ring has one label, which says nothing",
        ),
        (
            "conditional: {}",
            ("data: ring", "data: dirac"),
            "conditional needs data with labels, dirac has no labels",
        ),
        (
            "conditional: {}",
            ("generator: mlp", "generator: dirac-generator"),
            "conditional needs a generator with inputs for labels, dirac-generator has none",
        ),
        (
            "conditional: {discriminator: projection}\ntricks: [packing]",
            ("", ""),
            "projection needs one label for each sample that D judges",
        ),
        (
            "conditional: {discriminator: auxiliary}\ntricks: [label-flips, {name: packing, samples: 4}]",
            ("loss: hinge", "loss: minimax"),
            "auxiliary needs one label for each sample that D judges",
        ),
        (
            "conditional: {discriminator: auxiliary}",
            ("discriminator: mlp", "discriminator: {name: mlp, output: tanh}"),
            "auxiliary needs output: linear of the discriminator",
        ),
        (
            "conditional: {weight: 0.5}",
            ("", ""),
            "weight needs discriminator: auxiliary, a concatenation has no loss of its own",
        ),
        ("conditional: {weight: 0}", ("", ""), "expected a number above 0"),
        ("conditional: {discriminator: projected}", ("", ""), "projected"),
    ],
)
def test_what_means_nothing_is_refused_with_the_reason(
    tmp_path: Path, line: str, base: tuple[str, str], said: str
) -> None:
    found = problems(tmp_path, line, base=BASE.replace(*base, 1))
    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    "more",
    [
        "conditional: {}\ntricks: [packing]",
        "conditional: {discriminator: auxiliary, weight: 0.2}",
        "conditional: {discriminator: auxiliary}\npenalties: [wgan-gp]",
        "conditional: {discriminator: projection}\npenalties: [wgan-gp, r1]\ntricks: [replay]",
        "conditional: {}\nfailure: [{metric: conditional_accuracy, below: 0.5}]",
        "axes: {way: {none: {conditional: null}, told: {conditional: {discriminator: projection}}}}",
    ],
)
def test_what_means_something_is_taken(tmp_path: Path, more: str) -> None:
    assert problems(tmp_path, more) == []


def test_a_critic_may_name_classes() -> None:
    assert conditional("auxiliary", loss="wasserstein").conditional is not None


def test_weights_of_the_classes_train_together(tmp_path: Path) -> None:
    more = ("conditional: {discriminator: auxiliary}", "axes: {conditional.weight: [0.5, 1.0]}")
    runs = expand(suite(tmp_path, *more))
    programs = {program(Setting.model_validate(run.cell.content)) for run in runs}
    assert len({run.cell.id for run in runs}) == 2
    assert len(programs) == 1


def test_data_of_other_label_counts_train_together_only_where_nobody_is_told() -> None:
    five, eight = ({"name": "ring", "modes": k} for k in (5, 8))
    assert program(setting(data=five)) == program(setting(data=eight))
    assert program(conditional(data=five)) != program(conditional(data=eight))
    assert program(conditional()) != program(setting())
    assert len({program(conditional(way)) for way in WAYS}) == 3


def test_a_conditional_run_is_measured_by_its_accuracy_too() -> None:
    assert measured(conditional()) == (*measured(setting()), "conditional_accuracy")
    named = {"every": 10, "metrics": ["high_quality"]}
    assert measured(conditional(evaluation=named)) == ("high_quality",)


def test_accuracy_is_measured_only_where_labels_are_asked_for() -> None:
    plan = {"every": 10, "metrics": ["conditional_accuracy"]}
    assert measured(conditional(evaluation=plan)) == ("conditional_accuracy",)
    with pytest.raises(ValidationError, match="'conditional_accuracy' needs conditional"):
        setting(evaluation=plan)


def parameters_made(one: Setting) -> int:
    return sum(p.numel() for role in ("generator", "discriminator") for p in network(one, role).parameters())


@pytest.mark.parametrize("way", WAYS)
def test_weights_that_take_labels_are_in_the_estimate(way: str) -> None:
    one = conditional(way)
    assert parameters(one) == parameters_made(one)
    assert bytes_per_replica(one) > bytes_per_replica(setting())


@pytest.mark.parametrize("way", WAYS)
def test_channels_of_labels_are_in_the_estimate(way: str) -> None:
    nets = {player: {"name": f"conv-{player}", "norm": "none"} for player in ("generator", "discriminator")}
    one = conditional(way, data="digits", **nets)
    assert parameters(one) == pytest.approx(parameters_made(one), rel=0.05)
