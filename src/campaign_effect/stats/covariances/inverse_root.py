"""The adjustment of CR2, (V^2 - V Z Z' V)^(-1/2) Z, without an n by n matrix.

V is the diagonal of a cluster's variance function, Z its rows of the orthonormal weighted
design. Where V is constant (linear models) the root acts in the p columns of Z alone. Else
the diagonal varies, the root is no low-rank change of it, and the integral

    G^(-1/2) = 2 / pi * integral over t from 0 to infinity of (t^2 I + G)^(-1)

is used: each of its integrands is a diagonal plus p columns (Woodbury), and the midpoint rule
in elliptic coordinates reaches rounding error with 5 to 40 nodes (Hale, Higham and Trefethen).
All of it costs O(n p^2) per node.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ellipj, ellipkm1

from campaign_effect.stats.models.clusters import UNIT
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.moments.arrays import Floats

NODES_PER_LOG = 1.4  # log(1e12) / (2 pi^2): the rule's relative error is then 1e-12
LEAST_VARIANCE = 1e-5  # of the cluster's largest: rows below change nothing visible
BLOCK_NODES = 256  # rows that meet all nodes at once


def inverse_root_product(Z: Floats, v: Floats, eigenvalues: Floats, Y: Floats) -> Floats:
    """Multiply a cluster's rows by the inverse root of their residuals' scaled covariance.

    Parameters
    ----------
    Z : ndarray, shape (m, p)
        Rows of the orthonormal weighted design, sqrt(w) X root; Z'Z is at most I.
    v : ndarray, shape (m,)
        Variance function of the rows, positive.
    eigenvalues, Y : ndarray, shapes (p,) and (p, p)
        Of Z'Z, from `numpy.linalg.eigh`.

    Returns
    -------
    ndarray, shape (m, p)
        G^(-1/2) Z with G = diag(v)^2 - diag(v) Z Z' diag(v). Where G is singular (a term
        that lives in this cluster alone), the root of its generalised inverse.

    Notes
    -----
    The adjustment matrix of CR2 is A = diag(v)^(1/2) G^(-1/2) diag(v)^(1/2) [1]_, as
    clubSandwich forms it for generalised linear models. The rule for the integral is
    method 3 of [2]_.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004
    .. [2] Hale, N., Higham, N. J., & Trefethen, L. N. (2008). Computing A^alpha, log(A), and
       related matrix functions by contour integrals. SIAM Journal on Numerical Analysis, 46,
       2505-2523. https://doi.org/10.1137/070700607

    Examples
    --------
    >>> Z = np.array([[0.6]])
    >>> inverse_root_product(Z, np.ones(1), *np.linalg.eigh(Z.T @ Z))
    array([[0.75]])
    """
    is_null = eigenvalues > UNIT
    if v.min() == v.max():
        factor = np.where(is_null, 0.0, 1 / np.sqrt(np.where(is_null, 1.0, 1 - eigenvalues)))
        return np.asarray(Z @ ((Y * factor) @ Y.T) / v[0])
    if len(v) <= Z.shape[1]:
        return _dense_product(Z, v, int(is_null.sum()))
    least = max(v.min(), LEAST_VARIANCE * v.max()) ** 2
    remaining = 1 - eigenvalues[~is_null].max(initial=0.0)
    nodes, coefficients = inverse_root_rule(least * remaining, v.max() ** 2)
    Z0 = _without_null(Z, v, Y[:, is_null])
    corrections = _node_corrections(Z, Z0, v, nodes) * coefficients[:, None, None]
    return _summed(Z, Z0, v, nodes, corrections)


def inverse_root_rule(low: float, high: float) -> tuple[Floats, Floats]:
    """Find nodes and coefficients with x^(-1/2) = sum of c / (t^2 + x) on an interval.

    Parameters
    ----------
    low, high : float
        Ends of the interval, positive.

    Returns
    -------
    nodes : ndarray, shape (N,)
        t^2, ascending.
    coefficients : ndarray, shape (N,)
        c.

    Notes
    -----
    t = sqrt(low) sc(u) with u at midpoints of (0, K'); nodes in the upper half mirror those
    in the lower, t -> sqrt(low high) / t, which keeps their digits.

    Examples
    --------
    >>> nodes, c = inverse_root_rule(1.0, 100.0)
    >>> round(float(np.sum(c / (nodes + 25.0))), 12)
    0.2
    """
    low = min(low, high * (1 - 1e-12))
    ratio = low / high
    n_half = int(np.ceil(NODES_PER_LOG * (3 - np.log(ratio)) / 2))
    quarter_period = ellipkm1(ratio)
    step = quarter_period / (2 * n_half)
    sn, cn, dn, _ = ellipj((np.arange(n_half) + 0.5) * step, 1 - ratio)
    t, slope = np.sqrt(low) * sn / cn, np.sqrt(low) * dn / cn**2
    mirrored = np.sqrt(low * high) / t
    nodes = np.concatenate([t, mirrored[::-1]]) ** 2
    slopes = np.concatenate([slope, (mirrored / t * slope)[::-1]])
    return nodes, 2 / np.pi * step * slopes


def _without_null(Z: Floats, v: Floats, Y: Floats) -> Floats:
    """Take from Z its part in the null space of G, spanned by Z Y / v."""
    if Y.shape[1] == 0:
        return Z
    N, _ = np.linalg.qr(Z @ Y / v[:, None])
    return np.asarray(Z - N @ (N.T @ Z))


def _node_corrections(Z: Floats, Z0: Floats, v: Floats, nodes: Floats) -> Floats:
    """Woodbury's (I - Z' v r v Z)^(-1) Z' v r Z0 with r = 1 / (t^2 + v^2), shape (N, p, p)."""
    N, p = len(nodes), Z.shape[1]
    gram, mixed = np.zeros((2, N * p, p))
    for rows in row_blocks(len(v), BLOCK_NODES):
        scaled = _scaled_by_nodes(Z[rows], v[rows], nodes)
        gram += scaled.T @ (v[rows, None] * Z[rows])
        mixed += scaled.T @ Z0[rows]
    return np.asarray(
        np.linalg.solve(np.eye(p) - gram.reshape(N, p, p), mixed.reshape(N, p, p))
    )


def _summed(Z: Floats, Z0: Floats, v: Floats, nodes: Floats, corrections: Floats) -> Floats:
    """Sum the integrand over the nodes, its diagonal part exactly: V^(-1) Z0."""
    stacked = corrections.reshape(-1, Z.shape[1])
    product = Z0 / v[:, None]
    for rows in row_blocks(len(v), BLOCK_NODES):
        product[rows] += _scaled_by_nodes(Z[rows], v[rows], nodes) @ stacked
    return product


def _scaled_by_nodes(Z: Floats, v: Floats, nodes: Floats) -> Floats:
    """Rows of Z times v / (t^2 + v^2) for every node, side by side, shape (m, N p)."""
    resolvents = v[:, None] / (nodes + v[:, None] ** 2)
    return np.asarray((resolvents[:, :, None] * Z[:, None, :]).reshape(len(v), -1))


def _dense_product(Z: Floats, v: Floats, n_null: int) -> Floats:
    """Form G itself where it has no more rows than Z has columns."""
    scaled = v[:, None] * Z
    eigenvalues, vectors = np.linalg.eigh(np.diag(v**2) - scaled @ scaled.T)
    kept = vectors[:, n_null:]
    return np.asarray(kept @ ((kept.T @ Z) / np.sqrt(eigenvalues[n_null:, None])))
