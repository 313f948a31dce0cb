"""Contrasts of the levels of a dose."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats


def linearity_contrasts(doses: Floats) -> Floats:
    """Contrasts of level coefficients that are all zero if these lie on a straight line.

    Parameters
    ----------
    doses : ndarray, shape (k,)
        At least 3, ascending; the first is the base, whose coefficient is 0.

    Returns
    -------
    ndarray, shape (k - 2, k - 1)
        Of the coefficients of the other levels: the slope between two neighbours less the
        slope between the two before.

    Raises
    ------
    StatisticsError
        If there are fewer than 3 doses, or they do not ascend.

    Examples
    --------
    >>> linearity_contrasts(np.array([0.0, 1.0, 3.0])) @ np.array([2.0, 6.0])
    array([0.])
    """
    steps = np.diff(doses)
    if len(doses) < 3 or (steps <= 0).any():
        raise StatisticsError(
            "A line needs three doses or more, in ascending order.", received=f"{doses}"
        )
    k = len(doses)
    slopes = (np.eye(k)[1:] - np.eye(k)[:-1]) / steps[:, None]
    return np.asarray((slopes[1:] - slopes[:-1])[:, 1:])
