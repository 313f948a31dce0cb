"""The rows' variation of the moments and of the likelihood's scores."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.continuous import fourth_moment_gamma
from campaign_effect.stats.sem.implied import Implied
from campaign_effect.stats.sem.normal import (
    casewise_scores,
    expected_information,
    normal_point,
    observed_information,
)
from campaign_effect.stats.sem.places import Structure
from campaign_effect.stats.sem.sample import GroupSample


def moment_gamma(sample: GroupSample, structure: Structure) -> Floats:
    """Return n times the covariance matrix of a group's moments.

    Parameters
    ----------
    sample : GroupSample
        A group; ordinal samples bring theirs.
    structure : Structure
        Its matrices: whether means are moments, and which predictors are given.

    Returns
    -------
    ndarray of float, shape (m, m)

    Raises
    ------
    UsageError
        If the group has no complete rows.
    """
    if sample.gamma is not None:
        return sample.gamma
    if sample.rows is None or sample.patterns is None or not sample.patterns.is_complete:
        raise UsageError(
            "This estimator needs complete answers.",
            hint="drop incomplete rows, or use MLR with incomplete ones.",
        )
    if sample.weights is not None or sample.clusters is not None:
        raise UsageError("This estimator takes no weights or clusters.", hint="use MLR.")
    return fourth_moment_gamma(
        sample.rows, with_means=structure.has_means, given=structure.given
    )


def normal_gamma(sample: GroupSample, structure: Structure) -> Floats:
    """Return n times the covariance matrix that a group's moments have in normal rows.

    Parameters
    ----------
    sample : GroupSample
        A continuous group.
    structure : Structure
        Its matrices.

    Returns
    -------
    ndarray of float, shape (m, m)
    """
    if sample.patterns is None:
        raise UsageError("Normal theory needs continuous answers.")
    point = normal_point(sample.patterns, sample.mean, sample.unbiased_cov)
    information = expected_information(point, with_means=structure.has_means)
    return np.asarray(np.linalg.inv(information))


def score_variation(
    sample: GroupSample, mean: Floats, cov: Floats, *, with_means: bool
) -> Floats:
    """Return the mean square of the rows' (or clusters') scores on mean and covariances.

    Parameters
    ----------
    sample : GroupSample
        A group with rows.
    mean : ndarray of float, shape (p,)
    cov : ndarray of float, shape (p, p)
        Where the scores are taken.
    with_means : bool
        Whether the means stand before the covariances.

    Returns
    -------
    ndarray of float, shape (m, m)

    Raises
    ------
    UsageError
        If the group has summary statistics only.
    """
    if sample.rows is None or sample.patterns is None:
        raise UsageError(
            "Robust results need the answers, not only their covariances.",
            hint="use ML, or give the rows.",
        )
    p = len(mean)
    first = 0 if with_means else p
    width = p + p * (p + 1) // 2 - first
    products = np.zeros((width, width))
    clusters = sample.clusters
    sums = np.zeros((0 if clusters is None else int(clusters.max()) + 1, width))
    point = normal_point(sample.patterns, mean, cov)
    for index, scores in casewise_scores(sample.patterns, point, sample.rows, mean):
        used = scores[:, first:]
        if sample.weights is not None:
            used = sample.weights[index, None] * used
        if clusters is None:
            products += used.T @ used
        else:
            np.add.at(sums, clusters[index], used)
    if len(sums) > 1:
        products = sums.T @ sums * len(sums) / (len(sums) - 1)
    return products / sample.n


def saturated_trace(sample: GroupSample, structure: Structure) -> float:
    """Return the trace of inverse information times score variation of the saturated model.

    Parameters
    ----------
    sample : GroupSample
        A group with rows.
    structure : Structure
        Its matrices: whether means are moments, and which predictors are given.

    Returns
    -------
    float
        About the number of moments that are not given where the rows are normal.
    """
    if sample.patterns is None:
        raise UsageError("The scores of ordinal answers are no likelihood's scores.")
    with_means = structure.has_means
    point = normal_point(sample.patterns, sample.mean, sample.cov)
    information = observed_information(point, with_means=with_means)
    variation = score_variation(sample, sample.mean, sample.cov, with_means=with_means)
    free = np.ix_(*2 * [_not_given(structure)])
    return float(np.trace(np.linalg.solve(information[free], variation[free])))


def _not_given(structure: Structure) -> Integers:
    """Return the positions of moments that involve more than given predictors."""
    is_given = np.isin(np.arange(structure.p), structure.given)
    rows, columns = structure.pairs
    means = is_given if structure.has_means else is_given[:0]
    return np.flatnonzero(~np.concatenate([means, is_given[rows] & is_given[columns]]))


def model_scores(sample: GroupSample, implied: Implied, slopes: Floats) -> Floats:
    """Return the mean square of the rows' scores on the free parameters, shape (q, q)."""
    with_means = implied.structure.has_means
    mean = implied.mean if with_means else sample.mean
    variation = score_variation(sample, mean, implied.cov, with_means=with_means)
    return np.asarray(slopes.T @ variation @ slopes)
