"""Which answers are imputed, by which models, and the data sets that come of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.columns import construct_scores, known_columns, with_scores
from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.covariances import SurveyDesign, Vcov
from campaign_effect.analyses.effects.exposure_counts import ANY, NUMBER, counted_again
from campaign_effect.analyses.effects.formulas import CheckedFormula
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.analyses.effects.outcomes import MOST_CATEGORIES
from campaign_effect.analyses.effects.weighting import without_weight
from campaign_effect.analyses.samples import listwise_sample
from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import Sample
from campaign_effect.stats.design.chained import impute_chained
from campaign_effect.stats.design.imputations import (
    ChainSettings,
    Imputations,
    VariableKind,
    VillageTerms,
)
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Absence, Survey


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incomplete:
    """The answers of an imputation as numbers, some of them missing.

    Attributes
    ----------
    survey : Survey
        Of the respondents used.
    wanted : tuple of str
        The columns that the model needs.
    answers : DataFrame
        The columns of the imputation model, in the order of the survey; words as categories.
    data : ndarray, shape (n, k)
        The same as numbers, nan where missing.
    kinds : tuple of VariableKind, length k
    cluster : str, optional
        The column of the villages.
    villages : ndarray of int, shape (n,), or None
    terms : VillageTerms
    sample : Sample
        Whom the imputed data hold.
    weights : str, optional
        The column of the weights.
    """

    survey: Survey
    wanted: tuple[str, ...]
    answers: pd.DataFrame
    data: Floats
    kinds: tuple[VariableKind, ...]
    cluster: str | None
    villages: Integers | None
    terms: VillageTerms
    sample: Sample
    weights: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the imputation model."""
        return tuple(map(str, self.answers))

    def impute(
        self, choice: Imputation, deltas: Mapping[str, float] | None = None
    ) -> Imputations | None:
        """Impute what is missing; None where nothing is.

        Parameters
        ----------
        choice : Imputation
        deltas : mapping of variable to float, optional
            How far its missing answers lie from what given answers predict.
        """
        if not np.isnan(self.data).any():
            return None
        shifts = deltas or {}
        shift = np.array([shifts.get(name, 0.0) for name in self.names])
        key = self._digest(shift)
        if key not in choice._drawn:
            settings = ChainSettings(
                imputations=choice.m,
                iterations=choice.rounds,
                seed=choice.seed,
                villages=self.terms,
            )
            choice._drawn[key] = impute_chained(
                self.data,
                self.kinds,
                settings,
                villages=self.villages,
                deltas=shift,
                on_progress=choice.on_progress,
            )
        return choice._drawn[key]

    def _digest(self, shift: Floats) -> bytes:
        """Tell the draws of one choice apart."""
        parts = [self.data, shift, *([] if self.villages is None else [self.villages])]
        found = hashlib.sha256(repr((self.kinds, self.terms, self.data.shape)).encode())
        for part in parts:
            found.update(np.ascontiguousarray(part).tobytes())
        return found.digest()

    def full(self, draws: Imputations | None) -> list[Floats]:
        """Give the answers of every imputation as numbers; once, where nothing is missing."""
        if draws is None:
            return [self.data]
        return [draws.completed(i) for i in range(draws.n_imputations)]

    def completed(self, full: Floats) -> pd.DataFrame:
        """Give the columns that the model needs, scores made of completed items.

        Parameters
        ----------
        full : ndarray, shape (n, k)
            The answers as numbers, none missing.
        """
        columns = {
            name: _answers(full[:, j], self.answers[name]) for j, name in enumerate(self.names)
        }
        answers = counted_again(self.survey, self.survey.answers.assign(**columns))
        scores = construct_scores(replace(self.survey, answers=answers))
        return pd.concat([answers, scores], axis=1)[list(self.wanted)]


def find_incomplete(
    survey: Survey,
    formula: CheckedFormula,
    model: Model,
    vcov: Vcov,
    weights: str | None,
    choice: Imputation,
) -> Incomplete:
    """Choose the respondents and the variables of an imputation.

    Parameters
    ----------
    survey : Survey
    formula : CheckedFormula
    model : Model
    vcov : Vcov
    weights : str, optional
        The column of the weights.
    choice : Imputation

    Raises
    ------
    MissingColumnsError, UsageError
        If an auxiliary variable is unknown or made from the outcome.
    SurveyError
        If a variable has no two different answers, or too many categories.
    """
    villages = vcov.cluster or model.cluster_column or survey.schema.roles.cluster
    design = [name for name in (*vcov.columns, model.cluster_column, weights) if name]
    wanted = tuple(dict.fromkeys([formula.outcome, *formula.columns, *design]))
    _refuse_auxiliary(survey, formula, choice)
    used, sample = _used(survey, wanted, [*design, villages], weights, choice)
    strata = vcov.strata if isinstance(vcov, SurveyDesign) else None
    known = [name for name in (weights, strata) if name and used.answers[name].nunique() > 1]
    asked = _base_columns(used, (formula.outcome, *formula.columns, *choice.auxiliary, *known))
    is_inside = villages in asked
    base = _as_categories(used.answers[asked])
    nobody = base.drop(columns=known).isna().all(axis=1)
    if nobody.any():
        used, base = used.without(base.index[nobody], reason="no_answer"), base[~nobody]
        dropped = (*sample.dropped, ("no_answer", int(nobody.sum())))
        sample = replace(sample, n_used=len(base), dropped=dropped)
    own = base[_base_columns(used, (formula.outcome, *formula.columns))].isna()
    imputed = tuple((str(name), int(n)) for name, n in own.sum().items() if n)
    kinds = tuple(_kind(name, base[name], used, formula, model, choice) for name in asked)
    _refuse_unvaried(base, kinds)
    codes = None if villages is None else pd.factorize(used.answers[villages])[0]
    terms = VillageTerms.FIXED
    if codes is not None and 2 * (int(codes.max()) + 1) > len(codes):
        terms = VillageTerms.MEANS
    return Incomplete(
        survey=used,
        wanted=wanted,
        answers=base,
        data=np.column_stack([_numbers(base[name]) for name in asked]),
        kinds=kinds,
        cluster=villages,
        villages=None if is_inside else codes,
        terms=terms,
        sample=replace(
            sample,
            n_imputed=int(own.any(axis=1).sum()),
            n_imputations=choice.m if imputed else 0,
            imputed=imputed,
        ),
        weights=weights,
    )


def _refuse_auxiliary(survey: Survey, formula: CheckedFormula, choice: Imputation) -> None:
    """Refuse what says the outcome itself in other words."""
    outcomes = {outcome.name: outcome.variable for outcome in survey.schema.roles.outcomes}
    source = outcomes.get(formula.outcome)
    same = {name for name, variable in outcomes.items() if source == variable} | {source}
    if said := [name for name in choice.auxiliary if name in same | {formula.outcome}]:
        raise UsageError(
            f"The auxiliary variable {said[0]!r} is made of the same answers as the outcome "
            f"{formula.outcome!r}.",
            hint="leave it out.",
        )


def _used(
    survey: Survey,
    wanted: Sequence[str],
    design: Sequence[str | None],
    weights: str | None,
    choice: Imputation,
) -> tuple[Survey, Sample]:
    """Take the respondents whose missing answers may be imputed; a design's never are."""
    columns = list(dict.fromkeys([*wanted, *(name for name in design if name)]))
    answers, absences = with_scores(survey, columns)
    if weights is not None:
        answers, absences = without_weight(answers, absences, weights)
    lost = absences == Absence.NOT_COMPARED
    if not choice.asides:
        lost |= absences >= Absence.ASIDE
    for name in design:
        if name is not None:
            lost[name] = answers[name].isna()
    kept, sample = listwise_sample(lost.astype(float).mask(lost), absences)
    if not kept.any():
        raise SurveyError(
            "No respondent is left whose answers could be imputed.",
            received="; ".join(f"{reason}: {n}" for reason, n in sample.dropped),
        )
    return survey.without(survey.answers.index[~kept], reason="not_imputed"), sample


def _base_columns(survey: Survey, columns: Iterable[str]) -> list[str]:
    """Put items in the place of constructs, and exposures in that of their number."""
    items = {c.name: [item.name for item in c.items] for c in survey.schema.constructs}
    if survey.counted:
        items |= {name: [one for one, _ in survey.counted] for name in (ANY, NUMBER)}
    with_scores(survey, columns)  # refuses unknown columns
    found = {name for column in columns for name in items.get(column, [column])}
    return [name for name in known_columns(survey) if name in found]


def _as_categories(answers: pd.DataFrame) -> pd.DataFrame:
    """Give words as the categories that occur, truth values as numbers."""
    return pd.DataFrame({str(name): _as_category(answers[name]) for name in answers})


def _as_category(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.remove_unused_categories()
    return column.astype("category")


def _numbers(column: pd.Series) -> Floats:
    """Give answers as numbers, categories by their place, nan where missing."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy(dtype=np.float64)
    codes = column.cat.codes.to_numpy().astype(np.float64)
    return np.where(codes < 0, np.nan, codes)


def _answers(numbers: Floats, like: pd.Series) -> pd.Series:
    """Undo `_numbers`."""
    if not isinstance(like.dtype, pd.CategoricalDtype):
        return pd.Series(numbers, index=like.index)
    found = pd.Categorical.from_codes(numbers.astype(int).tolist(), dtype=like.dtype)
    return pd.Series(found, index=like.index)


def _kind(
    name: str,
    column: pd.Series,
    survey: Survey,
    formula: CheckedFormula,
    model: Model,
    choice: Imputation,
) -> VariableKind:
    """Choose how a variable is imputed, so that it can be what the model takes it for."""
    if name == formula.outcome and model.has_categories:
        is_ordered = model.form is OutcomeForm.ORDERED
        return VariableKind.ORDERED if is_ordered else VariableKind.CATEGORY
    is_word = isinstance(column.dtype, pd.CategoricalDtype)
    if is_word or column.nunique() == 2 or name in formula.factors:
        return VariableKind.CATEGORY
    is_likert = name in _likert(survey) and column.nunique() <= MOST_CATEGORIES
    if is_likert and choice.likert == "ordered":
        return VariableKind.ORDERED
    return VariableKind.NUMBER


def _likert(survey: Survey) -> set[str]:
    """Name the items and variables on ordered scales."""
    schema = survey.schema
    on_scale = {
        v.name for v in schema.variables if v.scale and schema.scale(v.scale).is_ordered
    }
    return {item.name for item in schema.items} | on_scale


def _refuse_unvaried(answers: pd.DataFrame, kinds: tuple[VariableKind, ...]) -> None:
    for name, kind in zip(map(str, answers), kinds, strict=True):
        n_levels, n_missing = answers[name].nunique(), int(answers[name].isna().sum())
        if n_levels < 2:
            raise SurveyError(
                f"{name!r} has one value in {answers[name].count()} answers.",
                hint="what does not vary can neither be imputed nor impute: leave it out.",
            )
        most = MOST_CATEGORIES if n_missing else len(answers) // 2
        if kind is VariableKind.CATEGORY and n_levels > max(most, 2):
            raise SurveyError(
                f"{name!r} has {n_levels} categories, too many to be imputed or to impute.",
                received=f"{n_missing} missing answers of {len(answers)}",
                hint="join categories, leave it out, or leave out who did not answer.",
            )
