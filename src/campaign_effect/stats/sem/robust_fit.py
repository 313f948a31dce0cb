"""The misfits behind the robust fit indices."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.patterns import Patterns, patterns_of_moments
from campaign_effect.stats.sem.discrepancy import weigh
from campaign_effect.stats.sem.implied import Implied, jacobian
from campaign_effect.stats.sem.noncentral import Noncentral
from campaign_effect.stats.sem.normal import (
    NormalPoint,
    expected_information,
    normal_point,
    observed_information,
)
from campaign_effect.stats.sem.robust import moment_gamma, score_variation
from campaign_effect.stats.sem.sample import GroupSample
from campaign_effect.stats.sem.solution import ChiSquare, Solution


def robust_misfits(
    solution: Solution, baseline: Solution
) -> tuple[Noncentral, Noncentral] | None:
    """Return the misfits of model and baseline that make indices robust.

    Parameters
    ----------
    solution, baseline : Solution
        The model and the independence model.

    Returns
    -------
    tuple of Noncentral, or None
        None where no robust version is defined: least squares with a mean-and-variance
        adjusted or no corrected test, ordinal samples with numeric variables or indefinite
        polychorics.

    References
    ----------
    .. [1] Savalei, V. (2018). On the computation of the RMSEA and CFI from the
       mean-and-variance corrected test statistic with nonnormal data in SEM. Multivariate
       Behavioral Research, 53, 419-429. https://doi.org/10.1080/00273171.2018.1455142
    .. [2] Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML
       and TS estimation with missing data. Psychological Methods, 28, 263-283.
       https://doi.org/10.1037/met0000445
    .. [3] Savalei, V. (2021). Improving fit indices in structural equation modeling with
       categorical data. Multivariate Behavioral Research, 56, 390-407.
       https://doi.org/10.1080/00273171.2020.1717922
    """
    ordinal = bool(solution.table.specification.ordered)
    if solution.estimator.is_likelihood and not solution.sample.is_complete:
        pieces = tuple(_incomplete(solution, group) for group in solution.sample.groups)
        return _completed(solution, pieces), _completed(baseline, pieces)
    if solution.scaled is None or baseline.scaled is None:
        return None
    if solution.estimator.scaling == "mean_var_adjusted":
        return None
    if not ordinal:
        return _uncorrected(solution, solution.scaled), _uncorrected(baseline, baseline.scaled)
    if not _is_polychoric(solution):
        return None
    return _categorical(solution), _categorical_baseline(baseline)


def _uncorrected(solution: Solution, scaled: ChiSquare) -> Noncentral:
    """Return the uncorrected statistic, referred to chi-square by its correction."""
    df = solution.standard.df
    centre = scaled.trace / df if df > 0 else 1.0
    if solution.estimator.scaling == "scaled_shifted" and df > 0:
        centre = scaled.scaling * (df - scaled.shift) / df
    return Noncentral(
        statistic=solution.standard.statistic,
        df=df,
        centre=centre,
        reference=scaled.statistic,
        unit=scaled.scaling,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incomplete:
    """Information of a group's saturated model, with and without its missing answers."""

    share: float
    sample: GroupSample
    complete: Patterns = field(compare=False)
    with_all: Floats = field(compare=False)
    with_missing: Floats = field(compare=False)
    variation: Floats = field(compare=False)


def _incomplete(solution: Solution, group: GroupSample) -> _Incomplete:
    patterns = group.patterns
    if patterns is None:
        raise TypeError("an ordinal sample has no normal likelihood")
    complete = patterns_of_moments(group.cov, group.mean, group.n)
    with_all = expected_information(
        normal_point(complete, group.mean, group.cov), with_means=True
    )
    point = normal_point(patterns, group.mean, group.cov)
    with_missing = observed_information(point, with_means=True)
    variation = with_missing
    if solution.scaled is not None:
        variation = score_variation(group, group.mean, group.cov, with_means=True)
    return _Incomplete(
        share=group.n / solution.sample.n,
        sample=group,
        complete=complete,
        with_all=with_all,
        with_missing=with_missing,
        variation=variation,
    )


def _completed(solution: Solution, pieces: tuple[_Incomplete, ...]) -> Noncentral:
    """Return the test that complete answers with the saturated moments would have.

    With A, W and J the complete, incomplete and score information of the saturated model, D
    the slopes and E the inverse of D'WD, the scaling is the trace of ``R' A R W^-1 J W^-1`` for
    each df, where ``R = I - D E D' W``.
    """
    slopes = [jacobian(implied) @ solution.problem.spread for implied in solution.implied]
    parts = list(zip(pieces, slopes, strict=True))
    inverse = np.linalg.inv(sum(g.share * (d.T @ g.with_missing @ d) for g, d in parts))
    between = inverse @ sum(g.share * (d.T @ g.with_all @ d) for g, d in parts) @ inverse
    trace = statistic = 0.0
    for (group, slope), implied in zip(parts, solution.implied, strict=True):
        gamma = np.linalg.solve(group.with_missing, group.variation)
        ratio = np.linalg.solve(group.with_missing, group.with_all)
        trace += float(np.sum(gamma * ratio.T))
        crossed = slope.T @ group.variation @ ratio @ slope
        trace -= 2 * group.share * float(np.sum(inverse * crossed))
        trace += group.share * float(np.sum(between * (slope.T @ group.variation @ slope)))
        own = normal_point(group.complete, group.sample.mean, group.sample.cov)
        fitted = normal_point(group.complete, implied.mean, implied.cov)
        statistic += group.sample.n * (fitted.value - own.value)
    return _scaled(solution, statistic, trace)


def _scaled(solution: Solution, statistic: float, trace: float) -> Noncentral:
    df = solution.standard.df
    scaling = trace / df if df > 0 else 1.0
    return Noncentral(
        statistic=statistic,
        df=df,
        centre=scaling,
        reference=statistic / scaling,
        unit=scaling,
    )


def _is_polychoric(solution: Solution) -> bool:
    """Whether all variables are ordinal and their correlations positive definite."""
    ordered = dict(solution.table.specification.ordered)
    positive = (np.linalg.eigvalsh(g.cov)[0] > 1e-8 for g in solution.sample.groups)
    return all(name in ordered for name in solution.table.observed) and all(positive)


def _categorical(solution: Solution) -> Noncentral:
    """Return the normal-theory test of the polychorics at the least-squares estimates."""
    inverse = solution.inverse_information
    statistic = trace = 0.0
    projected = []
    for index, (group, implied) in enumerate(
        zip(solution.sample.groups, solution.implied, strict=True)
    ):
        point = _normal(group, implied)
        statistic += group.n * (point.value - _normal(group, None).value)
        off = ~np.eye(len(group.cov), dtype=np.bool_)[np.triu_indices(len(group.cov))]
        weights = expected_information(point, with_means=False)[np.ix_(off, off)]
        first = len(group.thresholds)
        slopes = (jacobian(implied) @ solution.problem.spread)[first:]
        gamma = moment_gamma(group, solution.problem.structures[index])[first:, first:]
        own = _own_weights(solution, index)[first:]
        projected.append((group.n / solution.sample.n, slopes, weights, gamma, own))
    between = sum(f * (d.T @ v @ d) for f, d, v, _, _ in projected)
    between = inverse @ between @ inverse
    for f, d, v, gamma, own in projected:
        weighted = weigh(own, d)
        trace += float(np.sum(v * gamma))
        trace -= 2 * f * float(np.sum(inverse * (weighted.T @ gamma @ v @ d)))
        trace += f * float(np.sum(between * (weighted.T @ gamma @ weighted)))
    return _scaled(solution, statistic, trace)


def _own_weights(solution: Solution, group: int) -> Floats:
    weights = solution.problem.discrepancies[group].weight(solution.implied[group])
    return np.diag(weights) if weights.ndim == 2 else weights


def _normal(group: GroupSample, implied: Implied | None) -> NormalPoint:
    """Return the normal likelihood of the polychorics at the implied (or the same) ones."""
    p = len(group.cov)
    cov = group.cov if implied is None else implied.cov
    correlations = cov.copy()
    correlations[np.diag_indices(p)] = 1.0
    return normal_point(
        patterns_of_moments(group.cov, np.zeros(p), group.n), np.zeros(p), correlations
    )


def _categorical_baseline(baseline: Solution) -> Noncentral:
    """Return the normal-theory test of uncorrelated variables.

    As in lavaan, each group's variation is divided by its share of the rows here.
    """
    statistic = trace = 0.0
    groups = zip(baseline.sample.groups, baseline.problem.structures, strict=True)
    for group, structure in groups:
        statistic -= group.n * float(np.linalg.slogdet(group.cov)[1])
        first = len(group.thresholds)
        gamma = moment_gamma(group, structure)[first:, first:]
        trace += float(np.trace(gamma)) * baseline.sample.n / group.n
    return _scaled(baseline, statistic, trace)
