"""`ganbench run` in a folder with any file changed: it ends with a result or an error of ganbench."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks import victim
from ganbench.cli.main import main
from tests.execute import example
from tests.store.test_fuzz import MUTATIONS, Mutation, files, flips, truncations, within

PATIENCE = 30  # seconds
# Shrinking would run the suite hundreds of times.
NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
SETTINGS = settings(
    deadline=None,
    max_examples=12,
    phases=NO_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def run(folder: Path, out: Path) -> int:
    return main(["run", str(folder / "tiny.yaml"), "--workers", "1", "--out", str(out)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the suite, its results as they end (whole/), and as a kill has left them (begun/)."""
    home = tmp_path_factory.mktemp("home")
    suite = str(example.written(home))
    assert run(home, home / "whole") == 0
    kept = ["--checkpoint-every", "0", "--workers", "1", "--out", str(home / "begun")]
    process = victim.start(["run", suite, *kept], home / "said")
    while process.is_alive() and not victim.positions(home / "begun"):
        process.join(0.001)
    assert victim.kill(process)
    return home


@pytest.fixture(autouse=True)
def no_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def changed(home: Path, state: str, name: str, mutation: Mutation) -> Path:
    """A copy of the results in that state, with one file changed."""
    out = home / "results"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(home / state, out)
    path = out / name
    path.write_bytes(mutation(path.read_bytes()))
    return out


@SETTINGS
@given(data=st.data(), mutation=MUTATIONS)
def test_no_file_however_changed_makes_it_crash_or_hang(
    home: Path, capfd: pytest.CaptureFixture[str], data: st.DataObject, mutation: Mutation
) -> None:
    state = data.draw(st.sampled_from(["whole", "begun"]))
    out = changed(home, state, data.draw(st.sampled_from(files(home / state))), mutation)
    with within(PATIENCE):
        code = run(home, out)
    said = capfd.readouterr().err
    assert code in {0, 2}
    assert "Traceback" not in said
    assert "unexpected" not in said
    assert "crashed" not in said


@SETTINGS
@given(data=st.data(), mutation=truncations() | flips())
def test_no_damaged_table_or_checkpoint_changes_a_number(
    home: Path, data: st.DataObject, mutation: Mutation
) -> None:
    state = data.draw(st.sampled_from(["whole", "begun"]))
    names = [
        name for name in files(home / state) if name.endswith((".parquet", "checkpoint.pt", "runs.json"))
    ]
    out = changed(home, state, data.draw(st.sampled_from(names)), mutation)
    assert run(home, out) == 0
    assert victim.differences(out, home / "whole") == []
