"""Average effects on the probability of each category, with their analytic gradients.

As in `margins`: the caller builds the counterfactual designs, and the standard error is the
delta method's with any covariance. The effects on all categories sum to 0.
"""

from __future__ import annotations

from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.margins import Margin, row_shares
from campaign_effect.stats.moments.arrays import Floats


def average_shares(
    fit: CategoryFit, X: Floats | None = None, weights: Floats | None = None
) -> tuple[Margin, ...]:
    """Average the predicted probability of each category.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model of K categories.
    X : ndarray, shape (m, p), optional
        Design to predict at; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    tuple of Margin, length K
        mean(P(y = k)), in [0, 1]; they sum to 1.

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x, y = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([0, 1, 2, 1, 2, 2])
    >>> fit = fit_ordered(x, y)
    >>> round(sum(margin.estimate for margin in average_shares(fit)), 6)
    1.0
    """
    X = fit.X if X is None else X
    return fit.mean_shares(X, row_shares(fit.X.shape[1], fit.counts, weights, X))


def average_share_contrasts(
    fit: CategoryFit, X1: Floats, X0: Floats, weights: Floats | None = None
) -> tuple[Margin, ...]:
    """Average the difference between two counterfactual probabilities of each category.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model of K categories.
    X1, X0 : ndarray, shape (m, p)
        Designs in which everybody has the one value and the other.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    tuple of Margin, length K
        mean(P(y = k | X1) - P(y = k | X0)).

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x, y = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([0, 1, 2, 1, 2, 2])
    >>> contrasts = average_share_contrasts(fit_ordered(x, y), x * 0 + 1, x * 0)
    >>> [round(margin.estimate, 3) for margin in contrasts]
    [-0.217, -0.189, 0.406]
    """
    ones, zeros = average_shares(fit, X1, weights), average_shares(fit, X0, weights)
    return tuple(one - zero for one, zero in zip(ones, zeros, strict=True))


def average_share_slopes(
    fit: CategoryFit, derivative: Floats, X: Floats | None = None, weights: Floats | None = None
) -> tuple[Margin, ...]:
    """Average the derivative of each category's probability by a continuous variable.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model of K categories.
    derivative : ndarray, shape (m, p)
        dX/dx, row by row, as in `margins.average_slope`.
    X : ndarray, shape (m, p), optional
        Design at which; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    tuple of Margin, length K
        mean(dP(y = k)/dx).

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> fit = fit_ordered(np.array([[0.0], [1], [2], [3], [4]]), np.array([0, 1, 0, 1, 1]))
    >>> slopes = average_share_slopes(fit, np.ones((5, 1)))
    >>> round(slopes[0].estimate + slopes[1].estimate, 6)
    0.0
    """
    X = fit.X if X is None else X
    return fit.mean_slopes(
        X, derivative, row_shares(fit.X.shape[1], fit.counts, weights, X, derivative)
    )
