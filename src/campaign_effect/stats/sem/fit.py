"""Fit a model: from a table and a sample to a solution."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.sem.estimators import Estimator, find_estimator
from campaign_effect.stats.sem.inference import degrees_of_freedom, infer
from campaign_effect.stats.sem.measures import choose_discrepancy
from campaign_effect.stats.sem.optimise import Optimum, minimise
from campaign_effect.stats.sem.places import find_places
from campaign_effect.stats.sem.problem import Problem
from campaign_effect.stats.sem.sample import Sample
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.start import start_values
from campaign_effect.stats.sem.table import Parameter, ParameterTable
from campaign_effect.stats.sem.threads import single_threaded


@single_threaded
def fit(table: ParameterTable, sample: Sample, estimator: str = "ML") -> Solution:
    """Fit a model.

    Parameters
    ----------
    table : ParameterTable
        A complete model.
    sample : Sample
        Its groups' moments, variables in the order of ``table.observed``.
    estimator : str, default "ML"
        See ``find_estimator``. ML and MLR use incomplete rows by full information.

    Returns
    -------
    Solution
        ``optimum.is_converged`` says whether the gradient vanished.

    Raises
    ------
    UsageError
        If the estimator does not fit the sample.
    StatisticsError
        If the sample has fewer moments than the model has parameters, or no starting value is
        possible.

    References
    ----------
    .. [1] Bollen, K. A. (1989). Structural equations with latent variables. Wiley.
       https://doi.org/10.1002/9781118619179

    Examples
    --------
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> cov = np.array([[2, 1, 1, 1], [1, 2, 1, 1], [1, 1, 2, 1], [1, 1, 1, 2.0]])
    >>> table = build_table(parse_model("f =~ a + b + c + d"), "abcd", Specification())
    >>> solution = fit(table, sample_of_moments([cov], None, [101]))
    >>> solution.df, solution.estimates.round(2).tolist()[:4]
    (2, [1.0, 1.0, 1.0, 1.0])
    """
    _check_shape(table, sample)
    kind = _resolved(find_estimator(estimator), table, sample)
    table = _with_sampled(table, sample)
    problem = build_problem(table, sample, kind)
    _check_df(table, problem)
    _check_clusters(table, sample)
    optimum = _minimise(problem, table, sample)
    return infer(table, sample, kind, problem, optimum)


@single_threaded
def refit(solution: Solution, sample: Sample) -> Optimum:
    """Fit a solution's model to another sample of the same variables, without inference.

    Parameters
    ----------
    solution : Solution
        A fitted model, whose estimates are the starting values.
    sample : Sample
        The other sample, as a bootstrap draws it.

    Returns
    -------
    Optimum
        ``solution.problem.slots(optimum.x)`` are the estimates of the free elements.

    Examples
    --------
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> cov = np.array([[2, 1, 1], [1, 2, 1], [1, 1, 2.0]])
    >>> table = build_table(parse_model("f =~ a + b + c"), "abc", Specification())
    >>> solution = fit(table, sample_of_moments([cov], None, [101]))
    >>> refit(solution, sample_of_moments([2 * cov], None, [101])).is_converged
    True
    """
    table = _with_sampled(solution.table, sample)
    problem = build_problem(table, sample, solution.estimator)
    starts = chain([solution.optimum.x], start_values(table, sample))
    return minimise(problem, starts)


def _check_df(table: ParameterTable, problem: Problem) -> None:
    df = degrees_of_freedom(table, problem)
    if df < 0:
        raise StatisticsError(
            f"The model has {table.n_free} free parameters, {-df} more than moments.",
            hint="fix or leave out parameters; a factor alone needs three indicators.",
        )


def _check_clusters(table: ParameterTable, sample: Sample) -> None:
    counts = [int(g.clusters.max()) + 1 for g in sample.groups if g.clusters is not None]
    if counts and sum(counts) <= table.n_free:
        raise StatisticsError(
            f"{sum(counts)} clusters cannot give standard errors of {table.n_free} parameters.",
            hint="leave the clusters out and bootstrap whole clusters.",
        )


def _minimise(problem: Problem, table: ParameterTable, sample: Sample) -> Optimum:
    try:
        return minimise(problem, start_values(table, sample))
    except np.linalg.LinAlgError as error:
        raise StatisticsError(
            "No starting value of the model is possible.",
            hint="check the fixed values and start() of the model.",
        ) from error


def build_problem(table: ParameterTable, sample: Sample, estimator: Estimator) -> Problem:
    """Return the function of the free parameters that an estimator minimises.

    Parameters
    ----------
    table : ParameterTable
        A complete model, with the values taken from the sample.
    sample : Sample
        Its groups' moments.
    estimator : Estimator
        How they are compared.

    Returns
    -------
    Problem
    """
    structures = tuple(find_places(table, group) for group in range(table.n_groups))
    groups = zip(structures, sample.groups, strict=True)
    return Problem(
        structures=structures,
        discrepancies=tuple(choose_discrepancy(s, group, estimator) for s, group in groups),
        shares=sample.shares,
        spread=table.spread,
        offset=table.offset,
    )


def _check_shape(table: ParameterTable, sample: Sample) -> None:
    """Check that a sample has the model's groups and variables."""
    if len(sample.groups) != table.n_groups:
        raise UsageError(
            f"The model has {table.n_groups} groups, the sample {len(sample.groups)}."
        )
    for group in sample.groups:
        if len(group.mean) != len(table.observed):
            raise UsageError(
                f"The sample has {len(group.mean)} variables, the model {len(table.observed)}.",
                hint=f"give the columns {list(table.observed)}, in this order.",
            )


def _resolved(estimator: Estimator, table: ParameterTable, sample: Sample) -> Estimator:
    """Check that an estimator fits a sample; incomplete rows need observed information."""
    if table.specification.ordered:
        if estimator.measure not in ("dwls", "uls", "wls"):
            raise UsageError(
                f"{estimator.name} does not take ordinal variables.", hint="use WLSMV."
            )
        return estimator
    if estimator.covariance != "scores":
        _check_independent(sample, estimator)
    if sample.is_complete:
        return estimator
    if estimator.name not in ("ML", "MLR") or not table.has_means:
        raise UsageError(
            f"Incomplete rows need ML or MLR with a mean structure, not {estimator.name}.",
            hint="drop incomplete rows, or use MLR.",
        )
    return replace(estimator, is_observed=True)


def _check_independent(sample: Sample, estimator: Estimator) -> None:
    given = [g for g in sample.groups if g.weights is not None or g.clusters is not None]
    if given:
        raise UsageError(
            f"{estimator.name} takes every row as one independent draw.",
            received="weights or clusters",
            hint="use MLR.",
        )


def _with_sampled(table: ParameterTable, sample: Sample) -> ParameterTable:
    """Fill in the moments of exogenous predictors."""
    if not any(row.is_sample for row in table.parameters):
        return table
    index = {name: i for i, name in enumerate(table.observed)}

    def filled(row: Parameter) -> Parameter:
        if not row.is_sample:
            return row
        group = sample.groups[row.group]
        left = index[row.left]
        value = group.mean[left] if row.operator == "~1" else group.cov[left, index[row.right]]
        return replace(row, value=float(value))

    return replace(table, parameters=tuple(filled(row) for row in table.parameters))
