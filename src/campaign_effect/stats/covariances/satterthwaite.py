"""Satterthwaite's degrees of freedom for any contrast under CR2."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.moments.arrays import Floats


def satterthwaite_df(blocks: AdjustedBlocks, contrasts: Floats) -> Floats:
    """Match a chi-square to the CR2 variance of each contrast.

    Parameters
    ----------
    blocks : AdjustedBlocks
        From `adjusted_blocks`.
    contrasts : ndarray, shape (k, p)
        One contrast of coefficients (or gradient of a quantity) a row.

    Returns
    -------
    ndarray, shape (k,)
        Degrees of freedom, from about 1 to G - 1; nan for a contrast whose variance is
        zero under the working model.

    Notes
    -----
    2 E(v)^2 / var(v) of v, the CR2 variance, under normal errors [1]_: v is a quadratic
    form whose G by G matrix is Omega = diag(own) - d d', and df = tr(Omega)^2 / tr(Omega^2).

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.covariances.cr2 import adjusted_blocks
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((6, 1)), np.arange(6.0))
    >>> blocks = adjusted_blocks(fit, group_rows(np.array([0, 0, 1, 1, 2, 2])))
    >>> satterthwaite_df(blocks, np.eye(1)).round(6)
    array([2.])
    """
    directions = blocks.root.T @ contrasts.T  # (p, k)
    own = np.einsum("pk,gpk->gk", directions, blocks.own @ directions)
    d, signs = blocks.shared(directions)  # (G, r, k)
    lost = np.einsum("r,grk,grk->gk", signs, d, d)
    overlap = np.einsum("gpk,gqk->kpq", d, d, optimize=True)
    both = np.einsum("p,q,kpq->k", signs, signs, overlap**2)
    trace = np.sum(own - lost, axis=0)
    squares = np.sum(own**2 - 2 * own * lost, axis=0) + both
    is_known = squares > 0
    return np.where(is_known, trace**2 / np.where(is_known, squares, 1.0), np.nan)
