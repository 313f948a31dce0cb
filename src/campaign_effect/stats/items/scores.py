"""Scores of a scale from its items."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats


def scale_scores(
    answers: ArrayLike, *, rule: Literal["mean", "sum"] = "mean", min_answered: float = 1.0
) -> Floats:
    """Score each person on a scale.

    Parameters
    ----------
    answers : array_like of float, shape (n, k)
        Items with the same direction; a missing answer is nan.
    rule : "mean" or "sum"
        A sum is the mean of the answered items times k.
    min_answered : float, default 1.0
        The share of the k items that must be answered, in (0, 1].

    Returns
    -------
    ndarray of float, shape (n,)
        In scale points; nan where too few items were answered. A score from fewer than all
        items is that person's mean of the others put in their place [1]_.

    References
    ----------
    .. [1] Schafer, J. L., & Graham, J. W. (2002). Missing data: Our view of the state of the
       art. Psychological Methods, 7, 147-177. https://doi.org/10.1037/1082-989X.7.2.147

    Examples
    --------
    >>> scale_scores([[1, 2, 3], [4, np.nan, 5]], min_answered=0.6)
    array([2. , 4.5])
    """
    X = np.asarray(answers, dtype=np.float64)
    k = X.shape[1]
    answered = ~np.isnan(X)
    n_answered = answered.sum(axis=1)
    needed = max(1, math.ceil(min_answered * k - 1e-9))  # .6 of 5 is 3, not 4
    total = np.where(answered, X, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore"):
        mean = np.where(n_answered >= needed, total / np.maximum(n_answered, 1), np.nan)
    return mean * k if rule == "sum" else mean
