"""Finished runs can be trained again from a checkpoint, and their networks taken out."""

from __future__ import annotations

import json
import math
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from ganbench.cli.main import main
from ganbench.errors import InputError, StorageError, UnknownName, UsageError
from ganbench.execute.archive import open_run
from ganbench.execute.export import export
from ganbench.execute.replay import _same, replay
from ganbench.execute.worker import execute
from ganbench.store.atomic import write_table
from ganbench.store.reader import load_bursts
from ganbench.store.tables import Damaged, read_file
from ganbench.suite.schema import Setting
from ganbench.train.replica import plain_network
from ganbench.train.training import Training
from tests.execute import example
from tests.store.example import opened

LONG = (
    "steps=200",
    "evaluation.every=50",
    "ema={decay: 0.9}",
    "generator={name: mlp, width: 8, depth: 1, norm: batch}",
    "probes={windows: 10, bursts: 1, burst_steps: 200}",
)
WILD = "optimizers.generator={name: sgd, lr: 1e30}"
RUN = "hinge:1"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("replay")
    with opened(folder / "results") as results:
        runs = example.runs(folder, *LONG, only=["hinge"], seeds=[0, 1, 2])
        execute(example.task(results, runs), lambda _: None)
    return folder / "results"


@pytest.mark.parametrize("start", [0, 50, 130])
def test_a_replay_gives_the_same_signals_step_by_step(root: Path, start: int) -> None:
    archive = open_run(root, RUN)
    found = replay(archive, from_step=start, until=190)
    assert found.first == start - start % 50
    assert (found.equal, found.met) == (4 - 1 - found.first // 50, 4 - 1 - found.first // 50)
    again = read_file("bursts", found.trace).to_pandas()
    assert again["step"].tolist() == list(range(found.first, 190))
    was = load_bursts(root, archive.run_id).query(f"step >= {found.first} and step < 190 and burst >= 0")
    for name in ("loss_d", "gradient_norm_g", "auc", "fake_mean_0", "update_ratio_d"):
        np.testing.assert_array_equal(again[name], was[name], err_msg=name)


def test_metrics_that_the_run_was_not_measured_by_are_not_compared(root: Path, tmp_path: Path) -> None:
    """A folder of an earlier version: the column is missing, or other runs of the folder have it."""
    path = next(root.glob("parts/*/evaluations.parquet"))
    table = read_file("evaluations", path)
    column = table.column_names.index("neighbour_auc")
    empty = table.set_column(column, "neighbour_auc", pa.nulls(len(table), pa.float64()))
    for name, older in (("missing", table.remove_column(column)), ("empty", empty)):
        shutil.copytree(root, tmp_path / name)
        write_table(tmp_path / name / path.relative_to(root), older)
        found = replay(open_run(tmp_path / name, RUN), from_step=100, until=190)
        assert (found.equal, found.met) == (1, 1)


def test_without_a_step_it_starts_before_the_failure(root: Path) -> None:
    archive = open_run(root, RUN)
    assert archive.row["status"] == "failed"
    found = replay(archive)
    assert found.first < archive.row["failed_at"] <= found.last


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs that diverged before their first checkpoint, without a moving average."""
    folder = tmp_path_factory.mktemp("wild")
    with opened(folder / "results") as results:
        runs = example.runs(folder, *LONG, "ema=null", WILD, only=["hinge"])
        execute(example.task(results, runs), lambda _: None)
    return folder / "results"


def test_a_divergence_is_reproduced(wild: Path) -> None:
    archive = open_run(wild, RUN)
    assert replay(archive).diverged_at == archive.row["diverged_at"]


def test_after_a_divergence_the_evaluations_met_are_as_empty_as_those_of_the_run(wild: Path) -> None:
    found = replay(open_run(wild, RUN), from_step=0, until=190)
    assert (found.equal, found.met) == (3, 3)


def test_an_evaluation_that_is_empty_on_one_side_alone_is_another() -> None:
    assert _same({"a": 1.0, "b": math.nan}, {"a": 1.0, "b": math.nan})
    assert not _same({"a": 1.0}, {"a": math.nan})
    assert not _same({"a": math.nan}, {"a": 1.0})


@pytest.mark.parametrize("lost", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_replay_from_the_first_step_needs_no_checkpoint(
    root: Path, tmp_path: Path, lost: Callable[[Path], object]
) -> None:
    folder = shutil.copytree(root, tmp_path / "copy")
    for path in (folder / "checkpoints").rglob("*.pt"):
        lost(path)
    found = replay(open_run(folder, RUN), from_step=0, until=120)
    assert (found.first, found.equal, found.met) == (0, 2, 2)


def test_a_checkpoint_with_a_changed_tensor_is_refused_before_it_is_used(root: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(root, tmp_path / "copy")
    archive = open_run(folder, RUN)
    path = archive.layout.kept(archive.row["population"], 100)
    with zipfile.ZipFile(path) as file:
        place = max(file.infolist(), key=lambda one: one.file_size).header_offset + 200
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged, match="is no checkpoint, or damaged") as caught:
        replay(archive, from_step=100, until=150)
    assert "replays start from an earlier checkpoint" in caught.value.hint
    assert "starts again" not in caught.value.hint
    assert replay(archive, from_step=50, until=100).first == 50


def test_after_a_divergence_there_is_nothing_to_replay(wild: Path) -> None:
    archive = open_run(wild, RUN)
    at = archive.row["diverged_at"]
    with pytest.raises(UsageError, match=f"--from-step: run hinge:1 had diverged at step {at}: ") as caught:
        replay(archive, from_step=120)
    assert "at the checkpoint of step 100" in str(caught.value)
    assert f"start at step {at} or before" in caught.value.hint
    assert not archive.layout.replay(archive.run_id, 100).exists()
    assert replay(archive, from_step=at).diverged_at == at


def test_a_replay_without_an_evaluation_on_the_way_says_so(
    wild: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(wild), RUN, "--from-step", "0", "--until", "30"]) == 0
    said = capsys.readouterr().out
    assert "no evaluation on the way, so nothing to compare with the run\n" in said
    assert "0 of 0" not in said


def test_an_average_that_was_not_kept_is_refused_by_its_option(
    wild: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "net.safetensors"
    assert main(["export", str(wild), RUN, "--network", "ema", "-o", str(target)]) == 2
    said = capsys.readouterr().err
    assert "--network ema: run hinge:1 keeps no moving average of its generator" in said
    assert "use --network generator" in said
    assert not target.exists()


def test_a_place_that_cannot_be_written_to_is_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageError, match="cannot write"):
        export(open_run(root, RUN), tmp_path / "file" / "deep" / "net.safetensors")
    assert (tmp_path / "file").read_text() == "mine"


def test_folders_on_the_way_are_made(root: Path, tmp_path: Path) -> None:
    export(open_run(root, RUN), tmp_path / "some" / "where" / "net.safetensors")
    assert load_file(tmp_path / "some" / "where" / "net.safetensors")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({"from_step": 200}, "--from-step"),
        ({"from_step": -1}, "--from-step"),
        ({"from_step": 100, "until": 50}, "--until"),
    ],
)
def test_steps_outside_the_run_are_refused(root: Path, steps: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replay(open_run(root, RUN), **steps)


@pytest.mark.parametrize("role", ["generator", "discriminator", "average"])
def test_an_exported_network_is_the_replica(root: Path, tmp_path: Path, role: str) -> None:
    archive = open_run(root, RUN)
    assert export(archive, tmp_path / "net.safetensors", role=role) == 200
    setting = archive.setting(archive.run_id)
    network = plain_network(setting, role)
    network.load_state_dict(load_file(tmp_path / "net.safetensors"))
    network.eval()
    trained = Training([setting] * 3, [0, 1, 2], torch.device("cpu"))
    trained.advance(200)
    players = {"generator": trained.game.generator.stack, "discriminator": trained.game.discriminator.stack}
    stack = trained.game.average.stack if role == "average" else players[role]
    inputs = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    expected, _ = stack(inputs.expand(3, -1, -1), training=False)
    torch.testing.assert_close(network(inputs), expected[1], rtol=1e-5, atol=1e-6)


def test_the_file_tells_what_it_holds(root: Path, tmp_path: Path) -> None:
    export(open_run(root, RUN), tmp_path / "net.safetensors", step=100)
    with safe_open(tmp_path / "net.safetensors", "pt") as held:
        metadata = held.metadata()
    assert (metadata["cell"], metadata["seed"], metadata["step"]) == ("hinge", "1", "100")
    assert Setting.model_validate(json.loads(metadata["setting"])).steps == 200


def test_a_step_that_is_not_kept_is_named_with_those_that_are(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kept: 50, 100, 150, 200"):
        export(open_run(root, RUN), tmp_path / "net.safetensors", step=70)
    assert not (tmp_path / "net.safetensors").exists()


def test_a_run_may_be_named_by_id_and_a_wrong_name_gets_a_hint(root: Path) -> None:
    archive = open_run(root, RUN)
    assert open_run(root, archive.run_id).label == RUN
    with pytest.raises(UnknownName, match="did you mean 'hinge:1'"):
        open_run(root, "hinge:11")


def test_the_verbs_do_both(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(root), RUN, "--network", "ema", "-o", str(tmp_path / "g.safetensors")]) == 0
    assert "ema of hinge:1 after 200 steps" in capsys.readouterr().err
    assert main(["replay", str(root), RUN, "--from-step", "100", "--until", "160"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("hinge:1: steps 100 to 160")
    assert "1 of 1 evaluations on the way equal those of the run, bit for bit" in said
