"""`ganbench validate-detectors`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ganbench.cli.main import main
from ganbench.validation import corpus, study
from ganbench.validation.compact import keep
from ganbench.validation.examples import Example, pieces, read
from ganbench.validation.page import page
from ganbench.validation.split import TEST_SEEDS
from tests.validation.made_up import corpus as made_up


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return made_up(("vanishing-gradient", "convergence"), seeds=[0, 12])


@pytest.fixture
def folder(tmp_path: Path, examples: list[Example], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that `make` finds wanting and fills with made-up runs; few synthetic logs, few knobs."""

    def make(folder: Path, *, workers: int, tell, only=None) -> None:
        tell(f"{workers} workers")
        if not pieces(folder):
            keep(examples, folder)

    monkeypatch.setattr(corpus, "make", make)
    monkeypatch.setattr(
        study.study, "__kwdefaults__", study.study.__kwdefaults__ | {"logs": 1, "knobs": study.KNOBS[:2]}
    )
    return tmp_path / "corpus"


def command(folder: Path, *more: str) -> list[str]:
    out = str(folder.parent / "docs" / "page.md")
    return ["validate-detectors", "--corpus", str(folder), "-o", out, *more]


def test_page_and_numbers_lie_side_by_side_and_agree(folder: Path, capsys) -> None:
    assert main(command(folder, "--workers", "3")) == 0
    numbers = json.loads((folder.parent / "docs/page.json").read_text())
    assert (folder.parent / "docs/page.md").read_text() == page(numbers)
    said = capsys.readouterr()
    assert said.out.splitlines()[0].split() == ["thresholds", numbers["thresholds"]["hash"]]
    assert "falls short   recall of limit-cycle at least .85: no run to find it in" in said.out
    assert said.err.startswith("3 workers\n")
    assert not (folder / "thresholds.toml").exists()


def test_tuning_writes_a_file_of_thresholds(folder: Path, capsys) -> None:
    assert main(command(folder, "--tune", "--format", "json")) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers["thresholds"]["tuned"] is True
    assert "version" in tomllib.loads((folder / "thresholds.toml").read_text())


def test_the_test_part_is_kept_and_nothing_else(folder: Path) -> None:
    kept = folder.parent / "kept"
    assert main(command(folder, "--keep", str(kept))) == 0
    assert {one.run["seed"] for one in read(kept)} <= TEST_SEEDS
    assert len(read(kept)) == 6


def test_running_again_gives_the_same_bytes(folder: Path) -> None:
    files = [folder.parent / "docs" / name for name in ("page.md", "page.json")]
    assert main(command(folder)) == 0
    first = [path.read_bytes() for path in files]
    assert main(command(folder)) == 0
    assert [path.read_bytes() for path in files] == first


def test_another_kind_of_page_is_refused_before_anything_is_trained(folder: Path, capsys) -> None:
    assert main(["validate-detectors", "--corpus", str(folder), "-o", "page.html"]) == 2
    assert "ends with .md" in capsys.readouterr().err
    assert not folder.exists()


def test_no_worker_is_refused(folder: Path) -> None:
    assert main(command(folder, "--workers", "0")) == 2
