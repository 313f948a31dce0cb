"""One regression: the complete answers, the design, the fit, the covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from campaign_effect.analyses.choices import Model, Vcov
from campaign_effect.analyses.columns import known_columns, with_scores
from campaign_effect.analyses.formulas import (
    CheckedFormula,
    Design,
    build_design,
    check_formula,
)
from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.errors import CollinearityError, SeparationError, SurveyError
from campaign_effect.results import Sample
from campaign_effect.stats.models.clusters import inestimable_without
from campaign_effect.stats.models.covariance import Covariance
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.separation import SeparationKind, find_separation
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
    fit : Fit
    covariance : Covariance
    codes : ndarray of int, shape (n,), or None
        The cluster of each answer.
    sample : Sample
    """

    formula: CheckedFormula
    model: Model
    vcov: Vcov
    design: Design
    answers: pd.DataFrame
    fit: Fit
    covariance: Covariance
    codes: Integers | None
    sample: Sample

    @property
    def n_clusters(self) -> int | None:
        """How many clusters there are, where the covariance uses them."""
        return None if self.codes is None else int(self.codes.max()) + 1

    def inestimable(self, contrasts: Floats) -> Sequence[bool]:
        """Tell which contrasts rest on one cluster alone."""
        if self.codes is None:
            return [False] * len(contrasts)
        rests = np.any(inestimable_without(self.fit, self.codes, contrasts), axis=1)
        return [bool(one) for one in np.atleast_1d(rests)]


def fit_model(survey: Survey, formula: str, model: Model, vcov: Vcov) -> FittedModel:
    """Fit one model to the respondents with every answer it needs.

    Raises
    ------
    FormulaError, SurveyError, SeparationError, CollinearityError
        See `campaign_effect.fit_effect`.
    """
    checked = check_formula(formula, known_columns(survey))
    columns = [checked.outcome, *checked.columns, *([vcov.cluster] if vcov.cluster else [])]
    answers, absences = with_scores(survey, columns)
    complete, sample = listwise_sample(answers, absences)
    answers = _usable(answers[complete], checked, model, sample)
    design = build_design(checked, answers)
    _refuse_fewer_rows(design, sample)
    fit = _fit(design, answers[checked.outcome].to_numpy(dtype=np.float64), model)
    codes = None if vcov.cluster is None else pd.factorize(answers[vcov.cluster])[0]
    return FittedModel(
        formula=checked,
        model=model,
        vcov=vcov,
        design=design,
        answers=answers,
        fit=fit,
        covariance=vcov.estimate(fit, codes),
        codes=codes,
        sample=sample,
    )


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
    answers = pd.DataFrame({name: _regressor(answers[name]) for name in answers})
    if not pd.api.types.is_numeric_dtype(answers[outcome]):
        raise SurveyError(
            f"The outcome {outcome!r} is not a number.",
            hint="name its event under 'outcomes' in the schema, or code it 0 and 1.",
        )
    if model.is_binary and not answers[outcome].isin([0, 1]).all():
        raise SurveyError(
            f"The outcome {outcome!r} is not coded 0 and 1.",
            received=f"values from {answers[outcome].min():g} to {answers[outcome].max():g}",
            hint="name its event under 'outcomes' in the schema, or use model=Ols().",
        )
    for name in (outcome, *formula.columns):
        if answers[name].nunique() < 2:
            what = "outcome" if name == outcome else "regressor"
            raise SurveyError(
                f"The {what} {name!r} has one value in {sample.n_used} complete answers.",
                hint="what does not vary cannot be related to anything: leave it out, or check "
                "how it is coded.",
            )
    return answers


def _regressor(answers: pd.Series) -> pd.Series:
    """Give truth values as 0 and 1, other words as a factor of the levels that occur."""
    if pd.api.types.is_bool_dtype(answers):
        return answers.astype(float)
    if pd.api.types.is_numeric_dtype(answers):
        return answers.astype(float)
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return answers.cat.remove_unused_categories()
    return answers.astype("category")


def _refuse_fewer_rows(design: Design, sample: Sample) -> None:
    if sample.n_used <= len(design.terms):
        raise SurveyError(
            f"There are {sample.n_used} complete answers for {len(design.terms)} terms.",
            received="; ".join(f"{reason}: {n}" for reason, n in sample.dropped) or None,
            hint="use fewer terms, or collect more answers.",
        )


def _fit(design: Design, y: Floats, model: Model) -> Fit:
    """Fit a model whose failures name their terms."""
    try:
        if model.has_odds:
            _refuse_separation(design, y)
        return model.fit(design.X, y)
    except DependentColumnsError as error:
        raise CollinearityError(
            "Terms of the model are linear combinations of the terms before them.",
            received=f"terms {[design.terms[i] for i in error.columns]}",
            hint="leave them out, or join levels that occur together.",
        ) from error


def _refuse_separation(design: Design, y: Floats) -> None:
    found = find_separation(design.X, y)
    if found.kind is SeparationKind.NONE:
        return
    raise SeparationError(
        f"A combination of terms predicts the outcome perfectly ({found.kind} separation): "
        "no finite estimate exists.",
        received=f"terms {[design.terms[i] for i in found.columns]}",
        hint="join levels that are rare, leave the term out, or use the linear probability "
        "model.",
    )
