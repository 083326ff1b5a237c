"""Versions, machine, commit: what is kept beside each result. Imports no torch."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import ganbench
from ganbench.records import Provenance

PACKAGES: Final = ("torch", "numpy", "scipy", "torchvision", "torch-fidelity", "scikit-learn")
NUMERIC: Final = ("ganbench", "torch", "numpy", "scipy", "scikit-learn")  # what numbers come from
ABSENT: Final = "not installed"


def describe(device: str, threads: int) -> Provenance:
    """What a run on `device` (such as `cpu` or `cuda:0`) with that many threads depends on.

    The commit is the checkout's, with `-dirty` after it where files differ from it; None for an
    installed package, and where git is not there.
    """
    versions = {"ganbench": ganbench.__version__, "python": platform.python_version()}
    versions |= {package: version(package) for package in PACKAGES}
    source = commit(Path(ganbench.__file__).parents[1])
    return Provenance(
        versions=versions,
        device=device,
        threads=threads,
        commit=source,
        fingerprint=fingerprint(versions, device=device, threads=threads, commit=source, cpu=cpu()),
        notes={"platform": platform.platform(), "cpu": cpu(), "denormals": "flushed to zero"},
    )


def to_json(provenance: Provenance) -> dict[str, Any]:
    """The record as JSON values."""
    return asdict(provenance)


def fingerprint(
    versions: Mapping[str, str], *, device: str, threads: int, commit: str | None, cpu: str
) -> str:
    """12 hex digits over what can change numbers: versions, commit, the kind of device, CPU, threads."""
    parts = [versions[name] for name in NUMERIC]
    text = json.dumps([*parts, commit, device.partition(":")[0], cpu, threads])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def version(package: str) -> str:
    """The installed version, without importing the package; `not installed` where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ABSENT


def commit(checkout: Path) -> str | None:
    """The commit of a git checkout whose top folder this is, else None."""
    git = shutil.which("git")
    # A package installed below somebody else's repository must not be given that repository's commit.
    if git is None or not (checkout / ".git").exists():
        return None
    command = [git, "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None


def cpu() -> str:
    """The processor's name, as far as the system tells."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
