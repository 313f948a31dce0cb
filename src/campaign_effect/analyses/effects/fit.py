"""How the outcome is related to exposure, given the controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np

from campaign_effect.analyses.effects.choices import Firth, Logit, Lpm, Model
from campaign_effect.analyses.effects.covariances import Classic, SurveyDesign, TwoWay, Vcov
from campaign_effect.analyses.effects.estimates import AnyFit
from campaign_effect.analyses.effects.fit_notices import model_notices
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.imputed import describe_imputations
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.pooled import PooledModel, fit_pooled
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import (
    Coefficient,
    EffectResult,
    LinearEffectResult,
    ModelFit,
)
from campaign_effect.analyses.effects.weighting import (
    choose_weights,
    default_vcov,
    design_notices,
)
from campaign_effect.analyses.inference import Inference, check_level
from campaign_effect.errors import SurveyError, check_choice
from campaign_effect.schema.model import Schema
from campaign_effect.stats.diagnosis.category_statistics import (
    CategoryStatistics,
    category_statistics,
)
from campaign_effect.stats.diagnosis.fit_statistics import (
    BinaryStatistics,
    LinearStatistics,
    binary_statistics,
    linear_statistics,
)
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.firth import profile_firth
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.random_intercept import (
    RandomInterceptFit,
    cluster_variation,
)
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.survey import Survey, takes_survey


@takes_survey
def fit_effect(  # noqa: PLR0913 - the choices of a regression
    survey: Survey,
    formula: str | None = None,
    *,
    model: Model | None = None,
    vcov: Vcov | None = None,
    weights: str | bool = True,
    level: float = 0.95,
    missing: Imputation | None = None,
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
        PartialOrderedLogit, Multinomial, RandomIntercept or Gee, default Logit()
    vcov : Classic, HC0 to HC3, CR0, CR1, CR2, CV3, TwoWay, SurveyDesign or ReplicateWeights, \
optional
        By default CR2 where the schema names a cluster, weighted or not; of a weighted survey
        of strata without clusters their SurveyDesign; else HC3. Classic for Firth (whose
        tests are then those of the penalised likelihood) and RandomIntercept; CR2 by its own
        cluster for Gee.
    weights : str or bool, default True
        The column of probability weights: True takes the schema's, where it names one; False
        fits without weights (Firth, RandomIntercept and Gee take none).
        Who has no positive weight is left out and counted.
    level : float, default 0.95
        Coverage of the intervals, in (0, 1).
    missing : Imputation, optional
        Impute missing answers and pool over the imputations by Rubin's rules. By default
        respondents without every answer are left out.

    Returns
    -------
    EffectResult
        Parts ``coefficients`` (``term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high``; odds ratios for a logit; the ``category`` of a multinomial equation, or the
        threshold of a freed term; thresholds of an ordered model as ``low|high``) and
        ``fits``. Respondents without every answer are left out and counted. A term that rests
        on one cluster alone has no test. With ``missing`` also parts ``information`` (a
        coefficient's relative increase in variance and fraction of missing information),
        ``variables`` (answers given and imputed, by which model, R-hat of the chains) and
        ``chains``.

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
    for CR2 [1]_, clusters - 1 for CR0, CR1 and CV3 (of the fewer clusters for TwoWay), sampling
    units - strata - terms for SurveyDesign, n - p for linear models without clusters, and *z*
    for other models without clusters. Over imputations they are Barnard and Rubin's
    [2]_, for which those above, averaged over imputations, are the complete data's; fit
    statistics are averages, and a penalised likelihood has Wald's tests.

    Weights are probability weights: estimates and averages are those of the weighted answers,
    and no covariance takes them for numbers of respondents. With few villages the linearised
    covariance of a design is too small, and its degrees of freedom are too many [3]_: of 12
    villages in 3 strata, a third of them exposed, it rejects 7 to 8 of 100 true hypotheses at
    the 5% level, weighted CR2 3 (``benchmarks/designs.py``). So CR2 is the default wherever
    there are clusters; it leaves the strata out, which as a rule makes standard errors larger.

    References
    ----------
    .. [1] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004
    .. [2] Barnard, J., & Rubin, D. B. (1999). Small-sample degrees of freedom with multiple
       imputation. Biometrika, 86, 948-955. https://doi.org/10.1093/biomet/86.4.948
    .. [3] Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for
       linear regression with multi-stage samples. Survey Methodology, 28, 169-181.

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
    check_choice("model", model, Model)
    if vcov is not None:
        check_choice("vcov", vcov, Vcov)
    weight = choose_weights(survey.schema, model, vcov, weights)
    vcov = default_vcov(survey.schema, model, weight) if vcov is None else vcov
    formulas = [formula] if formula is not None else schema_formulas(survey.schema)
    models = [fit_pooled(survey, one, model, vcov, weight, missing) for one in formulas]
    rows = [tuple(_coefficients(one, level)) for one in models]
    first = models[0].first.sample
    result = EffectResult(
        coefficients=tuple(row for block in rows for row in block),
        fits=tuple(_averaged([_model_fit(fit) for fit in one.fits]) for one in models),
        level=level,
        pooled=tuple(models),
        samples=(
            ("coefficients", first),
            ("fits", first),
            *((one.first.formula.outcome, one.first.sample) for one in models),
        ),
        notices=(
            *design_notices(survey.schema, vcov, weight),
            *(n for one in models for n in model_notices(one)),
        ),
        glossary=survey.glossary,
    )
    return result if missing is None else describe_imputations(result)


def fit_linear_effect(
    survey: Survey, *, missing: Imputation | None = None
) -> LinearEffectResult:
    """Fit the linear probability model of every outcome of the schema. See `fit_effect`."""
    found = fit_effect(survey, model=Lpm(), missing=missing)
    shown = {f.name: getattr(found, f.name) for f in fields(LinearEffectResult)}
    left_out = set(found.row_types()) - set(LinearEffectResult.row_types())
    shown["samples"] = tuple(one for one in found.samples if one[0] not in left_out)
    return LinearEffectResult(**shown)


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
            **test.columns,
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
    weighted = isinstance(one.fit, WeightedFit | WeightedCategoryFit)
    gee = one.fit if isinstance(one.fit, GeeFit) else None
    fit = _plain(one.fit)
    binary = found if isinstance(found, BinaryStatistics) else None
    linear = found if isinstance(found, LinearStatistics) else None
    described = None if isinstance(found, LinearStatistics) else found
    likelihood = None if weighted else described
    strata = one.vcov.strata if isinstance(one.vcov, SurveyDesign) else None
    mixed = cluster_variation(one.fit) if isinstance(one.fit, RandomInterceptFit) else None
    return ModelFit(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        vcov=one.vcov.name,
        cluster=one.vcov.cluster or one.model.cluster_column,
        n_clusters=one.n_clusters,
        second_cluster=one.vcov.second if isinstance(one.vcov, TwoWay) else None,
        n_second_clusters=len(np.unique(one.groups[1])) if len(one.groups) > 1 else None,
        strata=strata,
        n_strata=None if strata is None else one.answers[strata].nunique(),
        weight=one.weights,
        effective_n=one.sample.effective_n,
        n=fit.n,
        n_events=int(fit.y.sum()) if one.model.is_binary else None,
        log_likelihood=None if weighted or gee else fit.log_likelihood,
        lr_chi2=likelihood.lr if likelihood else None,
        lr_df=float(likelihood.df_model) if likelihood else None,
        lr_p_value=likelihood.p_value if likelihood else None,
        r2=linear.r2 if linear else None,
        r2_adjusted=linear.r2_adjusted if linear else None,
        mcfadden=described.mcfadden if described else None,
        cox_snell=described.cox_snell if described else None,
        nagelkerke=described.nagelkerke if described else None,
        tjur=binary.tjur if binary else None,
        auc=binary.auc if binary else None,
        brier=binary.brier if binary else None,
        sd=mixed.sd if mixed else None,
        icc=mixed.icc if mixed else None,
        median_odds_ratio=mixed.median_odds_ratio if mixed else None,
        working_correlation=gee.alpha if gee else None,
    )


def _averaged(rows: list[ModelFit]) -> ModelFit:
    """Average how well a model fits its imputations, where there are several."""
    first, *others = rows
    if not others:
        return first
    changed: dict[str, Any] = {"lr_chi2": None, "lr_df": None, "lr_p_value": None}
    for name in (f.name for f in fields(first) if f.name not in changed):
        values = [getattr(row, name) for row in rows]
        if isinstance(values[0], float):
            changed[name] = float(np.mean(values))
    if first.n_events is not None:
        changed["n_events"] = round(float(np.mean([row.n_events for row in rows])))
    return replace(first, **changed)


def _statistics(
    one: FittedModel,
) -> LinearStatistics | BinaryStatistics | CategoryStatistics | None:
    """Describe the fit; a quasi-likelihood and an integrated one have no such numbers."""
    fit = _plain(one.fit)
    if isinstance(fit, CategoryFit):
        return category_statistics(fit)
    is_quasi = isinstance(one.fit, GeeFit) or one.model.form is OutcomeForm.SHARE
    if is_quasi or isinstance(fit, RandomInterceptFit):
        return None
    return linear_statistics(fit) if fit.link is IDENTITY else binary_statistics(fit)


def _plain(fit: AnyFit) -> Fit | CategoryFit | RandomInterceptFit:
    """Take a model with its weights as counts, and estimating equations as their mean."""
    if isinstance(fit, WeightedFit | WeightedCategoryFit | GeeFit):
        return fit.fit
    return fit
