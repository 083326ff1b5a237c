"""Code of one's own on the command line: it is named, said, kept, and its errors show the user's own line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.detect.facts import facts_of_run
from ganbench.store.reader import load_results
from tests.execute import example
from tests.plugins.example import GOOD, written

TEXT = example.TEXT.replace(
    "  loss: [hinge, minimax]", '  loss: {mine: {loss: "mine.py:pairing"}, hinge: {loss: hinge}}'
)
NETWORK = example.TEXT.replace(
    "generator: {name: mlp, width: 8, depth: 1}\n", 'generator: {name: "mine.py:Net"}\n', 1
).replace("[hinge, minimax]", "[hinge]")
NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.net = nn.Linear(inputs, outputs)
        self.calls = 0

    def forward(self, z):
        {body}
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results"


def run(folder: Path, text: str, *arguments: str) -> int:
    suite = example.written(folder, text)
    return main(["run", str(suite), "--out", str(folder / "results"), "--workers", "1", *arguments])


def test_it_is_trained_said_and_kept(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD)
    assert run(tmp_path, TEXT) == 0
    assert capsys.readouterr().err.count(f"running code of {path}\n") == 1
    frame = load_results(out)
    assert set(frame["status"]) <= {"healthy", "failed"}
    content = json.loads(frame[frame["cell"] == "mine"]["content"].iloc[0])["loss"]
    assert (out / "plugins" / content["source"] / "mine.py").read_text() == GOOD
    (provenance,) = json.loads((out / "environment.json").read_text())["provenance"].values()
    assert provenance["notes"]["plugins"] == {"mine.py:pairing": content["source"]}


def test_worker_processes_load_it_as_well(tmp_path: Path, out: Path) -> None:
    written(tmp_path, GOOD)
    assert run(tmp_path, TEXT, "--workers", "2") == 0
    assert set(load_results(out)["status"]) <= {"healthy", "failed"}


def test_the_same_command_again_trains_nothing(tmp_path: Path, out: Path) -> None:
    written(tmp_path, GOOD)
    run(tmp_path, TEXT)
    before = load_results(out)
    assert run(tmp_path, TEXT) == 0
    assert load_results(out).equals(before)


def test_changed_code_under_one_name_is_refused_in_one_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, GOOD)
    run(tmp_path, TEXT)
    written(tmp_path, GOOD + "# changed\n")
    assert run(tmp_path, TEXT) == 2
    assert "holds runs of cell 'mine' with other content" in capsys.readouterr().err


def test_no_plugins_refuses(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, "raise RuntimeError\n")
    assert run(tmp_path, TEXT, "--no-plugins") == 2
    assert "--no-plugins refuses to load any" in capsys.readouterr().err
    assert not out.exists()


def test_results_are_read_without_running_code(tmp_path: Path, out: Path) -> None:
    written(tmp_path, GOOD)
    run(tmp_path, TEXT)
    path = out / "plugins"
    for file in path.rglob("*.py"):
        file.write_text("raise RuntimeError\n")
    frame = load_results(out)
    facts = facts_of_run(frame[frame["cell"] == "mine"].iloc[0].to_dict())
    assert (facts.loss, facts.decision) == ("mine.py:pairing", None)
    assert main(["status", str(out)]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def pairing(real, fake):\n    return real.nope, 1\n", "mine.py:2: AttributeError"),
        ("import absent_module\n", "mine.py:1: ModuleNotFoundError"),
    ],
)
def test_an_error_in_the_loss_is_a_usage_error(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    written(tmp_path, text)
    assert run(tmp_path, TEXT) == 2
    err = capsys.readouterr().err
    assert f"Error: {said}" in err
    assert "Traceback" not in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return self.net(z).nope", "mine.py:11: AttributeError"),
        ("return self.net(z)[:, :1]", "as the generator gave [4, 1]"),
    ],
)
def test_an_error_in_a_network_is_one_too(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str], body: str, said: str
) -> None:
    written(tmp_path, NET.format(body=body))
    assert run(tmp_path, NETWORK) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert not out.exists()
    assert run(tmp_path, NETWORK, "--dry-run") == 2


def test_an_error_at_construction_shows_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, NET.format(body="return z").replace("self.calls = 0", "raise ValueError('not today')"))
    assert run(tmp_path, NETWORK) == 2
    assert "Error: mine.py:8: ValueError: not today" in capsys.readouterr().err


LATE = """\
from torch import nn

CALLS = []


class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.net = nn.Linear(inputs, outputs)

    def forward(self, z):
        CALLS.append(1)
        if len(CALLS) > 60:
            raise ValueError("worn out")
        return self.net(z)
"""


def test_an_error_during_training_is_a_crash_that_names_the_line(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, LATE)
    assert run(tmp_path, NETWORK, "--seeds", "0") == 4
    assert "ValueError: worn out (mine.py:14)" in capsys.readouterr().err
    assert set(load_results(out)["status"]) == {"crashed"}


def test_replay_runs_code_only_where_it_is_named(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, GOOD)
    run(tmp_path, TEXT)
    (copy,) = (out / "plugins").rglob("mine.py")
    # As in another process.
    command = ["replay", str(out), "mine:0", "--from-step", "0"]
    from ganbench import registry

    held = dict(registry._PLUGGED)
    registry._PLUGGED.clear()
    try:
        capsys.readouterr()
        assert main(command) == 2
        said = capsys.readouterr().err
        assert "is not run unasked: name it with --plugin FILE" in said
        assert f"plugins/{copy.parent.name}/" in said
        (tmp_path / "mine.py").write_text(GOOD + "# changed\n")
        assert main([*command, "--plugin", str(tmp_path / "mine.py")]) == 2
        assert "another content" in capsys.readouterr().err
        assert main([*command, "--plugin", str(copy)]) == 0
        assert "1 of 1 evaluations on the way equal" in capsys.readouterr().out
    finally:
        registry._PLUGGED.update(held)


def test_a_generator_of_ones_own_is_exported(tmp_path: Path, out: Path) -> None:
    from safetensors.torch import load_file

    written(tmp_path, NET.format(body="return self.net(z)"))
    run(tmp_path, NETWORK)
    (copy,) = (out / "plugins").rglob("mine.py")
    file = tmp_path / "g.safetensors"
    assert main(["export", str(out), "hinge:0", "-o", str(file), "--plugin", str(copy)]) == 0
    assert load_file(file).keys() == {"net.weight", "net.bias"}


def test_fresh_deletes_the_copies_too(tmp_path: Path, out: Path) -> None:
    written(tmp_path, GOOD)
    run(tmp_path, TEXT)
    written(tmp_path, GOOD + "# changed\n")
    assert run(tmp_path, TEXT, "--fresh") == 0
    assert len(list((out / "plugins").iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("pairing", 0, "as a loss\n  ok  loading"),
        ("Affine", 0, "as a discriminator\n  ok  loading"),
        ("square --set side=3", 0, "as a dataset"),
        ("pairing --kind network", 1, "FAILED"),
    ],
)
def test_check_plugin_prints_a_line_for_each_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: int, said: str
) -> None:
    path = written(tmp_path, GOOD)
    first, *rest = name.split()
    assert main(["check-plugin", f"{path}:{first}", *rest]) == code
    assert said in capsys.readouterr().out


def test_check_plugin_as_json_holds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD)
    assert main(["check-plugin", f"{path}:pairing", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"]
    assert found["kind"] == "loss"
    assert [check["name"] for check in found["checks"]][:2] == ["loading", "shapes"]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("raise ValueError('no')\n", "loss", "mine.py:1: ValueError: no"),
        (GOOD, "nothing", "has no 'nothing'"),
        (GOOD, "clipping", "say --kind"),
    ],
)
def test_check_plugin_exits_with_2_for_what_cannot_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, name: str, said: str
) -> None:
    path = written(tmp_path, text)
    assert main(["check-plugin", f"{path}:{name}"]) == 2
    assert said in capsys.readouterr().err
