"""Text as LaTeX."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_COMMANDS: Final = {
    "−": "$-$",
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "…": r"\ldots{}",
}
_MATHS: Final = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "varepsilon",
    "η": "eta",
    "θ": "theta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "varphi",
    "ω": "omega",
    "Δ": "Delta",
    "Σ": "Sigma",
    "→": "rightarrow",
    "≤": "leq",
    "≥": "geq",
    "×": "times",
    "±": "pm",
    "∞": "infty",
}
_BREAKS: Final = frozenset("/+_")  # after a hyphen LaTeX breaks lines itself
_BREAK: Final = r"\allowbreak{}"
_WORDS: Final = re.compile(r"(?<=[/+_-])|\s")
_LATIN: Final = "\u017f"  # the last that LaTeX takes for a letter without a package
_LETTERS: Final = frozenset(
    "ßæøœÆØŒłŁ"
)  # beside ASCII, and these with the accents below, in every font of LaTeX
_ACCENTS: Final = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327")


def latex(text: str) -> str:
    """Text as LaTeX shows it: what it reads as commands escaped, characters that it does not have as `U+4E2D`."""
    return re.sub("-(?=-)", "-{}", "".join(map(_character, text)))


def words(text: str) -> list[str]:
    """The pieces between which `broken` may break it."""
    return _WORDS.split(text)


def broken(text: str) -> str:
    """Text that may break after a word, a mark or a hyphen, and does not fill its lines."""
    marked = "".join(_character(one) + (_BREAK if one in _BREAKS else "") for one in text)
    return rf"{{\raggedright {marked.removesuffix(_BREAK)}\par}}"


def _character(one: str) -> str:
    if one in _COMMANDS:
        return _COMMANDS[one]
    if one in _MATHS:
        return rf"\ensuremath{{\{_MATHS[one]}}}"
    return one if _known(one) else " " if one.isspace() else f"U+{ord(one):04X}"


def _known(one: str) -> bool:
    letter, *marks = list(unicodedata.normalize("NFD", one))
    return (
        one <= _LATIN
        and one.isprintable()
        and (letter.isascii() or letter in _LETTERS)
        and _ACCENTS.issuperset(marks)
    )
