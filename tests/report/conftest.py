"""What several of these tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.report.build import build_report
from tests.report.odd import write_odd


@pytest.fixture(scope="session")
def odd_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of results that are hard to lay out."""
    root = tmp_path_factory.mktemp("odd")
    build_report([write_odd(root / "mine")], root / "r", pages=3)
    return root / "r"
