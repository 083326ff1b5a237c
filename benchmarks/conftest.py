"""One set of contenders for each size, and the ratios at the end of the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from benchmarks.contenders import PLAIN, SIZES, TUNED, Contender, Size, contenders
from benchmarks.rounds import WARM_UP, ratio
from ganbench.execute.host import prepare

LINES = pytest.StashKey[list[str]]()

Report = Callable[[str, dict[str, list[float]]], dict[str, float]]


@pytest.fixture(scope="session", autouse=True)
def host() -> None:
    """Before the first tensor, as in `ganbench run`. Threads are torch's default; OMP_NUM_THREADS sets it."""
    prepare(torch.get_num_threads())


@pytest.fixture(scope="module", params=SIZES, ids=str)
def size(request: pytest.FixtureRequest) -> Size:
    made: Size = request.param
    return made


@pytest.fixture(scope="module")
def arena(size: Size) -> dict[str, Contender]:
    """The contenders of a size by name, warm."""
    made = {contender.name: contender for contender in contenders(size)}
    for contender in made.values():
        contender.advance(WARM_UP)
    return made


@pytest.fixture
def report(request: pytest.FixtureRequest, size: Size) -> Report:
    """Takes the rates of a test, for the lines at the end."""

    def keep(name: str, rates: dict[str, list[float]]) -> dict[str, float]:
        found = {f"over {loop}": ratio(rates, name, over=loop).median for loop in (PLAIN, TUNED)}
        shares = ", ".join(f"{value:.2f} times {loop}" for loop, value in found.items())
        lines = request.config.stash.setdefault(LINES, [])
        lines.append(f"{size}: {name}: {shares} (n = {len(rates[name])} rounds)")
        return found

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Ratios, measured in turn."""
    for line in terminalreporter.config.stash.get(LINES, []):
        terminalreporter.write_line(line)
