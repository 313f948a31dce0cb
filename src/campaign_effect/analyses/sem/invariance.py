"""Whether a model measures the same in every group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Unpack

import pandas as pd

from campaign_effect.analyses.sem.fitting import Prepared, as_survey, prepare, sample_of
from campaign_effect.analyses.sem.imputed import ImputedAnswers
from campaign_effect.analyses.sem.parameters import finite, make_estimate
from campaign_effect.analyses.sem.remarks import about_imputing, about_weights
from campaign_effect.analyses.sem.rows import (
    FactorMean,
    InvarianceLevel,
    InvarianceResult,
    ReleaseTest,
)
from campaign_effect.analyses.sem.settings import FactorSettings, Missing, MoreSettings
from campaign_effect.results import Notice
from campaign_effect.stats.sem.fit_indices import FitIndices, FitVersion
from campaign_effect.stats.sem.invariance import InvarianceStep, fit_invariance
from campaign_effect.stats.sem.modification import release_tests
from campaign_effect.survey import Survey

COMPARES_MEANS = ("scalar", "intercepts")
"""Levels from which on differences of factor means are differences of factors."""


def compare_invariance(
    survey: Survey | pd.DataFrame,
    model: str | None = None,
    *,
    group: str,
    estimator: str = "WLSMV",
    missing: Missing = "listwise",
    **more: Unpack[MoreSettings],
) -> InvarianceResult:
    """Hold more and more of a model equal across groups, and test each step.

    Parameters
    ----------
    survey, model, estimator, missing, **more
        See ``confirm_factors``; ``free`` names parameters that stay free at all levels, as
        ``["x3~1"]`` (partial invariance).
    group : str
        Column of the groups.

    Returns
    -------
    InvarianceResult
        Parts ``levels`` (for numbers configural, metric, scalar, strict; for ordered answers
        configural, thresholds, loadings, intercepts, strict [1]_), each tested against the
        level before (scaled where the estimator is), with changes of CFI, RMSEA and SRMR;
        ``releases``: a score test of each equality; ``means`` of the factors.

    Raises
    ------
    FormulaError, UsageError, MissingColumnsError
        See ``confirm_factors``.
    StatisticsError
        If the answers do not allow it: fewer than two groups, a category that a group lacks,
        ordered variables of two categories.

    References
    ----------
    .. [1] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models
       of different levels of invariance for ordered categorical outcomes. Psychometrika, 81,
       1014-1045. https://doi.org/10.1007/s11336-016-9506-0
    .. [2] Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement
       invariance. Structural Equation Modeling, 14, 464-504.
       https://doi.org/10.1080/10705510701301834

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> answers = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> frame = pd.DataFrame(answers, columns=list("abcd")).assign(sex=["f", "m"] * 200)
    >>> result = compare_invariance(frame, "t =~ a + b + c + d", group="sex", estimator="MLR")
    >>> result.tidy()["df"].tolist()
    [4.0, 7.0, 10.0, 14.0]
    """
    source = as_survey(survey)
    settings = FactorSettings(estimator=estimator, group=group, missing=missing, **more)
    prepared = prepare(source, model, settings)
    steps, imputed = fitted_steps(source, prepared)
    groups = tuple(str(level) for level in prepared.answers.groups)
    return InvarianceResult(
        levels=tuple(_levels(steps)),
        releases=tuple(_releases(steps, groups)),
        means=tuple(_means(steps, groups, settings.level)),
        by=group,
        groups=groups,
        estimator=prepared.settings.estimator,
        level=settings.level,
        samples=tuple((part, prepared.answers.sample) for part in InvarianceResult.row_types()),
        notices=(
            *about_weights(prepared.answers, source.schema.roles.weight),
            *about_imputing(prepared.answers, imputed),
            *_notices(steps),
        ),
        glossary=source.glossary,
    )


def fitted_steps(
    survey: Survey, prepared: Prepared
) -> tuple[tuple[InvarianceStep, ...], ImputedAnswers | None]:
    """Fit every level to the answers of the groups."""
    settings = prepared.settings
    sample, imputed = sample_of(survey, prepared)
    steps = fit_invariance(
        prepared.model,
        prepared.answers.names,
        sample,
        replace(prepared.table.specification, equal=()),
        settings.estimator,
    )
    return steps, imputed


def _levels(steps: Sequence[InvarianceStep]) -> Iterator[InvarianceLevel]:
    has_robust = all(step.indices.robust is not None for step in steps)
    last: tuple[float, float, float] | None = None
    for step in steps:
        test = _tested(step.indices).test
        shown = _shown(step.indices, has_robust)
        now = (shown.cfi, shown.rmsea.value, step.indices.srmr)
        changes = (
            [None] * 3 if last is None else [a - b for a, b in zip(now, last, strict=True)]
        )
        found = step.difference
        yield InvarianceLevel(
            step=f"invariance.{step.level}",
            chi2=test.statistic,
            df=float(test.df),
            p_value=finite(test.p_value),
            cfi=now[0],
            rmsea=now[1],
            srmr=now[2],
            chi2_difference=finite(found.statistic) if found else None,
            df_difference=float(found.df) if found else None,
            p_difference=finite(found.p_value) if found else None,
            cfi_change=changes[0],
            rmsea_change=changes[1],
            srmr_change=changes[2],
        )
        last = now


def _tested(indices: FitIndices) -> FitVersion:
    return indices.scaled or indices.standard


def _shown(indices: FitIndices, has_robust: bool) -> FitVersion:
    """Take the robust indices where every level has them."""
    if has_robust and indices.robust is not None:
        return indices.robust
    return _tested(indices)


def _releases(
    steps: Sequence[InvarianceStep], groups: tuple[str, ...]
) -> Iterator[ReleaseTest]:
    for step in steps:
        tests = release_tests(step.solution) if step.difference is not None else ()
        for one in sorted(tests, key=lambda test: -test.statistic):
            row = one.parameter
            yield ReleaseTest(
                step=f"invariance.{step.level}",
                group=groups[row.group],
                lhs=row.left,
                op=row.operator,
                rhs=row.right,
                mi=one.statistic,
                p_value=one.p_value,
                epc=one.change,
            )


def _means(
    steps: Sequence[InvarianceStep], groups: tuple[str, ...], level: float
) -> Iterator[FactorMean]:
    """Give the factors' means at the first level that compares them."""
    for step in steps:
        if step.level not in COMPARES_MEANS:
            continue
        solution = step.solution
        values, errors = solution.estimates, solution.std_errors
        for i, row in enumerate(solution.table.parameters):
            if row.operator == "~1" and row.left in solution.table.latent:
                found = make_estimate(float(values[i]), float(errors[i]), level)
                yield FactorMean(
                    step=f"invariance.{step.level}",
                    group=groups[row.group],
                    factor=row.left,
                    **asdict(found),
                )


def _notices(steps: Sequence[InvarianceStep]) -> Iterator[Notice]:
    for step in steps:
        if not step.solution.optimum.is_converged:
            yield Notice.of("level_not_converged", step=f"invariance.{step.level}")
