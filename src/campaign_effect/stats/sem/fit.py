"""Fit a model: from a table and a sample to a solution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.discrepancy import (
    Discrepancy,
    LeastSquares,
    NormalDiscrepancy,
)
from campaign_effect.stats.sem.estimators import Estimator, find_estimator
from campaign_effect.stats.sem.inference import degrees_of_freedom, infer
from campaign_effect.stats.sem.normal import expected_information, normal_point
from campaign_effect.stats.sem.optimise import Optimum, minimise
from campaign_effect.stats.sem.places import find_places
from campaign_effect.stats.sem.problem import Problem
from campaign_effect.stats.sem.robust import moment_gamma
from campaign_effect.stats.sem.sample import GroupSample, Sample
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
    kind = _resolved(find_estimator(estimator), table, sample)
    table = _with_sampled(table, sample)
    problem = build_problem(table, sample, kind)
    _check_df(table, problem)
    optimum = _minimise(problem, table, sample)
    return infer(table, sample, kind, problem, optimum)


def _check_df(table: ParameterTable, problem: Problem) -> None:
    df = degrees_of_freedom(table, problem)
    if df < 0:
        raise StatisticsError(
            f"The model has {table.n_free} free parameters, {-df} more than moments.",
            hint="fix or leave out parameters; a factor alone needs three indicators.",
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
    return Problem(
        structures=tuple(find_places(table, group) for group in range(table.n_groups)),
        discrepancies=tuple(_discrepancy(table, group, estimator) for group in sample.groups),
        shares=sample.shares,
        spread=table.spread,
        offset=table.offset,
    )


def _resolved(estimator: Estimator, table: ParameterTable, sample: Sample) -> Estimator:
    """Check that an estimator fits a sample; incomplete rows need observed information."""
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
    if table.specification.ordered:
        if estimator.measure not in ("dwls", "uls", "wls"):
            raise UsageError(
                f"{estimator.name} does not take ordinal variables.", hint="use WLSMV."
            )
        return estimator
    if sample.is_complete:
        return estimator
    if estimator.name not in ("ML", "MLR") or not table.has_means:
        raise UsageError(
            f"Incomplete rows need ML or MLR with a mean structure, not {estimator.name}.",
            hint="drop incomplete rows, or use MLR.",
        )
    return replace(estimator, is_observed=True)


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


def _discrepancy(
    table: ParameterTable, group: GroupSample, estimator: Estimator
) -> Discrepancy:
    if estimator.measure == "normal":
        if group.patterns is None:
            raise UsageError("A normal likelihood needs continuous answers.")
        return NormalDiscrepancy(
            patterns=group.patterns,
            mean=group.mean,
            has_means=table.has_means,
            saturated=normal_point(group.patterns, group.mean, group.cov).value,
        )
    moments = sample_moments(table, group)
    return LeastSquares(moments=moments, weights=_weights(table, group, estimator))


def sample_moments(table: ParameterTable, group: GroupSample) -> Floats:
    """Return a group's sample moments in the order of the implied ones, shape (m,).

    Least squares take covariances with divisor n - 1.
    """
    ordered = dict(table.specification.ordered)
    if not ordered:
        cov = group.unbiased_cov[np.triu_indices(len(group.mean))]
        return np.concatenate([group.mean, cov]) if table.has_means else cov
    locations: list[float] = []
    thresholds = iter(group.thresholds.tolist())
    for name, mean in zip(table.observed, group.mean, strict=True):
        ordinal = range(1, ordered.get(name, 0))
        locations += [next(thresholds) for _ in ordinal] if ordinal else [float(mean)]
    numeric = [i for i, name in enumerate(table.observed) if name not in ordered]
    variances = group.cov[numeric, numeric]
    return np.concatenate(
        [np.array(locations), variances, group.cov[np.triu_indices(len(group.mean), 1)]]
    )


def _weights(table: ParameterTable, group: GroupSample, estimator: Estimator) -> Floats:
    """Return the weights of least squares."""
    if estimator.measure == "uls":
        return np.ones(len(sample_moments(table, group)))
    if estimator.measure == "gls":
        if group.patterns is None:
            raise UsageError("GLS needs continuous answers.")
        point = normal_point(group.patterns, group.mean, group.unbiased_cov)
        return expected_information(point, with_means=table.has_means)
    gamma = moment_gamma(group, with_means=table.has_means)
    if estimator.measure == "dwls":
        return 1 / np.diag(gamma)
    if group.n <= len(gamma):
        raise StatisticsError(
            f"WLS needs more rows ({group.n}) than moments ({len(gamma)}).",
            hint="use WLSMV or MLR.",
        )
    return np.asarray(np.linalg.inv(gamma))
