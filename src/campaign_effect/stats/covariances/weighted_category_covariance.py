"""Covariances of models of categories with probability weights."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.category_covariance import (
    category_clusters,
    category_facts,
    cr_category_covariance,
    hc_category_covariance,
    information_of,
)
from campaign_effect.stats.covariances.covariance import Covariance, Cr, DfRule, Hc
from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

NONE = 1e-13  # an eigenvalue below this share of the largest is 0 but for rounding


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
    With h_g a cluster's weighted information and K_g its information under squared weights,
    both in coordinates in which all h sum to I, and K the sum of K_g: the scores' residuals
    have the covariance B = K_g - h_g K_g - K_g h_g + h_g K h_g, and are multiplied by
    A = K_g^(1/2) (K_g^(1/2) B K_g^(1/2))^(-1/2) K_g^(1/2), for which A B A = K_g [1]_. With
    equal weights A is (I - h_g)^(-1/2), as in `cr_category_covariance`.

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
    blocks = _blocks(weighted, codes)
    return Covariance(
        kind=kind,
        matrix=frozen(blocks.covariance),
        df_rule=DfRule.SATTERTHWAITE,
        df=np.nan,
        clusters=blocks.facts,
        blocks=blocks,
    )


def _blocks(weighted: WeightedCategoryFit, codes: Integers) -> AdjustedBlocks:
    """Adjust every cluster's scores and find how they vary under the model."""
    fit, w = weighted.fit, weighted.weights
    clusters = category_clusters(fit, codes)
    rows = [clusters.rows(g) for g in range(clusters.n_clusters)]
    hats = np.array([information_of(fit, one, w) for one in rows])
    spread = np.array([information_of(fit, one, w**2) for one in rows])
    K = spread.sum(axis=0)
    C = np.linalg.cholesky(K)
    scores = np.array([w[one] @ fit.scores(one) for one in rows]) @ fit.root
    A = np.array([_adjustment(h, own, K) for h, own in zip(hats, spread, strict=True)])
    cross = np.linalg.solve(C, spread @ A)
    return AdjustedBlocks(
        root=fit.root,
        scores=frozen(np.einsum("gij,gj->gi", A, scores)),
        own=frozen(A @ spread @ A),
        cross=frozen(cross),
        facts=category_facts(weighted.scaled, clusters, np.linalg.eigvalsh(hats)),
        gained=frozen(C.T @ (hats @ A) - cross),
    )


def _adjustment(h: Floats, own: Floats, K: Floats) -> Floats:
    """Make A of a cluster; 0 in directions that it does not inform, or it alone informs."""
    B = own - h @ own - own @ h + h @ K @ h
    values, Y = np.linalg.eigh(own)
    root = (Y * np.sqrt(np.maximum(values, 0.0))) @ Y.T
    inner, vectors = np.linalg.eigh(root @ B @ root)
    is_null = inner <= NONE * max(values[-1] ** 2, 0.0)
    inverse = np.where(is_null, 0.0, 1 / np.sqrt(np.where(is_null, 1.0, inner)))
    return np.asarray(root @ (vectors * inverse) @ vectors.T @ root)
