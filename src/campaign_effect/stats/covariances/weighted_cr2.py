"""CR2 for models with probability weights: few villages, unequal chances.

A linearised covariance is too small with few villages, weighted or not. The adjustment here
is that of CR2 with the answers' own variance as the working model: a probability weight says
how many people an answer stands for, not how exact it is, so that the adjustment has no
low-rank form and is made with one m by m matrix per village.
"""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.covariance import Covariance, Cr, DfRule
from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.covariances.weighted_root import adjusted_scores
from campaign_effect.stats.models.clusters import (
    Clusters,
    check_codes,
    facts_of,
    group_rows,
)
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


def weighted_cr2(weighted: WeightedFit, codes: Integers) -> Covariance:
    """Estimate CR2 of a model with probability weights.

    Parameters
    ----------
    weighted : WeightedFit
        From `fit_weighted_ols` or `fit_weighted_logit`.
    codes : ndarray of int, shape (n,)
        Village of each answer.

    Returns
    -------
    Covariance
        Kind "CR2", with Satterthwaite's degrees of freedom.

    Raises
    ------
    SingleClusterError
        If there is one village.
    StatisticsError
        If codes and answers differ in number.

    Notes
    -----
    With residuals e, their working variances V, weights S, D = d mu / d eta and
    H = D X M X'S: scores X_g'S_g A_g e_g, A = V^(1/2) (V^(1/2) B V^(1/2))^(-1/2) V^(1/2),
    B the block of (I - H) V (I - H)' [1]_; clubSandwich's with `inverse_var = FALSE`.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.models.weighted import fit_weighted_ols
    >>> y, weights = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, 2.0, 2.0, 1.0])
    >>> fit = fit_weighted_ols(np.ones((4, 1)), y, weights)
    >>> weighted_cr2(fit, np.array([0, 0, 1, 1])).matrix.round(4)
    array([[1.7778]])
    """
    check_codes(weighted.fit, codes)
    clusters = group_rows(codes)
    blocks = _blocks(weighted, clusters)
    return Covariance(
        kind=Cr.CR2,
        matrix=frozen(blocks.covariance),
        df_rule=DfRule.SATTERTHWAITE,
        df=np.nan,
        clusters=blocks.facts,
        blocks=blocks,
    )


def _blocks(weighted: WeightedFit, clusters: Clusters) -> AdjustedBlocks:
    """Adjust every village's scores, in coordinates in which the bread is I.

    Omega_gh = [g = h] F'VF + a'K a - a'b - b'a with a = X'D F, b = X'S V F, and K the spread
    of the unadjusted scores; completing the square gives what is lost and what is gained.
    """
    fit, root = weighted.fit, np.linalg.cholesky(weighted.bread)
    S = weighted.weights * fit.slope / fit.variance
    scored, predicted = S[:, None] * (fit.X @ root), fit.slope[:, None] * (fit.X @ root)
    K = (scored * fit.variance[:, None]).T @ scored
    C = np.linalg.cholesky(K)
    G, p = clusters.n_clusters, fit.p
    scores, eigenvalues = np.empty((2, G, p))
    own, cross, gained = np.empty((3, G, p, p))
    for g in range(G):
        rows = clusters.rows(g)
        left, right, v = predicted[rows], scored[rows], fit.variance[rows]
        eigenvalues[g] = _hat_eigenvalues(left, right)
        F = adjusted_scores(left, right, v, K)
        scores[g] = fit.residual[rows] @ F
        own[g] = (v[:, None] * F).T @ F
        cross[g] = np.linalg.solve(C, (v[:, None] * right).T @ F)
        gained[g] = C.T @ (left.T @ F) - cross[g]
    return AdjustedBlocks(
        root=frozen(np.asarray(root)),
        scores=frozen(scores),
        own=frozen(own),
        cross=frozen(cross),
        facts=facts_of(weighted.scaled, clusters, eigenvalues),
        gained=frozen(gained),
    )


def _hat_eigenvalues(left: Floats, right: Floats) -> Floats:
    """Eigenvalues of a village's hat block, ascending, shape (p,)."""
    return np.asarray(np.linalg.eigvalsh(left.T @ right))
