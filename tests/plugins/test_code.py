"""Errors of the user's code show the user's own line."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from ganbench.errors import PluginError
from ganbench.plugins import Code, Plugins, complaint_of
from tests.plugins.example import entry, written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import nowhere_to_be_found\n",
            r"mine.py:1: ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("x = 1\ny = x / 0\n", r"mine.py:2: ZeroDivisionError: division by zero"),
        ("def loss(real, fake):\n    return (\n", r"mine.py:2: SyntaxError: '\(' was never closed"),
        ("def f():\n    raise ValueError\n\nf()\n", r"mine.py:2: ValueError"),
        ("def loss(real, fake):\n    return real.nope, 1\n", r"mine.py:2: AttributeError: .*'nope'"),
        ("def loss(real, fake):\n    return real, fake\n", r"mine.py:loss: gave a tensor of shape"),
        ("def loss(real, fake):\n    return real.mean()\n", r"mine.py:loss: .*expected a pair"),
        ("loss = 3\n", r"mine.py:loss: is a int, expected a function"),
        ("def loss(*, k=1):\n    return 1\n", r"mine.py:loss: gave a int, expected a Loss"),
    ],
)
def test_the_last_line_of_the_user_is_where_it_went_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        entry(tmp_path, "loss", "loss", text).load()
    assert re.match(said, str(caught.value)), str(caught.value)


def test_a_file_that_raised_is_not_half_there(tmp_path: Path) -> None:
    written(
        tmp_path, "def loss(real, fake):\n    return fake.mean(), fake.mean()\n\nraise RuntimeError('late')\n"
    )
    plugins = Plugins(tmp_path)
    for _ in range(2):
        with pytest.raises(PluginError, match=r"mine.py:4: RuntimeError: late"):
            plugins.entry("loss", "mine.py:loss")


def test_an_error_that_no_loaded_code_was_part_of_has_no_line() -> None:
    assert complaint_of(KeyError("k")) == ("", "KeyError: 'k'")


def test_code_travels_and_its_content_is_its_name(tmp_path: Path) -> None:
    one, other = (Code("mine.py:loss", file, "text") for file in ("/a/mine.py", "/b/mine.py"))
    assert pickle.loads(pickle.dumps(one)) == one
    assert one.digest == other.digest != Code("mine.py:loss", "/a/mine.py", "text ").digest


def test_a_module_whose_file_has_changed_is_refused() -> None:
    code = Code("torch.nn:Identity", "somewhere.py", "other text")
    with pytest.raises(PluginError, match="has changed"):
        code.load()
