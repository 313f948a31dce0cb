"""CR2 for models with probability weights: few villages, unequal chances.

A linearised covariance is too small with few villages, weighted or not. The adjustment here
is that of CR2 with the answers' own variance as the working model: a probability weight says
how many people an answer stands for, not how exact it is, so that the adjustment has no
low-rank form and is made with one m by m matrix per village.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.covariances.covariance import Covariance, bias_reduced
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


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageRows:
    """One village's rows of a weighted model.

    Attributes
    ----------
    predicted : ndarray, shape (m, p)
        D = d mu / d eta X.
    scored : ndarray, shape (m, p)
        The design of the scores, S X with S = weight d mu / d eta / v.
    variance : ndarray, shape (m,)
        Working variances v of the residuals.
    residual : ndarray, shape (m,)
        y - mu.
    """

    predicted: Floats = field(repr=False)
    scored: Floats = field(repr=False)
    variance: Floats = field(repr=False)
    residual: Floats = field(repr=False)


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
    return bias_reduced(_blocks(weighted, clusters))


def _blocks(weighted: WeightedFit, clusters: Clusters) -> AdjustedBlocks:
    """Adjust every village's scores, in coordinates in which the bread is I."""
    fit, root = weighted.fit, np.asarray(np.linalg.cholesky(weighted.bread))
    S = weighted.weights * fit.slope / fit.variance
    scored, predicted = S[:, None] * (fit.X @ root), fit.slope[:, None] * (fit.X @ root)
    K = (scored * fit.variance[:, None]).T @ scored
    villages = (
        VillageRows(
            predicted=predicted[rows],
            scored=scored[rows],
            variance=fit.variance[rows],
            residual=fit.residual[rows],
        )
        for rows in map(clusters.rows, range(clusters.n_clusters))
    )
    return blocks_of_villages(villages, clusters, K, root)


def blocks_of_villages(
    villages: Iterable[VillageRows], clusters: Clusters, K: Floats, root: Floats
) -> AdjustedBlocks:
    """Adjust villages' scores and find how they vary under the working model.

    Parameters
    ----------
    villages : iterable of VillageRows
        In coordinates in which the bread is I.
    clusters : Clusters
        The answers by village.
    K : ndarray, shape (p, p)
        The spread of the unadjusted scores, X'S V S X summed over all villages.
    root : ndarray, shape (p, p)
        The root of the bread that gives those coordinates.

    Returns
    -------
    AdjustedBlocks

    Notes
    -----
    Omega_gh = [g = h] F'VF + a'K a - a'b - b'a with a = X'D F, b = X'S V F; completing the
    square gives what is lost and what is gained.

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> Z, e = np.full((2, 1), 0.5), np.array([1.0, -0.5])
    >>> rows = [VillageRows(predicted=Z, scored=Z, variance=np.ones(2), residual=e)] * 2
    >>> clusters = group_rows(np.array([1, 1, 2, 2]))
    >>> blocks_of_villages(rows, clusters, np.eye(1), np.eye(1)).covariance.round(4)
    array([[0.25]])
    """
    C = np.linalg.cholesky(K)
    scores, own, cross, gained, hats = [], [], [], [], []
    for one in villages:
        L, R, v = one.predicted, one.scored, one.variance
        hats.append(L.T @ R)
        F = adjusted_scores(L, R, v, K)
        scores.append(one.residual @ F)
        own.append((v[:, None] * F).T @ F)
        cross.append(np.linalg.solve(C, (v[:, None] * R).T @ F))
        gained.append(C.T @ (L.T @ F) - cross[-1])
    return AdjustedBlocks(
        root=frozen(root),
        scores=frozen(np.array(scores)),
        own=frozen(np.array(own)),
        cross=frozen(np.array(cross)),
        facts=facts_of(clusters, None, np.array(hats)),
        gained=frozen(np.array(gained)),
    )
