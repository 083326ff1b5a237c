"""Runs that may be shown together: what is comparable, and what is kept apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ganbench.errors import CannotTell
from ganbench.report.cell import Cell
from ganbench.report.metric import Metric, main_metric
from ganbench.report.source import Source

if TYPE_CHECKING:
    import pandas as pd

_APART: Final = "give --separate for a section of its own for each folder, or report them one by one"


@dataclass(frozen=True, eq=False)
class Arena:
    """Cells that are judged alike: one evaluation hash. name: that of the data."""

    name: str
    evaluation_id: str
    cells: tuple[Cell, ...]

    @cached_property
    def metric(self) -> Metric | None:
        return main_metric([cell for cell in self.cells if cell.n])


@dataclass(frozen=True, eq=False)
class Section:
    """Runs of one environment that share rates, in the order of the suite.

    runs: each once, with the column `source`: the folder it comes from. evaluations: of these runs, of the
    generator that the failure criteria speak of. findings: of these runs, as in `Source`. remarks: what a reader has to know of the selection.
    """

    title: str
    sources: tuple[Source, ...]
    fingerprint: str
    runs: pd.DataFrame
    evaluations: pd.DataFrame
    findings: pd.DataFrame
    arenas: tuple[Arena, ...]
    remarks: tuple[str, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for arena in self.arenas for cell in arena.cells)

    @property
    def shown(self) -> tuple[Cell, ...]:
        """Cells with a run that is healthy or failed."""
        return tuple(cell for cell in self.cells if cell.n)

    @property
    def explained(self) -> bool:
        """Whether the detectors were asked about any run."""
        return len(self.findings) > 0

    @cached_property
    def looks(self) -> Mapping[str, pd.DataFrame]:
        """Evaluations by the name of the cell, those of a run one after the other, in the order of their steps."""
        ordered = self.evaluations.sort_values(["run_id", "step"], kind="stable")
        return {str(name): rows for name, rows in ordered.groupby("cell", sort=False)}

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The record of the environment; empty where no folder has kept it."""
        kept = (source.provenance.get(self.fingerprint) for source in self.sources)
        return next((found for found in kept if found), {})


def sections(sources: Sequence[Source], *, separate: bool = False) -> tuple[Section, ...]:
    """One for each environment; with `separate`, one for each folder and environment.

    Raises CannotTell where no run has ended, and for folders whose numbers are not comparable, unless they
    are separate: one that shares no evaluation hash with the others, or cells of one name that are judged
    by different hashes.
    """
    if not any(len(source.runs) for source in sources):
        raise CannotTell("no run has ended", where=sources[0].name, hint="`ganbench run` trains the suite")
    if not separate:
        check_comparable(sources)
    groups = [[source] for source in sources if len(source.runs)] if separate else [sources]
    return tuple(section for group in groups for section in _by_environment(group))


def check_comparable(sources: Sequence[Source]) -> None:
    """Raises CannotTell as `sections`."""
    filled = [source for source in sources if len(source.runs)]
    for source in filled[1:]:
        if not _hashes(source) & set().union(*(_hashes(one) for one in filled if one is not source)):
            raise CannotTell(
                f"not comparable with {filled[0].name}: no evaluation hash in common "
                f"({_some(_hashes(source))}; {_some(_hashes(filled[0]))})",
                where=source.name,
                hint=f"data, evaluation or failure criteria differ; {_APART}",
            )
    judged: dict[str, tuple[str, str]] = {}
    for source in filled:
        for cell, found in _pairs(source):
            first, where = judged.setdefault(cell, (found, source.name))
            if first != found:
                raise CannotTell(
                    f"not comparable: cell '{cell}' has evaluation hash {found}, and {first} in {where}",
                    where=source.name,
                    hint=f"data, evaluation or failure criteria differ; {_APART}",
                )


def _pairs(source: Source) -> Iterator[tuple[str, str]]:
    pairs = source.runs[["cell", "evaluation_id"]].drop_duplicates()
    yield from pairs.itertuples(index=False, name=None)


def _hashes(source: Source) -> set[str]:
    return set(source.runs["evaluation_id"])


def _some(hashes: Iterable[str]) -> str:
    first, *rest = sorted(hashes)
    return f"{first} and {len(rest)} more" if rest else first


def _by_environment(sources: Sequence[Source]) -> Iterator[Section]:
    import pandas as pd

    from ganbench.store.environments import differences, names

    frames = [source.runs.assign(source=source.name, place=i) for i, source in enumerate(sources)]
    joined = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    records = {key: record for source in sources for key, record in source.provenance.items()}
    named = names(differences(records, set(joined["fingerprint"])))
    suites = ", ".join(dict.fromkeys(source.suite for source in sources if len(source.runs)))
    for fingerprint, name in named.items():
        runs = joined[joined["fingerprint"] == fingerprint].reset_index(drop=True)
        title = suites if len(named) == 1 else f"{suites}: {name}"
        yield _section(title, sources, fingerprint, runs, _of_environments(named, name))


def _of_environments(named: Mapping[str, str], name: str) -> list[str]:
    if len(named) == 1:
        return []
    return [f"Runs of {len(named)} environments share no rate; this section holds those of {name}."]


def _section(
    title: str, sources: Sequence[Source], fingerprint: str, runs: pd.DataFrame, remarks: list[str]
) -> Section:
    repeated = runs.duplicated("run_id")
    if repeated.any():
        remarks.append(
            f"{int(repeated.sum())} runs are in several folders; each counts once, from the first folder{_again(runs)}."
        )
    kept = _named(runs[~repeated].reset_index(drop=True))
    missing = sum(source.missing for source in sources)
    if missing:
        planned = sum(len(source.planned) for source in sources)
        remarks.append(f"Partial results: {missing} of {planned} planned runs are missing.")
    remarks += _looked_at(sources)
    crashed = kept[kept["status"] == "crashed"]
    if len(crashed):
        runs_are = "1 run crashed, and is" if len(crashed) == 1 else f"{len(crashed)} runs crashed, and are"
        remarks.append(f"{runs_are} in no share: {complaints(crashed)}.")
    return Section(
        title=title,
        sources=tuple(sources),
        fingerprint=fingerprint,
        runs=kept,
        evaluations=_evaluations(sources, kept),
        findings=_findings(sources, kept),
        arenas=tuple(_arenas(kept)),
        remarks=tuple(remarks),
    )


def _looked_at(sources: Sequence[Source]) -> Iterator[str]:
    """That n was chosen by looking, which tests of a fixed n do not allow for."""
    added: Counter[str] = sum((Counter(source.sequential) for source in sources), Counter())
    if added:
        cells = ", ".join(f"{cell} {count}" for cell, count in added.items())
        yield (
            f"Runs added until `compare --until-decided` decided: {cells}. Intervals and p values of these cells take n "
            "as fixed and are too sure of a difference; those of `compare --until-decided` hold."
        )


def complaints(crashed: pd.DataFrame) -> str:
    """Crashed runs of each cell, with the last line of the first traceback."""
    return "; ".join(
        f"{cell} {len(runs)} ({str(runs['message'].iloc[0]).rstrip().rpartition(chr(10))[2]})"
        for cell, runs in crashed.groupby("cell", sort=False)
    )


def _again(runs: pd.DataFrame) -> str:
    """Whether runs of one seed ended alike: the floor of what is no effect of seeds."""
    from ganbench.stats.replicates import disagreement

    ended = runs[runs["status"] != "crashed"]
    groups = [list(group == "failed") for _, group in ended.groupby("run_id")["status"]]
    repeated = [group for group in groups if len(group) > 1]
    if not repeated:
        return ""
    apart = disagreement(repeated)
    return (
        f"; {100 * apart:.0f} % of the pairs of one seed ended differently"
        if apart
        else ", and ended alike in all"
    )


def _named(runs: pd.DataFrame) -> pd.DataFrame:
    """Cells of one name and different content get the name of their folder, or their hash, beside it."""
    runs = runs.copy()
    for name in runs["cell"].unique():
        cells = runs[runs["cell"] == name]
        if cells["cell_id"].nunique() > 1:
            apart = cells.groupby("source")["cell_id"].nunique().max() == 1
            key = "source" if apart and cells["source"].nunique() > 1 else "cell_id"
            runs.loc[cells.index, "cell"] = name + " (" + cells[key] + ")"
    return runs


def _evaluations(sources: Sequence[Source], runs: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    named = dict(zip(runs["run_id"], runs["cell"], strict=True))
    judged = {text: _judged(text) for text in runs["content"].unique()}
    of = dict(zip(runs["run_id"], runs["content"].map(judged), strict=True))
    frames = []
    for place, source in enumerate(sources):
        mine = set(runs["run_id"][runs["place"] == place])
        found = source.evaluations
        kept = found[found["run_id"].isin(mine) & (found["of"] == found["run_id"].map(of))]
        frames.append(kept.assign(cell=kept["run_id"].map(named)))
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True)


def _findings(sources: Sequence[Source], runs: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    frames = [
        source.findings[source.findings["run_id"].isin(set(runs["run_id"][runs["place"] == place]))]
        for place, source in enumerate(sources)
    ]
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _judged(content: str) -> str:
    """The generator that the failure criteria speak of."""
    return "ema" if json.loads(content).get("evaluation", {}).get("of") == "ema" else "raw"


def _arenas(runs: pd.DataFrame) -> Iterator[Arena]:
    found = [
        (str(key), [_cell(str(name), frame) for name, frame in alike.groupby("cell", sort=False)])
        for key, alike in runs.groupby("evaluation_id", sort=False)
    ]
    names = [str(cells[0].content.get("data", {}).get("name", "data")) for _, cells in found]
    for name, (key, cells) in zip(names, found, strict=True):
        yield Arena(name if names.count(name) == 1 else f"{name} ({key})", key, tuple(cells))


def _cell(name: str, runs: pd.DataFrame) -> Cell:
    axes = [str(column) for column in runs if str(column).startswith("axis.")]
    first = runs.iloc[0]
    ended = runs[runs["status"] != "crashed"].reset_index(drop=True)
    return Cell(
        name=name,
        runs=ended,
        crashed=len(runs) - len(ended),
        labels={
            axis.removeprefix("axis."): str(first[axis]) for axis in axes if isinstance(first[axis], str)
        },
        content=json.loads(first["content"]),
    )
