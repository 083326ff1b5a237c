"""Arrows between packages point downwards, and heavy libraries are imported where they may be.

The rows are those of docs/architecture.md, "Layers": a module imports from rows below its own and from
its own package. Imports within functions and under TYPE_CHECKING are arrows too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import ganbench

ROOT = Path(ganbench.__file__).parent

ROWS = [
    {"records", "errors", "registry", "plugins", "seeding", "environment"},
    {"probes", "metrics", "gan", "data"},
    {"detect", "store"},
    {"suite", "stats"},
    {"train", "monitor"},
    {"report", "validation", "execute"},
    {"cli"},
    {"__init__", "__main__"},
]
ROW = {package: number for number, row in enumerate(ROWS, 1) for package in row} | {"": 1}

MEASURING = (
    "ends",
    "eigenvalues",
    "observer",
    "probe",
    "twin",
)  # of the truth: reached by `validation.truth` alone
TORCH_AT_MODULE_LEVEL = (
    "probes",
    "train",
    "monitor",
    "gan.games",
    "gan.networks.",
    *(f"validation.{module}" for module in MEASURING),
)
TORCH_NEVER = ("suite", "stats", "store", "detect", "report", *ROWS[0])
HEAVY = {"torch", "torchvision", "torch_fidelity", "pandas", "scipy", "sklearn", "seaborn", "matplotlib"}


@dataclass(frozen=True)
class Import:
    """`of` as written, dotted. at_load: it happens when the module is imported."""

    of: str
    line: int
    at_load: bool
    typing: bool


def package(module: str) -> str:
    """'gan.networks.mlp' -> 'gan'; the modules of row 1 are one package, called ''."""
    top = module.split(".")[0]
    return "" if top in ROWS[0] else top


def files(root: Path) -> dict[str, Path]:
    """Every module by its dotted name within the package."""
    named = {}
    for path in root.rglob("*.py"):
        *folders, last = path.relative_to(root).with_suffix("").parts
        named[".".join(folders if folders and last == "__init__" else [*folders, last])] = path
    return named


def imports(tree: ast.AST, *, at_load: bool = True, typing: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        hint = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for of in _targets(node):
            yield Import(of, node.lineno, at_load, typing)
        yield from imports(node, at_load=at_load and not inside and not hint, typing=typing or hint)


def _targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, "imports are absolute here"
    return [f"{node.module}.{alias.name}" for alias in node.names]


def ours(found: Import) -> str | None:
    """The module within the package, with the name imported from it; None for other libraries."""
    head, _, rest = found.of.partition(".")
    return rest if head == "ganbench" else None


def forbidden(root: Path) -> list[str]:
    """Arrows that point upwards or sideways, and packages that no row names."""
    wrong = []
    for module, path in files(root).items():
        mine = package(module)
        if mine not in ROW:
            wrong.append(f"{module}: in no row")
            continue
        for found in imports(ast.parse(path.read_text())):
            target = ours(found)
            if target is None or target.startswith("__"):
                continue
            theirs = package(target)
            if theirs != mine and ROW.get(theirs, 99) >= ROW[mine]:
                wrong.append(f"{module}:{found.line} imports {target}")
    return wrong


def torch_out_of_place(root: Path) -> list[str]:
    wrong = []
    for module, path in files(root).items():
        for found in imports(ast.parse(path.read_text())):
            if found.of.split(".")[0] not in {"torch", "torchvision", "torch_fidelity"}:
                continue
            early = found.at_load and not module.startswith(TORCH_AT_MODULE_LEVEL)
            if early or (module.split(".")[0] in TORCH_NEVER and not found.typing):
                wrong.append(f"{module}:{found.line} imports {found.of}")
    return wrong


def loaded_with(module: str, root: Path) -> set[str]:
    """The modules of the package that are imported when this one is."""
    known, seen, open_ = files(root), set(), [module]
    while open_:
        name = open_.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        parents = name.split(".")
        open_ += ["__init__", *(".".join(parents[:k]) for k in range(1, len(parents)))]
        for found in imports(ast.parse(known[name].read_text())):
            target = ours(found)
            if target is not None and found.at_load:
                open_ += [target, target.rpartition(".")[0]]
    return seen


def heavy_imports(module: str, root: Path) -> list[str]:
    known = files(root)
    return [
        f"{name}:{found.line} imports {found.of}"
        for name in sorted(loaded_with(module, root))
        for found in imports(ast.parse(known[name].read_text()))
        if found.at_load and found.of.split(".")[0] in HEAVY
    ]


def test_every_arrow_points_downwards():
    assert forbidden(ROOT) == []


def test_torch_is_imported_only_where_it_may_be():
    assert torch_out_of_place(ROOT) == []


def test_the_command_line_loads_no_heavy_library():
    assert "cli.main" in loaded_with("__main__", ROOT)
    assert heavy_imports("__main__", ROOT) == []


def reached_from(module: str, root: Path) -> set[str]:
    """The modules of the package that this one imports, within functions too, and those that they import."""
    known, seen, open_ = files(root), set(), [module]
    while open_:
        name = open_.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        targets = [ours(found) for found in imports(ast.parse(known[name].read_text())) if not found.typing]
        open_ += [part for target in targets if target for part in (target, target.rpartition(".")[0])]
    return seen


def test_the_truth_does_not_know_the_detectors():
    reached = reached_from("validation.truth", ROOT)
    assert {"validation.observer", "train.loop", "suite.schema"} <= reached
    assert not [module for module in reached if package(module) == "detect"]


def test_a_detector_is_found_behind_a_function_of_another_module(tmp_path):
    sources = {
        "validation.truth": "from ganbench.validation import helper",
        "validation.helper": "def f():\n    from ganbench.detect.signals import auc",
        "detect.signals": "auc = 1",
    }
    assert "detect.signals" in reached_from("validation.truth", tree(tmp_path, sources))


def tree(root: Path, sources: dict[str, str]) -> Path:
    """A package of these modules by dotted name."""
    for name, source in sources.items():
        path = root.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(source)
    return root


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("gan.losses", "from ganbench.suite.schema import Setting"),
        ("gan.losses", "from ganbench import suite"),
        ("gan.losses", "import ganbench.train.step"),
        ("gan.losses", "def f():\n    from ganbench.cli import main"),
        ("gan.losses", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ganbench.store"),
        ("gan.losses", "from ganbench.data import ring"),  # a neighbour in the same row
        ("suite.schema", "from ganbench.stats.intervals import wilson"),
        ("store.writer", "from ganbench.suite.expand import expand"),
        ("stats.intervals", "class A:\n    def f(self):\n        import ganbench.execute.local"),
        ("train.step", "from ganbench.execute import local"),
        ("registry", "from ganbench.gan.losses import MINIMAX"),
        ("gan.losses", "from ganbench.brandnew import thing"),
    ],
)
def test_an_arrow_that_does_not_point_downwards_is_found(tmp_path, module, source):
    assert len(forbidden(tree(tmp_path, {module: source}))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("gan.losses", "from ganbench.registry import register\nfrom ganbench import seeding"),
        ("gan.losses", "from ganbench.gan.penalties import R1"),
        ("registry", "from ganbench.errors import UnknownName"),
        ("train.step", "from ganbench.suite.schema import Setting\nimport ganbench.probes.outputs"),
        ("cli.main", "from ganbench import __version__\nfrom ganbench.execute.local import run"),
        ("__main__", "from ganbench.cli.main import main"),
        ("gan.losses", "import numpy\nfrom torch import Tensor"),
    ],
)
def test_arrows_that_point_downwards_pass(tmp_path, module, source):
    assert forbidden(tree(tmp_path, {module: source})) == []


def test_a_package_that_no_row_names_is_found(tmp_path):
    assert "helpers.misc: in no row" in forbidden(tree(tmp_path, {"helpers.misc": ""}))


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("gan.losses", "import torch", True),
        ("gan.losses", "from torch import Tensor", True),
        ("gan.losses", "def f():\n    import torch", False),
        ("gan.losses", "if TYPE_CHECKING:\n    from torch import Tensor", False),
        ("gan.losses", "class A:\n    import torch", True),
        ("gan.losses", "try:\n    import torch\nexcept ImportError:\n    torch = None", True),
        ("gan.games", "import torch", False),
        ("gan.networks.mlp", "import torch", False),
        ("train.step", "import torch", False),
        ("suite.schema", "def f():\n    import torch", True),
        ("stats.intervals", "def f():\n    from torch.nn import functional", True),
        ("environment", "def f():\n    import torch", True),
        ("cli.run", "def f():\n    import torch", False),
        ("cli.run", "import torchvision", True),
    ],
)
def test_torch_out_of_place_is_found(tmp_path, module, source, wrong):
    assert bool(torch_out_of_place(tree(tmp_path, {module: source}))) == wrong


def test_a_heavy_library_is_found_through_the_modules_that_lead_to_it(tmp_path):
    root = tree(
        tmp_path,
        {
            "__main__": "from ganbench.cli.main import main",
            "cli.main": "from ganbench.store import reader\ndef f():\n    import ganbench.store.writer",
            "store.reader": "import json",
            "store.writer": "import pandas",
        },
    )
    assert heavy_imports("__main__", root) == []
    (root / "store" / "reader.py").write_text("from pandas import DataFrame")
    assert heavy_imports("__main__", root) == ["store.reader:1 imports pandas.DataFrame"]
