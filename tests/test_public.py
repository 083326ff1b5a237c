"""The public names, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ganbench
from ganbench.store import reader

LOADERS = [name for name in ganbench.__all__ if name.startswith("load_")]


def loaded_by(statement: str, *packages: str) -> set[str]:
    """Which of these packages a fresh interpreter has imported after the statement."""
    code = f"{statement}\nimport sys\nprint(*(p for p in {packages!r} if p in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_importing_ganbench_imports_nothing_heavy() -> None:
    heavy = (
        "torch",
        "pandas",
        "numpy",
        "scipy",
        "sklearn",
        "seaborn",
        "pyarrow",
        "pydantic",
        "ganbench.store",
    )
    assert loaded_by("import ganbench", *heavy) == set()


def test_a_loader_is_imported_on_use() -> None:
    found = loaded_by("import ganbench\nganbench.load_results", "ganbench.store.reader", "torch", "pandas")
    assert found == {"ganbench.store.reader"}


@pytest.mark.parametrize("name", LOADERS)
def test_a_public_loader_is_the_readers(name: str) -> None:
    assert getattr(ganbench, name) is getattr(reader, name)


def test_every_loader_of_the_reader_is_public() -> None:
    assert {name for name in dir(reader) if name.startswith("load_")} == set(LOADERS)


def test_public_names_complete_in_a_shell() -> None:
    assert set(ganbench.__all__) <= set(dir(ganbench))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode_results'"):
        ganbench.lode_results  # noqa: B018  # to ask for it is the test
