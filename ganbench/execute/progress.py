"""Who is told how far a suite is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ganbench.records import Population

if TYPE_CHECKING:
    from ganbench.execute.task import Advanced, Finished


class Progress(Protocol):
    """What the executor tells; `ganbench.cli.progress` shows it. Populations may take turns; `finished` may come
    without any `advanced`.
    """

    def started(self, plan: Sequence[Population], /) -> None:
        """These populations are to be trained."""

    def advanced(self, told: Advanced, /) -> None:
        """A population is on its way."""

    def finished(self, told: Finished, /) -> None:
        """A population has ended."""

    def stopping(self) -> None:
        """The user has asked to stop; populations are writing their checkpoints."""

    def told(self, text: str, /) -> None:
        """Something else that the user should know, such as damage that was found and mended."""

    def closed(self) -> None:
        """Nothing more comes, whether all is done or not."""
