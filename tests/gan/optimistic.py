"""Optimistic optimisers as torch optimisers, written out weight by weight from Daskalakis et al. 2018."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


class OptimisticSGD(torch.optim.Optimizer):
    """w_{t+1} = w_t - 2 lr g_t + lr g_{t-1}, g_{-1} = 0."""

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        (group,) = self.param_groups
        for p in group["params"]:
            before = self.state[p].get("g", torch.zeros_like(p))
            p -= group["lr"] * (2 * p.grad - before)
            self.state[p]["g"] = p.grad.clone()


class OptimisticAdam(torch.optim.Optimizer):
    """Algorithm 1, line by line."""

    def __init__(self, params: Iterable[Tensor], lr: float, beta1: float, beta2: float, eps: float) -> None:
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        (group,) = self.param_groups
        for p in group["params"]:
            state, zero = self.state[p], torch.zeros_like(p)
            t = state["t"] = state.get("t", 0) + 1
            state["m"] = group["beta1"] * state.get("m", zero) + (1 - group["beta1"]) * p.grad
            state["v"] = group["beta2"] * state.get("v", zero) + (1 - group["beta2"]) * p.grad**2
            m, v = state["m"] / (1 - group["beta1"] ** t), state["v"] / (1 - group["beta2"] ** t)
            now = m / (v.sqrt() + group["eps"])
            p -= 2 * group["lr"] * now - group["lr"] * state.get("u", zero)
            state["u"] = now
