"""The tree of errors: exit codes, and messages that say where, what, and what to do."""

from __future__ import annotations

import pickle
import re

import pytest

from ganbench import errors
from ganbench.errors import GanbenchError, Problem, SuiteError, UnknownName, expected, first_line

EXIT_CODES = {
    "GanbenchError": 4,
    "UsageError": 2,
    "SuiteError": 2,
    "UnknownName": 2,
    "InputError": 2,
    "ResultsLocked": 2,
    "PluginError": 2,
    "DeviceError": 2,
    "CannotTell": 3,
    "CrashedRuns": 4,
    "StorageError": 4,
    "Interrupted": 130,
}


def kinds() -> dict[str, type[GanbenchError]]:
    return {n: k for n, k in vars(errors).items() if isinstance(k, type) and issubclass(k, GanbenchError)}


def test_every_error_has_the_exit_code_of_the_design():
    assert {name: kind.exit_code for name, kind in kinds().items()} == EXIT_CODES


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = dict(re.findall(r"[─ ]{2,}([A-Z]\w+) +(\d+) ", errors.__doc__))
    assert {name: int(code) for name, code in drawn.items()} == {
        name: code for name, code in EXIT_CODES.items() if name != "GanbenchError"
    }


def test_whoever_catches_usage_errors_gets_all_that_exit_with_2():
    usage = {name for name, kind in kinds().items() if issubclass(kind, errors.UsageError)}
    assert usage == {name for name, code in EXIT_CODES.items() if code == 2}


@pytest.mark.parametrize(
    ("where", "hint", "text"),
    [
        ("", "", "it broke"),
        ("a.yaml:3:1", "", "a.yaml:3:1: it broke"),
        ("", "mend it", "it broke\n  mend it"),
        ("a.yaml", "mend it", "a.yaml: it broke\n  mend it"),
    ],
)
def test_a_message_says_where_what_and_what_to_do(where, hint, text):
    assert str(GanbenchError("it broke", where=where, hint=hint)) == text


def test_all_problems_of_a_suite_are_told_at_once_in_their_order():
    problems = [Problem("mog.yaml:14:9", "unknown loss 'hindge'"), Problem("mog.yaml:2:1", "unknown key 'a'")]
    error = SuiteError(problems)
    assert str(error) == "mog.yaml:14:9: unknown loss 'hindge'\nmog.yaml:2:1: unknown key 'a'"
    assert error.problems == tuple(problems)


def test_an_unknown_name_comes_with_the_nearest_one():
    error = UnknownName("loss", "hindge", ["hinge", "minimax"])
    assert str(error) == "unknown loss 'hindge', did you mean 'hinge'?"
    assert error.name == "hindge"


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("adm", ["adam", "sgd"], "did you mean 'adam'?"),
        ("zzz", ["sgd", "adam"], "expected one of: adam, sgd"),
        ("zzz", [], "none is known"),
        ("a", iter(["b"]), "expected one of: b"),
    ],
)
def test_the_end_of_the_message_names_a_near_match_or_all_there_are(name, known, text):
    assert expected(name, known) == text


@pytest.mark.parametrize(
    "error",
    [
        GanbenchError("what", where="here", hint="do"),
        errors.StorageError("disk full", where="/results"),
        SuiteError([Problem("a:1:1", "x")]),
        UnknownName("loss", "hindge", ["hinge"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_between_processes(error):
    """Worker processes send them to the one that the user sees."""
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)


@pytest.mark.parametrize(
    ("error", "line"),
    [(ValueError("one\ntwo"), "one"), (ValueError("  "), "ValueError"), (OSError(), "OSError")],
)
def test_the_first_line_of_an_error_is_never_empty(error: Exception, line: str) -> None:
    assert first_line(error) == line
