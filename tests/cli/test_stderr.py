"""Stderr whose reader has left: nothing is said, nothing is raised, and what is done is done."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ganbench.cli.progress import reporter
from ganbench.cli.stderr import Quiet, forgiving_stderr
from ganbench.store.reader import load_results
from tests.execute import example


class Closed(io.StringIO):
    """A stream whose reader left after so many writes."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise BrokenPipeError
        return super().write(text)


def test_what_is_said_before_the_reader_leaves_arrives_and_the_rest_goes_nowhere() -> None:
    stream = Closed(2)
    quiet = Quiet(stream)
    assert [quiet.write(text) for text in ("one ", "two ", "three", "four")] == [4, 4, 5, 4]
    quiet.flush()
    assert stream.getvalue() == "one two "


def test_a_stream_that_failed_is_not_tried_again() -> None:
    stream = Closed(0)
    quiet = Quiet(stream)
    quiet.write("lost")
    stream.left = 9
    quiet.write("late")
    assert stream.getvalue() == ""


def test_everything_else_is_the_stream_s_own() -> None:
    assert Quiet(sys.__stderr__).encoding == sys.__stderr__.encoding
    assert not Quiet(io.StringIO()).isatty()


def test_in_here_progress_and_remarks_raise_nothing_and_afterwards_stderr_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = Closed(0)
    monkeypatch.setattr(sys, "stderr", closed)
    with forgiving_stderr():
        reporter(sys.stderr).told("damage")
        click.echo("a remark", err=True)
    assert sys.stderr is closed


@pytest.mark.parametrize(("gone", "code"), [("stderr", 0), ("stdout", 4)])
def test_a_run_whose_reader_leaves_is_trained_to_the_end(tmp_path: Path, gone: str, code: int) -> None:
    text = "import sys; from ganbench.cli.main import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["run", str(example.written(tmp_path)), "--workers", "1", "--out", str(tmp_path / "out")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    checkout = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", text, *arguments], env=checkout, **pipes) as process:
        getattr(process, gone).close()
        assert process.wait(timeout=100) == code
    assert len(load_results(tmp_path / "out")) == 4
