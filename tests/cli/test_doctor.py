"""The doctor says what is broken, how to mend it, and by its exit code whether `run` can work."""

import importlib
import json
import tempfile
from types import SimpleNamespace

import pytest

from ganbench.cli import doctor
from ganbench.cli.doctor import REINSTALL, Check
from ganbench.cli.main import main


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch):
    """Makes the import of a module fail."""

    def install(missing: str, error: Exception) -> None:
        real = importlib.import_module

        def fail(name: str):
            if name == missing:
                raise error
            return real(name)

        monkeypatch.setattr(importlib, "import_module", fail)

    return install


def examine(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> None:
    monkeypatch.setattr(doctor, "CHECKS", tuple(lambda check=check: check for check in checks))


def test_this_machine_can_run_what_the_tests_run() -> None:
    quick = (doctor.python, doctor.torch, doctor.cuda, doctor.threads, doctor.digits, doctor.folder)
    assert {check().status for check in quick} == {"ok"}


def test_denormals_are_flushed_here_and_left_as_they_were() -> None:
    import torch

    assert doctor.denormals() == Check("denormals", "ok", "can be flushed to zero")
    assert (torch.full((1,), 1e-310, dtype=torch.float64) * 0.5 != 0).item()


def test_a_processor_that_cannot_flush_is_warned_of(monkeypatch) -> None:
    monkeypatch.setattr("torch.set_flush_denormal", lambda mode: False)
    check = doctor.denormals()
    assert check.status == "warning"
    assert "70 times slower" in check.found


def test_text_lists_every_check_in_line_with_its_fix(monkeypatch, capsys) -> None:
    examine(
        monkeypatch,
        Check("python", "ok", "3.11.9"),
        Check("torchvision", "warning", "does not load", "pip install it"),
    )
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == (
        "ok       python       3.11.9\nwarning  torchvision  does not load\n         fix: pip install it\n"
    )


def test_something_that_run_needs_is_2(monkeypatch, capsys) -> None:
    examine(monkeypatch, Check("torch", "broken", "no module", "pip install it"))
    assert main(["doctor"]) == 2
    assert "fix: pip install it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "usable", "code"), [("ok", True, 0), ("warning", True, 0), ("broken", False, 2)]
)
def test_json_gives_the_same_facts(monkeypatch, capsys, status: str, usable: bool, code: int) -> None:
    examine(monkeypatch, Check("disk", status, "5 GB free"))
    assert main(["doctor", "--format", "json"]) == code
    assert json.loads(capsys.readouterr().out) == {
        "usable": usable,
        "checks": [{"name": "disk", "status": status, "found": "5 GB free", "fix": ""}],
    }


def test_a_missing_torch_is_broken_with_the_one_command_that_mends_it(without) -> None:
    without("torch", ModuleNotFoundError("No module named 'torch'"))
    assert doctor.torch() == Check("torch", "broken", "No module named 'torch'", REINSTALL)
    assert doctor.cuda().status == doctor.threads().status == doctor.denormals().status == "warning"
    for package in ("torch", "torchvision", "torch-fidelity"):
        assert package in REINSTALL


@pytest.mark.parametrize(
    ("look", "module"), [(doctor.vision, "torchvision"), (doctor.fidelity, "torch_fidelity")]
)
def test_a_torchvision_of_another_torch_is_a_warning(without, look, module: str) -> None:
    without(module, RuntimeError("operator torchvision::nms does not exist\nmore lines"))
    check = look()
    assert (check.status, check.found) == ("warning", "operator torchvision::nms does not exist")
    assert check.fix == REINSTALL


def test_missing_digits_are_broken(without) -> None:
    without("sklearn.datasets", ModuleNotFoundError("No module named 'sklearn'"))
    check = doctor.digits()
    assert (check.status, check.fix) == ("broken", "pip install --upgrade scikit-learn")


def test_an_unwritable_folder_is_broken(monkeypatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    check = doctor.folder()
    assert check.status == "broken"
    assert "Permission denied" in check.found
    assert "--out" in check.fix


@pytest.mark.parametrize(("free", "status"), [(0.4e9, "warning"), (40e9, "ok")])
def test_little_disk_is_a_warning(monkeypatch, free: float, status: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    assert doctor.disk().status == status


def test_a_gpu_is_named(monkeypatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda index: f"GPU {index}")
    assert doctor.cuda() == Check("cuda", "ok", "GPU 0, GPU 1")
