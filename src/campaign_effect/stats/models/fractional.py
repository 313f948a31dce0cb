"""Regression of a share, an outcome anywhere from 0 to 1, by quasi-likelihood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.bernoulli import fit_bernoulli
from campaign_effect.stats.models.design_matrix import check_answers
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD
from campaign_effect.stats.moments.arrays import Floats


def fit_fractional_logit(X: Floats, y: Floats, counts: Floats | None = None) -> Fit:
    """Fit a fractional logit by quasi-likelihood.

    Only the mean is modelled; use a robust covariance (HC or CR). The classic one rests on
    the variance being proportional to mu (1 - mu).

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, from 0 to 1 with both ends, complete.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.

    Returns
    -------
    Fit
        Coefficients in log odds of the mean. Its dispersion is Pearson's
        X^2 / (n - p); its log-likelihoods are the Bernoulli quasi-likelihoods.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_logit`.
    StatisticsError
        If a value is missing or infinite, or y lies outside 0 to 1.

    References
    ----------
    .. [1] Papke, L. E., & Wooldridge, J. M. (1996). Econometric methods for fractional
       response variables with an application to 401(k) plan participation rates. Journal of
       Applied Econometrics, 11, 619-632.
       https://doi.org/10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit_fractional_logit(X, np.array([0.1, 0.3, 0.6, 0.8])).mean.round(3)
    array([0.2, 0.2, 0.7, 0.7])
    """
    check_answers(X, y, counts)
    if np.any((y < 0) | (y > 1)):
        raise StatisticsError(
            "The outcome of a fractional logit must lie from 0 to 1.",
            received=f"values from {y.min():g} to {y.max():g}",
            hint="divide it by the largest value it can take.",
        )
    fit = fit_bernoulli(X, y, counts, LOGIT_LIKELIHOOD)
    squares = fit.residual**2 / fit.variance
    pearson = float(np.sum(squares if counts is None else counts * squares))
    return replace(fit, dispersion=pearson / fit.df_residual)
