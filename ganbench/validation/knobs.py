"""The thresholds that tuning may change, and by how much: a small grid, declared here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Form = Literal["value", "gap", "excess"]

FACTORS: Final = (0.5, 0.7, 1.0, 1.4, 2.0)


@dataclass(frozen=True, slots=True)
class Knob:
    """One threshold. form: what a factor scales: the value itself, its gap to 1 below it, or its excess over 1."""

    section: str
    name: str
    form: Form = "value"

    def turned(self, shipped: float, factor: float) -> float:
        """The value at a factor of the shipped one, to four digits; exactly the shipped one at 1."""
        if factor == 1.0:
            return shipped
        scaled = {
            "value": factor * shipped,
            "gap": 1 - factor * (1 - shipped),
            "excess": 1 + factor * (shipped - 1),
        }
        return float(f"{scaled[self.form]:.4g}")


# Not the AUC of a flat discriminator: half of its gap to 1, doubled, lies below 1/2, where none is blind.
KNOBS: Final = (
    Knob("non-finite", "growth"),
    Knob("exploding-gradient", "ratio"),
    Knob("exploding-gradient", "update_ratio"),
    Knob("exploding-gradient", "growth"),
    Knob("exploding-gradient", "z"),
    Knob("exploding-gradient", "wild_spread"),
    Knob("exploding-gradient", "weights"),
    Knob("exploding-gradient", "jump"),
    Knob("gradient-spike", "ratio"),
    Knob("diverging-discriminator", "loss_ratio", "excess"),
    Knob("diverging-discriminator", "growth"),
    Knob("blind-discriminator", "gap"),
    Knob("blind-discriminator", "spread"),
    Knob("blind-discriminator", "told", "gap"),
    Knob("blind-discriminator", "neighbour_gap"),
    Knob("blind-discriminator", "neighbour_spread"),
    Knob("blind-discriminator", "swing"),
    Knob("blind-discriminator", "relative_spread"),
    Knob("one-sided-discriminator", "share", "gap"),
    Knob("one-sided-discriminator", "offset"),
    Knob("vanishing-gradient", "auc", "gap"),
    Knob("vanishing-gradient", "attenuation_warn"),
    Knob("vanishing-gradient", "attenuation_error"),
    Knob("vanishing-gradient", "collapse"),
    Knob("vanishing-gradient", "lasting"),
    Knob("vanishing-gradient", "update_floor"),
    Knob("generator-dominance", "share"),
    Knob("generator-dominance", "margin"),
    Knob("mode-hopping", "least"),
    Knob("mode-hopping", "share"),
    Knob("mode-hopping", "moves"),
    Knob("mode-hopping", "amplitude"),
    Knob("limit-cycle", "amplitude"),
    Knob("limit-cycle", "score"),
    Knob("limit-cycle", "kept"),
    Knob("limit-cycle", "swing"),
    Knob("mode-collapse", "partial", "gap"),
    Knob("mode-collapse", "held"),
    Knob("in-mode-collapse", "thin", "gap"),
    Knob("in-mode-collapse", "sigma"),
    Knob("in-mode-collapse", "duplicates"),
    Knob("discriminator-dominance", "auc", "gap"),
    Knob("discriminator-dominance", "improvement"),
    Knob("discriminator-overfitting", "gap"),
    Knob("late-collapse", "distance"),
    Knob("late-collapse", "floors"),
    Knob("frozen-network", "least"),
    Knob("stagnation", "pace"),
    Knob("stagnation", "apart", "gap"),
    Knob("stagnation", "least"),
    Knob("convergence", "auc_most", "gap"),
    Knob("convergence", "amplitude"),
)
