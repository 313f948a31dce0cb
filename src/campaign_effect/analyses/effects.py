"""How the outcome is related to exposure, given the controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Final

import numpy as np

from campaign_effect.analyses.choices import (
    CR2,
    HC3,
    Classic,
    Firth,
    Logit,
    Lpm,
    Model,
    OutcomeForm,
    Vcov,
)
from campaign_effect.analyses.effect_results import (
    Coefficient,
    EffectResult,
    LinearEffectResult,
    ModelFit,
)
from campaign_effect.analyses.fitting import FittedModel, fit_model
from campaign_effect.analyses.inference import Inference, check_level
from campaign_effect.analyses.pooled import PooledModel
from campaign_effect.errors import SurveyError
from campaign_effect.results import Notice
from campaign_effect.schema.model import Schema
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.category_statistics import (
    CategoryStatistics,
    category_statistics,
)
from campaign_effect.stats.models.covariance import contrast_df
from campaign_effect.stats.models.firth import profile_firth
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.fit_statistics import (
    BinaryStatistics,
    LinearStatistics,
    binary_statistics,
    linear_statistics,
)
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.random_intercept import (
    RandomInterceptFit,
    cluster_variation,
)
from campaign_effect.survey import Survey

FEW_DF: Final = 4.0
"""Below it Satterthwaite's approximation is poor (Bell & McCaffrey 2002; Tipton 2015,
https://doi.org/10.1037/met0000011)."""


def fit_effect(
    survey: Survey,
    formula: str | None = None,
    *,
    model: Model | None = None,
    vcov: Vcov | None = None,
    level: float = 0.95,
) -> EffectResult:
    """Fit a regression of an outcome on exposures and controls.

    Parameters
    ----------
    survey : Survey
    formula : str, optional
        ``outcome ~ exposure + control``; any item, variable, construct (its score) or outcome
        may be named. By default one model for each outcome of the schema, on its exposures and
        controls.
    model : Logit, Probit, Firth, Lpm, Ols, FractionalLogit, OrderedLogit, OrderedProbit,
        Multinomial or RandomIntercept, default Logit()
    vcov : Classic, HC0 to HC3, CR0, CR1, CR2 or CV3, optional
        By default CR2 where the schema names a cluster, else HC3; Classic for Firth (whose
        tests are then those of the penalised likelihood) and RandomIntercept.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    EffectResult
        Parts ``coefficients`` (``term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high``; odds ratios for a logit; the ``category`` of a multinomial equation;
        thresholds of an ordered model as ``low|high``) and ``fits``. Respondents without
        every answer are left out and counted. A term that rests on one cluster alone has no
        test.

    Raises
    ------
    FormulaError
        If a word of the formula is unknown or not allowed.
    SurveyError
        If the outcome has one value or is not coded 0 and 1, a regressor is constant, or there
        are no more complete answers than terms.
    SeparationError, CollinearityError
        If no unique estimate exists, naming the terms.

    Notes
    -----
    Tests and intervals are by *t* with the covariance's degrees of freedom: Satterthwaite's
    for CR2 [1]_, clusters - 1 for CR0, CR1 and CV3, n - p for linear models without clusters,
    and *z* for other models without clusters.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"y": [0, 1, 1, 0, 1], "x": [1, 2, 3, 4, 5]}))
    >>> effect = fit_effect(survey, "y ~ x", model=Lpm())
    >>> effect.tidy()["estimate"].round(3).tolist()
    [0.3, 0.1]
    """
    check_level(level)
    model = Logit() if model is None else model
    vcov = _default_vcov(survey.schema, model) if vcov is None else vcov
    formulas = [formula] if formula is not None else schema_formulas(survey.schema)
    models = [PooledModel(fits=(fit_model(survey, one, model, vcov),)) for one in formulas]
    rows = [tuple(_coefficients(one, level)) for one in models]
    first = models[0].first.sample
    return EffectResult(
        coefficients=tuple(row for block in rows for row in block),
        fits=tuple(_model_fit(one.first) for one in models),
        level=level,
        pooled=tuple(models),
        samples=(
            ("coefficients", first),
            ("fits", first),
            *((one.first.formula.outcome, one.first.sample) for one in models),
        ),
        notices=(*_unweighted(survey), *(n for one in models for n in _notices(one))),
        glossary=survey.glossary,
    )


def fit_linear_effect(survey: Survey) -> LinearEffectResult:
    """Fit the linear probability model of every outcome of the schema. See `fit_effect`."""
    found = fit_effect(survey, model=Lpm())
    return LinearEffectResult(**{f.name: getattr(found, f.name) for f in fields(found)})


def schema_formulas(schema: Schema) -> list[str]:
    """Write the formula of every outcome: exposures first, then controls.

    Raises
    ------
    SurveyError
        If the schema names no outcome or no exposure.
    """
    roles = schema.roles
    if not roles.outcomes or not roles.exposures:
        raise SurveyError(
            f"The schema {schema.name!r} names no outcome or no exposure.",
            hint="add them under 'roles' in the schema, or write a formula.",
        )
    terms = " + ".join([*(e.variable for e in roles.exposures), *roles.controls])
    return [f"{outcome.name} ~ {terms}" for outcome in roles.outcomes]


def _default_vcov(schema: Schema, model: Model) -> Vcov:
    if model.has_own_tests:
        return Classic()
    cluster = schema.roles.cluster
    return HC3() if cluster is None else CR2(cluster=cluster)


def _coefficients(pooled: PooledModel, level: float) -> Iterator[Coefficient]:
    one = pooled.first
    shown, tests = one.parameters, _tests(pooled, level)
    rows = zip(shown.terms, shown.categories, shown.is_slope, tests, strict=True)
    for term, category, is_slope, test in rows:
        has_odds = one.model.has_odds and is_slope
        yield Coefficient(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            term=term,
            category=category,
            estimate=test.estimate,
            std_error=test.std_error,
            statistic=test.statistic,
            df=test.df,
            p_value=test.p_value,
            conf_low=test.conf_low,
            conf_high=test.conf_high,
            odds_ratio=_odds(test.estimate) if has_odds else None,
            odds_low=_odds(test.conf_low) if has_odds else None,
            odds_high=_odds(test.conf_high) if has_odds else None,
        )


def _tests(pooled: PooledModel, level: float) -> list[Inference]:
    """Test the coefficients: by their covariance, or by the model's own likelihood."""
    tests = pooled.infer(lambda one: (one.parameters.values, one.parameters.contrasts), level)
    one = pooled.first
    is_penalised = isinstance(one.model, Firth) and isinstance(one.vcov, Classic)
    if is_penalised and isinstance(one.fit, Fit) and len(pooled.fits) == 1:
        return list(_profiled(one.fit, tests, level))
    return tests


def _profiled(fit: Fit, tests: list[Inference], level: float) -> Iterator[Inference]:
    """Put the penalised likelihood's tests and intervals in place of Wald's."""
    found = profile_firth(fit, level=level)
    rows = zip(tests, found.lr, found.p_value, found.conf_low, found.conf_high, strict=True)
    for test, lr, p_value, low, high in rows:
        yield replace(
            test,
            statistic=float(np.copysign(np.sqrt(lr), test.estimate)),
            p_value=float(p_value),
            conf_low=float(low),
            conf_high=float(high),
        )


def _odds(log_odds: float | None) -> float | None:
    return None if log_odds is None else float(np.exp(log_odds))


def _model_fit(one: FittedModel) -> ModelFit:
    found = _statistics(one)
    binary = found if isinstance(found, BinaryStatistics) else None
    linear = found if isinstance(found, LinearStatistics) else None
    likelihood = None if isinstance(found, LinearStatistics) else found
    mixed = cluster_variation(one.fit) if isinstance(one.fit, RandomInterceptFit) else None
    return ModelFit(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        vcov=one.vcov.name,
        cluster=one.vcov.cluster or one.model.cluster_column,
        n_clusters=one.n_clusters,
        n=one.fit.n,
        n_events=int(one.fit.y.sum()) if one.model.is_binary else None,
        log_likelihood=one.fit.log_likelihood,
        lr_chi2=likelihood.lr if likelihood else None,
        lr_df=float(likelihood.df_model) if likelihood else None,
        lr_p_value=likelihood.p_value if likelihood else None,
        r2=linear.r2 if linear else None,
        r2_adjusted=linear.r2_adjusted if linear else None,
        mcfadden=likelihood.mcfadden if likelihood else None,
        nagelkerke=likelihood.nagelkerke if likelihood else None,
        tjur=binary.tjur if binary else None,
        auc=binary.auc if binary else None,
        brier=binary.brier if binary else None,
        sd=mixed.sd if mixed else None,
        icc=mixed.icc if mixed else None,
        median_odds_ratio=mixed.median_odds_ratio if mixed else None,
    )


def _statistics(
    one: FittedModel,
) -> LinearStatistics | BinaryStatistics | CategoryStatistics | None:
    """Describe the fit; a quasi-likelihood and an integrated one have no such numbers."""
    if isinstance(one.fit, CategoryFit):
        return category_statistics(one.fit)
    if isinstance(one.fit, RandomInterceptFit) or one.model.form is OutcomeForm.SHARE:
        return None
    if one.fit.link is IDENTITY:
        return linear_statistics(one.fit)
    return binary_statistics(one.fit)


def _unweighted(survey: Survey) -> tuple[Notice, ...]:
    """Say that weights, which the descriptions use, are not used here."""
    return (Notice.of("regression_unweighted"),) if survey.schema.roles.weight else ()


def _notices(pooled: PooledModel) -> Iterator[Notice]:
    """Say what a reader must know before believing the tests."""
    one = pooled.first
    if isinstance(one.fit, RandomInterceptFit) and one.fit.is_boundary:
        facts = {"outcome": one.formula.outcome, "cluster": str(one.model.cluster_column)}
        yield Notice.of("no_cluster_variation", **facts)
    if one.vcov.cluster is None or one.n_clusters is None:
        return
    outcome, cluster = one.formula.outcome, one.vcov.cluster
    terms, contrasts = one.parameters.terms, one.parameters.contrasts
    rests = np.any([fit.inestimable(contrasts) for fit in pooled.fits], axis=0)
    found = (term for term, is_alone in zip(terms, rests, strict=True) if is_alone)
    alone = tuple(dict.fromkeys(found))
    if alone:
        yield Notice.of("one_cluster_only", outcome=outcome, cluster=cluster, terms=alone)
    dfs = np.mean([contrast_df(fit.covariance, contrasts) for fit in pooled.fits], axis=0)
    pairs = zip(terms, dfs, strict=True)
    few = tuple(dict.fromkeys(term for term, df in pairs if df < FEW_DF and term not in alone))
    if few:
        n = one.n_clusters
        yield Notice.of("few_clusters", outcome=outcome, cluster=cluster, n=n, terms=few)
