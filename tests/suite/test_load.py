"""Any file is a checked suite or an error of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganbench.errors import InputError, SuiteError
from ganbench.suite.expand import expand
from ganbench.suite.load import load
from ganbench.suite.suite import Suite
from tests.suite.example import BASE, problems, suite

WORDS = [
    "suite",
    "version",
    "data",
    "generator",
    "discriminator",
    "loss",
    "penalties",
    "latent",
    "optimizers",
    "batch",
    "steps",
    "seeds",
    "evaluation",
    "failure",
    "tiers",
    "axes",
    "exclude",
    "include",
    "name",
    "set",
    "zip",
    "smoke",
    "ring",
    "mlp",
    "hinge",
    "adam",
    "r1",
    "toy",
    "toy-v1",
    "every",
    "metric",
    "below",
    "for",
    "lr",
    "gamma",
    "0",
    "1",
    "-1",
    "1e-4",
    "0-1",
    "null",
    "true",
    "[]",
    "{}",
    "[1,2]",
    "{a:1}",
    "&x",
    "*x",
    "~",
    "'",
    '"',
    ":",
    ",",
    "-",
    "#",
    "|",
    ">",
]
FILES = st.lists(
    st.builds(
        lambda indent, words: " " * indent + " ".join(words),
        st.integers(0, 4),
        st.lists(st.sampled_from(WORDS), max_size=5),
    ),
    max_size=8,
).map("\n".join)


def checked(path: Path, text: str) -> Suite | None:
    path.write_text(text, encoding="utf-8", newline="")
    try:
        return load(path)
    except (SuiteError, InputError) as error:
        assert str(error).startswith(str(path))  # noqa: PT017  # either way is right, nothing else is
        return None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "fuzz.yaml"


def test_the_example_is_a_suite(tmp_path: Path) -> None:
    made = suite(tmp_path, "question: why?")
    assert (made.name, made.version, made.header.question) == ("toy", "toy-v1", "why?")
    assert made.text.startswith("suite: toy")
    assert len(expand(made)) == 2


@pytest.mark.parametrize("name", ["..", "a/b", "x" * 101])
def test_a_suite_s_name_may_name_its_one_cell(tmp_path: Path, name: str) -> None:
    (found,) = problems(tmp_path, base=BASE.replace("toy", name))
    assert found.startswith("toy.yaml:1:8: '")
    assert "cannot be the name of a suite" in found


@given(st.text(max_size=200))
def test_random_text_is_refused_in_our_words(path: Path, text: str) -> None:
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert checked(path, text) is None


@given(FILES)
def test_random_lines_of_the_language_are_refused_in_our_words(path: Path, text: str) -> None:
    checked(path, text)


@given(FILES, st.integers(0, 12))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_suite_with_random_lines_in_it_is_a_suite_or_refused(path: Path, text: str, at: int) -> None:
    lines = BASE.splitlines()
    made = checked(path, "\n".join([*lines[:at], text, *lines[at:]]))
    assert made is None or expand(made)


@given(st.data())
def test_a_suite_with_one_character_changed_is_a_suite_or_refused(path: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BASE) - 1))
    new = data.draw(st.sampled_from("ab01 \n:,[]{}-'\"#&*!|>%@`"))
    made = checked(path, BASE[:at] + new + BASE[at + 1 :])
    assert made is None or expand(made)


def test_a_binary_file_is_refused(path: Path) -> None:
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="not UTF-8"):
        load(path)
