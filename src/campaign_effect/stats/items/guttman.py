"""Guttman's six lower bounds of reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.items.checks import check_covariance
from campaign_effect.stats.items.split_half import split_halves
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class GuttmanLambdas:
    """Lower bounds of the reliability of a sum of items, at most 1.

    Attributes
    ----------
    lambda_1, lambda_2, lambda_3, lambda_4, lambda_5, lambda_6 : float
        lambda_3 is alpha; lambda_4 is the best split half; lambda_6 is from the squared
        multiple correlations.
    """

    lambda_1: float
    lambda_2: float
    lambda_3: float
    lambda_4: float
    lambda_5: float
    lambda_6: float


def guttman_lambdas(covariance: ArrayLike, *, seed: int = 0) -> GuttmanLambdas:
    """Compute Guttman's lambdas of the matrix that is given.

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        Covariances for the bounds of the items as they are (SPSS), correlations for those of
        standardised items (psych).
    seed : int, default 0
        For the splits behind lambda_4 where there are too many to try them all.

    Returns
    -------
    GuttmanLambdas

    Raises
    ------
    TooFewItemsError, NoVariationError
        As for alpha.
    CollinearityError
        If an item is a sum of others, so that lambda_6 has no value.

    Notes
    -----
    With V the variance of the sum and C the covariances between different items [1]_:
    lambda_1 = sum C / V; lambda_2 = lambda_1 + sqrt(k / (k - 1) sum C^2) / V;
    lambda_3 = lambda_1 k / (k - 1); lambda_4 = best split half; lambda_5 = lambda_1 +
    2 sqrt(largest column sum of C^2) / V; lambda_6 = 1 - sum of the residual variances of
    each item given the others / V.

    References
    ----------
    .. [1] Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika,
       10, 255-282. https://doi.org/10.1007/BF02288892

    Examples
    --------
    >>> bounds = guttman_lambdas([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])
    >>> round(bounds.lambda_1, 3), round(bounds.lambda_3, 3)
    (0.5, 0.75)
    """
    S = check_covariance(covariance)
    k = len(S)
    variance = S.sum()
    C = S - np.diag(np.diagonal(S))
    lambda_1 = C.sum() / variance
    columns = (C**2).sum(axis=0)
    return GuttmanLambdas(
        lambda_1=float(lambda_1),
        lambda_2=float(lambda_1 + np.sqrt(k / (k - 1) * columns.sum()) / variance),
        lambda_3=float(lambda_1 * k / (k - 1)),
        lambda_4=split_halves(S, seed=seed).best,
        lambda_5=float(lambda_1 + 2 * np.sqrt(columns.max()) / variance),
        lambda_6=float(1 - residual_variances(S).sum() / variance),
    )


def residual_variances(covariance: Floats) -> Floats:
    """Compute the variance of each item that the others do not predict.

    Parameters
    ----------
    covariance : ndarray of float, shape (k, k)

    Returns
    -------
    ndarray of float, shape (k,)
        For correlations, 1 - squared multiple correlation.

    Raises
    ------
    CollinearityError
        If an item is a sum of others.

    Examples
    --------
    >>> residual_variances(np.array([[1.0, 0.6], [0.6, 1.0]]))
    array([0.64, 0.64])
    """
    deviations = np.sqrt(np.diagonal(covariance))
    R = covariance / np.outer(deviations, deviations)
    if np.linalg.cond(R) > 1 / np.finfo(np.float64).eps:
        raise CollinearityError(
            "An item of the scale is a sum of others (or equal to another).",
            hint="leave out one of the items that repeat each other.",
        )
    return np.asarray(np.diagonal(covariance) / np.diagonal(np.linalg.inv(R)))
