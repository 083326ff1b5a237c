"""Makes the corpus: what each case of the plan lacks in a process of its own, one folder of Parquet files."""

from __future__ import annotations

import json
import multiprocessing as mp
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ganbench.errors import CrashedRuns, InputError, UnknownName, UsageError
from ganbench.store.atomic import write_table
from ganbench.suite.datasets import measured
from ganbench.suite.schema import Setting
from ganbench.validation.cases import Case, cases
from ganbench.validation.examples import evaluated, file, pieces, runs, seeds
from ganbench.validation.trial import Trial

Tell = Callable[[str], None]

_FEWER: Final = "if memory ran out, use fewer --workers; the same command goes on with what is missing"


def make(folder: Path, *, workers: int, tell: Tell, only: Collection[str] | None = None) -> None:
    """Train the cases of the plan that `folder` has not yet, or not all seeds of, in so many processes of one thread each.

    only: names of cases, None for all. tell: gets a line for each finished piece. Running again does only what is
    missing: of a case that has some of its seeds, the others. Raises UnknownName for a case that is not in the plan,
    UsageError for workers < 1, StorageError, InputError for a damaged file or one of another plan, and CrashedRuns
    for a worker that was killed.
    """
    known = cases()
    for name in only or ():
        if name not in known:
            raise UnknownName("case", name, known)
    require_plan(folder, known)
    chosen = [case for name, case in known.items() if only is None or name in only]
    train_missing(folder, chosen, workers=workers, tell=tell)


def train_missing(folder: Path, chosen: Iterable[Case], *, workers: int, tell: Tell) -> None:
    """The same of any cases."""
    if workers < 1:
        raise UsageError(f"workers is {workers}, expected at least 1")
    missing = list(_missing(folder, chosen))
    if not missing:
        return
    missing.sort(key=_cost, reverse=True)  # the longest last would be waited for alone
    context = mp.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare) as pool:
        begun = {pool.submit(train, folder, case): case for case in missing}
        try:
            for number, done in enumerate(as_completed(begun), start=1):
                done.result()
                tell(f"{number}/{len(begun)} {begun[done].piece}")
        except BrokenProcessPool as error:
            raise CrashedRuns("a worker process was killed", hint=_FEWER) from error
        finally:
            pool.shutdown(cancel_futures=True)


def require_plan(folder: Path, known: Mapping[str, Case]) -> None:
    """Raises InputError for a piece of an earlier plan: with other seeds, another setting or fewer metrics."""
    for piece in pieces(folder):
        if why := _foreign(runs(folder, piece), evaluated(folder, piece), known):
            raise InputError(
                f"{piece} is of another plan: {why}",
                where=str(folder),
                hint="choose another --corpus folder, or delete the files of that piece",
            )


def _foreign(rows: Sequence[Mapping[str, Any]], columns: Collection[str], known: Mapping[str, Case]) -> str:
    """In what the runs of one piece, which are of one case, differ from the plan; empty if in nothing."""
    case = known.get(rows[0]["population"])
    if case is None:
        return f"no case is called '{rows[0]['population']}'"
    if others := {row["seed"] for row in rows}.difference(case.seeds):
        return f"seed {min(others)} is in neither part"
    if rows[0]["content"] != json.dumps(case.base.content, sort_keys=True):
        return "its base has another setting"
    lacking = {*measured(Setting.model_validate(case.base.content))}.difference(columns)
    return f"it lacks the metric {min(lacking)}" if lacking else ""


def _missing(folder: Path, chosen: Iterable[Case]) -> Iterator[Case]:
    """Each case with the seeds that it lacks; none that lacks none."""
    there = seeds(folder)
    for case in chosen:
        left = tuple(seed for seed in case.seeds if seed not in there.get(case.name, ()))
        if left:
            yield replace(case, seeds=left)


def _cost(case: Case) -> float:
    """Steps of both players, of all seeds; a rough measure of time."""
    content = case.base.content
    d_steps = case.injection.dose if case.injection.fault == "discriminator-steps" else 1
    rounds = content["steps"] * len(case.seeds)
    return float(rounds * (max(content["schedule"]["d_steps"], d_steps) + content["schedule"]["g_steps"]))


def _prepare() -> None:
    import torch

    torch.set_flush_denormal(True)
    torch.set_num_threads(1)


def train(folder: Path, case: Case) -> None:
    """Train one case and write what it leaves, truth last. In a process that is prepared for it."""
    trial = Trial(case)
    trial.run()
    for part, table in trial.tables().items():
        write_table(file(folder, case.piece, part), table)
