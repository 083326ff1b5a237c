"""What is said beside the table: networks that are called one replica at a time, crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ganbench.cli import main as cli
from ganbench.cli import run as verb
from ganbench.cli.remarks import call_by_call, crashes, remarks, sequential
from tests.execute import example

DROPS = "Dropout2d draws inside the module"
STUCK = "vmap: expected (a / b) of 2 (dims)"


def frame(*rows: tuple[str, str], **columns: Any) -> pd.DataFrame:
    """Runs, each (cell, strategy)."""
    return pd.DataFrame(rows, columns=["cell", "strategy"]).assign(
        status="healthy", fingerprint="f", seed=0, message="", **columns
    )


def told(*rows: tuple[str, str]) -> list[str]:
    return list(sequential(frame(*rows)))


@pytest.mark.parametrize("strategy", ["layers", "vmap", "layers / vmap", ""])
def test_vectorised_networks_are_no_matter(strategy: str) -> None:
    assert told(("a", strategy)) == []


@pytest.mark.parametrize(
    "strategy",
    [
        f"sequential ({DROPS})",
        f"layers / sequential ({DROPS})",
        f"sequential ({DROPS}) / vmap",
        f"sequential ({DROPS}) / layers",
    ],
)
def test_the_reason_is_told_whichever_network_has_it(strategy: str) -> None:
    assert told(("ring/a", strategy)) == [f"networks are called one replica at a time in ring/a: {DROPS}"]


def test_a_reason_is_told_once_with_its_cells_in_order() -> None:
    rows = [(cell, f"layers / sequential ({DROPS})") for cell in ("b", "a", "b", "a")]
    assert told(*rows) == [f"networks are called one replica at a time in b, a: {DROPS}"]


@pytest.mark.parametrize(
    ("cells", "named"),
    [("abc", "a, b, c"), ("abcd", "a, b, c and 1 more"), ("abcdefgh", "a, b, c and 5 more")],
)
def test_at_most_three_cells_are_named(cells: str, named: str) -> None:
    (line,) = told(*[(cell, f"sequential ({DROPS})") for cell in cells])
    assert line == f"networks are called one replica at a time in {named}: {DROPS}"


def test_each_reason_has_a_line_even_within_one_run() -> None:
    lines = told(
        ("a", f"sequential ({STUCK}) / sequential ({DROPS})"), ("b", f"layers / sequential ({DROPS})")
    )
    assert [line.rpartition(" in ")[2] for line in lines[:1]] == [f"a: {STUCK}"]
    assert lines[1] == f"networks are called one replica at a time in a, b: {DROPS}"
    assert len(lines) == 2


def test_why_there_are_no_cuda_graphs_is_told_once_with_the_cells() -> None:
    said = "replayed, a graph left other numbers than its calls"
    rows = [(cell, f"layers / vmap / call by call ({said})") for cell in ("b", "a", "b")]
    rows += [("c", "layers / graphs"), ("d", f"sequential ({STUCK}) / call by call (a (nested) reason)")]
    assert list(call_by_call(frame(*rows))) == [
        f"no CUDA graphs in b, a: {said}",
        "no CUDA graphs in d: a (nested) reason",
    ]
    assert list(remarks(frame(*rows), {"f": "environment f"})) == [
        f"networks are called one replica at a time in d: {STUCK}",
        f"no CUDA graphs in b, a: {said}",
        "no CUDA graphs in d: a (nested) reason",
    ]


@pytest.mark.parametrize("ending", ["graphs", f"call by call ({DROPS})"])
def test_how_iterations_are_made_is_no_part_of_why_networks_are_slow(ending: str) -> None:
    assert told(("a", f"layers / sequential ({STUCK}) / {ending}")) == [
        f"networks are called one replica at a time in a: {STUCK}"
    ]


def test_runs_that_crashed_are_counted_with_the_last_words_of_the_first() -> None:
    crashed = frame(("a", ""), ("b", "")).assign(message="Traceback\nValueError: broken\n")
    assert crashes(crashed).startswith("2 runs crashed, the first a with seed 0: ValueError: broken\n")
    assert crashes(crashed[:1]).startswith("1 run crashed, ")


def test_a_run_of_nothing_but_vectorised_networks_needs_no_remark() -> None:
    assert list(remarks(frame(("a", "layers")), {"f": "environment f"})) == []


def test_of_several_environments_it_is_told_which_seeds_are_whose_and_how_to_compute_all_again() -> None:
    runs = [(cell, seed, "f") for cell in "abcde" for seed in (0, 1, 2)] + [("a", 3, "g"), ("z", 0, "g")]
    told = frame(*((cell, "layers") for cell, *_ in runs)).assign(
        seed=[seed for _, seed, _ in runs], fingerprint=[key for *_, key in runs]
    )
    assert list(remarks(told, {"f": "torch 2.14.0", "g": "torch 2.15.0"})) == [
        "these runs come from different environments, and are kept apart:\n"
        "  a: seeds 0-2 with torch 2.14.0; seed 3 with torch 2.15.0\n"
        "  b, c, d and 1 more: seeds 0-2 with torch 2.14.0\n"
        "  z: seed 0 with torch 2.15.0\n"
        "  to compute all of them in this one, choose another --out, or delete these results with --fresh"
    ]


def test_the_verb_tells_it_on_stderr_after_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    results = verb._results
    monkeypatch.setattr(
        verb, "_results", lambda *args: results(*args).assign(strategy=f"sequential ({DROPS})")
    )
    suite = str(example.written(tmp_path))
    assert cli.main(["run", suite, "--workers", "1", "--out", str(tmp_path / "results")]) == 0
    captured = capsys.readouterr()
    assert captured.err.count(f"networks are called one replica at a time in hinge, minimax: {DROPS}\n") == 1
    assert DROPS not in captured.out
