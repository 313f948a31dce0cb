"""Residuals, leverage and influence of single answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import xlogy

from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What each answer does to the fit; of a row with counts, one of its answers.

    Attributes
    ----------
    hat : ndarray, shape (n_rows,)
        Leverage, in [0, 1]; over all answers they sum to p.
    pearson : ndarray, shape (n_rows,)
        Residual over the root of the variance function.
    deviance : ndarray, shape (n_rows,)
        Signed root of the answer's part of the deviance.
    standardised : ndarray, shape (n_rows,)
        Pearson residuals over their standard error, sqrt(dispersion (1 - hat)).
    studentised : ndarray, shape (n_rows,)
        As if the answer had been left out: exactly in linear models, else Williams's
        approximation.
    cook : ndarray, shape (n_rows,)
        Cook's distance: how far the coefficients move without the answer.
    """

    hat: Floats = field(compare=False)
    pearson: Floats = field(compare=False)
    deviance: Floats = field(compare=False)
    standardised: Floats = field(compare=False)
    studentised: Floats = field(compare=False)
    cook: Floats = field(compare=False)


def influence(fit: Fit) -> Influence:
    """Measure residuals, leverage and influence.

    Parameters
    ----------
    fit : Fit
        A linear model, or one of an outcome from 0 to 1.

    Returns
    -------
    Influence
        As `rstandard`, `rstudent`, `hatvalues` and `cooks.distance` of R; nan for residuals
        of an answer with leverage 1.

    References
    ----------
    .. [1] Williams, D. A. (1987). Generalized linear model diagnostics using the deviance and
       single case deletions. Applied Statistics, 36, 181-191.
       https://doi.org/10.2307/2347550
    .. [2] Cook, R. D. (1977). Detection of influential observation in linear regression.
       Technometrics, 19, 15-18. https://doi.org/10.1080/00401706.1977.10489493

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(5), [0.0, 1, 2, 3, 9]])
    >>> influence(fit_ols(X, np.array([0.0, 1, 2, 3, 3]))).hat.round(2)
    array([0.38, 0.28, 0.22, 0.2 , 0.92])
    """
    Z = fit.X @ fit.root
    hat = fit.weights * np.einsum("ij,ij->i", Z, Z)
    free = np.where(hat < 1 - 1e-10, 1 - hat, np.nan)
    pearson = fit.residual / np.sqrt(fit.variance)
    deviance = np.sign(fit.residual) * np.sqrt(_unit_deviance(fit))
    standardised = pearson / np.sqrt(fit.dispersion * free)
    return Influence(
        hat=frozen(hat),
        pearson=frozen(pearson),
        deviance=frozen(deviance),
        standardised=frozen(standardised),
        studentised=frozen(_studentised(fit, standardised, deviance, hat / free * pearson**2)),
        cook=frozen(standardised**2 * hat / (free * fit.p)),
    )


def _unit_deviance(fit: Fit) -> Floats:
    """Each answer's part of the deviance, at least 0."""
    if fit.link is IDENTITY:
        return fit.residual**2
    y, mean = fit.y, fit.mean
    own = xlogy(y, y) + xlogy(1 - y, 1 - y)
    return np.asarray(np.maximum(2 * (own - xlogy(y, mean) - xlogy(1 - y, 1 - mean)), 0.0))


def _studentised(fit: Fit, standardised: Floats, deviance: Floats, pull: Floats) -> Floats:
    """Residuals as if their answer had been left out."""
    if fit.link is not IDENTITY:
        return np.asarray(np.sign(deviance) * np.sqrt(deviance**2 + pull))
    df = fit.df_residual
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(standardised * np.sqrt((df - 1) / (df - standardised**2)))
