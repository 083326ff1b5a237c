"""`--set a.b=v`: the typing of the file, over tiers and presets, never without effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.errors import SuiteError, UsageError
from ganbench.suite.expand import cells, expand
from ganbench.suite.override import assignment, halves, override
from ganbench.suite.yaml import Document, parse
from tests.suite.example import problems, suite

KEYS = st.text("abcxyz_", min_size=1, max_size=4)
WORDS = KEYS.filter(lambda key: key not in ("y", "name", "axes"))


def document(text: str) -> Document:
    return Document("f", text, parse(text, "f"))


def data(text: str, *assignments: str) -> dict[str, Any]:
    return override(document(text), assignments)[0].data


@given(st.lists(WORDS, min_size=1, max_size=4), st.integers().filter(lambda i: abs(i) < 2**62))
def test_a_value_is_at_its_path_afterwards(path: list[str], value: int) -> None:
    found: Any = data("{}", f"{'.'.join(path)}={value}")
    for key in path:
        found = found[key]
    assert found == value


@given(st.dictionaries(WORDS, st.integers(0, 9), min_size=1), WORDS)
def test_nothing_else_changes(before: dict[str, int], key: str) -> None:
    text = "{" + ", ".join(f"{k}: {v}" for k, v in before.items()) + "}"
    assert data(text, f"{key}=x") == before | {key: "x"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=1e-4", 1e-4), ("a=no", "no"), ("a='1'", "1"), ("a=", None), ("a=[1, x]", [1, "x"]), ("a={b: 1}", {"b": 1}),
     ("a=b=c", "b=c"), ("a= 3 ", 3), ("a=true", True), ("a=0-9", "0-9")],
)  # fmt: skip
def test_values_are_typed_as_in_the_file(text: str, value: object) -> None:
    assert data("{}", text) == {"a": value}


def test_the_last_assignment_holds_and_all_are_recorded() -> None:
    changed, made = override(document("a: 1"), ["a=2", "b=3", "a=4"])
    assert changed.data == {"a": 4, "b": 3}
    assert [one.text for one in made] == ["a=2", "b=3", "a=4"]


def test_an_item_of_a_list_has_its_index() -> None:
    assert data("a: [{b: 1}, {b: 2}]", "a.1.b=5") == {"a": [{"b": 1}, {"b": 5}]}


@pytest.mark.parametrize("index", ["2", "-1", "x", "²"])
def test_an_item_that_is_not_there_is_refused(index: str) -> None:
    with pytest.raises(
        SuiteError, match=rf"--set a\.{index}: '{index}' is no item of a list of 2, expected 0 to 1"
    ):
        data("a: [1, 2]", f"a.{index}=5")


def test_options_of_a_bare_name_and_another_name() -> None:
    assert data("data: ring", "data.std=1") == {"data": {"name": "ring", "std": 1}}
    assert data("data: {name: ring, std: 1}", "data.name=grid") == {"data": {"name": "grid"}}
    assert data("data: {name: ring, std: 1}", "data={std: 2}") == {"data": {"name": "ring", "std": 2}}


def test_names_of_axes_may_hold_dots() -> None:
    text = "axes: {optimizers.generator.lr: [1], m: {a: {loss: x}}}"
    assert data(text, "axes.optimizers.generator.lr=[2]")["axes"]["optimizers.generator.lr"] == [2]
    assert data(text, "axes.latent.dim=[3]")["axes"]["latent.dim"] == [3]
    assert data(text, "axes.m.a.loss=y")["axes"]["m"] == {"a": {"loss": "y"}}


@pytest.mark.parametrize("text", ["steps", "=3", "a..b=3", ".a=1", ""])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected PATH=VALUE"):
        assignment(text)


@pytest.mark.parametrize("text", ["a.b=[1", "a.b=!x 1", "a.b={c: 1, c: 2}", "a.b=.inf"])
def test_a_value_that_is_no_yaml_is_refused_with_its_path_as_the_place(text: str) -> None:
    with pytest.raises(SuiteError, match=r"^--set a\.b: "):
        assignment(text)


@pytest.mark.parametrize(
    ("assigned", "message"),
    [
        ("steps=0", "--set steps: steps is 0, expected an integer of at least 1"),
        ("stpes=5", "--set stpes: unknown key 'stpes', did you mean 'steps'?"),
        (
            "optimizers.generator.lrr=1",
            "--set optimizers.generator.lrr: unknown option 'lrr' of optimizer 'adam'",
        ),
        ("optimzers.generator.lr=1", "--set optimzers.generator.lr: unknown key 'optimzers'"),
        ("loss=hindge", "--set loss: unknown loss 'hindge', did you mean 'hinge'?"),
        ("loss.weight=3", "--set loss.weight: unknown option 'weight' of loss 'hinge'"),
        ("seeds=5", "--set seeds: expected seeds as a range"),
        ("tiers.fast.steps=3", "--set tiers.fast.steps: unknown tier 'fast'"),
        ("axes.loss=[]", "--set axes.loss: axis 'loss' is empty"),
        ("batch.size=3", "--set batch.size: batch is a mapping, expected an integer of at least 1"),
        ("version=x", "--set version: version is 'x', expected toy-v1"),
    ],
)
def test_a_wrong_assignment_is_one_problem_at_its_own_place(
    tmp_path: Path, assigned: str, message: str
) -> None:
    (found,) = problems(tmp_path, "tiers: {smoke: {steps: 10}}", sets=(assigned,))
    assert found.startswith(message)


def test_what_was_typed_wins_over_tiers_and_presets(tmp_path: Path) -> None:
    lines = (
        "tiers: {smoke: {steps: 10, seeds: 0-3}}",
        "axes: {m: {a: {schedule: {d_steps: 5}}, b: {loss: minimax}}}",
    )
    made = suite(tmp_path, *lines, sets=("steps=40", "schedule.d_steps=2", "seeds=[9]"))
    runs = expand(made, tier="smoke")
    assert {run.cell.content["steps"] for run in runs} == {40}
    assert {run.cell.content["schedule"]["d_steps"] for run in runs} == {2}
    assert {run.seed for run in runs} == {9}
    assert made.assignments == ("steps=40", "schedule.d_steps=2", "seeds=[9]")


def test_an_axis_named_by_its_values_is_not_set_from_outside(tmp_path: Path) -> None:
    axis = "axes: {optimizers.generator.lr: [1e-4, 2e-4]}"
    assert problems(tmp_path, axis, sets=("optimizers.generator.lr=1",)) == [
        "--set optimizers.generator.lr: the axis 'optimizers.generator.lr' varies it: choose with --only, "
        "or change it with --set axes.optimizers.generator.lr"
    ]
    (found,) = problems(tmp_path, "axes: {z: {zip: {batch: [4, 5]}}}", sets=("batch=6",))
    assert found.startswith("--set batch: the axis 'z' varies it")


def test_an_option_that_an_axis_leaves_open_is_set_in_every_cell(tmp_path: Path) -> None:
    made = suite(tmp_path, "axes: {data: [ring, grid]}", sets=("data.std=0.5",))
    assert [cell.content["data"]["std"] for cell in cells(made)] == [0.5, 0.5]


def test_cells_that_an_assignment_makes_the_same_are_refused(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "axes: {m: {a: {loss: minimax}, b: {loss: hinge}}}", sets=("loss=hinge",))
    assert found == "toy.yaml:13:32: cells 'a' and 'b' are the same: equal content"


@given(st.text("ab.=[]{}:,1-e'&*! ", max_size=20) | st.text(max_size=20))
def test_any_text_is_an_assignment_or_refused_in_our_words(text: str) -> None:
    try:
        assert assignment(text).text == text
    except UsageError as error:
        assert str(error).startswith("--set ")  # noqa: PT017  # either way is right, nothing else is


FAILURE = "failure: [{metric: covered_modes, below: 5, for: 3}]"


def test_a_value_that_one_tier_alone_does_not_take_says_which(tmp_path: Path) -> None:
    tiers = "tiers: {full: {evaluation: {every: 20}}}"
    (found,) = problems(tmp_path, FAILURE, tiers, sets=("steps=30",))
    assert found.startswith("--set steps: ")
    assert found.endswith(" (in tier full; every tier is checked)")
    (everywhere,) = problems(tmp_path, FAILURE, tiers, sets=("steps=10",))
    assert everywhere.startswith("--set steps: ")
    assert "tier" not in everywhere


def test_a_value_that_two_of_three_tiers_do_not_take_names_both(tmp_path: Path) -> None:
    tiers = "tiers: {smoke: {evaluation: {every: 5}}, full: {batch: 7}}"
    (found,) = problems(tmp_path, FAILURE, tiers, sets=("steps=20",))
    assert found.endswith(" (in tiers full and standard; every tier is checked)")


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (("loss.discriminator=minimax",), "--set loss.discriminator: the generator keeps the loss"),
        (("loss.generator.name=minimax",), "--set loss.generator: the discriminator keeps the loss"),
        (("loss.generator=minimax", "loss.discriminator=minimax"), ""),
        (("loss=minimax",), ""),
        (("steps=20",), ""),
    ],
)
def test_half_a_loss_is_told_with_what_becomes_of_the_other_half(
    tmp_path: Path, sets: tuple[str, ...], told: str
) -> None:
    found = list(halves(suite(tmp_path, sets=sets).overrides))
    assert [one.startswith(told) for one in found] == ([True] if told else [])
