"""What is left out has no part in the thresholds that it is judged by."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.validation.answers import Panel
from ganbench.validation.examples import Example
from ganbench.validation.knobs import Knob
from ganbench.validation.left_out import LeftOut, left_out
from tests.detect.runs import healthy
from tests.validation.made_up import example

KNOBS = (Knob("discriminator-dominance", "auc", "gap"),)


def ranked(base: str, auc: float, *, present: bool, seed: int) -> Example:
    states = {"discriminator-dominance": "present" if present else "absent"}
    table = healthy(seed).with_signals(auc=auc).table()
    return example(
        states, table=table, base=base, loss=base.split("/")[1], seed=seed, run_id=f"{base}/{seed}"
    )


def tuning() -> Panel:
    """Only the base ring/ns shows that the bound should be lower."""
    return Panel(
        [
            ranked("ring/ns", 0.983, present=True, seed=0),
            ranked("ring/ns", 0.97, present=False, seed=0),
            ranked("grid/hinge", 0.997, present=True, seed=0),
        ]
    )


def scored() -> Panel:
    return Panel(
        [
            ranked("ring/ns", 0.983, present=True, seed=4),
            ranked("ring/ns", 0.97, present=False, seed=4),
            ranked("grid/ls", 0.983, present=True, seed=4),
            ranked("grid/hinge", 0.997, present=True, seed=4),
            ranked("grid/hinge", 0.5, present=False, seed=4),
        ]
    )


@pytest.fixture(scope="module")
def found() -> LeftOut:
    return left_out(tuning(), scored(), by="base", rng=np.random.default_rng(0), knobs=KNOBS)


def test_every_base_of_the_test_part_is_a_group_with_its_runs(found: LeftOut) -> None:
    assert [(one.name, one.runs) for one in found.groups] == [
        ("grid/hinge", 2),
        ("grid/ls", 1),
        ("ring/ns", 2),
    ]


def test_without_the_base_that_teaches_it_the_bound_stays_and_its_runs_are_missed(found: LeftOut) -> None:
    groups = {one.name: one for one in found.groups}
    assert (groups["ring/ns"].changes, groups["ring/ns"].macro.value) == (0, 0.0)
    assert (groups["grid/ls"].changes, groups["grid/ls"].macro.value) == (1, 1.0)


def test_all_test_runs_are_in_the_total_once(found: LeftOut) -> None:
    assert found.macro.runs == 5
    assert found.errors.n == 2
    assert 0 < found.macro.value < 1


def test_losses_are_left_out_the_same_way() -> None:
    found = left_out(tuning(), scored(), by="loss", rng=np.random.default_rng(0), knobs=KNOBS)
    assert [one.name for one in found.groups] == ["hinge", "ls", "ns"]
