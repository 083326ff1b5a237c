"""docs/statistics.md names every public function of the package, and its numbers are those of the functions."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import coverage, decisions
from ganbench import stats
from ganbench.stats.intervals import wilson
from ganbench.stats.power import rate_power, seeds_needed
from ganbench.stats.rank_tests import mann_whitney
from ganbench.stats.rate_tests import fisher
from ganbench.stats.rates import Count
from ganbench.stats.sequential_course import decided
from ganbench.stats.sprt import sprt_course
from tests.docs.page import fences, read, rows, section

PAGE = read("docs/statistics.md")
MEASURED = rows(section(PAGE, "## Measured"))


def public() -> Iterator[tuple[str, str]]:
    """Every public function of the package by its module."""
    for found in pkgutil.iter_modules(stats.__path__):
        module = importlib.import_module(f"ganbench.stats.{found.name}")
        for name, one in vars(module).items():
            plain = inspect.unwrap(one) if callable(one) else one
            if inspect.isfunction(plain) and plain.__module__ == module.__name__ and not name.startswith("_"):
                yield found.name, name


def test_every_public_function_is_named() -> None:
    assert len(list(public())) > 60
    assert [name for _, name in public() if f"`{name}`" not in PAGE] == []


def test_no_function_is_named_that_is_not_there() -> None:
    known = {name for _, name in public()}
    tables = [row for row in rows(PAGE) if row not in MEASURED]
    named = {name for row in tables for name in re.findall(r"[a-z_]+", row[0]) if "_" in name}
    assert named - known == set()


def test_the_sources_are_those_of_the_docstrings() -> None:
    modules = Path(stats.__file__).parent.glob("*.py")
    assert sources(PAGE) == set().union(*(sources(path.read_text(encoding="utf-8")) for path in modules))


def sources(text: str) -> set[str]:
    found = re.findall(r"(?:arXiv:|doi:10\.)\S+", text)
    return {one.rstrip('.,;"') if "(" in one else one.rstrip('.,;")') for one in found}


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,), (said,) = fences(PAGE, "python"), fences(PAGE, "text")
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == said


def test_what_few_seeds_cannot_tell() -> None:
    told = section(PAGE, "## What five seeds cannot tell")
    assert [round(100 * wilson(0, n).high) for n in (5, 10, 30, 100)] == [43, 28, 11, 4]
    assert "43 % (Wilson, 95 %); in 10 with 28 %, in 30 with 11 %, in 100 with 4 %" in told
    p = [mann_whitney(range(n), range(n)).attainable for n in (3, 4, 5, 6, 8)]
    assert [float(f"{value:.2g}") for value in p] == [0.1, 0.029, 0.0079, 0.0022, 0.00016]
    assert ".10 for 3 against 3 runs, .029 for 4, .0079 for 5, .0022 for 6, .00016 for 8" in told
    for failures, n in re.findall(r"(\d) (?:failures )?of (\d+)[,.]", told):
        enough, short = (Count(int(failures) - less, int(n)) for less in (0, 1))
        one_sided = [fisher(count, Count(0, int(n)), alternative="greater").p for count in (enough, short)]
        assert one_sided[0] < 0.05 <= one_sided[1]
    for ours, powers in {0.5: {5: 15, 10: 63, 20: 94}, 0.3: {10: 23, 20: 54, 30: 75}}.items():
        for n, percent in powers.items():
            found = rate_power(ours, 0.05, n=n, test="fisher", alternative="greater")
            assert round(100 * found) == percent
            assert f"{percent} % with {n}" in told or f"{percent} % of the cases with {n} runs" in told


def test_walds_test_does_what_the_page_says() -> None:
    tolerated, alarming = (sprt_course(rate, tolerated=0.05, alarming=0.3) for rate in (0.05, 0.3))
    said = (
        f"a wrong alarm in {100 * tolerated.alarming:.1f} % and finds .30 in {100 * alarming.alarming:.1f} %"
    )
    assert said in PAGE
    assert f"after {tolerated.mean_seeds:.1f} and {alarming.mean_seeds:.1f} runs" in PAGE


def test_the_sequential_comparison_does_what_the_page_says() -> None:
    equal = {rate: decided(rate, rate) for rate in (0.5, 0.1)}
    wrong = {rate: f"{100 * (one.better + one.worse):.1f} %" for rate, one in equal.items()}
    assert (
        f"at most {wrong[0.5]} of all courses of 100 pairs different (at .5; at .1 it is {wrong[0.1]})"
        in PAGE
    )
    apart = decided(0.1, 0.5)
    told = f"tells {100 * apart.better:.2f} %, after {apart.mean_pairs:.1f} pairs on average"
    assert f"Of .1 against .5 it {told}" in PAGE
    needed = [seeds_needed(0.1, 0.5, power=power) for power in (0.99, 0.8)]
    assert f"99 % takes {needed[0]} seeds, one that tells 80 % takes {needed[1]}" in PAGE
    (row,) = (row for row in MEASURED if row[0] == "0.1 and 0.5" and len(row) == 9)
    assert row[-2:] == (str(needed[1]), str(needed[0]))
    assert abs(float(row[4]) - apart.mean_pairs) < 1


def test_the_enumerated_coverage_is_what_the_script_finds() -> None:
    for rate in coverage.RATES:
        found = tuple(f"{100 * coverage.rate_coverage(wilson, rate, n):.1f}" for n in coverage.NS)
        assert ("rate: Wilson", f"failure rate {rate:g}", *found) in MEASURED
    for n in (5, 10, 30):
        chances = decisions.verdict_chances(0.1, 0.5, n)
        told = chances["better"] + chances["worse"]
        row = [f"{100 * share:.1f}" for share in (told, chances["same"], chances["cannot tell"])]
        assert ("0.1 and 0.5", str(n), *row) in MEASURED


def test_a_simulated_row_is_what_the_script_finds() -> None:
    covered = coverage.improvement_coverage(0.2, 0.6, 5, coverage.REPETITIONS)
    (row,) = (
        row for row in MEASURED if row[:2] == ("probability of improvement", "bimodal, 20 and 60 % failed")
    )
    assert row[2] == f"{100 * covered:.1f}"
