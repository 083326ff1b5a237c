"""Messages as a user reads them: all at once, in the order of the file, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.suite.wording import shown, stranger
from tests.suite.example import BASE, problems


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("loss: hinge", "loss: hindge", "toy.yaml:6:7: unknown loss 'hindge', did you mean 'hinge'?"),
        ("data: ring", "data: {name: gird}", "toy.yaml:3:14: unknown dataset 'gird', did you mean 'grid'?"),
        ("data: ring", "data: {radius: 1}", "toy.yaml:3:7: the name of the dataset is missing"),
        (
            "data: ring",
            "data: [ring]",
            "toy.yaml:3:7: expected a dataset: its name, or a mapping with its name and options",
        ),
        ("data: ring", "data: {name: ring, std: -1}", "toy.yaml:3:25: std is -1, expected a number above 0"),
        (
            "data: ring",
            "data: {name: ring, radios: 1}",
            "toy.yaml:3:20: unknown option 'radios' of dataset 'ring', did you mean 'radius'?",
        ),
        (
            "data: ring",
            "data: {name: ring, modes: 2, weights: [1, x]}",
            "toy.yaml:3:43: weights[1] is 'x', expected a number above 0",
        ),
        (
            "data: ring",
            "data: {name: mixture, means: [[0]], std: -1}",
            "toy.yaml:3:42: std is -1, expected a number above 0 or a list",
        ),
        ("steps: 100", "steps: 0", "toy.yaml:10:8: steps is 0, expected an integer of at least 1"),
        ("steps: 100", "steps: '100'", "toy.yaml:10:8: steps is '100', expected an integer of at least 1"),
        ("steps: 100", "steps: 1e2", "toy.yaml:10:8: steps is 100.0, expected an integer of at least 1"),
        ("steps: 100", "steps: [1]", "toy.yaml:10:8: steps is a list, expected an integer of at least 1"),
        ("steps: 100", "", "toy.yaml:1:1: steps is missing, expected an integer of at least 1"),
        ("batch: 8", "batch: no", "toy.yaml:9:8: batch is 'no', expected an integer of at least 1"),
        ("batch: 8", "batch: 8\nema: {decay: 2}", "toy.yaml:10:14: decay is 2, expected a number of at least 0 and below 1"),
        ("batch: 8", "batch: 8\nbacth: 9", "toy.yaml:10:1: unknown key 'bacth', did you mean 'batch'?"),
        (
            "batch: 8",
            "batch: 8\nprecision: float23",
            "toy.yaml:10:12: unknown precision 'float23', did you mean 'float32'?",
        ),
        (
            "{dim: 2}",
            "{dim: 2, lwa: normal}",
            "toy.yaml:7:18: unknown key 'lwa', did you mean 'law'?",
        ),
        ("{dim: 2}", "3", "toy.yaml:7:9: latent is 3, expected a mapping with law, dim"),
        ("toy-v1", "toy-1", "toy.yaml:2:10: version is 'toy-1', expected toy-v1"),
        ("suite: toy", "suite: 3", "toy.yaml:1:8: suite is 3, expected text"),
        ("seeds: 0-1", "seeds: 2", 'toy.yaml:11:8: expected seeds as a range, such as "0-9", or as a list, such as [0, 1, 2]'),
        ("seeds: 0-1", "", "toy.yaml:1:1: seeds is missing, expected a range such as 0-9"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_message_with_place_expectation_and_suggestion(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert problems(tmp_path, base=BASE.replace(old, new)) == [message]


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    wrong = (
        BASE.replace("hinge", "hindge")
        .replace("steps: 100", "steps: 0")
        .replace("adam}", "{name: adam, lr: -1}}")
    )
    assert problems(tmp_path, "foo: 1", "axes: {batch: []}", base=wrong) == [
        "toy.yaml:6:7: unknown loss 'hindge', did you mean 'hinge'?",
        "toy.yaml:8:63: lr is -1, expected a number above 0",
        "toy.yaml:10:8: steps is 0, expected an integer of at least 1",
        "toy.yaml:13:1: unknown key 'foo', expected one of: axes, batch, conditional, cost, data, data_range, discriminator, "
        "ema, evaluation, exclude, expected, failure, generator, include, latent, loss, optimizers, penalties, precision, "
        "probes, question, schedule, seeds, steps, suite, tiers, tricks, version",
        "toy.yaml:14:8: axis 'batch' is empty, expected a list of values or a mapping of named presets",
    ]


def test_one_cause_in_many_cells_and_tiers_is_one_message(tmp_path: Path) -> None:
    axes = "axes: {batch: [1, 2, 3, 4], steps: [10, 20, 30, 40]}"
    tiers = "tiers: {smoke: {seeds: 0-1}, full: {seeds: 0-3}}"
    assert len(problems(tmp_path, axes, tiers, base=BASE.replace("hinge", "hindge"))) == 1


def test_a_mistake_in_a_preset_is_shown_in_the_preset(tmp_path: Path) -> None:
    axes = [
        "axes:",
        "  method:",
        "    a: {loss: minimax}",
        "    b: {loss: minmax}",
        "    c: {penalties: [{name: r1, gama: 1}]}",
    ]
    assert problems(tmp_path, *axes) == [
        "toy.yaml:16:15: unknown loss 'minmax', did you mean 'minimax'?",
        "toy.yaml:17:32: unknown option 'gama' of penalty 'r1', did you mean 'gamma'?",
    ]


def test_a_mistake_in_a_tier_is_shown_in_the_tier(tmp_path: Path) -> None:
    assert problems(tmp_path, "tiers:", "  smoke: {steps: 0, sedes: 0-1}", "  fast: {}", "  full: 3") == [
        "toy.yaml:14:18: steps is 0, expected an integer of at least 1",
        "toy.yaml:14:21: unknown key 'sedes', did you mean 'seeds'?",
        "toy.yaml:15:3: unknown tier 'fast', expected one of: full, smoke, standard",
        "toy.yaml:16:9: tier 'full' is not a mapping, expected what it sets, such as steps: 300",
    ]


def test_a_preset_cannot_set_the_seeds(tmp_path: Path) -> None:
    assert problems(tmp_path, "axes: {a: {b: {seeds: 0-3}}}") == [
        "toy.yaml:13:16: 'seeds' cannot be set here"
    ]


def test_values_are_shown_short() -> None:
    assert [shown(value) for value in (None, True, 1, 1.5, "a", [1], {"a": 1})] == [
        "null", "true", "1", "1.5", "'a'", "a list", "a mapping",
    ]  # fmt: skip
    assert len(shown("x" * 1000)) == 40


def test_a_key_far_from_all_gets_the_whole_list() -> None:
    assert stranger("zzz", ["b", "a"]) == "unknown key 'zzz', expected one of: a, b"
