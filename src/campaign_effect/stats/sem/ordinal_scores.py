"""Factor scores of ordinal answers: the mode of what the answers leave probable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import log_ndtr

from campaign_effect.errors import ConvergenceError, UsageError
from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.moments.tables import MISSING, Codes
from campaign_effect.stats.sem.implied import Implied
from campaign_effect.stats.sem.scores import FactorScores
from campaign_effect.stats.sem.solution import Solution

_TOLERANCE = 1e-9  # of a Newton step, in standard deviations of the factor
_MOST_STEPS = 100


def ordinal_factor_scores(
    solution: Solution, groups: Sequence[Codes]
) -> tuple[FactorScores, ...]:
    """Return empirical Bayes modal scores of ordinal answers.

    Parameters
    ----------
    solution : Solution
        A fitted model whose observed variables are all ordinal.
    groups : sequence of ndarray of int8, shape (n_g, p)
        Each group's answers as codes from 0, -1 where missing; columns as ``table.observed``.

    Returns
    -------
    tuple of FactorScores
        One for each group; standard errors from the curvature at the mode. Rows without answers
        get the factors' means.

    Raises
    ------
    UsageError
        If a variable is not ordinal.
    ConvergenceError
        If Newton's steps do not settle.

    Notes
    -----
    The factors maximise ``log N(factors) + sum log P(answer | factors)`` [1]_, where answers
    are independent given the factors: residual correlations are not used.

    References
    ----------
    .. [1] Muraki, E., & Engelhard, G. (1985). Full-information item factor analysis:
       Applications of EAP scores. Applied Psychological Measurement, 9, 417-430.
       https://doi.org/10.1177/014662168500900411
    """
    if len(solution.table.specification.ordered) < len(solution.table.observed):
        raise UsageError("Modal scores need ordinal variables only.", hint="use factor_scores.")
    return tuple(
        _group_scores(implied, codes)
        for implied, codes in zip(solution.implied, groups, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Responses:
    """Given the factors, latent responses are normal: intercepts, slopes and bounds."""

    slopes: Floats = field(compare=False)
    intercepts: Floats = field(compare=False)
    low: Floats = field(compare=False)
    high: Floats = field(compare=False)
    mean: Floats = field(compare=False)
    precision: Floats = field(compare=False)


def _group_scores(implied: Implied, codes: Codes) -> FactorScores:
    unique, inverse = np.unique(codes, axis=0, return_inverse=True)
    values, errors = _modes(_responses(implied, unique))
    return FactorScores(
        values=frozen(values[inverse.ravel()]), std_errors=frozen(errors[inverse.ravel()])
    )


def _responses(implied: Implied, codes: Codes) -> _Responses:
    p = implied.structure.p
    factors = implied.all_cov[p:, p:]
    precision = np.asarray(np.linalg.inv(factors), dtype=np.float64)
    slopes = implied.all_cov[:p, p:] @ precision
    explained = np.einsum("im,mk,ik->i", slopes, factors, slopes)
    scale = np.sqrt(np.diag(implied.all_cov)[:p] - explained)
    bounds = _bounds(implied)
    item = np.arange(p)
    low = np.where(codes == MISSING, -np.inf, bounds[item, codes])
    high = np.where(codes == MISSING, np.inf, bounds[item, codes + 1])
    intercepts = implied.all_mean[:p] - slopes @ implied.all_mean[p:]
    return _Responses(
        slopes=slopes / scale[:, None],
        intercepts=intercepts / scale,
        low=low / scale,
        high=high / scale,
        mean=implied.all_mean[p:],
        precision=precision,
    )


def _bounds(implied: Implied) -> Floats:
    """Return each variable's thresholds between -inf and inf, shape (p, K + 1)."""
    at = implied.structure.threshold_variable
    bounds = np.full((implied.structure.p, np.bincount(at).max() + 2), np.inf)
    bounds[:, 0] = -np.inf
    for variable in range(len(bounds)):
        own = implied.raw_thresholds[at == variable]
        bounds[variable, 1 : len(own) + 1] = own
    return bounds


def _modes(responses: _Responses) -> tuple[Floats, Floats]:
    """Return modes and standard errors of all rows, shape (n, m), by damped Newton steps."""
    scores = np.tile(responses.mean, (len(responses.low), 1))
    size = 1 / np.sqrt(np.diag(responses.precision))
    value = _log_posterior(responses, scores)
    for _ in range(_MOST_STEPS):
        gradient, curvature = _derivatives(responses, scores)
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        if np.abs(step / size).max() < _TOLERANCE:
            errors = np.diagonal(np.linalg.inv(curvature), axis1=1, axis2=2)
            return scores, np.sqrt(errors)
        length = np.ones(len(scores))
        for _ in range(30):
            trial = _log_posterior(responses, scores + length[:, None] * step)
            worse = trial < value - 1e-12 * (1 + np.abs(value))
            if not worse.any():
                break
            length[worse] /= 2
        scores = scores + length[:, None] * step
        value = trial
    raise ConvergenceError(
        "The factor scores did not settle.",
        received=f"{_MOST_STEPS} steps, last step {np.abs(step / size).max():.1e} SD",
    )


def _limits(responses: _Responses, scores: Floats) -> tuple[Floats, Floats]:
    centre = responses.intercepts + scores @ responses.slopes.T
    return responses.low - centre, responses.high - centre


def _log_posterior(responses: _Responses, scores: Floats) -> Floats:
    low, high = _limits(responses, scores)
    away = scores - responses.mean
    prior = -0.5 * np.einsum("nm,mk,nk->n", away, responses.precision, away)
    return np.asarray(prior + _log_interval(low, high).sum(axis=1))


def _log_interval(low: Floats, high: Floats) -> Floats:
    """Return the log probability of a normal between bounds, exact in both tails."""
    flipped = low > 0
    lower, upper = np.where(flipped, -high, low), np.where(flipped, -low, high)
    near, far = log_ndtr(upper), log_ndtr(lower)
    return np.asarray(near + np.log1p(-np.exp(far - near)))


def _derivatives(responses: _Responses, scores: Floats) -> tuple[Floats, Floats]:
    """Return gradient, shape (n, m), and negative curvature, shape (n, m, m)."""
    low, high = _limits(responses, scores)
    log_probability = _log_interval(low, high)
    at_low, at_high = _ratio(low, log_probability), _ratio(high, log_probability)
    first = at_low - at_high
    second = first**2 + _product(high, at_high) - _product(low, at_low)
    away = scores - responses.mean
    gradient = first @ responses.slopes - away @ responses.precision
    slopes = responses.slopes
    curvature = responses.precision + np.einsum("ni,im,ik->nmk", second, slopes, slopes)
    return gradient, curvature


def _ratio(bound: Floats, log_probability: Floats) -> Floats:
    """Return the normal density at a bound over the probability of the interval."""
    finite = np.where(np.isfinite(bound), bound, 0.0)
    density = -0.5 * finite**2 - 0.5 * np.log(2 * np.pi)
    return np.where(np.isfinite(bound), np.exp(density - log_probability), 0.0)


def _product(bound: Floats, ratio: Floats) -> Floats:
    return np.where(np.isfinite(bound), bound, 0.0) * ratio
