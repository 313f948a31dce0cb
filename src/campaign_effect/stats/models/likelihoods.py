"""The log-likelihood of a model at other coefficients than its own."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats


def log_likelihood_at(fit: Fit, beta: Floats, variance: float) -> float:
    """Give the log-likelihood of a linear or binary model at given parameters.

    Parameters
    ----------
    fit : Fit
        Its design and outcome; 0 and 1 unless the link is the identity.
    beta : ndarray, shape (p,)
        Coefficients.
    variance : float
        Of the residuals of a linear model; not used else.

    Returns
    -------
    float
        Of normal residuals, or of independent binary answers.

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> fit = fit_logit(np.ones((4, 1)), np.array([0.0, 0.0, 1.0, 1.0]))
    >>> round(float(log_likelihood_at(fit, np.zeros(1), 1.0) / np.log(2)), 6)
    -4.0
    """
    mean = fit.link.mean(fit.X @ beta)
    if fit.link is IDENTITY:
        squares = float(fit.times @ (fit.y - mean) ** 2)
        return float(-0.5 * (fit.n * np.log(2 * np.pi * variance) + squares / variance))
    return float(fit.times @ (xlogy(fit.y, mean) + xlogy(1 - fit.y, 1 - mean)))


def residual_variance(fit: Fit) -> float:
    """Estimate the residual variance of a linear model by maximum likelihood."""
    return float(fit.times @ fit.residual**2) / fit.n
