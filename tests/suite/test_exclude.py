"""Cells that are left out of the product, and cells that are added."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.suite.expand import cells
from tests.suite.example import problems, suite

AXES = "axes: {loss: [hinge, minimax], batch: [4, 8]}"


def names(folder: Path, *more: str) -> list[str]:
    return [cell.name for cell in cells(suite(folder, AXES, *more))]


def test_an_exclusion_takes_out_all_that_matches_it(tmp_path: Path) -> None:
    assert names(tmp_path, "exclude: [{loss: hinge, batch: 8}]") == ["hinge/4", "minimax/4", "minimax/8"]
    assert names(tmp_path, "exclude: [{loss: hinge}]") == ["minimax/4", "minimax/8"]


def test_exclusions_add_up(tmp_path: Path) -> None:
    assert names(tmp_path, "exclude: [{loss: hinge}, {batch: 4}]") == ["minimax/8"]


def test_labels_match_by_value(tmp_path: Path) -> None:
    axes = "axes: {optimizers.generator.lr: [1e-4, 2e-4]}"
    found = cells(suite(tmp_path, axes, "exclude: [{optimizers.generator.lr: 0.00010}]"))
    assert [cell.name for cell in found] == ["0.0002"]


def test_included_cells_stand_on_the_base_after_the_product(tmp_path: Path) -> None:
    more = "include: [{name: big, set: {batch: 64, generator: {width: 128}}}]"
    *product, big = cells(suite(tmp_path, AXES, more))
    assert len(product) == 4
    assert (big.name, big.coordinates) == ("big", {})
    assert (big.content["batch"], big.content["generator"]["width"], big.content["loss"]["name"]) == (
        64,
        128,
        "hinge",
    )


def test_an_included_cell_stands_beside_the_one_cell_of_a_suite_without_axes(tmp_path: Path) -> None:
    found = cells(suite(tmp_path, "include: [{name: big, set: {batch: 64}}]"))
    assert [cell.name for cell in found] == ["toy", "big"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exclude: [{los: hinge}]", "14:12: unknown axis 'los', did you mean 'loss'?"),
        ("exclude: [{loss: hindge}]", "14:18: axis 'loss' has no 'hindge', did you mean 'hinge'?"),
        ("exclude: [{batch: 5}]", "14:19: axis 'batch' has no '5', expected one of: 4, 8"),
        ("exclude: {loss: hinge}", "14:10: expected exclude as a list of mappings"),
        ("exclude: [{}]", "14:11: expected a mapping in exclude, with at least one key"),
        ("exclude: [hinge]", "14:11: expected a mapping in exclude, with at least one key"),
        ("exclude: [{loss: hinge}, {loss: minimax}]", "1:1: no cell is left in tier 'standard'"),
        ("include: [{name: x, set: {batch: 4, loss: hinge}}]", "14:18: cells 'hinge/4' and 'x' are the same"),
        ("include: [{name: x, set: {batch: 64, loss: hindge}}]", "14:44: unknown loss 'hindge'"),
        (
            "include: [{name: a/b, set: {batch: 64}}]",
            "14:18: 'a/b' cannot be the name of a cell: it has '/' or ','",
        ),
        (
            "include: [{name: .., set: {batch: 64}}]",
            "14:18: '..' cannot be the name of a cell: it is the name",
        ),
        ("include: [{name: '', set: {batch: 64}}]", "14:18: '' cannot be the name of a cell: it is empty"),
        ("include: [{set: {batch: 64}}]", "14:11: an included cell needs a name"),
        ("include: [{name: x}]", "14:11: included cell 'x' needs `set`"),
        ("include: [{name: x, sets: {}, set: {batch: 2}}]", "14:21: unknown key 'sets', did you mean 'set'?"),
        (
            "include: [{name: x, set: {batch: 2}}, {name: x, set: {batch: 3}}]",
            "14:46: two cells are named 'x'",
        ),
    ],
)
def test_what_matches_nothing_or_cannot_be_is_refused(tmp_path: Path, line: str, message: str) -> None:
    found = problems(tmp_path, AXES, line)
    assert len(found) == 1
    assert message in found[0]
