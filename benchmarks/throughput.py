"""`python -m benchmarks.throughput`: measure everything in turn and print the table; two minutes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.contenders import SIZES, Size, contenders
from benchmarks.memory import growth_per_replica
from benchmarks.report import Facts, insert, machine, result, text
from benchmarks.rounds import measure
from ganbench.execute.host import prepare

HERE = Path(__file__).parent
MEASURED = (16, 64)  # populations whose memory is measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print; with `--save` also keep the numbers and renew the table of README.md."""
    options = _parser().parse_args(arguments)
    prepare(options.threads)
    facts = machine(threads=options.threads, rounds=options.rounds, seconds=options.seconds)
    facts["sizes"] = [sized(size, rounds=options.rounds, seconds=options.seconds) for size in SIZES]
    print(text(facts))
    if options.save:
        save(facts)


def sized(size: Size, *, rounds: int, seconds: float) -> Facts:
    """Memory first: its processes must not run beside the clock."""
    memory = {replicas: growth_per_replica(size, replicas) for replicas in MEASURED}
    who = contenders(size)
    return result(size, who, measure(who, rounds=rounds, seconds=seconds), memory)


def save(facts: Facts) -> None:
    """Into results/cpu-N-cores.json and README.md."""
    path = HERE / "results" / f"cpu-{facts['cores']}-cores.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    insert(text(facts), HERE / "README.md")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, metavar="N")
    parser.add_argument(
        "--seconds", type=float, default=0.4, help="of each contender in a round", metavar="S"
    )
    parser.add_argument(
        "--threads", type=int, default=torch.get_num_threads(), help="default: torch's", metavar="N"
    )
    parser.add_argument(
        "--save", action="store_true", help="keep the numbers here, renew the table of README.md"
    )
    return parser


if __name__ == "__main__":
    main()
