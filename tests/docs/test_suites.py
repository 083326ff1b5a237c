"""docs/suites.md: every key, and an example that runs."""

from __future__ import annotations

import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import ganbench
from ganbench import registry
from ganbench.registry import Options
from ganbench.suite.expand import cells, expand
from ganbench.suite.find import shipped
from ganbench.suite.load import load
from ganbench.suite.schema import Setting
from ganbench.suite.suite import STRUCTURE, Header, Suite
from ganbench.suite.wanted import wanted_at
from tests.docs.catalogue import KINDS, default, options
from tests.docs.page import Row, fences, read, rows, section

PAGE = read("docs/suites.md")


@pytest.fixture
def example(tmp_path: Path) -> Suite:
    (text,) = fences(PAGE, "yaml")
    path = tmp_path / "quick.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def fields(
    model: type[BaseModel], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every key below a model as a suite writes it, less what components hold."""
    for name, field in model.model_fields.items():
        loc = (*above, field.alias or name)
        yield loc, field
        for inner in models(field.annotation):
            yield from fields(inner, loc)


def models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [] if issubclass(annotation, Options) else [annotation]
    return [model for argument in typing.get_args(annotation) for model in models(argument)]


def described(model: type[BaseModel]) -> list[Row]:
    return [(".".join(loc), wanted_at(model, loc) or "", default(field)) for loc, field in fields(model)]


def test_every_key_of_a_setting_is_there_with_type_and_default() -> None:
    found = rows(section(PAGE, "## Keys of a setting"))
    assert [row[:3] for row in found] == described(Setting)
    assert all(row[3] for row in found)


def test_every_key_of_a_suite_is_there() -> None:
    found = rows(section(PAGE, "## Keys of a suite"))
    headers = described(Header)
    assert [row[:3] for row in found][: len(headers)] == headers
    assert {row[0] for row in found[len(headers) :]} == {"seeds", *STRUCTURE}
    assert all(row[3] for row in found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_component_is_there(kind: str) -> None:
    found = [row[1:6] for row in rows(section(PAGE, "## Components")) if row[0] == kind]
    assert found == [row for entry in registry.entries(kind) for row in options(entry)]


def test_every_option_says_what_it_means() -> None:
    assert [row for row in rows(section(PAGE, "## Components")) if not row[6]] == []


def test_the_example_has_the_cells_of_the_page(example: Suite) -> None:
    printed = list(fences(PAGE, "text"))[1].split()
    assert [cell.name for cell in cells(example)] == printed
    assert {run.seed for run in expand(example)} == set(range(5))


def test_every_tier_that_the_example_names_is_smaller(example: Suite) -> None:
    assert len(expand(example, tier="smoke")) == 2 * len(list(cells(example)))


def test_the_message_of_the_page_is_what_a_mistake_gets(tmp_path: Path) -> None:
    (shown,) = next(fences(PAGE, "text")).splitlines()
    (text,) = fences(PAGE, "yaml")
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace("loss: [non-saturating, hinge]", "loss: [hindge]").partition("exclude")[0])
    with pytest.raises(ganbench.errors.SuiteError) as caught:
        load(path)
    assert {problem.what for problem in caught.value.problems} == {shown.partition(": ")[2]}


def test_the_example_runs_to_its_table(example: Suite, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ganbench", "run", "quick.yaml", "--tier", "smoke", "--workers", "1"]
    command += ["--only", "hinge/*", "--out", "results"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(ganbench.__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "hinge/r1/0.001" in done.stdout
    runs = ganbench.load_results(tmp_path / "results")
    assert len(runs) == 4
    assert set(runs["status"]) <= {"healthy", "failed"}


def test_every_suite_that_comes_along_is_there_with_its_cells() -> None:
    found = [row[:2] for row in rows(section(PAGE, "## Suites that come with ganbench"))]
    assert sorted(found) == sorted(
        (name, str(len(list(cells(load(path)))))) for name, path in shipped().items()
    )
