"""`ganbench doctor`: whether this machine has what ganbench needs."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import click

from ganbench.cli.output import aligned, echo_json, format_option
from ganbench.environment import version
from ganbench.errors import first_line

REINSTALL: Final = "pip install --upgrade torch torchvision torch-fidelity"
_ROOM: Final = 1.0  # GB; the standard tier of the shipped suites leaves some hundred MB


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `broken`: `ganbench run` needs it; `warning`: only a part of ganbench does."""

    name: str
    status: Literal["ok", "warning", "broken"]
    found: str
    fix: str = ""


@click.command()
@format_option
def doctor(form: str) -> None:
    """Check that this machine has what ganbench needs.

    Exits with 0 if `ganbench run` can work here, else with 2.
    """
    checks = [check() for check in CHECKS]
    usable = all(check.status != "broken" for check in checks)
    if form == "json":
        echo_json({"usable": usable, "checks": [asdict(check) for check in checks]})
    else:
        click.echo("\n".join(_lines(checks)))
    if not usable:
        click.get_current_context().exit(2)


def python() -> Check:
    return Check("python", "ok", platform.python_version())


def torch() -> Check:
    return _imported("torch", "torch", broken="broken", fix=REINSTALL)


def vision() -> Check:
    return _imported("torchvision", "torchvision", broken="warning", fix=REINSTALL)


def fidelity() -> Check:
    return _imported("torch-fidelity", "torch_fidelity", broken="warning", fix=REINSTALL)


def cuda() -> Check:
    """A machine without CUDA is fine: runs use the CPU."""
    if torch().status != "ok":
        return Check("cuda", "warning", "cannot tell without torch")
    import torch as t

    if not t.cuda.is_available():
        return Check("cuda", "ok", "no device: runs use the CPU")
    names = [t.cuda.get_device_name(index) for index in range(t.cuda.device_count())]
    return Check("cuda", "ok", ", ".join(names))


def threads() -> Check:
    """Populations use few threads each; the count is kept with every result."""
    cores = os.cpu_count() or 1
    if torch().status != "ok":
        return Check("threads", "warning", f"{cores} cores; torch's threads cannot be told")
    import torch as t

    return Check("threads", "ok", f"{t.get_num_threads()} of torch on {cores} cores")


def denormals() -> Check:
    """Numbers below the normal range slow a vanishing run down up to 70 times unless they count as zero."""
    if torch().status != "ok":
        return Check("denormals", "warning", "cannot tell without torch")
    import torch as t

    supported = t.set_flush_denormal(True)
    flushed = supported and bool((t.full((1,), 1e-310, dtype=t.float64) * 0.5 == 0).item())
    t.set_flush_denormal(False)
    if flushed:
        return Check("denormals", "ok", "can be flushed to zero")
    return Check("denormals", "warning", "cannot be flushed: vanishing runs may be up to 70 times slower")


def digits() -> Check:
    """The embedded images of the digits suite."""
    try:
        count = len(importlib.import_module("sklearn.datasets").load_digits().images)
    except (ImportError, OSError, ValueError) as error:
        return Check("digits", "broken", first_line(error), "pip install --upgrade scikit-learn")
    return Check("digits", "ok", f"{count} images in scikit-learn {version('scikit-learn')}")


def disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < _ROOM:
        return Check("disk", "warning", f"{free:.1f} GB free", f"free {_ROOM:g} GB, or use --out elsewhere")
    return Check("disk", "ok", f"{free:.0f} GB free")


def folder() -> Check:
    """Results go below the working folder unless `--out` says otherwise."""
    try:
        with tempfile.TemporaryFile(dir=Path.cwd()):
            return Check("folder", "ok", "the working folder can be written to")
    except OSError as error:
        found = f"the working folder cannot be written to: {error.strerror}"
        return Check("folder", "broken", found, "change to another folder, or use --out")


CHECKS: Final[tuple[Callable[[], Check], ...]] = (
    *(python, torch, vision, fidelity),
    *(cuda, threads, denormals),
    *(digits, disk, folder),
)


def _imported(package: str, module: str, *, broken: Literal["warning", "broken"], fix: str) -> Check:
    # A torchvision built for another torch raises RuntimeError ("operator torchvision::nms does not exist").
    try:
        importlib.import_module(module)
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        return Check(package, broken, first_line(error), fix)
    return Check(package, "ok", version(package))


def _lines(checks: list[Check]) -> Iterator[str]:
    lines = aligned((check.status, check.name, check.found) for check in checks)
    for check, line in zip(checks, lines, strict=True):
        yield line
        if check.status != "ok" and check.fix:
            yield f"         fix: {check.fix}"
