"""Which code a suite may name: files of its own folder, what the user names, installed modules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ganbench.errors import PluginError
from ganbench.plugins.code import Code, Plug, is_file, module_code, parts
from ganbench.plugins.entry import admit
from ganbench.registry import Entry, Finder, Unread

Tell = Callable[[str], None]


class Plugins:
    """The code of one suite, each file read once.

    home: the folder of the suite, whose files it may name; None for no folder. named: files named on the command
    line, which come first. allowed: False refuses all. tell: is given a text before code is run.
    """

    def __init__(
        self,
        home: Path | None = None,
        named: Sequence[Path] = (),
        *,
        allowed: bool = True,
        tell: Tell = lambda _: None,
    ) -> None:
        self._home = home
        self._named = tuple(named)
        self._allowed = allowed
        self._tell = tell
        self._read: dict[str, Code] = {}
        self._entries: dict[tuple[str, str], Entry] = {}
        self._told: set[str] = set()

    @property
    def plugs(self) -> tuple[Plug, ...]:
        """What has been loaded."""
        return tuple(Plug(kind, self._read[name]) for kind, name in self._entries)

    def postponed(self, wanted: set[tuple[str, str]]) -> Finder:
        """Finds entries whose options are not read yet, and notes (kind, name) in `wanted`: nothing is run."""

        def entry(kind: str, name: str, source: str) -> Entry:
            self._check(name, source)
            wanted.add((kind, name))
            return Entry(kind, name, Unread, "", "", "", "", "")

        return entry

    def entry(self, kind: str, name: str, source: str = "") -> Entry:
        """The entry; its code is run the first time. Raises PluginError, also for other content than `source`."""
        if (kind, name) not in self._entries:
            code = self._code(name, source)
            self._entries[kind, name] = admit(Plug(kind, code))
        _match(self._read[name], source)
        return self._entries[kind, name]

    def target(self, name: str) -> Any:
        """What the user wrote, as it is; its code is run. Raises PluginError."""
        return self._code(name, "").load()

    def _code(self, name: str, source: str) -> Code:
        """What is about to be run; a module is imported here."""
        self._check(name, source)
        self._announce(self._read[name].file if name in self._read else f"module {parts(name)[0]}")
        if name not in self._read:
            self._read[name] = module_code(name)
        _match(self._read[name], source)
        return self._read[name]

    def _check(self, name: str, source: str) -> None:
        """Raises PluginError for what may not be loaded; reads a file, runs nothing."""
        place, attribute = parts(name)
        if not self._allowed:
            raise PluginError(f"'{name}' is code, and --no-plugins refuses to load any")
        if not attribute.isidentifier():
            raise PluginError(f"'{name}' names no object, expected file.py:object or module:object")
        if not is_file(name):
            _check_module(name)
        elif name not in self._read:
            self._read[name] = _read(name, self._file(Path(place), source))
        if name in self._read:
            _match(self._read[name], source)

    def _file(self, path: Path, source: str) -> Path:
        for count in (len(path.parts), 1):  # the whole of it, else the name alone
            for named in self._named:
                if named.parts[-count:] == path.parts[-count:]:
                    return named
        if self._home is None:
            kept = f"; the results keep what was used in plugins/{source}/" if source else ""
            raise PluginError(f"'{path}' is code, and is not run unasked: name it with --plugin FILE{kept}")
        home = self._home.resolve()
        found = (home / path).resolve()
        if not found.is_relative_to(home):
            raise PluginError(
                f"'{path}' lies outside the folder of the suite: only files beside it are loaded, and those "
                "named with --plugin FILE"
            )
        return found

    def _announce(self, place: str) -> None:
        """Say once of each file and module that its code is about to be run."""
        if place not in self._told:
            self._told.add(place)
            self._tell(f"running code of {place}")


def _match(code: Code, source: str) -> None:
    if source and source != code.digest:
        raise PluginError(
            f"'{code.name}' has another content, {code.digest}, than what is asked for, {source}; a results folder "
            f"keeps that in plugins/{source}/"
        )


def _check_module(name: str) -> None:
    place = parts(name)[0]
    if not all(part.isidentifier() for part in place.split(".")):
        raise PluginError(f"'{name}' names no object, expected file.py:object or module:object")
    if place.split(".")[0] in sys.stdlib_module_names:
        raise PluginError(f"'{name}' is of Python's own library, which has no components of a GAN")


def _read(name: str, path: Path) -> Code:
    try:
        return Code(name, str(path), path.read_text(encoding="utf-8"))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise PluginError(f"{path}: {why}; a file elsewhere is named with --plugin FILE") from error
    except UnicodeDecodeError as error:
        raise PluginError(f"{path}: is no text in UTF-8") from error
