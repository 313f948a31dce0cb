"""The area under the receiver operating characteristic, with its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrimination:
    """How well fitted probabilities order events before other answers.

    Attributes
    ----------
    auc : float
        Area under the curve, in [0, 1]; .5 is chance.
    std_error : float
        DeLong's.
    conf_low, conf_high : float
        Its interval, within [0, 1].
    """

    auc: float
    std_error: float
    conf_low: float
    conf_high: float


def discriminate(fit: Fit, *, level: float = 0.95) -> Discrimination:
    """Measure the area under the curve with DeLong's interval.

    Parameters
    ----------
    fit : Fit
        A model of an outcome of 0 and 1.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Discrimination
        In the same answers that the model was fitted to: flattering.

    Raises
    ------
    StatisticsError
        If `level` does not lie between 0 and 1.
    NoVariationError
        If there is one event, or one other answer.

    Notes
    -----
    With V the share of the other side that each answer beats, ties half: the variance is
    var(V of ones) / n1 + var(V of zeros) / n0 [1]_, counted by ranks.

    References
    ----------
    .. [1] DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Comparing the areas
       under two or more correlated receiver operating characteristic curves: A nonparametric
       approach. Biometrics, 44, 837-845. https://doi.org/10.2307/2531595

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit = fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3]))
    >>> found = discriminate(fit)
    >>> round(found.auc, 4), round(found.std_error, 4)
    (0.75, 0.1768)
    """
    if not 0 < level < 1:
        raise StatisticsError("A level lies between 0 and 1.", received=level)
    times = fit.times
    _, index = np.unique(fit.mean, return_inverse=True)
    ones = np.bincount(index, weights=times * fit.y).astype(np.float64)
    zeros = np.bincount(index, weights=times * (1 - fit.y)).astype(np.float64)
    n1, n0 = ones.sum(), zeros.sum()
    if min(n1, n0) < 2:
        raise NoVariationError(
            "DeLong's error needs 2 events and 2 other answers.",
            received=f"{n1:g} events, {n0:g} others",
        )
    beaten_zeros = (np.cumsum(zeros) - zeros / 2) / n0
    beating_ones = 1 - (np.cumsum(ones) - ones / 2) / n1
    auc = float(ones @ beaten_zeros / n1)
    variance = _variance(beaten_zeros, ones) / n1 + _variance(beating_ones, zeros) / n0
    std_error = float(np.sqrt(variance))
    reach = float(ndtri((1 + level) / 2)) * std_error
    return Discrimination(
        auc=auc,
        std_error=std_error,
        conf_low=max(auc - reach, 0.0),
        conf_high=min(auc + reach, 1.0),
    )


def _variance(values: Floats, times: Floats) -> float:
    """Sample variance of repeated values."""
    n = times.sum()
    return float(times @ (values - times @ values / n) ** 2 / (n - 1))
