"""Score tests: what freeing a parameter, or an equality, would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from scipy.stats import chi2

from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.sem.fit import build_problem
from campaign_effect.stats.sem.problem import Problem
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.standardise import standardising_factors
from campaign_effect.stats.sem.table import Parameter, ParameterTable
from campaign_effect.stats.sem.threads import single_threaded

_SINGULAR = 1e-8  # share of a direction's information that others leave, below it none is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """What freeing one parameter would change.

    Attributes
    ----------
    parameter : Parameter
        The fixed, absent or constrained parameter.
    statistic : float
        Modification index: expected fall of chi-square, with 1 df.
    p_value : float
        Its upper tail.
    change : float
        Expected parameter change.
    std_lv, std_all : float
        The same with unit variances of the factors, or of all variables.
    """

    parameter: Parameter
    statistic: float
    p_value: float
    change: float
    std_lv: float
    std_all: float


@single_threaded
def modification_indices(solution: Solution) -> tuple[Modification, ...]:
    """Return the modification indices of parameters that are absent or fixed.

    Parameters
    ----------
    solution : Solution
        A converged solution.

    Returns
    -------
    tuple of Modification
        In no order; parameters that cannot be identified are left out.

    Notes
    -----
    ``n s^2 / V`` with the score s of the parameter and the expected information V that the free
    parameters leave it [1]_; the expected change is ``s / V``.

    References
    ----------
    .. [1] Sorbom, D. (1989). Model modification. Psychometrika, 54, 371-384.
       https://doi.org/10.1007/BF02294623

    Examples
    --------
    >>> from campaign_effect.stats.sem.fit import fit
    >>> from campaign_effect.stats.sem.rules import build_table
    >>> from campaign_effect.stats.sem.sample import sample_of_moments
    >>> from campaign_effect.stats.sem.syntax import parse_model
    >>> from campaign_effect.stats.sem.table import Specification
    >>> cov = np.array([[4, 2, 1, 1], [2, 4, 1, 1], [1, 1, 4, 1], [1, 1, 1, 4.0]])
    >>> table = build_table(parse_model("f =~ a + b + c + d"), "abcd", Specification())
    >>> solution = fit(table, sample_of_moments([cov], None, [101]))
    >>> largest = max(modification_indices(solution), key=lambda found: found.statistic)
    >>> largest.parameter.name, round(largest.change, 2)
    ('c~~d', 0.5)
    """
    table = solution.table
    extended = _extended(table)
    rows = extended.free_rows[len(solution.slots) :]
    values = np.nan_to_num(np.array([row.start for row in rows]))
    problem = build_problem(extended, solution.sample, solution.estimator)
    problem = replace(problem, offset=np.concatenate([solution.slots, values]))
    spread = np.vstack([table.spread, np.zeros((len(rows), table.n_free))])
    slots = np.arange(len(solution.slots), len(spread))
    tests = _score_tests(_scores(solution, problem, spread), slots)
    return _modifications(solution, rows, tests)


@single_threaded
def release_tests(solution: Solution) -> tuple[Modification, ...]:
    """Return score tests of each parameter that is held equal to an earlier one.

    Parameters
    ----------
    solution : Solution
        A converged solution with equal labels.

    Returns
    -------
    tuple of Modification
        What leaving each parameter's label would change, in the order of the table.

    References
    ----------
    .. [1] Bentler, P. M., & Chou, C.-P. (1992). Some new covariance structure model improvement
       statistics. Sociological Methods & Research, 21, 259-282.
       https://doi.org/10.1177/0049124192021002006
    """
    problem = replace(solution.problem, offset=solution.slots)
    seen: set[str] = set()
    later = []
    for row in solution.table.free_rows:
        if row.label and row.label in seen:
            later.append(row)
        seen.add(row.label)
    slots = np.array([row.slot for row in later], dtype=np.int64)
    scores = _scores(solution, problem, solution.table.spread)
    return _modifications(solution, tuple(later), _score_tests(scores, slots))


@dataclass(frozen=True, slots=True)
class _Scores:
    """Gradient of the discrepancy and information of one row, on slots, at a solution."""

    gradient: Floats = field(compare=False)
    information: Floats = field(compare=False)
    spread: Floats = field(compare=False)


def _scores(solution: Solution, problem: Problem, spread: Floats) -> _Scores:
    """Return the scores of all slots where the problem's offset is.

    Least squares count n - 1 rows in the gradient, as in their chi-square.
    """
    solution.check_identified()
    free = replace(problem, spread=np.eye(len(problem.offset)))
    at = np.zeros(len(problem.offset))
    gradient, information = free.slope(at, exact=False)
    if not solution.estimator.is_likelihood:
        sizes = [group.n for group in solution.sample.groups]
        fewer = tuple((n - 1) / solution.sample.n for n in sizes)
        gradient = replace(free, shares=fewer).slope(at, exact=False)[0]
    return _Scores(gradient, information, spread)


def _score_tests(scores: _Scores, slots: Integers) -> tuple[Floats, Floats]:
    """Return score and remaining information of each slot; NaN where none remains."""
    own = np.diag(scores.information)[slots]
    free = scores.spread.T @ scores.information[:, slots]
    reduced = scores.spread.T @ scores.information @ scores.spread
    remaining = own - np.einsum("qd,qd->d", free, np.linalg.solve(reduced, free))
    remaining[remaining < _SINGULAR * np.maximum(own, 1e-300)] = np.nan
    return -0.5 * scores.gradient[slots], remaining


def _modifications(
    solution: Solution, rows: tuple[Parameter, ...], tests: tuple[Floats, Floats]
) -> tuple[Modification, ...]:
    score, remaining = tests
    statistics = solution.sample.n * score**2 / remaining
    p_values = chi2.sf(statistics, 1)
    changes = score / remaining
    latent = standardising_factors(solution, rows, scope="latent")
    everything = standardising_factors(solution, rows, scope="all")
    return tuple(
        Modification(
            parameter=row,
            statistic=float(statistics[i]),
            p_value=float(p_values[i]),
            change=float(changes[i]),
            std_lv=float(changes[i] * latent[i]),
            std_all=float(changes[i] * everything[i]),
        )
        for i, row in enumerate(rows)
        if np.isfinite(statistics[i])
    )


def _extended(table: ParameterTable) -> ParameterTable:
    """Return the table with its fixed rows and all absent parameters in further slots."""
    known = {(row.left, row.operator, row.right, row.group) for row in table.parameters}
    count = len(table.offset)
    rows: list[Parameter] = []
    for row in table.parameters:
        fixed = row.slot < 0 and not row.is_sample and not row.is_solved
        rows.append(replace(row, slot=count, start=row.value) if fixed else row)
        count += fixed
    for left, operator, right in _candidates(table):
        for group in range(table.n_groups):
            mirrored = (right, operator, left, group) if operator == "~~" else None
            if not {(left, operator, right, group), mirrored} & known:
                new = Parameter(left=left, operator=operator, right=right, group=group)
                rows.append(replace(new, slot=count, start=0.0))
                count += 1
    rows.sort(key=lambda row: row.slot)
    return replace(table, parameters=tuple(rows), spread=np.eye(count), offset=np.zeros(count))


def _candidates(table: ParameterTable) -> Iterator[tuple[str, str, str]]:
    """Return cross-loadings, residual and factor covariances, and regressions."""
    indicators = {r.right for r in table.parameters if r.operator == "=~"}
    equations = [r for r in table.parameters if r.operator == "~"]
    involved = dict.fromkeys([r.left for r in equations] + [r.right for r in equations])
    items = [name for name in table.observed if name in indicators]
    for factor in table.latent:
        yield from ((factor, "=~", item) for item in table.observed if item not in involved)
    yield from ((a, "~~", b) for a, b in combinations(items, 2))
    yield from ((a, "~~", b) for a, b in combinations(table.latent, 2))
    for left in involved:
        for right in involved:
            measured = left in items and right in table.latent
            is_given = table.is_conditional and left in table.exogenous
            if left != right and not measured and not is_given:
                yield (left, "~", right)
