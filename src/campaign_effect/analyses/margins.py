"""Effects in percentage points: average marginal effects of any model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from campaign_effect.analyses.effect_results import EffectResult
from campaign_effect.analyses.effects import fit_effect
from campaign_effect.analyses.estimates import contrasts_of, slopes_of
from campaign_effect.analyses.fitting import FittedModel
from campaign_effect.analyses.inference import check_level
from campaign_effect.analyses.pooled import PooledModel
from campaign_effect.errors import UsageError, nearest_word
from campaign_effect.results import Df, Literal, Name, Number, Points, PValue, Result, Row, Word
from campaign_effect.stats.models.margins import Margin
from campaign_effect.survey import Survey

STEP: float = 1e-4
"""Of a standard deviation: the half-width of the difference that differentiates a design. A
column linear or quadratic in the variable is differentiated exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageEffect(Row):
    """What one variable changes on average, in units of the outcome."""

    outcome: Name
    model: Word
    term: Name
    contrast: Literal
    level: Name | None
    base: Name | None
    category: Literal | None
    estimate: Points
    std_error: Points
    statistic: Number | None
    df: Df | None
    p_value: PValue | None
    conf_low: Points | None
    conf_high: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginsResult(Result):
    """Average marginal effects of one or more models.

    ``exposures`` names the variables that the schema calls so; a report speaks of these.
    """

    name: ClassVar[str] = "margins"
    effects: tuple[AverageEffect, ...]
    level: float
    exposures: tuple[str, ...] = ()


def average_effects(
    effect: EffectResult, *, of: str | Sequence[str] | None = None, level: float | None = None
) -> MarginsResult:
    """Average the change of the expected outcome over the respondents.

    Parameters
    ----------
    effect : EffectResult
        From `fit_effect`.
    of : str or sequence of str, optional
        Variables of the formula; all of them by default.
    level : float, optional
        Coverage of the intervals; that of ``effect`` by default.

    Returns
    -------
    MarginsResult
        Part ``effects``; of a model of categories one row for the probability of each
        ``category``. A number changes by its derivative (``dY/dX``: per unit), a number
        that is only 0 or 1 from 0 to 1, a factor from its base to each other level. For a
        binary outcome the estimate is a difference of probabilities, in [-1, 1].

    Raises
    ------
    UsageError
        If a variable is not in the formula.

    Notes
    -----
    The average is over the respondents used, each with their own values of everything else;
    interactions, powers and factors move with the variable. The standard error is by the
    delta method with the analytic gradient in the coefficients, the test by *t* with the
    degrees of freedom of that gradient as the contrast.

    References
    ----------
    .. [1] Arel-Bundock, V., Greifer, N., & Heiss, A. (2024). How to interpret statistical
       models using marginaleffects for R and Python. Journal of Statistical Software, 111(9).
       https://doi.org/10.18637/jss.v111.i09

    Examples
    --------
    >>> import campaign_effect as ce
    >>> survey = ce.read_survey(pd.DataFrame({"y": [0, 1, 1, 0, 1], "x": [1, 2, 3, 4, 5]}))
    >>> effect = ce.fit_effect(survey, "y ~ x", model=ce.Lpm())
    >>> ce.average_effects(effect, of="x").tidy()["estimate"].round(3).tolist()
    [0.1]
    """
    named = [of] if isinstance(of, str) else of
    level = effect.level if level is None else check_level(level)
    return MarginsResult(
        effects=tuple(
            row for one in effect.pooled for row in _rows(one, _chosen(one.first, named), level)
        ),
        level=level,
        samples=(("effects", effect.sample), *effect.samples),
        notices=effect.notices,
        glossary=effect.glossary,
    )


def average_survey_effects(survey: Survey) -> MarginsResult:
    """Average the effects of the logit of every outcome of the schema."""
    exposures = tuple(exposure.variable for exposure in survey.schema.roles.exposures)
    return replace(average_effects(fit_effect(survey)), exposures=exposures)


def _chosen(one: FittedModel, of: Sequence[str] | None) -> Sequence[str]:
    columns = one.formula.columns
    if of is None:
        return columns
    if not of:
        raise UsageError("No variable is named.", hint=f"choose from {list(columns)}.")
    for name in of:
        if name not in columns:
            near = nearest_word(name, columns)
            raise UsageError(
                f"{name!r} is no variable of {one.formula.text!r}.",
                hint=f"did you mean {near!r}?" if near else f"choose from {list(columns)}.",
            )
    return of


def _rows(
    pooled: PooledModel, variables: Sequence[str], level: float
) -> Iterator[AverageEffect]:
    one = pooled.first
    changes = [
        (name, change, category)
        for name in variables
        for change in _changes(one, name)
        for category in one.categories or (None,)
    ]
    tests = pooled.infer(lambda fit: _effects(fit, variables), level)
    for (name, change, category), test in zip(changes, tests, strict=True):
        yield AverageEffect(
            outcome=one.formula.outcome,
            model=f"model.{one.model.name}",
            term=name,
            contrast=change.contrast,
            level=None if change.level is None else f"{name}={change.level}",
            base=None if change.base is None else f"{name}={change.base}",
            category=category,
            estimate=test.estimate,
            std_error=test.std_error,
            statistic=test.statistic,
            df=test.df,
            p_value=test.p_value,
            conf_low=test.conf_low,
            conf_high=test.conf_high,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes in a variable: from a base to a level, or by its derivative."""

    contrast: str
    level: object = None
    base: object = None


def _changes(one: FittedModel, name: str) -> list[Change]:
    """Say what changes in one variable, as its kind asks."""
    answers = one.answers[name]
    if isinstance(answers.dtype, pd.CategoricalDtype):
        base, *others = answers.cat.categories
        return [Change(contrast=f"{to} - {base}", level=to, base=base) for to in others]
    is_binary = set(answers.unique()) == {0.0, 1.0}
    return [Change(contrast="1 - 0" if is_binary else "dY/dX")]


def _effects(one: FittedModel, variables: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Average the effects of variables, on every category there is, with their gradients."""
    margins = [
        margin
        for name in variables
        for change in _changes(one, name)
        for margin in _margins(one, name, change)
    ]
    estimates = np.array([margin.estimate for margin in margins])
    return estimates, np.array([margin.gradient for margin in margins])


def _margins(one: FittedModel, name: str, change: Change) -> Sequence[Margin]:
    """Average one change of one variable: one margin, or one a category."""
    if change.level is not None:
        return _contrast(one, name, change.level, change.base)
    if change.contrast == "1 - 0":
        return _contrast(one, name, 1.0, 0.0)
    return slopes_of(one.fit, _derivative(one, name))


def _contrast(one: FittedModel, name: str, high: object, low: object) -> Sequence[Margin]:
    return contrasts_of(one.fit, _design_at(one, name, high), _design_at(one, name, low))


def _design_at(one: FittedModel, name: str, value: object) -> np.ndarray:
    """Make the design as if everyone had given this answer."""
    answers = one.answers[name]
    same = pd.Series([value] * len(answers), index=answers.index, dtype=answers.dtype)
    return one.design.of(one.answers.assign(**{name: same}))


def _derivative(one: FittedModel, name: str) -> np.ndarray:
    """Differentiate the design by one variable, by central differences.

    At the least and the greatest answer the difference is one-sided: a spline knows nothing
    beyond them.
    """
    answers = one.answers[name]
    step = STEP * float(answers.std())
    high = np.minimum(answers + step, answers.max())
    low = np.maximum(answers - step, answers.min())
    above = one.design.of(one.answers.assign(**{name: high}))
    below = one.design.of(one.answers.assign(**{name: low}))
    return np.asarray((above - below) / (high - low).to_numpy()[:, None])
