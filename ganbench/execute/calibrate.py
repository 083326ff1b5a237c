"""How long a plan will take on this machine, from a few measured steps of every program."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ganbench.execute.plan import Plan
from ganbench.records import Population
from ganbench.suite.schema import Setting

WARM_UP, MEASURED = 16, 48  # iterations
START_UP = 6.0  # seconds until a worker has imported torch


def seconds_of(plan: Plan) -> float:
    """Wall time of the plan: each program measured once, populations dealt to the workers longest first."""
    from ganbench.execute.host import prepared

    if not plan.populations:
        return 0.0
    rates: dict[str, float] = {}
    with prepared(plan.threads):
        for population in plan.populations:
            name = _program(population)
            if name not in rates:
                rates[name] = _measure(population, plan.device)
    return START_UP + makespan([rates[_program(p)] for p in plan.populations], plan.workers)


def makespan(times: Sequence[float], workers: int) -> float:
    """When the last of `workers` ends, each taking the next task as soon as it is free."""
    loads = [0.0] * workers
    for seconds in times:
        loads[loads.index(min(loads))] += seconds
    return max(loads)


def _program(population: Population) -> str:
    from ganbench.suite.populations import program

    return f"{len(population.runs)} {program(Setting.model_validate(population.runs[0].cell.content))}"


def _measure(population: Population, device: str) -> float:
    """Seconds of a whole population, from a few iterations and one evaluation."""
    import torch

    from ganbench.train.judging import judges
    from ganbench.train.training import Training

    settings = [Setting.model_validate(run.cell.content) for run in population.runs]
    training = Training(settings, [run.seed for run in population.runs], torch.device(device))
    one = settings[0].schedule.g_steps
    for iterations in (WARM_UP // 2, WARM_UP):  # where graphs are made, the second is when they are proved
        training.advance(min(iterations * one, training.steps))
    began, first = time.perf_counter(), training.step
    training.advance(min((WARM_UP + MEASURED) * one, training.steps))
    per_step = (time.perf_counter() - began) / max(1, training.step - first)
    began = time.perf_counter()
    samples = training.generate(settings[0].evaluation.samples, of=settings[0].evaluation.judged)
    for judge, mine in zip(judges(settings, training), samples, strict=True):
        judge.evaluate(mine)
    per_evaluation = time.perf_counter() - began
    return per_step * training.steps + per_evaluation * len(settings[0].evaluated())
