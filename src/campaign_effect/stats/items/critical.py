"""What an examiner holds an item's correlation or a score's error against."""

from __future__ import annotations

import numpy as np
from scipy import special

from campaign_effect.errors import TooFewRowsError


def critical_correlation(n: int, *, level: float = 0.95) -> float:
    """Find the smallest correlation that differs from 0 (*r tabel* of Indonesian theses).

    Parameters
    ----------
    n : int
        Respondents, at least 3.
    level : float, default 0.95
        1 - the two-sided significance level, in (0, 1).

    Returns
    -------
    float
        t / sqrt(n - 2 + t^2), with t the two-sided critical value on n - 2 df.

    Raises
    ------
    TooFewRowsError
        If n < 3.

    Examples
    --------
    >>> round(critical_correlation(30), 3)
    0.361
    """
    if n < 3:
        raise TooFewRowsError(
            "A critical correlation needs at least 3 respondents.", received=f"{n} respondents"
        )
    t = special.stdtrit(n - 2, (1 + level) / 2)
    return float(t / np.sqrt(n - 2 + t**2))


def standard_error_of_measurement(standard_deviation: float, reliability: float) -> float:
    """Compute how far a score lies from the true score, as a standard deviation.

    Parameters
    ----------
    standard_deviation : float
        Of the score.
    reliability : float
        Of the score, at most 1.

    Returns
    -------
    float
        In the score's points: standard deviation times sqrt(1 - reliability).

    Examples
    --------
    >>> round(standard_error_of_measurement(10.0, 0.84), 3)
    4.0
    """
    return float(standard_deviation * np.sqrt(1 - reliability))
