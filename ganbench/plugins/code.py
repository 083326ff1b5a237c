"""One object of the user's, with the text that it comes from."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ganbench.errors import GanbenchError, PluginError, expected

_FILES: Final[set[str]] = set()  # of the code that this process has loaded, as tracebacks name them
_PREFIX: Final = "ganbench_plugin_"
_FRAME: Final = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')  # of a traceback


@dataclass(frozen=True, slots=True)
class Code:
    """`name`: as a suite writes it. file: where it was read. text: of that file, which is what is run.

    Of a module, `text` is what its file holds, and the module is imported.
    """

    name: str
    file: str
    text: str

    @property
    def of_file(self) -> bool:
        """Whether it is named by a file, not by a module."""
        return is_file(self.name)

    @property
    def digest(self) -> str:
        """12 hex digits of the text: of what a cell with this code depends on."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def load(self) -> Any:
        """Run the file, or import the module; the object. Raises PluginError with the user's own line."""
        _FILES.add(self.file)
        with own_code(self.name):
            module = self._executed() if self.of_file else self._imported()
        attribute = parts(self.name)[1]
        if not hasattr(module, attribute):
            known = [name for name in vars(module) if not name.startswith("_")]
            raise PluginError(
                f"has no '{attribute}', {expected(attribute, known)}", where=Path(self.file).name
            )
        return getattr(module, attribute)

    def _imported(self) -> ModuleType:
        if module_code(self.name).text != self.text:
            raise PluginError("has changed since it was first read", where=self.file)
        return importlib.import_module(parts(self.name)[0])

    def _executed(self) -> ModuleType:
        """The module of this text; objects of one file share it."""
        name = f"{_PREFIX}{Path(self.file).stem}_{self.digest}"
        if name in sys.modules:
            return sys.modules[name]
        module = ModuleType(name)
        module.__file__ = self.file
        sys.modules[name] = module  # before it runs: data classes look their module up
        try:
            exec(compile(self.text, self.file, "exec"), vars(module))  # noqa: S102  # what a plug-in is
        except BaseException:
            del sys.modules[name]
            raise
        return module


@dataclass(frozen=True, slots=True)
class Plug:
    """A component by its kind, and its code: what travels to another process."""

    kind: str
    code: Code


def parts(name: str) -> tuple[str, str]:
    """`my_losses.py:my_loss` as file, or module, and object."""
    place, _, attribute = name.rpartition(":")
    return place, attribute


def is_file(name: str) -> bool:
    """Whether the name is of a file; else of a module."""
    return parts(name)[0].endswith(".py")


def module_code(name: str) -> Code:
    """An object of an installed module, imported. Raises PluginError."""
    with own_code(name):
        module = importlib.import_module(parts(name)[0])
    target = getattr(module, parts(name)[1], module)
    file = _source_file(target) or _source_file(module)
    if file is None:
        raise PluginError(f"'{name}' has no Python source: nothing says what a result would depend on")
    return Code(name, file, Path(file).read_text(encoding="utf-8"))


def _source_file(target: Any) -> str | None:
    """The file that defines a class, a function or a module; None of other objects."""
    try:
        return inspect.getsourcefile(target)
    except TypeError:
        return None


@contextmanager
def own_code(name: str) -> Iterator[None]:
    """What the user's code raises in here becomes a PluginError that names the user's own line."""
    try:
        yield
    except GanbenchError:
        raise
    except (Exception, SystemExit) as error:
        where, what = complaint_of(error)
        raise PluginError(what, where=where or name) from error


def place_in(text: str) -> str:
    """The last line of loaded code in a printed traceback, as `file.py:7`; empty where there is none."""
    found = [match for match in _FRAME.finditer(text) if match["file"] in _FILES]
    return f"{Path(found[-1]['file']).name}:{found[-1]['line']}" if found else ""


def complaint_of(error: BaseException) -> tuple[str, str]:
    """(the last line of loaded code that an error came through, as `file.py:7`, or nothing; type and message)."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, SyntaxError) and error.filename in _FILES:
        return f"{Path(error.filename).name}:{error.lineno}", f"{type(error).__name__}: {error.msg}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in _FILES]
    return (f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "", what)
