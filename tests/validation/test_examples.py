"""What is read back is what a detector would be given of a stored run, and what truth said of it."""

from __future__ import annotations

import numpy as np
import pytest

from ganbench.detect import diagnose_table
from ganbench.errors import InputError
from ganbench.store.atomic import write_table
from ganbench.validation.examples import PARTS, Example, file, pieces, read, read_piece, seeds
from ganbench.validation.trial import Trial
from ganbench.validation.truth import KINDS
from tests.validation import tiny


def written(folder, case):
    trial = Trial(case)
    trial.run()
    for part, table in trial.tables().items():
        write_table(file(folder, case.piece, part), table)
    return trial


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> tuple[Trial, list[Example]]:
    folder = tmp_path_factory.mktemp("examples")
    trial = written(folder, tiny.case("nan-weights", 1, 0.5))
    return trial, read_piece(folder, trial.case.piece)


def test_runs_come_in_the_order_of_their_seeds(stored):
    _, examples = stored
    assert [one.run["seed"] for one in examples] == list(tiny.SEEDS)


def test_a_table_has_the_rows_of_its_run(stored):
    trial, examples = stored
    columns = trial.training.trace.windows(trial.names)
    for one in examples:
        mine = np.asarray(columns["run_id"]) == one.run["run_id"]
        assert np.array_equal(one.table.last, np.asarray(columns["last_step"])[mine])
        held, written_down = one.table.signals["loss_d"], np.asarray(columns["loss_d.mean"])[mine]
        known = held.count > 0
        assert known.sum() == 20
        np.testing.assert_array_equal(held.mean[known], written_down[known])
        assert [step for burst in one.table.bursts for step in burst.step][:3] == [0, 1, 2]


def test_evaluations_and_histograms_are_those_of_the_run(stored):
    trial, examples = stored
    for one in examples:
        rows = [row for row in trial.rows if row["run_id"] == one.run["run_id"]]
        assert list(one.table.evaluations.step) == [10, 20, 30, 40]
        np.testing.assert_array_equal(
            one.table.evaluations.values["covered_share"], [row["covered_share"] for row in rows]
        )
        histogram = one.table.evaluations.histogram
        assert histogram is not None
        assert list(histogram[0]) == rows[0]["mode_histogram"]
        assert np.isnan(histogram[3]).all()


def test_facts_are_those_of_the_row(stored):
    _, examples = stored
    facts = examples[0].table.facts
    assert (facts.loss, facts.modes, facts.batch, facts.diverged_at) == ("minimax", 8, 64, 20)


def test_labels_are_typed(stored):
    _, examples = stored
    for one in examples:
        assert tuple(one.truth) == KINDS
        label = one.truth["non-finite"]
        assert (label.state, label.onset, label.value) == ("present", 20, 1.0)
        assert one.truth["wiring"].onset is None
        assert one.truth["wiring"].value is None


def test_detectors_take_it_as_it_is(stored):
    _, examples = stored
    found = {finding.kind: finding.status for finding in diagnose_table(examples[0].table)}
    assert found["non-finite"] == "fired"


def test_a_folder_without_a_case_is_refused(tmp_path):
    with pytest.raises(InputError, match="no complete case") as caught:
        read(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_damaged_file_is_named(tmp_path):
    trial = written(tmp_path, tiny.case(of="dirac/minimax+r1"))
    broken = file(tmp_path, trial.case.piece, "windows")
    broken.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read as Parquet") as caught:
        read(tmp_path)
    assert caught.value.where == str(broken)


def test_a_run_that_is_in_two_pieces_is_refused_with_both(tmp_path):
    trial = written(tmp_path, tiny.case(of="dirac/minimax+r1"))
    for part in PARTS:
        file(tmp_path, "twice", part).write_bytes(file(tmp_path, trial.case.piece, part).read_bytes())
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert f"the run '{trial.names[0]}' in {trial.case.piece} and in twice" in str(caught.value)


def test_seeds_are_those_of_the_rows_whatever_the_files_are_called(tmp_path):
    trial = written(tmp_path, tiny.case(of="dirac/minimax+r1"))
    for part in PARTS:
        file(tmp_path, trial.case.piece, part).rename(file(tmp_path, "moved.99", part))
    assert pieces(tmp_path) == ["moved.99"]
    assert seeds(tmp_path) == {trial.case.name: set(tiny.SEEDS)}
    assert seeds(tmp_path / "nowhere") == {}
