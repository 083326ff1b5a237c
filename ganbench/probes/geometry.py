"""The geometry of the game: how the joint gradient field turns, and its Jacobian's leading eigenvalues.

The field is v(w) = (-grad_G L_G, -grad_D L_D) at the joint weights w [R, Q]: where both players would
move. At a stable equilibrium every eigenvalue of its Jacobian has a negative real part; imaginary parts
are rotation (Mescheder et al. 2017, arXiv:1705.10461).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd import grad

Field = Callable[[Tensor], Tensor]
Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues, and how far each is from converged.

    values: [R, count]. residuals: [R, count], |A x - value x| / |value| of the unit vector x that the Krylov
    space has for it: rounding where converged, near 1 or above where the value means nothing.
    """

    values: Complex
    residuals: Floats


def cosine(a: Tensor, b: Tensor) -> Tensor:
    """Of the angle between rows, [R, Q] and [R, Q] -> [R]; NaN for a zero row."""
    along: Tensor = (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))
    return along


def path_cosines(field: Field, start: Tensor, end: Tensor, shares: Sequence[float] = SHARES) -> Tensor:
    """Cosine between the field and the direction end - start, at points along that segment, [R, shares].

    The path-angle of Berard et al. 2020 (arXiv:1906.04848): a change of sign is attraction, a bump
    rotation.
    """
    way = end - start
    return torch.stack([cosine(field(start + share * way).detach(), way) for share in shares], dim=-1)


def leading_eigenvalues(field: Field, at: Tensor, *, count: int, start: Tensor, krylov: int = 24) -> Spectrum:
    """Eigenvalues of largest modulus of the field's Jacobian at `at` [R, Q], largest real part first.

    By Arnoldi's method on products with the transposed Jacobian, which has the same eigenvalues: exact
    where krylov >= Q, otherwise the usual approximation from a Krylov space, with its residual (Saad 2011,
    Numerical Methods for Large Eigenvalue Problems, chapter 6). start: [R, Q], not zero. NaN where
    there are fewer than count, or where the field is not finite.
    """
    point = at.detach().requires_grad_()
    value = field(point)

    def product(vector: Tensor) -> Tensor:
        (result,) = grad(value, point, vector, retain_graph=True, materialize_grads=True)
        return result

    hessenberg, sizes = _arnoldi(product, start, min(krylov, at.shape[1]))
    found = [_ritz(h[: size + 1, :size], count) for h, size in zip(hessenberg, sizes, strict=True)]
    values, residuals = zip(*found, strict=True)
    return Spectrum(np.stack(values), np.stack(residuals))


def _arnoldi(product: Callable[[Tensor], Tensor], start: Tensor, size: int) -> tuple[Floats, list[int]]:
    """Hessenberg matrices [R, size + 1, size], and how much of each stands before the space is exhausted."""
    basis = [start / start.norm(dim=-1, keepdim=True)]
    hessenberg = start.new_zeros(len(start), size + 1, size)
    sizes = torch.full((len(start),), size, device=start.device)
    for column in range(size):
        vector = product(basis[-1])
        scale = vector.norm(dim=-1)
        for row, known in enumerate(basis * 2):  # orthogonalised twice: once is not enough in float32
            share = (vector * known).sum(-1)
            hessenberg[:, row % len(basis), column] += share
            vector = vector - share[:, None] * known
        rest = vector.norm(dim=-1)
        exhausted = ~(rest > 1e-6 * scale) & (sizes == size)
        sizes = torch.where(exhausted, column + 1, sizes)
        hessenberg[:, column + 1, column] = rest
        basis.append(vector / rest.clamp_min(torch.finfo(rest.dtype).tiny)[:, None])
    return hessenberg.double().cpu().numpy(), sizes.tolist()


def _ritz(hessenberg: Floats, count: int) -> tuple[Complex, Floats]:
    """Eigenvalues of H [m, m] and |h_{m+1,m} e_m^T y| / |value| of their unit eigenvectors y, from [m + 1, m]."""
    values: Complex = np.full(count, complex(np.nan, np.nan))
    residuals: Floats = np.full(count, np.nan)
    if np.isfinite(hessenberg).all():
        found, vectors = np.linalg.eig(hessenberg[:-1])
        left = np.abs(hessenberg[-1, -1] * vectors[-1]) / np.maximum(np.abs(found), np.finfo(float).tiny)
        leading = np.argsort(-np.abs(found), kind="stable")[:count]
        leading = leading[np.argsort(-found[leading].real, kind="stable")]
        values[: len(leading)], residuals[: len(leading)] = found[leading], left[leading]
    return values, residuals
