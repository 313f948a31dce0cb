"""Residual covariances in units of their standard errors."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.implied import moment_vector
from campaign_effect.stats.sem.measures import sample_moments
from campaign_effect.stats.sem.normal import (
    expected_information,
    normal_point,
    observed_information,
)
from campaign_effect.stats.sem.places import Structure
from campaign_effect.stats.sem.robust import moment_gamma, score_variation
from campaign_effect.stats.sem.sample import GroupSample
from campaign_effect.stats.sem.solution import Solution, leverages
from campaign_effect.stats.sem.threads import single_threaded

_NO_VARIATION = 1e-12  # share of a moment's variance below which its residual does not vary


@single_threaded
def residual_z(solution: Solution) -> tuple[Floats, ...]:
    """Return residual covariances (correlations if ordinal) over their standard errors.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    tuple of ndarray of float, shape (p, p)
        One for each group, about standard normal where the model is right; zero where a
        residual does not vary or is no moment.

    Raises
    ------
    UsageError
        If the estimator is robust and the answers are not at hand.

    Notes
    -----
    With slopes D, weights V, information A and the moments' n times covariance G, residuals
    have covariance ``Q G Q' / n``, ``Q = I - D A^-1 D' V`` [1]_.

    References
    ----------
    .. [1] Maydeu-Olivares, A. (2017). Assessing the size of model misfit in structural equation
       models. Psychometrika, 82, 533-558. https://doi.org/10.1007/s11336-016-9552-7
    """
    inverse = solution.inverse_information
    parts = leverages(solution.problem, solution.implied)
    found = []
    for part, sample, implied in zip(
        parts, solution.sample.groups, solution.implied, strict=True
    ):
        structure = implied.structure
        gamma = _variation(solution, structure, sample)
        removed = part.share * part.slopes @ inverse @ part.weighted.T
        kept = np.eye(len(gamma)) - removed
        variance = np.einsum("ab,bc,ac->a", kept, gamma, kept, optimize=True)
        away = _moments(solution, structure, sample) - moment_vector(implied)
        varies = variance > _NO_VARIATION * np.diag(gamma)
        z = np.where(varies, away / np.sqrt(np.where(varies, variance, 1.0) / sample.n), 0.0)
        matrix = np.zeros((structure.p, structure.p))
        matrix[structure.pairs] = z[len(z) - len(structure.pairs[0]) :]
        found.append(matrix + matrix.T - np.diag(np.diag(matrix)))
    return tuple(found)


def _moments(solution: Solution, structure: Structure, sample: GroupSample) -> Floats:
    """Return the sample's moments as the estimator takes them."""
    if not solution.estimator.is_likelihood:
        return sample_moments(structure, sample)
    means = sample.mean[: structure.p * structure.has_means]
    return np.concatenate([means, sample.cov[structure.pairs]])


def _variation(solution: Solution, structure: Structure, sample: GroupSample) -> Floats:
    """Return n times the covariance of a group's moments, as the estimator sees it."""
    if solution.estimator.covariance == "moments" or sample.gamma is not None:
        return moment_gamma(sample, structure)
    if sample.patterns is None:
        raise UsageError("Residuals of ordinal answers need their moments' variation.")
    with_means = structure.has_means
    point = normal_point(sample.patterns, sample.mean, sample.cov)
    complete = sample.patterns.is_complete
    information = (expected_information if complete else observed_information)(
        point, with_means=with_means
    )
    inverse = np.linalg.inv(information)
    if solution.estimator.covariance != "scores":
        return np.asarray(inverse)
    scores = score_variation(sample, sample.mean, sample.cov, with_means=with_means)
    return np.asarray(inverse @ scores @ inverse)
