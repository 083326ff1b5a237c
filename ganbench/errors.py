"""Everything that ganbench raises on purpose.

    GanbenchError
    ├── UsageError            2   the command line, a suite or an input file is wrong
    │   ├── SuiteError        2   problems of a suite, each with its line and column
    │   ├── UnknownName       2   a name that no registry holds
    │   ├── InputError        2   a file or folder that cannot be read as what it should be
    │   ├── ResultsLocked     2   another process writes to the results folder
    │   ├── PluginError       2   code of the user's that may not be loaded, raises or gives something else
    │   └── DeviceError       2   the device that was asked for is not there
    ├── CannotTell            3   nothing to evaluate, or numbers that are not comparable
    ├── CrashedRuns           4   runs raised instead of finishing
    ├── StorageError          4   a full disk, an unwritable folder
    └── Interrupted         130   stopped by the user

The number is the exit code of the command line. A message says where, what, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class GanbenchError(Exception):
    """What all others derive from. `where` is a path or `file:line:col`, `hint` says what to do."""

    exit_code: ClassVar[int] = 4

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructors differ; between processes an error travels as what it holds.
        return _restored, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.hint}" if self.hint else head


class UsageError(GanbenchError):
    """The command line, a suite or an input is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place of a suite."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class SuiteError(UsageError):
    """All problems of a suite at once, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class UnknownName(UsageError):
    """A name that is not among the known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} '{name}', {expected(name, known)}")
        self.name = name


class InputError(UsageError):
    """A file or folder that cannot be read as what it should be."""


class ResultsLocked(UsageError):
    """Another process writes to the results folder."""


class PluginError(UsageError):
    """Code of the user's that may not be loaded, raises, or gives something else than it should."""


class DeviceError(UsageError):
    """The device that was asked for is not there."""


class CannotTell(GanbenchError):
    """Nothing to evaluate, or numbers that are not comparable."""

    exit_code = 3


class CrashedRuns(GanbenchError):
    """Runs raised instead of finishing."""


class StorageError(GanbenchError):
    """A full disk or an unwritable folder."""


class Interrupted(GanbenchError):
    """Stopped by the user."""

    exit_code = 130


def _restored(kind: type[GanbenchError], args: tuple[Any, ...], held: dict[str, Any]) -> GanbenchError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(held)
    return error


def expected(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: a near match, or the names there are."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"expected one of: {', '.join(names)}" if names else "none is known"


def first_line(error: BaseException) -> str:
    """Of the message; of an error without one, its type."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
