"""Both parts of a corpus in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.errors import InputError
from ganbench.validation.compact import keep
from ganbench.validation.reading import parts_of
from tests.validation.made_up import sound


def test_runs_are_in_the_part_of_their_seed(tmp_path: Path) -> None:
    keep([sound(seed) for seed in (0, 7, 12)], tmp_path)
    parts = parts_of(tmp_path)
    assert [one.run["seed"] for one in parts.tuning] == [0, 7]
    assert [one.run["seed"] for one in parts.test] == [12]


def test_a_folder_without_a_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no complete case"):
        parts_of(tmp_path)
