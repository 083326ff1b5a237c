"""Metrics by name, each a measure `target(view) -> float`.

The functions of arrays are in `modes`, `transport`, `density` and `classes`; `battery.Judge` applies the
registered measures to the samples of a run. Importing this package imports neither scipy nor torch.
"""

from __future__ import annotations

from ganbench.registry import register

VEEGAN = "Srivastava et al. 2017, arXiv:1705.07761"
PACGAN = "Lin et al. 2018, arXiv:1712.04086"

register(
    "metric",
    "covered_modes",
    target="ganbench.metrics.measures:covered_modes",
    summary="modes (or classes) with enough high-quality samples: 1 for a mode, 1 % for a class; higher is better",
    formula="#{k: n_k >= least}, n_k high-quality samples nearest to mode k",
    source=VEEGAN,
)
register(
    "metric",
    "covered_modes_3",
    target="ganbench.metrics.measures:covered_modes_3",
    summary="modes (or classes) with at least 3 high-quality samples; higher is better",
    formula="#{k: n_k >= 3}",
    source=VEEGAN,
)
register(
    "metric",
    "covered_share",
    target="ganbench.metrics.measures:covered_share",
    summary="covered modes over all modes, 0 to 1; higher is better",
    formula="covered_modes / K",
    source=VEEGAN,
)
register(
    "metric",
    "high_quality",
    target="ganbench.metrics.measures:high_quality",
    summary="share of samples near a mode, 0 to 1; higher is better up to the ceiling, more is in-mode collapse",
    formula="P(distance to the nearest mode < 3 std); ceiling 1 - exp(-9/2) = .989 in the plane",
    source=VEEGAN,
)
register(
    "metric",
    "reverse_kl",
    target="ganbench.metrics.measures:reverse_kl",
    summary="divergence of the modes of the samples from the true shares, nats; lower is better, floor (K-1)/(2N)",
    formula="sum_k q_k ln(q_k / w_k), q_k share of the finite samples nearest to mode k",
    source=PACGAN,
)
register(
    "metric",
    "in_mode_std",
    target="ganbench.metrics.measures:in_mode_std",
    summary="std of the high-quality samples within their mode over the true one; 1 is right, 0 is a point",
    formula="sqrt(var of (x - mean_k)/s_k over its value for a Gaussian cut at the high-quality radius)",
)
register(
    "metric",
    "conditional_accuracy",
    target="ganbench.metrics.measures:conditional_accuracy",
    summary="share of samples whose nearest mode (or class) is the label asked for, 0 to 1; higher is better, 1/K is blind",
    formula="P(nearest mode of G(z, y) = y)",
    source="Odena et al. 2017, arXiv:1610.09585, by a classifier",
)
register(
    "metric",
    "sliced_wasserstein",
    target="ganbench.metrics.measures:sliced_wasserstein",
    summary="mean 1-D Wasserstein-1 distance over fixed random directions, units of the data; lower is better",
    formula="E_u W_1(u.x, u.y), u uniform on the sphere",
    source="Rabin et al. 2011; Bonneel et al. 2015",
)
register(
    "metric",
    "sliced_wasserstein_2",
    target="ganbench.metrics.measures:sliced_wasserstein_2",
    summary="sliced Wasserstein-2 distance over fixed random directions, units of the data; lower is better",
    formula="sqrt(E_u W_2(u.x, u.y)^2), u uniform on the sphere",
    source="Rabin et al. 2011; Bonneel et al. 2015",
)
register(
    "metric",
    "exact_wasserstein",
    target="ganbench.metrics.measures:exact_wasserstein",
    summary="Wasserstein-1 distance of two small samples, at the last evaluation only; lower is better",
    formula="min over matchings of the mean Euclidean distance",
    source="Peyre and Cuturi 2019, arXiv:1803.00567, section 2",
)
register(
    "metric",
    "energy_distance",
    target="ganbench.metrics.measures:energy_distance",
    summary="energy distance, unbiased (may be negative), units of the data; lower is better",
    formula="2 E|x - y| - E|x - x'| - E|y - y'|",
    source="Szekely and Rizzo 2013",
)
register(
    "metric",
    "neighbour_auc",
    target="ganbench.metrics.measures:neighbour_auc",
    summary="how well neighbours tell samples from held-out data, rank AUC; 1/2 is not at all, 1 always; nearer to 1/2 is better",
    formula="P(s(x) > s(G(z))), s(x) = ln r_fake(x) - ln r_real(x), r the distance to the 3rd nearest of 500",
    source="Lopez-Paz and Oquab 2017, arXiv:1610.06545; Xu et al. 2018, arXiv:1806.07755",
)
register(
    "metric",
    "distance",
    target="ganbench.metrics.measures:distance",
    summary="Euclidean distance of the samples' mean from the data's, units of the data; lower is better",
    formula="|E G(z) - E x|",
)
register(
    "metric",
    "value_function",
    target="ganbench.metrics.measures:value_function",
    summary="V(D, G) on held-out samples, nats; -ln 4 at equilibrium, near 0 when D separates",
    formula="E ln D(x) + E ln(1 - D(G(z)))",
    source="Goodfellow et al. 2014, arXiv:1406.2661, equation 1",
)
register(
    "metric",
    "discriminator_error",
    target="ganbench.metrics.measures:discriminator_error",
    summary="mean |D - D*| where the density is known, in up to 2 dimensions, 0 to 1; lower is better",
    formula="E |D - p_data/(p_data + p_model)| over real and fake in equal parts",
    source="Goodfellow et al. 2014, arXiv:1406.2661, proposition 1",
)
