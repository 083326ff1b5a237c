"""Data in the plane: some of a run's samples, and D's logits around the data, at a few steps of the run.

What is kept is packed as text until its population ends, so that it travels with the log in a checkpoint.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ganbench.data.dataset import Box
from ganbench.train.judging import logits_of

if TYPE_CHECKING:
    from ganbench.train.training import Training

COUNT: Final = 256  # samples
SIDE: Final = 33  # logits on a side of the grid
WIDER: Final = 1.25  # than the box of the data: a G in training overshoots it
BYTES: Final = 2 * 4 * COUNT + 2 * SIDE**2  # of one look

_PACKED: Final[dict[str, np.dtype[Any]]] = {
    "x": np.dtype("<f4"),
    "y": np.dtype("<f4"),
    "logits": np.dtype("<f2"),
}

Row = Mapping[str, Any]
Floats = NDArray[np.float64]
Tell = Callable[[str], None]


def lies_in_plane(training: Training) -> bool:
    """Whether a sample is a point of the plane."""
    return training.datasets[0].shape == (2,)


def look(training: Training, replica: int, samples: Floats, *, tell: Tell) -> dict[str, Any]:
    """A row of the table `plane`, packed, less run, step and generator. samples: [n, 2], of an evaluation.

    tell: why there are no logits, where D cannot be asked for them.
    """
    left, bottom, width = square(training.datasets[replica].box)
    shown = samples[:COUNT]
    return {
        "x": _pack("x", shown[:, 0]),
        "y": _pack("y", shown[:, 1]),
        "left": left,
        "bottom": bottom,
        "width": width,
        "logits": _logits(training, replica, grid(left, bottom, width), tell),
        "decision": training.game.reading.decision,
    }


def columns(rows: Sequence[Row], runs: Sequence[str]) -> dict[str, Any]:
    """The table, unpacked, run by run in the order of `runs`; {} without rows."""
    place = {run: index for index, run in enumerate(runs)}
    ordered = sorted(rows, key=lambda row: place[row["run_id"]])
    return {name: [_unpack(name, row[name]) for row in ordered] for name in (rows[0] if rows else ())}


def square(box: Box) -> tuple[float, float, float]:
    """Left, bottom and side of a square around the box, a quarter wider than its longer side."""
    low, high = box
    width = WIDER * float(np.max(high - low))
    left, bottom = (low + high) / 2 - width / 2
    return float(left), float(bottom), width


def grid(left: float, bottom: float, width: float) -> Floats:
    """Points [SIDE * SIDE, 2] of the square, its edges among them, row after row from the bottom."""
    ticks = np.linspace(0, width, SIDE)
    y, x = np.meshgrid(bottom + ticks, left + ticks, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=-1)


def _logits(training: Training, replica: int, points: Floats, tell: Tell) -> str | None:
    """Packed; None where D does not judge samples one by one, or raises."""
    judged = logits_of(training, replica)
    if judged is None:
        return None
    try:
        logits = _in_batches(judged, points, training.settings[replica].batch)
    except Exception as error:  # a picture must not cost what was trained
        tell(
            f"samples in the plane are kept without D's contours, as D raised {type(error).__name__}: {error}"
        )
        return None
    most = float(np.finfo(np.float16).max)
    return _pack("logits", logits.clip(-most, most))


def _in_batches(judged: Callable[[Floats], Floats], points: Floats, size: int) -> Floats:
    """Logits [n] of points [n, 2], as many at a time as D is trained on; the last batch is filled up with points."""
    padded = np.resize(points, (-(-len(points) // size) * size, 2))
    found = [judged(batch) for batch in np.split(padded, len(padded) // size)]
    return np.concatenate(found)[: len(points)]


def _pack(name: str, values: Floats) -> str:
    return base64.b64encode(values.astype(_PACKED[name]).tobytes()).decode()


def _unpack(name: str, value: Any) -> Any:
    if name not in _PACKED or value is None:
        return value
    return np.frombuffer(base64.b64decode(value), _PACKED[name])
