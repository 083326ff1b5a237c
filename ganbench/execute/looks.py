"""Looking after every seed whether two cells are told apart, and asking for more seeds until they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ganbench.errors import CrashedRuns
from ganbench.stats.intervals import Interval
from ganbench.stats.rates import PairedCount
from ganbench.stats.sequential import Decision, confidence_sequence, decision
from ganbench.suite.seeds import as_text

BLOCK: Final = 4  # seeds that are trained together, so that a population is worth its start

Ended = Mapping[int, tuple[bool, bool]]
"""Whether ours and theirs failed, by seed; of the seeds that have ended in both cells."""


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to say after a seed.

    pairs: of all seeds so far. trained: how many seeds this call has trained, of one cell or of both. crashed: whether
    this seed is no pair, because a run of it crashed.
    """

    seed: int
    pairs: PairedCount
    said: Decision
    trained: int = 0
    crashed: bool = False

    @property
    def interval(self) -> Interval:
        """Of the difference in failure rates, ours less theirs; 95 %, valid whenever one stops."""
        return confidence_sequence(self.pairs)


def looks(
    seeds: Sequence[int], ended: Ended, train: Callable[[Sequence[int]], Ended], *, margin: float = 0.2
) -> Iterator[Look]:
    """One look after each seed in order, up to the first decision; `ended` is what is there already.

    train: is given the next seeds, `BLOCK` of them, and gives all that have then ended. The decision is asked for
    after every pair, so that a block can cost runs and not the error rate. Raises CrashedRuns for a block of
    which no seed has ended in both cells.
    """
    pairs, trained = PairedCount(0, 0, 0, 0), set[int]()
    for place, seed in enumerate(seeds):
        if seed not in ended and seed not in trained:
            block = seeds[place : place + BLOCK]
            trained.update(set(block) - ended.keys())
            ended = train(block)
            _refuse_crashed(block, ended)
        pairs = _with(pairs, ended.get(seed))
        said = decision(pairs, margin=margin)
        yield Look(seed, pairs, said, len(trained), crashed=seed not in ended)
        if said != "go on":
            return


def _with(pairs: PairedCount, failed: tuple[bool, bool] | None) -> PairedCount:
    if failed is None:
        return pairs
    one = PairedCount.of([failed[0]], [failed[1]])
    return PairedCount(*(before + more for before, more in zip(pairs, one, strict=True)))


def _refuse_crashed(block: Sequence[int], ended: Ended) -> None:
    if not any(seed in ended for seed in block):
        raise CrashedRuns(
            f"no seed of {as_text(block)} has ended in both cells: their runs crashed",
            hint="`ganbench status` of the results folders says why; the same command tries them again",
        )
