"""Records are frozen plain data: they compare, pickle and know their ids."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from ganbench import records
from ganbench.records import Cell, Evaluation, Evidence, Finding, Outcome, Population, Provenance, Run

CELL = Cell("hinge", {"loss": "hinge"}, {"batch": 64}, "0123456789ab", "ba9876543210")
EACH = [
    CELL,
    Run(CELL, 7),
    Population((Run(CELL, 7), Run(CELL, 8)), "p"),
    Evaluation(100, "ema", {"modes": 8.0}),
    Outcome("failed", 300, "modes below 6"),
    Provenance({"torch": "2.15"}, "cpu", 2, None, "f"),
    Evidence("auc", 0, 99, 0.5),
    Finding("wiring", "clear", "all well", evidence=(Evidence("auc", 0, 99, 0.5),)),
]


def test_every_record_is_tested_here():
    known = {kind for kind in vars(records).values() if dataclasses.is_dataclass(kind)}
    assert known == {type(record) for record in EACH}


@pytest.mark.parametrize("record", EACH, ids=lambda record: type(record).__name__)
def test_records_are_frozen(record):
    name = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, None)


@pytest.mark.parametrize("record", EACH, ids=lambda record: type(record).__name__)
def test_records_travel_to_another_process_and_come_back_equal(record):
    assert pickle.loads(pickle.dumps(record)) == record


def test_a_run_is_called_by_its_cells_id_and_its_seed():
    assert Run(CELL, 7).id == "0123456789ab-7"


def test_runs_of_cells_with_equal_ids_have_equal_ids_whatever_their_names():
    renamed = dataclasses.replace(CELL, name="another")
    assert Run(renamed, 7).id == Run(CELL, 7).id
    assert Run(CELL, 8).id != Run(CELL, 7).id


def test_a_healthy_run_failed_nowhere():
    assert Outcome("healthy") == Outcome("healthy", None, None)


def test_provenances_do_not_share_their_notes():
    one, other = (Provenance({}, "cpu", 1, None, "f") for _ in range(2))
    assert one.notes == {}
    assert one.notes is not other.notes
