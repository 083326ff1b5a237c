"""Text in LaTeX: no character is read as a command, and one that LaTeX does not have is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.report.latex import broken, latex, words

COMMAND = re.compile(
    r"\\(?:[&%$#_{}]|text[a-z]+\{\}|ldots\{\}|char34\{\}|ensuremath\{\\[a-z]+\})|-\{\}(?=-)|\$-\$", re.I
)


@given(st.text())
def test_no_text_leaves_a_command(text: str) -> None:
    left = COMMAND.sub("", latex(text))
    assert not set(left) & set('\\&%$#_{}~^<>|"')
    assert all(one <= "\u017f" and one.isprintable() for one in left)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 %_a & b", r"50 \%\_a \& b"),
        ("~^\\", r"\textasciitilde{}\textasciicircum{}\textbackslash{}"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("γ → 1", r"\ensuremath{\gamma} \ensuremath{\rightarrow} 1"),
        ("Ångström, naïve", "Ångström, naïve"),
        ("中", "U+4E2D"),
        ("a\tb\n", "a b "),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert latex(text) == expected


@given(st.text(st.characters(max_codepoint=126)))
def test_broken_text_is_the_same_text_with_places_to_break(text: str) -> None:
    found = broken(text)
    assert found.startswith(r"{\raggedright ")
    inside = found.removeprefix(r"{\raggedright ").removesuffix(r"\par}").replace(r"\allowbreak{}", "")
    assert inside.replace("-{}-", "--") == latex(text).replace("-{}-", "--")


def test_a_text_is_broken_between_its_words_and_not_at_its_end() -> None:
    assert broken("a/b-c_d/") == r"{\raggedright a/\allowbreak{}b-c\_\allowbreak{}d/\par}"
    assert words("a/b-c_d e") == ["a/", "b-", "c_", "d", "e"]
