"""One difference, by the statistics' own verdicts; what cannot be compared is refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganbench.errors import CannotTell, InputError, UnknownName, UsageError
from ganbench.report.compare import Difference, compare, drawing
from ganbench.stats.rate_comparison import compare_rates, compare_rates_by_seed
from ganbench.stats.rates import Count, PairedCount
from ganbench.stats.verdict import verdict, verdicts
from tests.report.results import COVERED, MIXED, SUITE, runs_of, write
from tests.store.example import PROVENANCE, opened


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("results") / "mixed")


def compared(a: object, b: object) -> Difference:
    return compare(str(a), str(b), rng=np.random.default_rng(0))


def test_two_cells_of_one_folder(mixed: Path) -> None:
    found = compared(f"{mixed}:ring/r1", f"{mixed}:ring/plain")
    (match,) = found.matches
    names = ("ring/r1", "ring/plain")
    assert match.rate == verdict(compare_rates(Count(0, 10), Count(9, 10), names=names))
    assert match.by_seed == verdict(compare_rates_by_seed(PairedCount(0, 0, 9, 1), names=names))
    assert match.value is not None
    assert (match.value.word, match.value.comparison.n) == ("better", (10, 10))
    assert found.told


def test_two_folders_are_compared_cell_by_cell_as_one_family(mixed: Path, tmp_path: Path) -> None:
    other = write(tmp_path, {"ring/half": [None] * 10, "ring/plain": [None] * 10, "ring/new": [None]})
    found = compared(mixed, other)
    family = [
        compare_rates(Count(9, 10), Count(0, 10), names=("ring/plain in A", "in B")),
        compare_rates(Count(5, 10), Count(0, 10), names=("ring/half in A", "in B")),
    ]
    assert [match.rate for match in found.matches] == [*verdicts(family)]
    assert found.remarks == ("Only A has ring/r1.", "Only B has ring/new.")


def test_the_direction_follows_the_order(mixed: Path) -> None:
    one = compared(f"{mixed}:ring/r1", f"{mixed}:ring/plain").matches[0].rate
    other = compared(f"{mixed}:ring/plain", f"{mixed}:ring/r1").matches[0].rate
    assert (one.word, other.word) == ("better", "worse")
    assert one.comparison.effect == -other.comparison.effect


def test_few_seeds_cannot_tell(tmp_path: Path) -> None:
    root = write(tmp_path, {"a": [None], "b": [COVERED]})
    found = compared(f"{root}:a", f"{root}:b")
    assert not found.told
    assert found.matches[0].value is None


def test_other_seeds_are_not_paired(tmp_path: Path) -> None:
    root = write(tmp_path, {"a": [None, None], "b": [COVERED, COVERED, None]})
    assert compared(f"{root}:a", f"{root}:b").matches[0].by_seed is None


def test_other_environments_are_told(mixed: Path, tmp_path: Path) -> None:
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    root = write(tmp_path, {"ring/r1": [None]}, provenance=other, fingerprint="0" * 12)
    assert "different environments" in compared(f"{mixed}:ring/r1", root).remarks[0]


def test_several_environments_on_one_side_share_no_rate(tmp_path: Path) -> None:
    root = write(tmp_path / "one", {"a": [None]})
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    write(root, {"b": [None]}, provenance=other, fingerprint="0" * 12)
    with pytest.raises(CannotTell, match="2 environments"):
        compared(root, root)


def test_cells_that_are_judged_differently_are_refused(mixed: Path, tmp_path: Path) -> None:
    root = write(tmp_path, {"ring/r1": [None]}, evaluation_id="d" * 12)
    with pytest.raises(CannotTell, match=f"evaluation hashes {'e' * 12} and {'d' * 12}"):
        compared(f"{mixed}:ring/r1", root)


def test_nothing_in_common_cannot_be_told(mixed: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="no cell in common"):
        compared(mixed, write(tmp_path, {"x": [None], "y": [None]}))


def test_an_unknown_cell_gets_the_nearest(mixed: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'ring/plain'"):
        compared(f"{mixed}:ring/plane", mixed)


def test_a_cell_whose_runs_all_crashed_cannot_be_told(tmp_path: Path) -> None:
    with opened(tmp_path, suite_text=SUITE, planned=[]) as results:
        rows = [
            row | {"status": "crashed", "message": "Traceback ...\nValueError: boom\n"}
            for row in runs_of("a", [None])
        ]
        results.commit("p", runs=rows + runs_of("b", [None]), evaluations=[])
    with pytest.raises(CannotTell, match=r"no run of cell 'a' .*: a 1 \(ValueError: boom\)"):
        compared(f"{tmp_path}:a", tmp_path)


@pytest.mark.parametrize("text", ["absent", "absent:ring/a"])
def test_what_is_no_folder_is_an_input_error(mixed: Path, text: str) -> None:
    with pytest.raises(InputError, match="no such folder"):
        compared(mixed, text)


def test_folders_and_cells_may_hold_a_colon(tmp_path: Path) -> None:
    root = write(tmp_path / "a:b", {"x:y": [None], "z": [None]})
    (match,) = compared(f"{root}:x:y", f"{root}:z").matches
    assert (match.ours.name, match.theirs.name) == ("x:y", "z")


def test_final_values_of_stopped_runs_are_not_compared(tmp_path: Path) -> None:
    outcomes = {"a": [None] * 5 + [COVERED] * 5}
    whole = write(tmp_path / "whole", outcomes)
    stopped = write(tmp_path / "stopped", outcomes, stopped_at=500)
    assert compared(whole, write(tmp_path / "again", outcomes)).matches[0].value is not None
    found = compared(stopped, whole)
    assert found.matches[0].value is None
    assert any("--stop-failed" in one for one in found.remarks)


@pytest.mark.parametrize(
    ("a", "b"), [("{}", "{}"), ("{}:ring/r1", "{}:ring/r1"), ("{}:ring/r1", "{}"), ("{}/../mixed", "{}")]
)
def test_the_same_runs_twice_are_refused(mixed: Path, a: str, b: str) -> None:
    with pytest.raises(UsageError, match="the same runs twice"):
        compared(a.format(mixed), b.format(mixed))


def test_the_figure_has_both_shares_of_every_pair(mixed: Path, tmp_path: Path) -> None:
    found = drawing(compared(mixed, write(tmp_path)))
    (axes,) = found.figure.axes
    assert [float(line.get_xdata()[0]) for line in axes.lines] == [10, 10, 100, 100, 50, 50]
    assert [label.get_text() for label in axes.get_yticklabels()] == [*MIXED]
    assert "n = 10 runs a cell" in found.caption
