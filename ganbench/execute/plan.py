"""How runs become tasks: device, workers, size of populations, order, and what it will take."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass

from ganbench.errors import DeviceError, StorageError
from ganbench.execute.cores import available_cores
from ganbench.execute.estimate import WORKER, bytes_per_replica, work_per_step
from ganbench.execute.memory import available_memory
from ganbench.records import Population, Run
from ganbench.suite.populations import groups, population
from ganbench.suite.precision import require_device
from ganbench.suite.schema import Setting

CACHE = 1 << 20  # bytes of one layer's activations in a population: about half of a core's second-level cache
MOST_ON_CPU = 64
MOST_ON_CUDA = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """Populations in the order in which they start, and where. memory: bytes, of all workers together."""

    populations: tuple[Population, ...]
    device: str
    workers: int
    threads: int
    memory: int


def device_of(wanted: str) -> str:
    """`auto`, `cpu` or `cuda` as a device. Raises DeviceError for a CUDA device that is not there."""
    if wanted == "cpu" or (wanted == "auto" and not _has_driver()):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "auto":
        return "cpu"
    raise DeviceError(
        "there is no CUDA device", where="--device cuda", hint="use --device cpu, or --device auto"
    )


def _has_driver() -> bool:
    """Whether NVIDIA's driver is there: cheaper to find out than importing torch."""
    try:
        ctypes.CDLL("libcuda.so.1" if os.name == "posix" else "nvcuda.dll")
    except OSError:
        return False
    return True


def plan(
    runs: Sequence[Run],
    begun: Sequence[Population] = (),
    *,
    device: str,
    workers: int | None = None,
    replicas: int | None = None,
) -> Plan:
    """Cut runs into populations and order them, the longest first; those that were `begun` stay whole.

    On a CPU each worker is one process with one thread, as many as there are cores to use (or populations).
    Raises DeviceError for cells in tf32 on a CPU, StorageError where it would not fit into memory.
    """
    cuda = device != "cpu"
    for run in runs:
        require_device(run.cell.content["precision"], device, where=f"cell {run.cell.name}: precision: tf32")
    most = 1 if cuda else workers or available_cores()
    taken = {run.id for population in begun for run in population.runs}
    programs = groups([run for run in runs if run.id not in taken])
    cut = list(begun)
    for program in programs:
        size = replicas or _replicas(program, cuda=cuda, parts=-(-most // len(programs)))
        cut += [population(program[start : start + size]) for start in range(0, len(program), size)]
    ordered = sorted(cut, key=_cost, reverse=True)
    used = max(1, min(most, len(cut)))
    memory = used * WORKER + sum(sorted((_memory(p) for p in cut), reverse=True)[:used])
    _require(memory, cuda=cuda)
    return Plan(tuple(ordered), device, used, threads=1, memory=memory)


def _replicas(program: Sequence[Run], *, cuda: bool, parts: int) -> int:
    """How many replicas advance together: by cache on a CPU, and at least `parts` populations of a program."""
    setting = Setting.model_validate(program[0].cell.content)
    if cuda:
        return min(len(program), MOST_ON_CUDA)
    width = max(getattr(setting.generator, "width", 1), getattr(setting.discriminator, "width", 1))
    by_cache = CACHE // (2 * setting.batch * width * 4)
    most = max(4, min(by_cache, MOST_ON_CPU))
    even = -(-len(program) // max(parts, -(-len(program) // most)))
    return max(1, even)


def _cost(population_: Population) -> float:
    setting = Setting.model_validate(population_.runs[0].cell.content)
    return work_per_step(setting) * setting.steps * len(population_.runs)


def _memory(population_: Population) -> int:
    setting = Setting.model_validate(population_.runs[0].cell.content)
    return bytes_per_replica(setting) * len(population_.runs)


def _require(memory: int, *, cuda: bool) -> None:
    """On a CPU the system kills instead of raising: refuse before it does."""
    available = available_memory()
    if not cuda and available is not None and memory > available:
        raise StorageError(
            f"this needs about {memory / 1e9:.1f} GB of memory, {available / 1e9:.1f} GB are available",
            hint="use fewer --workers, or fewer --replicas in a population",
        )
