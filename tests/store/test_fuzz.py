"""Whatever stands in a file of a results folder: readers and writers give a result or an error of ganbench."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganbench.cli.status import inspect
from ganbench.errors import GanbenchError
from ganbench.store.layout import Layout
from ganbench.store.reader import (
    load_bursts,
    load_evaluations,
    load_findings,
    load_geometry,
    load_plane,
    load_results,
    load_windows,
)
from tests.store.example import commit, opened, plan, plane

PAIRS = [("ring/a", 0), ("ring/a", 1), ("ring/b", 0)]
LOADERS = [
    load_results,
    load_evaluations,
    load_findings,
    load_windows,
    load_bursts,
    load_geometry,
    load_plane,
]
LOOKS: dict[str, Any] = {"plane": plane("id-ring/a-0", "id-ring/a-1"), "plane_steps": [150, 300]}
WITHOUT_RUNS = {"findings.parquet", "traces/p-plane.parquet"}  # for these no run is computed again
PATIENCE = 20  # seconds

Mutation = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every kind of file."""
    root = tmp_path_factory.mktemp("whole")
    with opened(root, planned=plan(*PAIRS, ("ring/b", 1))) as results:
        commit(results, "p", *PAIRS[:2], **LOOKS)
        results.merge()
        commit(results, "q", PAIRS[2])
        layout = results.layout
        layout.progress("r").mkdir(parents=True)
        layout.checkpoint("r").write_bytes(b"PK")
        layout.members("r").write_text('["id-ring/b-1"]')
        layout.kept("p", 5).parent.mkdir(parents=True)
        layout.kept("p", 5).write_bytes(b"PK")
    return root


@pytest.fixture(autouse=True)
def no_syncing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is cut here, and hundreds of folders are written."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """A hang becomes an error."""

    def late(*_: object) -> None:
        raise TimeoutError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@st.composite
def truncations(draw: st.DrawFn) -> Mutation:
    share = draw(st.floats(0, 1))
    return lambda content: content[: int(share * len(content))]


@st.composite
def flips(draw: st.DrawFn) -> Mutation:
    places = draw(
        st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=5)
    )

    def flip(content: bytes) -> bytes:
        changed = bytearray(content)
        for share, bit in places if changed else ():
            changed[int(share * len(changed))] ^= 1 << bit
        return bytes(changed)

    return flip


@st.composite
def others(draw: st.DrawFn) -> Mutation:
    """Something else altogether: any bytes, any JSON."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["schema_version", "suite", "run_id", "seed", "x"]), inner)
        ),
        max_leaves=8,
    )
    content = draw(st.binary(max_size=100) | values.map(lambda value: json.dumps(value).encode()))
    return lambda _: content


MUTATIONS = truncations() | flips() | others()


def unsealed(mutation: Mutation) -> Mutation:
    """Behind the back of the checksum: as a file of an older ganbench would be damaged."""
    return lambda content: mutation(
        content.replace(b"ganbench.crc32=", b"x" * 15).replace(b"ganbench.seal", b"x" * 13)
    )


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return tmp_path / "results"


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """By run, whatever the order in which the runs ended."""
    return frame.sort_values("run_id", kind="stable", ignore_index=True)


def renewed(whole: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mutation=MUTATIONS | MUTATIONS.map(unsealed))
def test_readers_and_writers_give_a_result_or_an_error_of_ganbench(
    whole: Path, folder: Path, data: st.DataObject, mutation: Mutation
) -> None:
    renewed(whole, folder)
    path = folder / data.draw(st.sampled_from(files(whole)))
    path.write_bytes(mutation(path.read_bytes()))
    with within(PATIENCE):
        for load in LOADERS:
            with contextlib.suppress(GanbenchError):
                load(folder)
        with contextlib.suppress(GanbenchError):
            json.dumps(inspect(folder), allow_nan=False)
        with contextlib.suppress(GanbenchError), opened(folder, planned=plan(*PAIRS)) as results:
            results.finished()
            load_results(folder)  # once taken up, it can be read


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mutation=truncations() | flips())
def test_a_damaged_table_never_gives_other_numbers(
    whole: Path, folder: Path, data: st.DataObject, mutation: Mutation
) -> None:
    renewed(whole, folder)
    names = [name for name in files(whole) if name.endswith(".parquet")]
    path = folder / data.draw(st.sampled_from(names))
    path.write_bytes(mutation(path.read_bytes()))
    for load in LOADERS:
        with contextlib.suppress(GanbenchError):
            assert load(folder).equals(load(whole))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mutation=truncations() | flips())
def test_a_damaged_table_is_mended_by_computing_its_runs_again(
    whole: Path, folder: Path, data: st.DataObject, mutation: Mutation
) -> None:
    renewed(whole, folder)
    names = [name for name in files(whole) if name.endswith(".parquet") and name not in WITHOUT_RUNS]
    path = folder / data.draw(st.sampled_from(names))
    path.write_bytes(mutation(path.read_bytes()))
    with opened(folder, planned=plan(*PAIRS, ("ring/b", 1))) as results:
        missing = [pair for pair in PAIRS if f"id-{pair[0]}-{pair[1]}" not in results.finished()]
        for population, pairs, looks in (("p", PAIRS[:2], LOOKS), ("q", PAIRS[2:], {})):
            if set(pairs) & set(missing):
                commit(results, population, *pairs, **looks)
        assert len(results.finished()) == 3
        for load in LOADERS:
            assert in_order(load(folder)).equals(in_order(load(whole)))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.binary(max_size=200))
def test_a_lock_may_say_anything(whole: Path, folder: Path, text: bytes) -> None:
    renewed(whole, folder)
    Layout(folder).lock.write_bytes(text)
    assert inspect(folder)["running"] is None
