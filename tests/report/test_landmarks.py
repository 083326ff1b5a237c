"""What real samples get, and what one mode alone is worth."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from ganbench.report.cell import Cell
from ganbench.report.landmarks import of_one_mode, of_real_samples
from tests.report.results import content, section_of, write


def cell(path: Path, **changes: object) -> Cell:
    return section_of(write(path, {"a": [None, None]}, **changes)).cells[0]


def test_real_samples_are_those_of_the_floor(tmp_path: Path) -> None:
    one = cell(tmp_path)
    assert of_real_samples([one], "high_quality") == 0.989
    assert math.isnan(of_real_samples([one], "distance"))


def test_one_of_eight_equal_modes_is_an_eighth_at_ln_8_nats(tmp_path: Path) -> None:
    assert of_one_mode(cell(tmp_path)) == {
        "covered_modes": 1,
        "covered_modes_3": 1,
        "covered_share": 1 / 8,
        "reverse_kl": pytest.approx(math.log(8)),
    }


def test_modes_of_other_weights_have_no_single_divergence(tmp_path: Path) -> None:
    weighed = content(data={"name": "ring", "modes": 8, "weights": [2, *[1] * 7]})
    assert "reverse_kl" not in of_one_mode(cell(tmp_path / "a", content=json.dumps(weighed)))
    other = json.dumps({"steps": 300, "data": {"name": "digits"}})
    assert "reverse_kl" not in of_one_mode(cell(tmp_path / "b", content=other))


def test_data_without_modes_have_none(tmp_path: Path) -> None:
    assert of_one_mode(cell(tmp_path, modes=None)) == {}
