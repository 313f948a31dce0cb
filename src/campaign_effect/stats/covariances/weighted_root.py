"""The adjustment of weighted CR2 without an m by m matrix.

With V the diagonal of a village's variance function, L its rows of the predictions' design and
R of the weighted scores', both in coordinates in which the bread is I, residuals have the
working covariance B = V - L (VR)' - VR L' + L K L'. The adjusted scores are

    F = V^(1/2) (V^(1/2) B V^(1/2))^(-1/2) V^(1/2) R,

and B is the diagonal V less U C U' with the 2p columns U = [L, VR] and C = [[-K, I], [I, 0]].
Where V is constant (linear models) the root acts in the columns of U alone; else the integral
of `inverse_root` is taken, each of whose integrands is a diagonal plus 2p columns (Woodbury).
"""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.inverse_root import LEAST_VARIANCE, inverse_root_rule
from campaign_effect.stats.models.clusters import UNIT
from campaign_effect.stats.moments.arrays import Booleans, Floats


def adjusted_scores(L: Floats, R: Floats, v: Floats, K: Floats) -> Floats:
    """Adjust the weighted scores of a village.

    Parameters
    ----------
    L : ndarray, shape (m, p)
        Rows of d mu / d eta X root.
    R : ndarray, shape (m, p)
        Rows of the weighted scores' design, w (d mu / d eta) / v X root.
    v : ndarray, shape (m,)
        Variance function of the rows, positive.
    K : ndarray, shape (p, p)
        Sum over all rows of v R R'.

    Returns
    -------
    ndarray, shape (m, p)
        F. Where a term lives in this village alone, by the generalised inverse root.

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
    >>> adjusted_scores(Z, Z, np.ones(1), np.eye(1))
    array([[0.75]])
    """
    values, Y = np.linalg.eigh(L.T @ R)
    is_null = values > UNIT
    p, scale = L.shape[1], np.sqrt(v)
    U = scale[:, None] * np.column_stack([L, v[:, None] * R])
    C = np.block([[-K, np.eye(p)], [np.eye(p), np.zeros((p, p))]])
    W = scale[:, None] * R
    if len(v) <= 2 * p:
        product = _dense(U, C, v, W, int(is_null.sum()))
    elif v.min() == v.max():
        product = _constant(U, C, float(v[0]), W, int(is_null.sum()))
    else:
        product = _integrated(U, C, v, _without_null(W, R, scale, Y, is_null))
    return np.asarray(scale[:, None] * product)


def _dense(U: Floats, C: Floats, v: Floats, W: Floats, n_null: int) -> Floats:
    """Form the matrix itself where it has no more rows than U has columns."""
    values, vectors = np.linalg.eigh(np.diag(v**2) - U @ C @ U.T)
    kept = vectors[:, n_null:]
    return np.asarray(kept @ ((kept.T @ W) / np.sqrt(values[n_null:, None])))


def _constant(U: Floats, C: Floats, v: float, W: Floats, n_null: int) -> Floats:
    """Take the root in the columns of U, among which those of W are."""
    Q, T = np.linalg.qr(U)
    values, vectors = np.linalg.eigh(v**2 * np.eye(len(T)) - T @ C @ T.T)
    kept = Q @ vectors[:, n_null:]
    return np.asarray(kept @ ((kept.T @ W) / np.sqrt(values[n_null:, None])))


def _without_null(W: Floats, R: Floats, scale: Floats, Y: Floats, is_null: Booleans) -> Floats:
    """Take from W its part in the null space, spanned by R Y / v^(1/2)."""
    if not is_null.any():
        return W
    N, _ = np.linalg.qr(R @ Y[:, is_null] / scale[:, None])
    return np.asarray(W - N @ (N.T @ W))


def _integrated(U: Floats, C: Floats, v: Floats, W: Floats) -> Floats:
    """Sum (t^2 I + V^2 - U C U')^(-1) W over the nodes; its diagonal part is V^(-1) W."""
    low, high = _spectrum(U, C, v)
    p = len(C) // 2
    inverse = np.block([[np.zeros((p, p)), np.eye(p)], [np.eye(p), -C[:p, :p]]])
    product = W / v[:, None]
    for node, coefficient in zip(*inverse_root_rule(low, high), strict=True):
        resolvent = 1 / (node + v**2)
        scaled = resolvent[:, None] * U
        inner = np.linalg.solve(inverse - U.T @ scaled, scaled.T @ W)
        product += coefficient * (scaled @ inner)
    return np.asarray(product)


def _spectrum(U: Floats, C: Floats, v: Floats) -> tuple[float, float]:
    """Bound the eigenvalues that are not zero: those of I - V^(-1) U C U' V^(-1) times v^2."""
    Q = np.asarray(np.linalg.qr(U / v[:, None], mode="r"))
    inner = np.linalg.eigvalsh(np.eye(len(Q)) - Q @ C @ Q.T)
    positive = inner[inner > 1 - UNIT]
    least = max(v.min(), LEAST_VARIANCE * v.max()) ** 2
    return (
        float(least * min(positive.min(initial=1.0), 1.0)),
        float(v.max() ** 2 * max(inner[-1], 1.0)),
    )
