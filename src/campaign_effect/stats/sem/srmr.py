"""Standardised root mean square residual, and residual correlations."""

from __future__ import annotations

import math

import numpy as np

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.implied import Implied
from campaign_effect.stats.sem.sample import GroupSample
from campaign_effect.stats.sem.solution import Solution


def standardised_residual(solution: Solution) -> float:
    """Return the SRMR.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    float
        At least 0; groups weigh by their rows.

    Notes
    -----
    Root mean square of ``(s_ij - sigma_ij) / sqrt(s_ii s_jj)``, with the standardised residual
    means where means are modelled [1]_; of the correlations alone where variables are ordinal.

    References
    ----------
    .. [1] Bentler, P. M. (1995). EQS structural equations program manual. Multivariate
       Software.
    """
    groups = zip(solution.sample.shares, solution.sample.groups, solution.implied, strict=True)
    likelihood = solution.estimator.is_likelihood
    return float(sum(f * group_srmr(sample, i, likelihood) for f, sample, i in groups))


def group_srmr(sample: GroupSample, implied: Implied, likelihood: bool) -> float:
    """Return one group's SRMR; likelihoods take covariances with divisor n."""
    is_ordinal = bool(implied.structure.is_ordinal.any())
    own = np.ix_(*2 * [implied.structure.modelled])
    cov = (sample.cov if likelihood or is_ordinal else sample.unbiased_cov)[own]
    scale = np.sqrt(np.diag(cov))
    away = (cov - implied.cov[own]) / np.outer(scale, scale)
    rows, columns = np.triu_indices(len(scale))
    squares, count = away[rows, columns] ** 2, float(len(rows))
    if is_ordinal:
        return math.sqrt(float(squares[rows != columns].sum()) / count)
    total = float(squares.sum())
    if implied.structure.has_means:
        total += float((((sample.mean - implied.mean) / scale) ** 2).sum())
        count += len(scale)
    return math.sqrt(total / count)


def residual_correlations(solution: Solution) -> tuple[Floats, ...]:
    """Return sample less implied correlations.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of ndarray of float, shape (p, p)
        One for each group, with a zero diagonal; zero where predictors are given.
    """
    groups = zip(solution.sample.groups, solution.implied, strict=True)
    return tuple(_residuals(g.cov, i) for g, i in groups)


def _residuals(cov: Floats, implied: Implied) -> Floats:
    own = np.ix_(*2 * [implied.structure.modelled])
    residuals = np.zeros_like(cov)
    residuals[own] = _correlations(cov[own]) - _correlations(implied.cov[own])
    return residuals


def _correlations(cov: Floats) -> Floats:
    scale = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(scale, scale))
