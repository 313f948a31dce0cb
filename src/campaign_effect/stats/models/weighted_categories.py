"""Ordered and multinomial models with probability weights, and their covariances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from campaign_effect.stats.models.category_covariance import (
    category_clusters,
    category_facts,
    cr_category_covariance,
    hc_category_covariance,
    information_of,
)
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.covariance import Covariance, Cr, DfRule, Hc
from campaign_effect.stats.models.cr2 import AdjustedBlocks
from campaign_effect.stats.models.links import LOGIT, Link
from campaign_effect.stats.models.multinomial import multinomial_maximum
from campaign_effect.stats.models.ordered import ordered_maximum
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered import partial_ordered_maximum
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.weighted import normed_weights
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

NONE = 1e-13  # an eigenvalue below this share of the largest is 0 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedCategoryFit:
    """A model of categories fitted by the weighted estimating equations of a survey.

    Attributes
    ----------
    fit : CategoryFit
        The model with the weights, to a mean of 1, as its counts; see
        `campaign_effect.stats.models.weighted.WeightedFit`.
    """

    fit: CategoryFit

    @property
    def weights(self) -> Floats:
        """Probability weights, to a mean of 1, shape (n,)."""
        return np.ones(len(self.fit.y)) if self.fit.counts is None else self.fit.counts

    @property
    def beta(self) -> Floats:
        """All parameters, shape (q,)."""
        return self.fit.theta

    @property
    def n_terms(self) -> int:
        """Columns of the design besides the constant."""
        is_ordered = isinstance(self.fit, OrderedFit | PartialOrderedFit)
        return int(self.fit.X.shape[1]) - (0 if is_ordered else 1)

    @property
    def influence(self) -> Floats:
        """What each answer adds to the parameters, weights included, shape (n, q)."""
        scores = self.weights[:, None] * self.fit.scores(slice(None))
        return np.asarray(scores @ self.fit.bread)

    @property
    def scaled(self) -> CategoryFit:
        """The model with an answer a row, its weight a factor of its log-likelihood.

        Right for HC0 to HC3, CR0 and CR1; not for what trusts its information.
        """
        w = self.weights
        return replace(
            self.fit,
            counts=None,
            slopes=frozen(w[:, None] * self.fit.slopes),
            curvatures=frozen(w[:, None, None] * self.fit.curvatures),
        )


def fit_weighted_ordered(
    X: Floats, y: Integers, weights: Floats, *, link: Link = LOGIT
) -> WeightedCategoryFit:
    """Fit an ordered logit or probit to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, y, link
        As in `fit_ordered`.
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter.

    Returns
    -------
    WeightedCategoryFit
        At the maximum of the weighted log-likelihood.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_ordered`.
    StatisticsError
        Likewise, or if a weight is not positive.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> y, weights = np.array([0, 1, 2, 1, 2, 2]), np.array([1.0, 1, 1, 2, 2, 2])
    >>> fit_weighted_ordered(X, y, weights).beta.round(3)
    array([ 1.85, -1.08,  1.08])
    """
    w = normed_weights(X, y.astype(np.float64), weights)
    return WeightedCategoryFit(fit=ordered_maximum(X, y, w, len(y), link))


def fit_weighted_partial_ordered(
    X: Floats, y: Integers, weights: Floats, *, free: Sequence[int]
) -> WeightedCategoryFit:
    """Fit a partial proportional odds logit to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, y, free
        As in `fit_partial_ordered`.
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter.

    Returns
    -------
    WeightedCategoryFit
        At the maximum of the weighted log-likelihood.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_partial_ordered`.
    StatisticsError
        Likewise, or if a weight is not positive.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> y, weights = np.array([0, 1, 2, 1, 0, 2]), np.array([1.0, 1, 1, 2, 2, 2])
    >>> abs(fit_weighted_partial_ordered(X, y, weights, free=[0]).beta[:2].round(6))
    array([0., 0.])
    """
    w = normed_weights(X, y.astype(np.float64), weights)
    fit = partial_ordered_maximum(X, y, w, len(y), free=free, link=LOGIT)
    return WeightedCategoryFit(fit=fit)


def fit_weighted_multinomial(X: Floats, y: Integers, weights: Floats) -> WeightedCategoryFit:
    """Fit a multinomial logit to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, y
        As in `fit_multinomial`; category 0 is the base.
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter.

    Returns
    -------
    WeightedCategoryFit
        At the maximum of the weighted log-likelihood.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_multinomial`.
    StatisticsError
        Likewise, or if a weight is not positive.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> y, weights = np.array([0, 0, 1, 2]), np.array([1.0, 1.0, 4.0, 2.0])
    >>> fit_weighted_multinomial(np.ones((4, 1)), y, weights).beta.round(4) + 0
    array([0.6931, 0.    ])
    """
    w = normed_weights(X, y.astype(np.float64), weights)
    return WeightedCategoryFit(fit=multinomial_maximum(X, y, w, len(y), 0))


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
