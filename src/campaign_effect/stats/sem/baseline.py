"""The baseline model of fit indices: variables that have nothing to do with each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.table import (
    Parameter,
    ParameterTable,
    constrain,
    with_slots,
)


def fit_baseline(solution: Solution) -> Solution:
    """Fit the independence model to a solution's sample by its estimator.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    Solution
        Variances, means and thresholds free; exogenous predictors as in the sample. Where
        ordinal variables are given predictors, their slopes on them are free as well.

    References
    ----------
    .. [1] Bentler, P. M., & Bonett, D. G. (1980). Significance tests and goodness of fit in the
       analysis of covariance structures. Psychological Bulletin, 88, 588-606.
       https://doi.org/10.1037/0033-2909.88.3.588
    """
    table = independence_table(solution.table)
    return fit(table, solution.sample, solution.estimator.name)


def independence_table(table: ParameterTable) -> ParameterTable:
    """Return the table of the independence model of the same observed variables.

    Parameters
    ----------
    table : ParameterTable
        A model.

    Returns
    -------
    ParameterTable
    """
    specification = replace(table.specification, equal=(), wu_estabrook=False)
    rows = [row for g in range(table.n_groups) for row in _rows(table, g)]
    numbered = with_slots(rows)
    spread, offset = constrain(numbered, ())
    return ParameterTable(
        parameters=numbered,
        observed=table.observed,
        latent=(),
        exogenous=table.exogenous,
        definitions=(),
        specification=specification,
        spread=spread,
        offset=offset,
    )


def _rows(table: ParameterTable, group: int) -> list[Parameter]:
    ordered = dict(table.specification.ordered)
    rows = []
    for name in table.observed:
        given = name in table.exogenous
        ordinal = name in ordered
        thresholds = [f"t{k}" for k in range(1, ordered.get(name, 0))]
        rows += [_row(name, "|", threshold, group) for threshold in thresholds]
        variance = _row(name, "~~", name, group)
        rows.append(
            replace(variance, is_sample=given, value=1.0 if ordinal else variance.value)
        )
        if table.has_means:
            mean = _row(name, "~1", "", group)
            rows.append(replace(mean, is_sample=given, value=0.0 if ordinal else mean.value))
    if table.is_conditional:
        modelled = [name for name in table.observed if name not in table.exogenous]
        rows += [_row(y, "~", x, group) for y in modelled for x in table.exogenous]
    for left, right in combinations_with_replacement(table.exogenous, 2):
        if left != right:
            rows.append(replace(_row(left, "~~", right, group), is_sample=True))
    return rows


def _row(left: str, operator: str, right: str, group: int) -> Parameter:
    return Parameter(left=left, operator=operator, right=right, group=group)
