"""A model of categories fitted again with other weights of its answers."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.multinomial import multinomial_maximum
from campaign_effect.stats.models.multinomial_fit import MultinomialFit
from campaign_effect.stats.models.ordered import ordered_maximum
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered import partial_ordered_maximum
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.moments.arrays import Booleans, Floats


def refit_categories(fit: CategoryFit, times: Floats) -> Floats:
    """Estimate the parameters of a model of categories again with other weights.

    Parameters
    ----------
    fit : CategoryFit
        An ordered, partial ordered or multinomial model.
    times : ndarray, shape (n_rows, B)
        Weights in place of the fit's counts, a column per set; 0 leaves a row out.

    Returns
    -------
    ndarray, shape (B, q)
        Parameters; nan where a set leaves a category without answers, or its model has no
        finite or no unique estimate.

    Notes
    -----
    Newton's method from the fit's parameters, to the end.

    Examples
    --------
    >>> fit = multinomial_maximum(np.ones((4, 1)), np.array([0, 0, 1, 1]), None, base=0)
    >>> times = np.array([[1.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
    >>> refit_categories(fit, times).round(4)
    array([[0.6931],
           [   nan]])
    """
    found = np.full((times.shape[1], fit.q), np.nan)
    for b, weights in enumerate(times.T):
        kept = weights > 0
        if len(np.unique(fit.y[kept])) < fit.n_categories:
            continue
        try:
            found[b] = _maximum(fit, kept, weights[kept] / weights[kept].mean()).theta
        except StatisticsError:
            continue
    return found


def _maximum(fit: CategoryFit, kept: Booleans, weights: Floats) -> CategoryFit:
    X, y = fit.X[kept], fit.y[kept]
    if isinstance(fit, MultinomialFit):
        return multinomial_maximum(X, y, weights, base=fit.base, start=fit.theta)
    if isinstance(fit, PartialOrderedFit):
        free, link = fit.free, fit.link
        return partial_ordered_maximum(X, y, weights, free=free, link=link, start=fit.theta)
    if isinstance(fit, OrderedFit):
        return ordered_maximum(X, y, weights, link=fit.link, start=fit.theta)
    raise TypeError(f"{type(fit).__name__} is no model of categories that is refitted.")
