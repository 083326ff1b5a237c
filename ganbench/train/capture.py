"""Calls on a device, kept as one program that is replayed without the host."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import torch

Calls = Callable[[], None]


class Device(Protocol):
    """What can capture."""

    def warm(self, calls: Calls) -> None:
        """Make the calls as they will be captured."""

    def capture(self, calls: Calls) -> Calls:
        """The calls, to be replayed on the same addresses; nothing on the device is changed before."""


class Cuda:
    """CUDA graphs, which share the memory of what lives within one replay alone.

    Warmed up on the stream that they are captured on, so that the libraries have their workspaces there, as torch's
    documentation of `torch.cuda.graph` asks.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)
        self._pool = torch.cuda.graph_pool_handle()

    def warm(self, calls: Calls) -> None:
        here = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            calls()
        here.wait_stream(self._stream)

    def capture(self, calls: Calls) -> Calls:
        graph = torch.cuda.CUDAGraph()
        # What the collector frees in the midst of a capture would end it.
        gc.collect()
        torch.cuda.synchronize(self._stream.device)
        with torch.cuda.stream(self._stream):
            graph.capture_begin(pool=self._pool)
            try:
                calls()
            except BaseException:
                with suppress(RuntimeError):  # which says no more than that the capture is broken
                    graph.capture_end()
                raise
            graph.capture_end()
        replay: Calls = graph.replay
        return replay
