"""A scale's one-factor model, and omega with its interval."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.items.checks import check_counts, check_covariance
from campaign_effect.stats.items.factors import extract_factors
from campaign_effect.stats.moments.arrays import Floats, frozen

SMALL_STEP = 1e-12
MAX_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFactor:
    """One factor of variance 1 behind all items, by maximum likelihood.

    Attributes
    ----------
    loadings, residual_variances : ndarray, shape (k,)
        In the items' own units.
    vcov : ndarray, shape (2 k, 2 k)
        Covariances of the estimates: loadings, then residual variances.
    is_bounded : bool
        Whether a residual variance stands at its bound, .005 of the item's variance.
    """

    loadings: Floats = field(compare=False)
    residual_variances: Floats = field(compare=False)
    vcov: Floats = field(compare=False)
    is_bounded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Omega:
    """McDonald's omega of a one-factor model.

    Attributes
    ----------
    omega, std_error, conf_low, conf_high : float
        Estimate, delta-method standard error and normal interval.
    n : float
        Respondents.
    k : int
        Items.
    is_bounded : bool
        Whether the model has an improper solution, kept at its bound.
    """

    omega: float
    std_error: float
    conf_low: float
    conf_high: float
    n: float
    k: int
    is_bounded: bool


def fit_one_factor(covariance: ArrayLike, *, n: float) -> OneFactor:
    """Fit one factor to the covariances of items by maximum likelihood.

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        With n - 1 in its denominator; k >= 3.
    n : float
        Respondents.

    Returns
    -------
    OneFactor

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError, CollinearityError, ConvergenceError
        If the items have no such model.

    Notes
    -----
    Estimates are those of the covariance with n in its denominator (lavaan); standard errors
    from the expected information [1]_.

    References
    ----------
    .. [1] Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood
       factor analysis. Psychometrika, 34, 183-202. https://doi.org/10.1007/BF02289343

    Examples
    --------
    >>> S = np.full((3, 3), 0.49) + 0.51 * np.eye(3)
    >>> fit_one_factor(S, n=1_000_000).loadings.round(3)
    array([0.7, 0.7, 0.7])
    """
    S = check_covariance(covariance, min_items=3) * (n - 1) / n
    check_counts(n, len(S))
    deviations = np.sqrt(np.diagonal(S))
    R = S / np.outer(deviations, deviations)
    found = extract_factors(R, 1, method="ml")
    loadings = deviations * found.loadings[:, 0]
    residuals = deviations**2 * found.uniquenesses
    information = n * _expected_information(loadings, residuals)
    return OneFactor(
        loadings=frozen(loadings),
        residual_variances=frozen(residuals),
        vcov=frozen(np.asarray(np.linalg.inv(information), dtype=np.float64)),
        is_bounded=found.is_bounded,
    )


def mcdonald_omega(covariance: ArrayLike, *, n: float, level: float = 0.95) -> Omega:
    """Estimate McDonald's omega of a sum of items with its interval.

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        With n - 1 in its denominator; k >= 3.
    n : float
        Respondents.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Omega

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError, CollinearityError, ConvergenceError
        If the items have no one-factor model.

    Notes
    -----
    (sum of loadings)^2 / ((sum of loadings)^2 + sum of residual variances) of the maximum
    likelihood solution [1]_, its variance by the delta method [2]_.

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.
    .. [2] Raykov, T. (2002). Analytic estimation of standard error and confidence interval
       for scale reliability. Multivariate Behavioral Research, 37, 89-103.
       https://doi.org/10.1207/S15327906MBR3701_04

    Examples
    --------
    >>> S = np.full((3, 3), 0.49) + 0.51 * np.eye(3)
    >>> round(mcdonald_omega(S, n=200).omega, 3)
    0.742
    """
    fit = fit_one_factor(covariance, n=n)
    total, error = fit.loadings.sum(), fit.residual_variances.sum()
    variance = total**2 + error
    omega = total**2 / variance
    k = len(fit.loadings)
    by_loading, by_residual = 2 * total * error / variance**2, -(total**2) / variance**2
    gradient = np.repeat([by_loading, by_residual], k)
    std_error = float(np.sqrt(gradient @ fit.vcov @ gradient))
    half = special.ndtri((1 + level) / 2) * std_error
    return Omega(
        omega=float(omega),
        std_error=std_error,
        conf_low=float(omega - half),
        conf_high=float(omega + half),
        n=n,
        k=k,
        is_bounded=fit.is_bounded,
    )


def omega_if_dropped(covariance: ArrayLike, *, n: float) -> Floats:
    """Estimate McDonald's omega of the scale without each item.

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        With n - 1 in its denominator; k >= 4, since three items must be left.
    n : float
        Respondents.

    Returns
    -------
    ndarray of float, shape (k,)

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError, CollinearityError, ConvergenceError
        If what is left has no one-factor model.

    Examples
    --------
    >>> S = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> omega_if_dropped(S, n=200).round(3)
    array([0.742, 0.742, 0.742, 0.742])
    """
    S = check_covariance(covariance, min_items=4)
    others = [np.delete(np.arange(len(S)), item) for item in range(len(S))]
    return np.array([mcdonald_omega(S[np.ix_(left, left)], n=n).omega for left in others])


def fit_one_factor_weighted(correlations: ArrayLike, std_errors: ArrayLike) -> Floats:
    """Fit one factor to polychoric correlations by diagonally weighted least squares.

    Parameters
    ----------
    correlations : array_like of float, shape (k, k)
        Polychoric correlations; k >= 3.
    std_errors : array_like of float, shape (k, k)
        Their standard errors: each correlation is weighted by 1 / variance.

    Returns
    -------
    ndarray of float, shape (k,)
        Standardised loadings, as DWLS and WLSMV estimate them; their sum is positive.

    Raises
    ------
    TooFewItemsError, CollinearityError, ConvergenceError
        If the items have no such model.

    References
    ----------
    .. [1] Muthén, B., du Toit, S. H. C., & Spisic, D. (1997). Robust inference using weighted
       least squares and quadratic estimating equations in latent variable modeling with
       categorical and continuous outcomes. Unpublished technical report.

    Examples
    --------
    >>> R = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> fit_one_factor_weighted(R, np.full((4, 4), 0.03)).round(3)
    array([0.7, 0.7, 0.7, 0.7])
    """
    R = check_covariance(correlations, min_items=3)
    k = len(R)
    first, second = np.triu_indices(k, 1)
    r = R[first, second]
    roots = 1 / np.asarray(std_errors, dtype=np.float64)[first, second]
    loadings = extract_factors(R, 1).loadings[:, 0]
    pairs = np.arange(len(r))
    for _ in range(MAX_STEPS):
        D = np.zeros((len(r), k))
        D[pairs, first], D[pairs, second] = loadings[second], loadings[first]
        residuals = roots * (r - loadings[first] * loadings[second])
        step = np.linalg.lstsq(roots[:, None] * D, residuals)[0]
        loadings = loadings + step
        if np.abs(step).max() < SMALL_STEP:
            return np.asarray(loadings * np.where(loadings.sum() < 0, -1.0, 1.0))
    raise ConvergenceError(
        "One factor does not fit these polychoric correlations.",
        received=f"a step of {np.abs(step).max():.1e} after {MAX_STEPS} steps",
        hint="look for items that hardly correlate with the others.",
    )


def _expected_information(loadings: Floats, residuals: Floats) -> Floats:
    """Information of one row about loadings and residual variances."""
    A = np.linalg.inv(np.outer(loadings, loadings) + np.diag(residuals))
    a = A @ loadings
    of_loadings = (loadings @ a) * A + np.outer(a, a)
    across = A * a
    return np.block([[of_loadings, across], [across.T, A**2 / 2]])
