"""The command `ganbench`: verbs that are imported when they are called, and what errors become."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from ganbench import __version__
from ganbench.cli.stderr import forgiving_stderr
from ganbench.errors import GanbenchError, SuiteError, UnknownName

DEBUG: Final = "GANBENCH_DEBUG"
_COMPLETE: Final = "_GANBENCH_COMPLETE"

VERBS: Final = {
    "run": ("ganbench.cli.run:run", "Train, measure and store every run of a suite."),
    "status": (
        "ganbench.cli.status:status",
        "Say what is done, failed and missing in a folder.",
    ),
    "report": (
        "ganbench.cli.report:report",
        "Write pages, figures and tables of results folders.",
    ),
    "compare": (
        "ganbench.cli.compare:compare",
        "Say how one cell or results folder differs from another.",
    ),
    "replay": ("ganbench.cli.replay:replay", "Train a run again from a checkpoint, step by step."),
    "export": ("ganbench.cli.export:export", "Write a run's network as a safetensors file."),
    "list": (
        "ganbench.cli.list:list_",
        "Show what there is: suites, losses, detectors...",
    ),
    "explain": ("ganbench.cli.explain:explain", "Say what a finding means and what to try."),
    "check-plugin": (
        "ganbench.cli.check_plugin:check_plugin",
        "Check a loss, network, trick or data set of your own.",
    ),
    "validate-detectors": (
        "ganbench.cli.validate_detectors:validate_detectors",
        "Measure how often the detectors are right.",
    ),
    "doctor": ("ganbench.cli.doctor:doctor", "Check that this machine has what ganbench needs."),
}

WRITING: Final = frozenset(
    {"run", "report", "replay", "export", "validate-detectors"}
)  # verbs whose end must not be missed


class LazyGroup(click.Group):
    """Verbs from the table above: help and completion of the group import none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature of click
        return [*VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS and not ctx.resilient_parsing:
            raise UnknownName("verb", args[0], VERBS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # the same
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, summary) for verb, (_, summary) in VERBS.items()])


EPILOG: Final = """\b
Start with:
  ganbench doctor
  ganbench run mog --tier smoke --out results/mog
  ganbench list losses

\b
Exit codes: 0 fine, 1 regression, 2 wrong usage or input, 3 cannot tell,
4 crashed runs or storage failure, 130 interrupted.
"""


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ganbench", message="%(prog)s %(version)s")
def cli() -> None:
    """How often does a GAN training recipe fail, how, and since when?

    Data goes to stdout, everything else to stderr.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` are those of the process by default."""
    if _COMPLETE in os.environ:
        cli.main(prog_name="ganbench")  # prints the completions and exits
    with forgiving_stderr():
        return _main(list(sys.argv[1:] if arguments is None else arguments))


def _main(arguments: Sequence[str]) -> int:
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _mute()
        # Whoever reads has seen enough, as in `ganbench list losses | head -1`; results are another matter.
        return _say("Error: the reader of stdout has left", 4) if WRITING.intersection(arguments[:1]) else 0
    except (KeyboardInterrupt, click.Abort):
        return _say("Interrupted.", 130)
    except click.ClickException as error:
        error.show()
        return 2
    except SuiteError as error:
        return _say("\n".join(f"Error: {problem}" for problem in error.problems), error.exit_code)
    except GanbenchError as error:
        return _say(f"Error: {error}", error.exit_code)
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        hint = f"This is a fault of ganbench. For the traceback run the same command with {DEBUG}=1."
        return _say(f"Error: unexpected {type(error).__name__}: {error}\n  {hint}", 4)
    return code


def _call(arguments: Sequence[str]) -> int:
    try:
        with cli.make_context("ganbench", list(arguments)) as context:
            cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code


def _mute() -> None:
    """Send what Python flushes on its way out to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
