"""A report replaces a report, and nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ganbench.errors import InputError
from ganbench.report.folder import MANIFEST, check_free, write_report


def test_files_are_written_and_listed_with_their_hashes(tmp_path: Path) -> None:
    write_report(tmp_path / "r", {"index.html": b"a", "figures/one.svg": b"b"})
    assert (tmp_path / "r/figures/one.svg").read_bytes() == b"b"
    found = json.loads((tmp_path / "r" / MANIFEST).read_text())
    assert found["files"] == {
        name: hashlib.sha256(text).hexdigest()
        for name, text in (("figures/one.svg", b"b"), ("index.html", b"a"))
    }


def test_files_of_the_report_before_go_and_others_stay(tmp_path: Path) -> None:
    write_report(tmp_path, {"index.html": b"a", "runs/one.html": b"b"})
    (tmp_path / "notes.txt").write_text("mine")
    write_report(tmp_path, {"index.html": b"c"})
    assert (tmp_path / "index.html").read_bytes() == b"c"
    assert not (tmp_path / "runs/one.html").exists()
    assert (tmp_path / "notes.txt").exists()


def test_a_folder_with_something_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(InputError, match="not empty, and not a report"):
        write_report(tmp_path, {"index.html": b"a"})
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("")
    with pytest.raises(InputError, match="is a file"):
        check_free(tmp_path / "r")


def test_an_empty_folder_and_none_are_free(tmp_path: Path) -> None:
    check_free(tmp_path)
    check_free(tmp_path / "absent")


@pytest.mark.parametrize("text", ["{", "[]", '{"made_by": "someone"}'])
def test_a_manifest_of_something_else_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(InputError):
        check_free(tmp_path)


def test_a_manifest_cannot_name_files_outside(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    folder = tmp_path / "r"
    folder.mkdir()
    files = {"../keep.txt": "", str(tmp_path / "keep.txt"): ""}
    (folder / MANIFEST).write_text(
        json.dumps({"made_by": "ganbench report", "files": files | {"index.html": ""}})
    )
    write_report(folder, {"index.html": b"a"})
    assert (tmp_path / "keep.txt").exists()
