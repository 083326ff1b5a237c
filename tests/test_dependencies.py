"""What the package imports is what pyproject.toml declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import ganbench

CHECKOUT = Path(__file__).parents[1]
MODULES = {"scikit-learn": "sklearn", "torch-fidelity": "torch_fidelity", "ruamel.yaml": "ruamel"}
BELOW = {"pydantic_core", "annotated_types"}  # parts of pydantic's own interface


def imported() -> Iterator[str]:
    """Packages of others that are imported anywhere."""
    for path in Path(ganbench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def declared() -> set[str]:
    listed = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = (re.split(r"[<>=!~\[; ]", line)[0] for line in listed["dependencies"])
    return {MODULES.get(name, name) for name in names}


def test_every_package_that_is_imported_is_declared() -> None:
    assert set(imported()) - sys.stdlib_module_names - {"ganbench"} - BELOW <= declared()
