"""`python -m benchmarks.reliability --kills 100`: a run is killed at random moments until it is done, again and again."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import victim
from benchmarks.report import insert
from ganbench.environment import describe
from ganbench.store.layout import Layout
from ganbench.store.reader import load_results

PAGE: Final = Path(__file__).parents[1] / "docs" / "reliability.md"
PLACES: Final = (
    "within a population",
    "in a write",
    "before the first checkpoint of a population, or between two",
)

STEPS, RUNS, POPULATIONS = 1500, 6, 3
CHECKPOINT_EVERY: Final = 0.2  # seconds
IN_WRITES: Final = 0.3
SUITE: Final = f"""\
suite: kills
version: kills-v1
data: {{name: ring, modes: 8}}
generator: {{name: mlp, width: 16, depth: 2}}
discriminator: {{name: mlp, width: 16, depth: 2}}
latent: {{dim: 2}}
optimizers: {{generator: adam, discriminator: adam}}
batch: 16
steps: {STEPS}
seeds: 0-1
evaluation: {{every: 500, samples: 200}}
failure: [{{metric: covered_share, below: 0.9}}]
axes:
  loss: [non-saturating, hinge, wasserstein]
"""


@dataclass
class Record:
    """What the kills did. Steps are generator steps of populations."""

    longest: float
    kills: int = 0
    repetitions: int = 0
    places: Counter[str] = field(default_factory=Counter)
    resumed: int = 0  # kills after which some population went on from the middle
    unequal: list[str] = field(default_factory=list)
    trained: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Steps trained more than once."""
        return self.trained - self.repetitions * POPULATIONS * STEPS


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, compare, print; with `--save` also renew the table of docs/reliability.md."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        record = measure(Path(folder), kills=options.kills, seed=options.seed, longest=options.longest)
    table = "\n".join(text(record, seed=options.seed))
    print(table)
    if options.save:
        insert(table, PAGE)
    if record.unequal:
        raise SystemExit(1)


def measure(folder: Path, *, kills: int, seed: int, longest: float) -> Record:
    """Kill a run until it is done, then the next, until there were so many kills.

    Each comes after a delay uniform in (0, longest) seconds; a share `IN_WRITES` of them then waits until a
    file is being written.
    """
    began, moments, record = time.monotonic(), random.Random(seed), Record(longest)
    whole = folder / "whole"
    assert _trained(folder, whole, victim.counter(folder / "steps")) == 0
    while record.kills < kills:
        out = folder / f"killed-{record.repetitions}"
        steps = victim.counter(folder / "steps")
        while record.kills < kills and _killed(folder, out, steps, moments, record):
            continue
        assert _trained(folder, out, steps) == 0  # what is left, if the last kill was the last of all
        record.repetitions += 1
        record.trained += victim.count(steps)
        record.unequal += [f"{out.name}: {name}" for name in victim.differences(out, whole)]
    record.seconds = time.monotonic() - began
    return record


def _command(folder: Path, out: Path) -> list[str]:
    suite = folder / "kills.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    sizes = ["--workers", "1", "--replicas", "2", "--checkpoint-every", str(CHECKPOINT_EVERY)]
    return ["run", str(suite), "--out", str(out), *sizes]


def _trained(folder: Path, out: Path, steps: Path) -> int | None:
    """Run to the end; the exit code."""
    process = victim.start(_command(folder, out), folder / "said", steps)
    process.join()
    return process.exitcode


def _killed(folder: Path, out: Path, steps: Path, moments: random.Random, record: Record) -> bool:
    """Run, and kill it at a random moment; False if it ended before."""
    process = victim.start(_command(folder, out), folder / "said", steps)
    process.join(moments.uniform(0, record.longest))
    if moments.random() < IN_WRITES:
        while process.is_alive() and not victim.in_a_write(out, process.pid):
            pass
    if not victim.kill(process):
        return False
    _note(out, process.pid, record)
    return True


def _note(out: Path, pid: int | None, record: Record) -> None:
    """Where the kill has hit, as the folder tells."""
    record.kills += 1
    begun = [step for step in victim.positions(out).values() if 0 < step < STEPS]
    record.resumed += bool(begun)
    if victim.in_a_write(out, pid):
        record.places[PLACES[1]] += 1
    elif begun:
        record.places[PLACES[0]] += 1
    else:
        record.places[PLACES[2]] += 1
    if Layout(out).is_results():
        load_results(out)  # readable at every moment


def text(record: Record, *, seed: int) -> Iterator[str]:
    """The result in Markdown."""
    provenance = describe("cpu", 1)
    yield (
        f"{RUNS} runs of {STEPS:,} steps in {POPULATIONS} populations, one process, a checkpoint every "
        f"{CHECKPOINT_EVERY:g} s, SIGKILL after a delay uniform between 0 and {record.longest:g} s, "
        f"{IN_WRITES:.0%} of them then waiting until a file is being written (seed {seed}); "
        f"{provenance.notes['cpu']}, torch {provenance.versions['torch']}."
    )
    yield from ("", "| | |", "|---|--:|")
    yield f"| kills | {record.kills} |"
    for place in PLACES:
        yield f"| of them {place} | {record.places[place]} |"
    yield f"| kills after which a population went on from its middle | {record.resumed} |"
    yield f"| runs of the suite completed | {record.repetitions} |"
    equal = "all equal" if not record.unequal else f"**not equal: {', '.join(record.unequal)}**"
    yield f"| runs, evaluations, findings, windows, bursts against the uninterrupted run, bit for bit | {equal} |"
    yield f"| steps trained more than once, for each kill | {record.lost / record.kills:.0f} |"
    yield f"| the same, of all steps that were needed | {_share(record):.0%} |"
    yield f"| time of it all | {record.seconds:.0f} s |"


def _share(record: Record) -> float:
    return record.lost / (record.repetitions * POPULATIONS * STEPS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=0, help="of the delays", metavar="N")
    parser.add_argument("--longest", type=float, default=3.0, help="delay before a kill", metavar="SECONDS")
    parser.add_argument("--save", action="store_true", help="renew the table of docs/reliability.md")
    return parser


if __name__ == "__main__":
    main()
