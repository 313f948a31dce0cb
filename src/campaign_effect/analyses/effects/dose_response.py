"""How the outcome goes with each answer to an exposure, and whether in a straight line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.columns import known_columns
from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.counterfactuals import check_variable, stacked
from campaign_effect.analyses.effects.covariances import Vcov
from campaign_effect.analyses.effects.estimates import predictions_of
from campaign_effect.analyses.effects.fit import fit_effect, schema_formulas
from campaign_effect.analyses.effects.fit_notices import model_notices
from campaign_effect.analyses.effects.formulas import as_factor
from campaign_effect.analyses.effects.imputation import Imputation
from campaign_effect.analyses.effects.pooled import PooledModel, fit_again
from campaign_effect.analyses.effects.pooled_tests import joint_test_of
from campaign_effect.analyses.effects.predictions import prediction_interval
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.errors import UsageError
from campaign_effect.results import (
    Count,
    Df,
    Flag,
    Name,
    Notice,
    Number,
    Points,
    Proportion,
    PValue,
    Result,
    Row,
    Sample,
    Word,
)
from campaign_effect.stats.design.suppression import suppress_line
from campaign_effect.stats.models.dose import linearity_contrasts
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey, takes_survey

LEAST_FOR_TREND: Final = 3
"""Two answers always lie on a line."""

MOST_DOSES: Final = 10
"""An exposure with more answers is a measure: a spline in the formula follows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose(Row):
    """The average expected outcome with everyone at one answer, and less that at the first.

    ``n`` respondents gave the answer; it is None where ``is_suppressed`` hides small counts.
    """

    outcome: Name
    model: Word
    term: Name
    dose: Number
    n: Count | None
    estimate: Proportion
    conf_low: Proportion | None
    conf_high: Proportion | None
    difference: Points | None
    difference_low: Points | None
    difference_high: Points | None
    p_value: PValue | None
    is_suppressed: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTest(Row):
    """A hypothesis about all answers to an exposure; no numbers where it has no test."""

    outcome: Name
    term: Name
    hypothesis: Word
    statistic: Number | None
    df: Df
    df_2: Df | None
    p_value: PValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponseResult(Result):
    """Outcomes along the answers to exposures; counts below ``min_cell`` are hidden."""

    name: ClassVar[str] = "dose_response"
    doses: tuple[Dose, ...]
    tests: tuple[DoseTest, ...]
    level: float
    min_cell: int


@takes_survey
def estimate_dose_response(  # noqa: PLR0913 - the choices of fit_effect, and of what
    survey: Survey,
    of: str | Sequence[str],
    formula: str | None = None,
    *,
    model: Model | None = None,
    vcov: Vcov | None = None,
    weights: str | bool = True,
    level: float = 0.95,
    missing: Imputation | None = None,
) -> DoseResponseResult:
    """Follow the outcome along the answers to an exposure, all else as observed.

    Parameters
    ----------
    survey : Survey
    of : str or sequence of str
        Exposures that are numbers of two to ten answers (how often, how many). For one with
        more, put a curve in the formula, ``bs(hours, df=4)``, and use `predict_probabilities`.
    formula : str, optional
        In which the exposure is a term of its own; by default one for each outcome of the
        schema, on its exposures and controls.
    model, vcov, weights, level, missing
        As for `fit_effect`; not for a model of categories.

    Returns
    -------
    DoseResponseResult
        Part ``doses``: at each answer the average prediction (adjusted probability) and its
        difference to the lowest answer, from a model in which each answer is a level. Part
        ``tests``: that no answer differs, that there is no linear trend (the exposure as a
        number), and that the steps lie on a straight line (departure from linearity): equal
        slopes between neighbouring answers, jointly; approximate Hotelling T² (HTZ) under
        CR2, D1 over imputations, which are the same for both models. ``n`` counts the answers
        that were given.

    Raises
    ------
    UsageError
        If an exposure is no such number, or is not a term of its own.
    SeparationError
        If an answer was given by so few that they all have the same outcome.

    References
    ----------
    .. [1] Maclure, M., & Greenland, S. (1992). Tests for trend and dose response:
       Misinterpretations and alternatives. American Journal of Epidemiology, 135, 96-104.
       https://doi.org/10.1093/oxfordjournals.aje.a116206

    Examples
    --------
    >>> import campaign_effect as ce
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [0, 1, 2, 3, 5, 6], "x": [0, 0, 1, 1, 2, 2]})
    >>> survey = ce.read_survey(frame)
    >>> dose = ce.estimate_dose_response(survey, "x", "y ~ x", model=ce.Ols())
    >>> dose.tidy()["difference"].round(3).tolist()[1:]
    [2.0, 5.0]
    """
    asked: dict[str, Any] = {"model": model, "vcov": vcov, "weights": weights, "level": level}
    asked["missing"] = missing
    formulas = schema_formulas(survey.schema) if formula is None else [formula]
    names = [of] if isinstance(of, str) else list(of)
    found = [follow_doses(survey, one, name, asked) for one in formulas for name in names]
    return join_doses(survey, found, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedDoses:
    """One outcome along one exposure."""

    doses: tuple[Dose, ...]
    tests: tuple[DoseTest, ...]
    sample: Sample
    notices: tuple[Notice, ...]


def join_doses(
    survey: Survey,
    found: Sequence[FollowedDoses],
    level: float,
    notices: tuple[Notice, ...] = (),
) -> DoseResponseResult:
    """Give outcomes along exposures as one result."""
    samples = {f"{one.tests[0].outcome}:{one.tests[0].term}": one.sample for one in found}
    return DoseResponseResult(
        doses=tuple(row for one in found for row in one.doses),
        tests=tuple(row for one in found for row in one.tests),
        level=level,
        min_cell=survey.schema.min_cell,
        samples=(
            ("doses", found[0].sample),
            ("tests", found[0].sample),
            *samples.items(),
        ),
        notices=tuple(dict.fromkeys((*notices, *(n for one in found for n in one.notices)))),
        glossary=survey.glossary,
    )


def follow_doses(
    survey: Survey, formula: str, name: str, asked: Mapping[str, Any]
) -> FollowedDoses:
    """Fit the exposure as a number and as a factor."""
    effect = fit_effect(survey, formula, **asked)
    line = effect.pooled[0]
    _check(line, name)
    levels = fit_again(line, as_factor(formula, name, known_columns(survey)))
    tests = tuple(_tests(line, levels, name))
    said = () if len(tests) == 1 else tuple(model_notices(levels))
    return FollowedDoses(
        doses=tuple(_doses(levels, name, effect.level, survey.schema.min_cell)),
        tests=tests,
        sample=line.first.sample,
        notices=(*effect.notices, *said),
    )


def _check(pooled: PooledModel, name: str) -> None:
    """Refuse an exposure that is no number of a few answers, or no term of its own."""
    one = pooled.first
    if one.model.has_categories:
        raise UsageError(
            f"The outcome {one.formula.outcome!r} has categories.",
            hint="use predict_probabilities on a model with the exposure in C().",
        )
    check_variable(one, name)
    if isinstance(one.answers[name].dtype, pd.CategoricalDtype):
        raise UsageError(
            f"{name!r} has words for answers.",
            hint="give it an ordered scale in the schema, or use predict_probabilities.",
        )
    if one.design.own_column(name) is None:
        raise UsageError(
            f"{name!r} is not one term of its own in {one.formula.text!r}.",
            received=f"terms {list(one.design.terms)}",
            hint="let it enter as a number: 'outcome ~ exposure + control'.",
        )
    n_answers = one.answers[name].nunique()
    if n_answers > MOST_DOSES:
        raise UsageError(
            f"{name!r} has {n_answers} different answers.",
            hint=f"put a curve in the formula, bs({name}, df=4), and use "
            "predict_probabilities.",
        )


def _places(one: FittedModel, name: str) -> list[int]:
    """Find the columns of the design that mark each answer but the lowest."""
    X, answers = one.design.X, one.answers[name]
    base, *others = answers.cat.categories
    marks = {dose: (answers == dose).to_numpy(dtype=float) for dose in (base, *others)}
    found = {
        dose: place
        for place in range(X.shape[1])
        for dose, mark in marks.items()
        if np.array_equal(X[:, place], mark)
    }
    if base in found or len(found) < len(others):
        raise UsageError(
            f"The formula {one.formula.text!r} has no intercept.",
            hint="keep it: differences are to the lowest answer.",
        )
    return [found[dose] for dose in others]


def _predicted(one: FittedModel, places: list[int]) -> tuple[Floats, Floats]:
    """Average the predictions with everyone at each answer, with their gradients."""
    designs = np.repeat(one.design.X[None], len(places) + 1, axis=0)
    designs[:, :, places] = 0.0
    for dose, place in enumerate(places, start=1):
        designs[dose, :, place] = 1.0
    return stacked(margin for X in designs for margin in predictions_of(one.fit, X))


def _doses(levels: PooledModel, name: str, level: float, min_cell: int) -> Iterator[Dose]:
    one = levels.first
    doses, counts = one.answers[name].cat.categories, _given(levels, name)
    hidden = suppress_line(counts, threshold=min_cell)
    places = _places(one, name)

    def predictions(fitted: FittedModel) -> tuple[Floats, Floats]:
        return _predicted(fitted, places)

    def differences(fitted: FittedModel) -> tuple[Floats, Floats]:
        estimates, gradients = predictions(fitted)
        return estimates[1:] - estimates[0], gradients[1:] - gradients[0]

    at = levels.infer(predictions, level, is_tested=False)
    less = levels.infer(differences, level)
    rows = zip(doses, counts, hidden, at, [None, *less], strict=True)
    for dose, n, is_hidden, prediction, difference in rows:
        low, high = prediction_interval(prediction, level, one.model)
        yield Dose(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            term=name,
            dose=float(dose),
            n=None if is_hidden else int(n),
            estimate=prediction.estimate,
            conf_low=low,
            conf_high=high,
            difference=difference.estimate if difference else None,
            difference_low=difference.conf_low if difference else None,
            difference_high=difference.conf_high if difference else None,
            p_value=difference.p_value if difference else None,
            is_suppressed=bool(is_hidden),
        )


def _given(levels: PooledModel, name: str) -> Integers:
    """Count who gave each answer; an imputed answer was not given."""
    answers = levels.first.answers[name]
    doses = answers.cat.categories
    if levels.imputed is not None:
        answers = levels.imputed.incomplete.survey.answers[name].astype("float64")
    given = answers.value_counts(sort=False).reindex(doses, fill_value=0)
    return np.asarray(given, dtype=np.int64)


def _tests(line: PooledModel, levels: PooledModel, name: str) -> Iterator[DoseTest]:
    doses = levels.first.answers[name].cat.categories.to_numpy(dtype=np.float64)
    places = _places(levels.first, name)
    p = len(levels.first.design.terms)
    yield _row(levels, name, "hypothesis.no_difference", np.eye(p)[places])
    if len(doses) < LEAST_FOR_TREND:
        return
    terms = line.first.design.terms
    yield _row(line, name, "hypothesis.no_trend", np.eye(len(terms))[[terms.index(name)]])
    bends = np.zeros((len(doses) - 2, p))
    bends[:, places] = linearity_contrasts(doses)
    yield _row(levels, name, "hypothesis.straight_line", bends)


def _row(pooled: PooledModel, name: str, hypothesis: str, contrasts: Floats) -> DoseTest:
    test = joint_test_of(pooled, contrasts)
    return DoseTest(
        outcome=pooled.first.formula.outcome,
        term=name,
        hypothesis=hypothesis,
        statistic=None if test is None else test.statistic,
        df=float(len(contrasts)),
        df_2=None if test is None or np.isinf(test.df_denom) else test.df_denom,
        p_value=None if test is None else test.p_value,
    )
