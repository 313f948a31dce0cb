"""Convergent and discriminant validity of constructs.

Composite reliability and variance extracted come from the loadings of a measurement model;
HTMT needs the items' correlations only. Correlations may be stacked, so that bootstrap
replicates cost one call.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import CollinearityError, TooFewItemsError
from campaign_effect.stats.moments.arrays import Floats


def composite_reliability(
    loadings: ArrayLike, residual_variances: ArrayLike, *, total_variance: float | None = None
) -> float:
    """Compute the reliability of a sum of items from their one-factor model.

    Parameters
    ----------
    loadings : array_like of float, shape (k,)
        Loadings on a factor of variance 1.
    residual_variances : array_like of float, shape (k,)
        Variances of the items that the factor leaves; 1 - loadings^2 where standardised.
    total_variance : float, optional
        Variance of the sum as observed; by default the one that the model implies.

    Returns
    -------
    float
        At most 1.

    Notes
    -----
    (sum of loadings)^2 / ((sum of loadings)^2 + sum of residual variances): McDonald's omega
    of one factor, Jöreskog's rho [1]_. Standardised loadings give the composite reliability
    of SmartPLS (rho_c).

    References
    ----------
    .. [1] Jöreskog, K. G. (1971). Statistical analysis of sets of congeneric tests.
       Psychometrika, 36, 109-133. https://doi.org/10.1007/BF02291393

    Examples
    --------
    >>> round(composite_reliability([0.7, 0.7, 0.7], [0.51, 0.51, 0.51]), 3)
    0.742
    """
    common = np.sum(loadings) ** 2
    if total_variance is None:
        total_variance = float(common + np.sum(residual_variances))
    return float(common / total_variance)


def average_variance_extracted(standardised_loadings: ArrayLike) -> float:
    """Average the squared standardised loadings (AVE of Fornell and Larcker, SmartPLS).

    Parameters
    ----------
    standardised_loadings : array_like of float, shape (k,)

    Returns
    -------
    float
        In [0, 1] where the solution is proper.

    References
    ----------
    .. [1] Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with
       unobservable variables and measurement error. Journal of Marketing Research, 18, 39-50.
       https://doi.org/10.1177/002224378101800104

    Examples
    --------
    >>> round(average_variance_extracted([0.6, 0.8]), 3)
    0.5
    """
    return float(np.mean(np.square(standardised_loadings)))


def total_variance_extracted(loadings: ArrayLike, residual_variances: ArrayLike) -> float:
    """Compute the factor's share of the items' summed variance (AVE of semTools).

    Parameters
    ----------
    loadings, residual_variances : array_like of float, shape (k,)
        On the items' own scale, with a factor of variance 1.

    Returns
    -------
    float
        sum of loadings^2 / (that + sum of residual variances): items of greater variance
        count more than in `average_variance_extracted`; equal where standardised.

    Examples
    --------
    >>> round(total_variance_extracted([0.6, 1.6], [0.64, 1.44]), 3)
    0.584
    """
    common = np.square(loadings).sum()
    return float(common / (common + np.sum(residual_variances)))


def heterotrait_monotrait(
    correlations: ArrayLike, constructs: Sequence[Sequence[int]], *, absolute: bool = True
) -> Floats:
    """Compute the heterotrait-monotrait ratio (HTMT) of every two constructs.

    Parameters
    ----------
    correlations : array_like of float, shape (..., k, k)
        Correlations of all items (Pearson or polychoric), or a stack of such matrices.
    constructs : sequence of sequences of int
        Positions of each construct's items, at least two each.
    absolute : bool, default True
        Take the correlations without their signs (semTools, SmartPLS 4). With signs, a
        construct whose items do not correlate positively on average has no ratio: nan.

    Returns
    -------
    ndarray of float, shape (..., m, m)
        Symmetric, 1 on the diagonal.

    Raises
    ------
    TooFewItemsError
        If a construct has fewer than two items.

    Notes
    -----
    Mean correlation between the items of two constructs, by the geometric mean of the mean
    correlations within each [1]_.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing
       discriminant validity in variance-based structural equation modeling. Journal of the
       Academy of Marketing Science, 43, 115-135. https://doi.org/10.1007/s11747-014-0403-8

    Examples
    --------
    >>> R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    >>> R[0, 1] = R[1, 0] = R[2, 3] = R[3, 2] = 0.6
    >>> heterotrait_monotrait(R, [[0, 1], [2, 3]]).round(3)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    R = np.asarray(correlations, dtype=np.float64)
    means = _block_means(np.abs(R) if absolute else R, constructs)
    return _ratios(means)


def heterotrait_monotrait_2(
    correlations: ArrayLike, constructs: Sequence[Sequence[int]]
) -> Floats:
    """Compute HTMT2, with geometric instead of arithmetic means.

    Parameters
    ----------
    correlations, constructs
        As in `heterotrait_monotrait`; signs are always left out.

    Returns
    -------
    ndarray of float, shape (..., m, m)

    Raises
    ------
    TooFewItemsError
        If a construct has fewer than two items.

    References
    ----------
    .. [1] Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: An improved criterion for
       assessing discriminant validity in structural equation modeling. Industrial Management
       & Data Systems, 121, 2637-2650. https://doi.org/10.1108/IMDS-02-2021-0082

    Examples
    --------
    >>> R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    >>> heterotrait_monotrait_2(R, [[0, 1], [2, 3]]).round(3)
    array([[1., 1.],
           [1., 1.]])
    """
    R = np.asarray(correlations, dtype=np.float64)
    logs = np.log(np.maximum(np.abs(R), np.finfo(np.float64).tiny))
    return _ratios(np.exp(_block_means(logs, constructs)))


def variance_inflation(correlations: ArrayLike) -> Floats:
    """Compute the variance inflation factor of each variable given the others.

    Parameters
    ----------
    correlations : array_like of float, shape (m, m)
        Correlations of predictors (for example, of constructs).

    Returns
    -------
    ndarray of float, shape (m,)
        1 / (1 - squared multiple correlation), at least 1.

    Raises
    ------
    CollinearityError
        If a variable is a sum of others.

    Examples
    --------
    >>> variance_inflation([[1, 0.6], [0.6, 1]])
    array([1.5625, 1.5625])
    """
    R = np.asarray(correlations, dtype=np.float64)
    if np.linalg.cond(R) > 1 / np.finfo(np.float64).eps:
        raise CollinearityError(
            "A variable is a sum of others: its variance inflation has no bound.",
            hint="leave out one of the variables that repeat each other.",
        )
    return np.asarray(np.diagonal(np.linalg.inv(R)))


def _block_means(R: Floats, constructs: Sequence[Sequence[int]]) -> Floats:
    """Mean over different items within and between constructs, shape (..., m, m)."""
    sizes = np.array([len(items) for items in constructs])
    if (sizes < 2).any():
        raise TooFewItemsError(
            "HTMT needs at least two items for each construct.",
            received=f"constructs with {sizes.tolist()} items",
            hint="leave out constructs of a single item.",
        )
    membership = np.zeros((R.shape[-1], len(constructs)))
    for construct, items in enumerate(constructs):
        membership[list(items), construct] = 1
    off_diagonal = np.where(np.eye(R.shape[-1], dtype=np.bool_), 0.0, R)
    sums = membership.T @ off_diagonal @ membership
    return np.asarray(sums / (np.outer(sizes, sizes) - np.diag(sizes)))


def _ratios(means: Floats) -> Floats:
    """Between by the geometric mean of both within; 1 on the diagonal."""
    within = np.diagonal(means, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        roots = np.sqrt(within)
        ratios = means / (roots[..., :, None] * roots[..., None, :])
    own = np.arange(means.shape[-1])
    ratios[..., own, own] = 1.0
    return np.asarray(ratios)
