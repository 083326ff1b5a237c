"""`ganbench report`: pages, figures, tables and sentences of results folders."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.output import echo_json, format_option


@click.command(
    epilog="""\b
Examples:
  ganbench report results/mog-v1 -o report
  ganbench report results/mog-v1 results/mine -o report --separate
"""
)
@click.argument("results", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to.")
@click.option(
    "--separate", is_flag=True, help="A section for each folder, also where they are not comparable."
)
@click.option(
    "--columns",
    type=click.Choice(["1", "2"]),
    default="2",
    show_default=True,
    help="Columns of a paper that a figure spans.",
)
@click.option(
    "--pages",
    type=click.IntRange(min=0),
    default=6,
    show_default=True,
    help="At most so many failed runs have a page.",
)
@format_option
def report(
    results: tuple[Path, ...], *, out: Path, separate: bool, columns: str, pages: int, form: str
) -> None:
    """Write a report of one or more results folders: index.html, figures/, tables/, data/, runs/.

    The same results give the same bytes. Folders must be judged alike (the same evaluation hashes).
    """
    from ganbench.report.build import build_report

    made = build_report(results, out, separate=separate, columns=1 if columns == "1" else 2, pages=pages)
    for remark in made.remarks:
        click.echo(remark, err=True)
    if form == "json":
        echo_json({"index": str(made.index), "files": made.files, "headlines": made.headlines})
        return
    click.echo("\n".join([*made.headlines, "", f"{made.files} files; open {made.index}"]))
