"""One regression: the complete answers, the design, the fit, the covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.columns import known_columns, with_scores
from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.covariances import DRAWN, Vcov, codes_of
from campaign_effect.analyses.effects.estimates import (
    AnyFit,
    Parameters,
    parameters,
    rests_on_one,
)
from campaign_effect.analyses.effects.formulas import (
    CheckedFormula,
    Design,
    build_design,
    check_formula,
)
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.outcomes import code_outcome
from campaign_effect.analyses.effects.weighting import weighted_sample, without_weight
from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.errors import (
    CollinearityError,
    ConvergenceError,
    SeparationError,
    SurveyError,
    UsageError,
)
from campaign_effect.results import Sample
from campaign_effect.stats.covariances.covariance import Covariance
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.separation import SeparationKind
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """The arrays that later steps need: margins, predictions.

    Attributes
    ----------
    formula : CheckedFormula
    model : Model
    vcov : Vcov
    design : Design
    answers : DataFrame
        The complete answers, by name.
    fit : Fit, WeightedFit, GeeFit, CategoryFit or RandomInterceptFit
    covariance : Covariance
    codes : ndarray of int, shape (n,), or None
        The cluster of each answer, where the covariance or the model uses them.
    groups : tuple of ndarray of int
        The clusters of the covariance, once for each way.
    sample : Sample
    categories : tuple of str, or None
        Of the outcome, in the order of their codes.
    weights : str, or None
        The column of the weights.
    """

    formula: CheckedFormula
    model: Model
    vcov: Vcov
    design: Design
    answers: pd.DataFrame
    fit: AnyFit
    covariance: Covariance
    codes: Integers | None
    sample: Sample
    groups: tuple[Integers, ...] = ()
    categories: tuple[str, ...] | None = None
    weights: str | None = None

    @property
    def single(self) -> Fit:
        """The fit, for what needs a model of one linear predictor.

        Raises
        ------
        UsageError
            If the model has weights, categories, estimating equations or a random intercept.
        """
        if isinstance(self.fit, Fit):
            return self.fit
        raise UsageError(
            f"This is not known for the model {type(self.model).__name__}"
            f"{'' if self.weights is None else ' with weights'}.",
            hint="use Logit, Probit, Firth, FractionalLogit, Lpm or Ols; weights=False fits "
            "them without weights.",
        )

    @property
    def parameters(self) -> Parameters:
        """The parameters that a table shows."""
        return parameters(self.fit, self.design.terms, self.categories)

    @property
    def n_clusters(self) -> int | None:
        """How many clusters there are, where the covariance uses them."""
        return None if self.codes is None else int(self.codes.max()) + 1

    def inestimable(self, contrasts: Floats) -> Sequence[bool]:
        """Tell which contrasts rest on one cluster alone."""
        alone = np.zeros(len(contrasts), dtype=bool)
        facts = self.covariance.clusters
        if len(self.groups) == 1 and facts is not None and not facts.n_singular:
            return alone.tolist()
        for codes in self.groups:
            alone |= rests_on_one(self.fit, codes, contrasts)
        return [bool(one) for one in alone]


def fit_model(
    survey: Survey, formula: str, model: Model, vcov: Vcov, weights: str | None = None
) -> FittedModel:
    """Fit one model to the respondents with every answer it needs.

    Raises
    ------
    FormulaError, SurveyError, SeparationError, CollinearityError
        See `campaign_effect.fit_effect`.
    """
    checked = check_formula(formula, known_columns(survey))
    needed = [*vcov.columns, model.cluster_column, weights]
    columns = [checked.outcome, *checked.columns, *(name for name in needed if name)]
    answers, absences = with_scores(survey, columns)
    if weights is not None:
        answers, absences = without_weight(answers, absences, weights)
    complete, sample = listwise_sample(answers, absences)
    kept = answers if complete.all() else answers[complete]
    drawn = vcov.drawn_units(answers.dropna(subset=[name for name in needed if name]))
    if drawn is not None:
        kept = kept.assign(**{DRAWN: drawn.reindex(kept.index)})
    return fit_completed(checked, [kept], model, vcov, sample, weights)[0]


def fit_completed(
    formula: CheckedFormula,
    completed: Sequence[pd.DataFrame],
    model: Model,
    vcov: Vcov,
    sample: Sample,
    weights: str | None = None,
) -> tuple[FittedModel, ...]:
    """Fit one model to complete answers, or to each of several imputations of them.

    Levels, categories and knots are those of all imputations together, so that a coefficient
    means the same in each.

    Parameters
    ----------
    formula : CheckedFormula
    completed : sequence of DataFrame
        The same rows, columns and clusters, without missing values.
    model : Model
    vcov : Vcov
    sample : Sample
    weights : str, optional
        The column of the weights.
    """
    stacked = completed[0] if len(completed) == 1 else pd.concat(completed)
    answers = _usable(stacked, formula, model, sample)
    y, categories = code_outcome(answers[formula.outcome], model)
    design = build_design(formula, answers)
    if model.form is OutcomeForm.ORDERED:
        design = design.without_intercept()
    _refuse_fewer_rows(design, sample)
    if weights is not None:
        sample = weighted_sample(sample, completed[0][weights])
    groups, own = vcov.groups(completed[0]), model.cluster_column
    if own is not None and vcov.cluster not in {None, own}:
        raise UsageError(
            f"The model has the clusters {own!r}, its covariance others.",
            received=f"a covariance by {vcov.cluster!r}",
            hint="name the same column in both, or leave vcov out.",
        )
    codes = groups[0] if groups else None if own is None else codes_of(completed[0][own])
    w = _weights(completed[0], vcov, weights)
    n = len(completed[0])
    models = []
    for first in range(0, len(answers), n):
        rows = slice(first, first + n)
        part = replace(design, X=design.X[rows])
        fit = _fit(part, y[rows], model, codes, w)
        models.append(
            FittedModel(
                formula=formula,
                model=model,
                vcov=vcov,
                design=part,
                answers=answers.iloc[rows],
                fit=fit,
                covariance=vcov.estimate(fit, answers.iloc[rows]),
                codes=codes,
                sample=sample,
                groups=groups,
                categories=categories,
                weights=weights,
            )
        )
    return tuple(models)


def _weights(answers: pd.DataFrame, vcov: Vcov, name: str | None) -> Floats | None:
    """Give the weights of a weighted model: 1 where its design names none."""
    if name is not None:
        return answers[name].to_numpy(dtype=float)
    return np.ones(len(answers)) if vcov.needs_weights else None


def _usable(
    answers: pd.DataFrame, formula: CheckedFormula, model: Model, sample: Sample
) -> pd.DataFrame:
    """Check complete answers for a model, and take every factor to the levels it has."""
    outcome = formula.outcome
    if not sample.n_used:
        raise SurveyError(
            f"No respondent has every answer that {formula.text!r} needs.",
            received="; ".join(f"{reason}: {n}" for reason, n in sample.dropped),
            hint="drop the term that is mostly missing, or check the columns.",
        )
    answers = pd.DataFrame(
        {
            str(name): _factor(answers[name])
            if name in formula.factors
            else _regressor(answers[name])
            for name in answers
        },
        copy=False,
    )
    for name in (outcome, *formula.columns):
        if not _varies(answers[name]):
            what = "outcome" if name == outcome else "regressor"
            raise SurveyError(
                f"The {what} {name!r} has one value in {sample.n_used} complete answers.",
                hint="what does not vary cannot be related to anything: leave it out, or check "
                "how it is coded.",
            )
    return answers


def _factor(answers: pd.Series) -> pd.Series:
    """Give the numbers of a column that a formula calls a factor as levels, in order."""
    if not pd.api.types.is_numeric_dtype(answers):
        return _regressor(answers)
    is_whole = bool((answers % 1 == 0).all())
    return (answers.astype(int) if is_whole else answers).astype("category")


def _regressor(answers: pd.Series) -> pd.Series:
    """Give truth values as 0 and 1, other words as a factor of the levels that occur."""
    if pd.api.types.is_bool_dtype(answers):
        return answers.astype(float)
    if pd.api.types.is_numeric_dtype(answers):
        return answers.astype(float)
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return answers.cat.remove_unused_categories()
    return answers.astype("category")


def _varies(answers: pd.Series) -> bool:
    """Tell whether a factor has two levels, or a number two values."""
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return len(answers.cat.categories) > 1
    return bool(answers.min() < answers.max())


def _refuse_fewer_rows(design: Design, sample: Sample) -> None:
    if sample.n_used <= len(design.terms):
        raise SurveyError(
            f"There are {sample.n_used} complete answers for {len(design.terms)} terms.",
            received="; ".join(f"{reason}: {n}" for reason, n in sample.dropped) or None,
            hint="use fewer terms, or collect more answers.",
        )


def _fit(
    design: Design, y: Floats, model: Model, codes: Integers | None, weights: Floats | None
) -> AnyFit:
    """Fit a model whose failures name their terms.

    Where a search reaches a maximum there is no separation, which is sought after it only.
    """
    try:
        if weights is not None:
            return model.fit_weighted(design, y, weights)
        return model.fit(design, y, codes)
    except DependentColumnsError as error:
        raise CollinearityError(
            "Terms of the model are linear combinations of the terms before them.",
            received=f"terms {[design.terms[i] for i in error.columns]}",
            hint="leave them out, or join levels that occur together.",
            cause="dependent_terms",
            terms=tuple(design.terms[i] for i in error.columns),
        ) from error
    except ConvergenceError:
        _refuse_separation(design, y, model)
        raise


def _refuse_separation(design: Design, y: Floats, model: Model) -> None:
    found = model.find_separation(design, y)
    if found is None or found.kind is SeparationKind.NONE:
        return
    rescue = "use model=Firth()" if model.is_binary else "use the linear probability model"
    raise SeparationError(
        f"A combination of terms predicts the outcome perfectly ({found.kind} separation): "
        "no finite estimate exists.",
        received=f"terms {[design.terms[i] for i in found.columns]}",
        hint=f"join levels that are rare, leave the term out, or {rescue}.",
        cause="separating_terms",
        terms=tuple(design.terms[i] for i in found.columns),
    )
