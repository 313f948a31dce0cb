"""What every statistic of a scale asks of its answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.errors import CollinearityError, TooFewItemsError, TooFewRowsError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.variation import ConstantItemsError


def check_scores(scores: ArrayLike, *, min_items: int = 2, min_rows: int = 2) -> Floats:
    """Return complete answers as floats, or say why no statistic can be had from them.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete answers: n respondents by k items.
    min_items, min_rows : int, default 2
        The fewest items and respondents that the statistic needs.

    Returns
    -------
    ndarray of float, shape (n, k)

    Raises
    ------
    TooFewItemsError, TooFewRowsError
        If there are fewer than needed.
    NoVariationError
        If an item is constant; its position is in the error's ``items``.
    ValueError
        If the answers are not two-dimensional, or some are missing.

    Examples
    --------
    >>> check_scores([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    X = np.asarray(scores, dtype=np.float64)
    if X.ndim != 2:
        raise ValueError(f"Scores must have shape (n, k), not {X.shape}.")
    n, k = X.shape
    check_counts(n, k, min_items=min_items, min_rows=min_rows)
    if not np.isfinite(X).all():
        raise ValueError("Scores must be complete: choose the rows before the statistic.")
    constant = X.min(axis=0) == X.max(axis=0)
    if constant.any():
        raise ConstantItemsError.of(constant)
    return X


def check_covariance(covariance: ArrayLike, *, min_items: int = 2) -> Floats:
    """Return covariance matrices as floats, or say why they are none of a scale.

    Parameters
    ----------
    covariance : array_like of float, shape (..., k, k)
        One covariance or correlation matrix of k items, or a stack of them.
    min_items : int, default 2
        The fewest items that the statistic needs.

    Returns
    -------
    ndarray of float, shape (..., k, k)

    Raises
    ------
    TooFewItemsError
        If k is below ``min_items``.
    NoVariationError
        If an item has no variance; its position is in the error's ``items``.
    ValueError
        If the matrices are not square.

    Examples
    --------
    >>> check_covariance([[1, 0.5], [0.5, 1]]).shape
    (2, 2)
    """
    S = np.asarray(covariance, dtype=np.float64)
    if S.ndim < 2 or S.shape[-1] != S.shape[-2]:
        raise ValueError(f"A covariance matrix must have shape (k, k), not {S.shape}.")
    check_items(S.shape[-1], min_items=min_items)
    variances = np.diagonal(S, axis1=-2, axis2=-1)
    constant = np.atleast_1d((variances <= 0).reshape(-1, S.shape[-1]).any(axis=0))
    if constant.any():
        raise ConstantItemsError.of(constant)
    return S


def check_positive_definite(correlations: Floats) -> None:
    """Raise unless every sum of items varies.

    Parameters
    ----------
    correlations : ndarray of float, shape (k, k)

    Raises
    ------
    CollinearityError
        If the smallest eigenvalue is not positive.

    Examples
    --------
    >>> check_positive_definite(np.eye(2))
    """
    smallest = np.linalg.eigvalsh(correlations)[0]
    if smallest <= len(correlations) * np.finfo(np.float64).eps:
        raise CollinearityError(
            "The correlations are not positive definite: an item is a sum of others, there "
            "are no more answers than items, or they come pair by pair.",
            received=f"a smallest eigenvalue of {smallest:.2g}",
            hint="leave out items that repeat each other, or smooth the correlations.",
        )


def check_counts(n: float, k: int, *, min_items: int = 2, min_rows: int = 2) -> None:
    """Raise unless there are items and respondents enough.

    Examples
    --------
    >>> check_counts(10, 3)
    """
    check_items(k, min_items=min_items)
    if n < min_rows:
        raise TooFewRowsError(
            f"A scale's statistics need at least {min_rows} complete answers.",
            received=f"{n:g} answers",
            hint="look at which items are missing most often.",
        )


def check_items(k: int, *, min_items: int = 2) -> None:
    """Raise unless there are items enough.

    Examples
    --------
    >>> check_items(3)
    """
    if k < min_items:
        raise TooFewItemsError(
            f"This statistic needs at least {min_items} items.",
            received=f"{k} items",
            hint="add items to the construct, or report the single item as it is.",
        )
