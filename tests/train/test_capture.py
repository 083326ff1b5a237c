"""What is asked of torch.cuda, in which order: on a machine without a GPU that is all that can be shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
import torch

from ganbench.train.capture import Cuda


@pytest.fixture
def said(monkeypatch):
    """A torch.cuda that only notes what it is asked."""
    notes: list[str] = []

    class Stream:
        def __init__(self, name: Any) -> None:
            self.name = "side" if isinstance(name, torch.device) else name
            self.device = torch.device("cuda")

        def wait_stream(self, other: Stream) -> None:
            notes.append(f"{self.name} waits for {other.name}")

    class Graph:
        def capture_begin(self, pool: str) -> None:
            notes.append(f"begin in {pool}")

        def capture_end(self) -> None:
            notes.append("end")
            if "raise" in notes:
                raise RuntimeError("the capture is broken")

        def replay(self) -> None:
            notes.append("replay")

    @contextmanager
    def stream(of: Stream):
        notes.append(f"on {of.name}")
        try:
            yield
        finally:
            notes.append(f"off {of.name}")

    fakes = {
        "Stream": Stream,
        "graph_pool_handle": lambda: "pool",
        "CUDAGraph": Graph,
        "stream": stream,
        "current_stream": lambda _: Stream("main"),
        "synchronize": lambda _: notes.append("synchronize"),
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    return notes


def test_calls_are_warmed_up_on_the_stream_of_captures_in_their_place_among_others(said):
    Cuda(torch.device("cuda")).warm(lambda: said.append("calls"))
    assert said == ["side waits for main", "on side", "calls", "off side", "main waits for side"]


def test_graphs_are_captured_on_that_stream_in_one_pool_and_replayed_where_asked(said):
    device = Cuda(torch.device("cuda"))
    for _ in range(2):
        replay = device.capture(lambda: said.append("calls"))
    once = ["synchronize", "on side", "begin in pool", "calls", "end", "off side"]
    assert said == once * 2
    replay()
    assert said[-1] == "replay"


def test_what_raises_in_a_capture_ends_it_and_comes_out_as_it_is(said):
    def calls() -> None:
        said.append("raise")
        raise ValueError("of the user's")

    with pytest.raises(ValueError, match="of the user's"):
        Cuda(torch.device("cuda")).capture(calls)
    assert said[-2:] == ["end", "off side"]
