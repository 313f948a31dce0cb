"""Links between a linear predictor and the mean of an outcome, with two derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The mean of an outcome as a function of the linear predictor eta = X beta.

    Attributes
    ----------
    name : str
        The link's name in the literature.
    mean, slope, curvature : callable, (m,) -> (m,)
        The mean at eta, its first and its second derivative.

    Examples
    --------
    >>> LOGIT.slope(np.zeros(1))
    array([0.25])
    """

    name: str
    mean: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    curvature: Callable[[Floats], Floats]


def _logit_slope(eta: Floats) -> Floats:
    p = expit(eta)
    return np.asarray(p * (1 - p))


def _logit_curvature(eta: Floats) -> Floats:
    p = expit(eta)
    return np.asarray(p * (1 - p) * (1 - 2 * p))


IDENTITY = Link(name="identity", mean=np.positive, slope=np.ones_like, curvature=np.zeros_like)
LOGIT = Link(name="logit", mean=expit, slope=_logit_slope, curvature=_logit_curvature)
