"""Cosines and eigenvalues of vector fields, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench.probes.geometry import SHARES, cosine, leading_eigenvalues, path_cosines


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def linear(matrices: Tensor):
    """v(w) = A w, for a matrix of each replica."""
    return lambda w: (matrices @ w[..., None])[..., 0]


def sorted_spectrum(matrix: Tensor) -> np.ndarray:
    values = np.linalg.eigvals(matrix.numpy())
    return values[np.argsort(-abs(values), kind="stable")]


def assert_same_set(found: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    left = list(found)
    for value in expected:
        nearest = min(left, key=lambda other: abs(other - value))
        assert abs(nearest - value) < tolerance
        left.remove(nearest)


def test_cosines_are_those_of_the_angle_between_rows():
    a = torch.tensor([[1.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 4.0]])
    b = torch.tensor([[0.0, 5.0], [2.0, 2.0], [-1.0, 0.0], [4.0, 3.0]])
    assert cosine(a, b).tolist() == pytest.approx([0, 1, -1, 0.96])


def test_a_zero_row_has_no_direction():
    assert cosine(torch.zeros(1, 3), torch.ones(1, 3)).isnan().all()
    assert cosine(torch.ones(1, 3), torch.zeros(1, 3)).isnan().all()


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), size=st.integers(2, 10))
def test_eigenvalues_are_all_those_of_numpy_where_the_space_is_small(seed, size):
    matrices = normal(seed, 2, size, size)
    found = leading_eigenvalues(
        linear(matrices), normal(1, 2, size), count=size, start=normal(2, 2, size), krylov=24
    ).values
    for replica in range(2):
        scale = abs(sorted_spectrum(matrices[replica])).max()
        assert_same_set(found[replica], sorted_spectrum(matrices[replica]), 1e-6 * scale)


@pytest.mark.parametrize("seed", range(3))
def test_well_separated_leading_eigenvalues_are_found_in_large_spaces(seed):
    """Two outlying pairs and a bulk within the unit disc, in 200 dimensions with a Krylov space of 24."""
    size, basis = 200, torch.linalg.qr(normal(seed, 200, 200)).Q
    middle = torch.diag(torch.rand(size).double() * 2 - 1)
    middle[:2, :2] = torch.tensor([[-1.0, 9.0], [-9.0, -1.0]])
    middle[2:4, 2:4] = torch.tensor([[-5.0, 1.0], [-1.0, -5.0]])
    matrix = basis @ middle @ basis.T
    (found,) = leading_eigenvalues(
        linear(matrix[None]), torch.zeros(1, size).double(), count=4, start=normal(seed + 9, 1, size)
    ).values
    assert_same_set(found, np.array([-1 + 9j, -1 - 9j, -5 + 1j, -5 - 1j]), 1e-6)


def test_the_leading_ones_are_kept_and_ordered_by_real_part():
    matrix = torch.diag(torch.tensor([0.1, -7.0, 3.0, 0.2, 5.0], dtype=torch.float64))[None]
    (found,) = leading_eigenvalues(linear(matrix), normal(0, 1, 5), count=3, start=normal(1, 1, 5)).values
    np.testing.assert_allclose(found, [5, 3, -7], atol=1e-9)


def test_a_space_that_is_exhausted_early_gives_what_is_there():
    """The identity has one eigenvalue, whatever the start."""
    (found,) = leading_eigenvalues(lambda w: 2 * w, normal(0, 1, 6), count=3, start=normal(1, 1, 6)).values
    assert found[0] == pytest.approx(2)
    assert np.isnan(found[1:]).all()


def test_a_jacobian_of_nought_has_the_eigenvalue_nought():
    (found,) = leading_eigenvalues(lambda w: 0 * w, normal(0, 1, 4), count=2, start=normal(1, 1, 4)).values
    assert found[0] == 0
    assert np.isnan(found[1])


def test_a_replica_whose_field_is_not_finite_reads_nan_and_its_neighbour_does_not_notice():
    matrices = normal(0, 2, 5, 5)
    at, start = normal(1, 2, 5), normal(2, 2, 5)
    sound = leading_eigenvalues(linear(matrices), at, count=5, start=start).values
    broken = matrices.clone()
    broken[1] = torch.nan
    found = leading_eigenvalues(linear(broken), at, count=5, start=start).values
    np.testing.assert_allclose(found[0], sound[0])
    assert np.isnan(found[1]).all()


def test_eigenvalues_are_those_of_the_jacobian_at_the_point():
    """v(w) = (w_1 w_2, -w_1): the Jacobian is [[w_2, w_1], [-1, 0]]."""
    at = torch.tensor([[3.0, 0.5]], dtype=torch.float64)
    field = lambda w: torch.stack([w[:, 0] * w[:, 1], -w[:, 0]], -1)  # noqa: E731  # a formula
    (found,) = leading_eigenvalues(field, at, count=2, start=normal(0, 1, 2)).values
    assert_same_set(found, np.linalg.eigvals(np.array([[0.5, 3.0], [-1.0, 0.0]])), 1e-9)


def test_float32_fields_give_leading_eigenvalues_to_float32_precision():
    matrix = torch.diag(torch.tensor([10.0, -6.0, 3.0, 1.0, 0.5]))[None]
    (found,) = leading_eigenvalues(
        linear(matrix), torch.zeros(1, 5), count=3, start=normal(1, 1, 5).float()
    ).values
    np.testing.assert_allclose(found, [10, 3, -6], rtol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_float32_keeps_its_basis_orthogonal_over_seven_orders_of_magnitude(seed):
    values = -torch.logspace(4, -3, 24)
    basis = torch.linalg.qr(normal(seed, 24, 24)).Q
    matrix = (basis @ torch.diag(values).double() @ basis.T).float()
    start = normal(seed + 5, 1, 24).float()
    (found,) = leading_eigenvalues(linear(matrix[None]), torch.zeros(1, 24), count=24, start=start).values
    np.testing.assert_allclose(np.sort(found.real), values, rtol=0.05)


def residuals(matrix: Tensor, *, count: int, krylov: int) -> tuple[np.ndarray, np.ndarray]:
    size = len(matrix)
    found = leading_eigenvalues(
        linear(matrix[None]), normal(0, 1, size), count=count, start=normal(7, 1, size), krylov=krylov
    )
    return found.values[0], found.residuals[0]


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), size=st.integers(10, 60), krylov=st.integers(2, 9))
def test_an_eigenvalue_of_a_symmetric_jacobian_is_off_by_at_most_its_residual(seed, size, krylov):
    """The bound of Bauer and Fike for normal matrices, converged or not."""
    matrix = normal(seed, size, size)
    matrix = matrix + matrix.T
    values, relative = residuals(matrix, count=krylov, krylov=krylov)
    off = abs(values[:, None] - np.linalg.eigvalsh(matrix.numpy())).min(1)
    assert (off <= relative * abs(values) * (1 + 1e-9) + 1e-10).all()


def test_residuals_tell_converged_eigenvalues_from_those_of_the_bulk():
    """One outlier of 10 above 199 values evenly spread over [-1, 1]: 24 products find it and cannot find the rest."""
    basis = torch.linalg.qr(normal(1, 200, 200)).Q
    spread = torch.cat([torch.tensor([10.0]), torch.linspace(-1, 1, 199)]).double()
    values, relative = residuals(basis @ torch.diag(spread) @ basis.T, count=6, krylov=24)
    assert values[0] == pytest.approx(10)
    assert relative[0] < 1e-12
    assert (relative[1:] > 1e-3).all()


def test_residuals_are_nought_where_the_krylov_space_is_the_whole_space():
    _, relative = residuals(normal(3, 12, 12), count=12, krylov=24)
    assert (relative < 1e-9).all()


def test_residuals_are_those_of_a_dense_arnoldi_in_numpy():
    """A V = V H + h v e^T, written out, and |A^T V y - value V y| measured instead of estimated."""
    matrix, krylov = normal(5, 40, 40), 6
    values, relative = residuals(matrix, count=krylov, krylov=krylov)
    transposed = matrix.T.numpy()
    powers = [normal(7, 1, 40)[0].numpy()]
    for _ in range(krylov - 1):
        powers.append(transposed @ powers[-1])
    basis, _ = np.linalg.qr(np.stack(powers, axis=1))
    naive, vectors = np.linalg.eig(basis.T @ transposed @ basis)
    for value, residual in zip(values, relative, strict=True):
        k = abs(naive - value).argmin()
        x = basis @ vectors[:, k]
        assert residual == pytest.approx(
            np.linalg.norm(transposed @ x - naive[k] * x) / abs(naive[k]), rel=1e-6
        )


def test_residuals_are_nan_where_there_are_fewer_values_and_nought_for_a_jacobian_of_nought():
    found = leading_eigenvalues(lambda w: 0 * w, normal(0, 1, 4), count=2, start=normal(1, 1, 4))
    assert found.residuals[0, 0] == 0
    assert np.isnan(found.residuals[0, 1])


def test_path_cosines_of_attraction_change_sign_at_the_equilibrium():
    """v(w) = -w, along the straight way through 0 (Berard et al. 2020, figure 1)."""
    start, end = torch.tensor([[1.0, 1.0]]), torch.tensor([[-1.0, -1.0]])
    found = path_cosines(lambda w: -w, start, end, shares=(0.0, 0.25, 0.75, 1.0))
    assert found[0].tolist() == pytest.approx([1, 1, -1, -1])


def test_path_cosines_of_a_rotation_bump_and_do_not_change_sign():
    matrix = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]])
    start, end = torch.tensor([[1.0, -1.0]]), torch.tensor([[1.0, 1.0]])
    found = path_cosines(linear(matrix), start, end)
    # At w = (1, y) the field is (-y, 1) and the way is (0, 2): the cosine is 1 / sqrt(1 + y^2).
    expected = [1 / (1 + (-1 + 2 * share) ** 2) ** 0.5 for share in SHARES]
    assert found[0].tolist() == pytest.approx(expected)


def test_a_path_of_no_length_has_no_direction():
    point = torch.ones(1, 2)
    assert path_cosines(lambda w: -w, point, point).isnan().all()
