"""The questions of a survey as they were asked, for the checks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey


def asked_columns(survey: Survey) -> list[str]:
    """Name what was asked: no outcomes and options (made from answers), no weight."""
    schema = survey.schema
    made = {outcome.name for outcome in schema.roles.outcomes}
    made |= {name for name, _, _ in schema.options} | {schema.roles.weight or ""}
    return [str(column) for column in survey.answers if column not in made]


def answer_codes(survey: Survey) -> Integers:
    """Give every answer as a code from 0, -1 where missing; options ticked are answers."""
    columns = [*asked_columns(survey), *(name for name, _, _ in survey.schema.options)]
    if not columns:
        return np.empty((survey.n, 0), dtype=np.int64)
    codes = [pd.factorize(survey.answers[column])[0] for column in columns]
    return np.column_stack(codes).astype(np.int64)


def numeric_answers(survey: Survey) -> Floats:
    """Give the answers that are numbers and not always the same, shape (n, k)."""
    numbers = survey.answers[asked_columns(survey)].select_dtypes("number")
    varying = [name for name in numbers if numbers[name].nunique() > 1]
    return numbers[varying].to_numpy(dtype=np.float64)


def items_as_asked(survey: Survey) -> Floats:
    """Give the answers to all items, reverse-keyed ones turned back, shape (n, k)."""
    blocks = [block_as_asked(survey, c.name) for c in survey.schema.constructs]
    return np.column_stack(blocks) if blocks else np.empty((survey.n, 0))


def block_as_asked(survey: Survey, name: str) -> Floats:
    """Give a construct's answers with the reverse-keyed items turned back."""
    construct = survey.schema.construct_named(name)
    scale = survey.schema.scale(construct.scale)
    answers = survey.scores(tuple(item.name for item in construct.items))
    is_reversed = np.array([item.is_reversed for item in construct.items])
    return np.where(is_reversed, scale.low + scale.high - answers, answers)
