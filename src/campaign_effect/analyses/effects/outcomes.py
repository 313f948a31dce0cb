"""The outcome of a model as numbers: a measure, 0 and 1, a share, or codes of categories."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.choices import Model, Multinomial
from campaign_effect.analyses.effects.model import OutcomeForm
from campaign_effect.errors import SurveyError, UsageError, nearest_word
from campaign_effect.stats.moments.arrays import Floats

MOST_CATEGORIES: Final = 20
"""A number with more values is a measure rather than a list of categories."""


def code_outcome(answers: pd.Series, model: Model) -> tuple[Floats, tuple[str, ...] | None]:
    """Make numbers of an outcome, as its model needs them.

    Parameters
    ----------
    answers : Series
        Complete: numbers, or categories.
    model : Model

    Returns
    -------
    ndarray, shape (n,)
        For a model of categories their codes from 0, the base first.
    tuple of str, or None
        The categories in the order of their codes.

    Raises
    ------
    SurveyError
        If the answers are not what the model's outcome is.
    UsageError
        If the base is no category.
    """
    if model.has_categories:
        return _codes(answers, model)
    if not pd.api.types.is_numeric_dtype(answers):
        raise SurveyError(
            f"The outcome {answers.name!r} is not a number.",
            hint="name its event under 'outcomes' in the schema, code it 0 and 1, or use "
            "model=Multinomial().",
        )
    y = answers.to_numpy(dtype=np.float64)
    if model.is_binary and not np.isin(y, [0, 1]).all():
        raise SurveyError(
            f"The outcome {answers.name!r} is not coded 0 and 1.",
            received=f"values from {y.min():g} to {y.max():g}",
            hint="name its event under 'outcomes' in the schema, or use model=Ols().",
        )
    if model.form is OutcomeForm.SHARE and (y.min() < 0 or y.max() > 1):
        raise SurveyError(
            f"The outcome {answers.name!r} is no share from 0 to 1.",
            received=f"values from {y.min():g} to {y.max():g}",
            hint="divide it by its largest possible value.",
        )
    return y, None


def _codes(answers: pd.Series, model: Model) -> tuple[Floats, tuple[str, ...]]:
    """Give categories their numbers in order, a chosen base first."""
    if isinstance(answers.dtype, pd.CategoricalDtype):
        if model.form is OutcomeForm.ORDERED and not answers.cat.ordered:
            raise SurveyError(
                f"The categories of the outcome {answers.name!r} have no order.",
                received=f"categories {list(answers.cat.categories)}",
                hint="use model=Multinomial(), or an ordered scale in the schema.",
            )
        codes, levels = answers.cat.codes.to_numpy(), [str(c) for c in answers.cat.categories]
    else:
        values, codes = np.unique(answers.to_numpy(dtype=np.float64), return_inverse=True)
        levels = [f"{value:g}" for value in values]
    if len(levels) > MOST_CATEGORIES:
        raise SurveyError(
            f"The outcome {answers.name!r} has {len(levels)} values, too many for categories.",
            hint="use model=Ols(), or join values.",
        )
    first = _base_place(levels, model)
    order = [first, *(k for k in range(len(levels)) if k != first)]
    places = np.argsort(order)
    return places[codes].astype(np.float64), tuple(levels[k] for k in order)


def _base_place(levels: list[str], model: Model) -> int:
    """Find the base among the categories; the first by default."""
    base = model.base if isinstance(model, Multinomial) else None
    if base is None:
        return 0
    if base not in levels:
        near = nearest_word(base, levels)
        raise UsageError(
            f"The base {base!r} is no category of the outcome.",
            received=f"categories {levels}",
            hint=f"did you mean {near!r}?" if near else "choose one of these.",
        )
    return levels.index(base)
