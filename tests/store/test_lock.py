"""One writer for each folder: who holds it is named, and the dead hold nothing."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ganbench.errors import ResultsLocked, StorageError
from ganbench.store import lock
from ganbench.store.layout import Layout
from ganbench.store.lock import holder, locked

HOLD = """
import sys, time
from pathlib import Path
from ganbench.store.layout import Layout
from ganbench.store.lock import locked
with locked(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


@pytest.fixture
def other(layout: Layout):
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.root)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)


def test_a_second_writer_is_told_who_the_first_is(layout: Layout, other: subprocess.Popen) -> None:
    with pytest.raises(ResultsLocked) as caught, locked(layout):
        pass
    message = str(caught.value)
    assert message.startswith(f"{layout.root}: process {other.pid} on {socket.gethostname()} since ")
    assert "UTC writes here" in message
    assert "--out" in message
    assert caught.value.exit_code == 2


def test_the_second_writer_leaves_the_first_ones_lock_alone(layout: Layout, other: subprocess.Popen) -> None:
    for _ in range(2):
        with pytest.raises(ResultsLocked, match=str(other.pid)), locked(layout):
            pass


def test_the_same_process_cannot_hold_it_twice(layout: Layout) -> None:
    with locked(layout), pytest.raises(ResultsLocked, match=str(os.getpid())), locked(layout):
        pass


def test_a_killed_holder_is_no_obstacle(layout: Layout, other: subprocess.Popen) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert holder(layout) is None
    with locked(layout):
        assert holder(layout).pid == os.getpid()


def test_after_an_error_it_is_free_again(layout: Layout) -> None:
    with pytest.raises(ZeroDivisionError), locked(layout):
        raise ZeroDivisionError
    with locked(layout):
        pass


def test_the_holder_is_seen_while_it_holds(layout: Layout) -> None:
    assert holder(layout) is None
    with locked(layout):
        found = holder(layout)
        assert (found.pid, found.host) == (os.getpid(), socket.gethostname())
        assert found.command
    assert holder(layout) is None
    assert layout.lock.read_text() == ""


def test_looking_does_not_take_the_lock(layout: Layout) -> None:
    with locked(layout):
        pass
    for _ in range(3):
        assert holder(layout) is None
    with locked(layout):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00\xff"])
def test_a_holder_that_has_not_said_who_it_is_still_holds(layout: Layout, text: str) -> None:
    with locked(layout):
        layout.lock.write_text(text)
        assert str(holder(layout)) == "another process"
        with pytest.raises(ResultsLocked, match="another process writes here"), locked(layout):
            pass


def test_a_stale_text_in_a_free_lock_means_nothing(layout: Layout) -> None:
    layout.lock.write_text('{"pid": 1, "host": "h", "since": "s", "command": "c"}')
    assert holder(layout) is None
    with locked(layout):
        assert holder(layout).pid == os.getpid()


def count_up(root: Path) -> None:
    for _ in range(20):
        while True:
            try:
                with locked(Layout(root)):
                    path = root / "count"
                    path.write_text(str(int(path.read_text()) + 1))
                break
            except ResultsLocked:
                continue


def test_writers_that_compete_take_turns(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=count_up, args=(tmp_path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert (tmp_path / "count").read_text() == "40"


def test_a_folder_that_is_not_there_cannot_be_locked(tmp_path: Path) -> None:
    with pytest.raises(StorageError), locked(Layout(tmp_path / "absent")):
        pass
