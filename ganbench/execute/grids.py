"""Sample grids as PNG: one row for each seed, so that a collapsed run shows as a row of one face."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 10, 16
ZOOM = 4
_GAP = 1


def grid(images: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Images in [-1, 1], [rows, columns, height, width], as one picture with thin lines between."""
    rows, columns, height, width = images.shape
    shades = np.nan_to_num((images.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8)
    shades = shades.repeat(ZOOM, axis=2).repeat(ZOOM, axis=3)
    framed = np.pad(shades, ((0, 0), (0, 0), (0, _GAP), (0, _GAP)), constant_values=96)
    tiled: NDArray[np.uint8] = framed.swapaxes(1, 2).reshape(
        rows * (height * ZOOM + _GAP), columns * (width * ZOOM + _GAP)
    )
    return tiled


def png(picture: NDArray[np.uint8]) -> bytes:
    """Grey values as a PNG file."""
    from matplotlib.image import imsave

    buffer = io.BytesIO()
    # Without the version of matplotlib, so that equal pictures are equal files.
    nameless: dict[str, Any] = {"Software": None}
    imsave(buffer, picture, format="png", cmap="gray", vmin=0, vmax=255, metadata=nameless)
    return buffer.getvalue()


def grid_names(cells: Sequence[str], seeds: Sequence[int]) -> list[str | None]:
    """The file that shows each of the runs (cells, seeds); None for those beyond its rows."""
    names: list[str | None] = [None] * len(cells)
    for cell in dict.fromkeys(cells):
        rows = [r for r, name in enumerate(cells) if name == cell][:ROWS]
        for r in rows:
            names[r] = f"{cell}/seeds-{seeds[rows[0]]}-{seeds[rows[-1]]}.png"
    return names


def cell_grids(
    names: Sequence[str | None], samples: NDArray[np.float64], image_shape: tuple[int, int]
) -> Mapping[str, bytes]:
    """PNG files by name: samples [R, n, pixels] of the runs that `grid_names` puts there."""
    files = {}
    for file in dict.fromkeys(name for name in names if name):
        rows = [r for r, name in enumerate(names) if name == file]
        shown = samples[rows, :COLUMNS].reshape(len(rows), -1, *image_shape)
        files[file] = png(grid(shown))
    return files
