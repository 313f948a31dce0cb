"""Common factors of a correlation matrix: minimum residuals, maximum likelihood, axes.

Symbols: R, correlations (k, k); Lambda, loadings (k, m); psi, uniquenesses (k,); theta and
omega, eigenvalues and eigenvectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import CollinearityError, ConvergenceError, TooFewItemsError
from campaign_effect.stats.items.checks import check_covariance, check_positive_definite
from campaign_effect.stats.moments.arrays import Floats, frozen

Method = Literal["minres", "ml", "paf"]
Derivatives = tuple[float, Floats, Floats]  # value, gradient (k,), Hessian (k, k)
LOWEST, HIGHEST = 0.005, 1.0  # bounds of a uniqueness
SMALL_GRADIENT = 1e-10
MAX_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Unrotated factors.

    Attributes
    ----------
    loadings : ndarray, shape (k, m)
        By falling eigenvalue; each column sums to a positive number.
    uniquenesses, communalities : ndarray, shape (k,)
        1 - communality, and the sums of squared loadings.
    eigenvalues : ndarray, shape (k,)
        Of the correlations, falling.
    reduced_eigenvalues : ndarray, shape (k,)
        Of the correlations with communalities on the diagonal.
    is_bounded : bool
        Whether a uniqueness stands at its bound (a Heywood case).
    """

    loadings: Floats = field(compare=False)
    uniquenesses: Floats = field(compare=False)
    communalities: Floats = field(compare=False)
    eigenvalues: Floats = field(compare=False)
    reduced_eigenvalues: Floats = field(compare=False)
    is_bounded: bool


def extract_factors(
    correlations: ArrayLike, n_factors: int, *, method: Method = "minres"
) -> Extraction:
    """Extract common factors, unrotated.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Pearson or polychoric correlations, positive definite for ``"ml"``.
    n_factors : int
        m, from 1 to what leaves at least 0 degrees of freedom.
    method : {"minres", "ml", "paf"}, default "minres"
        Minimum residuals (unweighted least squares) [1]_, maximum likelihood [2]_, or
        principal axes iterated to convergence, whose fixed point is the minres solution.

    Returns
    -------
    Extraction

    Raises
    ------
    TooFewItemsError
        If there are more factors than so many items can have.
    CollinearityError
        If an item is a sum of others, or, for ``"ml"``, the correlations are not positive
        definite.
    ConvergenceError
        If the gradient cannot be brought to 0.

    Notes
    -----
    Newton's method on the uniquenesses with the analytic Hessian, each in [.005, 1].

    References
    ----------
    .. [1] Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals
       (minres). Psychometrika, 31, 351-368. https://doi.org/10.1007/BF02289468
    .. [2] Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis.
       Psychometrika, 32, 443-482. https://doi.org/10.1007/BF02289658

    Examples
    --------
    >>> R = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> extract_factors(R, 1).loadings.round(3).ravel()
    array([0.7, 0.7, 0.7, 0.7])
    """
    R = check_covariance(correlations)
    k = len(R)
    check_identified(k, n_factors)
    if np.linalg.cond(R) > 1 / np.finfo(np.float64).eps:
        raise CollinearityError(
            "An item is a sum of others (or equal to another): factors cannot be extracted.",
            hint="leave out one of the items that repeat each other.",
        )
    start = np.clip(1 / np.diagonal(np.linalg.inv(R)), LOWEST, HIGHEST)
    if method == "ml":
        check_positive_definite(R)
        x = _minimise(lambda x: _likelihood(R, x, n_factors), np.log(start), np.log(LOWEST), 0)
        psi = np.exp(x)
    else:
        psi = _minimise(lambda x: _residuals(R, x, n_factors), start, LOWEST, HIGHEST)
    loadings = (
        _ml_loadings(R, psi, n_factors) if method == "ml" else _loadings(R, psi, n_factors)
    )
    communalities = (loadings**2).sum(axis=1)
    reduced = R - np.diag(1 - communalities)
    return Extraction(
        loadings=frozen(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)),
        uniquenesses=frozen(1 - communalities),
        communalities=frozen(communalities),
        eigenvalues=frozen(_falling_eigenvalues(R)),
        reduced_eigenvalues=frozen(_falling_eigenvalues(reduced)),
        is_bounded=bool((psi <= LOWEST * (1 + 1e-9)).any()),
    )


def factor_degrees_of_freedom(k: int, n_factors: int) -> int:
    """Count the correlations that m factors of k items leave free.

    Examples
    --------
    >>> factor_degrees_of_freedom(6, 2)
    4
    """
    return ((k - n_factors) ** 2 - (k + n_factors)) // 2


def check_identified(k: int, n_factors: int) -> None:
    """Raise unless k items can have so many factors.

    Examples
    --------
    >>> check_identified(3, 1)
    """
    if not 0 < n_factors < k or factor_degrees_of_freedom(k, n_factors) < 0:
        raise TooFewItemsError(
            f"{k} items cannot have {n_factors} factors.",
            received=f"{k} items, {n_factors} factors",
            hint="ask for fewer factors, at least one.",
        )


def _falling_eigenvalues(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.eigvalsh(matrix)[::-1].copy(), dtype=np.float64)


def _residuals(R: Floats, psi: Floats, m: int) -> Derivatives:
    """Half the squared eigenvalues that m factors leave of R - psi, by psi."""
    theta, omega = np.linalg.eigh(R - np.diag(psi))
    theta1, theta2 = theta[-m:], theta[:-m]
    omega1, omega2 = omega[:, -m:], omega[:, :-m]
    ratio = theta2[:, None] / (theta2[:, None] - theta1)
    H = (omega2 @ omega2.T) ** 2 + 2 * _between(omega1, omega2, ratio)
    return float(theta2 @ theta2) / 2, -(omega2**2) @ theta2, H


def _likelihood(R: Floats, x: Floats, m: int) -> Derivatives:
    """Discrepancy of maximum likelihood with m factors, by the log uniquenesses x."""
    root = np.exp(x / 2)
    theta, omega = np.linalg.eigh(R / np.outer(root, root))
    theta1, theta2 = theta[-m:], np.maximum(theta[:-m], np.finfo(np.float64).tiny)
    omega1, omega2 = omega[:, -m:], omega[:, :-m]
    value = float((theta2 - np.log(theta2) - 1).sum())
    total, gap = theta2[:, None] + theta1, theta2[:, None] - theta1
    ratio = -(1 - theta2)[:, None] * total / gap
    H = ((omega2 * theta2) @ omega2.T) * (omega2 @ omega2.T) + _between(omega1, omega2, ratio)
    return value, omega2**2 @ (1 - theta2), H


def _between(omega1: Floats, omega2: Floats, ratio: Floats) -> Floats:
    """Sum over kept factors l and left ones j of ratio[j, l] w_ij w_kj w_il w_kl."""
    H = np.zeros((len(omega1), len(omega1)))
    for kept, weights in zip(omega1.T, ratio.T, strict=True):
        H += ((omega2 * weights) @ omega2.T) * np.outer(kept, kept)
    return H


def _minimise(
    derivatives: Callable[[Floats], Derivatives], x: Floats, low: float, high: float
) -> Floats:
    """Newton's method within bounds: what stands at a bound and wants out stays."""
    value, gradient, H = derivatives(x)
    for _ in range(MAX_STEPS):
        free = ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0)))
        if not free.any() or np.abs(gradient[free]).max() < SMALL_GRADIENT:
            return x
        step = np.zeros_like(x)
        step[free] = -_solve(H[np.ix_(free, free)], gradient[free])
        size = 1.0
        while size > 1e-8:
            moved = np.clip(x + size * step, low, high)
            new = derivatives(moved)
            if new[0] <= value + 1e-14 * max(1.0, abs(value)):
                break
            size /= 2
        x, (value, gradient, H) = moved, new
    raise ConvergenceError(
        "The factors could not be extracted.",
        received=f"a gradient of {np.abs(gradient).max():.1e} after {MAX_STEPS} steps",
        hint="ask for fewer factors, or look for items that hardly correlate.",
    )


def _solve(H: Floats, gradient: Floats) -> Floats:
    """Newton's direction, with negative curvature turned."""
    values, vectors = np.linalg.eigh(H)
    curvature = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    return np.asarray(vectors @ ((vectors.T @ gradient) / curvature))


def _loadings(R: Floats, psi: Floats, m: int) -> Floats:
    """Leading eigenvectors of R - psi, each to the length of its root."""
    theta, omega = np.linalg.eigh(R - np.diag(psi))
    return np.asarray((omega[:, -m:] * np.sqrt(np.maximum(theta[-m:], 0)))[:, ::-1])


def _ml_loadings(R: Floats, psi: Floats, m: int) -> Floats:
    """Find the likeliest loadings for given uniquenesses."""
    root = np.sqrt(psi)
    theta, omega = np.linalg.eigh(R / np.outer(root, root))
    scaled = omega[:, -m:] * np.sqrt(np.maximum(theta[-m:] - 1, 0))
    return np.asarray((root[:, None] * scaled)[:, ::-1])
