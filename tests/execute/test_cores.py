"""The cores of the machine and the share of the container, from files laid out as Linux does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.execute import cores
from ganbench.execute.cores import available_cores


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight cores."""
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def limit(root: Path, group: str, text: str) -> None:
    path = root / "sys/fs/cgroup" / group / "cpu.max"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


def within(root: Path, group: str) -> None:
    """The process is in that control group."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(f"1:cpu:/old\n0::/{group}\n")


def test_without_a_container_they_are_those_that_the_process_may_use(tmp_path: Path) -> None:
    assert available_cores(tmp_path) == 8


def test_where_the_system_knows_no_affinity_they_are_the_machine_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(cores.os, "sched_getaffinity")
    monkeypatch.setattr(cores.os, "cpu_count", lambda: 4)
    assert available_cores(tmp_path) == 4
    monkeypatch.setattr(cores.os, "cpu_count", lambda: None)
    assert available_cores(tmp_path) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200000 100000", 2),
        ("50000 10000", 5),
        ("250000 100000", 2),
        ("10000 100000", 1),
        ("6400000 100000", 8),
        ("max 100000", 8),
        ("", 8),
        ("100000 0", 8),
    ],
)
def test_a_quota_is_cores_in_whole_and_at_least_one(tmp_path: Path, text: str, expected: int) -> None:
    limit(tmp_path, "", text)
    assert available_cores(tmp_path) == expected


def test_the_quota_of_every_group_around_the_process_holds(tmp_path: Path) -> None:
    within(tmp_path, "slice/job")
    limit(tmp_path, "slice/job", "max 100000")
    limit(tmp_path, "slice", "300000 100000")
    limit(tmp_path, "other", "100000 100000")
    assert available_cores(tmp_path) == 3


@given(st.integers(1, 10**7), st.integers(1000, 10**6))
def test_more_is_never_used_than_is_granted_but_for_the_one_core(
    tmp_path_factory: pytest.TempPathFactory, quota: int, period: int
) -> None:
    root = tmp_path_factory.mktemp("machine")
    limit(root, "", f"{quota} {period}")
    found = available_cores(root)
    assert 1 <= found <= 8
    assert found == 1 or found * period <= quota


def test_this_machine_has_some() -> None:
    assert available_cores() >= 1
