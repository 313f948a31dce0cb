"""Logistic regression of an outcome of 0 and 1."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.bernoulli import Derivatives, Likelihood, fit_bernoulli
from campaign_effect.stats.models.design_matrix import check_answers
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.moments.arrays import Floats


def fit_logit(X: Floats, y: Floats, counts: Floats | None = None) -> Fit:
    """Fit a logistic regression by maximum likelihood.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, 0 or 1, complete.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.

    Returns
    -------
    Fit
        Coefficients in log odds.

    Raises
    ------
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If y has one value.
    DependentColumnsError
        If columns of X are linear combinations of columns before them.
    ConvergenceError
        If the likelihood has no finite maximum, as under separation.
    StatisticsError
        If a value is missing or infinite, or y is not 0 or 1.

    Notes
    -----
    log L = sum of y eta - log(1 + exp(eta)), eta = X beta [1]_.

    References
    ----------
    .. [1] McCullagh, P., & Nelder, J. A. (1989). Generalized linear models (2nd ed.).
       Chapman & Hall. https://doi.org/10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3])).beta.round(4)
    array([-1.0986,  2.1972])
    """
    check_binary(X, y, counts)
    return fit_bernoulli(X, y, counts, LOGIT_LIKELIHOOD)


def check_binary(X: Floats, y: Floats, counts: Floats | None) -> int:
    """Refuse answers that no model of a binary outcome can be fitted to, and count them.

    Parameters
    ----------
    X, y, counts
        As in `fit_logit`.

    Returns
    -------
    int
        Answers.

    Raises
    ------
    StatisticsError, TooFewRowsError, NoVariationError
        As `fit_logit`.

    Examples
    --------
    >>> check_binary(np.ones((3, 1)), np.array([0.0, 1.0, 1.0]), None)
    3
    """
    n = check_answers(X, y, counts)
    if not np.all((y == 0) | (y == 1)):
        raise StatisticsError(
            "The outcome of a binary regression must be 0 or 1.",
            received=f"values from {y.min():g} to {y.max():g}",
        )
    return n


def _derivatives(y: Floats, eta: Floats) -> Derivatives:
    small = np.exp(-np.abs(eta))  # of the odds and their inverse, so that nothing overflows
    likelier = 1 / (1 + small)  # probability of the likelier side
    value = y * eta - np.maximum(eta, 0.0) - np.log1p(small)
    score = y - np.where(eta < 0, small * likelier, likelier)
    return value, score, small * likelier**2


LOGIT_LIKELIHOOD = Likelihood(
    link=LOGIT,
    start=lambda share: float(logit(share)),
    derivatives=_derivatives,
    variance=None,
)
