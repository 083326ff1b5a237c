"""f-GAN: the variational bound of an f-divergence, maximised by D and minimised by G.

D_f(P || Q) = int q f(p / q) = sup_T E_P T - E_Q f*(T), with P the data, Q the model and f* the convex conjugate
of f. T = g_f(l), where the activation g_f maps every logit into the domain of f* (Nowozin et al. 2016,
arXiv:1606.00709, table 2). At the optimum T = f'(p / q), and the bound is the divergence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ganbench.gan.losses.loss import Loss, Values, softplus
from ganbench.registry import Options, register

if TYPE_CHECKING:
    from torch import Tensor

Curve = Callable[["Tensor"], "Tensor"]
LN2 = math.log(2)


class VariationalOptions(Options):
    form: Annotated[
        Literal["saturating", "non-saturating"],
        Field(description="G minimises the bound, -E f*(T(G(z))); or maximises E T(G(z)) instead"),
    ] = "saturating"


@dataclass(frozen=True, slots=True)
class Divergence:
    """One row of the table, as functions of the logit v; elementwise.

    activation: T = g_f(v). conjugate: f*(g_f(v)), composed, so that it is stable for every v.
    slope: g_f'(v), and conjugate_slope: its own; None where it is 1 everywhere.
    decision: the v with g_f(v) = f'(1). level: f'(1) = f*(f'(1)), since f(1) = 0.
    density_ratio: v = ln(p / q) at the optimum.
    """

    activation: Curve
    conjugate: Curve
    slope: Curve | None
    conjugate_slope: Curve | None
    decision: float = 0.0
    level: float = 0.0
    density_ratio: bool = False

    def __call__(self, options: VariationalOptions, values: Values) -> Loss:  # noqa: ARG002  # the shared signature
        """L_D = -(E T(x) - E f*(T(G(z)))), and one of two losses of G.

        The default form is algorithm 1's; the other is that of section 3.2.
        """
        saturating = options.form == "saturating"
        return Loss(
            self._discriminator,
            self._saturating if saturating else self._non_saturating,
            equilibrium=(0.0, 0.0 - self.level),  # not -0.0
            decision=self.decision,
            density_ratio=self.density_ratio,
            attenuation=self.conjugate_slope if saturating else self.slope,
        )

    def _discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.conjugate(fake).mean(-1) - self.activation(real).mean(-1)

    def _saturating(self, fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG002  # the shared signature
        return -self.conjugate(fake).mean(-1)

    def _non_saturating(self, fake: Tensor, real: Tensor) -> Tensor:  # noqa: ARG002  # the shared signature
        return -self.activation(fake).mean(-1)


# f(u) = u ln u
KL = Divergence(
    activation=lambda v: v,
    conjugate=lambda v: (v - 1).exp(),
    slope=None,
    conjugate_slope=lambda v: (v - 1).exp(),
    decision=1.0,
    level=1.0,
)
# f(u) = -ln u
REVERSE_KL = Divergence(
    activation=lambda v: -(-v).exp(),
    conjugate=lambda v: v - 1,
    slope=lambda v: (-v).exp(),
    conjugate_slope=None,
    level=-1.0,
    density_ratio=True,
)
# f(u) = (u - 1)^2
PEARSON = Divergence(
    activation=lambda v: v,
    conjugate=lambda v: v.square() / 4 + v,
    slope=None,
    conjugate_slope=lambda v: (v / 2 + 1).abs(),
)
# f(u) = (sqrt(u) - 1)^2
SQUARED_HELLINGER = Divergence(
    activation=lambda v: -(-v).expm1(),
    conjugate=lambda v: v.expm1(),
    slope=lambda v: (-v).exp(),
    conjugate_slope=lambda v: v.exp(),
)
# f(u) = u ln u - (u + 1) ln((u + 1) / 2): twice the usual Jensen-Shannon divergence
JENSEN_SHANNON = Divergence(
    activation=lambda v: LN2 - softplus(-v),
    conjugate=lambda v: softplus(v) - LN2,
    slope=lambda v: (-v).sigmoid(),
    conjugate_slope=lambda v: v.sigmoid(),
    density_ratio=True,
)


def _register(name: str, target: str, summary: str, formula: str) -> None:
    register(
        "loss",
        name,
        target=f"ganbench.gan.losses.divergences:{target}",
        options=VariationalOptions,
        summary=summary,
        formula=formula,
        source="Nowozin et al. 2016, arXiv:1606.00709, table 2, algorithm 1 and section 3.2",
        defaults="form of the source's algorithm 1",
    )


_register(
    "kl",
    "KL",
    "f-GAN of KL(data || model): prefers to cover",
    "L_D = -E l(x) + E e^(l(G(z)) - 1), L_G = -E e^(l(G(z)) - 1) or -E l(G(z))",
)
_register(
    "reverse-kl",
    "REVERSE_KL",
    "f-GAN of KL(model || data): prefers to seek modes",
    "L_D = E e^-l(x) + E (l(G(z)) - 1), L_G = -E (l(G(z)) - 1) or E e^-l(G(z))",
)
_register(
    "pearson",
    "PEARSON",
    "f-GAN of the Pearson chi^2 divergence",
    "L_D = -E l(x) + E (l(G(z))^2 / 4 + l(G(z))), L_G = -E (l(G(z))^2 / 4 + l(G(z))) or -E l(G(z))",
)
_register(
    "squared-hellinger",
    "SQUARED_HELLINGER",
    "f-GAN of the squared Hellinger distance",
    "L_D = E (e^-l(x) - 1) + E (e^l(G(z)) - 1), L_G = -E (e^l(G(z)) - 1) or E (e^-l(G(z)) - 1)",
)
_register(
    "jensen-shannon",
    "JENSEN_SHANNON",
    "f-GAN of the Jensen-Shannon divergence: minimax up to constants",
    "L_D as minimax less 2 ln 2, L_G = ln 2 - E softplus(l(G(z))) or E softplus(-l(G(z))) - ln 2",
)
