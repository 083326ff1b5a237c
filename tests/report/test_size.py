"""Ten thousand runs, with traces as long and wide as those of a suite, within a minute of one core and 2 GB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.report.results import COVERED, SIGNALS, STEPS, SUITE, evaluations_of, runs_of, windows_of
from tests.store.example import bursts, opened, plan

CELLS, SEEDS, WINDOWS, WIDTH = 100, 100, 250, 42
MEASURED = """
import json, resource, sys
from pathlib import Path
from ganbench.report.build import build_report
build_report([Path(sys.argv[1])], Path(sys.argv[2]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}))
"""


def many(root: Path) -> Path:
    """A hundred cells over two numeric axes; each a population of a hundred seeds."""
    rng = np.random.default_rng(0)
    names = [f"{x}/{y}" for x in range(10) for y in range(10)]
    signals = [*SIGNALS, *(f"penalty_{k}" for k in range(WIDTH - len(SIGNALS)))]
    planned = plan(*((name, seed) for name in names for seed in range(SEEDS)))
    with opened(root, planned=planned, suite_text=SUITE) as results:
        for number, name in enumerate(names):
            criteria = [COVERED if failed else None for failed in rng.random(SEEDS) < number / CELLS]
            rows = runs_of(name, criteria)
            ids = [row["run_id"] for row in rows]
            traces = windows_of(ids, count=WINDOWS, steps=STEPS, signals=signals)
            looks = [one | {"step": one["step"] + k} for one in evaluations_of(rows) for k in range(-4, 1)]
            results.commit(
                f"p{number}", runs=rows, evaluations=looks, windows=[traces], bursts=[bursts(*ids)]
            )
    return root


@pytest.mark.long
def test_ten_thousand_runs_take_a_minute_of_one_core_and_2_gb(tmp_path: Path) -> None:
    root = many(tmp_path / "mine")
    command = [sys.executable, "-c", MEASURED, str(root), str(tmp_path / "r")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    used = json.loads(answer.stdout)
    assert used["seconds"] < 60
    assert used["peak"] < 2 * 1024**3
