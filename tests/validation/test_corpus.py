"""The corpus is made in processes of its own, and running again does only what is missing."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganbench.errors import InputError, UnknownName, UsageError
from ganbench.suite.datasets import measured
from ganbench.suite.schema import Setting
from ganbench.validation.cases import cases
from ganbench.validation.corpus import make, train_missing
from ganbench.validation.examples import PARTS, file, pieces, read, seeds
from tests.validation import tiny

CASES = (tiny.case(), tiny.case("modes", 1), tiny.case(of="dirac/minimax+r1"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    told: list[str] = []
    train_missing(folder, CASES, workers=2, tell=told.append)
    return folder, told


def test_every_case_has_its_tables(corpus):
    folder, told = corpus
    assert pieces(folder) == sorted(case.piece for case in CASES)
    assert all(file(folder, case.piece, part).exists() for case in CASES for part in PARTS)
    assert len(told) == 3
    assert {line.split()[0] for line in told} == {"1/3", "2/3", "3/3"}


def test_it_reads_back_as_examples(corpus):
    folder, _ = corpus
    examples = read(folder)
    assert len(examples) == 6
    assert sorted({(e.run["base"], e.run["fault"]) for e in examples}) == [
        ("dirac/minimax+r1", "none"),
        ("ring/minimax", "modes"),
        ("ring/minimax", "none"),
    ]


def test_what_is_there_is_not_made_again_and_what_is_missing_is(corpus):
    folder, _ = corpus
    told: list[str] = []
    truth = file(folder, CASES[0].piece, "truth")
    content = truth.read_bytes()
    others = {
        path: path.stat().st_mtime_ns
        for path in truth.parent.iterdir()
        if CASES[0].piece + "." not in path.name
    }
    train_missing(folder, CASES, workers=1, tell=told.append)
    assert told == []
    truth.unlink()
    train_missing(folder, CASES, workers=1, tell=told.append)
    assert told == [f"1/1 {CASES[0].piece}"]
    assert truth.read_bytes() == content
    assert {path: path.stat().st_mtime_ns for path in others} == others


def numbers(table):
    """What a row says, NaN equal to NaN."""
    return [repr(sorted(row.items())) for row in table.to_pylist()]


def test_a_case_with_fewer_seeds_than_planned_gets_the_others_as_if_trained_together(corpus, tmp_path):
    folder, _ = corpus
    whole = CASES[1]
    first, then = (replace(whole, seeds=(seed,)) for seed in whole.seeds)
    train_missing(tmp_path, [first], workers=1, tell=lambda _: None)
    before = {path: path.read_bytes() for path in (tmp_path / "parts").iterdir()}
    told: list[str] = []
    train_missing(tmp_path, [whole], workers=1, tell=told.append)
    assert told == [f"1/1 {then.piece}"]
    assert {path: path.read_bytes() for path in before} == before
    assert seeds(tmp_path) == {whole.name: set(whole.seeds)}
    for part in ("runs", "evaluations", "windows"):
        apart = [
            row for one in (first, then) for row in numbers(pq.read_table(file(tmp_path, one.piece, part)))
        ]
        assert sorted(apart) == sorted(numbers(pq.read_table(file(folder, whole.piece, part))))
    labels = {
        one.run["run_id"]: {kind: label.state for kind, label in one.truth.items()} for one in read(tmp_path)
    }
    for one in read(folder):
        if one.run["population"] == whole.name:
            assert labels[one.run["run_id"]] == {kind: label.state for kind, label in one.truth.items()}


def test_a_case_without_truth_is_not_read(corpus, tmp_path):
    folder, _ = corpus
    for part in PARTS[:-1]:
        target = file(tmp_path, CASES[0].piece, part)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file(folder, CASES[0].piece, part).read_bytes())
    assert pieces(tmp_path) == []


def test_what_goes_wrong_in_a_worker_is_raised_here(tmp_path):
    with pytest.raises(UnknownName, match="unknown fault 'modez'"):
        train_missing(tmp_path, [tiny.case("modez", 1)], workers=1, tell=lambda _: None)
    assert not (tmp_path / "parts").exists()


def foreign(folder, name="ring-minimax", *, seed=0, content=None, metrics=None):
    """A piece with the columns that say of what plan it is."""
    case = cases()[name]
    wanted = measured(Setting.model_validate(case.base.content)) if metrics is None else metrics
    row = {
        "population": name,
        "seed": seed,
        "content": json.dumps(content or case.base.content, sort_keys=True),
    }
    tables = {"runs": row, "evaluations": dict.fromkeys(wanted, 0.5), "truth": {"state": "absent"}}
    (folder / "parts").mkdir(parents=True)
    for part, one in tables.items():
        pq.write_table(pa.Table.from_pylist([one]), file(folder, f"{name}.{seed}", part))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seed": 8}, "seed 8 is in neither part"),
        ({"content": {"loss": "other"}}, "its base has another setting"),
        ({"metrics": ["covered_share"]}, "it lacks the metric covered_modes"),
    ],
)
def test_a_folder_of_another_plan_is_refused_before_anything_is_trained(tmp_path, change, why):
    foreign(tmp_path / "same")
    make(tmp_path / "same", workers=1, tell=lambda _: None, only=[])
    foreign(tmp_path / "other", **change)
    with pytest.raises(InputError, match=why) as caught:
        make(tmp_path / "other", workers=1, tell=lambda _: None)
    assert "choose another --corpus folder" in caught.value.hint


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(UsageError, match="workers is 0"):
        make(tmp_path, workers=0, tell=lambda _: None)
    with pytest.raises(UnknownName, match="did you mean 'ring-minimax'"):
        make(tmp_path, workers=1, tell=lambda _: None, only=["ring-minimaxx"])


def test_no_case_is_no_work(tmp_path):
    make(tmp_path, workers=1, tell=lambda _: None, only=[])
    assert list(tmp_path.iterdir()) == []
