"""The precisions that a run can be trained in."""

from __future__ import annotations

from typing import Literal

from ganbench.errors import DeviceError

Precision = Literal["float32", "float64", "bfloat16", "tf32"]


def require_device(precision: Precision, device: str, *, where: str = "precision: tf32") -> None:
    """Raises DeviceError for tf32 on a device, such as `cpu`, whose products are never rounded to it."""
    if precision == "tf32" and not device.startswith("cuda"):
        raise DeviceError(
            f"needs a CUDA device: a {device} would train in float32 and call it tf32",
            where=where,
            hint="use precision: float32, or leave these cells out with --only",
        )
