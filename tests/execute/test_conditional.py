"""A conditional suite through the executor: evaluated, replayed, exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from ganbench.execute.archive import open_run
from ganbench.execute.export import export
from ganbench.execute.replay import replay
from ganbench.execute.worker import execute
from ganbench.store.reader import load_evaluations, load_results
from ganbench.train.replica import plain_network
from tests.execute import example
from tests.store.example import opened

SETS = ("steps=100", "evaluation.every=25")


@pytest.mark.parametrize("way", ["concatenation", "projection", "auxiliary"])
def test_it_is_judged_replayed_and_exported(tmp_path: Path, way: str) -> None:
    told = f"conditional={{discriminator: {way}}}"
    with opened(tmp_path / "results") as results:
        runs = example.runs(tmp_path, *SETS, told, only=["minimax"], seeds=[0, 1])
        execute(example.task(results, runs), lambda _: None)
    root = tmp_path / "results"
    evaluated = load_evaluations(root)
    assert evaluated["conditional_accuracy"].between(0, 1).all()
    assert evaluated["value_function"].notna().all() == (way == "auxiliary")
    assert evaluated["auc_train"].notna().all()
    assert (load_results(root)["floor.conditional_accuracy"] == 1).all()
    archive = open_run(root, "minimax:1")
    again = replay(archive, from_step=50, until=100)
    assert again.equal == again.met > 0
    export(archive, tmp_path / "g.safetensors")
    generator = plain_network(archive.setting(archive.run_id), "generator")
    generator.load_state_dict(load_file(tmp_path / "g.safetensors"))
    with torch.no_grad():
        made = generator(torch.cat([torch.zeros(8, 2), torch.eye(8)], dim=1)).numpy()
    assert made.shape == (8, 2)
    assert len(np.unique(made.round(9), axis=0)) == 8  # each label is another sample
