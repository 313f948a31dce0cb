"""From an optimum to standard errors and tests."""

from __future__ import annotations

import math

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.sem.chi_square import gamma_traces, scaled_test, standard_test
from campaign_effect.stats.sem.estimators import Estimator
from campaign_effect.stats.sem.implied import Implied, jacobian
from campaign_effect.stats.sem.optimise import Optimum
from campaign_effect.stats.sem.problem import Problem
from campaign_effect.stats.sem.robust import (
    model_scores,
    moment_gamma,
    normal_gamma,
    saturated_trace,
)
from campaign_effect.stats.sem.sample import Sample
from campaign_effect.stats.sem.solution import (
    Leverage,
    Solution,
    leverages,
)
from campaign_effect.stats.sem.table import ParameterTable


def infer(
    table: ParameterTable,
    sample: Sample,
    estimator: Estimator,
    problem: Problem,
    optimum: Optimum,
) -> Solution:
    """Return the solution at an optimum, with standard errors and tests.

    Parameters
    ----------
    table : ParameterTable
        The model.
    sample : Sample
        The groups' moments.
    estimator : Estimator
        How they were compared.
    problem : Problem
        The function that was minimised.
    optimum : Optimum
        Where the optimiser stopped.

    Returns
    -------
    Solution
        With NaN standard errors where the information is singular.

    References
    ----------
    .. [1] Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and
       covariance structure analysis with nonnormal missing data. Sociological Methodology, 30,
       165-200. https://doi.org/10.1111/0081-1750.00078
    """
    implied = problem.implied(optimum.x)
    information = problem.slope(optimum.x, exact=estimator.is_observed)[1]
    inverse = _inverted(information)
    middle, traces = _robust(estimator, sample, problem, implied, inverse)
    vcov = inverse if middle is None else inverse @ middle @ inverse
    standard = standard_test(
        _statistic(problem, optimum, sample, estimator), degrees_of_freedom(table, problem)
    )
    taken = 0 if estimator.is_likelihood else len(sample.groups)
    return Solution(
        table=table,
        sample=sample,
        estimator=estimator,
        problem=problem,
        optimum=optimum,
        slots=frozen(problem.slots(optimum.x)),
        implied=implied,
        information=frozen(information),
        vcov=frozen(problem.spread @ vcov @ problem.spread.T / (sample.n - taken)),
        standard=standard,
        scaled=None if traces is None else scaled_test(standard, estimator.scaling, traces),
        df=int(standard.df),
    )


def _robust(
    estimator: Estimator,
    sample: Sample,
    problem: Problem,
    implied: tuple[Implied, ...],
    inverse: Floats,
) -> tuple[Floats | None, tuple[float, float] | None]:
    """Return the middle of the sandwich and the traces that correct the test, if any."""
    is_normal = estimator.name == "ULS" and not problem.structures[0].is_ordinal.any()
    if estimator.covariance == "moments" or is_normal:
        parts = leverages(problem, implied)
        pairs = zip(sample.groups, problem.structures, strict=True)
        chosen = normal_gamma if is_normal else moment_gamma
        gammas = tuple(chosen(group, structure) for group, structure in pairs)
        return moment_middle(parts, gammas), gamma_traces(parts, gammas, inverse)
    if estimator.covariance == "scores":
        groups = zip(sample.shares, sample.groups, implied, strict=True)
        scores = [share * model_scores(g, i, jacobian(i)) for share, g, i in groups]
        middle = problem.spread.T @ np.asarray(sum(scores)) @ problem.spread
        pairs = zip(sample.groups, problem.structures, strict=True)
        saturated = sum(saturated_trace(group, structure) for group, structure in pairs)
        return middle, (saturated - float(np.sum(inverse * middle)), math.nan)
    return None, None


def moment_middle(parts: tuple[Leverage, ...], gammas: tuple[Floats, ...]) -> Floats:
    """Return the middle of the sandwich, ``D' V Gamma V D`` over groups, shape (q, q).

    Parameters
    ----------
    parts : tuple of Leverage
        Each group's slopes D and weights V.
    gammas : tuple of ndarray, shape (m, m)
        Each group's n times covariance matrix of the sample moments.

    Returns
    -------
    ndarray of float, shape (q, q)
    """
    total = []
    for part, gamma in zip(parts, gammas, strict=True):
        weighted = part.weighted
        total.append(part.share * (weighted.T @ gamma @ weighted))
    return np.asarray(sum(total))


def degrees_of_freedom(table: ParameterTable, problem: Problem) -> int:
    """Return the moments less the free parameters; moments of exogenous predictors are given.

    Parameters
    ----------
    table : ParameterTable
        The model.
    problem : Problem
        Its groups' matrices.

    Returns
    -------
    int
    """
    moments = sum(structure.n_moments for structure in problem.structures)
    given = 0 if table.is_conditional else sum(row.is_sample for row in table.parameters)
    return moments - given - table.n_free


def _statistic(
    problem: Problem, optimum: Optimum, sample: Sample, estimator: Estimator
) -> float:
    """Return rows times discrepancy; least squares take n - 1 for n."""
    taken = 0 if estimator.is_likelihood else 1
    values = problem.group_values(optimum.x)
    groups = zip(sample.groups, values, strict=True)
    return float(sum((group.n - taken) * value for group, value in groups))


def _inverted(information: Floats) -> Floats:
    """Return the inverse, NaN where the information is singular."""
    scale = 1 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information * scale[:, None] * scale
    if len(scaled) and np.linalg.cond(scaled) > 1e12:
        return np.full_like(information, np.nan)
    return np.asarray(np.linalg.inv(scaled)) * scale[:, None] * scale
