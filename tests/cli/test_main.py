"""Exit codes, messages, and what `--help` does not import."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from ganbench import __version__
from ganbench.cli import main as module
from ganbench.cli.main import VERBS, cli, main
from ganbench.errors import (
    CannotTell,
    CrashedRuns,
    Interrupted,
    Problem,
    StorageError,
    SuiteError,
    UsageError,
)

HEAVY = ("torch", "pandas", "numpy", "scipy", "sklearn", "seaborn", "pydantic", "rich", "pyarrow", "ruamel")


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Makes `ganbench run` call a function of the test."""

    def install(body: Callable[[], None]) -> None:
        monkeypatch.setattr(module, "_test_verb", click.command()(body), raising=False)
        monkeypatch.setitem(VERBS, "run", ("ganbench.cli.main:_test_verb", "A test."))

    return install


def raising(error: BaseException) -> Callable[[], None]:
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"]])
def test_help_and_version_import_nothing_heavy_and_exit_with_0(arguments: list[str]) -> None:
    code = (
        "import json, sys; from ganbench.cli.main import main; code = main(sys.argv[1:]);"
        f"print(json.dumps([code, [m for m in {HEAVY!r} if m in sys.modules]]), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stderr) == [0, []]
    assert answer.stdout


def test_help_names_every_verb_with_its_summary_and_the_exit_codes(capsys) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name, (_, summary) in VERBS.items():
        assert f"{name} " in text
        assert summary in text
    assert "130 interrupted" in text


def test_the_version_is_the_packages(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ganbench {__version__}\n"


@pytest.mark.parametrize("name", ["status", "list", "doctor"])
def test_every_verb_explains_itself(name: str, capsys) -> None:
    assert main([name, "--help"]) == 0
    assert f"ganbench {name}" in capsys.readouterr().out


def test_an_unknown_verb_gets_the_nearest_one(capsys) -> None:
    assert main(["stauts"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "Error: unknown verb 'stauts', did you mean 'status'?\n"
    assert captured.out == ""


def test_a_verb_like_no_other_gets_the_list(capsys) -> None:
    assert main(["frobnicate"]) == 2
    assert f"expected one of: {', '.join(sorted(VERBS))}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--frobnicate"], ["status"], ["list", "cakes"], ["doctor", "--format", "xml"], []]
)
def test_wrong_usage_is_2_on_stderr(arguments: list[str], capsys) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), 2),
        (CannotTell("wrong"), 3),
        (CrashedRuns("wrong"), 4),
        (StorageError("wrong"), 4),
        (Interrupted("wrong"), 130),
        (click.FileError("x", "wrong"), 2),
    ],
)
def test_errors_become_a_message_and_their_exit_code(error: Exception, code: int, verb, capsys) -> None:
    verb(raising(error))
    assert main(["run"]) == code
    captured = capsys.readouterr()
    assert captured.err.startswith("Error: ")
    assert "wrong" in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_a_message_says_where_what_and_what_to_do(verb, capsys) -> None:
    verb(raising(UsageError("is a file", where="results", hint="choose another")))
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "Error: results: is a file\n  choose another\n"


def test_several_problems_of_a_suite_come_one_to_a_line(verb, capsys) -> None:
    verb(raising(SuiteError([Problem("a.yaml:1:1", "one"), Problem("a.yaml:2:1", "two")])))
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "Error: a.yaml:1:1: one\nError: a.yaml:2:1: two\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130_without_a_traceback(error: BaseException, verb, capsys) -> None:
    verb(raising(error))
    assert main(["run"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_an_unexpected_error_is_4_and_says_how_to_get_the_traceback(verb, capsys, monkeypatch) -> None:
    monkeypatch.delenv("GANBENCH_DEBUG", raising=False)
    verb(raising(ZeroDivisionError("division by zero")))
    assert main(["run"]) == 4
    message = capsys.readouterr().err
    assert message.startswith("Error: unexpected ZeroDivisionError: division by zero\n")
    assert "GANBENCH_DEBUG=1" in message


def test_debugging_lets_the_traceback_through(verb, monkeypatch) -> None:
    monkeypatch.setenv("GANBENCH_DEBUG", "1")
    verb(raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["run"])


def test_a_verb_chooses_its_exit_code(verb) -> None:
    verb(lambda: click.get_current_context().exit(3))
    assert main(["run"]) == 3


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    code = "import sys; from ganbench.cli.main import main; sys.exit(main(['list', 'losses']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0


def test_the_shell_can_complete_verbs() -> None:
    environment = os.environ | {
        "_GANBENCH_COMPLETE": "bash_complete",
        "COMP_WORDS": "ganbench st",
        "COMP_CWORD": "1",
    }
    code = "from ganbench.cli.main import main; main([])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert answer.stdout == "plain,status\n"


def test_the_verbs_of_the_table_are_those_of_the_group() -> None:
    context = click.Context(cli)
    assert cli.list_commands(context) == [*VERBS]
    assert cli.get_command(context, "frobnicate") is None
    for name in ("status", "list", "doctor"):
        assert cli.get_command(context, name).name == name
