"""Answers as they might be: everyone at one answer, or each moved by a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.estimates import column_slopes_of, contrasts_of, slopes_of
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.errors import UsageError, nearest_word
from campaign_effect.stats.models.margins import Margin
from campaign_effect.stats.moments.arrays import Floats

STEP: Final = 1e-4
"""Of a standard deviation: the half-width of the difference that differentiates a design. A
column linear or quadratic in the variable is differentiated exactly."""

Answer: TypeAlias = float | str | bool
"""What everyone may be set to: a number, or a level of a factor."""

Step: TypeAlias = Literal["unit", "sd", "iqr", "range"] | tuple[Answer, Answer]
"""How far a variable moves, or the answers it moves from and to."""

STEPS: Final = ("unit", "sd", "iqr", "range")
"""The steps that have a name."""

DERIVATIVE: Final = "dY/dX"
"""The contrast of a number that moves by its derivative."""

_CONTRASTS: Final = {"unit": "+1", "sd": "+1 SD", "iqr": "Q3 - Q1", "range": "Max - Min"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes in a variable.

    Attributes
    ----------
    contrast : str
        "dY/dX" for a derivative, "+1 SD", "Q3 - Q1", or the two answers.
    level, base : object
        The level of a factor that it moves to, and from.
    high, low : float, optional
        The answer of a number that it moves to, and from.
    width : float, optional
        How far each one's own answer moves, half of it to either side.
    """

    contrast: str
    level: object = None
    base: object = None
    high: float | None = None
    low: float | None = None
    width: float | None = None

    def columns(self, one: FittedModel, name: str, category: str | None) -> dict[str, Any]:
        """Give the columns of a `ChangedRow`; levels are named as in the glossary."""
        return {
            "outcome": one.formula.outcome,
            "model": f"model.{one.model.name}",
            "term": name,
            "contrast": self.contrast,
            "level": None if self.level is None else f"{name}={self.level}",
            "base": None if self.base is None else f"{name}={self.base}",
            "low": self.low,
            "high": self.high,
            "category": category,
        }


def check_variable(one: FittedModel, name: str) -> str:
    """Refuse a variable that is not in the formula.

    Raises
    ------
    UsageError
        With the nearest variable.
    """
    columns = one.formula.columns
    if name not in columns:
        near = nearest_word(name, columns)
        raise UsageError(
            f"{name!r} is no variable of {one.formula.text!r}.",
            hint=f"did you mean {near!r}?" if near else f"choose from {list(columns)}.",
        )
    return name


def variables_of(
    one: FittedModel, of: str | Sequence[str] | None, held: Mapping[str, Answer]
) -> Sequence[str]:
    """Take the variables that change: those named, else all that are not held.

    Raises
    ------
    UsageError
        If none is named, one is not in the formula, or one is held.
    """
    if of is None:
        left = [name for name in one.formula.columns if name not in held]
        if not left:
            raise UsageError(
                f"{one.formula.text!r} has no variable that could change.",
                hint="name exposures or controls in the formula.",
            )
        return left
    named = [of] if isinstance(of, str) else list(of) if isinstance(of, Iterable) else []
    if not named:
        columns = list(one.formula.columns)
        raise UsageError("No variable is named.", hint=f"choose from {columns}.")
    for name in named:
        if check_variable(one, name) in held:
            raise UsageError(
                f"{name!r} cannot both change and be held.", hint="leave it out of one."
            )
    return named


def answers_at(one: FittedModel, held: Mapping[str, Answer]) -> pd.DataFrame:
    """Give everyone the same answers to some variables, all else as observed.

    Raises
    ------
    UsageError
        If a variable is not in the formula, or an answer is none of its answers.
    """
    if not held:
        return one.answers
    for name in held:
        check_variable(one, name)
    return one.answers.assign(
        **{name: _everyone(one.answers[name], answer) for name, answer in held.items()}
    )


def changes_of(pooled: PooledModel, name: str, step: Step | None) -> list[Change]:
    """Say what changes in one variable: one change, or one a level of a factor.

    Parameters
    ----------
    pooled : PooledModel
    name : str
        A variable of the formula.
    step : Step, optional
        By default the derivative of a number that is not only 0 and 1. Quartiles, extremes
        and the standard deviation are those of the respondents used, unweighted.

    Raises
    ------
    UsageError
        If the step is unknown, or its answers are none of the variable's.
    """
    columns = [one.answers[name] for one in pooled.fits]
    column = columns[0] if len(columns) == 1 else pd.concat(columns)
    if step is not None and not isinstance(step, str):
        return [_pair(column, *step)]
    if step is not None and step not in STEPS:
        raise UsageError(
            f"There is no step {step!r}.",
            hint=f"choose one of {list(STEPS)}, or two answers: (from, to).",
        )
    if isinstance(column.dtype, pd.CategoricalDtype):
        base, *others = column.cat.categories
        return [_pair(column, base, level) for level in others]
    if bool(((column == 0) | (column == 1)).all()):
        return [Change(contrast="1 - 0", high=1.0, low=0.0)]
    if step is None:
        return [Change(contrast=DERIVATIVE)]
    if step in {"iqr", "range"}:
        low, high = np.quantile(column, [0.25, 0.75] if step == "iqr" else [0, 1])
        return [Change(contrast=_CONTRASTS[step], high=float(high), low=float(low))]
    width = float(column.std()) if step == "sd" else 1.0
    return [Change(contrast=_CONTRASTS[step], width=width)]


def moved(
    one: FittedModel, name: str, change: Change, answers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the answers after a change of one variable, and those before it."""
    if change.width is not None:
        half = change.width / 2
        return (
            answers.assign(**{name: answers[name] + half}),
            answers.assign(**{name: answers[name] - half}),
        )
    is_number = change.high is not None
    ends = (change.high, change.low) if is_number else (change.level, change.base)
    after, before = (_same(one.answers[name], end, answers.index) for end in ends)
    return answers.assign(**{name: after}), answers.assign(**{name: before})


def margins_of(
    one: FittedModel, name: str, change: Change, answers: pd.DataFrame
) -> Sequence[Margin]:
    """Average what a change of one variable does: one margin, or one a category.

    Parameters
    ----------
    one : FittedModel
    name : str
    change : Change
    answers : DataFrame
        Of those who are averaged over.
    """
    weights = None if len(answers) == len(one.answers) else _weights(one, answers)
    if change.contrast == DERIVATIVE:
        X = one.design.X if answers is one.answers else one.design.of(answers)
        return slopes_of(one.fit, _derivative(one, name, answers), X, weights)
    after, before = moved(one, name, change, answers)
    return contrasts_of(one.fit, one.design.of(after), one.design.of(before), weights)


def _weights(one: FittedModel, answers: pd.DataFrame) -> Floats:
    """Weigh some of the respondents as the model does."""
    if one.weights is None:
        return np.ones(len(answers))
    return answers[one.weights].to_numpy(dtype=np.float64)


def all_margins(
    one: FittedModel, changes: Sequence[tuple[str, Change]], answers: pd.DataFrame
) -> Iterator[Margin]:
    """Average what each change does, the derivatives by columns of the design together."""
    own: dict[str, int] = {}
    for name, change in changes:
        place = one.design.own_column(name)
        if change.contrast == DERIVATIVE and answers is one.answers and place is not None:
            own[name] = place
    slopes = dict(zip(own, column_slopes_of(one.fit, list(own.values())), strict=True))
    for name, change in changes:
        found = slopes.get(name)
        yield from margins_of(one, name, change, answers) if found is None else found


def stacked(margins: Iterable[Margin]) -> tuple[Floats, Floats]:
    """Give margins as estimates, shape (k,), and gradients, shape (k, p)."""
    found = list(margins)
    estimates = np.array([margin.estimate for margin in found])
    return estimates, np.array([margin.gradient for margin in found])


def _pair(column: pd.Series, low: Answer, high: Answer) -> Change:
    """Describe the change from one answer to another."""
    if low == high:
        raise UsageError(
            f"{column.name!r} does not change from {low!r} to {high!r}.",
            hint="give two different answers: (from, to).",
        )
    for answer in (low, high):
        _check_answer(column, answer)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Change(contrast=f"{high} - {low}", level=high, base=low)
    return Change(
        contrast=f"{float(high):g} - {float(low):g}", high=float(high), low=float(low)
    )


def _everyone(column: pd.Series, answer: Answer) -> pd.Series:
    _check_answer(column, answer)
    return _same(column, answer, column.index)


def _check_answer(column: pd.Series, answer: Answer) -> None:
    if isinstance(column.dtype, pd.CategoricalDtype):
        if answer not in column.cat.categories:
            raise UsageError(
                f"{answer!r} is no level of {column.name!r}.",
                hint=f"choose one of {list(column.cat.categories)}.",
            )
    elif not isinstance(answer, Real) or not np.isfinite(answer):
        raise UsageError(f"{answer!r} is no answer to {column.name!r}.", hint="give a number.")


def _same(column: pd.Series, answer: object, index: pd.Index) -> pd.Series:
    return pd.Series([answer] * len(index), index=index, dtype=column.dtype)


def _derivative(one: FittedModel, name: str, answers: pd.DataFrame) -> Floats:
    """Differentiate the design by one variable, by central differences.

    At the least and the greatest answer the difference is one-sided: a spline knows nothing
    beyond them.
    """
    column, observed = answers[name], one.answers[name]
    step = STEP * float(observed.std())
    high = np.minimum(column + step, observed.max())
    low = np.maximum(column - step, observed.min())
    above = one.design.of(answers.assign(**{name: high}))
    below = one.design.of(answers.assign(**{name: low}))
    return np.asarray((above - below) / (high - low).to_numpy()[:, None])
