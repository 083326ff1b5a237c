"""`ganbench run` in a process that can be killed, and what its results folder looks like afterwards."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pandas as pd

from ganbench.store.layout import Layout, is_aside

# A server that has imported torch once and forks: a kill then costs no four seconds of imports.
_SERVER = mp.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["ganbench.execute.course", "ganbench.train.training", "ganbench.store.reader"]
)

TRANSIENT = ["population", "seconds", "replicas", "sample_grid"]  # who trained together, and how long it took


def start(arguments: Sequence[str], said: Path, steps: Path | None = None) -> BaseProcess:
    """`ganbench ARGUMENTS` in a process of its own; what it prints goes to the file `said`.

    steps: a file that counts the iterations it trains, as `count` reads it.
    """
    process = _SERVER.Process(target=_main, args=(list(arguments), said, steps))
    process.start()
    return process


def kill(process: BaseProcess) -> bool:
    """SIGKILL. Whether it came before the process had ended by itself."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


def position(layout: Layout, population: str) -> int:
    """The step of a population's checkpoint; 0 where there is none."""
    from ganbench.train.checkpoint import load

    path = layout.checkpoint(population)
    return int(load(path)["state"]["iteration"]) if path.exists() else 0


def positions(root: Path) -> dict[str, int]:
    """The steps of all checkpoints of populations in progress."""
    layout = Layout(root)
    begun = [path.parent.name for path in layout.work.glob("*/checkpoint.pt")]
    return {population: position(layout, population) for population in begun}


def in_a_write(root: Path, pid: int | None) -> bool:
    """Whether process `pid` is writing a file, or was when it was killed."""
    return any(f".{pid}." in name and is_aside(Path(name)) for _, _, names in os.walk(root) for name in names)


def tables(root: Path) -> dict[str, pd.DataFrame]:
    """All results, less what two runs of one suite may differ in: any order, and `TRANSIENT`."""
    from ganbench.store.reader import (
        load_bursts,
        load_evaluations,
        load_findings,
        load_plane,
        load_results,
        load_windows,
    )

    found = {
        "runs": (load_results(root), ["run_id"]),
        "evaluations": (load_evaluations(root), ["run_id", "of", "step"]),
        "findings": (load_findings(root), ["run_id", "kind"]),
        "windows": (load_windows(root), ["run_id", "window"]),
        "bursts": (load_bursts(root), ["run_id", "burst", "step"]),
        "plane": (load_plane(root), ["run_id", "step"]),
    }
    return {
        name: frame.drop(columns=TRANSIENT, errors="ignore")
        .sort_values(by, ignore_index=True)
        .sort_index(axis=1)
        for name, (frame, by) in found.items()
    }


def differences(one: Path, other: Path) -> list[str]:
    """The tables that are not equal bit for bit."""
    found, expected = tables(one), tables(other)
    return [name for name, frame in expected.items() if not _equal(frame, found[name])]


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    try:
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    except AssertionError:
        return False
    return True


def counter(path: Path) -> Path:
    """A new count of 0 at `path`."""
    path.write_bytes(bytes(8))
    return path


def count(path: Path) -> int:
    return int.from_bytes(path.read_bytes(), sys.byteorder)


def _main(arguments: list[str], said: Path, steps: Path | None) -> None:
    from ganbench.cli.main import main

    with said.open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if steps is not None:
        _count_into(steps)
    sys.exit(main(arguments))


def _count_into(path: Path) -> None:
    """Every iteration of the training loop counts in a file that a kill cannot take back."""
    import numpy as np

    from ganbench.probes.recorder import Recorder

    total: Any = np.memmap(path, dtype=np.int64, mode="r+")
    step = Recorder.step

    def counted(self: Recorder) -> None:
        step(self)
        total[0] += 1

    Recorder.step = counted  # type: ignore[method-assign]  # counts the steps of this process
