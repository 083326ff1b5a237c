"""What was raised is compared by place, step and words, and holds no memory."""

from __future__ import annotations

import weakref

import pytest
import torch

from ganbench.execute.raised import Raised, raised


class Heavy:
    """Something that an attempt holds."""


def fail(text: str, kind: type[Exception] = ValueError) -> None:
    raise kind(text)


def fail_elsewhere(text: str) -> None:
    raise ValueError(text)


def caught(text: str = "broken", *, step: int = 0, by=fail, **changes) -> Raised:
    try:
        by(text, **changes)
    except Exception as error:
        return raised(error, step)
    raise AssertionError


def test_it_says_what_the_traceback_says() -> None:
    found = caught("first\nsecond")
    assert found.message == "first\nsecond"
    assert found.traceback.startswith("Traceback (most recent call last):\n")
    assert found.last_words == "second"
    assert caught().last_words == "ValueError: broken"


def test_it_is_like_itself_raised_again() -> None:
    assert caught(step=7).is_like(caught(step=7))


def test_numbers_in_its_words_do_not_count() -> None:
    assert caught("shape [20, 64] at 0x7f").is_like(caught("shape [2, 64] at 0x1f"))


@pytest.mark.parametrize(
    "change",
    [{"text": "other"}, {"step": 8}, {"kind": TypeError}, {"by": fail_elsewhere}],
)
def test_other_words_another_step_kind_or_line_is_another(change: dict[str, object]) -> None:
    assert not caught(step=7).is_like(caught(**{"step": 7, **change}))


@pytest.mark.parametrize("kind", [MemoryError, torch.OutOfMemoryError])
def test_memory_is_known_by_its_kind(kind: type[Exception]) -> None:
    assert caught(kind=kind).out_of_memory


def test_memory_is_known_by_what_torch_says_on_a_cpu_and_nothing_else_is() -> None:
    text = "[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."
    assert caught(text, kind=RuntimeError).out_of_memory
    assert not caught(text).out_of_memory
    assert not caught("can't allocate memory", kind=RuntimeError).out_of_memory


def test_it_does_not_hold_what_the_attempt_held() -> None:
    held: list[weakref.ref[Heavy]] = []

    def attempt(text: str) -> None:
        heavy = Heavy()
        held.append(weakref.ref(heavy))
        raise ValueError(text)

    found = caught(by=attempt)
    assert held[0]() is None
    assert found.message == "broken"
