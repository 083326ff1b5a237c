"""ganbench: the benchmark and diagnostics toolkit for GAN stability.

The public names are imported on use: `import ganbench` imports neither torch nor pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ganbench.store.reader import (
        load_bursts,
        load_evaluations,
        load_findings,
        load_geometry,
        load_plane,
        load_results,
        load_windows,
    )

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "load_bursts",
    "load_evaluations",
    "load_findings",
    "load_geometry",
    "load_plane",
    "load_results",
    "load_windows",
]

_HOMES: Final = dict.fromkeys(set(__all__) - {"__version__"}, "ganbench.store.reader")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
