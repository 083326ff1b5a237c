"""Checkpoints of a population as files: written aside and renamed, loaded without running foreign code."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch

from ganbench.errors import InputError
from ganbench.store.atomic import write_bytes

FORMAT: Final = 1
RESTART: Final = "delete it: the population then starts again from its first step"


def save(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain containers of tensors, numbers and texts. Raises StorageError; the old file then stands."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    write_bytes(path, buffer.getvalue())


def load(path: Path, *, hint: str = RESTART) -> dict[str, Any]:
    """What `save` wrote. Raises InputError for a missing, newer, or, with the hint, a damaged file."""
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError("there is no such checkpoint", where=str(path)) from error
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise InputError("is no checkpoint, or damaged", where=str(path), hint=hint) from error
    if not isinstance(content, dict) or content.get("format", FORMAT + 1) > FORMAT:
        raise InputError("was written by a newer ganbench", where=str(path), hint="update ganbench")
    return content
