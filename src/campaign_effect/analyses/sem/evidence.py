"""How well a model fits, what it leaves and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from campaign_effect.analyses.sem.fitting import FittedFactors
from campaign_effect.analyses.sem.parameters import finite
from campaign_effect.analyses.sem.rows import (
    ExplainedVariance,
    FactorCorrelation,
    FactorFit,
    FactorReliability,
    ModelParameter,
    ModificationIndex,
    ResidualCorrelation,
)
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.composites import composites
from campaign_effect.stats.sem.fit_indices import FitIndices, FitVersion, fit_indices
from campaign_effect.stats.sem.modification import modification_indices
from campaign_effect.stats.sem.residuals import residual_z
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.standardise import explained_variance


def fit_row(fitted: FittedFactors) -> FactorFit:
    """Give tests and fit indices; none unless the search converged."""
    solution = fitted.solution
    if solution.df == 0:  # nothing is tested, so nothing is scaled
        solution = replace(solution, scaled=None)
    return FactorFit(
        estimator=solution.estimator.name,
        is_converged=fitted.is_converged,
        n=solution.sample.n,
        n_groups=len(fitted.groups),
        n_free=solution.table.n_free,
        df=float(solution.df),
        **(_measured(fitted, solution) if fitted.is_converged else {}),
    )


def _measured(fitted: FittedFactors, solution: Solution) -> dict[str, Any]:
    """Give the measures; pooled moments of imputed answers have no likelihood."""
    indices = fit_indices(solution)
    if fitted.imputed is not None and fitted.imputed.n_imputations:
        indices = replace(indices, criteria=None)
    return _measures(indices)


def _measures(indices: FitIndices) -> dict[str, Any]:
    """Name every test and index that exists."""
    standard, scaled = indices.standard, indices.scaled
    found = {
        "chi2": standard.test.statistic,
        "p_value": standard.test.p_value,
        "baseline_chi2": standard.baseline.statistic,
        "baseline_df": standard.baseline.df,
        "srmr": indices.srmr,
        **_versions(standard, ""),
    }
    if scaled is not None:
        found |= {
            "chi2_scaled": scaled.test.statistic,
            "df_scaled": scaled.test.df,
            "p_value_scaled": scaled.test.p_value,
            "scaling": scaled.test.scaling,
            "shift": scaled.test.shift,
            **_versions(scaled, "_scaled"),
        }
    if indices.robust is not None:
        found |= _versions(indices.robust, "_robust")
    if indices.criteria is not None:
        names = ("log_likelihood", "aic", "bic", "sabic")
        found |= {name: getattr(indices.criteria, name) for name in names}
    return {name: finite(value) for name, value in found.items()}


def _versions(version: FitVersion, ending: str) -> dict[str, float]:
    return {
        f"cfi{ending}": version.cfi,
        f"tli{ending}": version.tli,
        f"rmsea{ending}": version.rmsea.value,
        f"rmsea_low{ending}": version.rmsea.low,
        f"rmsea_high{ending}": version.rmsea.high,
        f"rmsea_close{ending}": version.rmsea.p_close,
    }


def modification_rows(fitted: FittedFactors) -> tuple[ModificationIndex, ...]:
    """Give the modification indices, the largest first; none where they cannot be computed."""
    if not fitted.is_converged:
        return ()
    try:
        found = modification_indices(fitted.solution)
    except (StatisticsError, np.linalg.LinAlgError):
        return ()
    rows = (
        ModificationIndex(
            group=fitted.groups[one.parameter.group],
            lhs=one.parameter.left,
            op=one.parameter.operator,
            rhs=one.parameter.right,
            mi=one.statistic,
            p_value=one.p_value,
            epc=one.change,
            sepc_lv=one.std_lv,
            sepc_all=one.std_all,
        )
        for one in found
        if np.isfinite([one.statistic, one.change, one.std_lv, one.std_all]).all()
    )
    return tuple(sorted(rows, key=lambda row: -row.mi))


def correlation_rows(
    fitted: FittedFactors, parameters: Iterable[ModelParameter]
) -> tuple[FactorCorrelation, ...]:
    """Give the implied correlation of every two factors, with a test where it is free."""
    tested = {
        (row.group, frozenset((row.lhs, row.rhs))): row for row in parameters if row.op == "~~"
    }
    return tuple(_correlations(fitted, tested))


def _correlations(
    fitted: FittedFactors, tested: dict[tuple[str | None, frozenset[str]], ModelParameter]
) -> Iterator[FactorCorrelation]:
    factors = fitted.solution.table.latent
    exogenous = set(fitted.variables.exogenous_latent)
    for group, implied in zip(fitted.groups, fitted.solution.implied, strict=True):
        p = implied.structure.p
        R = _as_correlations(implied.total_cov[p:, p:])
        for i, j in combinations(range(len(factors)), 2):
            pair = factors[i], factors[j]
            row = tested.get((group, frozenset(pair)))
            is_own = row is not None and row.is_free and exogenous.issuperset(pair)
            yield FactorCorrelation(
                group=group,
                factor_1=pair[0],
                factor_2=pair[1],
                estimate=float(R[i, j]),
                **(_tested(row) if row is not None and is_own else {}),
            )


def _tested(row: ModelParameter) -> dict[str, float | None]:
    return {
        "std_error": row.std_all_error,
        "statistic": row.statistic,
        "p_value": row.p_value,
        "conf_low": row.std_all_low,
        "conf_high": row.std_all_high,
    }


def residual_rows(fitted: FittedFactors) -> tuple[ResidualCorrelation, ...]:
    """Give what the model leaves of every observed correlation."""
    solution = fitted.solution
    names = solution.table.observed
    rows = []
    groups = zip(
        fitted.groups,
        solution.sample.groups,
        solution.implied,
        _residual_z(fitted),
        strict=True,
    )
    for group, sample, implied, z in groups:
        own = implied.structure.modelled
        at = np.ix_(own, own)
        left = np.zeros_like(sample.cov)
        left[at] = _as_correlations(sample.cov[at]) - _as_correlations(implied.cov[at])
        for i, j in combinations(own.tolist(), 2):
            rows.append(
                ResidualCorrelation(
                    group=group,
                    item_1=names[i],
                    item_2=names[j],
                    residual=float(left[i, j]),
                    z=None if z is None else finite(z[i, j]),
                )
            )
    return tuple(rows)


def _residual_z(fitted: FittedFactors) -> tuple[Floats | None, ...]:
    if fitted.is_converged:
        try:
            return residual_z(fitted.solution)
        except (StatisticsError, np.linalg.LinAlgError):
            pass
    return (None,) * len(fitted.groups)


def explained_rows(fitted: FittedFactors) -> tuple[ExplainedVariance, ...]:
    """Give R squared of every indicator and outcome."""
    return tuple(
        ExplainedVariance(
            group=fitted.groups[one.group], variable=one.variable, r2=one.r_squared
        )
        for one in explained_variance(fitted.solution)
        if np.isfinite(one.r_squared)
    )


def reliability_rows(fitted: FittedFactors) -> tuple[FactorReliability, ...]:
    """Give omega and the variance extracted of every factor that only has indicators.

    A factor that predicts observed variables as well has none: they are no part of its scale;
    nor has a model of ordered answers given predictors, whose items' sums are not modelled.
    """
    if fitted.solution.table.is_conditional:
        return ()
    loaded: dict[str, set[str]] = {}
    for relation in fitted.model.relations:
        if relation.operator == "=~":
            loaded.setdefault(relation.left, set()).add(relation.right)
    return tuple(
        FactorReliability(
            group=fitted.groups[one.group],
            factor=one.factor,
            k=len(one.items),
            omega=one.omega,
            ave=one.ave_standardised,
        )
        for one in composites(fitted.solution)
        if set(one.items) <= loaded[one.factor]
        and np.isfinite([one.omega, one.ave_standardised]).all()
    )


def _as_correlations(cov: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(scale, scale))
