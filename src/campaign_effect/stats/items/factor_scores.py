"""Weights that turn standardised answers into factor scores."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats

ScoreMethod = Literal["regression", "bartlett", "tenberge"]


def score_weights(
    correlations: ArrayLike,
    loadings: ArrayLike,
    *,
    phi: ArrayLike | None = None,
    method: ScoreMethod = "regression",
) -> Floats:
    """Compute the weights of factor scores.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Of the items; positive definite.
    loadings : array_like of float, shape (k, m)
        Pattern loadings.
    phi : array_like of float, shape (m, m), optional
        Correlations of the factors; by default uncorrelated.
    method : {"regression", "bartlett", "tenberge"}
        Thurstone's regression scores vary least around the factors [1]_; Bartlett's are
        unbiased [2]_; ten Berge's correlate as the factors do [3]_.

    Returns
    -------
    ndarray of float, shape (k, m)
        Scores are standardised answers times these weights.

    References
    ----------
    .. [1] Thurstone, L. L. (1935). The vectors of mind. University of Chicago Press.
    .. [2] Bartlett, M. S. (1937). The statistical conception of mental factors. British
       Journal of Psychology, 28, 97-104. https://doi.org/10.1111/j.2044-8295.1937.tb00863.x
    .. [3] ten Berge, J. M. F., Krijnen, W. P., Wansbeek, T., & Shapiro, A. (1999). Some new
       results on correlation-preserving factor scores prediction methods. Linear Algebra and
       its Applications, 289, 311-318. https://doi.org/10.1016/S0024-3795(97)10007-6

    Examples
    --------
    >>> R = np.full((3, 3), 0.49) + 0.51 * np.eye(3)
    >>> score_weights(R, np.full((3, 1), 0.7)).round(3).ravel()
    array([0.354, 0.354, 0.354])
    """
    R = np.asarray(correlations, dtype=np.float64)
    L = np.asarray(loadings, dtype=np.float64)
    F = np.eye(L.shape[1]) if phi is None else np.asarray(phi, dtype=np.float64)
    if method == "regression":
        return np.asarray(np.linalg.solve(R, L @ F))
    if method == "bartlett":
        psi = 1 - np.einsum("ij,jk,ik->i", L, F, L)
        scaled = L / psi[:, None]
        return np.asarray(scaled @ np.linalg.inv(L.T @ scaled))
    root, inverse_root = _power(F, 0.5), _power(R, -0.5)
    C = inverse_root @ L @ root
    return np.asarray(inverse_root @ C @ _power(C.T @ C, -0.5) @ root)


def score_validity(
    correlations: ArrayLike, loadings: ArrayLike, *, phi: ArrayLike | None = None
) -> Floats:
    """Compute how much of each factor its regression scores determine.

    Parameters
    ----------
    correlations, loadings, phi
        As in `score_weights`.

    Returns
    -------
    ndarray of float, shape (m,)
        Squared multiple correlation of the factor with the items; its root is the validity
        of the scores.

    References
    ----------
    .. [1] Grice, J. W. (2001). Computing and evaluating factor scores. Psychological Methods,
       6, 430-450. https://doi.org/10.1037/1082-989X.6.4.430

    Examples
    --------
    >>> R = np.full((3, 3), 0.49) + 0.51 * np.eye(3)
    >>> score_validity(R, np.full((3, 1), 0.7)).round(3)
    array([0.742])
    """
    L = np.asarray(loadings, dtype=np.float64)
    structure = L if phi is None else L @ np.asarray(phi, dtype=np.float64)
    weights = np.linalg.solve(np.asarray(correlations, dtype=np.float64), structure)
    return np.asarray((weights * structure).sum(axis=0))


def _power(matrix: Floats, exponent: float) -> Floats:
    """Symmetric power of a positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)
