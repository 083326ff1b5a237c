"""`ganbench validate-detectors`: how often the detectors are right, measured on runs with known faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ganbench.cli.output import echo_json, format_option

if TYPE_CHECKING:
    from ganbench.validation.study import Study

_THRESHOLDS: Final = "thresholds.toml"


@click.command(
    name="validate-detectors",
    epilog="""\b
Examples:
  ganbench validate-detectors --corpus corpus
  ganbench validate-detectors --corpus corpus --leave-out
  ganbench validate-detectors --corpus corpus --tune --keep corpus/kept
""",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    default=Path("corpus"),
    show_default=True,
    metavar="DIR",
    help="Where the runs are; what is missing is trained.",
)
@click.option(
    "--tune",
    is_flag=True,
    help="Choose thresholds on the tuning part first, and write them to DIR/thresholds.toml.",
)
@click.option(
    "--leave-out",
    is_flag=True,
    help="Tune again without each base and each loss, and score what was left out (takes long).",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("docs/detectors-validation.md"),
    show_default=True,
    metavar="FILE",
    help="The page; its numbers go beside it as .json.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that train; by default one for each core.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the runs of the test part, made small.",
)
@format_option
def validate_detectors(
    *,
    corpus: Path,
    tune: bool,
    leave_out: bool,
    out: Path,
    workers: int | None,
    keep: Path | None,
    form: str,
) -> None:
    """Train runs with known faults, ask every detector about them, and write how often they are right.

    Runs with seeds 0 to 7 are for tuning, those with seeds 12 to 15 are scored. A folder that lacks some seeds
    of a case gets those.
    """
    from ganbench.validation.reading import parts_of
    from ganbench.validation.study import study

    if out.suffix != ".md":
        raise click.BadParameter("expected a name that ends with .md", param_hint="--out")
    _make(corpus, workers)
    parts = parts_of(corpus)
    found = study(parts, tuning=tune, leaving_out=leave_out, tell=_tell)
    written = _write(found, corpus, out)
    if keep is not None:
        from ganbench.validation.compact import keep as kept

        kept(parts.test, keep)
        written.append(keep)
    if form == "json":
        echo_json(found.numbers)
    else:
        click.echo("\n".join(_lines(found)))
    _tell(f"written: {', '.join(map(str, written))}")


def _make(corpus: Path, workers: int | None) -> None:
    import os

    from ganbench.validation.corpus import make

    make(corpus, workers=workers or os.cpu_count() or 1, tell=_tell)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _write(found: Study, corpus: Path, out: Path) -> list[Path]:
    from ganbench.store.atomic import write_bytes
    from ganbench.validation.page import page
    from ganbench.validation.threshold_file import rewritten, shipped

    numbers = json.dumps(found.numbers, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    files = {out.with_suffix(".json"): numbers, out: page(found.numbers)}
    if found.tuned is not None:
        files[corpus / _THRESHOLDS] = rewritten(shipped(), found.tuned.changes)
    for path, text in files.items():
        write_bytes(path, text.encode())
    return [*files]


def _lines(found: Study) -> list[str]:
    from ganbench.validation.phrases import estimate, share
    from ganbench.validation.share import Share

    numbers = found.numbers
    macro, errors = numbers["macro"], Share(**numbers["false errors"]["share"])
    return [
        f"thresholds    {numbers['thresholds']['hash']}",
        f"macro-F1      {estimate(macro['value'], macro['low'], macro['high'])} ({macro['runs']} runs)",
        f"false errors  {share(errors)} of the healthy runs",
        *(f"falls short   {one}" for one in numbers["shortfalls"]),
    ]
