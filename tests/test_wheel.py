"""What is installed from the wheel works without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ganbench.store.reader import load_results

CHECKOUT = Path(__file__).parents[1]


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    pip("wheel", *options, str(CHECKOUT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--target", str(folder)]
    pip("install", *options, str(wheel))
    return folder


def test_the_wheel_holds_types_suites_and_baselines_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {"ganbench/py.typed", "ganbench/detect/thresholds.toml"} <= set(names)
    assert {"ganbench/report/templates/report.html", "ganbench/report/templates/table.js"} <= set(names)
    for folder in ("suites", "baselines"):
        files = {path.name for path in (CHECKOUT / folder).iterdir() if not path.name.startswith(".")}
        shipped = {Path(name).name for name in names if name.startswith(f"ganbench/shipped/{folder}/")}
        assert files <= shipped
    assert not any(name.startswith("tests/") for name in names)


def test_every_module_of_the_package_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "ganbench").rglob("*.py")}
    assert modules <= names


def test_a_shipped_suite_runs_from_it(installed: Path, tmp_path: Path) -> None:
    arguments = ["run", "mog", "--tier", "smoke", "--seeds", "0", "--only", "ring/hinge", "--out", "results"]
    arguments += ["--set", "steps=20", "--set", "evaluation.every=2", "--workers", "1"]
    answer = subprocess.run(
        [sys.executable, "-m", "ganbench", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "ring/hinge" in answer.stdout
    frame = load_results(tmp_path / "results")
    assert list(frame["cell"]) == ["ring/hinge"]
    # No checkout, no commit: the package that ran is the installed one.
    (provenance,) = json.loads((tmp_path / "results/environment.json").read_text())["provenance"].values()
    assert provenance["commit"] is None
