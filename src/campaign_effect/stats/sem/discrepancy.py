"""How far implied moments lie from a sample's: one small class for each way to measure it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.patterns import Patterns
from campaign_effect.stats.sem.curvature import weighted_curvature
from campaign_effect.stats.sem.implied import (
    Implied,
    factor_pairs,
    jacobian,
    mean_jacobian,
    moment_vector,
)
from campaign_effect.stats.sem.normal import (
    NormalPoint,
    expected_information,
    normal_point,
    observed_information,
    pair_information,
)


class Discrepancy(Protocol):
    """A group's discrepancy F between implied and sample moments."""

    def value(self, implied: Implied) -> float:
        """Return F; infinite where the implied moments are impossible."""

    def local(self, implied: Implied, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient of F by the slots and half its second derivative.

        The second derivative is the expected one, or the observed one if ``exact`` and known.
        """

    def weight(self, implied: Implied) -> Floats:
        """Return half the expected second derivative by moments: (m, m), or its diagonal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDiscrepancy:
    """Minus twice the log likelihood ratio to the saturated model, for one row.

    Attributes
    ----------
    patterns : Patterns
        The sample.
    mean : ndarray of float, shape (p,)
        The saturated mean, used where means are not modelled.
    has_means : bool
        Whether means are modelled.
    saturated : float
        The saturated model's value.

    References
    ----------
    .. [1] Arbuckle, J. L. (1996). Full information estimation in the presence of incomplete
       data. In G. A. Marcoulides & R. E. Schumacker (Eds.), Advanced structural equation
       modeling (pp. 243-277). Erlbaum.
    """

    patterns: Patterns = field(compare=False)
    mean: Floats = field(compare=False)
    has_means: bool
    saturated: float

    def point(self, implied: Implied) -> NormalPoint:
        """Return the likelihood at the implied moments."""
        mean = implied.mean if self.has_means else self.mean
        return normal_point(self.patterns, mean, implied.cov)

    def value(self, implied: Implied) -> float:
        """Return F; infinite where the implied covariances are not positive definite."""
        try:
            return self.point(implied).value - self.saturated
        except np.linalg.LinAlgError:
            return math.inf

    def local(self, implied: Implied, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient of F by the slots and half its second derivative."""
        point = self.point(implied)
        pair = factor_pairs(implied)
        gradient = 2 * np.einsum("kp,kp->k", pair[0] @ point.cov_slope, pair[1])
        if self.has_means:
            gradient += point.mean_slope @ mean_jacobian(implied)
        if not exact:
            return gradient, self._information(implied, point, observed=False)
        mean_slope = point.mean_slope if self.has_means else np.zeros(len(self.mean))
        curved = weighted_curvature(implied, mean_slope, point.cov_slope)
        return gradient, self._information(implied, point, observed=True) + 0.5 * curved

    def _information(self, implied: Implied, point: NormalPoint, *, observed: bool) -> Floats:
        """Return the information of one row on the slots, its moments moving straight."""
        if len(point.shares) == 1:
            means = mean_jacobian(implied) if self.has_means else None
            return pair_information(point, factor_pairs(implied), means, observed=observed)
        slopes = jacobian(implied)
        middle = (observed_information if observed else expected_information)(
            point, with_means=self.has_means
        )
        return slopes.T @ middle @ slopes

    def weight(self, implied: Implied) -> Floats:
        """Return the expected information of one row on the moments, shape (m, m)."""
        return expected_information(self.point(implied), with_means=self.has_means)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """Weighted squares of the differences between sample and implied moments.

    Attributes
    ----------
    moments : ndarray of float, shape (m,)
        The sample's moments.
    weights : ndarray of float, shape (m,) or (m, m)
        Weights: ones (ULS), inverse variances (DWLS), an inverse covariance matrix (GLS, WLS).

    References
    ----------
    .. [1] Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of
       covariance structures. British Journal of Mathematical and Statistical Psychology, 37,
       62-83. https://doi.org/10.1111/j.2044-8317.1984.tb00789.x
    """

    moments: Floats = field(compare=False)
    weights: Floats = field(compare=False)

    def value(self, implied: Implied) -> float:
        """Return F."""
        away = self.moments - moment_vector(implied)
        return float(away @ weigh(self.weights, away))

    def local(self, implied: Implied, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient of F by the slots and half its second derivative."""
        slopes = jacobian(implied)
        weighted = weigh(self.weights, slopes)
        away = self.moments - moment_vector(implied)
        half = slopes.T @ weighted
        if exact and implied.structure.moves_straight:
            half -= self._curvature(implied, weigh(self.weights, away))
        return -2 * (away @ weighted), half

    def _curvature(self, implied: Implied, away: Floats) -> Floats:
        """Return the weighted second derivatives of the moments."""
        s = implied.structure
        n_locations = len(s.locations)
        mean, cov = np.zeros(s.p), np.zeros((s.p, s.p))
        ordinal = s.locations >= 0
        locations = away[:n_locations]
        np.add.at(mean, s.threshold_variable[s.locations[ordinal]], -locations[ordinal])
        mean[-1 - s.locations[~ordinal]] += locations[~ordinal]
        cov[s.pairs] = away[n_locations:]
        return weighted_curvature(implied, mean, 0.5 * (cov + cov.T))

    def weight(self, implied: Implied) -> Floats:
        """Return the weights."""
        return self.weights


def weigh(weights: Floats, columns: Floats) -> Floats:
    """Return the weights (a vector is a diagonal) times the columns.

    Examples
    --------
    >>> weigh(np.array([2.0, 3]), np.ones((2, 1))).tolist()
    [[2.0], [3.0]]
    """
    if weights.ndim == 2:
        return weights @ columns
    return (weights * columns.T).T
