"""All problems of a suite at once, in the order of the file, each cause once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ganbench.errors import Problem, SuiteError
from ganbench.suite.tree import Node, Place
from ganbench.suite.wanted import keys, part
from ganbench.suite.wording import complaint


class Problems:
    """Collects. The same words at the same place are one problem, in however many cells they come up."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], set[str]] = {}
        self._tier = ""
        self._tiers: set[str] = set()
        self.partial = False
        """An axis could not be read: what it would have set is not reported as missing."""

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, what: str) -> None:
        """One thing wrong in one place."""
        self._found.setdefault((place, what), set()).add(self._tier)

    @contextmanager
    def within(self, tier: str) -> Iterator[None]:
        """What is added in here is wrong in that tier."""
        self._tier = tier
        self._tiers.add(tier)
        try:
            yield
        finally:
            self._tier = ""

    def explain(
        self, error: ValidationError, node: Node, model: type[BaseModel], *, known: Collection[str] = ()
    ) -> None:
        """All that is wrong with `node` as a `model`. `known`: its keys at the top, where there are more."""
        for one in error.errors():
            loc = one["loc"]
            if self.partial and one["type"] == "missing":
                continue
            names = known if len(loc) < 2 and known else keys(part(model, loc))
            self.add(_place(one, node), complaint(one, model, known=names))

    def refuse(self) -> None:
        """Raises SuiteError if there are any."""
        if self._found:
            ordered = sorted(self._found, key=lambda found: found[0].order)
            raise SuiteError(
                [Problem(str(place), what + self._where(place, what)) for place, what in ordered]
            )

    def _where(self, place: Place, what: str) -> str:
        """The tiers that a value of the command line is wrong in, unless it is in all; a line of the file shows its own."""
        tiers = self._found[place, what]
        if place.line or "" in tiers or tiers == self._tiers:
            return ""
        noun = "tier" if len(tiers) == 1 else "tiers"
        return f" (in {noun} {' and '.join(sorted(tiers))}; every tier is checked)"


def _place(error: ErrorDetails, node: Node) -> Place:
    """An unknown key: the key. A clash: the value that was written last. Else the value."""
    loc = error["loc"]
    context = error.get("ctx", {}) if error["type"] == "ganbench" else {}
    if error["type"] == "extra_forbidden" or context.get("at") == "key":
        return node.nearest(loc).head
    clash: Sequence[Sequence[str | int]] = context.get("clash", ())
    if len(clash) > 1:
        prefix = loc[: len(loc) - len(clash[0])]
        return max((node.nearest((*prefix, *other)).place for other in clash), key=lambda place: place.order)
    return node.nearest(loc).place
