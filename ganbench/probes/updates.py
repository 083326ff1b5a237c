"""Signals from gradient, update and weight norms, [T, R] each."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def update_ratios(rows: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """||change of the weights|| / ||weights|| of each player; healthy runs are near 1e-3."""
    return {
        f"update_ratio_{player}": rows[f"update_norm_{player}"] / rows[f"weight_norm_{player}"]
        for player in "dg"
    }
