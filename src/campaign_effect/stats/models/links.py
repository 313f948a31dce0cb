"""Links between a linear predictor and the mean of an outcome, with two derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

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
    small = np.exp(-np.abs(eta))
    return np.asarray(small / (1 + small) ** 2)


def _logit_curvature(eta: Floats) -> Floats:
    small = np.exp(-np.abs(eta))
    size = small * (1 - small) / ((1 + small) * (1 + small) * (1 + small))
    return np.asarray(np.copysign(size, -eta))


def _probit_slope(eta: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * eta**2) / np.sqrt(2 * np.pi))


def _probit_curvature(eta: Floats) -> Floats:
    return np.asarray(-eta * _probit_slope(eta))


IDENTITY = Link(name="identity", mean=np.positive, slope=np.ones_like, curvature=np.zeros_like)
LOGIT = Link(name="logit", mean=expit, slope=_logit_slope, curvature=_logit_curvature)
PROBIT = Link(name="probit", mean=ndtr, slope=_probit_slope, curvature=_probit_curvature)
