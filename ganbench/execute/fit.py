"""How many replicas fit into the memory of a GPU: one run is trained for a few steps, and the meter read."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence, Set
from typing import Final, Protocol

from ganbench.errors import first_line
from ganbench.records import Population, Run
from ganbench.suite.populations import population, program
from ganbench.suite.schema import Setting

MARGIN: Final = 0.8  # of the free memory; the rest is lost between blocks, or taken by others
PADDED: Final = 2  # replicas that one run alone is trained as
ITERATIONS: Final = 4

Tell = Callable[[str], None]


class Meter(Protocol):
    """Of the memory of one device, in bytes."""

    def free(self) -> int:
        """What could be taken now."""

    def held(self) -> int:
        """What tensors take."""

    def restart(self) -> None:
        """Have `peak` begin here."""

    def peak(self) -> int:
        """The most that tensors took since."""


def fitted(
    populations: Sequence[Population], meter: Meter, *, device: str, graphs: bool, whole: Set[str], tell: Tell
) -> list[Population]:
    """The same runs in the same order, in populations that fit; those with an id in `whole` stay as they are.

    graphs: whether iterations become graphs, which keep the memory of one, and are proved on copies of the state.
    What raises in the measurement is told, and left to the worker that meets it again.
    """
    known: dict[str, int] = {}
    found: list[Population] = []
    for one in populations:
        if one.id in whole or len(one.runs) <= PADDED:
            found.append(one)
            continue
        name = program(Setting.model_validate(one.runs[0].cell.content))
        if name not in known:
            known[name] = _most(one, meter, device=device, graphs=graphs, tell=tell)
        found += _cut(one, known[name])
    return found


def _most(one: Population, meter: Meter, *, device: str, graphs: bool, tell: Tell) -> int:
    """Replicas of this program that fit, at least 1; all, where it could not be measured."""
    run = one.runs[0]
    try:
        need = bytes_of(run, meter, device=device) * (2 if graphs else 1)
    except Exception as error:  # it may be of this run alone: the worker finds out, and records whose it is
        tell(f"the memory of {run.cell.name} could not be measured: {first_line(error)}")
        return len(one.runs)
    finally:
        gc.collect()  # a training refers to itself: only now its memory is free
    return max(1, int(meter.free() * MARGIN * PADDED) // max(1, need))


def bytes_of(run: Run, meter: Meter, *, device: str) -> int:
    """The most that a run takes, padded to two replicas: in steps, in a look at the geometry, in an evaluation."""
    import torch

    from ganbench.train.audit import audit
    from ganbench.train.training import Training

    setting = Setting.model_validate(run.cell.content)
    before = meter.held()
    meter.restart()
    training = Training([setting], [run.seed], torch.device(device), graphs=False)
    training.advance(ITERATIONS * setting.schedule.g_steps)
    if training.geometer:
        training.geometer.look()
    training.generate(setting.evaluation.samples, of=setting.evaluation.judged)
    audit(training)
    return meter.peak() - before


def _cut(one: Population, most: int) -> Iterator[Population]:
    """Into as few as fit, evenly; itself where it fits."""
    if len(one.runs) <= most:
        yield one
        return
    parts = -(-len(one.runs) // most)
    size = -(-len(one.runs) // parts)
    yield from (population(one.runs[start : start + size]) for start in range(0, len(one.runs), size))
