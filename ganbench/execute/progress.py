"""Who is told how far a suite is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ganbench.execute.task import Advanced, Finished, Message, Report, Told
from ganbench.records import Population


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


def telling(progress: Progress) -> Report:
    """Passes on what populations report; what they all say, once."""
    said: set[str] = set()

    def on(message: Message) -> None:
        if isinstance(message, Told):
            if not message.once or message.text not in said:
                progress.told(message.text)
            said.add(message.text)
        elif isinstance(message, Finished):
            progress.finished(message)
        else:
            progress.advanced(message)

    return on
