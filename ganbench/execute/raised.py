"""What an attempt to train a population raised, as text: it holds no frame, and so no memory of the attempt."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import Final

from ganbench.plugins import complaint_of

# What torch says on a CPU, in a plain RuntimeError: on Linux and macOS, and on Windows.
_NO_MEMORY: Final = ("DefaultCPUAllocator: can't allocate memory", "DefaultCPUAllocator: not enough memory")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Raised:
    """`step`: generator steps done until then. `place`: type, file and line."""

    message: str
    place: tuple[str, str, int]
    step: int
    traceback: str
    out_of_memory: bool

    @property
    def last_words(self) -> str:
        """The last line of the traceback."""
        return self.traceback.rstrip().rpartition("\n")[2]

    def is_like(self, other: Raised) -> bool:
        """Whether it is the same error at the same line after as many steps, whatever numbers it names."""
        # Messages give shapes, and these hold the number of replicas.
        texts = {_NUMBER.sub("", one.message) for one in (self, other)}
        return len(texts) == 1 and (self.place, self.step) == (other.place, other.step)


def raised(error: BaseException, step: int) -> Raised:
    """The record of an error that was caught, after so many generator steps."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Raised(
        message=str(error),
        place=(type(error).__name__, last.filename, last.lineno or 0),
        step=step,
        traceback=_text(error),
        out_of_memory=_is_out_of_memory(error),
    )


def _text(error: BaseException) -> str:
    """The traceback; its last line names the last line of the user's own code, where there is one."""
    text = "".join(traceback.format_exception(error)).rstrip()
    where, _ = complaint_of(error)
    return f"{text} ({where})\n" if where else f"{text}\n"


def _is_out_of_memory(error: BaseException) -> bool:
    import torch

    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or (isinstance(error, RuntimeError) and any(text in str(error) for text in _NO_MEMORY))
