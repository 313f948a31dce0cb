"""Ordered and multinomial models with probability weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.links import LOGIT, Link
from campaign_effect.stats.models.multinomial import multinomial_maximum
from campaign_effect.stats.models.ordered import ordered_maximum
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered import partial_ordered_maximum
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.weighted import normed_weights
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


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
        return self.fit.times

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
        At the maximum of the weighted log-likelihood [1]_.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_ordered`, or if a weight is not positive.

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
    return WeightedCategoryFit(fit=ordered_maximum(X, y, w, link=link))


def fit_weighted_partial_ordered(
    X: Floats, y: Integers, weights: Floats, *, free: Sequence[int]
) -> WeightedCategoryFit:
    """Fit a partial proportional odds logit to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, y, free
        As in `fit_partial_ordered`.
    weights
        As in `fit_weighted_ordered`.

    Returns
    -------
    WeightedCategoryFit
        As of `fit_weighted_ordered`.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_partial_ordered`, or if a weight is not positive.

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> y, weights = np.array([0, 1, 2, 1, 0, 2]), np.array([1.0, 1, 1, 2, 2, 2])
    >>> abs(fit_weighted_partial_ordered(X, y, weights, free=[0]).beta[:2].round(6))
    array([0., 0.])
    """
    w = normed_weights(X, y.astype(np.float64), weights)
    fit = partial_ordered_maximum(X, y, w, free=free, link=LOGIT)
    return WeightedCategoryFit(fit=fit)


def fit_weighted_multinomial(X: Floats, y: Integers, weights: Floats) -> WeightedCategoryFit:
    """Fit a multinomial logit to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, y
        As in `fit_multinomial`; category 0 is the base.
    weights
        As in `fit_weighted_ordered`.

    Returns
    -------
    WeightedCategoryFit
        As of `fit_weighted_ordered`.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError, StatisticsError
        As `fit_multinomial`, or if a weight is not positive.

    Examples
    --------
    >>> y, weights = np.array([0, 0, 1, 2]), np.array([1.0, 1.0, 4.0, 2.0])
    >>> fit_weighted_multinomial(np.ones((4, 1)), y, weights).beta.round(4) + 0
    array([0.6931, 0.    ])
    """
    w = normed_weights(X, y.astype(np.float64), weights)
    return WeightedCategoryFit(fit=multinomial_maximum(X, y, w, base=0))
