"""Moments of ordinal and numeric variables together, and how they vary.

Two steps: each variable's thresholds, or mean and variance; then each pair's correlation, given
these. The rows' scores of both steps give the moments' covariance matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen
from campaign_effect.stats.moments.pair_cells import (
    cell_probabilities,
    cell_slopes,
    threshold_slopes,
)
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.polyserials import estimate_polyserials
from campaign_effect.stats.moments.tables import Codes, count_tables, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedMoments:
    """Moments of p ordinal and numeric variables.

    Attributes
    ----------
    cov : ndarray of float, shape (p, p)
        Covariances; ordinal variables have a latent response of variance 1.
    mean : ndarray of float, shape (p,)
        Means, zero where ordinal.
    thresholds : ndarray of float, shape (n_thresholds,)
        Of the ordinal variables, in order.
    gamma : ndarray of float, shape (m, m)
        n times the covariance matrix of the moments: thresholds and means variable by variable,
        variances of the numeric variables, covariances by columns of the lower triangle.
    """

    cov: Floats = field(compare=False)
    mean: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    gamma: Floats = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variable:
    """One variable: its values, parameters, where these stand, and the rows' scores on them."""

    z: Floats = field(compare=False)
    codes: Codes = field(compare=False)
    bounds: Floats = field(compare=False)
    mean: float
    sd: float
    at: Integers = field(compare=False)
    scores: Floats = field(compare=False)

    @property
    def is_ordinal(self) -> bool:
        return len(self.bounds) > 0


def estimate_mixed(
    values: Floats, is_ordinal: Booleans, *, weights: Floats | None = None
) -> MixedMoments:
    """Estimate the moments of ordinal and numeric variables.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        Complete answers. About ``4 n p**2`` bytes are needed beside them.
    is_ordinal : ndarray of bool, shape (p,)
        Which variables are ordinal.
    weights : ndarray of float, shape (n,), optional
        Sampling weights; a row's score is multiplied by its weight, so that gamma, which is
        then their sum times the moments' covariance matrix, is robust to them.

    Returns
    -------
    MixedMoments

    Raises
    ------
    NoVariationError
        If a variable has one value only.
    ConvergenceError
        If a polyserial correlation is perfect.

    Notes
    -----
    With the rows' scores S on all parameters, ``gamma = n A^-1 S'S A^-T``, where the blocks of
    A are sums of products of scores [1]_: of each variable's, and of each pair's correlation
    with those of its two variables.

    References
    ----------
    .. [1] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
       https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(500, 1))
    >>> answers = np.hstack([x, x + rng.normal(size=(500, 1)) > 0])
    >>> estimate_mixed(answers, np.array([False, True])).gamma.shape
    (4, 4)
    """
    w = np.ones(len(values)) if weights is None else weights
    correlations = _correlations(values, is_ordinal, w)
    variables = _variables(values, is_ordinal, w)
    first_pair = sum(len(variable.at) for variable in variables)
    left, right = np.triu_indices(len(variables), 1)
    A = np.zeros((first_pair + len(left),) * 2)
    S = np.empty((len(values), len(A)))
    for variable in variables:
        S[:, variable.at] = variable.scores
        A[np.ix_(variable.at, variable.at)] = (w * variable.scores.T) @ variable.scores
    for row, (i, j) in enumerate(zip(left, right, strict=True), start=first_pair):
        a, b = variables[i], variables[j]
        score, own, other = _pair_scores(a, b, float(correlations[i, j]))
        S[:, row] = score
        counted = w * score
        A[row, a.at], A[row, b.at] = counted @ own, counted @ other
        A[row, row] = counted @ score
    influence = np.linalg.solve(A, w * S.T)
    scale = np.array([variable.sd for variable in variables])
    turn = _to_covariances(variables, correlations, first_pair)
    return MixedMoments(
        cov=frozen(correlations * np.outer(scale, scale)),
        mean=frozen(np.array([variable.mean for variable in variables])),
        thresholds=frozen(np.concatenate([v.bounds[1:-1] for v in variables])),
        gamma=frozen(w.sum() * turn @ (influence @ influence.T) @ turn.T),
    )


def _correlations(values: Floats, is_ordinal: Booleans, w: Floats) -> Floats:
    """Return polychoric, polyserial and product-moment correlations."""
    ordinal, numeric = np.flatnonzero(is_ordinal), np.flatnonzero(~is_ordinal)
    correlations = np.eye(values.shape[1])
    codes = encode(values[:, ordinal]).codes
    if len(ordinal) > 1:
        found = estimate_polychorics(count_tables(codes, weights=w)).correlations
        correlations[np.ix_(ordinal, ordinal)] = found
    if len(numeric) > 1:
        correlations[np.ix_(numeric, numeric)] = _pearson(values[:, numeric], w)
    if len(numeric) and len(ordinal):
        mixed = estimate_polyserials(values[:, numeric], codes, weights=w).correlations
        correlations[np.ix_(numeric, ordinal)] = mixed
        correlations[np.ix_(ordinal, numeric)] = mixed.T
    return correlations


def _pearson(values: Floats, w: Floats) -> Floats:
    cov = np.cov(values.T, aweights=w, ddof=0)
    scale = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(scale, scale))


def _variables(values: Floats, is_ordinal: Booleans, w: Floats) -> list[_Variable]:
    """Take the first step: every variable by itself."""
    codes = encode(np.where(is_ordinal, values, 0.0))
    n_locations = [
        len(c) - 1 if o else 1 for c, o in zip(codes.categories, is_ordinal, strict=True)
    ]
    starts = np.cumsum([0, *n_locations])
    variances = iter(range(int(starts[-1]), int(starts[-1]) + int((~is_ordinal).sum())))
    found = []
    for item, ordinal in enumerate(is_ordinal.tolist()):
        if ordinal:
            at = np.arange(starts[item], starts[item + 1])
            found.append(_ordinal(codes.codes[:, item], at, w))
        else:
            places = np.array([starts[item], next(variances)])
            found.append(_numeric(values[:, item], places, w))
    return found


def _ordinal(codes: Codes, at: Integers, w: Floats) -> _Variable:
    shares = np.bincount(codes, weights=w) / w.sum()
    bounds = np.concatenate([[-np.inf], special.ndtri(np.cumsum(shares)[:-1]), [np.inf]])
    density = _density(bounds[1:-1])
    levels = np.arange(len(density))
    scores = np.where(codes[:, None] == levels, density / shares[:-1], 0.0)
    scores -= np.where(codes[:, None] == levels + 1, density / shares[1:], 0.0)
    nothing = np.zeros(0)
    return _Variable(
        z=nothing, codes=codes, bounds=bounds, mean=0.0, sd=1.0, at=at, scores=scores
    )


def _numeric(values: Floats, at: Integers, w: Floats) -> _Variable:
    mean = float(np.average(values, weights=w))
    sd = float(np.sqrt(np.average((values - mean) ** 2, weights=w)))
    z = (values - mean) / sd
    scores = np.column_stack([z / sd, (z**2 - 1) / (2 * sd**2)])
    return _Variable(
        z=z,
        codes=np.zeros(0, dtype=np.int8),
        bounds=np.zeros(0),
        mean=mean,
        sd=sd,
        at=at,
        scores=scores,
    )


def _pair_scores(a: _Variable, b: _Variable, r: float) -> tuple[Floats, Floats, Floats]:
    """Return the rows' scores of a pair: on its correlation, and on each variable's own."""
    if a.is_ordinal and b.is_ordinal:
        return _polychoric_scores(a, b, r)
    if not a.is_ordinal and not b.is_ordinal:
        return _normal_scores(a, b, r)
    if a.is_ordinal:
        score, numeric, ordinal = _polyserial_scores(b, a, r)
        return score, ordinal, numeric
    return _polyserial_scores(a, b, r)


def _normal_scores(a: _Variable, b: _Variable, r: float) -> tuple[Floats, Floats, Floats]:
    rest = 1 - r**2
    product = a.z * b.z
    squares = a.z**2 - 2 * r * product + b.z**2
    own = [
        np.column_stack(
            [
                (x.z - r * y.z) / (x.sd * rest),
                ((x.z**2 - r * product) / rest - 1) / (2 * x.sd**2),
            ]
        )
        for x, y in ((a, b), (b, a))
    ]
    return (r + product - r * squares / rest) / rest, own[0], own[1]


def _polyserial_scores(a: _Variable, b: _Variable, r: float) -> tuple[Floats, Floats, Floats]:
    """Return scores of a numeric and an ordinal variable."""
    root = np.sqrt(1 - r**2)
    low, high = b.bounds[b.codes], b.bounds[b.codes + 1]
    at_low, at_high = (low - r * a.z) / root, (high - r * a.z) / root
    flipped = at_low > 0
    chance = special.ndtr(np.where(flipped, -at_low, at_high)) - special.ndtr(
        np.where(flipped, -at_high, at_low)
    )
    dense_low, dense_high = _density(at_low) / chance, _density(at_high) / chance
    turned_low = dense_low * (r * np.where(np.isfinite(low), low, 0.0) - a.z)
    turned_high = dense_high * (r * np.where(np.isfinite(high), high, 0.0) - a.z)
    shift = (dense_high - dense_low) * r / (root * a.sd)
    numeric = a.scores + np.column_stack([shift, shift * a.z / (2 * a.sd)])
    levels = np.arange(len(b.bounds) - 2)
    ordinal = np.where(b.codes[:, None] == levels, dense_high[:, None] / root, 0.0)
    ordinal -= np.where(b.codes[:, None] == levels + 1, dense_low[:, None] / root, 0.0)
    return (turned_high - turned_low) / root**3, numeric, ordinal


def _polychoric_scores(a: _Variable, b: _Variable, r: float) -> tuple[Floats, Floats, Floats]:
    rows, columns = _same_length(a.bounds, b.bounds)
    R = np.array([r])
    chance = np.maximum(cell_probabilities(rows, columns, R)[0], 1e-300)
    slope = cell_slopes(rows, columns, R)[0][0] / chance
    own = _threshold_scores(a, b.codes, threshold_slopes(rows, columns, R)[0], chance)
    other = _threshold_scores(b, a.codes, threshold_slopes(columns, rows, R)[0], chance.T)
    return slope[a.codes, b.codes], own, other


def _same_length(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Pad the shorter bounds by infinity."""
    size = max(len(a), len(b))
    padded = np.full((2, 1, size), np.inf)
    padded[0, 0, : len(a)], padded[1, 0, : len(b)] = a, b
    return padded[0], padded[1]


def _threshold_scores(a: _Variable, other: Codes, slopes: Floats, chance: Floats) -> Floats:
    levels = np.arange(len(a.bounds) - 2)
    up = (slopes[levels] / chance[levels])[:, other].T
    down = (slopes[levels] / chance[levels + 1])[:, other].T
    return np.where(a.codes[:, None] == levels, up, 0.0) - np.where(
        a.codes[:, None] == levels + 1, down, 0.0
    )


def _to_covariances(
    variables: list[_Variable], correlations: Floats, first_pair: int
) -> Floats:
    """Return the derivative of the moments by the parameters, correlations made covariances."""
    left, right = np.triu_indices(len(variables), 1)
    turn = np.eye(first_pair + len(left))
    for row, (i, j) in enumerate(zip(left, right, strict=True), start=first_pair):
        a, b = variables[i], variables[j]
        turn[row, row] = a.sd * b.sd
        for x, y in ((a, b), (b, a)):
            if not x.is_ordinal:
                turn[row, x.at[1]] = correlations[i, j] * y.sd / (2 * x.sd)
    return turn


def _density(x: Floats) -> Floats:
    """Of the standard normal; zero at infinity."""
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
