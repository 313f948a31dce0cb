"""Reliability from two halves of a scale: of one split, and over all splits."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.items.checks import check_covariance
from campaign_effect.stats.moments.arrays import Booleans, Floats, frozen

MOST_ITEMS = 16  # 6,435 splits; beyond, splits are drawn
N_DRAWN = 10_000
ROUNDING = 1e-12  # what rounding leaves of zero


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHalves:
    """Split-half reliabilities over the splits of a scale.

    Attributes
    ----------
    best, worst, average : float
        Of Guttman's split-half coefficient; ``best`` is his lambda 4.
    best_half, worst_half : tuple of int
        Positions of the items in one half of those splits.
    odd_even : float
        Guttman's coefficient of items 1, 3, 5, ... against 2, 4, 6, ...
    odd_even_spearman_brown : float
        The correlation of these halves, stepped up by Spearman and Brown's formula; nan where
        a half does not vary, or the halves correlate by -1.
    n_splits : int
        Splits compared.
    is_exhaustive : bool
        Whether these are all there are.
    coefficients : ndarray, shape (n_splits,)
        Guttman's coefficient of each split, in the order of `all_splits` where exhaustive.
    """

    best: float
    worst: float
    average: float
    best_half: tuple[int, ...]
    worst_half: tuple[int, ...]
    odd_even: float
    odd_even_spearman_brown: float
    n_splits: int
    is_exhaustive: bool
    coefficients: Floats = field(compare=False, repr=False)


def split_halves(covariance: ArrayLike, *, seed: int = 0) -> SplitHalves:
    """Compare the splits of a scale into halves (for odd k, of k // 2 and the rest).

    Parameters
    ----------
    covariance : array_like of float, shape (k, k)
        Covariances, or correlations for standardised items.
    seed : int, default 0
        For the 10,000 splits that are drawn where k > 16; up to 16 all are compared.

    Returns
    -------
    SplitHalves

    Raises
    ------
    TooFewItemsError, NoVariationError
        As for alpha.

    Notes
    -----
    Guttman's coefficient is 4 cov(A, B) / var(A + B); over all splits into equal halves its
    average is alpha [1]_. For odd k some programs compare only half of the splits.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
       Psychometrika, 16, 297-334. https://doi.org/10.1007/BF02310555

    Examples
    --------
    >>> halves = split_halves([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]])
    >>> halves.n_splits, round(halves.best, 3), halves.best_half
    (3, 0.692, (1,))
    """
    S = check_covariance(covariance)
    k = len(S)
    is_exhaustive = k <= MOST_ITEMS
    in_half = all_splits(k) if is_exhaustive else _drawn_splits(k, seed)
    coefficients = split_coefficients(S, in_half)
    best, worst = int(coefficients.argmax()), int(coefficients.argmin())
    odd = (np.arange(k) % 2 == 0)[None]
    return SplitHalves(
        best=float(coefficients[best]),
        worst=float(coefficients[worst]),
        average=float(coefficients.mean()),
        best_half=tuple(np.flatnonzero(in_half[best]).tolist()),
        worst_half=tuple(np.flatnonzero(in_half[worst]).tolist()),
        odd_even=float(split_coefficients(S, odd)[0]),
        odd_even_spearman_brown=spearman_brown(_correlation_of_halves(S, odd[0])),
        n_splits=len(coefficients),
        is_exhaustive=is_exhaustive,
        coefficients=frozen(coefficients),
    )


def split_coefficients(covariance: Floats, in_half: Booleans) -> Floats:
    """Compute Guttman's split-half coefficient of each split.

    Parameters
    ----------
    covariance : ndarray of float, shape (k, k)
    in_half : ndarray of bool, shape (n_splits, k)
        Which items are in the first half.

    Returns
    -------
    ndarray of float, shape (n_splits,)

    Examples
    --------
    >>> split_coefficients(np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([[True, False]]))
    array([0.66666667])
    """
    A = in_half.astype(np.float64)
    between = ((A @ covariance) * (1 - A)).sum(axis=1)
    return np.asarray(4 * between / covariance.sum())


def all_splits(k: int) -> Booleans:
    """List every split of k items into k // 2 and the rest, once.

    Parameters
    ----------
    k : int
        Items, at least 2.

    Returns
    -------
    ndarray of bool, shape (n_splits, k)
        In lexicographic order of the first half; for even k the first item is always in it.

    Examples
    --------
    >>> all_splits(4).astype(int)
    array([[1, 1, 0, 0],
           [1, 0, 1, 0],
           [1, 0, 0, 1]])
    """
    size = k // 2
    halves = np.array(list(combinations(range(k), size)))
    if k % 2 == 0:  # a half and its complement are one split
        halves = halves[: comb(k, size) // 2]
    in_half = np.zeros((len(halves), k), dtype=np.bool_)
    np.put_along_axis(in_half, halves, True, axis=1)
    return in_half


def spearman_brown(r: float, *, length: float = 2.0) -> float:
    """Predict the reliability of a test that is longer by a factor.

    Parameters
    ----------
    r : float
        Reliability, or the correlation of two halves.
    length : float, default 2
        How many times longer the predicted test is.

    Returns
    -------
    float
        NaN where the formula has no value: halves that correlate by -1.

    References
    ----------
    .. [1] Spearman, C. (1910). Correlation calculated from faulty data. British Journal of
       Psychology, 3, 271-295. https://doi.org/10.1111/j.2044-8295.1910.tb00206.x

    Examples
    --------
    >>> round(spearman_brown(0.5), 3)
    0.667
    """
    denominator = 1 + (length - 1) * r
    return float(length * r / denominator) if abs(denominator) > ROUNDING else np.nan


def _drawn_splits(k: int, seed: int) -> Booleans:
    """Random splits, shape (N_DRAWN, k)."""
    order = np.random.default_rng(seed).random((N_DRAWN, k)).argsort(axis=1)
    in_half = np.zeros((N_DRAWN, k), dtype=np.bool_)
    np.put_along_axis(in_half, order[:, : k // 2], True, axis=1)
    return in_half


def _correlation_of_halves(S: Floats, in_half: Booleans) -> float:
    """Correlation between the sums of two halves; nan where one does not vary."""
    halves = np.stack([in_half, ~in_half]).astype(np.float64)
    (first, both), (_, second) = halves @ S @ halves.T
    smallest = ROUNDING * np.trace(S)
    return float(both / np.sqrt(first * second)) if min(first, second) > smallest else np.nan
