"""From a survey and a model to a fitted model, with all that a result needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.sem.answers import ModelAnswers, take_answers
from campaign_effect.analyses.sem.imputed import ImputedAnswers, make_imputed_sample
from campaign_effect.analyses.sem.models import chosen_model
from campaign_effect.analyses.sem.replicates import Replicates, resample_fit
from campaign_effect.analyses.sem.samples import Coding, code_answers, make_sample
from campaign_effect.analyses.sem.settings import FactorSettings
from campaign_effect.analyses.sem.summaries import Moments
from campaign_effect.errors import TooFewRowsError, UsageError
from campaign_effect.results import NO_GLOSSARY, Glossary, Sample
from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import Sample as Moment
from campaign_effect.stats.sem.sample import sample_of_moments
from campaign_effect.stats.sem.solution import Solution
from campaign_effect.stats.sem.syntax import Model
from campaign_effect.stats.sem.table import ParameterTable, Specification
from campaign_effect.stats.sem.variables import Variables, find_variables
from campaign_effect.survey import Survey, read_survey

Source = Survey | pd.DataFrame | Moments
"""What a model may be fitted to."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedFactors:
    """A fitted model and where it came from.

    Attributes
    ----------
    model : Model
    variables : Variables
    settings : FactorSettings
    solution : Solution
    groups : tuple of str
        Levels, ``variable=level``; (None,) where there is one group.
    sample : Sample
        Who was counted, and why others were not.
    glossary : Glossary
    answers : ModelAnswers, optional
        None for summary statistics.
    coding : Coding, optional
    replicates : Replicates, optional
        Of a bootstrap.
    schema_weight : str, optional
        The weight that the schema names, whether used or not.
    imputed : ImputedAnswers, optional
        What imputing came to, where it was asked for.
    """

    model: Model
    variables: Variables
    settings: FactorSettings
    solution: Solution
    groups: tuple[str | None, ...]
    sample: Sample
    glossary: Glossary = NO_GLOSSARY
    answers: ModelAnswers | None = field(default=None, repr=False)
    coding: Coding | None = field(default=None, repr=False)
    replicates: Replicates | None = field(default=None, repr=False)
    schema_weight: str | None = None
    imputed: ImputedAnswers | None = None

    @property
    def is_converged(self) -> bool:
        """Whether the search ended where the gradient vanishes."""
        return self.solution.optimum.is_converged


def fit_model(source: Source, text: str | None, settings: FactorSettings) -> FittedFactors:
    """Fit a model to a survey, a data frame or summary statistics.

    Raises
    ------
    FormulaError
        If the model cannot be read.
    UsageError, MissingColumnsError
        If the settings do not fit the answers.
    StatisticsError
        If the answers do not allow the model.
    """
    if isinstance(source, Moments):
        return _fit_moments(source, text, settings)
    survey = as_survey(source)
    prepared = prepare(survey, text, settings)
    settings = prepared.settings
    is_robust = _is_cluster_robust(prepared)
    table = prepared.table
    if is_robust:
        settings = replace(settings, estimator="MLR", mean_structure=True)
        prepared = prepare(survey, text, settings)
        table = prepared.table
    sample, imputed = sample_of(survey, prepared, is_clustered=is_robust)
    solution = fit(table, sample, settings.estimator)
    return FittedFactors(
        model=prepared.model,
        variables=prepared.variables,
        settings=settings,
        solution=solution,
        groups=prepared.answers.groups,
        sample=prepared.answers.sample,
        glossary=survey.glossary,
        answers=prepared.answers,
        coding=prepared.coding,
        replicates=_replicates(solution, prepared, is_robust),
        schema_weight=survey.schema.roles.weight,
        imputed=imputed,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A model completed to its table, and the answers to its variables."""

    model: Model
    variables: Variables
    settings: FactorSettings
    table: ParameterTable
    answers: ModelAnswers
    coding: Coding


def sample_of(
    survey: Survey, prepared: Prepared, *, is_clustered: bool = False
) -> tuple[Moment, ImputedAnswers | None]:
    """Compute the moments of the answers, imputed where that is asked for."""
    answers, coding, settings = prepared.answers, prepared.coding, prepared.settings
    if isinstance(settings.missing, Imputation):
        return make_imputed_sample(survey, answers, coding, prepared.table, settings)
    return make_sample(answers, coding, settings, is_clustered=is_clustered), None


def as_survey(source: Survey | pd.DataFrame) -> Survey:
    """Take a survey as it is, and a data frame as a survey without a schema."""
    return source if isinstance(source, Survey) else read_survey(source)


def prepare(survey: Survey, text: str | None, settings: FactorSettings) -> Prepared:
    """Complete a model and take the answers to its variables.

    Raises
    ------
    FormulaError, UsageError, StatisticsError
        See ``fit_model``.
    """
    settings = settings.of(survey.schema)
    columns = [str(column) for column in survey.answers]
    model = chosen_model(text, survey.blocks, columns)
    variables = find_variables(model)
    answers = take_answers(survey, variables.observed, settings)
    coding = code_answers(answers, settings, variables.predictors)
    specification = _specification(model, settings, len(answers.groups))
    specification = replace(
        specification,
        ordered=coding.ordered(answers.names),
        fixed_x=_fixes_predictors(settings) or bool(coding.is_given.any()),
    )
    table = build_table(model, columns, specification)
    _check_rows(answers.n, table)
    return Prepared(
        model=model,
        variables=variables,
        settings=settings,
        table=table,
        answers=answers,
        coding=coding,
    )


def _specification(model: Model, settings: FactorSettings, n_groups: int) -> Specification:
    has_means = any(relation.operator == "~1" for relation in model.relations)
    return Specification(
        n_groups=n_groups,
        std_lv=settings.std_lv,
        mean_structure=(
            has_means
            or settings.mean_structure
            or settings.missing == "fiml"
            or isinstance(settings.missing, Imputation)
            or bool({"intercepts", "means"} & set(settings.equal))
        ),
        theta=settings.parameterization == "theta",
        equal=tuple(settings.equal),
        free=tuple(settings.free),
        orthogonal=settings.orthogonal,
        fixed_x=_fixes_predictors(settings),
    )


def _fixes_predictors(settings: FactorSettings) -> bool:
    """Whether predictors of numbers are given; imputed ones vary with what they were."""
    return settings.method.is_likelihood and not isinstance(settings.missing, Imputation)


def _check_rows(n: int, table: ParameterTable) -> None:
    if n < table.n_free:
        is_grouped = table.n_groups > 1
        remedy = "or join small groups" if is_grouped else "or missing='pairwise' or 'fiml'"
        raise TooFewRowsError(
            f"The model has {table.n_free} free parameters, more than respondents.",
            received=f"{n} respondents with answers",
            hint=f"use a smaller model (one factor at a time), {remedy}.",
            cause="fewer_rows_than_parameters",
            n=n,
            k=table.n_free,
        )


def _is_cluster_robust(prepared: Prepared) -> bool:
    """Whether villages outnumber the parameters of a likelihood's model."""
    is_likelihood = prepared.settings.estimator in ("ML", "MLR")
    return is_likelihood and prepared.answers.n_clusters > prepared.table.n_free


def _replicates(solution: Solution, prepared: Prepared, is_robust: bool) -> Replicates | None:
    """Resample villages that are too few for a robust covariance, or as was asked for."""
    settings = prepared.settings
    is_needed = prepared.answers.n_clusters > 1 and not is_robust
    bootstrap = settings.bootstrap or (settings.village_bootstrap if is_needed else None)
    if bootstrap is None or not solution.optimum.is_converged:
        return None
    return resample_fit(solution, prepared.answers, prepared.coding, bootstrap)


def _fit_moments(moments: Moments, text: str | None, settings: FactorSettings) -> FittedFactors:
    """Fit a model to summary statistics."""
    if text is None:
        raise UsageError("Summary statistics need a model.", hint='write "f =~ a + b + c".')
    needs_answers = ("group", "cluster", "weights", "bootstrap", "ordered")
    given = [
        name for name in needs_answers if getattr(settings, name) not in (None, False, True)
    ]
    given += ["missing"] if settings.missing != "listwise" else []
    if given or settings.takes_categories:
        raise UsageError(
            "Summary statistics take ML, GLS or ULS without groups, clusters, weights, "
            "resampling or ways with missing answers.",
            received=f"estimator {settings.estimator!r}, {given}",
            hint="use estimator='ML' alone, or give the answers.",
        )
    model = chosen_model(text, {}, moments.names)
    variables = find_variables(model)
    specification = _specification(model, settings, 1)
    table = build_table(model, moments.names, specification)
    _check_rows(moments.n, table)
    return FittedFactors(
        model=model,
        variables=variables,
        settings=settings,
        solution=fit(table, _moments_sample(moments, table), settings.estimator),
        groups=(None,),
        sample=Sample(n_total=moments.n, n_used=moments.n),
    )


def _moments_sample(moments: Moments, table: ParameterTable) -> Moment:
    order = [moments.names.index(name) for name in table.observed]
    means = None
    if moments.means is not None:
        means = [np.asarray(moments.means, dtype=np.float64)[order]]
    elif table.has_means:
        raise UsageError("The model has means, and the summary statistics have none.")
    return sample_of_moments([moments.covariances[np.ix_(order, order)]], means, [moments.n])
