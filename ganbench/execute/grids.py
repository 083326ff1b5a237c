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


def cell_grids(
    cells: Sequence[str], seeds: Sequence[int], samples: NDArray[np.float64], image_shape: tuple[int, int]
) -> Mapping[str, bytes]:
    """PNG files by name, one for each cell: samples [R, n, pixels] of the runs (cells, seeds)."""
    files = {}
    for cell in dict.fromkeys(cells):
        rows = [r for r, name in enumerate(cells) if name == cell][:ROWS]
        shown = samples[rows, :COLUMNS].reshape(len(rows), -1, *image_shape)
        name = f"{cell}/seeds-{seeds[rows[0]]}-{seeds[rows[-1]]}.png"
        files[name] = png(grid(shown))
    return files
