"""docs/signals.md names every signal that a run records, and no other."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
import torch

from ganbench import registry
from ganbench.gan.losses import loss_of
from ganbench.probes.samples import EVERY
from ganbench.probes.trace import DIVERGENCE_BURST, FAILURE_BURST, FLIGHT
from ganbench.probes.windows import STATISTICS
from ganbench.store.schema import TABLES
from ganbench.suite.schema import Probes
from ganbench.train.field import EIGENVALUES
from ganbench.train.training import Training
from tests.docs.page import read, rows, section
from tests.train.settings import setting

PAGE = read("docs/signals.md")
DOCUMENTED = [row[0] for row in rows(section(PAGE, "## The trace"))]
AUXILIARY = {"discriminator": "auxiliary"}
PENALTIES = [{"name": name} for name in ("r1", "r2", "wgan-gp")]


def recorded(**changes: object) -> Training:
    training = Training([setting(steps=2, **changes)] * 2, [0, 1], torch.device("cpu"))
    training.advance(2)
    return training


def signals(training: Training) -> set[str]:
    names = (name.partition(".") for name in training.trace.windows(["a", "b"]))
    return {name for name, _, statistic in names if statistic in STATISTICS}


@pytest.fixture(scope="module")
def known() -> set[str]:
    """What runs of every loss record, with and without penalties."""
    losses = [entry.name for entry in registry.entries("loss")]
    plain = set().union(*(signals(recorded(loss=loss)) for loss in losses))
    return plain | signals(recorded(penalties=PENALTIES)) | signals(recorded(conditional=AUXILIARY))


def test_every_recorded_signal_is_on_the_page(known: set[str]) -> None:
    assert [name for name in sorted(known) if not any(fnmatchcase(name, d) for d in DOCUMENTED)] == []


def test_every_signal_of_the_page_is_recorded(known: set[str]) -> None:
    assert [name for name in DOCUMENTED if not any(fnmatchcase(k, name) for k in known)] == []


def test_no_signal_is_explained_twice() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED))


def test_every_signal_has_a_meaning_and_a_unit() -> None:
    assert [row[0] for row in rows(section(PAGE, "## The trace")) if not (row[1] and row[2])] == []


@pytest.mark.parametrize("loss", [entry.name for entry in registry.entries("loss")])
def test_density_ratios_are_read_only_where_the_loss_gives_them(loss: str) -> None:
    ratio = loss_of(registry.entry("loss", loss).options()).density_ratio
    assert ("implied_coverage" in signals(recorded(loss=loss))) == ratio


def test_the_statistics_are_those_of_the_windows() -> None:
    meanings = {c.name.removeprefix("*."): c.meaning for c in TABLES["windows"] if c.family}
    assert dict(rows(section(PAGE, "## Windows"))) == meanings
    assert tuple(meanings) == STATISTICS


def test_the_geometry_is_that_of_the_schema_and_of_a_look() -> None:
    columns = [c for c in TABLES["geometry"] if c.name not in ("run_id", "step")]
    documented = rows(section(PAGE, "## Geometry"))
    assert documented == [(c.name, c.unit, c.meaning) for c in columns]
    ((_, look),) = recorded(probes={"geometry": 2}).geometry
    assert all(any(fnmatchcase(name, row[0]) for row in documented) for name in look)
    assert sum(name.endswith("_real") for name in look) == EIGENVALUES == 6


def test_the_page_gives_the_numbers_in_use() -> None:
    probes = Probes()
    text = section(PAGE, "## Bursts and the flight recorder")
    assert f"({probes.bursts}) of `probes.burst_steps` consecutive raw steps ({probes.burst_steps})" in text
    assert f"burst {DIVERGENCE_BURST} holds the last {FLIGHT} steps before a run diverged" in text
    assert f"burst {FAILURE_BURST} the last {FLIGHT} before the evaluation by which it has failed" in text
    assert f"({probes.windows} by default)" in section(PAGE, "## Windows")
    assert f"every {EVERY}th step" in PAGE
