"""Versions, machine, commit: what is kept beside each result. Imports no torch."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import ganbench
from ganbench.records import Provenance

PACKAGES: Final = ("torch", "numpy", "scipy", "torchvision", "torch-fidelity", "scikit-learn")
NUMERIC: Final = ("ganbench", "torch", "numpy", "scipy", "scikit-learn")  # what numbers come from
SOURCES: Final = (
    "data",
    "execute",
    "gan",
    "metrics",
    "plugins",
    "probes",
    "suite",
    "train",
    "seeding.py",
)  # and from here
ABSENT: Final = "not installed"
UNKNOWN: Final = "unknown"


def describe(device: str, threads: int) -> Provenance:
    """What a run on `device` (such as `cpu` or `cuda:0`) with that many threads depends on.

    The commit is the checkout's, with `-dirty` after it where files differ from it; None for an
    installed package, and where git is not there.
    """
    versions = {"ganbench": ganbench.__version__, "python": platform.python_version()}
    versions |= {package: version(package) for package in PACKAGES}
    package = Path(ganbench.__file__).parent
    described = Provenance(
        versions=versions,
        device=device,
        threads=threads,
        commit=commit(package.parent),
        source=source(package),
        fingerprint="",
        notes={"platform": platform.platform(), "cpu": cpu(), "denormals": "flushed to zero"},
    )
    return replace(described, fingerprint=fingerprint(facts(asdict(described))))


def to_json(provenance: Provenance) -> dict[str, Any]:
    """The record as JSON values."""
    return asdict(provenance)


def facts(record: Mapping[str, Any]) -> dict[str, str]:
    """What tells environments apart, by name, from a record as `to_json` gives it; `unknown` where it is silent.

    The versions and the source that numbers come from, the kind of device, the threads of a process.
    Neither the commit, which says nothing of a changed checkout and changes with every page of
    documentation, nor the machine: a run moves on to another CPU of a cluster, and loses last bits there.
    """
    versions, device = record.get("versions", {}), str(record.get("device", UNKNOWN))
    return {
        **{name: str(versions.get(name, UNKNOWN)) for name in NUMERIC},
        "ganbench source": str(record.get("source") or UNKNOWN),
        "device": device.partition(":")[0],
        "threads": str(record.get("threads", UNKNOWN)),
    }


def fingerprint(known: Mapping[str, str]) -> str:
    """12 hex digits over the facts; runs of different fingerprints share no rate."""
    return _digest(json.dumps(known, sort_keys=True).encode())


@cache  # the source that this process has imported, whatever becomes of the files
def source(package: Path) -> str:
    """12 hex digits over the modules of the package that numbers come from: names and texts."""
    files = [file for file in package.rglob("*.py") if file.relative_to(package).parts[0] in SOURCES]
    texts = [(file.relative_to(package).as_posix(), file.read_text("utf-8")) for file in sorted(files)]
    return _digest(json.dumps(texts).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


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
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  # git, found on the path
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
