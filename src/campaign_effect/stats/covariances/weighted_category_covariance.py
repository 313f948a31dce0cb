"""Covariances of models of categories with probability weights."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.category_covariance import (
    cr_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.cluster_information import BLOCK_ROWS, clusters_of
from campaign_effect.stats.covariances.covariance import Covariance, Cr, Hc, bias_reduced
from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.covariances.weighted_cr2 import VillageRows, blocks_of_villages
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Integers


def weighted_category_hc(weighted: WeightedCategoryFit, kind: Hc = Hc.HC3) -> Covariance:
    """Estimate a covariance that holds whatever the answers' variances are.

    Parameters
    ----------
    weighted : WeightedCategoryFit
        A model with probability weights.
    kind : Hc, default HC3
        As in `hc_category_covariance`.

    Returns
    -------
    Covariance
        Of the kind asked, for *z*.

    Examples
    --------
    >>> from campaign_effect.stats.models.weighted_categories import fit_weighted_multinomial
    >>> y, weights = np.array([0, 0, 1, 2]), np.array([1.0, 1.0, 4.0, 2.0])
    >>> fit = fit_weighted_multinomial(np.ones((4, 1)), y, weights)
    >>> weighted_category_hc(fit, Hc.HC0).matrix.shape
    (2, 2)
    """
    return hc_category_covariance(weighted.scaled, kind)


def weighted_category_cr(
    weighted: WeightedCategoryFit, codes: Integers, kind: Cr = Cr.CR2
) -> Covariance:
    """Estimate a covariance that holds however answers of a cluster depend on each other.

    Parameters
    ----------
    weighted : WeightedCategoryFit
        A model with probability weights.
    codes : ndarray of int, shape (n,)
        Cluster of each answer.
    kind : Cr, default CR2
        CR0 and CR1 as in `cr_category_covariance`.

    Returns
    -------
    Covariance
        With G - 1 degrees of freedom (CR0, CR1) or Satterthwaite's.

    Raises
    ------
    SingleClusterError, StatisticsError
        As `cr_category_covariance`.

    Notes
    -----
    CR2 is that of a linear model with the same weights, scores and information, whose rows
    B and residuals e are an answer's: B'B minus the second derivatives of its log-likelihood,
    B'e its score [1]_. Residuals have the working covariance I; see `weighted_cr2`. With equal
    weights the scores are multiplied by (I - hat)^(-1/2), as in `cr_category_covariance`.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.models.weighted_categories import fit_weighted_ordered
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> y, weights = np.array([0, 1, 2, 1, 2, 2]), np.array([1.0, 1, 1, 2, 2, 2])
    >>> fit = fit_weighted_ordered(X, y, weights)
    >>> weighted_category_cr(fit, np.array([1, 2, 3, 1, 2, 3]), Cr.CR1).df
    2.0
    """
    kind = Cr(kind)
    if kind is not Cr.CR2:
        return cr_category_covariance(weighted.scaled, codes, kind)
    return bias_reduced(_blocks(weighted, codes))


def _blocks(weighted: WeightedCategoryFit, codes: Integers) -> AdjustedBlocks:
    """Adjust every cluster's scores and find how they vary under the model."""
    fit = weighted.fit
    clusters = clusters_of(fit, codes)
    villages = [_rows_of(weighted, clusters.rows(g)) for g in range(clusters.n_clusters)]
    K = np.sum([one.scored.T @ one.scored for one in villages], axis=0)
    return blocks_of_villages(villages, clusters, K, fit.root)


def _rows_of(weighted: WeightedCategoryFit, rows: Integers) -> VillageRows:
    """Give a cluster's whitened rows, turned so that there are no more than 2q + 1 of them.

    The working covariance of whitened residuals is I, so that no turn changes anything.
    """
    fit, q = weighted.fit, weighted.fit.q
    turned = np.zeros((0, 2 * q + 1))
    for some in row_blocks(len(rows), BLOCK_ROWS):
        B, e = fit.whitened(rows[some])
        L = (B @ fit.root).reshape(-1, q)
        times = np.repeat(weighted.weights[rows[some]], e.shape[1])
        more = np.column_stack([L, times[:, None] * L, e.ravel()])
        turned = np.asarray(np.linalg.qr(np.vstack([turned, more]), mode="r"))
    return VillageRows(
        predicted=turned[:, :q],
        scored=turned[:, q:-1],
        variance=np.ones(len(turned)),
        residual=turned[:, -1],
    )
