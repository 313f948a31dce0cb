"""Several effects at once: contrasts of their equality, p-values adjusted for their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats


def equality_contrasts(columns: Sequence[int], p: int) -> Floats:
    """Contrasts that are all zero if coefficients (of platforms) are equal.

    Parameters
    ----------
    columns : sequence of int
        Positions of the coefficients, at least 2, all different.
    p : int
        Coefficients of the model.

    Returns
    -------
    ndarray, shape (k - 1, p)
        Each coefficient after the first, less the first; for `joint_test`.

    Raises
    ------
    StatisticsError
        If there are fewer than 2 different columns.

    Examples
    --------
    >>> equality_contrasts([1, 3], 4)
    array([[ 0., -1.,  0.,  1.]])
    """
    if len(columns) < 2 or len(set(columns)) < len(columns):
        raise StatisticsError(
            "Equality is tested of 2 or more different coefficients.",
            received=f"columns {list(columns)}",
        )
    eye = np.eye(p)
    return np.asarray(eye[list(columns[1:])] - eye[columns[0]])


def holm(p_values: Floats) -> Floats:
    """Adjust p-values so that the chance of any false rejection is held.

    Parameters
    ----------
    p_values : ndarray, shape (k,)
        nan where a test was not made; it does not count.

    Returns
    -------
    ndarray, shape (k,)
        Adjusted, at most 1; nan where they were.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics, 6, 65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    return _adjusted(p_values, _step_down)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust p-values so that the share of false rejections among all is held.

    Parameters
    ----------
    p_values : ndarray, shape (k,)
        nan where a test was not made; it does not count.

    Returns
    -------
    ndarray, shape (k,)
        Adjusted, at most 1; nan where they were.

    References
    ----------
    .. [1] Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate: A
       practical and powerful approach to multiple testing. Journal of the Royal Statistical
       Society B, 57, 289-300. https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.04, 0.04])
    """
    return _adjusted(p_values, _step_up)


def _adjusted(p_values: Floats, adjust: Callable[[Floats], Floats]) -> Floats:
    """Adjust in ascending order and put back."""
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    adjusted = np.full(len(p_values), np.nan)
    adjusted[order] = np.minimum(adjust(p_values[order]), 1.0)
    return adjusted


def _step_down(ascending: Floats) -> Floats:
    """Multiply by how many are left, and never fall."""
    left = np.arange(len(ascending), 0, -1)
    return np.asarray(np.maximum.accumulate(left * ascending))


def _step_up(ascending: Floats) -> Floats:
    """Multiply by k over the rank, and never rise towards smaller p."""
    scaled = ascending * len(ascending) / np.arange(1, len(ascending) + 1)
    return np.asarray(np.minimum.accumulate(scaled[::-1])[::-1])
