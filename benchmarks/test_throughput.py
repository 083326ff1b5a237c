"""`pytest benchmarks -n 0 --benchmark-enable`: each population against the two plain loops, which run in turn before every round."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Report
from benchmarks.contenders import PLAIN, POPULATIONS, TUNED, Contender, Size
from benchmarks.rounds import WARM_UP, rate

ROUNDS = 5
STEPS = {1: 2 * WARM_UP, 16: WARM_UP, 64: WARM_UP}


@pytest.mark.parametrize("probes", ["", ", no probes"])
@pytest.mark.parametrize("replicas", POPULATIONS)
def test_replica_steps_per_second(
    benchmark: BenchmarkFixture,
    arena: dict[str, Contender],
    size: Size,
    report: Report,
    replicas: int,
    probes: str,
) -> None:
    name = f"engine R = {replicas}{probes}"
    rates: dict[str, list[float]] = {PLAIN: [], TUNED: [], name: []}

    def in_turn() -> None:
        for loop in (PLAIN, TUNED):
            rates[loop].append(rate(arena[loop], STEPS[1]))

    def once() -> None:
        rates[name].append(rate(arena[name], STEPS[replicas]))

    benchmark.group = str(size)
    benchmark.pedantic(once, setup=in_turn, rounds=ROUNDS)
    benchmark.extra_info |= report(name, rates)
