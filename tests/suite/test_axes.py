"""The three forms of an axis, and the labels of their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.suite.axes import text_of
from ganbench.suite.expand import cells
from ganbench.suite.yaml import parse
from tests.suite.example import BASE, problems, suite


def test_a_list_sets_values_at_a_dotted_path(tmp_path: Path) -> None:
    found = list(cells(suite(tmp_path, "axes: {optimizers.generator.lr: [1e-4, 2e-3]}")))
    assert [cell.name for cell in found] == ["0.0001", "0.002"]
    assert [cell.content["optimizers"]["generator"]["lr"] for cell in found] == [1e-4, 2e-3]
    assert all(cell.content["optimizers"]["discriminator"]["lr"] == 2e-4 for cell in found)


def test_zipped_lists_vary_together(tmp_path: Path) -> None:
    axis = "axes: {size: {zip: {batch: [4, 8], optimizers.generator.lr: [1e-4, 2e-4]}}}"
    found = list(cells(suite(tmp_path, axis)))
    assert [cell.name for cell in found] == ["4:0.0001", "8:0.0002"]
    assert [(cell.content["batch"], cell.content["optimizers"]["generator"]["lr"]) for cell in found] == [
        (4, 1e-4), (8, 2e-4),
    ]  # fmt: skip


def test_presets_are_named_patches(tmp_path: Path) -> None:
    axis = "axes: {method: {plain: {loss: minimax}, critic: {loss: wasserstein, schedule: {d_steps: 5}}}}"
    plain, critic = cells(suite(tmp_path, axis))
    assert (plain.coordinates, critic.coordinates) == ({"method": "plain"}, {"method": "critic"})
    assert (plain.content["schedule"]["d_steps"], critic.content["schedule"]["d_steps"]) == (1, 5)


def test_a_preset_may_change_nothing(tmp_path: Path) -> None:
    axis = "axes: {trick: {none: {}, ema: {ema: {decay: 0.9}}}}"
    assert [cell.name for cell in cells(suite(tmp_path, axis))] == ["none", "ema"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("hinge", "hinge"),
        ("1e-4", "0.0001"),
        ("null", "null"),
        ("true", "true"),
        ("[]", "none"),
        ("[r1]", "r1"),
        ("[r1, {name: r2, gamma: 3}]", "r1+r2(gamma=3)"),
        ("{name: r1, gamma: 1e-1, every: 16}", "r1(gamma=0.1 every=16)"),
        ("{decay: 0.9}", "decay=0.9"),
    ],
)
def test_labels_say_what_a_value_is(text: str, label: str) -> None:
    assert text_of(parse(text, "a")) == label


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ("{loss: []}", "13:8: axis 'loss' is empty"),
        ("{loss: {}}", "13:8: axis 'loss' is empty"),
        ("{loss: hinge}", "13:8: axis 'loss' is empty"),
        ("[loss]", "13:7: expected axes as a mapping"),
        ("{a: {zip: {batch: [1], steps: [1, 2]}}}", "13:12: zip expects lists of equal length: batch has 1, steps has 2"),
        ("{a: {zip: {batch: []}}}", "13:12: zip expects paths, each with a list of values"),
        ("{a: {zip: 3}}", "13:12: zip expects paths, each with a list of values"),
        ("{a: {b: 3}}", "13:15: preset 'b' of axis 'a' is not a mapping"),
        ("{batch: [1, 1]}", "13:19: axis 'batch' has '1' more than once"),
        ("{a: {b/c: {}}}", "13:12: 'b/c' cannot be a label"),
        ("{a: {'b,c': {}}}", "cannot be a label: it has '/' or ','"),
        ("{a: {/b: {}}}", "cannot be a label: it has '/' or ','"),
        ("{a: {'': {}}}", "'' cannot be a label: it is empty"),
        ("{a: {..: {}}}", "13:12: '..' cannot be a label: it is the name of a folder"),
        ("{a: {.: {}}}", "13:12: '.' cannot be a label: it is the name of a folder"),
        ('{a: {"b\\0": {}}}', "cannot be a label: it has a character that cannot be printed"),
        ('{a: {"b\\n": {}}}', "cannot be a label: it has a character that cannot be printed"),
        ("{optimizers.generator.lrr: [1, 2]}", "13:8: unknown option 'lrr' of optimizer 'adam', did you mean 'lr'?"),
        ("{optimzers.generator.lr: [1, 2]}", "13:8: unknown key 'optimzers', did you mean 'optimizers'?"),
        ("{loss: [hinge, hindge]}", "13:22: unknown loss 'hindge', did you mean 'hinge'?"),
        ("{'a..b': [1]}", "13:8: unknown key 'a'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_axis_is_shown_in_it(tmp_path: Path, axis: str, message: str) -> None:
    (found,) = problems(tmp_path, f"axes: {axis}")
    assert message in found


@pytest.mark.parametrize("letter", ["x", "é", "雪"])
def test_a_label_is_at_most_100_bytes_long(tmp_path: Path, letter: str) -> None:
    fits = letter * (100 // len(letter.encode()))
    assert problems(tmp_path, f"axes: {{a: {{{fits}: {{}}}}}}") == []
    (found,) = problems(tmp_path, f"axes: {{a: {{{fits}{letter}: {{}}}}}}")
    assert found.startswith(f"toy.yaml:13:12: '{letter}")
    assert "cannot be a label: it is longer than 100 bytes; choose one as a named preset" in found
    assert len(found) < 200


def test_a_list_of_values_whose_text_is_too_long_is_told_of_presets(tmp_path: Path) -> None:
    means = [[i, i + 1] for i in range(40)]
    (found,) = problems(tmp_path, f"axes: {{data: [{{name: mixture, std: 1.0, means: {means}}}]}}")
    assert "13:15: 'mixture(" in found
    assert "choose one as a named preset" in found


def test_labels_that_only_look_like_folders_are_fine(tmp_path: Path) -> None:
    found = cells(suite(tmp_path, "axes: {a: {...: {batch: 2}, .b: {batch: 3}, b..: {batch: 4}}}"))
    assert [cell.name for cell in found] == ["...", ".b", "b.."]


def test_an_axis_that_cannot_be_read_is_not_reported_as_a_missing_key(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "axes: {data: []}", base=BASE.replace("data: ring\n", ""))
    assert "axis 'data' is empty" in found


def test_a_product_without_end_is_refused_at_once(tmp_path: Path) -> None:
    axes = ", ".join(f"a{i}: [{', '.join(map(str, range(20)))}]" for i in range(20))
    (found,) = problems(tmp_path, f"axes: {{{axes}}}")
    assert "cells, expected at most 10,000" in found
