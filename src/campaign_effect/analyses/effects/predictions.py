"""What a model expects at chosen answers: average predicted probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from scipy import special, stats

from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.counterfactuals import (
    Answer,
    answers_at,
    check_variable,
    stacked,
)
from campaign_effect.analyses.effects.estimates import predictions_of
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.analyses.effects.rows import EffectResult, takes_effect
from campaign_effect.analyses.inference import Inference
from campaign_effect.results import Df, Literal, Name, Number, Proportion, Result, Row, Word
from campaign_effect.stats.moments.arrays import Floats

MOST_VALUES: Final = 10
"""A number with more different answers is predicted on a grid."""

GRID: Final = 9
"""Points of that grid, from the 1st to the 99th percentile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction(Row):
    """The average expected outcome with everyone at one answer."""

    outcome: Name
    model: Word
    category: Literal | None
    term: Name
    value: Number | None
    level: Name | None
    estimate: Proportion
    std_error: Proportion
    df: Df | None
    conf_low: Proportion | None
    conf_high: Proportion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionResult(Result):
    """Average predictions along one variable; ``at`` holds the answers everyone was given."""

    name: ClassVar[str] = "predictions"
    predictions: tuple[Prediction, ...]
    level: float
    at: tuple[tuple[str, Answer], ...] = ()


LINEAR: Final = frozenset({"ols", "lpm", "gee_identity"})
"""Models whose predictions may leave 0 to 1."""


@takes_effect
def predict_probabilities(
    effect: EffectResult,
    of: str,
    *,
    values: Sequence[Answer] | None = None,
    at: Mapping[str, Answer] | None = None,
) -> PredictionResult:
    """Average the expected outcome with everyone set to each answer of one variable.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`.
    of : str
        The variable that takes its answers in turn.
    values : sequence, optional
        Its answers; by default every level of a factor, every answer of a number with at most
        ten, else nine points between its 1st and 99th percentile.
    at : mapping, optional
        Other variables that are held at one answer; the rest stay as observed.

    Returns
    -------
    PredictionResult
        Part ``predictions``, one row an answer (and a category). Of a probability the
        interval is made on the logit scale and so stays within 0 and 1.

    Raises
    ------
    UsageError
        If a variable is not in the formula, or an answer is no level of its factor.

    Notes
    -----
    The average is over the respondents used, each with their own values of everything not
    held. The standard error is by the delta method with any covariance, the interval by *t*
    with the degrees of freedom of the gradient as the contrast.

    Examples
    --------
    >>> import campaign_effect as ce
    >>> survey = ce.read_survey(pd.DataFrame({"y": [0, 1, 1, 0, 1], "x": [1, 2, 3, 4, 5]}))
    >>> effect = ce.fit_effect(survey, "y ~ x", model=ce.Lpm())
    >>> rows = ce.predict_probabilities(effect, "x", values=[1, 5]).tidy()
    >>> rows["estimate"].round(3).tolist()
    [0.4, 0.8]
    """
    held = dict(at or {})
    rows = [row for one in effect.pooled for row in _rows(one, of, values, held, effect.level)]
    return PredictionResult(
        predictions=tuple(rows),
        level=effect.level,
        at=tuple(held.items()),
        samples=(("predictions", effect.sample), *effect.samples[2:]),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def _rows(
    pooled: PooledModel,
    of: str,
    values: Sequence[Answer] | None,
    held: Mapping[str, Answer],
    level: float,
) -> Iterator[Prediction]:
    one = pooled.first
    check_variable(one, of)
    answers = _answers(one.answers[of]) if values is None else list(values)
    for answer in answers:
        tests = pooled.infer(
            partial(_predicted, held={**held, of: answer}), level, is_tested=False
        )
        for category, test in zip(one.categories or (None,), tests, strict=True):
            yield _row(one, of, answer, category, test, level)


def _predicted(one: FittedModel, held: Mapping[str, Answer]) -> tuple[Floats, Floats]:
    """Average the predictions at some answers, with their gradients."""
    return stacked(predictions_of(one.fit, one.design.of(answers_at(one, held))))


def _row(
    one: FittedModel,
    of: str,
    answer: Answer,
    category: str | None,
    test: Inference,
    level: float,
) -> Prediction:
    is_factor = isinstance(one.answers[of].dtype, pd.CategoricalDtype)
    low, high = prediction_interval(test, level, one.model)
    return Prediction(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        category=category,
        term=of,
        value=None if is_factor else float(answer),
        level=f"{of}={answer}" if is_factor else None,
        estimate=test.estimate,
        std_error=test.std_error,
        df=test.df,
        conf_low=low,
        conf_high=high,
    )


def prediction_interval(
    test: Inference, level: float, model: Model
) -> tuple[float | None, float | None]:
    """Give the interval, on the logit scale where the estimate is a probability inside."""
    if model.name in LINEAR or not 0 < test.estimate < 1:
        return test.conf_low, test.conf_high
    df = np.inf if test.df is None else test.df
    center = special.logit(test.estimate)
    slope = test.estimate * (1 - test.estimate)
    reach = stats.t.isf((1 - level) / 2, df) * test.std_error / slope
    return float(special.expit(center - reach)), float(special.expit(center + reach))


def _answers(column: pd.Series) -> list[Answer]:
    """Choose the answers to predict at."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    found = np.unique(column.to_numpy(dtype=float))
    if len(found) <= MOST_VALUES:
        return [float(value) for value in found]
    low, high = np.quantile(column, [0.01, 0.99])
    return [float(value) for value in np.linspace(low, high, GRID)]
