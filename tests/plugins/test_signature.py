"""Options are read from the signature, and checked as those of any component."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ganbench.errors import PluginError
from ganbench.registry import Options, per_replica
from tests.plugins.example import entry

HEAD = "from typing import Annotated, Literal\nfrom pydantic import Field\nfrom ganbench.registry import PER_REPLICA\n"
BODY = "\n    return (fake - real).mean(), -fake.mean()\n"


def options(folder: Path, parameters: str, *, head: str = HEAD) -> type[Options]:
    return entry(folder, "loss", "loss", f"{head}def loss(real, fake, {parameters}):{BODY}").options


def refused(model: type[Options], **given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"name": "mine.py:loss", **given})
    return str(caught.value.errors()[0]["type"])


def test_defaults_are_those_of_the_signature(tmp_path: Path) -> None:
    model = options(tmp_path, "*, a=1, b=0.5, c='x', d=True, e=None, f=(1, 2), g: float = 3")
    found = model.model_validate({"name": "mine.py:loss"}).model_dump()
    assert {key: found[key] for key in "abcdefg"} == {
        "a": 1,
        "b": 0.5,
        "c": "x",
        "d": True,
        "e": None,
        "f": (1, 2),
        "g": 3.0,
    }


@pytest.mark.parametrize(
    ("parameter", "value", "type_"),
    [
        ("a=1", "one", "int_parsing"),
        ("a=0.5", "half", "float_parsing"),
        ("a: Literal['x', 'y'] = 'x'", "z", "literal_error"),
        ("a: Annotated[float, Field(gt=0)] = 1.0", -1, "greater_than"),
        ("a: 'float' = 1.0", "half", "float_parsing"),
    ],
)
def test_a_value_of_the_wrong_type_or_out_of_range_is_refused(
    tmp_path: Path, parameter: str, value: object, type_: str
) -> None:
    assert refused(options(tmp_path, f"*, {parameter}"), a=value) == type_


def test_unknown_and_missing_options_are_refused(tmp_path: Path) -> None:
    assert refused(options(tmp_path, "*, a=1"), b=2) == "extra_forbidden"
    assert refused(options(tmp_path, "*, a")) == "missing"


def test_parameters_that_take_anything_are_no_options(tmp_path: Path) -> None:
    assert options(tmp_path, "*rest, a=1, **more").model_fields.keys() == {"name", "source", "a"}


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("a: dict = None", "list or a mapping"),
        ("a=[1, 2]", "list or a mapping"),
        ("a: list[float] = ()", "list or a mapping"),
        ("name='x'", "name that is taken"),
        ("source='x'", "name that is taken"),
        ("copy=1", "name that is taken"),
        ("model_config=1", "name that is taken"),
        ("_a=1", "name that is taken"),
        ("a: 'Nowhere' = 1", "annotations cannot be read"),
        ("a: object() = 1", "annotat"),
    ],
)
def test_a_parameter_that_no_suite_can_write_is_refused(tmp_path: Path, parameter: str, said: str) -> None:
    with pytest.raises(PluginError, match=said):
        options(tmp_path, f"*, {parameter}")


def test_only_marked_options_of_a_loss_may_differ_inside_a_population(tmp_path: Path) -> None:
    model = options(tmp_path, "*, a: Annotated[float, PER_REPLICA] = 1.0, b: float = 2.0")
    assert per_replica(model.model_validate({"name": "mine.py:loss"})) == {"a": 1.0}


def test_every_number_of_an_optimizer_may(tmp_path: Path) -> None:
    text = "def step(gradient, *, lr: float = 0.1, decay=0.9, kind='x'):\n    return -lr * gradient\n"
    model = entry(tmp_path, "optimizer", "step", text).options
    assert per_replica(model.model_validate({"name": "mine.py:step"})) == {"lr": 0.1, "decay": 0.9}


def test_what_makes_one_object_for_all_replicas_cannot_differ_between_them(tmp_path: Path) -> None:
    text = f"{HEAD}def trick(*, a: Annotated[float, PER_REPLICA] = 1.0):\n    return a\n"
    with pytest.raises(PluginError, match="cannot be PER_REPLICA"):
        entry(tmp_path, "trick", "trick", text)
