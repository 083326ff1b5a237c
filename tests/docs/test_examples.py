"""Every command and every example on the pages works, and every link leads somewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from safetensors.torch import save_file

from ganbench import registry
from ganbench.cli.main import VERBS, cli
from ganbench.suite.find import shipped
from ganbench.suite.schema import Setting
from ganbench.train.replica import plain_network
from tests.docs.page import PAGES, ROOT, fences, read, rows, section
from tests.store.example import commit, opened

SHELL = [(page.name, code) for page in PAGES for code in fences(page.read_text(), "sh")]
PYTHON = [(page.name, code) for page in PAGES for code in fences(page.read_text(), "python")]
SMALL = {
    "data": "ring",
    "generator": "mlp",
    "discriminator": "mlp",
    "loss": "hinge",
    "latent": {"dim": 2},
    "optimizers": {"generator": "adam", "discriminator": "adam"},
    "batch": 8,
    "steps": 10,
    "evaluation": {"every": 10},
}
COMMANDS = [
    line for _, code in SHELL for line in re.split(r"\n|&&", code) if line.strip().startswith("ganbench")
]


def names(parameters: list[tuple[str, str]]) -> list[str]:
    return [f"{page}-{index}" for index, (page, _) in enumerate(parameters)]


@pytest.mark.parametrize("code", [code for _, code in SHELL], ids=names(SHELL))
def test_shell_examples_parse(code: str) -> None:
    done = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", COMMANDS)
def test_ganbench_takes_every_command_of_the_pages(line: str) -> None:
    _, verb, *arguments = shlex.split(line)
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None, f"no verb '{verb}'"
    with command.make_context(verb, arguments):
        pass


@pytest.mark.parametrize("code", [code for _, code in PYTHON], ids=names(PYTHON))
def test_python_examples_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "results" / "mog-v1") as results:
        commit(results, "p1", ("ring/hinge", 0))
        commit(
            results,
            "p2",
            ("ring/hinge", 1),
            status="failed",
            failed_at=150,
            criterion="covered_share below 0.9",
        )
    monkeypatch.chdir(tmp_path)
    write_exported(tmp_path / "g.safetensors")
    exec(compile(code, "example", "exec"), {})


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_an_exported_network_draws_in_its_own_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    (code,) = [code for page, code in PYTHON if page == "replay.md"]
    monkeypatch.chdir(tmp_path)
    write_exported(tmp_path / "g.safetensors", precision)
    names: dict[str, Any] = {}
    exec(compile(code, "example", "exec"), names)
    assert str(names["samples"].dtype) == f"torch.{precision}"


def test_an_exported_conditional_network_is_asked_for_a_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = [code for page, code in PYTHON if page == "replay.md"]
    monkeypatch.chdir(tmp_path)
    write_exported(tmp_path / "g.safetensors", conditional={"discriminator": "projection"})
    names: dict[str, Any] = {}
    exec(compile(code, "example", "exec"), names)
    assert names["samples"].shape == (2500, 2)
    assert names["z"][:, 2:].tolist() == [[0, 1, 0, 0, 0, 0, 0, 0]] * 2500


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_of_the_checkout(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    local = [link for link in links if not link.startswith("https://")]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`((?:ganbench|suites|tests|docs)/[\w/.-]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_starts_with_exactly_two_commands() -> None:
    assert next(fences(read("README.md"), "sh")).splitlines() == [
        "pip install -e . && ganbench run suites/mog.yaml",
        "pip install -e '.[dev]' && pytest",
    ]


def test_the_readme_lists_what_there_is_and_nothing_else() -> None:
    table = dict(rows(section(read("README.md"), "## What is in it today")))
    assert table["verbs"].split(", ") == list(VERBS)
    suites = re.sub(r" \([^)]*\)", "", table["suites"]).replace(" and ", ", ")
    assert sorted(suites.split(", ")) == sorted(shipped())
    kinds = {"losses": "loss", "penalties": "penalty", "tricks": "trick", "optimizers": "optimizer"}
    for heading, kind in kinds.items():
        plain = re.sub(r" \([^)]*\)", "", table[heading])
        assert set(plain.split(", ")) == {entry.name for entry in registry.entries(kind)}


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    script = read(".ci/run")
    subprocess.run(["bash", "-n"], input=script, check=True, text=True)
    assert "pip install --quiet -e '.[dev]'" in script
    assert "step pytest\n" in script
    assert "set -euo pipefail" in script


def write_exported(path: Path, precision: str = "float32", **changes: Any) -> None:
    """What `ganbench export` writes, with fresh weights."""
    setting = Setting.model_validate(SMALL | {"precision": precision} | changes)
    state = plain_network(setting, "generator").state_dict()
    save_file(state, path, {"setting": json.dumps(setting.content())})
