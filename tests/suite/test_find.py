"""Suites by path or by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.errors import InputError
from ganbench.suite.find import find, shipped


def test_a_shipped_suite_is_found_by_its_name_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("mog").read_text().startswith("#")
    assert find("mog") == shipped()["mog"]


def test_a_file_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mog").write_text("mine")
    assert find("mog") == Path("mog")


def test_a_path_is_given_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1")
    assert find(path) == path
    assert find(str(path)) == path


def test_a_folder_of_the_same_name_does_not_hide_a_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mog").mkdir()
    assert find("mog").is_file()


def test_a_folder_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        find(tmp_path)


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(InputError, match="unknown suite 'mgo', did you mean 'mog'"):
        find("mgo")


def test_a_missing_file_is_named_with_the_nearest_suite() -> None:
    with pytest.raises(InputError, match=r"suites/digitz\.yaml: no such file, did you mean 'digits'"):
        find("suites/digitz.yaml")


def test_the_shipped_suites_are_listed_by_name() -> None:
    assert {"mog", "dirac", "digits"} <= set(shipped())
