"""Moments of ordinal and numeric variables, given predictors or not, and how they vary.

Two steps: each variable's thresholds, or mean and variance, with its slopes on the predictors;
then each pair's correlation, given these. The rows' scores of both steps give the moments'
covariance matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen
from campaign_effect.stats.moments.residual_correlations import (
    PerfectCorrelationError,
    pair_scores,
)
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.moments.univariate import Univariate, fit_numeric, fit_ordinal
from campaign_effect.stats.moments.variation import PerfectPairsError


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedMoments:
    """Moments of p ordinal and numeric variables, given q predictors.

    Attributes
    ----------
    cov : ndarray of float, shape (p, p)
        (Residual) covariances; ordinal variables have a latent response of variance 1.
    mean : ndarray of float, shape (p,)
        Means, zero where ordinal; where there are predictors, intercepts.
    thresholds : ndarray of float, shape (n_thresholds,)
        Of the ordinal variables, in order, where the predictors are zero.
    slopes : ndarray of float, shape (p, q)
        Of the variables, ordinal ones by their latent response, on the predictors.
    gamma : ndarray of float, shape (m, m)
        n times the covariance matrix of the moments: thresholds and means variable by variable,
        slopes predictor by predictor, variances of the numeric variables, covariances by
        columns of the lower triangle.
    """

    cov: Floats = field(compare=False)
    mean: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    slopes: Floats = field(compare=False)
    gamma: Floats = field(compare=False)


def estimate_mixed(
    values: Floats,
    is_ordinal: Booleans,
    *,
    given: Floats | None = None,
    weights: Floats | None = None,
) -> MixedMoments:
    """Estimate the moments of ordinal and numeric variables.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        Complete answers. About ``4 n p**2`` bytes are needed beside them.
    is_ordinal : ndarray of bool, shape (p,)
        Which variables are ordinal.
    given : ndarray of float, shape (n, q), optional
        Predictors, of which nothing is assumed; the moments are then conditional on them.
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
    CollinearityError
        If a predictor is constant or a sum of others.
    PerfectPairsError
        If a correlation is perfect.
    ConvergenceError
        If predictors decide a category.

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
    X = np.zeros((len(values), 0)) if given is None else given
    _check_given(X)
    w = np.ones(len(values)) if weights is None else weights
    variables = _variables(values, is_ordinal, X, w)
    patterns = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    first_pair = sum(len(variable.at) for variable in variables)
    left, right = np.triu_indices(len(variables), 1)
    A = np.zeros((first_pair + len(left),) * 2)
    S = np.empty((len(values), len(A)))
    correlations = np.eye(len(variables))
    for variable in variables:
        S[:, variable.at] = variable.scores
        A[np.ix_(variable.at, variable.at)] = (w * variable.scores.T) @ variable.scores
    for row, (i, j) in enumerate(zip(left, right, strict=True), start=first_pair):
        a, b = variables[i], variables[j]
        try:
            pair = pair_scores(a, b, patterns, w)
        except PerfectCorrelationError as error:
            raise PerfectPairsError.of([(i, j)]) from error
        correlations[i, j] = correlations[j, i] = pair.r
        S[:, row] = pair.score
        counted = w * pair.score
        A[row, a.at], A[row, b.at] = counted @ pair.first, counted @ pair.second
        A[row, row] = counted @ pair.score
    influence = np.linalg.solve(A, w * S.T)
    scale = np.array([variable.sd for variable in variables])
    turn = _to_covariances(variables, correlations, first_pair)
    return MixedMoments(
        cov=frozen(correlations * np.outer(scale, scale)),
        mean=frozen(np.array([variable.mean for variable in variables])),
        thresholds=frozen(np.concatenate([v.thresholds for v in variables])),
        slopes=frozen(np.array([variable.slopes for variable in variables])),
        gamma=frozen(w.sum() * turn @ (influence @ influence.T) @ turn.T),
    )


def _check_given(X: Floats) -> None:
    centred = X - X.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    if (scale == 0).any() or np.linalg.matrix_rank(centred / scale) < X.shape[1]:
        raise CollinearityError(
            "A predictor is constant, or a sum of others.", hint="leave it out."
        )


def _variables(values: Floats, is_ordinal: Booleans, X: Floats, w: Floats) -> list[Univariate]:
    """Take the first step: every variable by itself."""
    coded = encode(np.where(is_ordinal, values, 0.0))
    p, q = len(is_ordinal), X.shape[1]
    kinds = zip(coded.categories, is_ordinal, strict=True)
    starts = np.cumsum([0, *(len(c) - 1 if ordinal else 1 for c, ordinal in kinds)])
    variance = int(starts[-1]) + p * q
    found = []
    for item, ordinal in enumerate(is_ordinal.tolist()):
        locations = np.arange(starts[item], starts[item + 1])
        at = np.concatenate([locations, starts[-1] + item + p * np.arange(q)]).astype(np.int64)
        if ordinal:
            found.append(fit_ordinal(coded.codes[:, item], X, w, at))
        else:
            found.append(fit_numeric(values[:, item], X, w, np.append(at, variance)))
            variance += 1
    return found


def _to_covariances(
    variables: list[Univariate], correlations: Floats, first_pair: int
) -> Floats:
    """Return the derivative of the moments by the parameters, correlations made covariances."""
    left, right = np.triu_indices(len(variables), 1)
    turn = np.eye(first_pair + len(left))
    for row, (i, j) in enumerate(zip(left, right, strict=True), start=first_pair):
        a, b = variables[i], variables[j]
        turn[row, row] = a.sd * b.sd
        for x, y in ((a, b), (b, a)):
            if not x.is_ordinal:
                variance: Integers = x.at[-1]
                turn[row, variance] = correlations[i, j] * y.sd / (2 * x.sd)
    return turn
