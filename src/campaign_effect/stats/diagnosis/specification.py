"""Whether a model's terms overlap (VIF) and its form holds (link test)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.probit import fit_probit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

FITS = {IDENTITY.name: fit_ols, LOGIT.name: fit_logit, PROBIT.name: fit_probit}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation:
    """How much overlap with other terms inflates each term's variance.

    Attributes
    ----------
    gvif : ndarray, shape (t,)
        Generalised variance inflation factor; of a term of one column, the VIF.
    df : ndarray of int, shape (t,)
        Columns of each term.
    scaled : ndarray, shape (t,)
        gvif^(1 / (2 df)), comparable between terms: the inflation of a standard error.
    """

    gvif: Floats = field(compare=False)
    df: Integers = field(compare=False)
    scaled: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTest:
    """The outcome regressed on the linear predictor and its square.

    Attributes
    ----------
    beta, std_error : ndarray, shape (3,)
        Of the constant, the predictor and its square.
    statistic, p_value : float
        Test of the square: a small p speaks against link or terms.
    """

    beta: Floats = field(compare=False)
    std_error: Floats = field(compare=False)
    statistic: float
    p_value: float


def variance_inflation(vcov: Floats, terms: Sequence[Sequence[int]]) -> Inflation:
    """Measure how much terms overlap, from the covariance of their coefficients.

    Parameters
    ----------
    vcov : ndarray, shape (p, p)
        Covariance of the coefficients, of any model, in any units.
    terms : sequence of sequences of int
        Columns of each term (several for a factor), without the intercept's.

    Returns
    -------
    Inflation
        In the order of `terms`; 1 where a term is unrelated to the others.

    Raises
    ------
    StatisticsError
        If there are fewer than two terms.

    Notes
    -----
    det(R11) det(R22) / det(R), with R the correlations of the coefficients [1]_, as `vif` of
    R's car.

    References
    ----------
    .. [1] Fox, J., & Monette, G. (1992). Generalized collinearity diagnostics. Journal of the
       American Statistical Association, 87, 178-183.
       https://doi.org/10.1080/01621459.1992.10475190

    Examples
    --------
    >>> variance_inflation(np.diag([3.0, 1, 2]), [[1], [2]]).gvif
    array([1., 1.])
    """
    if len(terms) < 2:
        raise StatisticsError("Terms overlap only where there are two or more.")
    columns = np.concatenate([np.asarray(term) for term in terms])
    covariance = vcov[np.ix_(columns, columns)]
    scale = np.sqrt(np.diag(covariance))
    R = covariance / np.outer(scale, scale)
    sizes = np.array([len(term) for term in terms])
    ends = np.cumsum(sizes)
    gvif = np.empty(len(terms))
    for t, (end, size) in enumerate(zip(ends, sizes, strict=True)):
        own = (np.arange(len(R)) >= end - size) & (np.arange(len(R)) < end)
        parts = np.linalg.det(R[np.ix_(own, own)]) * np.linalg.det(R[np.ix_(~own, ~own)])
        gvif[t] = parts / np.linalg.det(R)
    return Inflation(gvif=frozen(gvif), df=frozen(sizes), scaled=frozen(gvif ** (0.5 / sizes)))


def link_test(fit: Fit) -> LinkTest:
    """Regress the outcome on the linear predictor and its square.

    Parameters
    ----------
    fit : Fit
        A linear, logit or probit model.

    Returns
    -------
    LinkTest
        By *z*, in linear models by *t*, with the classic covariance.

    Raises
    ------
    DependentColumnsError
        If the linear predictor takes two values, whose square says nothing new.

    References
    ----------
    .. [1] Pregibon, D. (1980). Goodness of link tests for generalized linear models. Applied
       Statistics, 29, 15-24. https://doi.org/10.2307/2346405

    Examples
    --------
    >>> X = np.column_stack([np.ones(8), np.arange(8.0)])
    >>> fit = fit_ols(X, np.arange(8.0) ** 2)
    >>> link_test(fit).p_value < 0.001
    True
    """
    eta = fit.X @ fit.beta
    scale = np.sqrt(np.mean(eta**2)) or 1.0  # so that the square is of like size
    e = eta / scale
    refit = FITS[fit.link.name](np.column_stack([np.ones(len(e)), e, e**2]), fit.y, fit.counts)
    units = np.array([1.0, scale, scale**2])
    errors = np.sqrt(refit.dispersion * np.diag(refit.bread))
    statistic = float(refit.beta[2] / errors[2])
    size = abs(statistic)
    tail = special.ndtr(-size) if np.isinf(refit.df) else special.stdtr(refit.df, -size)
    return LinkTest(
        beta=frozen(refit.beta / units),
        std_error=frozen(errors / units),
        statistic=statistic,
        p_value=float(2 * tail),
    )
