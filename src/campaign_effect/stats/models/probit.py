"""Probit regression of an outcome of 0 and 1."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from campaign_effect.stats.models.bernoulli import Derivatives, Likelihood, fit_bernoulli
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import PROBIT
from campaign_effect.stats.models.logit import check_binary
from campaign_effect.stats.moments.arrays import Floats

LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


def fit_probit(X: Floats, y: Floats, counts: Floats | None = None) -> Fit:
    """Fit a probit regression by maximum likelihood.

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
        Coefficients in standard deviations of the latent variable. Its bread is the inverse
        of the expected information, as in R's `glm`; statsmodels inverts the observed one.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError,
    StatisticsError
        As `fit_logit`.

    Notes
    -----
    P(y = 1) = Phi(X beta) [1]_.

    References
    ----------
    .. [1] McCullagh, P., & Nelder, J. A. (1989). Generalized linear models (2nd ed.).
       Chapman & Hall. https://doi.org/10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit_probit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3])).beta.round(4)
    array([-0.6745,  1.349 ])
    """
    check_binary(X, y, counts)
    return fit_bernoulli(X, y, counts, PROBIT_LIKELIHOOD)


def _derivatives(y: Floats, eta: Floats) -> Derivatives:
    """With m the inverse Mills ratio of the side answered: m and m (m + side eta)."""
    side = 2 * y - 1
    logs = log_ndtr(side * eta)
    mills = np.exp(-0.5 * eta**2 - LOG_ROOT_TWO_PI - logs)
    return logs, side * mills, mills * (mills + side * eta)


def _variance(eta: Floats) -> Floats:
    return np.asarray(ndtr(eta) * ndtr(-eta))


PROBIT_LIKELIHOOD = Likelihood(
    link=PROBIT,
    start=lambda share: float(ndtri(share)),
    derivatives=_derivatives,
    variance=_variance,
)
