"""Cronbach's alpha and its companions, from a covariance matrix or from answers.

Every coefficient takes a stack of matrices as well as one, so that a thousand bootstrap
replicates cost one call.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from campaign_effect.errors import NoVariationError
from campaign_effect.stats.items.checks import check_counts, check_covariance, check_scores
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Coefficient alpha of a scale, its interval, and what each item adds to it.

    Attributes
    ----------
    alpha, conf_low, conf_high : float
        Estimate and Feldt's bounds; at most 1, negative where items oppose each other.
    alpha_standardised : float
        Alpha of the correlation matrix.
    average_r : float
        Mean correlation between two items.
    item_total_r : ndarray, shape (k,)
        Correlation of each item with the sum of all items.
    item_rest_r : ndarray, shape (k,)
        Correlation of each item with the sum of the others (corrected item-total); nan
        where the others' sum does not vary.
    alpha_if_dropped : ndarray, shape (k,), or None
        Alpha of the other items; None where k = 2, since one item has no alpha.
    n : float
        Respondents (their summed weights where the covariance is weighted).
    k : int
        Items.
    """

    alpha: float
    conf_low: float
    conf_high: float
    alpha_standardised: float
    average_r: float
    item_total_r: Floats = field(compare=False)
    item_rest_r: Floats = field(compare=False)
    alpha_if_dropped: Floats | None = field(compare=False)
    n: float
    k: int


def cronbach_alpha(scores: ArrayLike, *, level: float = 0.95) -> Alpha:
    """Estimate coefficient alpha of complete answers, with Feldt's interval.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete answers: n respondents by k items, reverse-keyed items already turned.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Alpha
        Estimate, bounds and item statistics, with the n and k actually used.

    Raises
    ------
    TooFewItemsError
        If k < 2.
    TooFewRowsError
        If n < 2.
    NoVariationError
        If an item is constant (its position is in ``items``), or the sum of all items is.

    Notes
    -----
    alpha = k / (k - 1) * (1 - sum of item variances / variance of the sum) [1]_; the
    interval is that of `feldt_interval`.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
       Psychometrika, 16, 297-334. https://doi.org/10.1007/BF02310555

    Examples
    --------
    >>> round(cronbach_alpha([[1, 2], [2, 3], [3, 5]]).alpha, 3)
    0.947
    """
    X = check_scores(scores)
    return alpha_from_covariance(np.cov(X, rowvar=False), n=len(X), level=level)


def alpha_from_covariance(covariance: ArrayLike, *, n: float, level: float = 0.95) -> Alpha:
    """Estimate coefficient alpha from a covariance matrix and the number of answers.

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        Covariances of the items, weighted or pairwise if so chosen.
    n : float
        Respondents behind it, at least 2.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Alpha

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError
        As in `cronbach_alpha`.

    Examples
    --------
    >>> round(alpha_from_covariance([[1, 0.5], [0.5, 1]], n=100).alpha, 3)
    0.667
    """
    S = check_covariance(covariance)
    k = S.shape[-1]
    check_counts(n, k)
    if S.sum() <= 1e-12 * np.trace(S):
        raise NoVariationError(
            "The sum of the items does not vary: their answers cancel out.",
            hint="name the reverse-keyed items in the schema, so that they are turned.",
        )
    alpha = float(coefficient_alpha(S))
    low, high = feldt_interval(alpha, n=n, k=k, level=level)
    r = average_correlation(S)
    return Alpha(
        alpha=alpha,
        conf_low=float(low),
        conf_high=float(high),
        alpha_standardised=float(k * r / (1 + (k - 1) * r)),
        average_r=float(r),
        item_total_r=frozen(item_total_r(S)),
        item_rest_r=frozen(item_rest_r(S)),
        alpha_if_dropped=frozen(alpha_if_dropped(S)) if k > 2 else None,
        n=n,
        k=k,
    )


def coefficient_alpha(covariance: Floats) -> Floats:
    """Compute alpha of each covariance matrix.

    Parameters
    ----------
    covariance : ndarray of float, shape (..., k, k)
        Covariances, k >= 2. Correlations give standardised alpha; polychoric correlations
        give ordinal alpha.

    Returns
    -------
    ndarray of float, shape (...)
        Alpha; minus infinity where the sum of the items does not vary.

    Examples
    --------
    >>> float(coefficient_alpha(np.array([[2.0, 1.0], [1.0, 2.0]])).round(3))
    0.667
    """
    k = covariance.shape[-1]
    item_variance = np.trace(covariance, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore"):
        return np.asarray(k / (k - 1) * (1 - item_variance / covariance.sum(axis=(-2, -1))))


def average_correlation(covariance: Floats) -> Floats:
    """Compute the mean correlation between two different items.

    Parameters
    ----------
    covariance : ndarray of float, shape (..., k, k)

    Returns
    -------
    ndarray of float, shape (...)

    Examples
    --------
    >>> float(average_correlation(np.array([[4.0, 1.0], [1.0, 1.0]])))
    0.5
    """
    k = covariance.shape[-1]
    deviations = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    R = covariance / (deviations[..., :, None] * deviations[..., None, :])
    return np.asarray((R.sum(axis=(-2, -1)) - k) / (k * (k - 1)))


def item_total_r(covariance: Floats) -> Floats:
    """Correlate each item with the sum of all items, itself included.

    Parameters
    ----------
    covariance : ndarray of float, shape (..., k, k)

    Returns
    -------
    ndarray of float, shape (..., k)

    Examples
    --------
    >>> item_total_r(np.eye(4))
    array([0.5, 0.5, 0.5, 0.5])
    """
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    with_total = covariance.sum(axis=-1)
    total = with_total.sum(axis=-1, keepdims=True)
    return np.asarray(with_total / np.sqrt(variances * total))


def item_rest_r(covariance: Floats) -> Floats:
    """Correlate each item with the sum of the other items (corrected item-total).

    Parameters
    ----------
    covariance : ndarray of float, shape (..., k, k)

    Returns
    -------
    ndarray of float, shape (..., k)
        nan where the sum of the other items does not vary.

    Examples
    --------
    >>> item_rest_r(np.array([[1.0, 0.5], [0.5, 1.0]]))
    array([0.5, 0.5])
    """
    variances, rest_variances, with_rest = _rest_moments(covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(with_rest / np.sqrt(variances * rest_variances))


def alpha_if_dropped(covariance: Floats) -> Floats:
    """Compute alpha of the scale without each item.

    Parameters
    ----------
    covariance : ndarray of float, shape (..., k, k)
        Covariances, k >= 3.

    Returns
    -------
    ndarray of float, shape (..., k)

    Examples
    --------
    >>> alpha_if_dropped(np.full((3, 3), 0.5) + 0.5 * np.eye(3)).round(3)
    array([0.667, 0.667, 0.667])
    """
    k = covariance.shape[-1] - 1
    variances, rest_variances, _ = _rest_moments(covariance)
    item_variance = variances.sum(axis=-1, keepdims=True) - variances
    with np.errstate(divide="ignore"):
        return np.asarray(k / (k - 1) * (1 - item_variance / rest_variances))


def feldt_interval(
    alpha: ArrayLike, *, n: float, k: int, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Bound coefficient alpha by the F distribution of (1 - population) / (1 - estimate).

    Parameters
    ----------
    alpha : array_like of float
        Estimates.
    n : float
        Respondents, at least 2.
    k : int
        Items, at least 2.
    level : float, default 0.95
        Coverage, in (0, 1).

    Returns
    -------
    low, high : ndarray of float, shape of ``alpha``

    Notes
    -----
    1 - (1 - alpha) F, with F the quantiles on n - 1 and (n - 1)(k - 1) degrees of freedom
    [1]_.

    References
    ----------
    .. [1] Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for
       coefficient alpha. Applied Psychological Measurement, 11, 93-103.
       https://doi.org/10.1177/014662168701100107

    Examples
    --------
    >>> low, high = feldt_interval(0.8, n=200, k=5)
    >>> round(float(low), 3), round(float(high), 3)
    (0.753, 0.841)
    """
    df = n - 1, (n - 1) * (k - 1)
    tail = (1 - level) / 2
    unreliable = 1 - np.asarray(alpha, dtype=np.float64)
    low = 1 - unreliable * special.fdtri(*df, 1 - tail)
    high = 1 - unreliable * special.fdtri(*df, tail)
    return low, high


def _rest_moments(covariance: Floats) -> tuple[Floats, Floats, Floats]:
    """Per item: its variance, the variance of the others' sum, its covariance with it."""
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    with_total = covariance.sum(axis=-1)
    total = with_total.sum(axis=-1, keepdims=True)
    return variances, total - 2 * with_total + variances, with_total - variances
